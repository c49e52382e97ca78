//! The mlspace Terraform provider: its configuration, resources, data sources, ephemeral resources
//! and functions.

mod attributes;
mod client;
mod data_sources;
mod ephemeral_resources;
mod functions;
mod limits;
mod mapping;
mod ownership;
pub mod provider;
mod resources;
mod studio_apps;
mod validators;

pub use client::Client;
