//! The managed resources: one file each, schema and mapping to the core.

pub(crate) mod dataset;
pub(crate) mod membership;
pub(crate) mod notebook;
pub(crate) mod project;
