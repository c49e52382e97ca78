//! The calls of AWS Budgets.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use crate::aws::Error;
use crate::tags::Tags;

/// A budget of costs, without its notifications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BudgetState {
    /// The limit, a decimal number; `None` if every month has its own.
    pub(crate) amount: Option<String>,
    /// The currency of the limit.
    pub(crate) unit: String,
    /// The costs that count.
    pub(crate) filter: Filter,
    /// Whether it is what this module makes in all other respects: a budget of the unblended costs
    /// of each month, with a limit that nothing changes.
    pub(crate) is_plain: bool,
    /// When it begins and ends, in seconds since the epoch; AWS chooses both for a new budget.
    pub(crate) period: Option<(i64, i64)>,
    /// What was spent.
    pub(crate) spend: Spend,
}

/// What was spent in the current month, as far as AWS has worked it out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spend {
    /// Costs so far: decimal number and currency.
    pub(crate) actual: Option<(String, String)>,
    /// Costs that AWS expects by the end of the month: decimal number and currency.
    pub(crate) forecast: Option<(String, String)>,
    /// When the budget was last changed or worked out, in seconds since the epoch.
    pub(crate) updated: Option<i64>,
}

/// The costs that count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// Those of resources that have all these tags, with one of these values each.
    Tags(BTreeMap<String, BTreeSet<String>>),
    /// Others.
    Other,
}

/// When a notification is sent. No two notifications of a budget have the same.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(crate) struct Trigger {
    /// `ACTUAL` or `FORECASTED`.
    pub(crate) kind: String,
    /// Such as `GREATER_THAN`.
    pub(crate) operator: String,
    /// The threshold.
    pub(crate) threshold: f64,
    /// `PERCENTAGE` or `ABSOLUTE_VALUE`.
    pub(crate) unit: String,
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subscriber {
    /// An e-mail address.
    Email(String),
    /// ARN of a topic.
    Topic(String),
}

/// A notification of a budget.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Notification {
    /// When it is sent.
    pub(crate) trigger: Trigger,
    /// To whom.
    pub(crate) subscribers: BTreeSet<Subscriber>,
}

/// The calls on budgets of the caller's account.
#[async_trait]
pub(crate) trait BudgetApi: Send + Sync {
    /// DescribeBudget with its filter; `None` if there is no budget of this name.
    async fn get(&self, name: &str) -> Result<Option<BudgetState>, Error>;
    /// ListTagsForResource; `None` if there is no budget of this name.
    async fn tags(&self, name: &str) -> Result<Option<Tags>, Error>;
    /// DescribeNotificationsForBudget, and DescribeSubscribersForNotification of each.
    async fn notifications(&self, name: &str) -> Result<Vec<Notification>, Error>;
    /// CreateBudget with notifications and tags.
    async fn create(
        &self,
        name: &str,
        budget: &BudgetState,
        notifications: &[Notification],
        tags: &Tags,
    ) -> Result<(), Error>;
    /// UpdateBudget. Notifications and tags stay; what was spent is unknown until AWS works it out
    /// again.
    async fn update(&self, name: &str, budget: &BudgetState) -> Result<(), Error>;
    /// DeleteBudget with its notifications. One that does not exist is not an error.
    async fn delete(&self, name: &str) -> Result<(), Error>;
    /// CreateNotification.
    async fn create_notification(
        &self,
        name: &str,
        notification: &Notification,
    ) -> Result<(), Error>;
    /// DeleteNotification with its subscribers. One that does not exist is not an error.
    async fn delete_notification(&self, name: &str, trigger: &Trigger) -> Result<(), Error>;
}
