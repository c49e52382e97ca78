//! Our policy evaluator compared with another: the npm package `@cloud-copilot/iam-simulate`, which
//! runs in Node processes.
//!
//! Cases are generated from a seed: memberships with the policies that we generate for them, and
//! random policies, with requests close to what the policies allow or deny. Both evaluators must
//! have the same outcome. Where they do not, `known_disagreements.rs` must name the AWS page that
//! says who is right, and prove it: with the disputed part of the case rewritten as the page says,
//! the package must agree.
//!
//! Proofs are compared with the solver z3, which runs in Python processes, and each request that
//! refutes one is decided by the package as well: `proofs.rs`.
//!
//! Needs Node 20 and npm, which downloads the package as pinned in `package-lock.json`.
//! `DIFFERENTIAL_CASES` sets the number of cases, `DIFFERENTIAL_SEED` the seed, `PROOF_QUESTIONS`
//! the number of questions to the solver.

#[cfg(test)]
mod agreement;

#[cfg(test)]
mod case;

#[cfg(test)]
mod proofs;

#[cfg(test)]
mod rng;

#[cfg(test)]
mod membership_cases;

#[cfg(test)]
mod known_disagreements;

#[cfg(test)]
#[path = "../npm.rs"]
mod npm;

#[cfg(test)]
mod random_cases;

#[cfg(test)]
mod shrink;

#[cfg(test)]
mod simulator;

#[cfg(test)]
mod vocabulary;
