//! Creating and repairing the role of a membership.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::desired_role::{DesiredRole, PASS_ROLE, RoleDiff, denying_all, too_many};
use super::read::Holder;
use super::{MembershipSpec, Memberships, object};
use crate::aws::wait::{PROPAGATION_TIMEOUT, until_within};
use crate::aws::{Backoff, Error, Operation, PolicyModel, Poll};
use crate::iam::RoleState;
use crate::iam::api::NewRole;
use crate::iam::managed_policies::MAX_ATTEMPTS;
use crate::layout;
use crate::ownership::Token;
use crate::project::missing_project;
use crate::records::ProjectRecord;
use crate::tags::SYSTEM;
use crate::tags::{PolicyOwner, Tags};

/// Longest wait for a policy to be seen that was there before, or that others may have removed.
const SEEN: Duration = Duration::from_secs(15);

/// Longest wait for a role to be seen with all it was given.
const VISIBLE: Duration = Duration::from_secs(120);

/// The create of a membership.
pub(super) struct Creating {
    /// The token that the membership gets.
    pub(super) token: Token,
    /// Whether this create has made the role, or may have: the response can be lost.
    has_role: AtomicBool,
}

impl Creating {
    /// A create that has made nothing yet.
    pub(super) fn new() -> Self {
        Self {
            token: Token::random(),
            has_role: AtomicBool::new(false),
        }
    }

    /// Whether this create has made the role, or may have.
    pub(super) fn has_role(&self) -> bool {
        self.has_role.load(Ordering::Relaxed)
    }
}

impl Memberships {
    /// Makes the role with all its desired, or mends it. Without `creating`, the state already
    /// holds the membership, so that a role under its name is its own whatever became of the role's
    /// tags.
    pub(super) async fn set_up_role(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        creating: Option<&Creating>,
    ) -> Result<(), Error> {
        let (project, user) = (&spec.project, &spec.user);
        let record = match creating {
            Some(_) => Option::clone(&*self.projects.recent_record(project).await?),
            None => self.projects.record(project).await?,
        };
        let Some(record) = record else {
            return Err(missing_project("project", project));
        };
        let groups = match creating {
            Some(_) => self.groups.provide_policies_of(operation, user).await?,
            None => self.groups.ensure_policies_of(operation, user).await?,
        };
        self.check_attachments(groups.len()).await?;
        let in_use = self.shared.hold().await;
        let shares = match creating {
            Some(_) => self.groups.recent_shares_of(project, user).await?,
            None => self.groups.shares_of(project, user).await?,
        };
        let access = self.clients.settings().effective(&record.access);
        let holder = Holder {
            project,
            user,
            owner: spec.owner,
            shares: &shares,
            access: &access,
        };
        let desired = self
            .desired_role(&holder, &groups, record.suspended)
            .await?;
        let name = self.member_roles.name(project, user)?;
        let made = self
            .ensure_role(operation, spec, &name, &desired, creating)
            .await?;
        let is_new = made.is_some();
        let found = match made {
            Some(new) => new,
            None => self.wait_for_role(operation, &name, |_| Vec::new()).await?,
        };
        let changes_over = desired.migrates_model(&found);
        if is_new {
            self.provide_own_policies(operation, spec, &record).await?;
        } else {
            self.ensure_own_policies(operation, spec, &record, changes_over)
                .await?;
        }
        let quota = if changes_over {
            self.roles
                .attachment_quota(desired.transitional_count(&found))
                .await?
        } else {
            crate::iam::ATTACHMENTS_PER_ROLE
        };
        for step in desired.repair_order(&found, quota) {
            operation.check(&format!("setting up role `{name}`"))?;
            self.repair(operation, spec, &name, &desired, step).await?;
        }
        if is_new {
            self.wait_for_policies(operation, &name, &desired, groups.len())
                .await?;
        } else {
            self.wait_for_role(operation, &name, |found| desired.differences(found))
                .await?;
        }
        drop(in_use);
        if creating.is_none() || changes_over {
            self.remove_previous_model_policies(operation, spec, &name)
                .await?;
        }
        Ok(())
    }

    /// Makes the policies that the model attaches to this role, beside groups', what they should be.
    async fn ensure_own_policies(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        record: &ProjectRecord,
        changes_over: bool,
    ) -> Result<(), Error> {
        let (project, user) = (&spec.project, &spec.user);
        let suspended = record.suspended;
        match self.clients.settings().policy_model {
            PolicyModel::Attribute => self.shared.ensure(operation, suspended).await,
            PolicyModel::PerPrincipal => {
                // The project's policy is the project's to keep; but members are not made without
                // it, and don't change over to one that was left from long ago.
                let policies = &self.project_policies;
                let policy = policies.desired(project, &record.access, suspended).await?;
                let arn = self.clients.account().await?.policy_arn(&policy.name);
                if changes_over || self.policies.current(&arn).await?.is_none() {
                    self.policies.ensure(operation, &policy).await?;
                }
                let policy = self.desired_user_policy(user).await?;
                self.policies.ensure(operation, &policy).await.map(drop)
            }
        }
    }

    /// Makes the policies that the model attaches to a new role, beside groups', where this process
    /// has not seen or made them before.
    async fn provide_own_policies(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        record: &ProjectRecord,
    ) -> Result<(), Error> {
        let (project, suspended) = (&spec.project, record.suspended);
        match self.clients.settings().policy_model {
            PolicyModel::Attribute => self.shared.ensure(operation, suspended).await,
            PolicyModel::PerPrincipal => {
                let policies = &self.project_policies;
                let policy = policies.desired(project, &record.access, suspended).await?;
                self.policies.provide(operation, &policy).await?;
                let policy = self.desired_user_policy(&spec.user).await?;
                self.policies
                    .ensure_once(operation, &policy)
                    .await
                    .map(drop)
            }
        }
    }

    /// Makes a policy that is shared with other roles anew.
    async fn recreate_shared_policy(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
    ) -> Result<(), Error> {
        match self.clients.settings().policy_model {
            PolicyModel::PerPrincipal => {
                let policy = self.desired_user_policy(&spec.user).await?;
                self.policies.ensure(operation, &policy).await.map(drop)
            }
            PolicyModel::Attribute => {
                self.shared.forget().await;
                self.shared.ensure(operation, false).await
            }
        }
    }

    /// Removes the other model's policies that `role` carried, where no other role does.
    async fn remove_previous_model_policies(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        role: &str,
    ) -> Result<(), Error> {
        let prefix = &self.clients.settings().iam_resource_prefix;
        let (project, user) = (&spec.project, &spec.user);
        match self.clients.settings().policy_model {
            PolicyModel::PerPrincipal => self.shared.remove_unused(operation, role).await,
            PolicyModel::Attribute => {
                let name = layout::user_policy_name(prefix, user)?;
                self.policies
                    .delete_if_unused(operation, &name, PolicyOwner::User(user), role)
                    .await?;
                let name = layout::project_policy_name(prefix, project)?;
                let owner = PolicyOwner::Project(project);
                self.policies
                    .delete_if_unused(operation, &name, owner, role)
                    .await
            }
        }
    }

    /// Makes the role under this membership's name, without policies, and returns it as it is then;
    /// `None` for an existing one that is proven its own.
    ///
    /// A create does not look first, because IAM refuses a name that is in use.
    async fn ensure_role(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        name: &str,
        desired: &DesiredRole,
        creating: Option<&Creating>,
    ) -> Result<Option<RoleState>, Error> {
        for attempt in 0..MAX_ATTEMPTS {
            if (creating.is_none() || attempt > 0)
                && let Some(found) = self.roles.current(name).await?
            {
                if creating.is_some() {
                    if self.members.exists(&spec.project, &spec.user).await? {
                        return Err(object(spec).exists());
                    }
                    self.check_unfinished(spec, name, &found)?;
                }
                return Ok(None);
            }
            operation.check(&format!("creating role `{name}`"))?;
            let description = format!(
                "Default SageMaker Notebook role for Project: {} - User: {}",
                spec.project, spec.user
            );
            let mark = creating.map_or_else(Tags::new, |creating| creating.token.tags());
            let tags = desired.tags.clone().overlaid(&mark);
            let (trust, boundary) = (desired.trust.to_json(), desired.boundary.as_deref());
            let role = NewRole {
                name,
                description: &description,
                trust: &trust,
                boundary,
                tags: &tags,
            };
            if let Some(creating) = creating {
                creating.has_role.store(true, Ordering::Relaxed);
            }
            match self.roles.create(operation, &role).await {
                Ok(true) => {
                    return Ok(Some(RoleState {
                        arn: self.member_roles.arn(&spec.project, &spec.user).await?,
                        trust: trust.clone(),
                        boundary: desired.boundary.clone(),
                        tags,
                        ..RoleState::default()
                    }));
                }
                // It exists; or another process made it a moment ago, and it is not seen yet.
                Ok(false) => {
                    if let Some(creating) = creating {
                        creating.has_role.store(false, Ordering::Relaxed);
                    }
                    if creating.is_none() || attempt > 0 {
                        operation
                            .back_off(Backoff::QUICK, attempt, "creating a role")
                            .await?;
                    }
                }
                Err(error) => {
                    if let Some(creating) = creating
                        && error.code().is_some()
                    {
                        creating.has_role.store(false, Ordering::Relaxed);
                    }
                    return Err(explain_boundary(error, boundary));
                }
            }
        }
        Err(Error::Conflict {
            message: format!("role `{name}` can neither be created nor read"),
            remedy: "remove a role whose name differs in case only, or let another run finish, and apply again".to_owned(),
        })
    }

    /// Waits until the role is seen, and seen without `differences`.
    async fn wait_for_role<F>(
        &self,
        operation: &Operation,
        name: &str,
        differences: F,
    ) -> Result<RoleState, Error>
    where
        F: Fn(&RoleState) -> Vec<RoleDiff> + Send + Sync,
    {
        let what = format!("waiting for role `{name}` to be seen as it was set up");
        let differences = &differences;
        until_within(operation, VISIBLE, &what, Backoff::QUICK, || async move {
            let Some(found) = self.roles.current(name).await? else {
                return Ok(Poll::Pending("it is not seen".to_owned()));
            };
            let status: Vec<String> = differences(&found)
                .iter()
                .map(|d| format!("it {d}"))
                .collect();
            Ok(if status.is_empty() {
                Poll::Ready(found)
            } else {
                Poll::Pending(status.join(", "))
            })
        })
        .await
    }

    /// Waits until a new role is seen with its own policies, which were attached last. Groups'
    /// policies, the last `groups` before the base policies, can be taken away again meanwhile.
    async fn wait_for_policies(
        &self,
        operation: &Operation,
        name: &str,
        desired: &DesiredRole,
        groups: usize,
    ) -> Result<(), Error> {
        let what = format!("waiting for role `{name}` to be seen as it was set up");
        let (own, others) = desired.attached.split_at(desired.attached.len().min(2));
        let lasting: Vec<&String> = own.iter().chain(others.iter().skip(groups)).collect();
        let lasting = &lasting;
        until_within(operation, VISIBLE, &what, Backoff::QUICK, || async move {
            let Some(attached) = self.roles.attached(name).await? else {
                return Ok(Poll::Pending("it is not seen".to_owned()));
            };
            let missing = lasting.iter().find(|arn| !attached.contains(**arn));
            Ok(match missing {
                None => Poll::Ready(()),
                Some(arn) => Poll::Pending(format!("it lacks the policy `{arn}`")),
            })
        })
        .await
    }

    /// Mends one difference of the role.
    async fn repair(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        role: &str,
        desired: &DesiredRole,
        difference: RoleDiff,
    ) -> Result<(), Error> {
        match difference {
            RoleDiff::ForeignPolicy(arn) | RoleDiff::PreviousModelPolicy(arn) => {
                self.roles.detach(operation, role, &arn).await
            }
            RoleDiff::ForeignInline(name) => self.roles.delete_inline(operation, role, &name).await,
            RoleDiff::Trust => {
                self.roles
                    .set_trust(operation, role, &desired.trust.to_json())
                    .await
            }
            RoleDiff::Boundary(_) => {
                let boundary = desired.boundary.as_deref();
                let set = self.roles.set_boundary(operation, role, boundary).await;
                set.map_err(|error| explain_boundary(error, boundary))
            }
            RoleDiff::Tag(key, _) => {
                // The policy of Terraform's role allows tagging with the system's tag only.
                let tag: Tags = desired
                    .tags
                    .iter()
                    .filter(|(other, _)| *other == key || *other == SYSTEM)
                    .collect();
                self.roles.tag(operation, role, &tag).await
            }
            RoleDiff::QuotaExceeded => {
                let document = denying_all().to_json();
                self.roles
                    .set_inline(operation, role, PASS_ROLE, &document)
                    .await
            }
            RoleDiff::MissingInline | RoleDiff::EditedInline => {
                self.roles
                    .set_inline(operation, role, PASS_ROLE, &desired.inline.to_json())
                    .await
            }
            RoleDiff::MissingPolicy(_, arn) => {
                self.attach(operation, spec, role, desired, &arn).await
            }
        }
    }

    /// Attaches a policy. One that is shared with other roles may be removed by another process, with
    /// the last of these, at this very moment, so it is made again where it is missed.
    async fn attach(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        role: &str,
        desired: &DesiredRole,
        arn: &str,
    ) -> Result<(), Error> {
        let own = desired.attached.iter().take(2).any(|own| own == arn);
        // The project's goes with the project.
        let shared = own && self.project_policies.arn(&spec.project).await?.as_deref() != Some(arn);
        let foreign = self
            .clients
            .settings()
            .base_policy_arns
            .iter()
            .any(|base| base == arn);
        let patience = if shared || foreign {
            SEEN
        } else {
            PROPAGATION_TIMEOUT
        };
        for _ in 0..3 {
            match self.roles.attach(operation, role, arn, patience).await {
                // Neither the policy nor the role is seen: IAM says the same of both.
                Err(error) if error.is_absent() && !self.roles.exists(role).await? => {
                    self.wait_for_role(operation, role, |_| Vec::new()).await?;
                }
                Err(error) if error.is_absent() && shared => {
                    self.recreate_shared_policy(operation, spec).await?;
                }
                Err(error) if error.is_absent() && foreign => {
                    return Err(Error::NotFound {
                        what: format!("policy `{arn}`, which role `{role}` is to carry,"),
                        remedy:
                            "create it first, or correct `base_policy_arns` in the provider block"
                                .to_owned(),
                    });
                }
                result => return result,
            }
        }
        Err(Error::Conflict {
            message: format!("policy `{arn}` keeps being removed by others"),
            remedy: "let the other run finish and apply again".to_owned(),
        })
    }

    /// Refuses more policies than a role may carry.
    pub(super) async fn check_attachments(&self, groups: usize) -> Result<(), Error> {
        let base = self.clients.settings().base_policy_arns.len();
        let quota = self.roles.attachment_quota(base + 2 + groups).await?;
        match too_many(self.clients.settings().policy_model, base, groups, quota) {
            None => Ok(()),
            Some(message) => Err(Error::Invalid {
                attribute: None,
                message,
                remedy: "merge policies of `base_policy_arns`, put the user into fewer groups, share fewer datasets with them, or ask \
                         for a higher quota of managed policies attached to a role"
                    .to_owned(),
            }),
        }
    }
}

/// Says where the boundary comes from when IAM doesn't know it.
fn explain_boundary(error: Error, boundary: Option<&str>) -> Error {
    match boundary {
        Some(arn) if error.is_absent() => Error::NotFound {
            what: format!("the permissions boundary `{arn}`"),
            remedy: "create it first, or correct `permissions_boundary_arn` in the provider block"
                .to_owned(),
        },
        _ => error,
    }
}
