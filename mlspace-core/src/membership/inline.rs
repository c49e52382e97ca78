//! The inline policy of a membership's role.

use super::MemberRoles;
use crate::aws::{Clients, Error, PolicyModel};
use crate::name::{DatasetName, ProjectName, UserName};
use crate::policies::{self, GrantError, MemberAccess, ProjectAccess};
use iam_policy::Document;

/// Inline policies as they should be.
#[derive(Clone)]
pub(crate) struct InlinePolicies {
    clients: Clients,
    roles: MemberRoles,
}

impl InlinePolicies {
    /// Policies written by the settings of `clients`.
    pub(crate) fn new(clients: Clients) -> Self {
        Self {
            roles: MemberRoles::new(clients.clone()),
            clients,
        }
    }

    /// The policy of this membership, whose user's groups share these datasets.
    ///
    /// It lists them, and denies the others. If they are too many for that, the others are closed by
    /// the absence of a grant only; the review of base policies then sees one that opens them.
    pub(crate) async fn desired(
        &self,
        project: &ProjectName,
        user: &UserName,
        owner: bool,
        access: &ProjectAccess,
        datasets: &[DatasetName],
    ) -> Result<Document, Error> {
        let context = self.clients.grant_context().await?;
        let role_arn = self.roles.arn(project, user).await?;
        let member = MemberAccess {
            owner,
            datasets,
            ..MemberAccess::new(project, user, &role_arn, access)
        };
        let make = match self.clients.settings().policy_model {
            PolicyModel::PerPrincipal => policies::pass_role_policy,
            PolicyModel::Attribute => policies::attribute_role_policy,
        };
        match make(&context, &member) {
            Err(GrantError::TooLarge { .. }) if !datasets.is_empty() => {
                let any = MemberAccess {
                    any_dataset: true,
                    ..member
                };
                Ok(make(&context, &any)?)
            }
            document => Ok(document?),
        }
    }
}
