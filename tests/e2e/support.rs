//! The environment of a test: Terraform, emulator, working directory, and ways to inspect them.

mod account;
mod config;
mod emulator;
mod http;
mod outcome;
mod plan;
mod terraform;
mod test_env;
mod tools;

pub(crate) use account::{assert_same_account, without_timestamps};
pub(crate) use config::{PEOPLE, TEAM, notebook};
pub(crate) use outcome::Outcome;
pub(crate) use terraform::PROVIDER;
pub(crate) use test_env::TestEnv;
pub(crate) use tools::{TerraformVersion, root};

/// Declares a test that runs with each Terraform version.
///
/// The second one runs with the Terraform on `PATH`. Since a machine need not have one, it is
/// ignored; `tests/e2e/run` includes it, and decides what to do where there is no second Terraform.
macro_rules! e2e_test {
    ($(#[$doc:meta])* fn $name:ident($env:ident) $body:block) => {
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn run($env: &crate::support::TestEnv) $body

            #[test]
            fn pinned_terraform() {
                run(&crate::support::TestEnv::pinned());
            }

            #[test]
            #[ignore = "needs a second Terraform on PATH"]
            fn path_terraform() {
                let version = crate::support::TerraformVersion::on_path();
                run(&crate::support::TestEnv::new(&version));
            }
        }
    };
}
pub(crate) use e2e_test;
