//! Making, repairing and removing budgets.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::api::{BudgetApi, BudgetState, Filter, Notification, Spend, Subscriber, Trigger};
use super::{Amount, Budget};
use crate::aws::wait::retry;
use crate::aws::{Clients, Error, IfPresent as _, Operation};
use crate::layout;
use crate::name::ProjectName;
use crate::ownership::{Mark, Token};
use crate::tags::{PROJECT, SYSTEM, Tags};

/// The currency of all budgets.
const UNIT: &str = "USD";

/// How often a budget is looked at again that another process changes at the same time.
const ATTEMPTS: u32 = 3;

/// The budgets of projects.
pub(crate) struct Budgets {
    clients: Clients,
    pub(super) api: Arc<dyn BudgetApi>,
}

impl Budgets {
    pub(crate) fn new(clients: Clients, api: Arc<dyn BudgetApi>) -> Self {
        Self { clients, api }
    }

    /// The name of the project's budget, which is that of its policy in `per_principal`.
    pub(super) fn name(&self, project: &ProjectName) -> Result<String, Error> {
        let prefix = &self.clients.settings().iam_resource_prefix;
        Ok(layout::project_policy_name(prefix, project)?)
    }

    /// The tags that say which project a budget is of.
    fn tags_of(&self, project: &ProjectName) -> Tags {
        let system = self.clients.settings().system_tag.as_str();
        Tags::from([(SYSTEM, system), (PROJECT, project.as_str())])
    }

    fn state(&self, project: &ProjectName, budget: &Budget) -> BudgetState {
        let tags = self.tags_of(project);
        let values = tags
            .iter()
            .map(|(key, value)| (key.to_owned(), BTreeSet::from([value.to_owned()])));
        BudgetState {
            amount: Some(budget.monthly_usd.to_string()),
            unit: UNIT.to_owned(),
            filter: Filter::Tags(values.collect()),
            is_plain: true,
            period: None,
            spend: Spend::default(),
        }
    }

    /// Checks a budget at plan time. `is_new` says that the project has none yet.
    ///
    /// # Errors
    /// What the check finds, or what keeps it from looking.
    pub(crate) async fn check(
        &self,
        project: &ProjectName,
        budget: &Budget,
        is_new: bool,
    ) -> Result<(), Error> {
        budget.check_in(self.clients.account().await?)?;
        if !is_new {
            return Ok(());
        }
        let name = self.name(project)?;
        // Without the permission to look, the create finds it.
        match self.is_own(project, &name).await.if_allowed()?.flatten() {
            Some(false) => Err(taken(&name)),
            None | Some(true) => Ok(()),
        }
    }

    /// Whether the budget of this name was made for the project; `None` if there is none.
    async fn is_own(&self, project: &ProjectName, name: &str) -> Result<Option<bool>, Error> {
        let tags = self.api.tags(name).await?;
        let own =
            |tags: &Tags| tags.contains_all(&self.tags_of(project)) && Mark::of(tags).is_some();
        Ok(tags.as_ref().map(own))
    }

    /// How the project's budget differs from what it should be: one sentence each, without a period.
    pub(crate) async fn drift(
        &self,
        project: &ProjectName,
        budget: &Budget,
    ) -> Result<Vec<String>, Error> {
        let name = self.name(project)?;
        let Some(found) = self.api.get(&name).await? else {
            return Ok(vec![format!("budget `{name}` is missing")]);
        };
        let (own, notifications) =
            futures::try_join!(self.is_own(project, &name), self.api.notifications(&name))?;
        if own == Some(false) {
            return Ok(vec![format!(
                "budget `{name}` is not that of project `{project}`, by its tags"
            )]);
        }
        let mut drift = Vec::new();
        let wanted = self.state(project, budget);
        if !has_limit(&found, budget.monthly_usd) {
            let limit = match &found.amount {
                Some(amount) => format!("{amount} {}", found.unit),
                None => "different for each month".to_owned(),
            };
            drift.push(format!(
                "the limit of budget `{name}` is {limit}, not {} {UNIT}",
                budget.monthly_usd
            ));
        }
        if found.filter != wanted.filter || !found.is_plain {
            drift.push(format!(
                "budget `{name}` was edited, and counts other costs than those of the project in each month"
            ));
        }
        let told = wanted_notifications(budget);
        let (extra, missing) = differences(&notifications, &told);
        if !extra.is_empty() || !missing.is_empty() {
            drift.push(format!("the notifications of budget `{name}` were edited"));
        }
        Ok(drift)
    }

    /// Sees to it that the project has this budget. `token` is that of the project, for a new one.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] for a budget of its name that is not its own, or the first step's that
    /// failed.
    pub(crate) async fn ensure(
        &self,
        operation: &Operation,
        project: &ProjectName,
        token: &Token,
        budget: &Budget,
    ) -> Result<(), Error> {
        let name = self.name(project)?;
        let mut attempt = 1;
        loop {
            let done = self
                .ensure_once(operation, &name, project, token, budget)
                .await;
            match done {
                // Another process made it, or the answer to our call was lost.
                Err(error) if error.is("DuplicateRecordException") && attempt < ATTEMPTS => {
                    attempt += 1;
                }
                done => return done,
            }
        }
    }

    async fn ensure_once(
        &self,
        operation: &Operation,
        name: &str,
        project: &ProjectName,
        token: &Token,
        budget: &Budget,
    ) -> Result<(), Error> {
        let wanted = self.state(project, budget);
        let notifications = wanted_notifications(budget);
        let what = format!("setting up budget `{name}`");
        let Some(found) = self.api.get(name).await? else {
            let settings = self.clients.settings();
            let tags = settings.default_tags.clone();
            let tags = tags
                .overlaid(&self.tags_of(project))
                .overlaid(&token.tags());
            return retry(operation, &what, || {
                self.api.create(name, &wanted, &notifications, &tags)
            })
            .await;
        };
        match self.is_own(project, name).await? {
            Some(true) => {}
            Some(false) => return Err(taken(name)),
            None => {
                return Err(Error::Conflict {
                    message: format!("budget `{name}` was deleted while it was set up"),
                    remedy: "apply again".to_owned(),
                });
            }
        }
        // An update sets what was spent to zero until AWS works it out again, so none is sent that
        // changes nothing.
        let differs = !has_limit(&found, budget.monthly_usd)
            || found.filter != wanted.filter
            || !found.is_plain;
        if differs {
            let wanted = BudgetState {
                period: found.period,
                ..wanted
            };
            retry(operation, &what, || self.api.update(name, &wanted)).await?;
        }
        let current = self.api.notifications(name).await?;
        let (extra, missing) = differences(&current, &notifications);
        // First, as the number of notifications is limited.
        for notification in extra {
            retry(operation, &what, || {
                self.api.delete_notification(name, &notification.trigger)
            })
            .await?;
        }
        for notification in missing {
            retry(operation, &what, || {
                self.api.create_notification(name, notification)
            })
            .await?;
        }
        Ok(())
    }

    /// Removes the project's budget. One of others stays.
    pub(crate) async fn remove(
        &self,
        operation: &Operation,
        project: &ProjectName,
    ) -> Result<(), Error> {
        let name = self.name(project)?;
        if self.is_own(project, &name).await? != Some(true) {
            return Ok(());
        }
        let what = format!("removing budget `{name}`");
        retry(operation, &what, || self.api.delete(&name)).await
    }

    /// As [`Self::remove`], for a project of which no record says whether it has a budget. Where there
    /// can be none, or the caller cannot look, nothing is removed.
    pub(crate) async fn remove_any(
        &self,
        operation: &Operation,
        project: &ProjectName,
    ) -> Result<(), Error> {
        let account = self.clients.account().await?;
        if Budget::default().check_in(account).is_err() {
            return Ok(());
        }
        let removed = self.remove(operation, project).await;
        removed.if_allowed().map(drop)
    }
}

fn has_limit(found: &BudgetState, limit: Amount) -> bool {
    found.unit == UNIT
        && found
            .amount
            .as_deref()
            .is_some_and(|amount| limit.is(amount))
}

fn wanted_notifications(budget: &Budget) -> Vec<Notification> {
    let emails = budget.notify_emails.iter().cloned().map(Subscriber::Email);
    let topic = budget
        .notify_topic_arn
        .iter()
        .cloned()
        .map(Subscriber::Topic);
    let subscribers: BTreeSet<Subscriber> = emails.chain(topic).collect();
    let of = |kind: &'static str, percentages: &BTreeSet<u32>| -> Vec<Notification> {
        let notification = |percent: &u32| Notification {
            trigger: Trigger {
                kind: kind.to_owned(),
                operator: "GREATER_THAN".to_owned(),
                threshold: f64::from(*percent),
                unit: "PERCENTAGE".to_owned(),
            },
            subscribers: subscribers.clone(),
        };
        percentages.iter().map(notification).collect()
    };
    let mut all = of("ACTUAL", &budget.notify_percent);
    all.extend(of("FORECASTED", &budget.notify_forecast_percent));
    all
}

/// The notifications that are there and not wanted, and those that are wanted and not there. One with
/// other subscribers is among both.
fn differences<'a>(
    found: &'a [Notification],
    wanted: &'a [Notification],
) -> (Vec<&'a Notification>, Vec<&'a Notification>) {
    let not_in = |all: &'a [Notification], others: &[Notification]| -> Vec<&'a Notification> {
        all.iter().filter(|one| !others.contains(one)).collect()
    };
    (not_in(found, wanted), not_in(wanted, found))
}

/// The error for a budget of the project's name that somebody else made.
fn taken(name: &str) -> Error {
    Error::AlreadyExists {
        what: format!("a budget `{name}` that was not made for the project, by its tags,"),
        remedy: "delete or rename it, or use another `iam_resource_prefix`".to_owned(),
    }
}
