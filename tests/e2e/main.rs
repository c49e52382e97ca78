//! End-to-end tests: a real Terraform runs the provider's own binary against the AWS emulator.
//!
//! Every [`e2e_test!`](support) runs with each Terraform that `tests/tools/bootstrap` finds: always
//! with the pinned version, and with the one on `PATH` if there is another. Each test has its own
//! emulator and working directory, so tests do not affect each other. Only what needs the whole
//! system is tested here; the rules of names, policies and plans have their tests next to the code.

#[cfg(test)]
mod support;

#[cfg(test)]
mod access;
#[cfg(test)]
mod apply_failures;
#[cfg(test)]
mod attribute_model;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod budgets;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod consistency;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod credentials;
#[cfg(test)]
mod drift;
#[cfg(test)]
mod ephemeral;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod external_locations;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod identity_center;
mod import;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod lifecycle_config;
#[cfg(test)]
mod notebooks;
#[cfg(test)]
mod old_state;
#[cfg(test)]
mod ownership;
#[cfg(test)]
mod plan_checks;
#[cfg(test)]
mod project_groups;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod services;
#[cfg(test)]
mod studio;
#[cfg(test)]
mod unknown_values;
#[cfg(test)]
mod update;
#[cfg(test)]
mod users;
