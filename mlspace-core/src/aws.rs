//! Access to AWS: clients, settings, errors and waiting.

pub mod clients;
pub mod error;
pub mod lock;
pub mod outcome;
pub mod settings;
pub mod transient;
pub mod wait;

pub use clients::{Caller, Clients};
pub use error::Error;
pub use lock::Guard;
pub use outcome::{Failure, IfPresent, Outcome, SdkResultExt};
pub use settings::{
    AssumeRole, ConnectionConfig, Endpoints, NotebookDefaults, PolicyModel, Settings, TableNames,
};
pub use wait::{Backoff, Operation, Poll};
