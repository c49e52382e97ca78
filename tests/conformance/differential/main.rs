//! Our evaluator against another one: the npm package `@cloud-copilot/iam-simulate`, in processes of its own.
//!
//! Cases are generated from a seed, half of them from our own grants and half of random policies, with requests near
//! the policies' edges. Both sides must give the same outcome. Where they do not, `known.rs` must name
//! the AWS page that decides, and prove it: with what the page says put in place of what is disputed, the package
//! must agree.
//!
//! Needs Node 20 and npm, which fetches the package as `package-lock.json` pins it. The variable
//! `DIFFERENTIAL_CASES` sets the number of cases, `DIFFERENTIAL_SEED` the seed.

#[cfg(test)]
mod agreement;

#[cfg(test)]
mod case;

#[cfg(test)]
mod draw;

#[cfg(test)]
mod granted;

#[cfg(test)]
mod known;

#[cfg(test)]
#[path = "../npm.rs"]
mod npm;

#[cfg(test)]
mod random;

#[cfg(test)]
mod shrink;

#[cfg(test)]
mod simulator;

#[cfg(test)]
mod vocabulary;
