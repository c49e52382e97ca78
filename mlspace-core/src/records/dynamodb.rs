//! The record store in DynamoDB.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, Put, TransactWriteItem,
};

use super::batch::Batches;
use super::change::Change;
use super::item::{Item, Key};
use super::ownership::REMOVING;
use super::store::{RecordStore, TransactWrite, Write, WriteWithin};
use crate::aws::{Clients, Error, SdkResultExt as _};

/// Largest number of pages of a small table, of 1 MB each (DynamoDB API reference, Scan).
const SMALL: usize = 4;

/// Records in DynamoDB tables. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct DynamoStore {
    pub(super) clients: Clients,
    pub(super) batches: Arc<Batches>,
}

impl DynamoStore {
    /// Tables reached through `clients`.
    pub(crate) fn new(clients: Clients) -> Self {
        Self {
            clients,
            batches: Arc::default(),
        }
    }
}

/// Adds the name of the table, which DynamoDB's message lacks.
pub(super) fn in_table(error: Error, table: &str) -> Error {
    if error.is_absent() {
        Error::NoTable {
            table: table.to_owned(),
        }
    } else if has_other_keys(&error) {
        Error::Conflict {
            message: format!("table `{table}` has other keys than MLSpace's: {error}"),
            remedy: "correct `table_names` in the provider block, or create the table with MLSpace's keys"
                .to_owned(),
        }
    } else {
        error.concerning(&format!("table `{table}`"))
    }
}

/// Whether DynamoDB refused a call because of the table's keys or indexes: "Query condition missed
/// key schema element", "The provided key element does not match the schema", "One or more parameter
/// values were invalid: Missing the key …", "The table does not have the specified index".
pub(super) fn has_other_keys(error: &Error) -> bool {
    let Error::Aws { code, message, .. } = error else {
        return false;
    };
    code == "ValidationException"
        && [
            "key schema element",
            "key element does not match the schema",
            "Missing the key",
            "does not have the specified index",
        ]
        .iter()
        .any(|words| message.contains(words))
}

fn refused(error: &Error) -> bool {
    error.is("ConditionalCheckFailedException")
}

#[async_trait]
impl RecordStore for DynamoStore {
    async fn get(&self, table: &str, key: &Key) -> Result<Option<Item>, Error> {
        self.get_batched(table, key).await
    }

    async fn create(&self, table: &str, key: &Key, item: Item) -> Result<Write, Error> {
        let result = self
            .clients
            .dynamodb()
            .await?
            .put_item()
            .table_name(table)
            .set_item(Some(item.clone()))
            .condition_expression("attribute_not_exists(#k)")
            .expression_attribute_names("#k", key.hash_name())
            .send()
            .await
            .called("dynamodb", "PutItem")
            .map_err(|error| in_table(error, table));
        match result {
            Ok(_) => Ok(Write::Done),
            Err(error) if refused(&error) => {
                let same = self.get(table, key).await? == Some(item);
                Ok(if same { Write::Done } else { Write::Refused })
            }
            Err(error) => Err(error),
        }
    }

    async fn create_within(
        &self,
        parent: (&str, &Key),
        table: &str,
        key: &Key,
        item: Item,
    ) -> Result<WriteWithin, Error> {
        let client = self.clients.dynamodb().await?;
        let answer = client
            .transact_write_items()
            .transact_items(parent_check(parent.0, parent.1))
            .transact_items(new_item(table, key, &item))
            .send()
            .await;
        let reasons = answer
            .as_ref()
            .err()
            .and_then(|error| error.as_service_error())
            .filter(|error| error.is_transaction_canceled_exception())
            .map(reasons_of)
            .unwrap_or_default();
        let failed = |n: usize| {
            reasons
                .get(n)
                .is_some_and(|code| code == "ConditionalCheckFailed")
        };
        if failed(0) {
            return Ok(WriteWithin::NoParent);
        }
        if failed(1) {
            // As a create whose answer was lost is repeated.
            let same = self.get(table, key).await? == Some(item);
            return Ok(if same {
                WriteWithin::Done
            } else {
                WriteWithin::Refused
            });
        }
        let answer = answer.called("dynamodb", "TransactWriteItems");
        answer
            .map(|_| WriteWithin::Done)
            .map_err(|error| in_table(error, table))
    }

    async fn update(&self, table: &str, key: &Key, change: &Change) -> Result<Write, Error> {
        let wire = change.expressions();
        let result = self
            .clients
            .dynamodb()
            .await?
            .update_item()
            .table_name(table)
            .set_key(Some(key.attributes()))
            .set_update_expression(wire.update)
            .set_condition_expression(wire.condition)
            .set_expression_attribute_names(wire.names)
            .set_expression_attribute_values(wire.values)
            .send()
            .await
            .called("dynamodb", "UpdateItem")
            .map_err(|error| in_table(error, table));
        match result {
            Ok(_) => Ok(Write::Done),
            Err(error) if refused(&error) => Ok(Write::Refused),
            Err(error) => Err(error),
        }
    }

    async fn delete(&self, table: &str, key: &Key) -> Result<(), Error> {
        self.clients
            .dynamodb()
            .await?
            .delete_item()
            .table_name(table)
            .set_key(Some(key.attributes()))
            .send()
            .await
            .called("dynamodb", "DeleteItem")
            .map_err(|error| in_table(error, table))?;
        Ok(())
    }

    async fn query(&self, table: &str, hash: &str, value: &str) -> Result<Vec<Item>, Error> {
        self.query_pages(table, None, hash, value).await
    }

    async fn query_index(
        &self,
        table: &str,
        index: &str,
        hash: &str,
        value: &str,
    ) -> Result<Vec<Item>, Error> {
        self.query_pages(table, Some(index), hash, value).await
    }

    async fn scan(&self, table: &str, attributes: &[&str]) -> Result<Vec<Item>, Error> {
        let (mut items, mut from) = (Vec::new(), None);
        loop {
            items.extend(self.scan_page(table, attributes, &mut from).await?);
            if from.is_none() {
                return Ok(items);
            }
        }
    }

    async fn scan_small(&self, table: &str) -> Result<Option<Vec<Item>>, Error> {
        let (mut items, mut from) = (Vec::new(), None);
        for _ in 0..SMALL {
            items.extend(self.scan_page(table, &[], &mut from).await?);
            if from.is_none() {
                return Ok(Some(items));
            }
        }
        Ok(None)
    }

    async fn transact(&self, writes: &[TransactWrite]) -> Result<(), Error> {
        let items = writes.iter().map(sdk_write).collect();
        let client = self.clients.dynamodb().await?;
        let call = client
            .transact_write_items()
            .set_transact_items(Some(items));
        let answer = call.send().await.called("dynamodb", "TransactWriteItems");
        answer.map(drop)
    }
}

impl DynamoStore {
    /// The page of the table that begins at `from`, which is then where the next one begins; `None`
    /// after the last. Items have these attributes, or all if none is named.
    async fn scan_page(
        &self,
        table: &str,
        attributes: &[&str],
        from: &mut Option<HashMap<String, AttributeValue>>,
    ) -> Result<Vec<Item>, Error> {
        let client = self.clients.dynamodb().await?;
        let names: Vec<String> = (0..attributes.len()).map(|n| format!("#a{n}")).collect();
        let projection = names.join(", ");
        let by_name: HashMap<String, String> = names
            .into_iter()
            .zip(attributes.iter().map(|&name| name.to_owned()))
            .collect();
        let some = !attributes.is_empty();
        let page = client
            .scan()
            .table_name(table)
            .consistent_read(true)
            .set_projection_expression(some.then_some(projection))
            .set_expression_attribute_names(some.then_some(by_name))
            .set_exclusive_start_key(from.take())
            .send()
            .await
            .called("dynamodb", "Scan")
            .map_err(|error| in_table(error, table))?;
        *from = page.last_evaluated_key.filter(|key| !key.is_empty());
        Ok(page.items.unwrap_or_default())
    }

    async fn query_pages(
        &self,
        table: &str,
        index: Option<&str>,
        hash: &str,
        value: &str,
    ) -> Result<Vec<Item>, Error> {
        let client = self.clients.dynamodb().await?;
        let mut items = Vec::new();
        let mut from: Option<HashMap<String, AttributeValue>> = None;
        loop {
            let page = client
                .query()
                .table_name(table)
                .set_index_name(index.map(str::to_owned))
                // Global secondary indexes refuse consistent reads.
                .set_consistent_read(index.is_none().then_some(true))
                .key_condition_expression("#h = :h")
                .expression_attribute_names("#h", hash)
                .expression_attribute_values(":h", AttributeValue::S(value.to_owned()))
                .set_exclusive_start_key(from.take())
                .send()
                .await
                .called("dynamodb", "Query")
                .map_err(|error| in_table(error, table))?;
            items.extend(page.items.unwrap_or_default());
            match page.last_evaluated_key.filter(|key| !key.is_empty()) {
                Some(key) => from = Some(key),
                None => return Ok(items),
            }
        }
    }
}

/// The codes of a cancelled transaction's reasons, one for each of its parts.
fn reasons_of(error: &TransactWriteItemsError) -> Vec<String> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        return Vec::new();
    };
    let code = |reason: &CancellationReason| reason.code().unwrap_or_default().to_owned();
    cancelled.cancellation_reasons().iter().map(code).collect()
}

/// The part of a transaction that needs an item which is not being removed.
#[expect(
    clippy::expect_used,
    reason = "the SDK refuses only a missing table, key or condition"
)]
fn parent_check(table: &str, key: &Key) -> TransactWriteItem {
    let check = ConditionCheck::builder()
        .table_name(table)
        .set_key(Some(key.attributes()))
        .condition_expression("attribute_exists(#k) AND attribute_not_exists(#r)")
        .expression_attribute_names("#k", key.hash_name())
        .expression_attribute_names("#r", REMOVING)
        .build()
        .expect("table, key and condition are set");
    TransactWriteItem::builder().condition_check(check).build()
}

/// The part of a transaction that creates an item.
#[expect(
    clippy::expect_used,
    reason = "the SDK refuses only a missing table or item"
)]
fn new_item(table: &str, key: &Key, item: &Item) -> TransactWriteItem {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item.clone()))
        .condition_expression("attribute_not_exists(#k)")
        .expression_attribute_names("#k", key.hash_name())
        .build()
        .expect("table and item are set");
    TransactWriteItem::builder().put(put).build()
}

/// The SDK's form of a write.
#[expect(
    clippy::expect_used,
    reason = "the SDK refuses only a missing table, item or key"
)]
fn sdk_write(write: &TransactWrite) -> TransactWriteItem {
    match write {
        TransactWrite::Put(table, item) => {
            let put = Put::builder()
                .table_name(table)
                .set_item(Some(item.clone()))
                .build()
                .expect("table and item are set");
            TransactWriteItem::builder().put(put).build()
        }
        TransactWrite::Delete(table, key) => {
            let delete = Delete::builder()
                .table_name(table)
                .set_key(Some(key.attributes()))
                .build()
                .expect("table and key are set");
            TransactWriteItem::builder().delete(delete).build()
        }
        TransactWrite::Create(table, key, item) => new_item(table, key, item),
        TransactWrite::Within(table, key) => parent_check(table, key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(code: &str) -> Error {
        crate::testing::refusal("dynamodb", "GetItem", code)
    }

    #[test]
    fn in_table_names_the_table() {
        let expected = Error::NoTable {
            table: "t".to_owned(),
        };
        let absent = answer("ResourceNotFoundException");
        assert_eq!(in_table(absent, "t"), expected);
        let denied = in_table(answer("AccessDeniedException"), "t");
        assert!(denied.is_denied(), "{denied}");
        assert!(denied.detail().contains("(table `t`)"), "{denied}");
    }

    #[test]
    fn in_table_tells_other_keys() {
        let error = Error::Aws {
            service: "dynamodb",
            operation: "Query",
            code: "ValidationException".to_owned(),
            message: "Query condition missed key schema element: username".to_owned(),
            request_id: None,
        };
        let detail = in_table(error, "t").detail();
        assert!(detail.starts_with("Table `t` has other keys"), "{detail}");
        assert!(detail.contains("`table_names`"), "{detail}");
    }

    #[test]
    fn refused_is_a_failed_condition() {
        assert!(refused(&answer("ConditionalCheckFailedException")));
        assert!(!refused(&answer("TransactionCanceledException")));
    }
}
