//! libFuzzer's `rewrite` target.
#![no_main]

libfuzzer_sys::fuzz_target!(init: conformance_fuzz::write_seeds("rewrite"), |data: &[u8]| conformance_fuzz::targets::run("rewrite", data));
