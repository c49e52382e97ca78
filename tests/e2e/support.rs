//! The stage on which scenarios play: tools, emulator, workspace, and ways to look at them.

mod config;
mod control;
mod emulator;
mod outcome;
mod plan;
mod stage;
mod terraform;
mod tools;

pub(crate) use config::{PEOPLE, TEAM, notebook};
pub(crate) use stage::Stage;
pub(crate) use terraform::PROVIDER;
pub(crate) use tools::{Core, root};

/// Declares a scenario as two tests, one for each Terraform core.
///
/// The core on `PATH` may be missing; its test then says so instead of passing in silence.
macro_rules! scenario {
    ($(#[$doc:meta])* fn $name:ident($stage:ident) $body:block) => {
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn play($stage: &crate::support::Stage) $body

            #[test]
            fn pinned() {
                play(&crate::support::Stage::new(&crate::support::Core::pinned()));
            }

            #[test]
            fn on_path() {
                match crate::support::Core::on_path() {
                    Some(core) => play(&crate::support::Stage::new(&core)),
                    None => eprintln!("NOT RUN: no second Terraform on PATH"),
                }
            }
        }
    };
}
pub(crate) use scenario;
