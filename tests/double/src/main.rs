//! A test double of the AWS provider. It serves today's schemas of the types that it is asked for and has no AWS behind
//! them: what is applied is kept in Terraform's state and nowhere else, and what AWS would answer is made up by rule.
//!
//! Environment:
//!
//! - `AWS_DOUBLE_SCHEMAS`: the directory that `tests/tools/aws_schemas.py` prints.
//! - `AWS_DOUBLE_TYPES`: which types to serve, as `resource/aws_vpc,data/aws_region`; all when unset, which takes
//!   Terraform seconds to load.
//!
//! Account, region and partition come from the provider block: `region` decides the partition, the first of
//! `allowed_account_ids` is the account.

mod account;
mod answers;
mod data_source;
mod invent;
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
        let double = provider::AwsDouble::from_environment(&|name| std::env::var(name).ok())
            .map_err(|error| error.to_string())?;
        Server::new(double).map_err(|error| error.to_string())
    })
}
