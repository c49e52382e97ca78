//! Creating and repairing the role of a membership.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::desired_role::{DesiredRole, PASS_ROLE, RoleDiff, denying_all, too_many};
use super::read::Holder;
use super::{MembershipSpec, Memberships, Shares, object};
use crate::aws::wait::{PROPAGATION_TIMEOUT, retry_while, until_within};
use crate::aws::{Backoff, Error, IfPresent as _, Operation, PolicyModel, Poll};
use crate::iam::api::NewRole;
use crate::iam::managed_policies::MAX_ATTEMPTS;
use crate::iam::{DesiredPolicy, RoleState};
use crate::layout;
use crate::name::UserName;
use crate::ownership::Token;
use crate::policies::ProjectAccess;
use crate::project::missing_project;
use crate::tags::SYSTEM;
use crate::tags::{PolicyOwner, Tags};
use iam_policy::Document;

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

    /// Notes whether this create has made the role, or may have. Returns what was noted before.
    fn note_role(&self, made: bool) -> bool {
        self.has_role.swap(made, Ordering::Relaxed)
    }

    /// Whether this create has made the role, or may have.
    pub(super) fn has_role(&self) -> bool {
        self.has_role.load(Ordering::Relaxed)
    }
}

/// What a membership's role follows from, beside its own attributes, as it was read. Others can
/// change it at any time.
#[derive(Debug, PartialEq)]
struct Basis {
    /// What the project's members can do, in the terms of the platform.
    access: ProjectAccess,
    suspended: bool,
    /// ARNs of the policies of the user's groups.
    groups: Vec<String>,
    shares: Shares,
    /// Whether the user owns the project through a group; `None` for no member through any.
    through: Option<bool>,
}

/// A membership whose role is set up.
struct Setup<'a> {
    spec: &'a MembershipSpec,
    /// The role's name.
    role: String,
    creating: Option<&'a Creating>,
    basis: Basis,
}

impl Memberships {
    /// Makes the role with all its desired, or mends it. Without `creating`, the state already
    /// holds the membership, so that a role under its name is its own whatever became of the role's
    /// tags.
    ///
    /// When what the role follows from is changed by others meanwhile, it is done again: they may have
    /// brought the role in line before a write of this operation.
    pub(super) async fn set_up_role(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        creating: Option<&Creating>,
    ) -> Result<(), Error> {
        self.set_up_role_while(operation, spec, creating, |_| true)
            .await
    }

    /// As [`Self::set_up_role`], for a user who is a member through groups only. If no group gives the role
    /// any more, it is left as it is.
    pub(super) async fn set_up_role_through_groups(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
    ) -> Result<(), Error> {
        self.set_up_role_while(operation, spec, None, |basis| basis.through.is_some())
            .await
    }

    async fn set_up_role_while(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        creating: Option<&Creating>,
        wanted: impl Fn(&Basis) -> bool + Send + Sync,
    ) -> Result<(), Error> {
        let role = self.member_roles.name(&spec.project, &spec.user)?;
        let what = format!("setting up role `{role}`");
        for attempt in 0..MAX_ATTEMPTS {
            let basis = self.provide_basis(operation, spec, creating.is_some() && attempt == 0);
            let setup = Setup {
                spec,
                role: role.clone(),
                creating,
                basis: basis.await?,
            };
            if !wanted(&setup.basis) {
                return Ok(());
            }
            if Box::pin(self.set_up(operation, &setup, attempt > 0)).await? {
                return Ok(());
            }
            operation.back_off(Backoff::QUICK, attempt, &what).await?;
            self.groups
                .delete_stale_policies_of(operation, &spec.user)
                .await?;
        }
        Err(Error::Conflict {
            message: format!("what role `{role}` can do keeps being changed by others"),
            remedy: "let the other run finish and apply again".to_owned(),
        })
    }

    /// Makes the policies of the user's groups, and reads what the role follows from; `recent` is as
    /// it was at most a few seconds ago.
    async fn provide_basis(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        recent: bool,
    ) -> Result<Basis, Error> {
        let (project, user) = (&spec.project, &spec.user);
        let record = if recent {
            Option::clone(&*self.projects.recent_record(project).await?)
        } else {
            self.projects.record(project).await?
        };
        let record = record.ok_or_else(|| missing_project("project", project))?;
        let groups = if recent {
            self.groups.provide_policies_of(operation, user).await?
        } else {
            self.groups.ensure_policies_of(operation, user).await?
        };
        self.check_attachments(groups.len()).await?;
        let shares = if recent {
            self.groups.recent_shares_of(project, user).await?
        } else {
            self.groups.shares_of(project, user).await?
        };
        Ok(Basis {
            access: self.clients.settings().effective(&record.access),
            suspended: record.suspended,
            groups,
            shares,
            through: if recent {
                self.members.recent_through_groups(project, user).await?
            } else {
                self.members.through_groups(project, user).await?
            },
        })
    }

    /// Whether what the role follows from is not what it was any more.
    ///
    /// # Errors
    /// For a new member of a project that is being removed: the role may be removed with it.
    async fn is_outdated(&self, setup: &Setup<'_>) -> Result<bool, Error> {
        let (project, user) = (&setup.spec.project, &setup.spec.user);
        let record = match setup.creating {
            Some(_) => self.projects.staying(project).await?,
            None => self.projects.record(project).await?,
        };
        let record = record.ok_or_else(|| missing_project("project", project))?;
        let now = Basis {
            access: self.clients.settings().effective(&record.access),
            suspended: record.suspended,
            groups: self.groups.policy_arns_of(user).await?,
            shares: self.groups.shares_of(project, user).await?,
            through: self.members.through_groups(project, user).await?,
        };
        Ok(now != setup.basis)
    }

    /// Sets up the role on its basis. False when this is outdated. `again` when this operation has
    /// done so before.
    async fn set_up(
        &self,
        operation: &Operation,
        setup: &Setup<'_>,
        again: bool,
    ) -> Result<bool, Error> {
        let Setup { spec, basis, .. } = setup;
        let in_use = self.shared.hold().await;
        let holder = Holder {
            project: &spec.project,
            user: &spec.user,
            owner: spec.owner || basis.through == Some(true),
            shares: &basis.shares,
            access: &basis.access,
        };
        let desired = self
            .desired_role(&holder, &basis.groups, basis.suspended)
            .await?;
        let name = &setup.role;
        let made = self.ensure_role(operation, setup, &desired, again).await?;
        let is_new = made.is_some();
        let found = match made {
            Some(new) => Some(new),
            None => self.wait_for_role(operation, setup, |_| Vec::new()).await?,
        };
        let Some(found) = found else {
            return Ok(false);
        };
        let changes_over = desired.migrates_model(&found);
        if is_new {
            self.provide_own_policies(operation, setup).await?;
        } else {
            self.ensure_own_policies(operation, setup, changes_over)
                .await?;
        }
        let quota = if changes_over {
            self.roles
                .attachment_quota(desired.transitional_count(&found))
                .await?
        } else {
            crate::iam::ATTACHMENTS_PER_ROLE
        };
        let steps = desired.repair_order(&found, quota);
        let writes = !steps.is_empty();
        for step in steps {
            operation.check(&format!("setting up role `{name}`"))?;
            if !self.repair(operation, setup, &desired, step).await? {
                return Ok(false);
            }
        }
        let seen = if is_new {
            self.wait_for_policies(operation, setup, &desired).await?
        } else {
            let wanted = |found: &RoleState| desired.differences(found);
            let seen = self.wait_for_role(operation, setup, wanted).await?;
            seen.is_some()
        };
        drop(in_use);
        // Once a new member is on record, who changes the basis changes the role.
        if !seen || (writes && !is_new && Box::pin(self.is_outdated(setup)).await?) {
            return Ok(false);
        }
        if setup.creating.is_none() || changes_over {
            self.remove_previous_model_policies(operation, spec, name)
                .await?;
        }
        Ok(true)
    }

    /// Makes the policies that the model attaches to this role, beside groups', what they should be.
    async fn ensure_own_policies(
        &self,
        operation: &Operation,
        setup: &Setup<'_>,
        changes_over: bool,
    ) -> Result<(), Error> {
        match self.clients.settings().policy_model {
            PolicyModel::Attribute => self.ensure_shared_policies(operation, setup).await,
            PolicyModel::PerPrincipal => {
                // The project's policy is the project's to keep; but members are not made without
                // it, and don't change over to one that was left from long ago.
                let policy = self.desired_project_policy(setup).await?;
                let arn = self.policies.arn(&policy.name).await?;
                if changes_over || self.policies.current(&arn).await?.is_none() {
                    self.ensure_project_policy(operation, setup, &policy)
                        .await?;
                }
                self.ensure_user_policy(operation, &setup.spec.user, false)
                    .await
            }
        }
    }

    /// Makes the policies of the attribute model what they should be. The user's suspension, or that of
    /// the project, is on the list of these before a role carries them.
    async fn ensure_shared_policies(
        &self,
        operation: &Operation,
        setup: &Setup<'_>,
    ) -> Result<(), Error> {
        let suspended = setup.basis.suspended || self.users.was_suspended(&setup.spec.user).await?;
        self.shared.ensure(operation, suspended).await
    }

    /// Makes the user's policy what it should be, `once` in this process. It denies everything while the
    /// user is suspended.
    async fn ensure_user_policy(
        &self,
        operation: &Operation,
        user: &UserName,
        once: bool,
    ) -> Result<(), Error> {
        let mut suspended = self.users.was_suspended(user).await?;
        for _ in 0..3 {
            let policy = self.desired_user_policy(user, suspended).await?;
            if once {
                self.policies.ensure_once(operation, &policy).await?;
            } else {
                self.policies.ensure(operation, &policy).await?;
            }
            // IAM has no conditional writes. Another process that suspends the user writes the record
            // first, so that one of the two sees the other's.
            let now = self.users.is_suspended(user).await.if_allowed()?;
            match now {
                Some(now) if now != suspended => suspended = now,
                _ => return Ok(()),
            }
        }
        Err(Error::Conflict {
            message: format!("user `{user}` keeps being suspended and resumed by others"),
            remedy: "apply again when they are done".to_owned(),
        })
    }

    /// Makes the policies that the model attaches to a new role, beside groups', where this process
    /// has not seen or made them before.
    async fn provide_own_policies(
        &self,
        operation: &Operation,
        setup: &Setup<'_>,
    ) -> Result<(), Error> {
        match self.clients.settings().policy_model {
            PolicyModel::Attribute => self.ensure_shared_policies(operation, setup).await,
            PolicyModel::PerPrincipal => {
                let policy = self.desired_project_policy(setup).await?;
                let arn = self.policies.arn(&policy.name).await?;
                if !self.policies.is_known(&arn).await? {
                    self.ensure_project_policy(operation, setup, &policy)
                        .await?;
                }
                self.ensure_user_policy(operation, &setup.spec.user, true)
                    .await
            }
        }
    }

    async fn desired_project_policy<'a>(
        &self,
        setup: &Setup<'a>,
    ) -> Result<DesiredPolicy<'a>, Error> {
        let (project, basis) = (&setup.spec.project, &setup.basis);
        self.project_policies
            .desired(project, &basis.access, basis.suspended)
            .await
    }

    /// Makes the project's policy, unless the project is being removed: it was removed with it.
    async fn ensure_project_policy(
        &self,
        operation: &Operation,
        setup: &Setup<'_>,
        policy: &DesiredPolicy<'_>,
    ) -> Result<(), Error> {
        let arn = self.policies.ensure(operation, policy).await?;
        let project = &setup.spec.project;
        if self.projects.staying(project).await?.is_none() {
            self.policies.delete(operation, &arn).await?;
            return Err(missing_project("project", project));
        }
        Ok(())
    }

    /// Makes a policy that is shared with other roles anew.
    async fn recreate_shared_policy(
        &self,
        operation: &Operation,
        setup: &Setup<'_>,
        arn: &str,
    ) -> Result<(), Error> {
        let user = &setup.spec.user;
        if setup.basis.groups.iter().any(|group| group == arn) {
            let made = self.groups.ensure_policies_of(operation, user).await;
            return made.map(drop);
        }
        match self.clients.settings().policy_model {
            PolicyModel::PerPrincipal => self.ensure_user_policy(operation, user, false).await,
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
    /// A create does not look first, because IAM refuses a name that is in use; `again` when it has
    /// done so.
    async fn ensure_role(
        &self,
        operation: &Operation,
        setup: &Setup<'_>,
        desired: &DesiredRole,
        again: bool,
    ) -> Result<Option<RoleState>, Error> {
        let Setup {
            spec,
            role: name,
            creating,
            ..
        } = setup;
        for attempt in 0..MAX_ATTEMPTS {
            if (creating.is_none() || again || attempt > 0)
                && let Some(found) = self.roles.current(name).await?
            {
                if creating.is_some() {
                    if self.members.exists(&spec.project, &spec.user).await? {
                        return Err(object(spec).exists());
                    }
                    // One that a group gives is used as it is, and stays with the group.
                    let explained = self.members.explains_role(&spec.project, &spec.user);
                    if !explained.await? {
                        self.check_unfinished(spec, name, &found)?;
                    } else if !self.member_roles.owns(&spec.project, &spec.user, &found) {
                        return Err(self.not_ours(spec, name));
                    }
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
            let had_role = creating.is_some_and(|creating| creating.note_role(true));
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
                        creating.note_role(had_role);
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
                        creating.note_role(had_role);
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

    /// Waits until the role is seen, and seen without `differences`. `None` when the basis is outdated.
    async fn wait_for_role<F>(
        &self,
        operation: &Operation,
        setup: &Setup<'_>,
        differences: F,
    ) -> Result<Option<RoleState>, Error>
    where
        F: Fn(&RoleState) -> Vec<RoleDiff> + Send + Sync,
    {
        let differences = &differences;
        self.wait_for(operation, setup, || async move {
            let Some(found) = self.roles.current(&setup.role).await? else {
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
    /// policies, the last before the base policies, can be taken away again meanwhile. False when the
    /// basis is outdated.
    async fn wait_for_policies(
        &self,
        operation: &Operation,
        setup: &Setup<'_>,
        desired: &DesiredRole,
    ) -> Result<bool, Error> {
        let groups = setup.basis.groups.len();
        let (own, others) = desired.attached.split_at(desired.attached.len().min(2));
        let lasting: Vec<&String> = own.iter().chain(others.iter().skip(groups)).collect();
        let lasting = &lasting;
        let seen = self.wait_for(operation, setup, || async move {
            let Some(attached) = self.roles.attached(&setup.role).await? else {
                return Ok(Poll::Pending("it is not seen".to_owned()));
            };
            let missing = lasting.iter().find(|arn| !attached.contains(**arn));
            Ok(match missing {
                None => Poll::Ready(()),
                Some(arn) => Poll::Pending(format!("it lacks the policy `{arn}`")),
            })
        });
        Ok(seen.await?.is_some())
    }

    /// Waits until `probe` sees the role as it was set up; `None` when the basis is outdated.
    async fn wait_for<T, F, Fut>(
        &self,
        operation: &Operation,
        setup: &Setup<'_>,
        probe: F,
    ) -> Result<Option<T>, Error>
    where
        T: Send,
        F: Fn() -> Fut + Send + Sync,
        Fut: Future<Output = Result<Poll<T>, Error>> + Send,
    {
        let role = &setup.role;
        let what = format!("waiting for role `{role}` to be seen as it was set up");
        let probe = &probe;
        until_within(operation, VISIBLE, &what, Backoff::QUICK, || async move {
            Ok(match probe().await? {
                Poll::Ready(seen) => Poll::Ready(Some(seen)),
                Poll::Pending(_) if Box::pin(self.is_outdated(setup)).await? => Poll::Ready(None),
                Poll::Pending(status) => Poll::Pending(status),
            })
        })
        .await
    }

    /// Makes a change of the role again while IAM does not find what it needs, which may just have
    /// been created. False when the basis is outdated.
    async fn when_seen<Fut>(
        &self,
        operation: &Operation,
        setup: &Setup<'_>,
        patience: Duration,
        change: impl Fn() -> Fut + Send + Sync,
    ) -> Result<bool, Error>
    where
        Fut: Future<Output = Result<(), Error>> + Send,
    {
        let what = format!("setting up role `{}`", setup.role);
        let change = &change;
        retry_while(
            operation,
            patience,
            &what,
            Error::is_absent,
            || async move {
                match change().await {
                    Err(error)
                        if error.is_absent() && !Box::pin(self.is_outdated(setup)).await? =>
                    {
                        Err(error)
                    }
                    Err(error) if error.is_absent() => Ok(false),
                    result => result.map(|()| true),
                }
            },
        )
        .await
    }

    /// Mends one difference of the role. False when the basis is outdated.
    async fn repair(
        &self,
        operation: &Operation,
        setup: &Setup<'_>,
        desired: &DesiredRole,
        difference: RoleDiff,
    ) -> Result<bool, Error> {
        let role = setup.role.as_str();
        let set_inline = async |document: &Document| {
            let document = document.to_json();
            self.when_seen(operation, setup, PROPAGATION_TIMEOUT, || {
                self.roles.set_inline(operation, role, PASS_ROLE, &document)
            })
            .await
        };
        let repaired = match difference {
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
            RoleDiff::QuotaExceeded => return set_inline(&denying_all()).await,
            RoleDiff::MissingInline | RoleDiff::EditedInline => {
                return set_inline(&desired.inline).await;
            }
            RoleDiff::MissingPolicy(_, arn) => {
                return self.attach(operation, setup, desired, &arn).await;
            }
        };
        repaired.map(|()| true)
    }

    /// Attaches a policy. One that is shared with other roles may be removed by another process, with
    /// the last of these, at this very moment, so it is made again where it is missed. False when the
    /// basis is outdated.
    async fn attach(
        &self,
        operation: &Operation,
        setup: &Setup<'_>,
        desired: &DesiredRole,
        arn: &str,
    ) -> Result<bool, Error> {
        let own = desired.attached.iter().take(2).any(|own| own == arn);
        // The project's goes with the project.
        let of_project = self.project_policies.arn(&setup.spec.project).await?;
        let shared = own && of_project.as_deref() != Some(arn)
            || setup.basis.groups.iter().any(|group| group == arn);
        let base = &self.clients.settings().base_policy_arns;
        let foreign = base.iter().any(|base| base == arn);
        let patience = if shared || foreign {
            SEEN
        } else {
            PROPAGATION_TIMEOUT
        };
        let role = &setup.role;
        for _ in 0..3 {
            let attached = self.when_seen(operation, setup, patience, || {
                self.roles.attach(operation, role, arn)
            });
            match attached.await {
                // Neither the policy nor the role is seen: IAM says the same of both.
                Err(error) if error.is_absent() && !self.roles.exists(role).await? => {
                    let seen = self.wait_for_role(operation, setup, |_| Vec::new()).await?;
                    if seen.is_none() {
                        return Ok(false);
                    }
                }
                Err(error) if error.is_absent() && shared => {
                    self.recreate_shared_policy(operation, setup, arn).await?;
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
