//! End to end: a real Terraform drives the provider's own binary against the emulator.
//!
//! Every scenario runs under each Terraform core that `tests/tools/bootstrap` finds: the pinned one
//! always, and one on `PATH` where there is one. Each has an emulator and a workspace of its own, so
//! scenarios know nothing of each other. What belongs here is what only the whole can show; the
//! rules of names, policies and plans have their tests beside the code.

#[cfg(test)]
mod support;

#[cfg(test)]
mod access;
#[cfg(test)]
mod access_failures;
#[cfg(test)]
mod attribute;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod consistency;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod drift;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod import;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod plan_checks;
#[cfg(test)]
mod update;
