//! Core.

#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "aws")]
pub mod dataset;
pub mod evaluate;
pub mod grants;
#[cfg(feature = "aws")]
pub mod group;
pub mod layout;
#[cfg(feature = "aws")]
pub mod membership;
pub mod name;
#[cfg(feature = "aws")]
pub mod notebook;
pub mod policy;
#[cfg(feature = "aws")]
pub mod project;
#[cfg(feature = "aws")]
pub mod records;
pub mod schedule;
pub mod tags;
