//! Adding groups to projects, changing and removing them.

use std::collections::BTreeSet;

use super::read::{Found, project_group};
use super::{ProjectGroup, ProjectGroupKey, ProjectGroupSpec, ProjectGroups, names};
use crate::aws::{Backoff, Error, Failure, Operation, Outcome};
use crate::name::UserName;
use crate::owners::listed;
use crate::ownership::{Claim, Token};
use crate::project::missing_project;
use crate::records::{
    CANCELED, Change, GIVEN, GroupRecord, Item, ItemBuilder, ProjectGroupRecord, ProjectRecord,
    REMOVING, TransactWrite, UNFINISHED, Write, is_unfinished, mark_unfinished,
};

/// Attempts at a change that others interfere with.
const ATTEMPTS: u32 = 5;

impl ProjectGroups {
    /// Records the group as a member of the project, and gives its users their roles.
    ///
    /// # Errors
    /// [`Error::Exists`] for a group that is a member already, or a user's role that is there for no
    /// reason on record; or the first step's that failed, with the group as far as it is in the project.
    pub async fn create(
        &self,
        operation: &Operation,
        spec: &ProjectGroupSpec,
    ) -> Outcome<ProjectGroup> {
        let key = &spec.key;
        let what = format!("adding group `{}` to project `{}`", key.group, key.project);
        operation.check(&what)?;
        let users = self.members.users_of(&key.group).await?;
        for user in &users {
            self.memberships.check_free(&key.project, user).await?;
        }
        let record = ProjectGroupRecord {
            project: key.project.to_string(),
            group: key.group.to_string(),
            permissions: permissions(spec.owner),
        };
        let token = Token::random();
        let mut item = mark_unfinished(token.mark(record.item()));
        item.extend(ItemBuilder::new().strings(GIVEN, &names(&users)).build());
        let created = self.record(operation, key, item, &what).await;
        self.members.forget_places().await;
        match created {
            Ok(()) => {}
            Err(error) => match self.find(key).await {
                // Only the response was lost.
                Ok(Some(found)) if found.token().as_ref() == Some(&token) => {}
                Ok(Some(_)) => return Err(key.object().exists().into()),
                _ => return Err(error.into()),
            },
        }
        self.finish(&operation.on_any_object(), spec).await
    }

    /// Writes the row, if there is none, and the project and the group are on record and stay.
    async fn record(
        &self,
        operation: &Operation,
        key: &ProjectGroupKey,
        item: Item,
        what: &str,
    ) -> Result<(), Error> {
        let tables = &self.clients.settings().table_names;
        let (project, group) = (
            ProjectRecord::key(&key.project),
            GroupRecord::key(&key.group),
        );
        let row = ProjectGroupRecord::key(&key.project, &key.group);
        let writes = [
            TransactWrite::Within(tables.projects.clone(), project.clone()),
            TransactWrite::Within(tables.groups.clone(), group.clone()),
            TransactWrite::Create(self.table().to_owned(), row, item),
        ];
        for attempt in 0..ATTEMPTS {
            operation.check(what)?;
            match self.records.transact(&writes).await {
                Err(error) if error.code() == Some(CANCELED) => {}
                result => return result,
            }
            // DynamoDB does not say which condition it was, or whether another transaction was in the way.
            if self.find(key).await?.is_some() {
                return Err(key.object().exists());
            }
            let stays = |item: Option<Item>| item.is_some_and(|item| !item.contains_key(REMOVING));
            if !stays(self.records.get(&tables.projects, &project).await?) {
                return Err(missing_project("project", &key.project));
            }
            if !stays(self.records.get(&tables.groups, &group).await?) {
                return Err(Error::Invalid {
                    attribute: Some("group"),
                    message: format!("there is no group `{}`", key.group),
                    remedy: "correct the name, or create the group with `mlspace_group` and write `mlspace_group.NAME.name` \
                             here, so that the group is created first"
                        .to_owned(),
                });
            }
            operation.back_off(Backoff::QUICK, attempt, what).await?;
        }
        Err(self.busy(key))
    }

    fn busy(&self, key: &ProjectGroupKey) -> Error {
        Error::Conflict {
            message: format!(
                "the record of group `{}` in project `{}` keeps being changed by others",
                key.group, key.project
            ),
            remedy: "apply again when they are done".to_owned(),
        }
    }

    /// Changes a group in a project in place, and brings its users' roles in line.
    ///
    /// # Errors
    /// The first step's that failed, with the group as it is then. The next update continues.
    pub async fn update(
        &self,
        operation: &Operation,
        spec: &ProjectGroupSpec,
    ) -> Outcome<ProjectGroup> {
        let found = self.find(&spec.key).await?;
        if found.is_some_and(|found| found.record.is_owner()) && !spec.owner {
            self.check_owners(spec).await?;
        }
        self.finish(operation, spec).await
    }

    /// Refuses to take the ownership of the group's users away from a project that has no other owner,
    /// unless it is said to.
    pub(super) async fn check_owners(&self, spec: &ProjectGroupSpec) -> Result<(), Error> {
        if spec.allow_ownerless_projects {
            return Ok(());
        }
        let ProjectGroupKey { project, group } = &spec.key;
        let lost = self
            .owners
            .lost(
                |one| one.project == *project && one.group.as_ref() == Some(group),
                |_| false,
            )
            .await?;
        if lost.is_empty() {
            return Ok(());
        }
        Err(Error::Invalid {
            attribute: Some("owner"),
            message: format!(
                "the users of group `{group}` are the last owners of {} who are not suspended",
                listed(&lost)
            ),
            remedy: "make another member an owner (`owner = true` of an `mlspace_membership`) and apply that first, or set \
                     `allow_ownerless_projects = true` here and apply that first"
                .to_owned(),
        })
    }

    async fn finish(
        &self,
        operation: &Operation,
        spec: &ProjectGroupSpec,
    ) -> Outcome<ProjectGroup> {
        match Box::pin(self.try_finish(operation, spec)).await {
            Ok(group) => Ok(group),
            Err(error) => {
                let reached = match self.find(&spec.key).await {
                    Ok(Some(found)) if !error.is_owned_by_others() => {
                        Some(project_group(&spec.key, &found))
                    }
                    _ => None,
                };
                Err(Failure { error, reached })
            }
        }
    }

    async fn try_finish(
        &self,
        operation: &Operation,
        spec: &ProjectGroupSpec,
    ) -> Result<ProjectGroup, Error> {
        let key = &spec.key;
        let users = self.members.users_of(&key.group).await?;
        self.set(operation, key, |found| {
            let mut given = found.given();
            given.extend(users.iter().cloned());
            described(spec, found, &given)
        })
        .await?;
        let found = self.find(key).await?.ok_or_else(|| deleted(key))?;
        self.memberships
            .settle_all(operation, &key.project, &found.given())
            .await?;
        // Those who have joined meanwhile stay noted.
        let left: BTreeSet<UserName> = found.given().difference(&users).cloned().collect();
        self.set(operation, key, |found| {
            let noted = found.given().difference(&left).cloned().collect();
            let change = described(spec, found, &noted);
            match is_unfinished(&found.item) {
                true => change.remove(UNFINISHED),
                false => change,
            }
        })
        .await?;
        let found = self.find(key).await?.ok_or_else(|| deleted(key))?;
        Ok(project_group(key, &found))
    }

    /// Makes a change of the row, if `change` has one, on the condition that nobody else changes it
    /// meanwhile.
    async fn set(
        &self,
        operation: &Operation,
        key: &ProjectGroupKey,
        change: impl Fn(&Found) -> Change + Send + Sync,
    ) -> Result<(), Error> {
        let what = format!(
            "changing group `{}` in project `{}`",
            key.group, key.project
        );
        // The same one in each attempt.
        let claim = Claim::Token(operation.claim().token(None));
        for attempt in 0..ATTEMPTS {
            operation.check(&what)?;
            let found = self.find(key).await?.ok_or_else(|| deleted(key))?;
            operation
                .claim()
                .check(&key.object(), found.token().as_ref())?;
            let change = change(&found);
            let change =
                (!change.is_empty()).then(|| change.expect_present(ProjectGroupRecord::HASH));
            let Some(change) = claim.guard(ProjectGroupRecord::HASH, &found.item, change) else {
                return Ok(());
            };
            let row = ProjectGroupRecord::key(&key.project, &key.group);
            let written = self.records.update(self.table(), &row, &change).await;
            self.members.forget_places().await;
            match written? {
                Write::Done => return Ok(()),
                Write::Refused => operation.back_off(Backoff::QUICK, attempt, &what).await?,
            }
        }
        Err(self.busy(key))
    }

    /// Takes the group off the project: its users' roles go where nothing else gives them, and the row
    /// last. One that is not there is not an error.
    ///
    /// # Errors
    /// [`Error::InUse`] naming notebooks that run under a role which would go, [`Error::Invalid`] for the
    /// last owners, or the first step's that failed. What is left is removed by calling it again.
    pub async fn delete(
        &self,
        operation: &Operation,
        spec: &ProjectGroupSpec,
    ) -> Result<(), Error> {
        let key = &spec.key;
        operation.check(&format!(
            "removing group `{}` from project `{}`",
            key.group, key.project
        ))?;
        let Some(found) = self.find(key).await? else {
            return Ok(());
        };
        operation
            .claim()
            .check(&key.object(), found.token().as_ref())?;
        // What a failed create has left can go: nobody has relied on it.
        let stays = !is_unfinished(&found.item) && !found.item.contains_key(REMOVING);
        if found.record.is_owner() && stays {
            self.check_owners(spec).await?;
        }
        let mut users = found.given();
        users.extend(self.members.users_of(&key.group).await?);
        for user in &users {
            let leaves = self.memberships.check_leaving(operation, key, user);
            Box::pin(leaves).await?;
        }
        // From here on it gives nobody a place, and who it gave one is noted.
        self.set(operation, key, |found| {
            let mut noted = found.given();
            noted.extend(users.iter().cloned());
            let change = given(found, &noted);
            match found.item.contains_key(REMOVING) {
                true => change,
                false => change.set_bool(REMOVING, true),
            }
        })
        .await?;
        let found = self.find(key).await?;
        let noted = found.map(|found| found.given()).unwrap_or_default();
        self.memberships
            .settle_all(operation, &key.project, &noted)
            .await?;
        let row = ProjectGroupRecord::key(&key.project, &key.group);
        let deleted = self.records.delete(self.table(), &row).await;
        self.members.forget_places().await;
        deleted
    }
}

/// The permissions of a new row.
fn permissions(owner: bool) -> Vec<String> {
    owner
        .then(|| crate::records::OWNER.to_owned())
        .into_iter()
        .collect()
}

/// The change that gives the row what the configuration says, with this note of users. It takes the mark
/// of an interrupted removal off: the group stays.
fn described(spec: &ProjectGroupSpec, found: &Found, noted: &BTreeSet<UserName>) -> Change {
    let mut change = given(found, noted);
    let item = &found.item;
    if found.record.is_owner() != spec.owner || !ProjectGroupRecord::has_permissions(item) {
        let permissions = found.record.permissions_with(spec.owner);
        change = change
            .set_strings("permissions", &permissions)
            .expect("permissions", item.get("permissions"));
    }
    match item.contains_key(REMOVING) {
        true => change.remove(REMOVING),
        false => change,
    }
}

/// The change that notes these users, and nobody else.
fn given(found: &Found, noted: &BTreeSet<UserName>) -> Change {
    if *noted == found.given() {
        return Change::new();
    }
    let change = Change::new().expect(GIVEN, found.item.get(GIVEN));
    match noted.is_empty() {
        true => change.remove(GIVEN),
        false => change.set_strings(GIVEN, &names(noted)),
    }
}

/// The error for a row that was deleted between plan and apply.
fn deleted(key: &ProjectGroupKey) -> Error {
    Error::NotFound {
        what: format!(
            "the record of group `{}` in project `{}`",
            key.group, key.project
        ),
        remedy: "it was deleted by someone else: apply again to create it".to_owned(),
    }
}
