//! A budget as it should be, and what can be checked of it without asking AWS.

use std::collections::BTreeSet;

use super::{Amount, EMAILS_MAX, NOTIFICATIONS_MAX, PERCENT_MAX};
use crate::aws::Error;
use crate::layout::Account;
use crate::user::check_email;

/// A budget of a project's costs in each month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// The limit.
    pub monthly_usd: Amount,
    /// Percentages of the limit at which people are told that costs exceed them.
    pub notify_percent: BTreeSet<u32>,
    /// Percentages of the limit at which people are told that costs are expected to exceed them by the
    /// end of the month.
    pub notify_forecast_percent: BTreeSet<u32>,
    /// Addresses of those who are told.
    pub notify_emails: BTreeSet<String>,
    /// ARN of the SNS topic that is told.
    pub notify_topic_arn: Option<String>,
}

impl Budget {
    /// Checks what can be checked without asking AWS.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn check(&self) -> Result<(), Error> {
        let percentages = || {
            self.notify_percent
                .iter()
                .chain(&self.notify_forecast_percent)
        };
        if let Some(wrong) = percentages().find(|one| !(1..=PERCENT_MAX).contains(*one)) {
            return invalid(
                format!("{wrong} is no percentage of a budget"),
                "write whole numbers from 1 to 1000",
            );
        }
        let notifications = percentages().count();
        if notifications > NOTIFICATIONS_MAX {
            return invalid(
                format!(
                    "`notify_percent` and `notify_forecast_percent` have {notifications} percentages together, and a \
                     budget has at most {NOTIFICATIONS_MAX} notifications"
                ),
                "remove some",
            );
        }
        if self.notify_emails.len() > EMAILS_MAX {
            return invalid(
                format!(
                    "`notify_emails` has {} addresses, and a budget notifies at most {EMAILS_MAX}",
                    self.notify_emails.len()
                ),
                "write the address of a mailing list, or use `notify_topic_arn`",
            );
        }
        for email in &self.notify_emails {
            check_email(email).or_else(|error| {
                invalid(
                    format!("in `notify_emails`, {error}"),
                    "write addresses such as `alice@example.com`",
                )
            })?;
        }
        let told = !self.notify_emails.is_empty() || self.notify_topic_arn.is_some();
        match (notifications > 0, told) {
            (true, false) => invalid(
                "the budget has notifications, and nobody whom they are sent to".to_owned(),
                "set `notify_emails` or `notify_topic_arn`, or set `notify_percent` to an empty list",
            ),
            (false, true) => invalid(
                "the budget has nothing to tell to `notify_emails` and `notify_topic_arn`"
                    .to_owned(),
                "set `notify_percent` or `notify_forecast_percent`, or remove them",
            ),
            _ => Ok(()),
        }
    }

    /// Checks the budget against the account that it is of.
    ///
    /// # Errors
    /// [`Error::Invalid`] where AWS has no budgets, or the topic is not of this account.
    pub(crate) fn check_in(&self, account: &Account) -> Result<(), Error> {
        // AWS Billing: "AWS GovCloud (US)" in the guide of that partition; its SDKs have no endpoint
        // of AWS Budgets there.
        if account.partition == "aws-us-gov" {
            return invalid(
                "the partition `aws-us-gov` has no AWS Budgets: its costs appear in the linked account of the partition \
                 `aws`"
                    .to_owned(),
                "remove the block, and make a budget in that account",
            );
        }
        let Some(topic) = &self.notify_topic_arn else {
            return Ok(());
        };
        let parts: Vec<&str> = topic.split(':').collect();
        let own = match parts.as_slice() {
            ["arn", partition, "sns", _, id, name] => {
                *partition == account.partition && *id == account.account_id && !name.is_empty()
            }
            _ => false,
        };
        if own {
            return Ok(());
        }
        invalid(
            format!(
                "`{}` is not the ARN of a topic in the account {}",
                topic.escape_debug(),
                account.account_id
            ),
            "write the ARN of an SNS topic of the account that the budget is in as `notify_topic_arn`",
        )
    }
}

fn invalid(message: String, remedy: &str) -> Result<(), Error> {
    Err(Error::Invalid {
        attribute: Some("budget"),
        message,
        remedy: remedy.to_owned(),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:costs";

    /// A budget that mails at 80 and 100 percent.
    pub(in crate::budget) fn budget() -> Budget {
        Budget {
            monthly_usd: "5000".parse().unwrap(),
            notify_percent: [80, 100].into(),
            notify_emails: ["alice@example.com".to_owned()].into(),
            ..Budget::default()
        }
    }

    #[test]
    fn check_refuses_what_aws_would() {
        type Edit = fn(&mut Budget);
        let cases: [(Edit, &str); 7] = [
            (
                |budget| budget.notify_percent = [0].into(),
                "0 is no percentage",
            ),
            (
                |budget| budget.notify_percent = [1_001].into(),
                "1001 is no",
            ),
            (
                |budget| budget.notify_forecast_percent = [1, 2, 3, 4].into(),
                "6 percentages",
            ),
            (
                |budget| {
                    budget.notify_emails = (0..11).map(|n| format!("a{n}@example.com")).collect();
                },
                "11 addresses",
            ),
            (
                |budget| budget.notify_emails = ["alice".to_owned()].into(),
                "`alice` is not",
            ),
            (|budget| budget.notify_emails.clear(), "nobody"),
            (|budget| budget.notify_percent.clear(), "nothing to tell"),
        ];
        for (edit, words) in cases {
            let mut budget = budget();
            edit(&mut budget);
            let error = budget.check().unwrap_err();
            assert_eq!(error.attribute(), Some("budget"));
            assert!(error.detail().contains(words), "{}", error.detail());
        }
        let silent = Budget {
            monthly_usd: "1".parse().unwrap(),
            ..Budget::default()
        };
        for good in [budget(), silent] {
            assert_eq!(good.check(), Ok(()));
        }
    }

    #[test]
    fn check_in_knows_partition_and_account() {
        let to = |topic: &str| Budget {
            notify_topic_arn: Some(topic.to_owned()),
            ..budget()
        };
        let account = |region: &str| Account::new("123456789012", region);
        let here = account("us-east-1");
        assert_eq!(to(TOPIC).check_in(&here), Ok(()));
        assert_eq!(budget().check_in(&account("cn-north-1")), Ok(()));
        let gov = budget().check_in(&account("us-gov-west-1")).unwrap_err();
        assert!(gov.detail().contains("aws-us-gov"), "{}", gov.detail());
        for wrong in [
            "costs",
            "arn:aws:sns:us-east-1:123456789012:",
            "arn:aws:sns:us-east-1:210987654321:costs",
            "arn:aws-cn:sns:cn-north-1:123456789012:costs",
            "arn:aws:sqs:us-east-1:123456789012:costs",
            "arn:aws:sns:us-east-1:123456789012:costs:4b1f",
        ] {
            let error = to(wrong).check_in(&here).unwrap_err();
            assert!(error.detail().contains("notify_topic_arn"), "{wrong}");
        }
    }
}
