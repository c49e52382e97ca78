//! Terraform providers in Rust: plugin protocol 6, and a small framework on it.
//!
//! - [`protocol`] starts the process, shakes hands with Terraform, holds the socket and TLS, and
//!   serves gRPC. It knows nothing about schemas.
//! - [`framework`] has schemas, values, plans, typed state, diagnostics and a trait for each kind
//!   of object that a provider serves. It knows nothing about any particular provider.

pub mod framework;
pub mod protocol;
