//! Reading single items, many at once.
//!
//! Terraform refreshes resources one by one, several at a time. Reads that come in while a batch is
//! under way wait for the next: alone, a read goes out at once; among many, up to a hundred go out
//! together. Nobody waits for company.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use tokio::sync::oneshot;

use super::dynamodb::{DynamoStore, in_table};
use super::item::{Item, Key};
use crate::aws::{Error, SdkResultExt as _};

/// What `BatchGetItem` takes at most (API reference, `BatchGetItem`, `RequestItems`).
const BATCH: usize = 100;

/// Which item of which table.
type Address = (String, Key);

struct Waiting {
    address: Address,
    answer: oneshot::Sender<Result<Option<Item>, Error>>,
}

/// Reads that wait for the next batch.
#[derive(Default)]
pub(crate) struct Batches(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    running: bool,
}

impl Batches {
    /// Queues a read; true when the caller has to start the reading.
    fn push(&self, waiting: Waiting) -> bool {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queue.waiting.push(waiting);
        !std::mem::replace(&mut queue.running, true)
    }

    /// The next batch; empty, and reading is over, when nobody waits.
    fn take(&self) -> Vec<Waiting> {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let n = queue.waiting.len().min(BATCH);
        queue.running = n > 0;
        queue.waiting.drain(..n).collect()
    }
}

impl DynamoStore {
    /// Reads an item consistently; `None` when there is none.
    ///
    /// # Errors
    /// When `DynamoDB` can't be reached or refuses the call.
    pub(super) async fn get_batched(&self, table: &str, key: &Key) -> Result<Option<Item>, Error> {
        let (answer, answered) = oneshot::channel();
        let address = (table.to_owned(), key.clone());
        if self.batches.push(Waiting { address, answer }) {
            // In a task of its own: a caller that is cancelled must not leave the others waiting.
            let store = self.clone();
            tokio::spawn(async move { store.read_batches().await });
        }
        answered.await.unwrap_or_else(|_| {
            Err(Error::Conflict {
                message: format!("reading {key} of table `{table}` ended without an answer"),
                remedy: "run the command again".to_owned(),
            })
        })
    }

    async fn read_batches(&self) {
        loop {
            let batch = self.batches.take();
            if batch.is_empty() {
                return;
            }
            let mut addresses: Vec<Address> = Vec::new();
            for waiting in &batch {
                if !addresses.contains(&waiting.address) {
                    addresses.push(waiting.address.clone());
                }
            }
            let answers = self.read_addresses(&addresses).await;
            for Waiting { address, answer } in batch {
                let result = match &answers {
                    Ok(items) => items.get(&address).cloned().unwrap_or(Ok(None)),
                    Err(error) => Err(error.clone()),
                };
                // The reader may have gone; its answer is then nobody's.
                answer.send(result).ok();
            }
        }
    }

    async fn read_addresses(
        &self,
        addresses: &[Address],
    ) -> Result<HashMap<Address, Result<Option<Item>, Error>>, Error> {
        if addresses.len() > 1 {
            match self.batch_get(addresses).await {
                Ok(found) => {
                    return Ok(found
                        .into_iter()
                        .map(|(at, item)| (at, Ok(Some(item))))
                        .collect());
                }
                // One missing table fails the whole batch, and batches may not be allowed: ask singly,
                // so that each reader gets its own answer.
                Err(error) if error.is_absent() || error.is_denied() => {}
                Err(error) => return Err(error),
            }
        }
        let mut answers = HashMap::new();
        for (table, key) in addresses {
            let answer = self.get_single(table, key).await;
            answers.insert((table.clone(), key.clone()), answer);
        }
        Ok(answers)
    }

    async fn get_single(&self, table: &str, key: &Key) -> Result<Option<Item>, Error> {
        let output = self
            .clients
            .dynamodb()
            .await?
            .get_item()
            .table_name(table)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .send()
            .await
            .called("dynamodb", "GetItem")
            .map_err(|error| in_table(error, table))?;
        Ok(output.item)
    }

    async fn batch_get(&self, addresses: &[Address]) -> Result<HashMap<Address, Item>, Error> {
        let client = self.clients.dynamodb().await?;
        let mut request: HashMap<String, Vec<Item>> = HashMap::new();
        for (table, key) in addresses {
            request
                .entry(table.clone())
                .or_default()
                .push(key.attributes());
        }
        let mut request: HashMap<String, KeysAndAttributes> = request
            .into_iter()
            .filter_map(|(table, keys)| {
                let keys = KeysAndAttributes::builder()
                    .set_keys(Some(keys))
                    .consistent_read(true)
                    .build();
                keys.ok().map(|keys| (table, keys))
            })
            .collect();
        let mut found = HashMap::new();
        let mut pause = Duration::from_millis(50);
        while !request.is_empty() {
            let output = client
                .batch_get_item()
                .set_request_items(Some(request))
                .send()
                .await
                .called("dynamodb", "BatchGetItem")?;
            for (table, items) in output.responses.unwrap_or_default() {
                for item in items {
                    let address = addresses
                        .iter()
                        .find(|(t, key)| *t == table && key.is_of(&item));
                    if let Some(address) = address {
                        found.insert(address.clone(), item);
                    }
                }
            }
            request = output.unprocessed_keys.unwrap_or_default();
            if !request.is_empty() {
                // The table is throttled: what was left out is asked for again, later and later.
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(5));
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(n: usize) -> Waiting {
        let address = ("t".to_owned(), Key::hash("name", n.to_string()));
        Waiting {
            address,
            answer: oneshot::channel().0,
        }
    }

    #[test]
    fn the_first_reader_starts_and_batches_hold_a_hundred_at_most() {
        let batches = Batches::default();
        assert!(batches.push(waiting(0)));
        for n in 1..150 {
            assert!(!batches.push(waiting(n)));
        }
        assert_eq!(batches.take().len(), 100);
        assert_eq!(batches.take().len(), 50);
        assert!(batches.take().is_empty());
        assert!(
            batches.push(waiting(0)),
            "after the last batch the next reader starts again"
        );
    }
}
