//! What projects spent, by their budgets.

use super::steps::Budgets;
use crate::aws::Error;
use crate::name::ProjectName;

/// What a project spent in the current month, as far as AWS has worked it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectSpend {
    /// The name of its budget.
    pub budget: String,
    /// The limit, a decimal number; `None` if somebody gave each month its own.
    pub limit: Option<String>,
    /// The costs so far, a decimal number; `None` if AWS says nothing.
    pub actual: Option<String>,
    /// The costs that AWS expects by the end of the month, a decimal number; `None` if it expects none.
    pub forecast: Option<String>,
    /// The currency of all.
    pub currency: String,
    /// When AWS last changed the budget or worked it out, in seconds since the epoch.
    pub updated: Option<i64>,
}

impl ProjectSpend {
    /// Whether nothing is known yet: AWS says zero, too, until it has worked out a new or changed budget,
    /// and for costs whose tags are not active
    /// (<https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CalculatedSpend.html>).
    #[must_use]
    pub fn may_be_unknown(&self) -> bool {
        let zero = |amount: &String| amount.bytes().all(|b| b == b'0' || b == b'.');
        self.actual.as_ref().is_none_or(zero)
    }
}

impl Budgets {
    /// What the project spent.
    ///
    /// # Errors
    /// [`Error::NotFound`] without its budget.
    pub(crate) async fn spend(&self, project: &ProjectName) -> Result<ProjectSpend, Error> {
        let name = self.name(project)?;
        let missing = || Error::NotFound {
            what: format!("budget `{name}` of project `{project}`"),
            remedy: "give the project a block `budget`, and let this depend on the project"
                .to_owned(),
        };
        let found = self.api.get(&name).await?.ok_or_else(missing)?;
        let spend = found.spend;
        let (actual, forecast) = (spend.actual, spend.forecast);
        let money = actual.as_ref().or(forecast.as_ref());
        Ok(ProjectSpend {
            currency: money.map_or(found.unit, |(_, currency)| currency.clone()),
            budget: name.clone(),
            limit: found.amount,
            actual: actual.map(|(amount, _)| amount),
            forecast: forecast.map(|(amount, _)| amount),
            updated: spend.updated,
        })
    }
}
