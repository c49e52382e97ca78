//! Which groups a group dataset is shared with: rows of MLSpace's group-datasets table, and the groups' policies that follow them.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};

use crate::{
    aws::{Called as _, Error, Operation, Platform, wait::settle},
    name::{DatasetName, GroupName},
    records::{GroupDatasetRecord, Key},
};

/// What one TransactWriteItems takes at most (*TransactWriteItems* in the DynamoDB API Reference).
const TRANSACTION: usize = 100;
/// MLSpace's index from datasets to groups.
const BY_DATASET: &str = "ReverseLookup";

/// Rows to add and to remove, by group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ShareChange {
    pub(super) add: BTreeSet<String>,
    pub(super) remove: BTreeSet<String>,
}

impl ShareChange {
    /// What leads from sharing with `is` to sharing with `should`.
    pub(super) fn between(is: &BTreeSet<String>, should: &BTreeSet<String>) -> Self {
        Self {
            add: should.difference(is).cloned().collect(),
            remove: is.difference(should).cloned().collect(),
        }
    }
}

/// The names of groups as a set.
pub(super) fn names(groups: &[GroupName]) -> BTreeSet<String> {
    groups.iter().map(ToString::to_string).collect()
}

fn row_key(group: &str, dataset: &DatasetName) -> Key {
    Key::hash("group", group).range("dataset", dataset.as_str())
}

impl Platform {
    /// The groups that a dataset is shared with.
    ///
    /// The index that answers this may lag behind its table, so its answer and the `hints` (groups that are likely: those of the record
    /// and those asked for) are each looked up in the table itself.
    pub(super) async fn shared_with(
        &self,
        dataset: &DatasetName,
        hints: impl IntoIterator<Item = String>,
    ) -> Result<BTreeSet<String>, Error> {
        let table = &self.settings().table_names.group_datasets;
        let rows = self
            .query_index(table, BY_DATASET, "dataset", dataset.as_str())
            .await?;
        let mut candidates: BTreeSet<String> = hints.into_iter().collect();
        for row in rows {
            let row = GroupDatasetRecord::read(&row)
                .map_err(|error| error.of(table, &Key::hash("dataset", dataset.as_str())))?;
            candidates.insert(row.group);
        }
        let looked_up =
            futures::future::try_join_all(candidates.into_iter().map(|group| async move {
                let row = self.read_item(table, &row_key(&group, dataset)).await?;
                Ok::<_, Error>(row.map(|_| group))
            }));
        Ok(looked_up.await?.into_iter().flatten().collect())
    }

    /// Writes the rows, a hundred in one transaction.
    pub(super) async fn write_shares(
        &self,
        operation: &Operation,
        dataset: &DatasetName,
        change: &ShareChange,
    ) -> Result<(), Error> {
        let table = &self.settings().table_names.group_datasets;
        let mut writes = Vec::new();
        for group in &change.add {
            let item = row_key(group, dataset).attributes();
            let put = Put::builder()
                .table_name(table)
                .set_item(Some(item))
                .build();
            let put = put.map_err(|error| form(&error))?;
            writes.push(TransactWriteItem::builder().put(put).build());
        }
        for group in &change.remove {
            let key = row_key(group, dataset).attributes();
            let delete = Delete::builder()
                .table_name(table)
                .set_key(Some(key))
                .build();
            let delete = delete.map_err(|error| form(&error))?;
            writes.push(TransactWriteItem::builder().delete(delete).build());
        }
        let client = self.dynamodb().await?;
        for chunk in writes.chunks(TRANSACTION) {
            let request = client
                .transact_write_items()
                .set_transact_items(Some(chunk.to_vec()));
            settle(operation, "sharing the dataset", || async {
                request
                    .clone()
                    .send()
                    .await
                    .called("dynamodb", "TransactWriteItems")
            })
            .await?;
        }
        Ok(())
    }

    /// Brings the policies of these groups up to date with the rows. A name that is none of ours has no policy.
    pub(super) async fn sync_groups(
        &self,
        operation: &Operation,
        groups: impl IntoIterator<Item = &String>,
    ) -> Result<(), Error> {
        for group in groups {
            if let Ok(group) = group.parse::<GroupName>() {
                self.sync_group(operation, &group).await?;
            }
        }
        Ok(())
    }
}

fn form(error: &aws_smithy_types::error::operation::BuildError) -> Error {
    Error::Conflict {
        message: format!("a request to DynamoDB could not be formed: {error}"),
        remedy: "report this as a defect of the provider".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rows_are_keyed_as_mlspace_s() {
        let (group, dataset): (GroupName, DatasetName) =
            ("risk".parse().unwrap(), "cards".parse().unwrap());
        assert_eq!(
            row_key("risk", &dataset),
            GroupDatasetRecord::key(&group, &dataset)
        );
    }

    proptest! {
        #[test]
        fn a_change_touches_only_what_differs(
            is in prop::collection::btree_set("[a-e]", 0..5),
            should in prop::collection::btree_set("[a-e]", 0..5),
        ) {
            let change = ShareChange::between(&is, &should);
            prop_assert!(change.add.is_disjoint(&is) && change.remove.is_subset(&is));
            let mut result = is.clone();
            result.extend(change.add.clone());
            result.retain(|group| !change.remove.contains(group));
            prop_assert_eq!(&result, &should);
            prop_assert_eq!(ShareChange::between(&result, &should), ShareChange::default());
        }
    }
}
