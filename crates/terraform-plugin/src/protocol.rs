//! The plugin process: go-plugin's handshake and transport, and the tfplugin6 services.
//!
//! This module is independent of schemas and resources. It takes any implementation of the
//! generated [`tfplugin6::provider_server::Provider`] trait and adds what a host expects of a
//! plugin: the handshake line, mutual TLS over a Unix socket, go-plugin's controller, stdio and
//! broker services, large messages, signal handling, and logs that Terraform can filter. Why this
//! layer is ours: `docs/adr/0001-protocol-layer.md`.

mod handshake;
mod listener;
pub mod logs;
mod rpc;
mod run;
mod server;
mod services;
mod shutdown;
mod tls;
mod transport;

#[cfg(test)]
#[path = "protocol/test_client.rs"]
mod client;
#[cfg(test)]
mod server_tests;

pub use rpc::RequestId;
pub use run::{Identity, run};

/// Messages and server trait of Terraform's plugin protocol 6, generated from
/// `proto/tfplugin6.proto`.
#[allow(
    missing_docs,
    clippy::indexing_slicing,
    reason = "generated code: most names are documented by Terraform's own protocol description"
)]
pub mod tfplugin6 {
    tonic::include_proto!("tfplugin6");
}

/// Messages and server traits of go-plugin's own services, generated from `proto/plugin.proto`.
#[allow(missing_docs, reason = "generated code")]
pub mod plugin {
    tonic::include_proto!("plugin");
}

/// Largest message accepted and sent, in bytes: the limit of go-plugin's clients and Terraform's
/// own SDKs.
pub const MAX_MESSAGE_SIZE: usize = 256 << 20;

/// Looks up an environment variable. A function, so that tests do not change the process.
type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;
