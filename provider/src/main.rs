//! The provider's binary, which Terraform starts and shuts down.

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
