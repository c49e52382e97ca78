//! Planning projects.

use std::sync::atomic::Ordering;

use super::{ProjectSpec, Projects};
use crate::aws::{Error, PolicyModel};
use crate::name::UserName;
use crate::ownership::Run;
use crate::plan::{Notice, PlanOutcome};
use crate::policies::Suspended;
use crate::tags::{PROJECT, SYSTEM, Tags, are_of_mlspace_itself};

/// What is known of a project before it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedProject {
    /// The project's name.
    pub id: String,
    /// ARN of its policy; `None` where all memberships share theirs.
    pub policy_arn: Option<String>,
}

impl Projects {
    /// Plans a project. `prior` is what the state holds, `run` says what else happens to existing
    /// projects.
    pub async fn plan(
        &self,
        spec: &ProjectSpec,
        prior: Option<&ProjectSpec>,
        run: &dyn Run,
    ) -> PlanOutcome<PlannedProject> {
        let outcome = PlanOutcome::from(self.try_plan(spec, prior, run).await);
        let outcome = match &outcome.values {
            Some(_) => outcome.and(self.plan_access(spec, prior).await),
            None => outcome,
        };
        let outcome = match &outcome.values {
            Some(_) => outcome.and(Box::pin(self.plan_budget(spec, prior)).await),
            None => outcome,
        };
        let outcome = outcome.and(self.plan_suspension(spec, prior));
        outcome.and(self.plan_beside_mlspace().await)
    }

    /// Plans the budget: refuses what AWS would, and tells what a new one does not do.
    async fn plan_budget(
        &self,
        spec: &ProjectSpec,
        prior: Option<&ProjectSpec>,
    ) -> PlanOutcome<()> {
        let before = prior.and_then(|prior| prior.budget.as_ref());
        let Some(budget) = spec
            .budget
            .as_ref()
            .filter(|budget| Some(*budget) != before)
        else {
            return PlanOutcome::new(());
        };
        let name = &spec.name;
        let checked = self.budgets.check(name, budget, before.is_none()).await;
        let system = &self.clients.settings().system_tag;
        PlanOutcome::warned(checked.map(|()| {
            vec![Notice {
                attribute: "budget",
                summary: "Budget is no hard limit".to_owned(),
                detail: format!(
                    "AWS works costs out up to three times a day, usually 8 to 12 hours after they arise, and says only \
                     then that they exceed the budget: nothing stops or is refused at {amount} USD. Only costs of \
                     resources with the tags `{SYSTEM}` = `{system}` and `{PROJECT}` = `{name}` count, and only once \
                     both keys are active cost allocation tags of the account that pays. The project's part of a \
                     shared bucket, network or key does not count.",
                    amount = budget.monthly_usd,
                ),
            }]
        }))
    }

    /// Tells what a suspension leaves running.
    fn plan_suspension(&self, spec: &ProjectSpec, prior: Option<&ProjectSpec>) -> PlanOutcome<()> {
        let mut outcome = PlanOutcome::new(());
        if spec.suspended && prior.is_some_and(|prior| !prior.suspended) {
            let system = &self.clients.settings().system_tag;
            outcome.warnings.push(Notice {
                attribute: "suspended",
                summary: "Jobs and endpoints go on".to_owned(),
                detail: format!(
                    "Suspending project `{name}` denies everything to its members and stops its notebooks. Jobs and \
                     endpoints that run already go on, and cost. Find them with `aws resourcegroupstaggingapi \
                     get-resources --tag-filters Key={SYSTEM},Values={system} Key={PROJECT},Values={name}`, and stop or \
                     delete those that should not.",
                    name = spec.name,
                ),
            });
        }
        outcome
    }

    /// Plans what members can do: refuses what the platform does not offer or no policy holds, and
    /// tells what is open that was not before, and what a role of the project gains and loses.
    async fn plan_access(
        &self,
        spec: &ProjectSpec,
        prior: Option<&ProjectSpec>,
    ) -> PlanOutcome<()> {
        self.projects.plan(&spec.name, &spec.access);
        match self.try_plan_access(spec, prior).await {
            Ok(warning) => {
                let mut outcome = PlanOutcome::new(());
                outcome.warnings.extend(warning);
                outcome
            }
            Err(error) => PlanOutcome::failed(&error),
        }
    }

    async fn try_plan_access(
        &self,
        spec: &ProjectSpec,
        prior: Option<&ProjectSpec>,
    ) -> Result<Option<Notice>, Error> {
        let settings = self.clients.settings();
        let access = settings.effective(&spec.access);
        spec.check_access(settings, self.clients.account().await?)?;
        let before = prior.map(|prior| settings.effective(&prior.access));
        let mut who = String::new();
        let mut change = None;
        if let Some(before) = before.as_ref().filter(|before| **before != access) {
            let memberships = &self.dependents.memberships;
            let members = memberships.check_access(&spec.name, &access).await?;
            if let Some(user) = members.first() {
                who = format!(" ({})", first_names(&members));
                let words = memberships
                    .access_change(&spec.name, user, (before, &access))
                    .await?;
                change =
                    words.map(|words| format!("Of all requests, the role of `{user}` {words}."));
            }
        }
        let opened = access.opens(&before.unwrap_or_default());
        let of = format!("the members of project `{}`{who}", spec.name);
        let (summary, detail) = match (opened.as_slice(), change) {
            ([], None) => return Ok(None),
            ([], Some(change)) => (
                "Member permissions change",
                format!("This changes what {of} can do. {change}"),
            ),
            (opened, change) => (
                "Members gain access",
                [format!("This opens to {of}: {}", opened.join(" "))]
                    .into_iter()
                    .chain(change)
                    .collect::<Vec<_>>()
                    .join(" "),
            ),
        };
        Ok(Some(Notice {
            attribute: "",
            summary: summary.to_owned(),
            detail,
        }))
    }

    /// Warns, once, when the account has a deployment of MLSpace that the policy model does not suit.
    async fn plan_beside_mlspace(&self) -> PlanOutcome<()> {
        let mut outcome = PlanOutcome::new(());
        let settings = self.clients.settings();
        if settings.policy_model != PolicyModel::Attribute || self.warned.load(Ordering::Relaxed) {
            return outcome;
        }
        let roles = match self.roles.tagged().await {
            Ok(roles) => roles,
            Err(error) => return outcome.and(PlanOutcome::failed(&error)),
        };
        let of_mlspace = |tags: &Tags| {
            tags.get(SYSTEM) == Some(&settings.system_tag) && are_of_mlspace_itself(tags)
        };
        let Some((role, _)) = roles.iter().find(|(_, tags)| of_mlspace(tags)) else {
            return outcome;
        };
        if !self.warned.swap(true, Ordering::Relaxed) {
            outcome.warnings.push(Notice {
                attribute: "",
                summary: "Policy model does not suit MLSpace".to_owned(),
                detail: format!(
                    "MLSpace is deployed in this account, as its role `{role}` shows. Its web application deletes the \
                     policies of projects and users by their names and fails half-way without them, which \
                     `policy_model = \"attribute\"` does. Use `per_principal` as long as the web application is in use."
                ),
            });
        }
        outcome
    }

    async fn try_plan(
        &self,
        spec: &ProjectSpec,
        prior: Option<&ProjectSpec>,
        run: &dyn Run,
    ) -> Result<PlannedProject, Error> {
        if prior.is_none() {
            self.check_new(spec, run).await?;
        }
        let was_suspended = prior.is_some_and(|prior| prior.suspended);
        let attribute = self.clients.settings().policy_model == PolicyModel::Attribute;
        if attribute && spec.suspended && !was_suspended {
            // All suspensions of a plan share one policy, so they are checked together.
            let planned = Suspended {
                projects: self.planned.add(&spec.name),
                ..Suspended::default()
            };
            self.suspensions.check(&planned).await?;
        }
        Ok(PlannedProject {
            id: spec.name.to_string(),
            policy_arn: self.project_policies.arn(&spec.name).await?,
        })
    }
}

/// The first few names, and how many more there are.
fn first_names(all: &[UserName]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = all.iter().take(SHOWN).map(UserName::as_str).collect();
    match all.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
