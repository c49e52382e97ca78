//! The mlspace Terraform provider: protocol layer, framework, and the things it serves.

pub mod framework;
pub mod protocol;
