//! Policies of staff roles: roles of people who operate the platform, lead teams, work with data or
//! audit.
//!
//! People work with data in notebooks only, with the roles of their memberships. No staff role
//! reads or writes objects, decrypts data or enters another user's notebook. Each policy also
//! denies this, so that an additional, wider policy such as AWS's `ReadOnlyAccess` does not change
//! it. Each policy is a single document, so that it can also be the role's permissions boundary.
//!
//! | role | reads | does | cannot |
//! |---|---|---|---|
//! | platform admin | all of SageMaker, roles and policies, records, alarms | stops and deletes resources with the system's tag, starts notebooks, revokes members' access | add members, open notebooks |
//! | team admin | resources with a project's tag, the project's records | stops them, deletes endpoints, revokes access of the project's members | add members, open notebooks |
//! | data scientist | resources with the own tag `user` | starts, stops and opens own notebooks, stops own jobs | create resources outside of a notebook |
//! | auditor | the configuration of the account, records, the trail | nothing | read logs of workloads |
//!
//! Only Terraform adds members: a membership is a role, and the records only describe it. A
//! principal that can write the records, or the policies under the prefix, could add any member, so
//! no staff role can. Access is revoked by attaching AWS's `AWSDenyAll` to a member's role. That
//! takes effect at once and shows as drift in the next plan, where the platform team decides about
//! the member.
//!
//! A data scientist is identified by the session tag `user`. [`staff_trust_policy`] ensures that
//! callers cannot choose its value.

mod auditor;
mod common;
mod data_scientist;
mod platform_admin;
mod read_statements;
mod team_admin;
#[cfg(test)]
mod tests;
mod trust;

pub use auditor::auditor_policy;
pub use common::StaffAccess;
pub use data_scientist::data_scientist_policy;
pub use platform_admin::platform_admin_policy;
pub use team_admin::team_admin_policy;
pub use trust::{StaffTrust, WebIdentity, staff_trust_policy};
