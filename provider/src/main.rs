//! The provider's binary: Terraform starts it, and it serves until Terraform is done with it.

use std::process::ExitCode;

use terraform_plugin::framework::Server;
use terraform_plugin::protocol::{Identity, run};
use terraform_provider_mlspace::provider::Mlspace;

const IDENTITY: Identity = Identity {
    address: "registry.terraform.io/mlspace/mlspace",
    version: env!("CARGO_PKG_VERSION"),
    crates: &["mlspace_core", "terraform_provider_mlspace"],
};

fn main() -> ExitCode {
    run(&IDENTITY, || {
        Server::new(Mlspace).map_err(|error| error.to_string())
    })
}
