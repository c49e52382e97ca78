//! libFuzzer's `pack` target.
#![no_main]

libfuzzer_sys::fuzz_target!(init: mlspace_core_fuzz::write_seeds("pack"), |data: &[u8]| mlspace_core_fuzz::targets::run("pack", data));
