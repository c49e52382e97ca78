//! Making and changing memberships.

use super::read::id;
use super::role::Creating;
use super::{Membership, MembershipSpec, Memberships, object};
use crate::aws::wait::retry;
use crate::aws::{Error, Failure, IfPresent as _, Operation, Outcome, PolicyModel};
use crate::directory::invalid_new_name;
use crate::iam::RoleState;
use crate::ownership::{Claim, Mark, Run, Token};
use crate::project::missing_project;
use crate::records::{Change, Item, OWNER, ProjectRecord, ProjectUserRecord, Write, WriteWithin};
use crate::{layout, policies};

impl Memberships {
    /// Checks at plan time what a new membership would run into: an existing membership, a user's
    /// name that differs from another's in case only, names and settings that no role or policy can
    /// be made from. `run` says which existing ones leave.
    ///
    /// A project that isn't there may be made by the same run; that is seen when it is applied.
    ///
    /// # Errors
    /// What the check finds, or what keeps it from looking.
    pub(super) async fn check_new(
        &self,
        spec: &MembershipSpec,
        run: &dyn Run,
    ) -> Result<(), Error> {
        self.check_new_names(spec).await?;
        self.check_accounts().await?;
        self.member_roles.name(&spec.project, &spec.user)?;
        let context = self.clients.policy_context().await?;
        match self.clients.settings().policy_model {
            PolicyModel::PerPrincipal => {
                policies::suspended_user_policy(&context, &spec.user)?;
                layout::project_policy_name(
                    &self.clients.settings().iam_resource_prefix,
                    &spec.project,
                )?;
            }
            PolicyModel::Attribute => {
                policies::attribute_policy(&context)?;
            }
        }
        let shares = self
            .groups
            .cached_shares_of(&spec.project, &spec.user)
            .await?;
        let access = self.projects.planned_access(&spec.project).await?;
        self.inline
            .desired(&spec.project, &spec.user, spec.owner, &access, &shares)
            .await?;
        // Groups' tables that aren't there yet hold no groups.
        let groups = self.groups.cached_policies_of(&spec.user).await?;
        self.check_attachments(groups.len()).await?;
        self.collisions.plan_user(&spec.user, run).await?;
        if run.replaces(&object(spec)) {
            return Ok(());
        }
        self.check_absent(spec).await
    }

    /// Refuses names of a project and a user that only existing ones can have.
    async fn check_new_names(&self, spec: &MembershipSpec) -> Result<(), Error> {
        if let Err(error) = spec.project.check_new()
            && !self.projects.exists(&spec.project).await?
        {
            return Err(invalid_new_name("project", &error));
        }
        let Err(error) = spec.user.check_new() else {
            return Ok(());
        };
        let known = self.directory.knows_user(&spec.user).await? == Some(true);
        if known || self.collisions.has_user(&spec.user).await? {
            return Ok(());
        }
        Err(invalid_new_name("user", &error))
    }

    /// Refuses a membership that exists.
    async fn check_absent(&self, spec: &MembershipSpec) -> Result<(), Error> {
        let object = object(spec);
        // The list may be older than a delete of this process.
        if self.collisions.may_exist(&object).await?
            && self.members.exists(&spec.project, &spec.user).await?
        {
            return Err(object.exists());
        }
        let role = self.member_roles.name(&spec.project, &spec.user)?;
        // Without the permission to look, the create finds it.
        match self.roles.cached(&role).await.if_allowed()?.flatten() {
            Some(found)
                if self.member_roles.owns(&spec.project, &spec.user, &found)
                    && self
                        .members
                        .cached_through_groups(&spec.project, &spec.user)
                        .await?
                        .is_some() =>
            {
                Ok(())
            }
            Some(found) => self.check_unfinished(spec, &role, &found),
            None => Ok(()),
        }
    }

    /// Refuses a role without a record, unless an interrupted create of this membership left it.
    pub(super) fn check_unfinished(
        &self,
        spec: &MembershipSpec,
        name: &str,
        found: &RoleState,
    ) -> Result<(), Error> {
        let whose = if !self.member_roles.owns(&spec.project, &spec.user, found) {
            format!("whose role `{name}` has other tags than a member's")
        } else if Mark::of(&found.tags).is_none() {
            format!("of which there is only the role `{name}`")
        } else {
            return Ok(());
        };
        Err(object(spec).exists_of(whose))
    }

    /// Makes a membership: the role with all its rights, then the record. Finishes what an
    /// interrupted create left.
    ///
    /// # Errors
    /// [`Error::Exists`] for a membership that is on record, or whose role no create of ours made;
    /// or the first step's that failed, with the membership as far as it exists.
    pub async fn create(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
    ) -> Outcome<Membership> {
        // Before the lock, which a removal under another spelling needs.
        self.collisions.check_user(operation, &spec.user).await?;
        let _guard = self.lock(&spec.user).await;
        // The list may be older than a delete of this process. A role of another membership refuses to
        // be created, and a record of one to be written.
        if self.collisions.may_exist(&object(spec)).await?
            && self.members.exists(&spec.project, &spec.user).await?
        {
            return Err(object(spec).exists().into());
        }
        self.check_new_names(spec).await?;
        let creating = Creating::new();
        let changes = self.changes(spec).await?;
        let done = Box::pin(async {
            self.set_up_role(operation, spec, Some(&creating)).await?;
            self.record_new_member(operation, spec, &creating.token)
                .await
        });
        let made = self.membership(spec, &creating.token).await?;
        match done.await {
            Ok(()) => {
                self.groups.note_membership(&spec.project, &spec.user);
                // What this run changed without seeing the record yet, it left to us.
                if self.changes(spec).await.is_ok_and(|now| now != changes) {
                    // The membership is complete, and an error would have Terraform replace it. The
                    // next plan shows the difference.
                    let mended = self.set_up_role(operation, spec, None);
                    if let Err(error) = Box::pin(mended).await {
                        tracing::warn!(%error, role = made.role_name, "the role is out of date");
                    }
                }
                Ok(made)
            }
            // Something else of others, such as a shared policy, leaves a role of ours behind.
            Err(error) if error.is_owned_by_others() && !creating.has_role() => Err(error.into()),
            Err(error) => {
                self.left_behind(spec, error, made, creating.has_role())
                    .await
            }
        }
    }

    /// How often this process has changed what roles follow from: projects, shares and grants.
    pub(super) async fn changes(&self, spec: &MembershipSpec) -> Result<([u64; 3], u64), Error> {
        let shared = self.groups.changes(&spec.user).await?;
        Ok((shared, self.projects.changes(&spec.project)))
    }

    /// The result of a create that failed with `error`: `made` if only the last response was lost,
    /// or what is left behind.
    async fn left_behind(
        &self,
        spec: &MembershipSpec,
        error: Error,
        made: Membership,
        has_role: bool,
    ) -> Outcome<Membership> {
        match self.members.find(&spec.project, &spec.user).await {
            Ok(Some((_, item))) if Token::of_item(&item) == made.token => {
                self.groups.note_membership(&spec.project, &spec.user);
                return Ok(made);
            }
            Ok(Some(_)) => return Err(object(spec).exists().into()),
            Ok(None) | Err(_) => {}
        }
        let seen = self.read(&spec.project, &spec.user).await.ok().flatten();
        // A new role may not be visible yet.
        let reached = seen.or_else(|| {
            has_role.then(|| Membership {
                drift: vec![format!("the record of member `{}` is missing", id(spec))],
                ..made
            })
        });
        Err(Failure { error, reached })
    }

    /// Changes a membership in place, and mends what was changed outside.
    ///
    /// # Errors
    /// The first step's that failed, with the membership as it is then.
    pub async fn update(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
    ) -> Outcome<Membership> {
        let _guard = self.lock(&spec.user).await;
        let done = async {
            let found = self.members.find(&spec.project, &spec.user).await?;
            let stored = found.as_ref().and_then(|(_, item)| Token::of_item(item));
            operation.claim().check(&object(spec), stored.as_ref())?;
            if found.is_none() {
                self.set_up_role(operation, spec, None).await?;
                return self.record_member(operation, spec).await;
            }
            // First: who shares something with the user meanwhile, writes the role by the record.
            let token = self.record_member(operation, spec).await?;
            self.set_up_role(operation, spec, None).await?;
            Ok(token)
        };
        match Box::pin(done).await {
            Ok(token) => Ok(self.membership(spec, &token).await?),
            Err(error) => {
                let reached = self.read(&spec.project, &spec.user).await.ok().flatten();
                Err(Failure { error, reached })
            }
        }
    }

    /// A membership as it should be.
    async fn membership(&self, spec: &MembershipSpec, token: &Token) -> Result<Membership, Error> {
        Ok(Membership {
            project: spec.project.clone(),
            user: spec.user.clone(),
            owner: spec.owner,
            role_name: self.member_roles.name(&spec.project, &spec.user)?,
            role_arn: self.member_roles.arn(&spec.project, &spec.user).await?,
            drift: Vec::new(),
            token: Some(token.clone()),
        })
    }

    /// The item of a new membership.
    async fn item(&self, spec: &MembershipSpec, token: &Token) -> Result<Item, Error> {
        let record = ProjectUserRecord {
            project: spec.project.to_string(),
            user: spec.user.to_string(),
            permissions: spec.owner.then(|| OWNER.to_owned()).into_iter().collect(),
            role: self.member_roles.arn(&spec.project, &spec.user).await?,
        };
        Ok(token.mark(record.item()))
    }

    /// Writes the record of a new membership, last of all.
    async fn record_new_member(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        token: &Token,
    ) -> Result<(), Error> {
        operation.check(&format!("recording member `{}`", id(spec)))?;
        let table = &self.clients.settings().table_names.project_users;
        let key = ProjectUserRecord::key(&spec.project, &spec.user);
        let item = self.item(spec, token).await?;
        let what = format!("recording member `{}`", id(spec));
        let parent = ProjectRecord::key(&spec.project);
        let parent = (
            self.clients.settings().table_names.projects.as_str(),
            &parent,
        );
        let written = retry(operation, &what, || {
            self.records
                .create_within(parent, table, &key, item.clone())
        });
        match written.await? {
            WriteWithin::Done => Ok(()),
            WriteWithin::Refused => Err(object(spec).exists()),
            WriteWithin::NoParent => Err(missing_project("project", &spec.project)),
        }
    }

    /// Brings the record in line, last of all. Returns its token.
    async fn record_member(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
    ) -> Result<Token, Error> {
        let table = &self.clients.settings().table_names.project_users;
        let key = ProjectUserRecord::key(&spec.project, &spec.user);
        let role = self.member_roles.arn(&spec.project, &spec.user).await?;
        // The same one in each attempt.
        let claim = Claim::Token(operation.claim().token(None));
        for _ in 0..5 {
            operation.check(&format!("recording member `{}`", id(spec)))?;
            let found = self.members.find(&spec.project, &spec.user).await?;
            let stored = found.as_ref().and_then(|(_, item)| Token::of_item(item));
            operation.claim().check(&object(spec), stored.as_ref())?;
            let token = claim.token(stored.as_ref());
            let write = match found {
                None => {
                    let item = self.item(spec, &token).await?;
                    self.records.create(table, &key, item).await?
                }
                Some((record, item)) => {
                    let change = change(spec, &record, &item, &role);
                    match claim.guard("project", &item, change) {
                        None => return Ok(token),
                        Some(change) => self.records.update(table, &key, &change).await?,
                    }
                }
            };
            if write == Write::Done {
                return Ok(token);
            }
        }
        Err(Error::Conflict {
            message: format!(
                "the record of member `{}` keeps being changed by others",
                id(spec)
            ),
            remedy: "apply again when they are done".to_owned(),
        })
    }
}

/// The change of the record, `None` when it is up to date.
fn change(
    spec: &MembershipSpec,
    record: &ProjectUserRecord,
    item: &Item,
    role: &str,
) -> Option<Change> {
    let mut change = Change::new();
    if record.is_owner() != spec.owner || !ProjectUserRecord::has_permissions(item) {
        change = change.set_strings("permissions", &record.permissions_with(spec.owner));
    }
    if record.role != role {
        change = change.set_string("role", role);
    }
    (!change.is_empty()).then(|| {
        change
            .expect_present("project")
            .expect("permissions", item.get("permissions"))
            .expect("role", item.get("role"))
    })
}
