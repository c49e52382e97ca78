//! The provider's process as a host meets it: how it starts, what it prints, what ends it.

#[cfg(test)]
mod client;
