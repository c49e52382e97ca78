//! The block `budget` of a project.

use std::collections::BTreeSet;

use mlspace_core::budget::{Amount, AmountError, Budget, PERCENT_MAX};
use serde::{Deserialize, Serialize};

use crate::mapping::{self, StringList};
use crate::validators;
use terraform_plugin::framework::diagnostics::sentence;
use terraform_plugin::framework::{
    Attribute, Block, Diagnostics, Field, Type, ValidationError, Value,
};

/// The block `budget`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct BudgetModel {
    monthly_usd: Field<f64>,
    notify_percent: Percentages,
    notify_forecast_percent: Percentages,
    notify_emails: StringList,
    notify_topic_arn: Field<String>,
}

type Percentages = Field<Vec<Field<i64>>>;

/// The percentages that people are told of by default.
const DEFAULT_PERCENT: [i64; 2] = [80, 100];

/// The block.
pub(super) fn block() -> Block {
    let percent = || validators::each(validators::between(1, i64::from(PERCENT_MAX)));
    Block::at_most_one(
        "budget",
        [
            Attribute::number("monthly_usd")
                .required()
                .describe("Limit of the costs of a month, in US dollars, with at most two decimals.")
                .validate(amount),
            Attribute::set("notify_percent", Type::Number)
                .optional()
                .default(Value::set(DEFAULT_PERCENT))
                .describe(
                    "Percentages of the limit, 1 to 1000. A notification is sent when the costs of the month exceed one. \
                     Defaults to 80 and 100.",
                )
                .validate(percent()),
            Attribute::set("notify_forecast_percent", Type::Number)
                .optional()
                .describe(
                    "Percentages of the limit. A notification is sent when the costs expected by the end of the month \
                     exceed one. AWS needs about five weeks of costs to expect any. Together with `notify_percent`, at \
                     most 5.",
                )
                .validate(percent()),
            Attribute::set("notify_emails", Type::String)
                .optional()
                .describe("E-mail addresses that notifications are sent to, at most 10.")
                .validate(validators::each(validators::email)),
            Attribute::string("notify_topic_arn").optional().describe(
                "ARN of an SNS topic of the account that notifications are sent to. Its policy has to allow \
                 `budgets.amazonaws.com` to publish.",
            ),
        ],
    )
    .describe(
        "Budget of the project in AWS Budgets, which counts the costs of resources with the project's tags. It is no hard \
         limit: costs are known hours later, and nothing is stopped. See the guide on what a project may cost.",
    )
}

/// Validates the limit.
fn amount(value: &Value) -> Result<(), ValidationError> {
    match value {
        Value::Number(number) => {
            let amount = number.to_string().parse::<Amount>();
            amount.map(drop).map_err(ValidationError::new)
        }
        _ => Ok(()),
    }
}

/// The budget in a block, which must be known; `None` if it is absent.
pub(super) fn budget(block: &Field<BudgetModel>) -> Result<Option<Budget>, Diagnostics> {
    match block {
        Field::Null => Ok(None),
        Field::Unknown => Err(mapping::missing_value("budget")),
        Field::Known(model) => model.budget().map(Some),
    }
}

/// Checks a known budget of a configuration.
pub(super) fn check(block: &Field<BudgetModel>, diagnostics: &mut Diagnostics) {
    // The configuration has no defaults.
    let with_default = block.known().map(|model| {
        let mut model = model.clone();
        if model.notify_percent.is_null() {
            model.notify_percent =
                numbers(&DEFAULT_PERCENT.map(|one| u32::try_from(one).unwrap_or_default()));
        }
        Field::Known(model)
    });
    if let Some(Ok(Some(budget))) = with_default.as_ref().map(budget)
        && let Err(error) = budget.check()
    {
        diagnostics.error("budget", "Invalid budget", sentence(&error.detail()));
    }
}

/// The block with this budget: as it was if it means the same.
pub(super) fn with_budget(block: Field<BudgetModel>, found: Option<&Budget>) -> Field<BudgetModel> {
    if budget(&block).is_ok_and(|known| known.as_ref() == found) {
        return block;
    }
    found.map(BudgetModel::from).into()
}

fn numbers<'a>(percentages: impl IntoIterator<Item = &'a u32>) -> Percentages {
    let all = percentages.into_iter();
    Field::Known(all.map(|one| Field::Known(i64::from(*one))).collect())
}

/// A set that is null if it is empty.
fn or_null<T>(field: Field<Vec<T>>) -> Field<Vec<T>> {
    match field {
        Field::Known(all) if all.is_empty() => Field::Null,
        other => other,
    }
}

/// The percentages in a set, which must be known; none if it is null.
fn percentages(field: &Percentages, attribute: &str) -> Result<BTreeSet<u32>, Diagnostics> {
    if field.is_unknown() {
        return Err(mapping::missing_value(attribute));
    }
    let all = field.as_option().into_iter().flatten();
    all.map(|one| {
        let number = mapping::required(one, attribute)?;
        // What is out of range is no percentage, which the core refuses.
        Ok(u32::try_from(number).unwrap_or(0))
    })
    .collect()
}

impl BudgetModel {
    fn budget(&self) -> Result<Budget, Diagnostics> {
        if self.notify_topic_arn.is_unknown() {
            return Err(mapping::missing_value("notify_topic_arn"));
        }
        let amount: f64 = mapping::required(&self.monthly_usd, "monthly_usd")?;
        Ok(Budget {
            monthly_usd: amount.to_string().parse().map_err(|error: AmountError| {
                Diagnostics::of_error("budget", "Invalid budget", sentence(&error.to_string()))
            })?,
            notify_percent: percentages(&self.notify_percent, "notify_percent")?,
            notify_forecast_percent: percentages(
                &self.notify_forecast_percent,
                "notify_forecast_percent",
            )?,
            notify_emails: mapping::sorted(&self.notify_emails, "notify_emails")?
                .into_iter()
                .collect(),
            notify_topic_arn: self.notify_topic_arn.as_option().cloned(),
        })
    }
}

impl From<&Budget> for BudgetModel {
    fn from(budget: &Budget) -> Self {
        let emails: Vec<String> = budget.notify_emails.iter().cloned().collect();
        Self {
            monthly_usd: Field::Known(budget.monthly_usd.dollars()),
            notify_percent: numbers(&budget.notify_percent),
            notify_forecast_percent: or_null(numbers(&budget.notify_forecast_percent)),
            notify_emails: or_null(mapping::strings(&emails)),
            notify_topic_arn: budget.notify_topic_arn.clone().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> BudgetModel {
        BudgetModel {
            monthly_usd: Field::Known(5_000.5),
            notify_percent: numbers(&[80, 100]),
            notify_forecast_percent: Field::Null,
            notify_emails: mapping::strings(&["alice@example.com"]),
            notify_topic_arn: Field::Null,
        }
    }

    fn messages(model: BudgetModel) -> Vec<String> {
        let mut diagnostics = Diagnostics::default();
        check(&Field::Known(model), &mut diagnostics);
        let all = diagnostics.iter();
        all.map(|one| one.detail.clone()).collect()
    }

    #[test]
    fn models_round_trip() {
        let budget = budget(&Field::Known(model())).unwrap().unwrap();
        assert_eq!(budget.monthly_usd.to_string(), "5000.50");
        assert_eq!(BudgetModel::from(&budget), model());
        assert_eq!(with_budget(Field::Null, None), Field::Null);
        assert_eq!(with_budget(Field::Known(model()), None), Field::Null);
        // An empty set stays one.
        let empty = BudgetModel {
            notify_forecast_percent: Field::Known(Vec::new()),
            ..model()
        };
        let block = Field::Known(empty);
        assert_eq!(with_budget(block.clone(), Some(&budget)), block);
    }

    #[test]
    fn check_knows_the_default_and_waits_for_unknown_values() {
        let silent = BudgetModel {
            notify_percent: Field::Null,
            notify_emails: Field::Null,
            ..model()
        };
        let told = messages(silent.clone());
        assert!(told[0].contains("nobody"), "{told:?}");
        let unknown = BudgetModel {
            notify_topic_arn: Field::Unknown,
            ..silent
        };
        assert_eq!(messages(unknown.clone()), [""; 0]);
        assert!(budget(&Field::Known(unknown)).is_err());
        let mut emails = model();
        emails.notify_emails = Field::Known(vec![Field::Unknown]);
        assert_eq!(messages(emails), [""; 0]);
        assert_eq!(messages(model()), [""; 0]);
    }

    #[test]
    fn amounts_are_validated_exactly() {
        for (text, good) in [
            ("5000", true),
            ("0.1", true),
            ("0.001", false),
            ("0", false),
            ("-1", false),
        ] {
            let number: terraform_plugin::framework::Number = text.parse().unwrap();
            assert_eq!(amount(&Value::Number(number)).is_ok(), good, "{text}");
        }
    }
}
