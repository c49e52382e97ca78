//! Reading memberships.

use super::desired_role::DesiredRole;
use super::{Membership, MembershipSpec, Memberships, Shares};
use crate::aws::{Error, PolicyModel};
use crate::iam::managed_policies::equivalent_json;
use crate::iam::{DesiredPolicy, RoleState};
use crate::name::{ProjectName, UserName};
use crate::ownership::Token;
use crate::policies::ProjectAccess;
use crate::records::ProjectUserRecord;
use crate::tags::PolicyOwner;
use crate::{layout, policies};
use iam_policy::Document;

/// A membership, as far as its role follows from it.
pub(super) struct Holder<'a> {
    /// The project.
    pub(super) project: &'a ProjectName,
    /// The user.
    pub(super) user: &'a UserName,
    /// Whether the user owns the project.
    pub(super) owner: bool,
    /// What is shared with it.
    pub(super) shares: &'a Shares,
    /// What applies to all members of the project.
    pub(super) access: &'a ProjectAccess,
}

impl Memberships {
    /// The membership as it is; `None` when neither its record nor its role is there.
    ///
    /// # Errors
    /// When AWS can't be reached or refuses the calls, or the record is malformed.
    pub async fn read(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<Option<Membership>, Error> {
        let role_name = self.member_roles.name(project, user)?;
        let (record, role) = futures::try_join!(
            self.members.read(project, user),
            self.roles.cached(&role_name)
        )?;
        let (record, item) = record.unzip();
        if record.is_none()
            && !role
                .as_ref()
                .is_some_and(|role| self.member_roles.owns(project, user, role))
        {
            return Ok(None);
        }
        let through = self.members.cached_through_groups(project, user).await?;
        // A role that only groups give is no membership by name.
        if record.is_none() && through.is_some() {
            return Ok(None);
        }
        let role_arn = self.clients.account().await?.role_arn(&role_name);
        let mut drift = Vec::new();
        match &record {
            None => drift.push(format!(
                "the record of member `{project}/{user}` is missing"
            )),
            Some(record) if record.role != role_arn => {
                drift.push(format!(
                    "the record of member `{project}/{user}` names the role `{}`",
                    record.role
                ));
            }
            Some(_) => {}
        }
        if item
            .as_ref()
            .is_some_and(|item| !ProjectUserRecord::has_permissions(item))
        {
            drift.push(format!(
                "the record of member `{project}/{user}` has no list of strings in `permissions`"
            ));
        }
        let owner =
            record.as_ref().is_some_and(|record| record.is_owner()) || through == Some(true);
        drift.extend(self.role_drift(project, user, owner, role.as_ref()).await?);
        Ok(Some(Membership {
            project: project.clone(),
            user: user.clone(),
            owner: record.is_some_and(|record| record.is_owner()),
            role_name,
            role_arn,
            drift,
            token: item.as_ref().and_then(Token::of_item),
        }))
    }

    /// What a refresh has to say about the role of a member, and the policies that it carries.
    pub(super) async fn role_drift(
        &self,
        project: &ProjectName,
        user: &UserName,
        owner: bool,
        role: Option<&RoleState>,
    ) -> Result<Vec<String>, Error> {
        let account = self.clients.account().await?;
        let groups = self.groups.cached_policies_of(user).await?;
        let role_name = self.member_roles.name(project, user)?;
        let mut drift = Vec::new();
        let mut changes_over = false;
        match role {
            None => drift.push(format!("role `{role_name}` is missing")),
            Some(role) => {
                let arns: Vec<String> = groups
                    .iter()
                    .map(|policy| account.policy_arn(&policy.name))
                    .collect();
                let shares = self.groups.cached_shares_of(project, user).await?;
                let access = self.projects.cached_access(project).await?;
                let holder = Holder {
                    project,
                    user,
                    owner,
                    shares: &shares,
                    access: &access,
                };
                let desired = self.desired_role(&holder, &arns, false).await?;
                changes_over = desired.migrates_model(role);
                drift.extend(desired.drift(&role_name, role));
            }
        }
        // A role of the other model says so; this model's policies needn't be there yet.
        if !changes_over {
            drift.extend(self.own_policy_drift(project, user).await?);
        }
        for policy in &groups {
            drift.extend(self.document_drift(&policy.name, &policy.document).await?);
        }
        Ok(drift)
    }

    /// What a refresh has to say about the policies that the membership's role carries in this model,
    /// but for the project's own, and about those that the other model has left.
    async fn own_policy_drift(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<Vec<String>, Error> {
        let model = self.clients.settings().policy_model;
        let prefix = &self.clients.settings().iam_resource_prefix;
        let mut drift = Vec::new();
        let (left, owner) = match model {
            PolicyModel::PerPrincipal => {
                let suspended = self.users.cached_suspended(user).await?;
                let own = self.desired_user_policy(user, suspended).await?;
                drift.extend(self.document_drift(&own.name, &own.document).await?);
                (layout::attribute_policy_name(prefix)?, PolicyOwner::Members)
            }
            PolicyModel::Attribute => {
                let shared = self.shared.desired_members().await?;
                drift.extend(self.document_drift(&shared.name, &shared.document).await?);
                let record = self.projects.read_record(project).await?;
                // That a project is listed without being suspended is for its own resource to say.
                if record.is_some_and(|record| record.suspended) {
                    drift.extend(self.suspensions.drift(project, true).await?);
                }
                if self.users.cached_suspended(user).await? {
                    drift.extend(self.suspensions.user_drift(user, true).await?);
                }
                (
                    layout::user_policy_name(prefix, user)?,
                    PolicyOwner::User(user),
                )
            }
        };
        if self.policies.is_left_over(&left, owner).await? {
            drift.push(format!(
                "policy `{left}` is left over from the model `{}`",
                model.other().name()
            ));
        }
        Ok(drift)
    }

    /// How a shared policy's document differs from what it should be.
    async fn document_drift(&self, name: &str, wanted: &Document) -> Result<Option<String>, Error> {
        let arn = self.clients.account().await?.policy_arn(name);
        Ok(match self.policies.cached_document(&arn).await? {
            None => Some(format!("policy `{name}` is missing")),
            Some(found) if !equivalent_json(&found, wanted) => {
                Some(format!("policy `{name}` was edited"))
            }
            Some(_) => None,
        })
    }

    /// What the membership's role should hold; `groups` are the policies of the user's groups. Whether
    /// the project is `suspended` decides about the order of attaching.
    pub(super) async fn desired_role(
        &self,
        holder: &Holder<'_>,
        groups: &[String],
        suspended: bool,
    ) -> Result<DesiredRole, Error> {
        let (project, user) = (holder.project, holder.user);
        let settings = self.clients.settings();
        let model = settings.policy_model;
        let context = self.clients.policy_context().await?;
        let mut attached = self.own_policies(model, project, user, suspended).await?;
        for arn in groups.iter().chain(&settings.base_policy_arns) {
            if !attached.contains(arn) {
                attached.push(arn.clone());
            }
        }
        let other = model.other();
        let mut previous_model_policies =
            self.own_policies(other, project, user, suspended).await?;
        previous_model_policies.retain(|arn| !attached.contains(arn));
        Ok(DesiredRole {
            model,
            trust: policies::trust_policy(&context),
            boundary: settings.permissions_boundary_arn.clone(),
            tags: self.member_roles.tags(project, user),
            attached,
            previous_model_policies,
            inline: self
                .inline
                .desired(project, user, holder.owner, holder.access, holder.shares)
                .await?,
        })
    }

    /// ARNs of the two policies that a model attaches to a membership's role, in an order in which one
    /// alone never grants more than both.
    ///
    /// The user's policy narrows down what the project's grants, so that it comes first, unless the
    /// project's denies everything; and the list of suspended projects comes first.
    pub(super) async fn own_policies(
        &self,
        model: PolicyModel,
        project: &ProjectName,
        user: &UserName,
        suspended: bool,
    ) -> Result<Vec<String>, Error> {
        let prefix = &self.clients.settings().iam_resource_prefix;
        let mut names = match model {
            PolicyModel::PerPrincipal => [
                layout::user_policy_name(prefix, user)?,
                layout::project_policy_name(prefix, project)?,
            ],
            PolicyModel::Attribute => [
                layout::suspension_policy_name(prefix)?,
                layout::attribute_policy_name(prefix)?,
            ],
        };
        if suspended && model == PolicyModel::PerPrincipal {
            names.reverse();
        }
        let account = self.clients.account().await?;
        Ok(names.iter().map(|name| account.policy_arn(name)).collect())
    }

    /// The policy that all of the user's roles carry, which denies everything to a `suspended` one.
    pub(crate) async fn desired_user_policy<'a>(
        &self,
        user: &'a UserName,
        suspended: bool,
    ) -> Result<DesiredPolicy<'a>, Error> {
        let context = self.clients.policy_context().await?;
        let document = match suspended {
            true => policies::suspended_user_policy(&context, user)?,
            false => policies::user_policy(&context, user)?,
        };
        Ok(DesiredPolicy {
            name: layout::user_policy_name(&self.clients.settings().iam_resource_prefix, user)?,
            owner: PolicyOwner::User(user),
            document,
            conflict_remedy: format!(
                "rename or remove it, or, if it belongs to user `{user}`, tag it `user` = `{user}` and `system` = `{}`",
                self.clients.settings().system_tag
            ),
            creation: None,
        })
    }
}

/// The id, as imports take it.
pub(super) fn id(spec: &MembershipSpec) -> String {
    format!("{}/{}", spec.project, spec.user)
}
