//! The provider functions: one file each, pure and offline.

pub(crate) mod role_name;
