//! The store of records.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::change::Change;
use super::item::{Item, Key};
use crate::aws::Error;

/// Whether a conditional write found the state that it expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Write {
    /// The item has the requested state.
    Done,
    /// The item is not in the expected state. Nothing was written.
    Refused,
}

/// Whether an item was created that belongs to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum WriteWithin {
    /// The item has the requested state.
    Done,
    /// There is another item with its key. Nothing was written.
    Refused,
    /// The other item does not exist, or is being removed. Nothing was written.
    NoParent,
}

/// One write of a transaction.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TransactWrite {
    /// Writes the item into this table and replaces an existing one.
    Put(String, Item),
    /// Deletes the item with this key from this table, if it exists.
    Delete(String, Key),
    /// Writes the item with this key into this table. The transaction fails if there is one.
    Create(String, Key, Item),
    /// Needs the item with this key in this table, not marked with [`REMOVING`](super::REMOVING). The
    /// transaction fails otherwise.
    Within(String, Key),
}

impl TransactWrite {
    /// The table that is written to.
    pub(super) fn table(&self) -> &str {
        match self {
            Self::Put(table, _)
            | Self::Delete(table, _)
            | Self::Create(table, _, _)
            | Self::Within(table, _) => table,
        }
    }
}

/// Tables of records. Reads are strongly consistent unless a method says otherwise.
///
/// Every method except [`RecordStore::transact`] fails with [`Error::NoTable`] when the table does
/// not exist.
#[async_trait]
pub(crate) trait RecordStore: Send + Sync {
    /// Reads an item; `None` when there is none.
    async fn get(&self, table: &str, key: &Key) -> Result<Option<Item>, Error>;

    /// As [`RecordStore::get`], for a refresh: items that this process has not written can be as they
    /// were when it first looked.
    async fn read(&self, table: &str, key: &Key) -> Result<Option<Item>, Error> {
        self.get(table, key).await
    }

    /// All items of a table, for a refresh that reads many of them, by keys of the same attributes as
    /// `like`. `None` while it reads few, or if the table is too large for that.
    async fn table(
        &self,
        table: &str,
        like: &Key,
    ) -> Result<Option<Arc<HashMap<Key, Item>>>, Error> {
        let _ = (table, like);
        Ok(None)
    }

    /// Creates an item, if there is none with its key.
    ///
    /// The SDK repeats a create whose answer was lost, and DynamoDB then refuses it. So it counts
    /// as done when the existing item equals the requested one.
    async fn create(&self, table: &str, key: &Key, item: Item) -> Result<Write, Error>;

    /// As [`RecordStore::create`], if at the same time an item with the key `parent.1` is in the table
    /// `parent.0` and not marked with [`REMOVING`](super::REMOVING).
    async fn create_within(
        &self,
        parent: (&str, &Key),
        table: &str,
        key: &Key,
        item: Item,
    ) -> Result<WriteWithin, Error>;

    /// Changes an item, if it is in the state that the change expects. A change without
    /// expectations creates a missing item.
    async fn update(&self, table: &str, key: &Key, change: &Change) -> Result<Write, Error>;

    /// Deletes an item. A missing item is not an error.
    async fn delete(&self, table: &str, key: &Key) -> Result<(), Error>;

    /// All items whose hash attribute `hash` has this value.
    async fn query(&self, table: &str, hash: &str, value: &str) -> Result<Vec<Item>, Error>;

    /// All items of an index whose hash attribute `hash` has this value. An index is eventually
    /// consistent and contains only keys.
    async fn query_index(
        &self,
        table: &str,
        index: &str,
        hash: &str,
        value: &str,
    ) -> Result<Vec<Item>, Error>;

    /// All items of a table, reduced to these attributes. The cost grows with the table, so this is
    /// for lookups that no key supports.
    async fn scan(&self, table: &str, attributes: &[&str]) -> Result<Vec<Item>, Error>;

    /// All items of a table with all their attributes; `None` if they are more than a few megabytes.
    async fn scan_small(&self, table: &str) -> Result<Option<Vec<Item>>, Error>;

    /// Makes all of these writes or none. There can be up to [`TRANSACTION_WRITES`].
    /// A missing table is DynamoDB's own error, which does not say which of them is missing; that of a
    /// condition which does not hold is [`CANCELED`].
    async fn transact(&self, writes: &[TransactWrite]) -> Result<(), Error>;
}

/// The code of the error for a transaction that was not made, because of a condition or of another
/// transaction on the same items (DynamoDB API reference, TransactWriteItems).
pub(crate) const CANCELED: &str = "TransactionCanceledException";

/// Largest number of writes in a transaction (DynamoDB API reference, TransactWriteItems: "up to
/// 100 write actions").
pub(crate) const TRANSACTION_WRITES: usize = 100;
