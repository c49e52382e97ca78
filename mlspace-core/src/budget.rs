//! Budgets of projects, in AWS Budgets.
//!
//! A budget counts the costs of resources with the project's tags. It does not hold anybody up: AWS
//! works costs out hours later, and sends notifications then
//! (<https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html>).
//!
//! The project's record says what its budget is, before an update makes one and until there is none;
//! only a create makes it first, as all that a project is made of. A budget of the project's name is its
//! own if its tags name the platform and the project, and have the token of a create, which only this
//! module writes.

mod amount;
mod api;
#[cfg(test)]
pub(crate) mod fake;
mod sdk;
mod spec;
mod spend;
mod steps;
#[cfg(test)]
mod tests;

pub use amount::{Amount, AmountError};
pub use spec::Budget;
pub use spend::ProjectSpend;

pub(crate) use api::BudgetApi;
pub(crate) use sdk::SdkBudgets;
pub(crate) use steps::Budgets;

/// Maximum number of notifications of a budget
/// (<https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html>).
pub const NOTIFICATIONS_MAX: usize = 5;
/// Maximum number of e-mail addresses of a notification, at the same page.
pub const EMAILS_MAX: usize = 10;
/// Largest percentage of a budget at which a notification can be sent. AWS takes more.
pub const PERCENT_MAX: u32 = 1_000;
