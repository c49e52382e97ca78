//! The store of records, as the platform uses it.

use async_trait::async_trait;

use super::change::Change;
use super::item::{Item, Key};
use crate::aws::Error;

/// Whether a conditional write found the state that it expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Write {
    /// The item is as asked for.
    Done,
    /// The item is not in the expected state. Nothing was written.
    Refused,
}

/// One write of a transaction.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TransactWrite {
    /// Writes the item of this table, whatever was there.
    Put(String, Item),
    /// Deletes the item with this key of this table, if it is there.
    Delete(String, Key),
}

/// Tables of records. Reads are strongly consistent unless said otherwise.
///
/// Every method fails with [`Error::NoTable`] when the table does not exist.
#[async_trait]
pub(crate) trait RecordStore: Send + Sync {
    /// Reads an item; `None` when there is none.
    async fn get(&self, table: &str, key: &Key) -> Result<Option<Item>, Error>;

    /// Creates an item, if there is none with its key.
    ///
    /// A create whose answer was lost is repeated and then refused by the condition: when the item
    /// that is there equals the one asked for, the create counts as done.
    async fn create(&self, table: &str, key: &Key, item: Item) -> Result<Write, Error>;

    /// Changes an item, if it is in the state that the change expects. A change that expects
    /// nothing creates the item when there is none.
    async fn update(&self, table: &str, key: &Key, change: &Change) -> Result<Write, Error>;

    /// Deletes an item. One that does not exist is not an error.
    async fn delete(&self, table: &str, key: &Key) -> Result<(), Error>;

    /// All items whose hash attribute `hash` has this value.
    async fn query(&self, table: &str, hash: &str, value: &str) -> Result<Vec<Item>, Error>;

    /// All items of an index whose hash attribute `hash` has this value. An index is eventually
    /// consistent and holds only keys.
    async fn query_index(
        &self,
        table: &str,
        index: &str,
        hash: &str,
        value: &str,
    ) -> Result<Vec<Item>, Error>;

    /// Every item of a table, reduced to the named attributes. The cost grows with the table: for
    /// questions that no key answers.
    async fn scan(&self, table: &str, attributes: &[&str]) -> Result<Vec<Item>, Error>;

    /// All of these writes or none, at most [`TRANSACTION_WRITES`] of them.
    async fn transact(&self, writes: &[TransactWrite]) -> Result<(), Error>;
}

/// Writes that one transaction takes (API reference, TransactWriteItems: "up to 100 write actions").
pub(crate) const TRANSACTION_WRITES: usize = 100;
