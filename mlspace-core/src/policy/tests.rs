//! Tests that span the module, and generators that other modules' tests share.

mod parsing;
pub(crate) mod strategies;
