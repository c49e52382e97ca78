//! Reading and writing items.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::change::Change;
use super::item::{Item, Key};
use crate::aws::{Called as _, Error, Platform};

/// Whether a conditional write found what it expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Write {
    /// The item is as asked for.
    Done,
    /// The item is not in the expected state; nothing was written.
    Refused,
}

/// Names the table that is missing, which `DynamoDB`'s own message doesn't.
pub(super) fn in_table(error: Error, table: &str) -> Error {
    if error.is_absent() {
        Error::NoTable {
            table: table.to_owned(),
        }
    } else {
        error
    }
}

fn refused(error: &Error) -> bool {
    error.is("ConditionalCheckFailedException")
}

impl Platform {
    /// Creates an item, if there is none with its key.
    ///
    /// A create whose answer was lost is repeated by the SDK and then refused: when the item there
    /// is the very one asked for, the create is taken as done.
    ///
    /// # Errors
    /// When `DynamoDB` can't be reached or refuses the call.
    pub async fn create_item(&self, table: &str, key: &Key, item: Item) -> Result<Write, Error> {
        let result = self
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
                let same = self.read_item(table, key).await? == Some(item);
                Ok(if same { Write::Done } else { Write::Refused })
            }
            Err(error) => Err(error),
        }
    }

    /// Changes an item, if it is in the state that the change expects. A change that expects
    /// nothing makes the item when there is none.
    ///
    /// # Errors
    /// When `DynamoDB` can't be reached or refuses the call.
    pub async fn update_item(
        &self,
        table: &str,
        key: &Key,
        change: &Change,
    ) -> Result<Write, Error> {
        let result = self
            .dynamodb()
            .await?
            .update_item()
            .table_name(table)
            .set_key(Some(key.attributes()))
            .set_update_expression(change.update_expression())
            .set_condition_expression(change.condition_expression())
            .set_expression_attribute_names(change.names())
            .set_expression_attribute_values(change.values())
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

    /// Deletes an item; one that isn't there is no error.
    ///
    /// # Errors
    /// When `DynamoDB` can't be reached or refuses the call.
    pub async fn delete_item(&self, table: &str, key: &Key) -> Result<(), Error> {
        self.dynamodb()
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

    /// All items with this hash key, read consistently.
    ///
    /// # Errors
    /// When `DynamoDB` can't be reached or refuses the call.
    pub async fn query_items(
        &self,
        table: &str,
        hash: &str,
        value: &str,
    ) -> Result<Vec<Item>, Error> {
        self.query(table, None, hash, value).await
    }

    /// All items with this hash key of an index. An index follows its table within moments; it
    /// holds keys only.
    ///
    /// # Errors
    /// When `DynamoDB` can't be reached or refuses the call.
    pub async fn query_index(
        &self,
        table: &str,
        index: &str,
        hash: &str,
        value: &str,
    ) -> Result<Vec<Item>, Error> {
        self.query(table, Some(index), hash, value).await
    }

    async fn query(
        &self,
        table: &str,
        index: Option<&str>,
        hash: &str,
        value: &str,
    ) -> Result<Vec<Item>, Error> {
        let client = self.dynamodb().await?;
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

    /// Every item of a table, cut down to the named attributes, read consistently. The cost grows
    /// with the table: for questions that no key answers.
    ///
    /// # Errors
    /// When `DynamoDB` can't be reached or refuses the call.
    pub async fn scan_items(&self, table: &str, attributes: &[&str]) -> Result<Vec<Item>, Error> {
        let client = self.dynamodb().await?;
        let names: Vec<String> = (0..attributes.len()).map(|n| format!("#a{n}")).collect();
        let by_name: HashMap<String, String> = names
            .iter()
            .cloned()
            .zip(attributes.iter().map(|&name| name.to_owned()))
            .collect();
        let mut items = Vec::new();
        let mut from: Option<HashMap<String, AttributeValue>> = None;
        loop {
            let page = client
                .scan()
                .table_name(table)
                .consistent_read(true)
                .projection_expression(names.join(", "))
                .set_expression_attribute_names(Some(by_name.clone()))
                .set_exclusive_start_key(from.take())
                .send()
                .await
                .called("dynamodb", "Scan")
                .map_err(|error| in_table(error, table))?;
            items.extend(page.items.unwrap_or_default());
            match page.last_evaluated_key.filter(|key| !key.is_empty()) {
                Some(key) => from = Some(key),
                None => return Ok(items),
            }
        }
    }
}
