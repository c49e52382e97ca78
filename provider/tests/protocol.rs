//! Tests of the provider's process: start, output and shutdown.
//!
//! They test `terraform_plugin::protocol` and are here because they need a binary.

#[cfg(test)]
#[path = "../../crates/terraform-plugin/src/protocol/test_client.rs"]
mod client;

#[cfg(test)]
#[path = "protocol/end.rs"]
mod end;

#[cfg(test)]
#[path = "protocol/logs.rs"]
mod logs;

#[cfg(test)]
#[path = "protocol/plugin.rs"]
mod plugin;

#[cfg(test)]
#[path = "protocol/rpc.rs"]
mod rpc;

#[cfg(test)]
#[path = "protocol/start.rs"]
mod start;
