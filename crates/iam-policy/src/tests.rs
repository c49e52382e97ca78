//! Tests that span the module, and generators that other modules' tests share.

mod equivalence;
mod packing;
mod parsing;
pub(crate) mod strategies;
