//! Core.

#[cfg(feature = "aws")]
pub mod aws;
pub mod layout;
pub mod name;
pub mod policy;
pub mod tags;
