//! Properties that must hold for any input.
//!
//! The functions here are the bodies of the libFuzzer targets, without libFuzzer: the test
//! `fuzz_regressions` runs them too, on the inputs in `regressions/` that failed once.

mod decide;
mod make;
mod pack;
mod parse;
mod reference;
mod rewrite;
mod seeds;

pub use seeds::seeds;

/// A target: its name, and what is done with an input.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 4] = [
    ("parse", parse::run),
    ("decide", decide::run),
    ("pack", pack::run),
    ("rewrite", rewrite::run),
];

/// Runs the target of this name; there is none for another.
pub fn run(target: &str, data: &[u8]) {
    let found = TARGETS.into_iter().find(|(name, _)| *name == target);
    assert!(found.is_some(), "no target `{target}`");
    if let Some((_, run)) = found {
        run(data);
    }
}
