//! Core.

#[cfg(feature = "aws")]
pub mod aws;
pub mod layout;
pub mod name;
#[cfg(feature = "aws")]
pub mod notebook;
pub mod policy;
pub mod schedule;
pub mod tags;
