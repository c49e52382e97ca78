//! Judging, at plan time, what a membership's role would carry beside the platform's own policies.

use super::MembershipSpec;
use super::read::id;
use crate::access::{Attached, Beside, Review};
use crate::aws::{Error, Platform, PolicyModel};
use crate::policies;
use iam_policy::Document;

/// The base policies and the boundary of all memberships, as far as they could be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Foundations {
    /// What was read.
    pub beside: Beside,
    /// Of each that could not be read or understood, one sentence why.
    pub unread: Vec<String>,
}

impl Platform {
    /// Reads the base policies and the permissions boundary. Those that are not there are left out: the same run may make them.
    pub async fn foundations(&self) -> Foundations {
        let settings = self.settings();
        let mut found = Foundations::default();
        for arn in &settings.base_policy_arns {
            match self.foundation(arn).await {
                Ok(document) => found
                    .beside
                    .base
                    .extend(document.map(|document| (arn.clone(), document))),
                Err(why) => found.unread.push(why),
            }
        }
        if let Some(arn) = &settings.permissions_boundary_arn {
            match self.foundation(arn).await {
                Ok(document) => {
                    found.beside.boundary = document.map(|document| (arn.clone(), document));
                }
                Err(why) => found.unread.push(why),
            }
        }
        found
    }

    async fn foundation(&self, arn: &str) -> Result<Option<Document>, String> {
        let text = self.any_policy_document(arn).await;
        let text = text.map_err(|error| format!("`{arn}` could not be read: {error}"))?;
        text.map(|text| Document::parse(&text))
            .transpose()
            .map_err(|error| format!("`{arn}` could not be understood: {error}"))
    }

    /// Where base policies and boundary would depart from the access model for this membership.
    ///
    /// # Errors
    /// When a policy of the membership cannot be made, or does not fit: too many approved subnets, say.
    pub async fn review_membership(
        &self,
        spec: &MembershipSpec,
        foundations: &Foundations,
    ) -> Result<Review, Error> {
        let (project, user) = (&spec.project, &spec.user);
        let context = self.grant_context().await?;
        let role_arn = self.member_role_arn(project, user).await?;
        let role = Attached::new(role_arn.as_str()).tagged(self.role_tags(project, user));
        let role = match self.settings().policy_model {
            PolicyModel::PerPrincipal => role
                .policy(
                    "project",
                    policies::project_policy(&context, project, false)?,
                )
                .policy("user", policies::user_policy(&context, user)?)
                .policy("own", policies::pass_role_policy(&context, &role_arn)?),
            PolicyModel::Attribute => role
                .policy("members", policies::attribute_policy(&context)?)
                .policy("own", policies::attribute_role_policy(&context, &role_arn)?),
        };
        let groups = self.group_policies_of(user).await?;
        let role = groups
            .into_iter()
            .fold(role, |role, group| role.policy(group.name, group.document));
        role.review(&context, project, user, &foundations.beside)
            .map_err(|error| Error::Conflict {
                message: format!(
                    "the role of member `{}` cannot be judged: {error}",
                    id(spec)
                ),
                remedy: "report this as a defect".to_owned(),
            })
    }
}
