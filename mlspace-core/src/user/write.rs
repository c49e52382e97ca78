//! Creating, changing and removing users.

use super::read::{recorded, user};
use super::records::FoundUser;
use super::{User, UserSpec, Users, object};
use crate::aws::wait::until;
use crate::aws::{Backoff, Error, Failure, Operation, Outcome, Poll};
use crate::name::UserName;
use crate::ownership::{Claim, Kind, Object, Token};
use crate::records::{Change, UNFINISHED, UserRecord, Write, is_unfinished, mark_unfinished};

impl Users {
    /// Creates the user's record, and closes the roles and notebooks of a suspended one.
    ///
    /// # Errors
    /// [`Error::Exists`] for a user who is on record; or the first step's that failed, with the user as
    /// far as it exists.
    pub async fn create(&self, operation: &Operation, spec: &UserSpec) -> Outcome<User> {
        let name = &spec.name;
        spec.check()?;
        operation.check(&format!("creating user `{name}`"))?;
        // Before the lock, which a removal under another spelling needs.
        self.collisions.check_user(operation, name).await?;
        let token = Token::random();
        let record = spec.record(None, crate::project::now());
        let item = token.mark(record.item());
        let item = match spec.suspended {
            true => mark_unfinished(item),
            false => item,
        };
        match self.users.create(name, item).await {
            Ok(Write::Done) => {}
            Ok(Write::Refused) => return Err(object(name).exists().into()),
            Err(error) => match self.users.find(name).await {
                // Only the response was lost.
                Ok(Some(found)) if found.token().as_ref() == Some(&token) => {}
                _ => return Err(error.into()),
            },
        }
        if spec.suspended {
            return self.finish(&operation.on_any_object(), spec).await;
        }
        // One who is not suspended has nothing to follow.
        Ok(User {
            token: Some(token),
            ..recorded(name, &record)
        })
    }

    /// Changes a user in place, and mends what was changed outside.
    ///
    /// # Errors
    /// The first step's that failed, with the user as it is then. The next update continues.
    pub async fn update(&self, operation: &Operation, spec: &UserSpec) -> Outcome<User> {
        spec.check()?;
        let recorded = self
            .set(operation, &spec.name, |found| {
                let record = spec.record(Some(&found.record), 0);
                let change = record.change_from(&found.record, &found.item);
                match record.suspended == found.record.suspended {
                    true => change,
                    false => change.set_bool(UNFINISHED, true),
                }
            })
            .await;
        match recorded {
            Ok(()) => self.finish(operation, spec).await,
            Err(error) => Err(self.failure(&spec.name, error).await),
        }
    }

    /// Lets roles and notebooks follow the record, and takes the mark off that says they have not.
    async fn finish(&self, operation: &Operation, spec: &UserSpec) -> Outcome<User> {
        match self.try_finish(operation, spec).await {
            Ok(user) => Ok(user),
            Err(error) => Err(self.failure(&spec.name, error).await),
        }
    }

    async fn try_finish(&self, operation: &Operation, spec: &UserSpec) -> Result<User, Error> {
        let (name, suspended) = (&spec.name, spec.suspended);
        let found = self.users.find(name).await?.ok_or_else(|| deleted(name))?;
        let changes = is_unfinished(&found.item);
        if changes || !self.follows(name, suspended).await? {
            self.set_policies(operation, name, suspended).await?;
        }
        if changes {
            self.set_notebooks(operation, name, suspended).await?;
            self.set(operation, name, |found| match is_unfinished(&found.item) {
                true => Change::new()
                    .remove(UNFINISHED)
                    .expect("suspended", found.item.get("suspended")),
                false => Change::new(),
            })
            .await?;
        }
        let found = self.users.find(name).await?.ok_or_else(|| deleted(name))?;
        Ok(user(name, &found))
    }

    /// Whether a refresh finds the policies in line with the record.
    async fn follows(&self, name: &UserName, suspended: bool) -> Result<bool, Error> {
        let read = self.read(name).await?;
        Ok(read.is_some_and(|read| read.suspended == suspended && read.drift.is_empty()))
    }

    async fn failure(&self, name: &UserName, error: Error) -> Failure<User> {
        let reached = match self.users.find(name).await {
            Ok(Some(found)) if !error.is_owned_by_others() => Some(user(name, &found)),
            _ => None,
        };
        Failure { error, reached }
    }

    /// Makes a change of the record, if `change` has one, on the condition that nobody else changes it
    /// meanwhile.
    async fn set(
        &self,
        operation: &Operation,
        name: &UserName,
        change: impl Fn(&FoundUser) -> Change + Send + Sync,
    ) -> Result<(), Error> {
        let what = format!("changing user `{name}`");
        // The same one in each attempt.
        let claim = Claim::Token(operation.claim().token(None));
        for attempt in 0..5 {
            operation.check(&what)?;
            let found = self.users.find(name).await?.ok_or_else(|| deleted(name))?;
            operation
                .claim()
                .check(&object(name), found.token().as_ref())?;
            let change = change(&found);
            let change = (!change.is_empty()).then(|| change.expect_present(UserRecord::HASH));
            let Some(change) = claim.guard(UserRecord::HASH, &found.item, change) else {
                return Ok(());
            };
            match self.users.update(name, &change).await? {
                Write::Done => return Ok(()),
                Write::Refused => operation.back_off(Backoff::QUICK, attempt, &what).await?,
            }
        }
        Err(Error::Conflict {
            message: format!("the record of user `{name}` keeps being changed by others"),
            remedy: "apply again when they are done".to_owned(),
        })
    }

    /// Removes the user's record. One that does not exist is not an error.
    ///
    /// # Errors
    /// [`Error::InUse`] naming projects and groups that the user is a member of, and those of the calls.
    pub async fn delete(&self, operation: &Operation, name: &UserName) -> Result<(), Error> {
        operation.check(&format!("removing user `{name}`"))?;
        if let Some(found) = self.users.find(name).await? {
            operation
                .claim()
                .check(&object(name), found.token().as_ref())?;
            self.wait_for_members(operation, name).await?;
            self.users.delete(name).await?;
        }
        self.suspensions.drop_user(operation, name).await
    }

    /// Refuses while the user is a member of projects or groups; memberships that this run removes are
    /// waited for.
    async fn wait_for_members(&self, operation: &Operation, name: &UserName) -> Result<(), Error> {
        let what = format!("waiting for the memberships of user `{name}` to be removed");
        until(operation, &what, Backoff::QUICK, || async move {
            let (mut staying, mut leaving) = (self.groups_with(name).await?, None);
            for (project, _) in self.groups.memberships_of_user(name).await? {
                // An index shows for a moment what has just been removed.
                if !self.members.exists(&project, name).await? {
                    continue;
                }
                let membership = Object::new(Kind::Membership, format!("{project}/{name}"));
                let run = operation.run();
                if run.replaces(&membership) || run.removes(&membership).await {
                    leaving = Some(membership);
                } else {
                    staying.push(format!("project {project}"));
                }
            }
            if !staying.is_empty() {
                return Err(Error::InUse {
                    what: format!("user `{name}`"),
                    by: staying,
                    remedy: "remove the user there first; let `mlspace_membership` refer to the `name` of the user, so that \
                             Terraform does. To keep somebody out, set `suspended = true` instead"
                        .to_owned(),
                });
            }
            Ok(match leaving {
                Some(membership) => Poll::Pending(format!("{membership} is still on record")),
                None => Poll::Ready(()),
            })
        })
        .await
    }

    /// The groups that the user is in, in words.
    async fn groups_with(&self, name: &UserName) -> Result<Vec<String>, Error> {
        let mut found = Vec::new();
        for group in self.groups.groups_of(name).await? {
            if self.groups.has_member(&group, name).await? {
                found.push(format!("group {group}"));
            }
        }
        Ok(found)
    }
}

/// The error for a record that was deleted between plan and apply.
fn deleted(name: &UserName) -> Error {
    Error::NotFound {
        what: format!("the record of user `{name}`"),
        remedy: "it was deleted by someone else: apply again to create it".to_owned(),
    }
}
