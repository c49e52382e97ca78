//! AWS: how it is reached, what its errors mean, and how to wait for it.

pub(crate) mod authorization;
pub mod error;
pub mod lock;
pub(crate) mod managed_policy;
pub mod outcome;
pub mod platform;
pub mod retry;
mod role;
pub mod settings;
pub mod wait;

pub use error::Error;
pub use lock::Guard;
pub use outcome::{Called, Failure, IfPresent, Outcome};
pub use platform::{Caller, Platform};
pub use settings::{
    AssumeRole, ConnectionConfig, Endpoints, NotebookDefaults, PolicyModel, Settings, TableNames,
};
pub use wait::{Backoff, Operation, Poll};
