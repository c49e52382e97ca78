//! Groups of people in IAM Identity Center, whose directory is called an identity store.
//!
//! Identity Center has one store in one region. Accounts of the organization can read it, unless a
//! service control policy keeps them from it; only the management account and a delegated
//! administrator can write to it
//! (<https://docs.aws.amazon.com/singlesignon/latest/userguide/manage-your-accounts.html>). A group's
//! members are people: Identity Center has no groups in groups
//! (<https://docs.aws.amazon.com/singlesignon/latest/userguide/users-groups-provisioning.html>).

#[cfg(test)]
pub(crate) mod fake;
mod sdk;
#[cfg(test)]
mod tests;

pub(crate) use sdk::SdkIdentityStore;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::{StreamExt as _, TryStreamExt as _};

use crate::aws::Error;
use crate::name::UserName;

/// Calls at a time. Identity Center takes 20 a second of each kind
/// (<https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html>).
const CONCURRENT_READS: usize = 8;

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdentityStore {
    /// Its id, such as `d-0123456789`.
    pub id: String,
    /// Its region; `None` for the provider's.
    pub region: Option<String>,
}

/// Checks the id of a store: `d-` and ten hexadecimal digits, or a UUID (*GetGroupId*,
/// `IdentityStoreId`:
/// <https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_GetGroupId.html>).
///
/// # Errors
/// With the reason.
pub fn check_store_id(id: &str) -> Result<(), String> {
    let hex = |text: &str, length: usize| {
        text.len() == length && text.chars().all(|c| c.is_ascii_hexdigit())
    };
    let parts: Vec<&str> = id.split('-').collect();
    let fits = match parts.as_slice() {
        ["d", rest] => hex(rest, 10),
        [a, b, c, d, e] => hex(a, 8) && [b, c, d].iter().all(|one| hex(one, 4)) && hex(e, 12),
        _ => false,
    };
    if fits {
        return Ok(());
    }
    Err(format!(
        "`{}` is not the id of an identity store, such as `d-0123456789`",
        id.escape_debug()
    ))
}

/// A group with its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityGroup {
    /// Its id in the store.
    pub id: String,
    /// Its name.
    pub display_name: String,
    /// Its members, in the order of their user names.
    pub members: Vec<Person>,
}

/// A user of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The id in the store.
    pub id: String,
    /// The name that the person signs in with, often an e-mail address.
    pub user_name: String,
    /// The name that is shown.
    pub display_name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether the person can sign in.
    pub enabled: bool,
}

impl Person {
    /// The person's name among MLSpace's users, which is the user name with `-` in place of `,`, `=` and
    /// spaces; `None` if MLSpace has no such names.
    #[must_use]
    pub fn name(&self) -> Option<UserName> {
        let name = self.user_name.replace([',', '=', ' '], "-");
        name.parse().ok()
    }
}

/// Refuses two people who can sign in and have one name: they would share a role.
fn check_names(members: &[Person]) -> Result<(), Error> {
    let mut named = HashMap::new();
    for person in members.iter().filter(|one| one.enabled) {
        let Some(name) = person.name() else { continue };
        let Some(other) = named.insert(name.clone(), &person.user_name) else {
            continue;
        };
        return Err(Error::Invalid {
            attribute: Some("display_name"),
            message: format!(
                "MLSpace has one name, `{name}`, for two members of the group: `{}` and `{}`",
                other.escape_debug(),
                person.user_name.escape_debug()
            ),
            remedy: "change the user name of one of them in the directory: users and roles have the name without \
                     commas, equals signs and spaces"
                .to_owned(),
        });
    }
    Ok(())
}

/// The calls on a store.
#[async_trait]
pub(crate) trait IdentityStoreApi: Send + Sync {
    /// GetGroupId by the display name; `None` if no group has it.
    async fn group_id(&self, store: &IdentityStore, name: &str) -> Result<Option<String>, Error>;
    /// DescribeGroup: the display name; `None` if the group was deleted.
    async fn group_name(&self, store: &IdentityStore, id: &str) -> Result<Option<String>, Error>;
    /// ListGroupMemberships, all pages: ids of users.
    async fn members(&self, store: &IdentityStore, group: &str) -> Result<Vec<String>, Error>;
    /// DescribeUser; `None` if the user was deleted.
    async fn person(&self, store: &IdentityStore, id: &str) -> Result<Option<Person>, Error>;
}

/// Groups of IAM Identity Center. People are read once: they are in several groups, and a call reads
/// one.
pub struct IdentityCenter {
    api: Arc<dyn IdentityStoreApi>,
    people: Mutex<HashMap<(IdentityStore, String), Person>>,
}

impl IdentityCenter {
    /// Groups behind `api`.
    pub(crate) fn new(api: Arc<dyn IdentityStoreApi>) -> Self {
        Self {
            api,
            people: Mutex::default(),
        }
    }

    /// The group of this display name, as it is spelled there, with its members.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `display_name` when there is no such group, or one whose name differs in
    /// case, or two members have one name, and for `identity_store_id` when the store cannot be read; those of the calls.
    pub async fn group(&self, store: &IdentityStore, name: &str) -> Result<IdentityGroup, Error> {
        let read = self.read(store, name).await;
        read.map_err(|error| match error {
            error if error.is_denied() => Error::Invalid {
                attribute: Some("identity_store_id"),
                message: format!("the identity store `{}` may not be read: {error}", store.id),
                remedy: "allow `identitystore:GetGroupId`, `DescribeGroup`, `ListGroupMemberships` and `DescribeUser` \
                         in the caller's policies, look for a service control policy that denies them, and allow \
                         `kms:Decrypt` if the store has a key of your own"
                    .to_owned(),
            },
            error => error,
        })
    }

    async fn read(&self, store: &IdentityStore, name: &str) -> Result<IdentityGroup, Error> {
        let missing = || {
            Error::Invalid {
            attribute: Some("display_name"),
            message: format!(
                "the identity store `{}` has no group `{}`, or is in another region",
                store.id,
                name.escape_debug()
            ),
            remedy: "write the display name as Identity Center shows it, and set `region` to that of Identity Center; a \
                     directory that is synchronized sends only the groups that it is told to"
                .to_owned(),
        }
        };
        let id = self.api.group_id(store, name).await?;
        let id = id.ok_or_else(missing)?;
        let found = self.api.group_name(store, &id).await?;
        let display_name = found.ok_or_else(missing)?;
        if display_name != name {
            return Err(Error::Invalid {
                attribute: Some("display_name"),
                message: format!("the group's name is `{}`", display_name.escape_debug()),
                remedy: "write it as Identity Center does".to_owned(),
            });
        }
        let ids = self.api.members(store, &id).await?;
        let people: Vec<Option<Person>> = futures::stream::iter(ids)
            .map(|id| self.person(store, id))
            .buffer_unordered(CONCURRENT_READS)
            .try_collect()
            .await?;
        // Those who were deleted since are left out.
        let mut members: Vec<Person> = people.into_iter().flatten().collect();
        members.sort_by(|a, b| (&a.user_name, &a.id).cmp(&(&b.user_name, &b.id)));
        check_names(&members)?;
        Ok(IdentityGroup {
            id,
            display_name,
            members,
        })
    }

    async fn person(&self, store: &IdentityStore, id: String) -> Result<Option<Person>, Error> {
        let key = (store.clone(), id);
        let known = {
            let people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
            people.get(&key).cloned()
        };
        if known.is_some() {
            return Ok(known);
        }
        let found = self.api.person(store, &key.1).await?;
        if let Some(person) = &found {
            let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
            people.insert(key, person.clone());
        }
        Ok(found)
    }
}
