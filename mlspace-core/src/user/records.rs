//! Records of users: the only reader of the users table.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::aws::{Cached, Clients, Error, IfPresent as _};
use crate::name::UserName;
use crate::ownership::Token;
use crate::records::{Change, Item, Key, RecordStore, UserRecord, View, Write};

/// A user's record, with the item it was read from.
#[derive(Debug)]
pub(super) struct FoundUser {
    pub(super) record: UserRecord,
    pub(super) item: Item,
}

impl FoundUser {
    pub(super) fn token(&self) -> Option<Token> {
        Token::of_item(&self.item)
    }
}

/// All users on record by name, as it is written there, with whether they are suspended.
pub(crate) type RecordedUsers = BTreeMap<String, bool>;

/// The table of users. A missing table has none: deployments without MLSpace's web application need
/// no users on record.
pub(crate) struct UserRecords {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    scanned: Cached<RecordedUsers>,
}

impl UserRecords {
    /// The table that the settings of `clients` name.
    pub(crate) fn new(clients: Clients, records: Arc<dyn RecordStore>) -> Self {
        Self {
            clients,
            records,
            scanned: Cached::default(),
        }
    }

    fn table(&self) -> &str {
        &self.clients.settings().table_names.users
    }

    /// The record as it is now.
    pub(super) async fn find(&self, name: &UserName) -> Result<Option<FoundUser>, Error> {
        let key = UserRecord::key(name);
        let item = self.records.get(self.table(), &key).await;
        self.found(&key, item.if_present()?.flatten())
    }

    /// As [`Self::find`], for a refresh.
    pub(super) async fn read(&self, name: &UserName) -> Result<Option<FoundUser>, Error> {
        let key = UserRecord::key(name);
        let item = self.records.read(self.table(), &key).await;
        self.found(&key, item.if_present()?.flatten())
    }

    fn found(&self, key: &Key, item: Option<Item>) -> Result<Option<FoundUser>, Error> {
        let Some(item) = item else {
            return Ok(None);
        };
        let record = UserRecord::read(&item).map_err(|error| error.of(self.table(), key))?;
        Ok(Some(FoundUser { record, item }))
    }

    pub(super) async fn create(&self, name: &UserName, item: Item) -> Result<Write, Error> {
        let key = UserRecord::key(name);
        let written = self.records.create(self.table(), &key, item).await;
        self.scanned.forget().await;
        written
    }

    pub(super) async fn update(&self, name: &UserName, change: &Change) -> Result<Write, Error> {
        let key = UserRecord::key(name);
        let written = self.records.update(self.table(), &key, change).await;
        self.scanned.forget().await;
        written
    }

    pub(super) async fn delete(&self, name: &UserName) -> Result<(), Error> {
        let deleted = self
            .records
            .delete(self.table(), &UserRecord::key(name))
            .await;
        self.scanned.forget().await;
        deleted
    }

    /// Whether the user is suspended now. A user without a record is not.
    pub(crate) async fn is_suspended(&self, user: &UserName) -> Result<bool, Error> {
        let key = UserRecord::key(user);
        let item = self.records.get(self.table(), &key).await;
        let item = item.if_present()?.flatten();
        Ok(item.is_some_and(|item| is_suspended(View(&item))))
    }

    /// As [`Self::is_suspended`], at most a few seconds ago.
    ///
    /// # Errors
    /// Also if the table cannot be read, because a suspension that is not seen would be lifted.
    pub(crate) async fn was_suspended(&self, user: &UserName) -> Result<bool, Error> {
        let all = self.scanned.recent(|| self.scan()).await?;
        Ok(all.get(user.as_str()) == Some(&true))
    }

    /// All users, as they were at the first look.
    pub(crate) async fn cached(&self) -> Result<Arc<RecordedUsers>, Error> {
        self.scanned.get(|| self.scan()).await
    }

    /// As [`Self::is_suspended`], at the first look. Where the table cannot be read, nobody is.
    pub(crate) async fn cached_suspended(&self, user: &UserName) -> Result<bool, Error> {
        let all = self.cached().await.if_allowed()?;
        Ok(all.is_some_and(|all| all.get(user.as_str()) == Some(&true)))
    }

    /// All users on record, with whether they are suspended.
    pub(crate) async fn suspensions(&self) -> Result<BTreeMap<UserName, bool>, Error> {
        let all = self.scan().await?;
        let parsed = |(name, suspended): (String, bool)| Some((name.parse().ok()?, suspended));
        Ok(all.into_iter().filter_map(parsed).collect())
    }

    /// All records that say what is asked of them.
    pub(super) async fn all(&self) -> Result<Vec<UserRecord>, Error> {
        let attributes = [
            UserRecord::HASH,
            "email",
            "displayName",
            "suspended",
            "permissions",
            "createdAt",
        ];
        let items = self.records.scan(self.table(), &attributes).await;
        let items = items.if_present()?.unwrap_or_default();
        let read = |item: &Item| UserRecord::read(item).ok();
        Ok(items.iter().filter_map(read).collect())
    }

    async fn scan(&self) -> Result<RecordedUsers, Error> {
        let items = self
            .records
            .scan(self.table(), &[UserRecord::HASH, "suspended"])
            .await
            .if_present()?
            .unwrap_or_default();
        let read = |view: View<'_>| {
            let name = view.string(UserRecord::HASH).ok()?;
            Some((name, is_suspended(view)))
        };
        Ok(items.iter().filter_map(|item| read(View(item))).collect())
    }
}

/// What is neither true nor false does not end a suspension.
fn is_suspended(item: View<'_>) -> bool {
    item.bool("suspended").unwrap_or(true)
}
