//! The checks behind the rules.

pub(super) mod absent;
pub(super) mod exempt;
pub(super) mod grants;
pub(super) mod keys;
pub(super) mod logic;
pub(super) mod network;
pub(super) mod siblings;
pub(super) mod size;
mod values;
mod volume;
pub(super) mod words;
