//! An identity store in memory, for unit tests.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;

use super::{IdentityStore, IdentityStoreApi, Person};
use crate::aws::Error;

/// One store. Display names are found in any case.
#[derive(Default)]
pub(crate) struct FakeIdentityStore {
    /// Ids of members by display name, which is also the group's id.
    pub(crate) groups: BTreeMap<String, Vec<String>>,
    /// People by id.
    pub(crate) people: BTreeMap<String, Person>,
    /// Whether every call is denied.
    pub(crate) denied: bool,
    /// The calls that were made.
    pub(crate) calls: Mutex<Vec<String>>,
}

impl FakeIdentityStore {
    fn call(&self, operation: &'static str, of: &str) -> Result<(), Error> {
        self.calls.lock().unwrap().push(format!("{operation} {of}"));
        if self.denied {
            return Err(Error::Aws {
                service: "identitystore",
                operation,
                code: "AccessDeniedException".to_owned(),
                message: "User is not authorized".to_owned(),
                request_id: None,
            });
        }
        Ok(())
    }
}

#[async_trait]
impl IdentityStoreApi for FakeIdentityStore {
    async fn group_id(&self, _: &IdentityStore, name: &str) -> Result<Option<String>, Error> {
        self.call("GetGroupId", name)?;
        let mut names = self.groups.keys();
        Ok(names.find(|one| one.eq_ignore_ascii_case(name)).cloned())
    }

    async fn group_name(&self, _: &IdentityStore, id: &str) -> Result<Option<String>, Error> {
        self.call("DescribeGroup", id)?;
        Ok(self.groups.contains_key(id).then(|| id.to_owned()))
    }

    async fn members(&self, _: &IdentityStore, group: &str) -> Result<Vec<String>, Error> {
        self.call("ListGroupMemberships", group)?;
        Ok(self.groups.get(group).cloned().unwrap_or_default())
    }

    async fn person(&self, _: &IdentityStore, id: &str) -> Result<Option<Person>, Error> {
        self.call("DescribeUser", id)?;
        Ok(self.people.get(id).cloned())
    }
}
