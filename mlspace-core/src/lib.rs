//! Core.

pub mod policy;
