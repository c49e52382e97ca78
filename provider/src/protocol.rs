//! Terraform's side of the process: go-plugin's handshake and transport, and the tfplugin6 services. Knows nothing of
//! what is served.

/// Messages and server trait of Terraform's plugin protocol 6, generated from `proto/tfplugin6.proto`.
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
