//! `mlspace_project_spend`: what a project spent in the current month.

use async_trait::async_trait;
use mlspace_core::name::ProjectName;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::mapping;
use crate::validators;
use terraform_plugin::framework::{Attribute, Call, DataSource, Diagnostics, Field, Schema};

/// The data source.
#[derive(Debug)]
pub(crate) struct ProjectSpendDataSource;

/// Arguments and result.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ProjectSpendModel {
    project: Field<String>,
    budget_name: Field<String>,
    monthly_limit: Field<f64>,
    actual: Field<f64>,
    forecast: Field<f64>,
    currency: Field<String>,
    last_updated_at: Field<String>,
}

#[async_trait]
impl DataSource<Client> for ProjectSpendDataSource {
    type Model = ProjectSpendModel;

    fn type_name(&self) -> &'static str {
        "mlspace_project_spend"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "What a project spent in the current month, by its budget in AWS Budgets (the block `budget` of \
                 `mlspace_project`). AWS works it out up to three times a day. The caller needs `budgets:ViewBudget`.",
            )
            .attributes([
                Attribute::string("project")
                    .required()
                    .describe("Name of the project, which has a budget.")
                    .validate(validators::parses_as::<ProjectName>),
                Attribute::string("budget_name")
                    .computed()
                    .describe("Name of the budget."),
                Attribute::number("monthly_limit")
                    .computed()
                    .describe("Limit of the budget. Null if somebody gave each month its own."),
                Attribute::number("actual").computed().describe(
                    "Costs so far. Zero, or null, also until AWS has worked out a new or changed budget, which is warned \
                     of.",
                ),
                Attribute::number("forecast").computed().describe(
                    "Costs that AWS expects by the end of the month. Null if it expects none, as without about five weeks \
                     of costs.",
                ),
                Attribute::string("currency")
                    .computed()
                    .describe("Currency of the amounts, such as `USD`."),
                Attribute::string("last_updated_at")
                    .computed()
                    .describe("When AWS last changed the budget or worked it out (RFC 3339, UTC). Null if it does not say."),
            ])
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        config: ProjectSpendModel,
    ) -> Result<ProjectSpendModel, Diagnostics> {
        let project = mapping::parse::<ProjectName>(&config.project, "project")?;
        let spend = client.projects.spend(&project).await;
        let spend = spend.map_err(|error| mapping::diagnostics(&error))?;
        if spend.may_be_unknown() {
            call.warn(
                "project",
                "No costs yet",
                format!(
                    "AWS has no costs of project `{project}` in this month. It says so, too, within a day of a new or \
                     changed budget, and as long as `system` and `project` are no active cost allocation tags."
                ),
            );
        }
        let number =
            |amount: Option<String>| amount.and_then(|text| text.parse::<f64>().ok()).into();
        Ok(ProjectSpendModel {
            budget_name: Field::Known(spend.budget),
            monthly_limit: number(spend.limit),
            actual: number(spend.actual),
            forecast: number(spend.forecast),
            currency: Field::Known(spend.currency),
            last_updated_at: spend.updated.map_or(Field::Null, mapping::timestamp),
            ..config
        })
    }
}
