//! `mlspace_membership`: a user's place in a project, with the IAM role that carries it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::access::Departure;
use mlspace_core::membership::{Membership, MembershipSpec};
use mlspace_core::name::{ProjectName, UserName};
use serde::{Deserialize, Serialize};

use crate::attributes::{drift_attribute, id_attribute, plan_drift};
use crate::client::Client;
use crate::mapping::{self, StateModel};
use crate::validators;
use terraform_plugin::framework::{
    Attribute, Call, Diagnostics, Failed, Field, Plan, Resource, Schema, Value,
};

/// The resource type.
#[derive(Debug)]
pub(crate) struct MembershipResource;

/// State and configuration of a membership.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct MembershipModel {
    id: Field<String>,
    project: Field<String>,
    user: Field<String>,
    owner: Field<bool>,
    role_name: Field<String>,
    role_arn: Field<String>,
    drift: Field<Vec<String>>,
}

#[async_trait]
impl Resource<Client> for MembershipResource {
    type Model = MembershipModel;

    fn type_name(&self) -> &'static str {
        "mlspace_membership"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "A user's membership of a project. It makes the IAM role that the user's notebooks and jobs in this \
                 project run as, bounded by the permissions boundary and tagged with project and user, attaches the \
                 policies that give it exactly the rights of a member, and writes the membership's record.",
            )
            .attributes([
                id_attribute("`project/user`, for example `fraud/alice`."),
                Attribute::string("project")
                    .required()
                    .requires_replace()
                    .identity()
                    .describe("Name of the project. Changing it replaces the membership.")
                    .validate(validators::parses_as::<ProjectName>),
                Attribute::string("user")
                    .required()
                    .requires_replace()
                    .identity()
                    .describe(
                        "Name of the user: 1 to 64 ASCII letters, digits and `_.@+-`, starting with a letter or digit. \
                         Changing it replaces the membership.",
                    )
                    .validate(validators::parses_as::<UserName>),
                Attribute::bool("owner")
                    .optional()
                    .default(Value::Bool(false))
                    .describe("Whether the user is an owner of the project. Changed in place."),
                Attribute::string("role_name")
                    .computed()
                    .use_state_for_unknown()
                    .describe("Name of the membership's IAM role."),
                Attribute::string("role_arn")
                    .computed()
                    .use_state_for_unknown()
                    .describe("ARN of the membership's IAM role."),
                drift_attribute(),
            ])
    }

    async fn modify_plan(
        &self,
        client: Option<&Client>,
        _call: &Call,
        plan: &mut Plan<MembershipModel>,
    ) {
        let drifted = plan_drift(
            plan.prior.as_ref().map(|prior| &prior.drift),
            &mut plan.proposed.drift,
        );
        let (Some(client), Ok(spec)) = (client, plan.proposed.spec()) else {
            return;
        };
        if plan.prior.is_none() || drifted {
            review(client, &spec, &mut plan.diagnostics).await;
        }
        if plan.prior.is_some() {
            return;
        }
        if let Some(twin) = client.plan_membership(&spec.project, &spec.user) {
            let detail = mapping::case_collision("user", spec.user.as_str(), &twin);
            return plan.diagnostics.error("user", "Name taken", detail);
        }
        let platform = &client.platform;
        let checked = async {
            platform.check_new_membership(&spec).await?;
            let name = platform.membership_role_name(&spec.project, &spec.user)?;
            let arn = platform.account().await?.role_arn(&name);
            Ok((name, arn))
        };
        match checked.await {
            Ok((name, arn)) => {
                plan.proposed.id = Field::Known(format!("{}/{}", spec.project, spec.user));
                plan.proposed.role_name = Field::Known(name);
                plan.proposed.role_arn = Field::Known(arn);
            }
            Err(error) => plan.diagnostics.extend(mapping::diagnostics(&error)),
        }
    }

    async fn create(
        &self,
        client: &Client,
        call: &mut Call,
        planned: MembershipModel,
    ) -> Result<MembershipModel, Failed<MembershipModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "create");
        let outcome = client.platform.create_membership(&operation, &spec).await;
        mapping::applied(planned, outcome)
    }

    async fn read(
        &self,
        client: &Client,
        _call: &mut Call,
        state: MembershipModel,
    ) -> Result<Option<MembershipModel>, Diagnostics> {
        let (project, user) = state.key()?;
        let membership = client
            .platform
            .read_membership(&project, &user)
            .await
            .map_err(|error| mapping::diagnostics(&error))?;
        Ok(membership.map(|membership| state.with(&membership)))
    }

    async fn update(
        &self,
        client: &Client,
        call: &mut Call,
        _prior: MembershipModel,
        planned: MembershipModel,
    ) -> Result<MembershipModel, Failed<MembershipModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "update");
        let outcome = client.platform.update_membership(&operation, &spec).await;
        mapping::applied(planned, outcome)
    }

    async fn delete(
        &self,
        client: &Client,
        call: &mut Call,
        state: MembershipModel,
    ) -> Result<(), Failed<MembershipModel>> {
        let (project, user) = state.key()?;
        client
            .platform
            .delete_membership(&mapping::operation(call, "delete"), &project, &user)
            .await
            .map_err(|error| mapping::diagnostics(&error).into())
    }

    fn import_identity(
        &self,
        identity: &BTreeMap<String, String>,
    ) -> Result<MembershipModel, Diagnostics> {
        let part = |attribute| mapping::identity_part(identity, attribute);
        self.import_state(&format!("{}/{}", part("project"), part("user")))
    }

    fn import_state(&self, id: &str) -> Result<MembershipModel, Diagnostics> {
        let (project, user) = id.split_once('/').unwrap_or((id, ""));
        let form = "`project/user`, for example `fraud/alice`";
        let project: ProjectName = mapping::parse_id(project, form)?;
        let user: UserName = mapping::parse_id(user, form)?;
        Ok(MembershipModel {
            project: Field::Known(project.to_string()),
            user: Field::Known(user.to_string()),
            ..MembershipModel::default()
        })
    }
}

/// Refuses to plan a membership whose base policies open what members may not reach, and warns where they, or the
/// boundary, withhold what members may, or can't be read.
async fn review(client: &Client, spec: &MembershipSpec, diagnostics: &mut Diagnostics) {
    let (foundations, unread) = client.foundations().await;
    for why in unread {
        diagnostics.warning(
            "",
            "Policies not checked",
            format!(
                "{why}. Whether members get more or less with it than they should is left open: allow reading it, or look at \
                 `mlspace_access` after the apply"
            ),
        );
    }
    let found = client.platform.review_membership(spec, foundations).await;
    let found = match found {
        Ok(found) => found,
        Err(error) => return diagnostics.extend(mapping::diagnostics(&error)),
    };
    if !found.opened.is_empty() {
        let detail = format!(
            "base policies would let `{}/{}` {}: narrow them, or take them out of `base_policy_arns`",
            spec.project,
            spec.user,
            departures(&found.opened)
        );
        let bounded = client
            .platform
            .settings()
            .permissions_boundary_arn
            .is_some();
        // A boundary that is not known, or not there yet, might close it again.
        if foundations.beside.boundary.is_some() || !bounded {
            diagnostics.error("", "More than members may", detail);
        } else {
            diagnostics.warning("", "More than members may", detail);
        }
    }
    if !found.withheld.is_empty() {
        let detail = format!(
            "base policies or the permissions boundary would not let `{}/{}` {}: widen them if that is not meant",
            spec.project,
            spec.user,
            departures(&found.withheld)
        );
        diagnostics.warning("", "Less than members may", detail);
    }
}

/// A few of them with their reasons, and how many more there are.
fn departures(all: &[Departure]) -> String {
    const SHOWN: usize = 3;
    let shown = all.iter().take(SHOWN);
    let shown: Vec<String> = shown
        .map(|departure| format!("{} ({})", departure.what, departure.why))
        .collect();
    match all.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{}, and {more} more", shown.join(", ")),
    }
}

impl MembershipModel {
    fn key(&self) -> Result<(ProjectName, UserName), Diagnostics> {
        Ok((
            mapping::parse(&self.project, "project")?,
            mapping::parse(&self.user, "user")?,
        ))
    }

    fn spec(&self) -> Result<MembershipSpec, Diagnostics> {
        let (project, user) = self.key()?;
        Ok(MembershipSpec {
            project,
            user,
            owner: self.owner.as_option().copied().unwrap_or(false),
        })
    }
}

impl StateModel for MembershipModel {
    type Object = Membership;

    fn with(mut self, membership: &Membership) -> Self {
        self.id = Field::Known(format!("{}/{}", membership.project, membership.user));
        self.project = Field::Known(membership.project.to_string());
        self.user = Field::Known(membership.user.to_string());
        self.owner = Field::Known(membership.owner);
        self.role_name = Field::Known(membership.role_name.clone());
        self.role_arn = Field::Known(membership.role_arn.clone());
        self.drift = Field::Known(membership.drift.clone());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_departures_are_shown_and_the_rest_counted() {
        let all: Vec<Departure> = (0..5)
            .map(|n| Departure {
                what: format!("do {n}"),
                why: "some statement".to_owned(),
            })
            .collect();
        let some = all.get(..1).unwrap();
        assert_eq!(departures(some), "do 0 (some statement)");
        assert!(departures(&all).ends_with("do 2 (some statement), and 2 more"));
    }
}
