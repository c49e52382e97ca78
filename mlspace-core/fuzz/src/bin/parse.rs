//! libFuzzer's `parse` target.
#![no_main]

libfuzzer_sys::fuzz_target!(init: mlspace_core_fuzz::write_seeds("parse"), |data: &[u8]| mlspace_core_fuzz::targets::run("parse", data));
