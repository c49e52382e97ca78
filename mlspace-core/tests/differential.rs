//! Our evaluator against another one: the npm package `@cloud-copilot/iam-simulate`, in processes of its own.
//!
//! Cases are generated from a seed, half of them from our own grants and half of random policies, with requests near
//! the policies' edges. Both sides must give the same outcome. Where they do not, `differential/known.rs` must name
//! the AWS page that decides, and prove it: with what the page says put in place of what is disputed, the package
//! must agree.
//!
//! Needs Node 20 and npm, which fetches the package as `tests/differential/package-lock.json` pins it. The variable
//! `DIFFERENTIAL_CASES` sets the number of cases, `DIFFERENTIAL_SEED` the seed.

#[cfg(test)]
#[path = "differential/agreement.rs"]
mod agreement;

#[cfg(test)]
#[path = "differential/case.rs"]
mod case;

#[cfg(test)]
#[path = "differential/draw.rs"]
mod draw;

#[cfg(test)]
#[path = "differential/granted.rs"]
mod granted;

#[cfg(test)]
#[path = "differential/known.rs"]
mod known;

#[cfg(test)]
#[path = "support/packages.rs"]
mod packages;

#[cfg(test)]
#[path = "differential/random.rs"]
mod random;

#[cfg(test)]
#[path = "differential/shrink.rs"]
mod shrink;

#[cfg(test)]
#[path = "differential/simulator.rs"]
mod simulator;

#[cfg(test)]
#[path = "differential/vocabulary.rs"]
mod vocabulary;
