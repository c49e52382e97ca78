//! Core.

#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "aws")]
pub mod dataset;
pub mod grants;
pub mod layout;
pub mod name;
#[cfg(feature = "aws")]
pub mod notebook;
pub mod policy;
#[cfg(feature = "aws")]
pub mod records;
pub mod schedule;
pub mod tags;
