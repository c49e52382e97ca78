//! Single reads, combined into batches.
//!
//! Terraform refreshes multiple resources at a time, each with reads of its own. The first read is
//! sent at once. Reads that arrive during a call wait for its end and are then sent together, up to
//! 100 in one call. No read waits for others to arrive.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use tokio::sync::oneshot;

use super::dynamodb::{DynamoStore, has_other_keys, in_table};
use super::item::{Item, Key};
use crate::aws::cancel::unless_cancelled;
use crate::aws::{Error, SdkResultExt as _};

/// Largest number of items in one call (DynamoDB API reference, BatchGetItem, `RequestItems`).
const BATCH: usize = 100;

/// A table and the key of an item in it.
type Address = (String, Key);

/// A read that waits for its answer.
struct PendingRead {
    address: Address,
    answer: oneshot::Sender<Result<Option<Item>, Error>>,
}

/// The queue of reads.
#[derive(Default)]
pub(crate) struct Batches(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    waiting: Vec<PendingRead>,
    /// Whether a task is reading batches; it ends when the queue is empty.
    running: bool,
}

impl Batches {
    /// Queues a read. True when the caller has to start the task that reads batches.
    fn push(&self, waiting: PendingRead) -> bool {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queue.waiting.push(waiting);
        !std::mem::replace(&mut queue.running, true)
    }

    /// Removes and returns the next batch. When it is empty, the task has to end.
    fn take(&self) -> Vec<PendingRead> {
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
    /// When DynamoDB cannot be reached or refuses the call.
    pub(super) async fn get_batched(&self, table: &str, key: &Key) -> Result<Option<Item>, Error> {
        let (answer, answered) = oneshot::channel();
        let address = (table.to_owned(), key.clone());
        if self.batches.push(PendingRead { address, answer }) {
            // In a task of its own, so that the other reads are answered when this one is
            // cancelled.
            let store = self.clone();
            tokio::spawn(async move { store.read_batches().await });
        }
        let Some(answer) = unless_cancelled(answered).await else {
            return Err(Error::Cancelled {
                what: format!("reading {key} in table `{table}`"),
            });
        };
        answer.unwrap_or_else(|_| {
            Err(Error::Conflict {
                message: format!("the read of {key} in table `{table}` got no answer"),
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
            for PendingRead { address, answer } in batch {
                let result = match &answers {
                    Ok(items) => items.get(&address).cloned().unwrap_or(Ok(None)),
                    Err(error) => Err(error.clone()),
                };
                // Sending fails when the read was cancelled, which is not an error.
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
                // One table that is missing or has other keys makes the whole batch fail, and the
                // caller may not be allowed to read batches. Read items singly, so that each read
                // gets its own answer.
                Err(error) if error.is_absent() || error.is_denied() || has_other_keys(&error) => {}
                Err(error) => return Err(in_tables(&error, addresses)),
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
        let mut retries = self.clients.max_retries();
        while !request.is_empty() {
            let output = client
                .batch_get_item()
                .set_request_items(Some(request.clone()))
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
            let before = number_of_keys(&request);
            request = output.unprocessed_keys.unwrap_or_default();
            if number_of_keys(&request) < before {
                retries = self.clients.max_retries();
            } else if retries == 0 {
                return Err(unprocessed(before));
            } else {
                retries -= 1;
            }
            if !request.is_empty() {
                // DynamoDB throttles the table: repeat the rest with growing pauses.
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(5));
            }
        }
        Ok(found)
    }
}

fn number_of_keys(request: &HashMap<String, KeysAndAttributes>) -> usize {
    request.values().map(|keys| keys.keys.len()).sum()
}

/// The error for keys that DynamoDB does not process however often they are requested. "Insufficient
/// provisioned throughput" is the most likely cause (BatchGetItem, `UnprocessedKeys`:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>).
fn unprocessed(keys: usize) -> Error {
    Error::Aws {
        service: "dynamodb",
        operation: "BatchGetItem",
        code: "ProvisionedThroughputExceededException".to_owned(),
        message: format!("{keys} keys were not processed in any attempt"),
        request_id: None,
    }
}

/// Adds the names of the tables of a batch, which DynamoDB's message lacks.
fn in_tables(error: &Error, addresses: &[Address]) -> Error {
    let mut tables: Vec<String> = addresses
        .iter()
        .map(|(table, _)| format!("`{table}`"))
        .collect();
    tables.sort();
    tables.dedup();
    error.clone().concerning(&match tables.as_slice() {
        [table] => format!("table {table}"),
        tables => format!("one of the tables {}", tables.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
    };
    use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
    use aws_smithy_types::body::SdkBody;

    use super::*;
    use crate::aws::{Clients, ConnectionConfig, Settings};

    fn pending(n: usize) -> PendingRead {
        let address = ("t".to_owned(), Key::hash("name", n.to_string()));
        PendingRead {
            address,
            answer: oneshot::channel().0,
        }
    }

    fn store() -> DynamoStore {
        // Half a key pair, so that every call fails before it is sent.
        DynamoStore::new(Clients::new(
            ConnectionConfig {
                access_key: Some("AKIDEXAMPLE".to_owned()),
                ..ConnectionConfig::default()
            },
            Settings::default(),
        ))
    }

    #[tokio::test]
    async fn get_batched_answers_every_reader_of_a_failed_batch() {
        let store = store();
        let keys: Vec<Key> = (0..250)
            .map(|n| Key::hash("name", format!("{}", n % 200)))
            .collect();
        let reads = keys.iter().map(|key| store.get_batched("t", key));
        for answer in futures::future::join_all(reads).await {
            assert!(matches!(answer, Err(Error::Invalid { .. })), "{answer:?}");
        }
        // The reading is over, and the next reader starts it again.
        let again = store.get_batched("t", &keys[0]).await;
        assert!(again.is_err());
    }

    #[tokio::test]
    async fn get_batched_outlives_a_cancelled_reader() {
        let store = store();
        let (first, second) = (Key::hash("name", "a"), Key::hash("name", "b"));
        let mut cancelled = Box::pin(store.get_batched("t", &first));
        assert!(futures::poll!(&mut cancelled).is_pending());
        let waiting = store.get_batched("t", &second);
        drop(cancelled);
        assert!(waiting.await.is_err());
    }

    /// A DynamoDB that processes a key in the calls of these numbers, counted from 1, and none in
    /// others.
    #[derive(Debug, Clone)]
    struct Throttled {
        processed: &'static [usize],
        calls: Arc<AtomicUsize>,
    }

    impl HttpConnector for Throttled {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            let body = if request.uri().contains("sts.") {
                "<GetCallerIdentityResponse><GetCallerIdentityResult>\
                 <Arn>arn:aws:iam::210987654321:user/a</Arn><UserId>AIDA</UserId>\
                 <Account>210987654321</Account>\
                 </GetCallerIdentityResult></GetCallerIdentityResponse>"
                    .to_owned()
            } else {
                let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
                let done = self.processed.iter().filter(|n| **n <= number).count();
                let keys: Vec<String> = (done..3)
                    .map(|n| format!(r#"{{"name":{{"S":"{n}"}}}}"#))
                    .collect();
                match keys.as_slice() {
                    [] => "{}".to_owned(),
                    keys => format!(
                        r#"{{"UnprocessedKeys":{{"t":{{"Keys":[{}]}}}}}}"#,
                        keys.join(",")
                    ),
                }
            };
            let answer = HttpResponse::new(200_u16.try_into().unwrap(), SdkBody::from(body));
            HttpConnectorFuture::ready(Ok(answer))
        }
    }

    /// Reads three keys with three retries. Returns the result and the number of calls.
    async fn read_throttled(processed: &'static [usize]) -> (Result<(), Error>, usize) {
        let dynamodb = Throttled {
            processed,
            calls: Arc::default(),
        };
        let connection = ConnectionConfig {
            access_key: Some("AKIDEXAMPLE".to_owned()),
            secret_key: Some("secret".to_owned()),
            region: Some("us-east-1".to_owned()),
            max_retries: 3,
            ..ConnectionConfig::default()
        };
        let connector = SharedHttpConnector::new(dynamodb.clone());
        let client = http_client_fn(move |_, _| connector.clone());
        let config = crate::aws::config::load_with(&connection, client).await;
        let clients = Clients::with_sdk_config(connection, Settings::default(), config.unwrap());
        let keys: Vec<Address> = (0..3)
            .map(|n| ("t".to_owned(), Key::hash("name", n.to_string())))
            .collect();
        let read = DynamoStore::new(clients).batch_get(&keys).await;
        (read.map(drop), dynamodb.calls.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn batch_get_gives_up_keys_that_are_never_processed() {
        let (read, calls) = read_throttled(&[]).await;
        let error = read.unwrap_err();
        assert_eq!(error.summary(), "Too many requests");
        assert!(
            error.detail().contains("3 keys were not processed"),
            "{error}"
        );
        assert_eq!(calls, 4);
    }

    #[tokio::test]
    async fn batch_get_goes_on_while_keys_are_processed() {
        assert_eq!(read_throttled(&[2, 4, 6]).await, (Ok(()), 6));
    }

    #[test]
    fn in_tables_names_each_table_once() {
        let throttled = crate::testing::refusal("dynamodb", "BatchGetItem", "ThrottlingException");
        let address = |table: &str, key: &str| (table.to_owned(), Key::hash("name", key));
        let one = [address("a", "1"), address("a", "2")];
        let told = in_tables(&throttled, &one).detail();
        assert!(told.contains("(table `a`)"), "{told}");
        let two = [address("b", "1"), address("a", "1"), address("b", "2")];
        let told = in_tables(&throttled, &two).detail();
        assert!(told.contains("(one of the tables `a`, `b`)"), "{told}");
    }

    #[test]
    fn batches_hold_a_hundred_at_most() {
        let batches = Batches::default();
        assert!(batches.push(pending(0)));
        for n in 1..150 {
            assert!(!batches.push(pending(n)));
        }
        assert_eq!(batches.take().len(), 100);
        assert_eq!(batches.take().len(), 50);
        assert!(batches.take().is_empty());
        assert!(
            batches.push(pending(0)),
            "after the last batch the next reader starts again"
        );
    }
}
