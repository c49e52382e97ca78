//! The inline policy of a membership's role.

use super::MemberRoles;
use crate::aws::{Clients, Error, PolicyModel};
use crate::name::{DatasetName, ProjectName, UserName};
use crate::policies::{self, BucketGrant, MemberAccess, PolicyError, ProjectAccess};
use iam_policy::Document;

/// What is shared with a membership.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shares {
    /// Datasets that are shared with the user's groups.
    pub(crate) datasets: Vec<DatasetName>,
    /// External locations that are granted to the user, a group of theirs or the project.
    pub(crate) grants: Vec<BucketGrant>,
}

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

    /// The policy of this membership, with which this is shared.
    ///
    /// It lists the datasets, and denies the others. If they are too many for that, the others are closed by
    /// the absence of a grant only; the review of base policies then sees one that opens them.
    pub(crate) async fn desired(
        &self,
        project: &ProjectName,
        user: &UserName,
        owner: bool,
        access: &ProjectAccess,
        shares: &Shares,
    ) -> Result<Document, Error> {
        let context = self.clients.policy_context().await?;
        let role_arn = self.roles.arn(project, user).await?;
        let member = MemberAccess {
            owner,
            datasets: &shares.datasets,
            grants: &shares.grants,
            ..MemberAccess::new(project, user, &role_arn, access)
        };
        let make = match self.clients.settings().policy_model {
            PolicyModel::PerPrincipal => policies::pass_role_policy,
            PolicyModel::Attribute => policies::attribute_role_policy,
        };
        match make(&context, &member) {
            Err(PolicyError::TooLarge { .. }) if !shares.datasets.is_empty() => {
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
