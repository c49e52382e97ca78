//! Creating, changing and removing groups.

use std::collections::BTreeSet;

use super::plan::refuse_unknown;
use super::read::group;
use super::records::Found;
use super::{UserGroup, UserGroupSpec, UserGroups, object};
use crate::aws::wait::until;
use crate::aws::{Backoff, Error, Failure, IfPresent as _, Operation, Outcome, Poll};
use crate::grant::{GrantKey, Grantee};
use crate::name::{GroupName, UserName};
use crate::ownership::{Claim, Kind, Object, Token};
use crate::project_group::ProjectGroupKey;
use crate::records::{
    CANCELED, CHANGING, Change, GroupDatasetRecord, GroupRecord, GroupUserRecord, MemberAction,
    ProjectGroupRecord, REMOVING, TRANSACTION_WRITES, TransactWrite, Write, history,
};

/// Attempts at a change that others interfere with.
const ATTEMPTS: u32 = 5;

impl UserGroups {
    /// Creates the group's record and its members.
    ///
    /// # Errors
    /// [`Error::Exists`] for a group that is on record; or the first step's that failed, with the group
    /// as far as it exists.
    pub async fn create(&self, operation: &Operation, spec: &UserGroupSpec) -> Outcome<UserGroup> {
        let name = &spec.name;
        spec.check()?;
        operation.check(&format!("creating group `{name}`"))?;
        self.check_case(name).await?;
        self.check_joining(&spec.members).await?;
        let by = self.actor().await?;
        let record = GroupRecord {
            name: name.to_string(),
            description: spec.description.clone(),
            created_by: by,
            created_at: crate::project::now(),
        };
        let token = Token::random();
        let item = token.mark(record.item());
        let created = self
            .records
            .create(self.table(), &GroupRecord::key(name), item)
            .await;
        self.names.forget().await;
        match created {
            Ok(Write::Done) => {}
            Ok(Write::Refused) => return Err(object(name).exists().into()),
            Err(error) => match self.find(name).await {
                // Only the response was lost.
                Ok(Some(found)) if found.token().as_ref() == Some(&token) => {}
                _ => return Err(error.into()),
            },
        }
        self.finish(&operation.on_any_object(), spec).await
    }

    /// Changes a group in place, and finishes a change that was interrupted.
    ///
    /// # Errors
    /// The first step's that failed, with the group as it is then. The next update continues.
    pub async fn update(&self, operation: &Operation, spec: &UserGroupSpec) -> Outcome<UserGroup> {
        spec.check()?;
        self.finish(operation, spec).await
    }

    async fn finish(&self, operation: &Operation, spec: &UserGroupSpec) -> Outcome<UserGroup> {
        match self.try_finish(operation, spec).await {
            Ok(group) => Ok(group),
            Err(error) => Err(self.failure(&spec.name, error).await),
        }
    }

    async fn try_finish(
        &self,
        operation: &Operation,
        spec: &UserGroupSpec,
    ) -> Result<UserGroup, Error> {
        let name = &spec.name;
        self.set(operation, name, |found| describe(spec, found))
            .await?;
        let members = self.members(name).await?;
        let leaving: BTreeSet<UserName> = members.difference(&spec.members).cloned().collect();
        self.check_owners(spec, &leaving).await?;
        self.check_leaving(operation, name, &leaving).await?;
        let joining: BTreeSet<UserName> = spec.members.difference(&members).cloned().collect();
        self.check_free(name, &joining).await?;
        self.write_members(operation, name, &spec.members, MemberAction::Removed)
            .await?;
        self.settle(operation, name).await?;
        let found = self.find(name).await?.ok_or_else(|| deleted(name))?;
        let members = self.members(name).await?;
        Ok(group(name, &found, members))
    }

    async fn failure(&self, name: &GroupName, error: Error) -> Failure<UserGroup> {
        let reached = match (self.find(name).await, self.members(name).await) {
            (Ok(Some(found)), Ok(members)) if !error.is_owned_by_others() => {
                Some(group(name, &found, members))
            }
            _ => None,
        };
        Failure { error, reached }
    }

    /// Makes these users the group's members: notes whose rows change, and changes them with their
    /// history. Others may change them meanwhile, so the difference is taken anew after a refusal.
    async fn write_members(
        &self,
        operation: &Operation,
        name: &GroupName,
        desired: &BTreeSet<UserName>,
        leaves: MemberAction,
    ) -> Result<(), Error> {
        let what = format!("changing the members of group `{name}`");
        let by = self.actor().await?;
        for attempt in 0..ATTEMPTS {
            let members = self.members(name).await?;
            let joining: BTreeSet<UserName> = desired.difference(&members).cloned().collect();
            let leaving: BTreeSet<UserName> = members.difference(desired).cloned().collect();
            if joining.is_empty() && leaving.is_empty() {
                return Ok(());
            }
            self.check_joining(&joining).await?;
            self.set(operation, name, |found| {
                let mut changing = found.changing();
                changing.extend(joining.iter().chain(&leaving).cloned());
                changing_of(found, &changing)
            })
            .await?;
            let writes = self.member_writes(name, (&joining, &leaving), leaves, &by);
            let mut refused = false;
            // A member's row and its history in the same transaction, after the check of the group.
            for chunk in writes.chunks((TRANSACTION_WRITES - 1) / 2) {
                operation.check(&what)?;
                let mut writes = Vec::with_capacity(TRANSACTION_WRITES);
                if !joining.is_empty() {
                    let key = GroupRecord::key(name);
                    writes.push(TransactWrite::Within(self.table().to_owned(), key));
                }
                writes.extend(chunk.iter().flatten().cloned());
                match self.records.transact(&writes).await {
                    Err(error) if error.code() == Some(CANCELED) => {
                        refused = true;
                        break;
                    }
                    result => result?,
                }
            }
            if !refused {
                return Ok(());
            }
            if self.find(name).await?.is_none() {
                return Err(deleted(name));
            }
            operation.back_off(Backoff::QUICK, attempt, &what).await?;
        }
        Err(Error::Conflict {
            message: format!("the members of group `{name}` keep being changed by others"),
            remedy: "apply again when they are done".to_owned(),
        })
    }

    /// The row and the history of each user who joins or leaves. Times of history are its key, so each
    /// gets one of its own.
    fn member_writes(
        &self,
        name: &GroupName,
        (joining, leaving): (&BTreeSet<UserName>, &BTreeSet<UserName>),
        leaves: MemberAction,
        by: &str,
    ) -> Vec<[TransactWrite; 2]> {
        let table = self.users_table();
        let joins = joining.iter().map(|user| {
            let key = GroupUserRecord::key(name, user);
            let row = GroupUserRecord::item(name, user);
            let write = TransactWrite::Create(table.to_owned(), key, row);
            (user, MemberAction::Added, write)
        });
        let goes = leaving.iter().map(|user| {
            let key = GroupUserRecord::key(name, user);
            let write = TransactWrite::Delete(table.to_owned(), key);
            (user, leaves, write)
        });
        let times = jiff::Timestamp::now().as_millisecond()..;
        let tables = &self.clients.settings().table_names;
        goes.chain(joins)
            .zip(times)
            .map(|((user, action, write), at)| {
                let told = history(name, user, action, by, at);
                let table = tables.group_membership_history.clone();
                [write, TransactWrite::Put(table, told)]
            })
            .collect()
    }

    /// Lets the roles of all users follow whose rows were changed, and takes the note of them off.
    async fn settle(&self, operation: &Operation, name: &GroupName) -> Result<(), Error> {
        let found = self.find(name).await?.ok_or_else(|| deleted(name))?;
        let done = found.changing();
        if done.is_empty() {
            return Ok(());
        }
        let members = self.members(name).await?;
        let (stay, left): (BTreeSet<UserName>, BTreeSet<UserName>) = done
            .iter()
            .cloned()
            .partition(|user| members.contains(user));
        self.member_records.forget_places().await;
        let places = self.member_records.places_of(name).await?;
        // Roles that go first, so that the group's policies are on none of them any more.
        for place in &places {
            let settled = self
                .memberships
                .settle_all(operation, &place.project, &left);
            Box::pin(settled).await?;
        }
        self.groups.follow(operation, name, &done).await?;
        for place in places {
            let key = ProjectGroupKey {
                project: place.project,
                group: name.clone(),
            };
            self.member_records
                .note_given(operation, &key, &stay)
                .await?;
            let settled = self.memberships.settle_all(operation, &key.project, &stay);
            Box::pin(settled).await?;
        }
        self.set(operation, name, |found| {
            let left = found.changing().difference(&done).cloned().collect();
            changing_of(found, &left)
        })
        .await
    }

    /// Refuses that these users join whose roles in the group's projects are there for no reason on record.
    async fn check_free(
        &self,
        name: &GroupName,
        joining: &BTreeSet<UserName>,
    ) -> Result<(), Error> {
        if joining.is_empty() {
            return Ok(());
        }
        for place in self.member_records.places_of(name).await? {
            for user in joining {
                self.memberships.check_free(&place.project, user).await?;
            }
        }
        Ok(())
    }

    /// Refuses that these users leave while notebooks run under roles that only this group gives them.
    async fn check_leaving(
        &self,
        operation: &Operation,
        name: &GroupName,
        leaving: &BTreeSet<UserName>,
    ) -> Result<(), Error> {
        if leaving.is_empty() {
            return Ok(());
        }
        for place in self.member_records.places_of(name).await? {
            let key = ProjectGroupKey {
                project: place.project,
                group: name.clone(),
            };
            for user in leaving {
                let leaves = self.memberships.check_leaving(operation, &key, user);
                Box::pin(leaves).await?;
            }
        }
        Ok(())
    }

    /// Makes a change of the record, if `change` has one, on the condition that nobody else changes it
    /// meanwhile.
    async fn set(
        &self,
        operation: &Operation,
        name: &GroupName,
        change: impl Fn(&Found) -> Change + Send + Sync,
    ) -> Result<(), Error> {
        let what = format!("changing group `{name}`");
        // The same one in each attempt.
        let claim = Claim::Token(operation.claim().token(None));
        for attempt in 0..ATTEMPTS {
            operation.check(&what)?;
            let found = self.find(name).await?.ok_or_else(|| deleted(name))?;
            let token = found.token();
            operation.claim().check(&object(name), token.as_ref())?;
            let change = change(&found);
            let change = (!change.is_empty()).then(|| change.expect_present(GroupRecord::HASH));
            let Some(change) = claim.guard(GroupRecord::HASH, &found.item, change) else {
                return Ok(());
            };
            let key = GroupRecord::key(name);
            match self.records.update(self.table(), &key, &change).await? {
                Write::Done => return Ok(()),
                Write::Refused => operation.back_off(Backoff::QUICK, attempt, &what).await?,
            }
        }
        Err(Error::Conflict {
            message: format!("the record of group `{name}` keeps being changed by others"),
            remedy: "apply again when they are done".to_owned(),
        })
    }

    /// Removes the group: its members first, and what they had through it. One that does not exist is
    /// not an error.
    ///
    /// # Errors
    /// [`Error::InUse`] naming datasets, grants and projects that name the group, and those of the calls.
    pub async fn delete(&self, operation: &Operation, name: &GroupName) -> Result<(), Error> {
        operation.check(&format!("removing group `{name}`"))?;
        let Some(found) = self.find(name).await? else {
            return Ok(());
        };
        let token = found.token();
        operation.claim().check(&object(name), token.as_ref())?;
        self.wait_for_uses(operation, name).await?;
        // From here on nobody joins.
        self.set(operation, name, |found| {
            match found.item.contains_key(REMOVING) {
                true => Change::new(),
                false => Change::new().set_bool(REMOVING, true),
            }
        })
        .await?;
        // A dataset or project may have got the group meanwhile.
        if let Err(error) = self.wait_for_uses(operation, name).await {
            self.set(operation, name, |found| {
                match found.item.contains_key(REMOVING) {
                    true => Change::new().remove(REMOVING),
                    false => Change::new(),
                }
            })
            .await?;
            return Err(error);
        }
        let nobody = BTreeSet::new();
        self.write_members(operation, name, &nobody, MemberAction::GroupDeleted)
            .await?;
        self.settle(operation, name).await?;
        let key = GroupRecord::key(name);
        let deleted = self.records.delete(self.table(), &key).await;
        self.names.forget().await;
        deleted
    }

    /// Refuses while something is shared with the group, granted to it, or a project has it as a member.
    /// MLSpace deletes such rows; here each has a resource, or an administrator, that should say so.
    async fn wait_for_uses(&self, operation: &Operation, name: &GroupName) -> Result<(), Error> {
        let what = format!("waiting for what names group `{name}` to be removed");
        until(operation, &what, Backoff::QUICK, || async move {
            let (mut staying, mut leaving) = (Vec::new(), None);
            for object in self.uses(name).await? {
                let run = operation.run();
                if run.replaces(&object) || run.removes(&object).await {
                    leaving = Some(object);
                } else {
                    staying.push(object.to_string());
                }
            }
            if !staying.is_empty() {
                return Err(Error::InUse {
                    what: format!("group `{name}`"),
                    by: staying,
                    remedy: "take the group off there and apply that first; let `groups`, grants and `mlspace_project_group` refer to the `name` of \
                             the group, so that Terraform removes them before it"
                        .to_owned(),
                });
            }
            Ok(match leaving {
                Some(object) => Poll::Pending(format!("{object} still names the group")),
                None => Poll::Ready(()),
            })
        })
        .await
    }

    /// The datasets that are shared with the group, the grants to it, and its places in projects, which may
    /// be being removed.
    async fn uses(&self, name: &GroupName) -> Result<Vec<Object>, Error> {
        let table = &self.clients.settings().table_names.group_datasets;
        let rows = self.records.query(table, "group", name.as_str()).await?;
        let mut uses: Vec<Object> = rows
            .iter()
            .filter_map(|row| GroupDatasetRecord::read(row).ok())
            .map(|row| Object::new(Kind::Dataset, format!("group/{}", row.dataset)))
            .collect();
        let grantee = Grantee::Group(name.clone());
        for location in self.locations.all().await? {
            if location.grants().any(|(other, _)| other == grantee) {
                let key = GrantKey {
                    location: location.spec.name.clone(),
                    grantee: grantee.clone(),
                };
                uses.push(Object::new(Kind::Grant, key));
            }
        }
        let table = &self.clients.settings().table_names.project_groups;
        let rows = self.records.scan(table, &["project", "group"]).await;
        for row in rows.if_present()?.unwrap_or_default() {
            if let Ok(row) = ProjectGroupRecord::read(&row)
                && row.group == name.as_str()
            {
                let id = format!("{}/{}", row.project, row.group);
                uses.push(Object::new(Kind::ProjectGroup, id));
            }
        }
        Ok(uses)
    }

    /// Refuses users whom MLSpace does not know, if it knows any.
    async fn check_joining(&self, users: &BTreeSet<UserName>) -> Result<(), Error> {
        if users.is_empty() {
            return Ok(());
        }
        let known = self.users.suspensions().await?;
        if known.is_empty() {
            return Ok(());
        }
        let unknown = users.iter().filter(|user| !known.contains_key(*user));
        refuse_unknown(&unknown.collect())
    }

    /// Who changes groups, for their records and history: the identity that Terraform uses.
    async fn actor(&self) -> Result<String, Error> {
        Ok(self.clients.caller().await?.arn.clone())
    }
}

/// The change that gives the record what the configuration says, and what MLSpace needs. It takes the
/// mark of an interrupted removal off: the group stays.
fn describe(spec: &UserGroupSpec, found: &Found) -> Change {
    let item = &found.item;
    let mut change = Change::new();
    let lacks = GroupRecord::missing(item);
    if found.record.description != spec.description || lacks.contains(&"description") {
        change = change
            .set_string("description", &spec.description)
            .expect("description", item.get("description"));
    }
    if lacks.contains(&"createdBy") {
        change = change.set_string("createdBy", &found.record.created_by);
    }
    if !change.is_empty() {
        change = change.set_integer("lastUpdatedAt", crate::project::now());
    }
    if item.contains_key(REMOVING) {
        change = change.remove(REMOVING);
    }
    change
}

/// The change that notes these users, and nobody else, as those whose roles do not follow yet.
fn changing_of(found: &Found, users: &BTreeSet<UserName>) -> Change {
    if *users == found.changing() {
        return Change::new();
    }
    let seen = found.item.get(CHANGING);
    let change = Change::new().expect(CHANGING, seen);
    if users.is_empty() {
        return change.remove(CHANGING);
    }
    let names: Vec<String> = users.iter().map(ToString::to_string).collect();
    change.set_strings(CHANGING, &names)
}

/// The error for a record that was deleted between plan and apply.
fn deleted(name: &GroupName) -> Error {
    Error::NotFound {
        what: format!("the record of group `{name}`"),
        remedy: "it was deleted by someone else: apply again to create it".to_owned(),
    }
}
