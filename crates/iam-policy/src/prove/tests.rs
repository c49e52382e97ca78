//! Tests that span the module.

mod agreement;
mod differences;
mod operators;
mod questions;
