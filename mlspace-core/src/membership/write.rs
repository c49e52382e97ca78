//! Making and changing memberships.

use super::read::id;
use super::{Membership, MembershipSpec, Memberships};
use crate::aws::{Error, Failure, Operation, Outcome, PolicyModel};
use crate::directory::invalid_new_name;
use crate::records::{Change, Item, OWNER, ProjectUserRecord, Write, is_ours, mark_ours};
use crate::{layout, policies};

impl Memberships {
    /// Checks at plan time what a new membership would run into: a user's name that differs from
    /// another's in case only, names and settings that no role or policy can be made from.
    ///
    /// A project that isn't there may be made by the same run; that is seen when it is applied.
    ///
    /// # Errors
    /// What the check finds, or what keeps it from looking.
    pub(super) async fn check_new(&self, spec: &MembershipSpec) -> Result<(), Error> {
        self.check_new_names(spec).await?;
        self.member_roles.name(&spec.project, &spec.user)?;
        let context = self.clients.grant_context().await?;
        match self.clients.settings().policy_model {
            PolicyModel::PerPrincipal => {
                policies::user_policy(&context, &spec.user)?;
                layout::project_policy_name(
                    &self.clients.settings().iam_resource_prefix,
                    &spec.project,
                )?;
            }
            PolicyModel::Attribute => {
                let role = self.member_roles.arn(&spec.project, &spec.user).await?;
                policies::attribute_policy(&context)?;
                policies::attribute_role_policy(&context, &role)?;
            }
        }
        // Groups' tables that aren't there yet hold no groups.
        let groups = self.groups.cached_policies_of(&spec.user).await?;
        self.check_attachments(groups.len()).await?;
        self.collisions.check_user(&spec.user).await
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

    /// Makes a membership: the role with all its rights, then the record.
    ///
    /// # Errors
    /// The first step's that failed, with the membership as far as it exists.
    pub async fn create(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
    ) -> Outcome<Membership> {
        let _guard = self.lock(&spec.user).await;
        let role = self.member_roles.arn(&spec.project, &spec.user).await?;
        // An interrupted create of this very membership wrote its record as its last step.
        let finished = |record: &ProjectUserRecord, item: &Item| {
            is_ours(item) && record.role == role && record.is_owner() == spec.owner
        };
        if let Some((record, item)) = self.members.find(&spec.project, &spec.user).await?
            && !finished(&record, &item)
        {
            return Err(Error::AlreadyExists {
                what: format!("member `{}`", id(spec)),
                remedy: import_hint(spec),
            }
            .into());
        }
        self.collisions.check_user(&spec.user).await?;
        self.check_new_names(spec).await?;
        Box::pin(self.reconcile(operation, spec, false)).await
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
        Box::pin(self.reconcile(operation, spec, true)).await
    }

    /// Makes the membership what it should be. `managed` says that the state already holds it, so
    /// that a role under its name is its own whatever became of the role's tags.
    async fn reconcile(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        managed: bool,
    ) -> Outcome<Membership> {
        let done = async {
            self.set_up_role(operation, spec, managed).await?;
            self.record_member(operation, spec).await
        };
        match done.await {
            Ok(()) => Ok(Membership {
                project: spec.project.clone(),
                user: spec.user.clone(),
                owner: spec.owner,
                role_name: self.member_roles.name(&spec.project, &spec.user)?,
                role_arn: self.member_roles.arn(&spec.project, &spec.user).await?,
                drift: Vec::new(),
            }),
            Err(error) => {
                let reached = self.read(&spec.project, &spec.user).await.ok().flatten();
                Err(Failure { error, reached })
            }
        }
    }

    /// Brings the record about, last of all.
    async fn record_member(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
    ) -> Result<(), Error> {
        let table = &self.clients.settings().table_names.project_users;
        let key = ProjectUserRecord::key(&spec.project, &spec.user);
        let role = self.member_roles.arn(&spec.project, &spec.user).await?;
        for _ in 0..5 {
            operation.check(&format!("recording member `{}`", id(spec)))?;
            let write = match self.members.find(&spec.project, &spec.user).await? {
                None => {
                    let record = ProjectUserRecord {
                        project: spec.project.to_string(),
                        user: spec.user.to_string(),
                        permissions: spec.owner.then(|| OWNER.to_owned()).into_iter().collect(),
                        role: role.clone(),
                    };
                    self.records
                        .create(table, &key, mark_ours(record.item()))
                        .await?
                }
                Some((record, item)) => {
                    let permissions = record.permissions_with(spec.owner);
                    let mut change = Change::new();
                    if record.is_owner() != spec.owner {
                        change = change.set_strings("permissions", &permissions);
                    }
                    if record.role != role {
                        change = change.set_string("role", &role);
                    }
                    if change.is_empty() {
                        return Ok(());
                    }
                    let change = change
                        .expect_present("project")
                        .expect("permissions", item.get("permissions"))
                        .expect("role", item.get("role"));
                    self.records.update(table, &key, &change).await?
                }
            };
            if write == Write::Done {
                return Ok(());
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

pub(super) fn import_hint(spec: &MembershipSpec) -> String {
    format!(
        "run `terraform import mlspace_membership.<name> {}` to manage it here",
        id(spec)
    )
}
