//! Checks the dependencies between the crates of this repository, and those that a crate must not
//! gain, with `cargo metadata` and `cargo tree`. ARCHITECTURE.md explains the rules; `rules.rs` is
//! the list of them.

#[cfg(test)]
mod rules;

#[cfg(test)]
mod workspace;

#[cfg(test)]
mod tests;
