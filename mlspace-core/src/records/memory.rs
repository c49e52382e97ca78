//! An in-memory record store for unit tests.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;

use super::change::Change;
use super::item::{Item, Key};
use super::ownership::REMOVING;
use super::store::{CANCELED, RecordStore, TransactWrite, Write, WriteWithin};
use crate::aws::Error;
use crate::testing::{Faults, refusal};

/// The attributes that the platform's indexes hold: the keys of their tables.
const INDEXED: [&str; 4] = ["project", "user", "group", "dataset"];

/// Tables by name.
pub(crate) struct MemoryStore {
    tables: Mutex<BTreeMap<String, Vec<Item>>>,
    /// How many conditional writes are still refused.
    refusals: AtomicUsize,
    faults: Faults,
}

impl MemoryStore {
    /// A store with the platform's tables, all empty, whose calls `faults` can interrupt.
    pub(crate) fn new(faults: Faults) -> Self {
        let tables = crate::aws::TableNames::default();
        let tables = tables.entries().into_iter();
        Self {
            tables: Mutex::new(
                tables
                    .map(|(_, name)| (name.to_owned(), Vec::new()))
                    .collect(),
            ),
            refusals: AtomicUsize::new(0),
            faults,
        }
    }

    /// All items of a table.
    pub(crate) fn items(&self, table: &str) -> Vec<Item> {
        self.tables.lock().unwrap()[table].clone()
    }

    /// Puts an item into a table, as another program would.
    pub(crate) fn insert(&self, table: &str, item: Item) {
        let mut tables = self.tables.lock().unwrap();
        tables.get_mut(table).unwrap().push(item);
    }

    /// Removes a table.
    pub(crate) fn drop_table(&self, table: &str) {
        self.tables.lock().unwrap().remove(table);
    }

    /// Removes the items with this key from a table, as another program would.
    pub(crate) fn remove(&self, table: &str, key: &Key) {
        let mut tables = self.tables.lock().unwrap();
        let items = tables.get_mut(table).unwrap();
        items.retain(|item| !key.is_of(item));
    }

    /// Refuses the next `times` conditional writes, as if others had changed the items just before.
    pub(crate) fn refuse_writes(&self, times: usize) {
        self.refusals.store(times, Ordering::Relaxed);
    }

    fn is_refused(&self) -> bool {
        let left = self
            .refusals
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            });
        left.is_ok()
    }

    fn with<T>(&self, table: &str, act: impl FnOnce(&mut Vec<Item>) -> T) -> Result<T, Error> {
        let mut tables = self.tables.lock().unwrap();
        match tables.get_mut(table) {
            Some(items) => Ok(act(items)),
            None => Err(Error::NoTable {
                table: table.to_owned(),
            }),
        }
    }

    fn matching(&self, table: &str, hash: &str, value: &str) -> Result<Vec<Item>, Error> {
        self.with(table, |items| {
            let has = |item: &&Item| {
                item.get(hash)
                    .is_some_and(|v| v.as_s().is_ok_and(|v| v == value))
            };
            items.iter().filter(has).cloned().collect()
        })
    }
}

#[async_trait]
impl RecordStore for MemoryStore {
    async fn get(&self, table: &str, key: &Key) -> Result<Option<Item>, Error> {
        self.faults.read("dynamodb", "GetItem")?;
        self.with(table, |items| {
            items.iter().find(|item| key.is_of(item)).cloned()
        })
    }

    async fn create(&self, table: &str, key: &Key, item: Item) -> Result<Write, Error> {
        self.faults.write("dynamodb", "PutItem", || {
            if self.is_refused() {
                return Ok(Write::Refused);
            }
            self.with(table, |items| {
                match items.iter().find(|found| key.is_of(found)) {
                    Some(found) if *found == item => Write::Done,
                    Some(_) => Write::Refused,
                    None => {
                        items.push(item);
                        Write::Done
                    }
                }
            })
        })
    }

    async fn create_within(
        &self,
        parent: (&str, &Key),
        table: &str,
        key: &Key,
        item: Item,
    ) -> Result<WriteWithin, Error> {
        self.faults.write("dynamodb", "TransactWriteItems", || {
            let open = self.with(parent.0, |items| {
                let found = items.iter().find(|item| parent.1.is_of(item));
                found.is_some_and(|found| !found.contains_key(REMOVING))
            })?;
            if !open {
                return Ok(WriteWithin::NoParent);
            }
            if self.is_refused() {
                return Ok(WriteWithin::Refused);
            }
            self.with(table, |items| {
                match items.iter().find(|found| key.is_of(found)) {
                    Some(found) if *found == item => WriteWithin::Done,
                    Some(_) => WriteWithin::Refused,
                    None => {
                        items.push(item);
                        WriteWithin::Done
                    }
                }
            })
        })
    }

    async fn update(&self, table: &str, key: &Key, change: &Change) -> Result<Write, Error> {
        self.faults.write("dynamodb", "UpdateItem", || {
            if self.is_refused() {
                return Ok(Write::Refused);
            }
            self.with(table, |items| {
                let position = items.iter().position(|item| key.is_of(item));
                let before = position.map(|position| items.remove(position));
                match change.applied(before.as_ref(), key.attributes()) {
                    Some(after) => {
                        items.push(after);
                        Write::Done
                    }
                    None => {
                        items.extend(before);
                        Write::Refused
                    }
                }
            })
        })
    }

    async fn delete(&self, table: &str, key: &Key) -> Result<(), Error> {
        self.faults.write("dynamodb", "DeleteItem", || {
            self.with(table, |items| items.retain(|item| !key.is_of(item)))
        })
    }

    async fn query(&self, table: &str, hash: &str, value: &str) -> Result<Vec<Item>, Error> {
        self.faults.read("dynamodb", "Query")?;
        self.matching(table, hash, value)
    }

    async fn query_index(
        &self,
        table: &str,
        _index: &str,
        hash: &str,
        value: &str,
    ) -> Result<Vec<Item>, Error> {
        self.faults.read("dynamodb", "Query")?;
        let mut items = self.matching(table, hash, value)?;
        for item in &mut items {
            item.retain(|name, _| INDEXED.contains(&name.as_str()));
        }
        Ok(items)
    }

    async fn scan(&self, table: &str, attributes: &[&str]) -> Result<Vec<Item>, Error> {
        self.faults.read("dynamodb", "Scan")?;
        self.with(table, |items| {
            let reduced = |item: &Item| {
                let mut item = item.clone();
                item.retain(|name, _| attributes.contains(&name.as_str()));
                item
            };
            items.iter().map(reduced).collect()
        })
    }

    async fn scan_small(&self, table: &str) -> Result<Option<Vec<Item>>, Error> {
        self.faults.read("dynamodb", "Scan")?;
        self.with(table, |items| Some(items.clone()))
    }

    async fn transact(&self, writes: &[TransactWrite]) -> Result<(), Error> {
        self.faults.write("dynamodb", "TransactWriteItems", || {
            // All tables exist, or nothing is written.
            for write in writes {
                self.with(write.table(), |_| ())?;
            }
            for write in writes {
                let holds = match write {
                    TransactWrite::Put(..) | TransactWrite::Delete(..) => true,
                    TransactWrite::Create(table, key, _) => self.with(table, |items| {
                        !self.is_refused() && !items.iter().any(|item| key.is_of(item))
                    })?,
                    TransactWrite::Within(table, key) => self.with(table, |items| {
                        let found = items.iter().find(|item| key.is_of(item));
                        found.is_some_and(|found| !found.contains_key(REMOVING))
                    })?,
                };
                if !holds {
                    return Err(refusal("dynamodb", "TransactWriteItems", CANCELED));
                }
            }
            for write in writes {
                match write {
                    // A put replaces; the platform's transactions only write whole keys.
                    TransactWrite::Within(..) => {}
                    TransactWrite::Put(table, item) | TransactWrite::Create(table, _, item) => self
                        .with(table, |items| {
                            if !items.contains(item) {
                                items.push(item.clone());
                            }
                        })?,
                    TransactWrite::Delete(table, key) => {
                        self.with(table, |items| items.retain(|item| !key.is_of(item)))?;
                    }
                }
            }
            Ok(())
        })
    }
}
