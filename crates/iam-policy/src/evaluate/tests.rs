//! Tests that span the module.

mod compiled;
mod guardrails;
mod layers;
mod operators;
mod properties;
mod unset_variables;
