//! The data sources: one file each.

pub(crate) mod caller;
