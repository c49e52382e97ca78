//! Functions that call the generators with the parameters of a document.

pub(super) mod deployment;
pub(super) mod members;
pub(in crate::policies) mod resources;
pub(super) mod restrictions;
pub(super) mod staff;
pub(super) mod terraform_role;
