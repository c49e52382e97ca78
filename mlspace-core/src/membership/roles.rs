//! The role of a membership: its name, ARN and tags, which follow from project and user.

use crate::aws::{Clients, Error};
use crate::iam::RoleState;
use crate::layout;
use crate::name::{ProjectName, UserName};
use crate::tags::{self, Tags};

/// What is known of memberships' roles without asking IAM.
#[derive(Clone)]
pub(crate) struct MemberRoles {
    clients: Clients,
}

impl MemberRoles {
    /// Roles named and tagged by the settings of `clients`.
    pub(crate) fn new(clients: Clients) -> Self {
        Self { clients }
    }

    /// The role's name.
    pub(crate) fn name(&self, project: &ProjectName, user: &UserName) -> Result<String, Error> {
        let prefix = &self.clients.settings().iam_resource_prefix;
        Ok(layout::role_name(prefix, project, user)?)
    }

    /// The role's ARN.
    pub(crate) async fn arn(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<String, Error> {
        let name = self.name(project, user)?;
        Ok(self.clients.account().await?.role_arn(&name))
    }

    /// The role's tags.
    pub(crate) fn tags(&self, project: &ProjectName, user: &UserName) -> Tags {
        let settings = self.clients.settings();
        let own = tags::membership_role_tags(&settings.system_tag, project, user);
        settings.default_tags.clone().overlaid(&own)
    }

    /// Whether the tags of a role that was found prove that it is this membership's.
    pub(crate) fn owns(&self, project: &ProjectName, user: &UserName, role: &RoleState) -> bool {
        let system = &self.clients.settings().system_tag;
        let identity = tags::resource_tags(system, project, user);
        role.tags.contains_all(&identity)
    }

    /// The user whom a role's tags make a member of the project.
    pub(crate) fn user_in(&self, project: &ProjectName, found: &Tags) -> Option<UserName> {
        let ours = found.get(tags::SYSTEM) == Some(&self.clients.settings().system_tag)
            && found.get(tags::PROJECT) == Some(project.as_str());
        let user = found.get(tags::USER).filter(|_| ours)?;
        user.parse().ok()
    }
}
