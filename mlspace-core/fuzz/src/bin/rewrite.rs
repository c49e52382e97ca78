//! libFuzzer's `rewrite` target.
#![no_main]

libfuzzer_sys::fuzz_target!(init: mlspace_core_fuzz::write_seeds("rewrite"), |data: &[u8]| mlspace_core_fuzz::targets::run("rewrite", data));
