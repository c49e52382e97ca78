//! The mlspace Terraform provider: protocol layer, framework, and the things it serves.

mod client;
mod convert;
mod data_sources;
mod functions;
pub mod provider;
mod resources;

pub use client::Client;
