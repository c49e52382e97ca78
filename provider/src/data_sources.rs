//! The data sources: one file each.

pub(crate) mod access;
pub(crate) mod caller;
pub(crate) mod policy_document;
