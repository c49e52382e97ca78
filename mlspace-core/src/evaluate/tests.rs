//! Tests that span the module.

mod guardrails;
mod layers;
mod operators;
mod properties;
