//! libFuzzer's `pack` target.
#![no_main]

libfuzzer_sys::fuzz_target!(init: conformance_fuzz::write_seeds("pack"), |data: &[u8]| conformance_fuzz::targets::run("pack", data));
