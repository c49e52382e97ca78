//! AWS: how it is reached, what its errors mean, and how to wait for it.

pub mod error;
pub mod lock;
pub mod platform;
pub mod retry;
pub mod settings;
pub mod wait;

pub use error::{Called, Error, Failure, IfPresent, Outcome};
pub use lock::Guard;
pub use platform::{Caller, Platform};
pub use settings::{
    AssumeRole, ConnectionConfig, Endpoints, NotebookDefaults, Settings, TableNames,
};
pub use wait::{Backoff, Operation, Poll};
