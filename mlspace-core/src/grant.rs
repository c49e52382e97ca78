//! Grants of external locations to projects, members, groups and users.
//!
//! A grant is an entry in the record of its location. What it opens is in the inline policy of each
//! role that it is for: the policies are derived from the records, as for datasets that are shared with
//! groups, so that memberships which are created or repaired later have it too.
//!
//! The entry comes first and is marked until every role has the new policy; a removal first marks the
//! entry as one that opens nothing. After an interruption the mark is drift, and the next apply writes
//! the policies again.

mod grantee;
mod plan;
mod review;
mod roles;

pub use grantee::{Access, GrantIdError, GrantKey, Grantee};
pub use plan::PlannedGrant;

pub(crate) use roles::GrantedRoles;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::aws::{Clients, Error, Failure, Operation, Outcome};
use crate::external_location::{ExternalLocationSpec, LocationApi, LocationStore};
use crate::membership::Memberships;
use crate::name::ProjectName;
use crate::ownership::{Claim, Kind, Object, Owned, Token};
use crate::project::{ProjectRecords, missing_project};
use crate::records::{GrantRecord, Item, UNFINISHED, is_unfinished, mark_unfinished};

/// Time limit for taking back a failed create.
const ROLLBACK_TIMEOUT: Duration = Duration::from_secs(60);

/// A grant as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantSpec {
    /// The location and who is granted it.
    pub key: GrantKey,
    /// What it lets them do.
    pub access: Access,
}

/// A grant as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The location and who is granted it.
    pub key: GrantKey,
    /// What it lets them do.
    pub access: Access,
    /// What it opens, in a sentence.
    pub opens: String,
    /// What is not as it should be: one sentence each.
    pub drift: Vec<String>,
    /// The token in its record.
    pub token: Option<Token>,
}

impl Owned for Grant {
    fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }
}

/// Grants of external locations.
pub struct Grants {
    clients: Clients,
    api: Arc<dyn LocationApi>,
    store: Arc<LocationStore>,
    projects: Arc<ProjectRecords>,
    memberships: Arc<Memberships>,
    roles: Arc<GrantedRoles>,
}

impl Grants {
    /// Grants in the records of `store`.
    pub(crate) fn new(
        clients: Clients,
        api: Arc<dyn LocationApi>,
        store: Arc<LocationStore>,
        projects: Arc<ProjectRecords>,
        memberships: Arc<Memberships>,
        roles: Arc<GrantedRoles>,
    ) -> Self {
        Self {
            clients,
            api,
            store,
            projects,
            memberships,
            roles,
        }
    }

    /// Creates a grant: the entry, then the policies of all roles that it is for.
    ///
    /// # Errors
    /// [`Error::Exists`] for a grant that is on record; errors for a location or a project that does
    /// not exist; or the first step's that failed. What was written is then taken back, or the next
    /// create continues it.
    pub async fn create(&self, operation: &Operation, spec: &GrantSpec) -> Outcome<Grant> {
        operation.check(&format!("creating grant `{}`", spec.key))?;
        if let Some(project) = spec.key.grantee.project()
            && !self.projects.exists(project).await?
        {
            return Err(missing_project("project", project).into());
        }
        let token = Token::random();
        let grantee = spec.key.grantee.to_string();
        let recorded = self
            .store
            .change_grants(operation, &spec.key.location, |grants| {
                match grants.get(&grantee) {
                    Some(found) if Token::of_item(found).as_ref() == Some(&token) => Ok(false),
                    Some(found) if !is_unfinished(found) => Err(object(&spec.key).exists()),
                    // Another create or removal was interrupted.
                    _ => {
                        let item = token.mark(GrantRecord::item(spec.access.writes()));
                        grants.insert(grantee.clone(), mark_unfinished(item));
                        Ok(true)
                    }
                }
            })
            .await;
        let recorded = match recorded {
            Ok(found) => found,
            Err(error) => {
                // It can be written although the response was lost.
                if !error.is_owned_by_others() {
                    Box::pin(self.take_back(spec, &token)).await;
                }
                return Err(error.into());
            }
        };
        let done = async {
            Box::pin(self.roles.rewrite(operation, &spec.key.grantee)).await?;
            self.finish(operation, &spec.key, &token).await
        };
        let made = Grant {
            key: spec.key.clone(),
            access: spec.access,
            opens: opens(spec, &recorded.spec),
            drift: Vec::new(),
            token: Some(token.clone()),
        };
        match Box::pin(done).await {
            Ok(()) => Ok(made),
            Err(error) => match self.read(&spec.key).await {
                // Only the last response was lost.
                Ok(Some(grant)) if grant.token == made.token && grant.drift.is_empty() => Ok(made),
                _ => {
                    Box::pin(self.take_back(spec, &token)).await;
                    Err(error.into())
                }
            },
        }
    }

    /// Removes the mark of the grant with this token: all roles have it.
    async fn finish(
        &self,
        operation: &Operation,
        key: &GrantKey,
        token: &Token,
    ) -> Result<(), Error> {
        let grantee = key.grantee.to_string();
        self.store
            .change_grants(operation, &key.location, |grants| {
                match grants.get_mut(&grantee) {
                    Some(item) if Token::of_item(item).as_ref() == Some(token) => {
                        Ok(item.remove(UNFINISHED).is_some())
                    }
                    Some(_) => Err(object(key).exists()),
                    None => Err(deleted(key)),
                }
            })
            .await
            .map(drop)
    }

    /// Takes back what a failed create wrote, as far as AWS lets it: the state does not hold the grant.
    async fn take_back(&self, spec: &GrantSpec, token: &Token) {
        let operation = Operation::new(CancellationToken::new(), ROLLBACK_TIMEOUT);
        let operation = operation.on_behalf_of(crate::ownership::Caller {
            claim: Claim::Token(token.clone()),
            ..crate::ownership::Caller::default()
        });
        if let Err(error) = self.delete(&operation, &spec.key).await {
            tracing::warn!(%error, grant = %spec.key, "the failed grant is not taken back");
        }
    }

    /// Reads a grant; `None` when it is not on record.
    ///
    /// # Errors
    /// Those of the calls.
    pub async fn read(&self, key: &GrantKey) -> Result<Option<Grant>, Error> {
        let Some(found) = self.store.find(&key.location).await? else {
            return Ok(None);
        };
        let Some(record) = found.record.grants.get(&key.grantee.to_string()) else {
            return Ok(None);
        };
        let spec = GrantSpec {
            key: key.clone(),
            access: Access::of(record.write),
        };
        let mut drift = Vec::new();
        if record.leaving {
            drift.push(format!("the removal of grant `{key}` was interrupted"));
        } else if is_unfinished(&record.item) {
            drift.push(format!(
                "a change of grant `{key}` was interrupted before all roles had it"
            ));
        }
        if let Some(project) = key.grantee.project()
            && !self.projects.exists(project).await?
        {
            drift.push(format!(
                "project `{project}` does not exist, and a new one of this name would have grant `{key}`"
            ));
        }
        Ok(Some(Grant {
            opens: opens(&spec, &found.spec),
            key: spec.key,
            access: spec.access,
            drift,
            token: Token::of_item(&record.item),
        }))
    }

    /// Changes what a grant lets its members do, or mends it: the entry, then the policies of all roles
    /// that it is for.
    ///
    /// # Errors
    /// The first step's that failed, with the grant as it is then. The next update continues.
    pub async fn update(&self, operation: &Operation, spec: &GrantSpec) -> Outcome<Grant> {
        let done = Box::pin(self.try_update(operation, spec)).await;
        let reached = self.read(&spec.key).await.ok().flatten();
        match (done, reached) {
            (Ok(()), Some(grant)) => Ok(grant),
            (Ok(()), None) => Err(deleted(&spec.key).into()),
            (Err(error), reached) => Err(Failure { error, reached }),
        }
    }

    async fn try_update(&self, operation: &Operation, spec: &GrantSpec) -> Result<(), Error> {
        if let Some(project) = spec.key.grantee.project()
            && !self.projects.exists(project).await?
        {
            return Err(missing_project("project", project));
        }
        let grantee = spec.key.grantee.to_string();
        // The same one in each attempt.
        let token = operation.claim().token(None);
        let set = |item: &Item| -> Result<Item, Error> {
            let stored = Token::of_item(item);
            operation
                .claim()
                .check(&object(&spec.key), stored.as_ref())?;
            let token = stored.unwrap_or_else(|| token.clone());
            let item = token.mark(GrantRecord::item(spec.access.writes()));
            Ok(mark_unfinished(item))
        };
        let changed = self
            .store
            .change_grants(operation, &spec.key.location, |grants| {
                let item = grants.get_mut(&grantee).ok_or_else(|| deleted(&spec.key))?;
                let new = set(item)?;
                let changes = new != *item;
                *item = new;
                Ok(changes)
            })
            .await?;
        let stored = changed.record.grants.get(&grantee);
        let token = stored
            .and_then(|grant| Token::of_item(&grant.item))
            .unwrap_or(token);
        Box::pin(self.roles.rewrite(operation, &spec.key.grantee)).await?;
        self.finish(operation, &spec.key, &token).await
    }

    /// Removes a grant: its power first, then the policies of all roles that it was for, then the
    /// entry. One that does not exist is not an error.
    ///
    /// # Errors
    /// The first step's that failed. What is left is removed by calling it again.
    pub async fn delete(&self, operation: &Operation, key: &GrantKey) -> Result<(), Error> {
        let grantee = key.grantee.to_string();
        let exists = |grants: &BTreeMap<String, Item>| grants.contains_key(&grantee);
        match self.store.find(&key.location).await? {
            Some(found) if found.record.grants.contains_key(&grantee) => {}
            _ => return Ok(()),
        }
        self.store
            .change_grants(operation, &key.location, |grants| {
                let Some(item) = grants.get_mut(&grantee) else {
                    return Ok(false);
                };
                let token = Token::of_item(item);
                operation.claim().check(&object(key), token.as_ref())?;
                let leaving = GrantRecord::mark_leaving(mark_unfinished(item.clone()));
                let changes = leaving != *item;
                *item = leaving;
                Ok(changes)
            })
            .await?;
        Box::pin(self.roles.rewrite(operation, &key.grantee)).await?;
        self.store
            .change_grants(operation, &key.location, |grants| {
                let removed = exists(grants);
                grants.remove(&grantee);
                Ok(removed)
            })
            .await
            .map(drop)
    }

    /// The grants to a project and to its members, by their locations.
    ///
    /// # Errors
    /// Those of the calls.
    pub(crate) async fn of_project(&self, project: &ProjectName) -> Result<Vec<GrantKey>, Error> {
        let all = self.store.all().await?;
        let keys = all.iter().flat_map(|found| {
            let grantees = found.record.grants.keys();
            grantees.filter_map(|text| {
                Some(GrantKey {
                    location: found.spec.name.clone(),
                    grantee: text.parse().ok()?,
                })
            })
        });
        Ok(keys
            .filter(|key| key.grantee.project() == Some(project))
            .collect())
    }
}

/// What a grant opens, in a sentence that depends on nothing but the grant and its location.
fn opens(spec: &GrantSpec, location: &ExternalLocationSpec) -> String {
    let what = match spec.access {
        Access::Read => "list and read",
        Access::ReadWrite => "list, read, write and delete",
    };
    let whose = spec.key.grantee.in_words();
    let objects = location.objects();
    let objects = if location.prefixes.is_empty() {
        format!("all objects of {objects}")
    } else {
        format!("the objects under {objects}")
    };
    let key = location
        .kms_key_arn
        .as_ref()
        .map_or_else(String::new, |key| {
            let verb = match spec.access {
                Access::Read => "decrypt",
                Access::ReadWrite => "encrypt and decrypt",
            };
            format!(", and {verb} with the key `{key}`")
        });
    let mut sentence = format!("{whose} can {what} {objects}{key}.");
    if let Some(first) = sentence.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    sentence
}

/// The error for a grant that is gone.
fn deleted(key: &GrantKey) -> Error {
    Error::Conflict {
        message: format!("grant `{key}` was removed by someone else"),
        remedy: "apply again to create it".to_owned(),
    }
}

/// The grant, as an object that someone manages.
fn object(key: &GrantKey) -> Object {
    Object::new(Kind::Grant, key)
}

#[cfg(test)]
mod tests;
