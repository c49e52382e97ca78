//! What libFuzzer runs. See `targets`.

pub mod targets;

use std::path::Path;

/// Writes inputs to start from into the directory that `FUZZ_SEEDS` names; does nothing without it.
pub fn write_seeds(target: &str) {
    let Some(directory) = std::env::var_os("FUZZ_SEEDS") else {
        return;
    };
    for (index, input) in targets::seeds(target).iter().enumerate() {
        let written = std::fs::write(Path::new(&directory).join(format!("seed-{index}")), input);
        assert!(
            written.is_ok(),
            "cannot write seeds to {directory:?}: {written:?}"
        );
    }
}
