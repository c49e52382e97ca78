//! In-memory budgets for unit tests.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;

use super::api::{BudgetApi, BudgetState, Filter, Notification, Spend, Trigger};
use crate::aws::Error;
use crate::tags::{PROJECT, SYSTEM, TOKEN, Tags};
use crate::testing::{Faults, refusal};

/// A budget with what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FakeBudget {
    pub(crate) state: BudgetState,
    pub(crate) notifications: Vec<Notification>,
    pub(crate) tags: Tags,
}

/// AWS Budgets in memory.
pub(crate) struct FakeBudgets {
    budgets: Mutex<BTreeMap<String, FakeBudget>>,
    faults: Faults,
}

impl FakeBudget {
    /// A budget with the tags of a project of the platform, which counts everything and tells nobody.
    pub(crate) fn of_project(project: &str, amount: &str) -> Self {
        Self {
            state: BudgetState {
                amount: Some(amount.to_owned()),
                unit: "USD".to_owned(),
                filter: Filter::Other,
                is_plain: true,
                period: None,
                spend: Spend::default(),
            },
            notifications: Vec::new(),
            tags: Tags::from([(SYSTEM, "MLSpace"), (PROJECT, project)]),
        }
    }
}

type All = BTreeMap<String, FakeBudget>;

fn found<'a>(all: &'a mut All, name: &str) -> Result<&'a mut FakeBudget, &'static str> {
    all.get_mut(name).ok_or("NotFoundException")
}

impl FakeBudgets {
    /// No budgets; `faults` can interrupt the calls.
    pub(crate) fn new(faults: Faults) -> Self {
        Self {
            budgets: Mutex::default(),
            faults,
        }
    }

    /// The budgets by name, with notifications in order and without tokens.
    pub(crate) fn budgets(&self) -> All {
        let mut all = self.budgets.lock().unwrap().clone();
        for budget in all.values_mut() {
            budget.tags.remove(TOKEN);
            let order = |a: &Notification, b: &Notification| a.trigger.partial_cmp(&b.trigger);
            budget.notifications.sort_by(|a, b| order(a, b).unwrap());
        }
        all
    }

    /// Changes a budget as another program would.
    pub(crate) fn edit(&self, name: &str, act: impl FnOnce(&mut FakeBudget)) {
        act(self.budgets.lock().unwrap().get_mut(name).unwrap());
    }

    /// Removes a budget as another program would.
    pub(crate) fn remove(&self, name: &str) {
        self.budgets.lock().unwrap().remove(name).unwrap();
    }

    /// Makes a budget as another program would.
    pub(crate) fn insert(&self, name: &str, budget: FakeBudget) {
        self.budgets.lock().unwrap().insert(name.to_owned(), budget);
    }

    fn write<T>(
        &self,
        operation: &'static str,
        act: impl FnOnce(&mut All) -> Result<T, &'static str>,
    ) -> Result<T, Error> {
        self.faults.write("budgets", operation, || {
            let done = act(&mut self.budgets.lock().unwrap());
            done.map_err(|code| refusal("budgets", operation, code))
        })
    }
}

#[async_trait]
impl BudgetApi for FakeBudgets {
    async fn get(&self, name: &str) -> Result<Option<BudgetState>, Error> {
        self.faults.read("budgets", "DescribeBudget")?;
        let all = self.budgets.lock().unwrap();
        Ok(all.get(name).map(|budget| budget.state.clone()))
    }

    async fn tags(&self, name: &str) -> Result<Option<Tags>, Error> {
        self.faults.read("budgets", "ListTagsForResource")?;
        let all = self.budgets.lock().unwrap();
        Ok(all.get(name).map(|budget| budget.tags.clone()))
    }

    async fn notifications(&self, name: &str) -> Result<Vec<Notification>, Error> {
        self.faults
            .read("budgets", "DescribeNotificationsForBudget")?;
        let all = self.budgets.lock().unwrap();
        let notifications = all.get(name).map(|budget| budget.notifications.clone());
        Ok(notifications.unwrap_or_default())
    }

    async fn create(
        &self,
        name: &str,
        budget: &BudgetState,
        notifications: &[Notification],
        tags: &Tags,
    ) -> Result<(), Error> {
        self.write("CreateBudget", |all| {
            if all.contains_key(name) {
                return Err("DuplicateRecordException");
            }
            let budget = FakeBudget {
                state: BudgetState {
                    period: Some((1_790_000_000, 3_700_000_000)),
                    ..budget.clone()
                },
                notifications: notifications.to_vec(),
                tags: tags.clone(),
            };
            all.insert(name.to_owned(), budget);
            Ok(())
        })
    }

    async fn update(&self, name: &str, budget: &BudgetState) -> Result<(), Error> {
        self.write("UpdateBudget", |all| {
            let budget = BudgetState {
                spend: Spend::default(),
                ..budget.clone()
            };
            found(all, name).map(|found| found.state = budget)
        })
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        self.write("DeleteBudget", |all| {
            all.remove(name);
            Ok(())
        })
    }

    async fn create_notification(
        &self,
        name: &str,
        notification: &Notification,
    ) -> Result<(), Error> {
        self.write("CreateNotification", |all| {
            let notifications = &mut found(all, name)?.notifications;
            let same = |other: &Notification| other.trigger == notification.trigger;
            if notifications.iter().any(same) {
                return Err("DuplicateRecordException");
            }
            if notifications.len() >= super::NOTIFICATIONS_MAX {
                return Err("CreationLimitExceededException");
            }
            notifications.push(notification.clone());
            Ok(())
        })
    }

    async fn delete_notification(&self, name: &str, trigger: &Trigger) -> Result<(), Error> {
        self.write("DeleteNotification", |all| {
            let notifications = &mut found(all, name)?.notifications;
            notifications.retain(|other| other.trigger != *trigger);
            Ok(())
        })
    }
}
