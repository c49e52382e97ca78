//! Budgets through the AWS SDK.
//!
//! Facts: *AWS Cost Management API Reference*, "AWS Budgets"
//! (<https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Budgets.html>).

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use aws_sdk_budgets::Client;
use aws_sdk_budgets::error::BuildError;
use aws_sdk_budgets::primitives::DateTime;
use aws_sdk_budgets::types::{
    Budget, BudgetType, ComparisonOperator, Expression, MatchOption, Metric,
    Notification as SdkNotification, NotificationType, NotificationWithSubscribers, ResourceTag,
    Spend as SdkSpend, Subscriber as SdkSubscriber, SubscriptionType, TagValues, ThresholdType,
    TimePeriod, TimeUnit,
};

use super::api::{BudgetApi, BudgetState, Filter, Notification, Spend, Subscriber, Trigger};
use crate::aws::{Clients, Error, IfPresent as _, SdkResultExt as _};
use crate::tags::Tags;

/// The SDK's client of AWS Budgets, created at the first call.
pub(crate) struct SdkBudgets {
    clients: Clients,
}

impl SdkBudgets {
    pub(crate) fn new(clients: Clients) -> Self {
        Self { clients }
    }

    /// The client and the account, which every call names.
    async fn client(&self) -> Result<(&Client, &str), Error> {
        let client = self.clients.budgets().await?;
        Ok((client, &self.clients.account().await?.account_id))
    }

    async fn subscribers(
        &self,
        name: &str,
        notification: &SdkNotification,
    ) -> Result<BTreeSet<Subscriber>, Error> {
        let (client, account) = self.client().await?;
        let mut found = BTreeSet::new();
        let mut next = None;
        loop {
            let call = client
                .describe_subscribers_for_notification()
                .account_id(account)
                .budget_name(name)
                .notification(notification.clone())
                .set_next_token(next);
            let answer = call.send().await;
            let page = answer
                .called("budgets", "DescribeSubscribersForNotification")
                .if_present()?;
            let Some(page) = page else {
                return Ok(found);
            };
            found.extend(page.subscribers().iter().map(|one| {
                let address = one.address().to_owned();
                match one.subscription_type() {
                    SubscriptionType::Sns => Subscriber::Topic(address),
                    _ => Subscriber::Email(address),
                }
            }));
            next = page.next_token;
            if next.is_none() {
                return Ok(found);
            }
        }
    }
}

/// A request of the SDK that a field is missing in. All are set here, so that none is.
fn incomplete(operation: &'static str) -> impl Fn(BuildError) -> Error {
    move |error| Error::Aws {
        service: "budgets",
        operation,
        code: "InvalidParameterException".to_owned(),
        message: error.to_string(),
        request_id: None,
    }
}

/// The budget in a request.
fn request(name: &str, budget: &BudgetState) -> Result<Budget, BuildError> {
    let limit = budget.amount.as_ref().map(|amount| {
        let spend = SdkSpend::builder().amount(amount).unit(&budget.unit);
        spend.build()
    });
    let period = budget.period.map(|(start, end)| {
        TimePeriod::builder()
            .start(DateTime::from_secs(start))
            .end(DateTime::from_secs(end))
            .build()
    });
    Budget::builder()
        .budget_name(name)
        .budget_type(BudgetType::Cost)
        .time_unit(TimeUnit::Monthly)
        .set_budget_limit(limit.transpose()?)
        .set_time_period(period)
        .set_filter_expression(expression(&budget.filter))
        .metrics(Metric::UnblendedCost)
        .build()
}

fn expression(filter: &Filter) -> Option<Expression> {
    let Filter::Tags(tags) = filter else {
        return None;
    };
    let each = tags.iter().map(|(key, values)| {
        let values = TagValues::builder()
            .key(key)
            .set_values(Some(values.iter().cloned().collect()))
            .match_options(MatchOption::Equals);
        Expression::builder().tags(values.build()).build()
    });
    let mut all: Vec<Expression> = each.collect();
    if all.len() == 1 {
        return all.pop();
    }
    Some(Expression::builder().set_and(Some(all)).build())
}

/// The filter in an answer. Equality, with case, is also what tags are compared by without options
/// (<https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_TagValues.html>).
fn filter(expression: Option<&Expression>) -> Filter {
    let tags = |expression: &Expression| -> Option<(String, BTreeSet<String>)> {
        let tags = expression.tags()?;
        let alone = Expression::builder().tags(tags.clone()).build() == *expression;
        let equal = tags
            .match_options()
            .iter()
            .all(|option| [MatchOption::Equals, MatchOption::CaseSensitive].contains(option));
        let values = tags.values().iter().cloned().collect();
        (alone && equal).then(|| (tags.key().unwrap_or_default().to_owned(), values))
    };
    let Some(expression) = expression else {
        return Filter::Other;
    };
    let parts = match expression.and() {
        [] => vec![expression],
        parts => parts.iter().collect(),
    };
    let alone = expression.and().is_empty()
        || Expression::builder()
            .set_and(expression.and.clone())
            .build()
            == *expression;
    let found: Option<Vec<_>> = parts.into_iter().map(tags).collect();
    match found {
        Some(found) if alone => {
            let count = found.len();
            let found: BTreeMap<_, _> = found.into_iter().collect();
            match found.len() == count {
                true => Filter::Tags(found),
                false => Filter::Other,
            }
        }
        _ => Filter::Other,
    }
}

#[expect(
    deprecated,
    reason = "a budget that was edited can have the filters of before"
)]
fn state(budget: &Budget) -> BudgetState {
    let limit = budget.budget_limit();
    let empty = |map: Option<bool>| map.unwrap_or(true);
    let period = budget.time_period().and_then(|period| {
        let (start, end) = (period.start()?, period.end()?);
        Some((start.secs(), end.secs()))
    });
    let money = |spend: &SdkSpend| (spend.amount().to_owned(), spend.unit().to_owned());
    let spend = budget.calculated_spend();
    BudgetState {
        amount: limit.map(|limit| limit.amount().to_owned()),
        unit: limit.map_or_else(String::new, |limit| limit.unit().to_owned()),
        filter: filter(budget.filter_expression()),
        is_plain: *budget.budget_type() == BudgetType::Cost
            && *budget.time_unit() == TimeUnit::Monthly
            && budget
                .metrics()
                .iter()
                .all(|metric| *metric == Metric::UnblendedCost)
            && budget.auto_adjust_data().is_none()
            && empty(
                budget
                    .planned_budget_limits()
                    .map(|limits| limits.is_empty()),
            )
            && empty(budget.cost_filters().map(|filters| filters.is_empty())),
        period,
        spend: Spend {
            actual: spend.and_then(|spend| spend.actual_spend()).map(money),
            forecast: spend.and_then(|spend| spend.forecasted_spend()).map(money),
            updated: budget.last_updated_time().map(DateTime::secs),
        },
    }
}

fn sdk_notification(trigger: &Trigger) -> Result<SdkNotification, BuildError> {
    SdkNotification::builder()
        .notification_type(NotificationType::from(trigger.kind.as_str()))
        .comparison_operator(ComparisonOperator::from(trigger.operator.as_str()))
        .threshold(trigger.threshold)
        .threshold_type(ThresholdType::from(trigger.unit.as_str()))
        .build()
}

fn trigger(notification: &SdkNotification) -> Trigger {
    Trigger {
        kind: notification.notification_type().as_str().to_owned(),
        operator: notification.comparison_operator().as_str().to_owned(),
        threshold: notification.threshold(),
        // What it is if nothing is said
        // (<https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Notification.html>).
        unit: notification
            .threshold_type()
            .map_or("PERCENTAGE", ThresholdType::as_str)
            .to_owned(),
    }
}

fn sdk_subscribers(subscribers: &BTreeSet<Subscriber>) -> Result<Vec<SdkSubscriber>, BuildError> {
    let subscriber = |one: &Subscriber| {
        let (kind, address) = match one {
            Subscriber::Email(address) => (SubscriptionType::Email, address),
            Subscriber::Topic(arn) => (SubscriptionType::Sns, arn),
        };
        SdkSubscriber::builder()
            .subscription_type(kind)
            .address(address)
            .build()
    };
    subscribers.iter().map(subscriber).collect()
}

#[async_trait]
impl BudgetApi for SdkBudgets {
    async fn get(&self, name: &str) -> Result<Option<BudgetState>, Error> {
        let (client, account) = self.client().await?;
        let call = client
            .describe_budget()
            .account_id(account)
            .budget_name(name)
            .show_filter_expression(true);
        let answer = call.send().await.called("budgets", "DescribeBudget");
        let found = answer.if_present()?;
        Ok(found.and_then(|found| found.budget().map(state)))
    }

    async fn tags(&self, name: &str) -> Result<Option<Tags>, Error> {
        let (client, _) = self.client().await?;
        let arn = self.clients.account().await?.budget_arn(name);
        let call = client.list_tags_for_resource().resource_arn(arn);
        let answer = call.send().await.called("budgets", "ListTagsForResource");
        let found = answer.if_present()?;
        Ok(found.map(|found| {
            let tags = found.resource_tags().iter();
            tags.map(|tag| (tag.key(), tag.value())).collect()
        }))
    }

    async fn notifications(&self, name: &str) -> Result<Vec<Notification>, Error> {
        let (client, account) = self.client().await?;
        let mut found = Vec::new();
        let mut next = None;
        loop {
            let call = client
                .describe_notifications_for_budget()
                .account_id(account)
                .budget_name(name)
                .set_next_token(next);
            let answer = call.send().await;
            let page = answer
                .called("budgets", "DescribeNotificationsForBudget")
                .if_present()?;
            let Some(page) = page else {
                return Ok(found);
            };
            for notification in page.notifications() {
                let mut notification = notification.clone();
                // The state of the alarm is not part of what identifies a notification.
                notification.notification_state = None;
                found.push(Notification {
                    trigger: trigger(&notification),
                    subscribers: self.subscribers(name, &notification).await?,
                });
            }
            next = page.next_token;
            if next.is_none() {
                return Ok(found);
            }
        }
    }

    async fn create(
        &self,
        name: &str,
        budget: &BudgetState,
        notifications: &[Notification],
        tags: &Tags,
    ) -> Result<(), Error> {
        const CREATE: &str = "CreateBudget";
        let (client, account) = self.client().await?;
        let with_subscribers = |one: &Notification| {
            NotificationWithSubscribers::builder()
                .notification(sdk_notification(&one.trigger)?)
                .set_subscribers(Some(sdk_subscribers(&one.subscribers)?))
                .build()
        };
        let notifications: Result<Vec<_>, BuildError> =
            notifications.iter().map(with_subscribers).collect();
        let tags: Result<Vec<_>, BuildError> = tags
            .iter()
            .map(|(key, value)| ResourceTag::builder().key(key).value(value).build())
            .collect();
        let notifications = notifications.map_err(incomplete(CREATE))?;
        let call = client
            .create_budget()
            .account_id(account)
            .budget(request(name, budget).map_err(incomplete(CREATE))?)
            .set_notifications_with_subscribers(
                (!notifications.is_empty()).then_some(notifications),
            )
            .set_resource_tags(Some(tags.map_err(incomplete(CREATE))?));
        let answer = call.send().await.called("budgets", "CreateBudget");
        answer.map(drop)
    }

    async fn update(&self, name: &str, budget: &BudgetState) -> Result<(), Error> {
        let (client, account) = self.client().await?;
        let budget = request(name, budget).map_err(incomplete("UpdateBudget"))?;
        let call = client
            .update_budget()
            .account_id(account)
            .new_budget(budget);
        let answer = call.send().await.called("budgets", "UpdateBudget");
        answer.map(drop)
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        let (client, account) = self.client().await?;
        let call = client.delete_budget().account_id(account).budget_name(name);
        let answer = call.send().await.called("budgets", "DeleteBudget");
        answer.if_present().map(drop)
    }

    async fn create_notification(
        &self,
        name: &str,
        notification: &Notification,
    ) -> Result<(), Error> {
        const CREATE: &str = "CreateNotification";
        let (client, account) = self.client().await?;
        let subscribers = sdk_subscribers(&notification.subscribers).map_err(incomplete(CREATE))?;
        let call = client
            .create_notification()
            .account_id(account)
            .budget_name(name)
            .notification(sdk_notification(&notification.trigger).map_err(incomplete(CREATE))?)
            .set_subscribers(Some(subscribers));
        let answer = call.send().await.called("budgets", "CreateNotification");
        answer.map(drop)
    }

    async fn delete_notification(&self, name: &str, trigger: &Trigger) -> Result<(), Error> {
        let (client, account) = self.client().await?;
        let notification = sdk_notification(trigger).map_err(incomplete("DeleteNotification"))?;
        let call = client
            .delete_notification()
            .account_id(account)
            .budget_name(name)
            .notification(notification);
        let answer = call.send().await.called("budgets", "DeleteNotification");
        answer.if_present().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> BudgetState {
        let tag = |key: &str, value: &str| (key.to_owned(), BTreeSet::from([value.to_owned()]));
        BudgetState {
            amount: Some("5000".to_owned()),
            unit: "USD".to_owned(),
            filter: Filter::Tags([tag("project", "fraud"), tag("system", "MLSpace")].into()),
            is_plain: true,
            period: Some((1, 2)),
            spend: Spend::default(),
        }
    }

    #[test]
    fn request_is_read_as_what_was_asked_for() {
        let budget = request("b", &wanted()).unwrap();
        assert_eq!(state(&budget), wanted());
        assert_eq!(budget.filter_expression().unwrap().and().len(), 2);
    }

    #[test]
    #[expect(deprecated, reason = "as in `state`")]
    fn edited_budgets_are_told_apart() {
        type Edit = fn(&mut Budget);
        let edits: [Edit; 7] = [
            |budget| budget.metrics = Some(vec![Metric::AmortizedCost]),
            |budget| budget.time_unit = TimeUnit::Daily,
            |budget| budget.filter_expression = None,
            |budget| {
                let all = budget.filter_expression.take().unwrap().and.unwrap();
                let or = Expression::builder().set_or(Some(all)).build();
                budget.filter_expression = Some(or);
            },
            |budget| {
                let all = budget.filter_expression.as_mut().unwrap();
                let tags = all.and.as_mut().unwrap()[0].tags.as_mut().unwrap();
                tags.match_options = Some(vec![MatchOption::StartsWith]);
            },
            |budget| {
                let all = budget.filter_expression.as_mut().unwrap();
                let first = all.and.as_ref().unwrap()[0].clone();
                all.and.as_mut().unwrap().push(first);
            },
            |budget| {
                let filters = [("Service".to_owned(), vec!["S3".to_owned()])];
                budget.cost_filters = Some(filters.into());
            },
        ];
        for edit in edits {
            let mut budget = request("b", &wanted()).unwrap();
            edit(&mut budget);
            assert_ne!(state(&budget), wanted(), "{budget:?}");
        }
        // Options that mean the same as none.
        let mut budget = request("b", &wanted()).unwrap();
        for part in budget
            .filter_expression
            .as_mut()
            .unwrap()
            .and
            .as_mut()
            .unwrap()
        {
            part.tags.as_mut().unwrap().match_options = None;
        }
        assert_eq!(state(&budget), wanted());
    }

    #[test]
    fn triggers_round_trip() {
        let one = Trigger {
            kind: "FORECASTED".to_owned(),
            operator: "GREATER_THAN".to_owned(),
            threshold: 80.0,
            unit: "PERCENTAGE".to_owned(),
        };
        let mut sdk = sdk_notification(&one).unwrap();
        assert_eq!(trigger(&sdk), one);
        sdk.threshold_type = None;
        assert_eq!(trigger(&sdk), one);
    }
}
