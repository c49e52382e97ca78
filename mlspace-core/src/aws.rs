//! Access to AWS: clients, settings, errors and waiting.

mod cached;
pub mod cancel;
pub mod clients;
pub(crate) mod config;
mod credentials;
pub mod error;
mod http;
pub mod lock;
pub mod outcome;
mod pace;
mod profiles;
pub(crate) mod sagemaker_tags;
pub mod settings;
pub mod transient;
pub mod wait;

pub(crate) use cached::{Cached, CachedByKey};
pub use cancel::cancellable;
pub use clients::{Caller, Clients};
pub use error::{ConnectionFault, Error};
pub use lock::Guard;
pub use outcome::{Completed, Failure, IfPresent, Outcome, SdkResultExt};
pub use settings::{
    AssumeRole, ConnectionConfig, Endpoints, Enforce, NotebookDefaults, PolicyModel, Settings,
    TableNames, Termination,
};
pub use wait::{Backoff, Operation, Poll};
