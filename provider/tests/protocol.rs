//! The provider's process as a host meets it: how it starts, what it prints, what ends it.

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
