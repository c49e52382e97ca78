//! A fake of the AWS provider, for tests. It serves today's schemas of the requested types, without
//! AWS behind them: resources exist in Terraform's state only, and their computed attributes follow
//! from rules.
//!
//! Environment:
//!
//! - `AWS_FAKE_SCHEMAS`: the directory that `schemas/extract` prints.
//! - `AWS_FAKE_TYPES`: the types to serve, such as `resource/aws_vpc,data/aws_region`. Unset means
//!   all types, which take Terraform seconds to load.
//!
//! Account, region and partition come from the provider block: `region` determines the partition,
//! the first of `allowed_account_ids` is the account.

mod account;
mod computed;
mod data_source;
mod fixtures;
mod provider;
mod resource;
mod schema;
mod types;

use std::process::ExitCode;

use terraform_plugin::{
    framework::Server,
    protocol::{Identity, run},
};

const IDENTITY: Identity = Identity {
    address: "registry.terraform.io/hashicorp/aws",
    version: env!("CARGO_PKG_VERSION"),
    crates: &[env!("CARGO_CRATE_NAME")],
};

fn main() -> ExitCode {
    run(&IDENTITY, || {
        let provider = provider::FakeAws::from_environment(&|name| std::env::var(name).ok())
            .map_err(|error| error.to_string())?;
        Server::new(provider).map_err(|error| error.to_string())
    })
}
