//! The managed policy of a project, which its members' roles carry.

use crate::aws::{Clients, Error, PolicyModel};
use crate::iam::DesiredPolicy;
use crate::name::ProjectName;
use crate::policies::ProjectAccess;
use crate::tags::PolicyOwner;
use crate::{layout, policies};

/// Projects' policies as they should be.
#[derive(Clone)]
pub(crate) struct ProjectPolicies {
    clients: Clients,
}

impl ProjectPolicies {
    /// Policies named and written by the settings of `clients`.
    pub(crate) fn new(clients: Clients) -> Self {
        Self { clients }
    }

    /// ARN of the project's policy, whether or not it exists; `None` in the policy model that gives
    /// projects no policy of their own.
    pub(crate) async fn arn(&self, name: &ProjectName) -> Result<Option<String>, Error> {
        let settings = self.clients.settings();
        if settings.policy_model == PolicyModel::Attribute {
            return Ok(None);
        }
        let policy = layout::project_policy_name(&settings.iam_resource_prefix, name)?;
        Ok(Some(self.clients.account().await?.policy_arn(&policy)))
    }

    /// The policy that the project's members carry, if this access is the project's.
    pub(crate) async fn desired<'a>(
        &self,
        name: &'a ProjectName,
        access: &ProjectAccess,
        suspended: bool,
    ) -> Result<DesiredPolicy<'a>, Error> {
        let settings = self.clients.settings();
        let context = self.clients.policy_context().await?;
        Ok(DesiredPolicy {
            name: layout::project_policy_name(&settings.iam_resource_prefix, name)?,
            owner: PolicyOwner::Project(name),
            document: policies::project_policy(
                &context,
                name,
                &settings.effective(access),
                suspended,
            )?,
            conflict_remedy: format!(
                "rename or remove it, or, if it belongs to project `{name}`, tag it `project` = `{name}` and `system` = `{}`",
                settings.system_tag
            ),
            creation: None,
        })
    }
}
