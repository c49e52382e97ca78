//! A project's budget, in the project's record: an attribute beside MLSpace's own, which its web
//! application neither reads nor changes.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Item, ItemBuilder, View, list};
use crate::budget::Budget;

/// The attribute's name. It is there before there is a budget, until there is none.
pub(crate) const BUDGET: &str = "budget";

const MONTHLY_USD: &str = "monthlyUsd";
const PERCENT: &str = "notifyPercent";
const FORECAST_PERCENT: &str = "notifyForecastPercent";
const EMAILS: &str = "notifyEmails";
const TOPIC: &str = "notifyTopicArn";
const KEYS: [&str; 5] = [MONTHLY_USD, PERCENT, FORECAST_PERCENT, EMAILS, TOPIC];

/// Reads the attribute of a project's item. What is malformed in it counts as missing: it decides
/// nothing, and differs from what is configured.
pub(super) fn read(item: &Item) -> Option<Budget> {
    let value = item.get(BUDGET)?;
    let none = Item::new();
    let map = value.as_m().unwrap_or(&none);
    let view = View(map);
    let percentages = |name| {
        let values = map.get(name).and_then(|value| value.as_l().ok());
        let numbers = values.into_iter().flatten();
        numbers
            .filter_map(|value| value.as_n().ok()?.parse().ok())
            .collect()
    };
    Some(Budget {
        monthly_usd: view
            .text(MONTHLY_USD)
            .and_then(|text| text.parse().ok())
            .unwrap_or_default(),
        notify_percent: percentages(PERCENT),
        notify_forecast_percent: percentages(FORECAST_PERCENT),
        notify_emails: view
            .strings(EMAILS)
            .unwrap_or_default()
            .into_iter()
            .collect(),
        notify_topic_arn: view.text(TOPIC),
    })
}

/// The attribute with this budget, over an existing one whose unknown keys stay.
pub(super) fn write(budget: &Budget, existing: Option<&Item>) -> AttributeValue {
    let numbers = |percentages: &std::collections::BTreeSet<u32>| {
        let numbers = percentages.iter();
        AttributeValue::L(
            numbers
                .map(|one| AttributeValue::N(one.to_string()))
                .collect(),
        )
    };
    let emails: Vec<String> = budget.notify_emails.iter().cloned().collect();
    let mut item = ItemBuilder::new()
        .string(MONTHLY_USD, budget.monthly_usd.to_string())
        .value(PERCENT, numbers(&budget.notify_percent))
        .value(FORECAST_PERCENT, numbers(&budget.notify_forecast_percent))
        .value(EMAILS, list(&emails));
    if let Some(topic) = &budget.notify_topic_arn {
        item = item.string(TOPIC, topic);
    }
    let mut map = existing.cloned().unwrap_or_default();
    map.retain(|key, _| !KEYS.contains(&key.as_str()));
    map.extend(item.build());
    AttributeValue::M(map)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::records) fn budget() -> Budget {
        Budget {
            monthly_usd: "5000.50".parse().unwrap(),
            notify_percent: [80, 100].into(),
            notify_forecast_percent: [100].into(),
            notify_emails: ["alice@example.com".to_owned()].into(),
            notify_topic_arn: Some("arn:aws:sns:us-east-1:123456789012:costs".to_owned()),
        }
    }

    fn item(value: AttributeValue) -> Item {
        Item::from([(BUDGET.to_owned(), value)])
    }

    #[test]
    fn budgets_round_trip_and_keep_unknown_keys() {
        assert_eq!(read(&Item::new()), None);
        let theirs = AttributeValue::S("theirs".to_owned());
        let existing = Item::from([
            ("other".to_owned(), theirs.clone()),
            (TOPIC.to_owned(), theirs.clone()),
        ]);
        let plain = Budget {
            monthly_usd: "1".parse().unwrap(),
            ..Budget::default()
        };
        for budget in [budget(), plain] {
            let written = item(write(&budget, Some(&existing)));
            assert_eq!(read(&written), Some(budget));
            assert_eq!(written[BUDGET].as_m().unwrap()["other"], theirs);
        }
    }

    #[test]
    fn malformed_budgets_differ_from_every_other() {
        let number = AttributeValue::N("5".to_owned());
        for odd in [number.clone(), AttributeValue::M(Item::new())] {
            assert_eq!(read(&item(odd)), Some(Budget::default()));
        }
        let mut map = write(&budget(), None).as_m().unwrap().clone();
        map.insert(MONTHLY_USD.to_owned(), number);
        let found = read(&item(AttributeValue::M(map))).unwrap();
        assert_ne!(found.monthly_usd, budget().monthly_usd);
        assert_eq!(found.notify_emails, budget().notify_emails);
    }
}
