//! libFuzzer's `parse` target.
#![no_main]

libfuzzer_sys::fuzz_target!(init: conformance_fuzz::write_seeds("parse"), |data: &[u8]| conformance_fuzz::targets::run("parse", data));
