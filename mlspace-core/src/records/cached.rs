//! Whole tables, for refreshes.
//!
//! Terraform refreshes a few resources at a time, each with a read of its own, so that batches stay
//! small. After a few reads of a table the rest of a refresh is answered from one scan of it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::change::Change;
use super::item::{Item, Key};
use super::store::{RecordStore, TransactWrite, Write, WriteWithin};
use crate::aws::{Cached, Error, IfPresent as _};

/// Number of items that are read one by one before the table is read as a whole.
const FEW: usize = 3;

/// The items of a table by their keys. `None` if they cannot be read in a few calls.
type Table = Option<Arc<HashMap<Key, Item>>>;

/// What is known of a table.
#[derive(Default)]
struct TableState {
    reads: usize,
    /// Whether this process has written to it. Its items are read one by one from then on.
    changed: bool,
    items: Arc<Cached<Table>>,
}

/// A store that reads whole tables where many of their items are asked for.
pub(crate) struct CachedRecords {
    inner: Arc<dyn RecordStore>,
    tables: Mutex<HashMap<String, TableState>>,
}

impl CachedRecords {
    /// Reads and writes of `inner`.
    pub(crate) fn new(inner: Arc<dyn RecordStore>) -> Self {
        Self {
            inner,
            tables: Mutex::default(),
        }
    }

    fn with<T>(&self, table: &str, act: impl FnOnce(&mut TableState) -> T) -> T {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        act(tables.entry(table.to_owned()).or_default())
    }

    fn changes(&self, table: &str) {
        self.with(table, |state| {
            *state = TableState {
                changed: true,
                ..TableState::default()
            }
        });
    }

    async fn scan_table(&self, table: &str, like: &Key) -> Result<Table, Error> {
        let items = self.inner.scan_small(table).await;
        // Without the table, or the permission, single reads have the error to tell.
        let items = items.if_allowed().if_present()?.flatten();
        Ok(items.flatten().map(|items| {
            let keyed = items.into_iter().filter_map(|item| {
                let key = like.same_of(&item)?;
                Some((key, item))
            });
            Arc::new(keyed.collect())
        }))
    }
}

#[async_trait]
impl RecordStore for CachedRecords {
    async fn get(&self, table: &str, key: &Key) -> Result<Option<Item>, Error> {
        self.inner.get(table, key).await
    }

    async fn read(&self, table: &str, key: &Key) -> Result<Option<Item>, Error> {
        match self.table(table, key).await? {
            Some(items) => Ok(items.get(key).cloned()),
            None => self.inner.get(table, key).await,
        }
    }

    async fn table(&self, table: &str, like: &Key) -> Result<Table, Error> {
        let items = self.with(table, |state| {
            state.reads += 1;
            (state.reads > FEW && !state.changed).then(|| Arc::clone(&state.items))
        });
        let Some(items) = items else {
            return Ok(None);
        };
        let items = items.get(|| self.scan_table(table, like)).await?;
        Ok(Option::clone(&items))
    }

    async fn create(&self, table: &str, key: &Key, item: Item) -> Result<Write, Error> {
        self.changes(table);
        self.inner.create(table, key, item).await
    }

    async fn create_within(
        &self,
        parent: (&str, &Key),
        table: &str,
        key: &Key,
        item: Item,
    ) -> Result<WriteWithin, Error> {
        self.changes(table);
        self.inner.create_within(parent, table, key, item).await
    }

    async fn update(&self, table: &str, key: &Key, change: &Change) -> Result<Write, Error> {
        self.changes(table);
        self.inner.update(table, key, change).await
    }

    async fn delete(&self, table: &str, key: &Key) -> Result<(), Error> {
        self.changes(table);
        self.inner.delete(table, key).await
    }

    async fn query(&self, table: &str, hash: &str, value: &str) -> Result<Vec<Item>, Error> {
        self.inner.query(table, hash, value).await
    }

    async fn query_index(
        &self,
        table: &str,
        index: &str,
        hash: &str,
        value: &str,
    ) -> Result<Vec<Item>, Error> {
        self.inner.query_index(table, index, hash, value).await
    }

    async fn scan(&self, table: &str, attributes: &[&str]) -> Result<Vec<Item>, Error> {
        self.inner.scan(table, attributes).await
    }

    async fn scan_small(&self, table: &str) -> Result<Option<Vec<Item>>, Error> {
        self.inner.scan_small(table).await
    }

    async fn transact(&self, writes: &[TransactWrite]) -> Result<(), Error> {
        let tables: HashSet<&str> = writes.iter().map(TransactWrite::table).collect();
        for table in tables {
            self.changes(table);
        }
        self.inner.transact(writes).await
    }
}

#[cfg(test)]
mod tests {
    use super::super::memory::MemoryStore;
    use super::*;
    use crate::testing::Faults;

    const TABLE: &str = "mlspace-projects";

    fn key(n: usize) -> Key {
        Key::hash("name", n.to_string())
    }

    /// A table of ten items, and the log of its calls.
    fn store() -> (CachedRecords, Faults, Arc<MemoryStore>) {
        let faults = Faults::default();
        let inner = Arc::new(MemoryStore::new(faults.clone()));
        for n in 0..10 {
            inner.insert(TABLE, key(n).attributes());
        }
        (CachedRecords::new(Arc::clone(&inner) as _), faults, inner)
    }

    /// Reads all ten items and one that does not exist, and returns the calls.
    async fn read_all(store: &CachedRecords, faults: &Faults) -> Vec<String> {
        for n in 0..11 {
            let found = store.read(TABLE, &key(n)).await.unwrap();
            assert_eq!(found, (n < 10).then(|| key(n).attributes()));
        }
        faults.take_calls()
    }

    #[tokio::test]
    async fn read_scans_a_table_once() {
        let (store, faults, _) = store();
        let calls = ["GetItem", "GetItem", "GetItem", "Scan"];
        assert_eq!(read_all(&store, &faults).await, calls);
        assert_eq!(read_all(&store, &faults).await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn read_is_single_after_a_write() {
        let (store, faults, _) = store();
        read_all(&store, &faults).await;
        store.delete(TABLE, &key(11)).await.unwrap();
        faults.take_calls();
        assert_eq!(read_all(&store, &faults).await, vec!["GetItem"; 11]);
    }

    #[tokio::test]
    async fn read_is_single_where_scans_are_denied() {
        let (store, faults, _) = store();
        faults.deny("Scan");
        let calls = read_all(&store, &faults).await;
        assert_eq!(calls.iter().filter(|call| *call == "Scan").count(), 1);
        assert_eq!(calls.len(), 12);
    }

    #[tokio::test]
    async fn read_tells_of_a_missing_table() {
        let (store, _, inner) = store();
        inner.drop_table(TABLE);
        for n in 0..6 {
            let error = store.read(TABLE, &key(n)).await.unwrap_err();
            assert!(matches!(error, Error::NoTable { .. }), "{error}");
        }
    }
}
