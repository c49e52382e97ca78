//! Core.

pub mod layout;
pub mod name;
pub mod policy;
pub mod tags;
