//! libFuzzer's `decide` target.
#![no_main]

libfuzzer_sys::fuzz_target!(init: conformance_fuzz::write_seeds("decide"), |data: &[u8]| conformance_fuzz::targets::run("decide", data));
