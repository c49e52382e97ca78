//! Sharing of group datasets: rows of MLSpace's group-datasets table, and the policies of the
//! groups, which follow from the rows.

use std::collections::BTreeSet;

use super::Datasets;
use crate::{
    aws::{Error, Operation, wait::retry},
    name::{DatasetName, GroupName},
    records::{GroupDatasetRecord, Key, TRANSACTION_WRITES, TransactWrite},
};

/// MLSpace's index from datasets to groups.
const BY_DATASET: &str = "ReverseLookup";

/// Rows to add and to remove, by group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ShareChange {
    pub(super) add: BTreeSet<String>,
    pub(super) remove: BTreeSet<String>,
}

impl ShareChange {
    /// The change from sharing with the groups `current` to sharing with `desired`.
    pub(super) fn between(current: &BTreeSet<String>, desired: &BTreeSet<String>) -> Self {
        Self {
            add: desired.difference(current).cloned().collect(),
            remove: current.difference(desired).cloned().collect(),
        }
    }
}

/// The names of groups as a set.
pub(super) fn group_names(groups: &[GroupName]) -> BTreeSet<String> {
    groups.iter().map(ToString::to_string).collect()
}

fn row_key(group: &str, dataset: &DatasetName) -> Key {
    Key::hash("group", group).range("dataset", dataset.as_str())
}

impl Datasets {
    /// The groups that a dataset is shared with.
    ///
    /// The index by dataset may be behind its table. So each group that it returns is looked up in
    /// the table, as are the `hints`: likely groups, from the record and the configuration.
    pub(super) async fn shared_with(
        &self,
        dataset: &DatasetName,
        hints: impl IntoIterator<Item = String>,
    ) -> Result<BTreeSet<String>, Error> {
        let table = &self.clients.settings().table_names.group_datasets;
        let rows = self
            .records
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
                let row = self.records.get(table, &row_key(&group, dataset)).await?;
                Ok::<_, Error>(row.map(|_| group))
            }));
        Ok(looked_up.await?.into_iter().flatten().collect())
    }

    /// As [`Self::shared_with`], for a refresh.
    pub(super) async fn read_shares(
        &self,
        dataset: &DatasetName,
        hints: impl IntoIterator<Item = String>,
    ) -> Result<BTreeSet<String>, Error> {
        let table = &self.clients.settings().table_names.group_datasets;
        let rows = self.records.table(table, &row_key("", dataset)).await?;
        let Some(rows) = rows else {
            return self.shared_with(dataset, hints).await;
        };
        let rows = rows
            .values()
            .filter_map(|row| GroupDatasetRecord::read(row).ok());
        let of_dataset = rows.filter(|row| row.dataset == dataset.as_str());
        Ok(of_dataset.map(|row| row.group).collect())
    }

    /// Writes the rows, as many in one transaction as DynamoDB accepts.
    pub(super) async fn write_shares(
        &self,
        operation: &Operation,
        dataset: &DatasetName,
        change: &ShareChange,
    ) -> Result<(), Error> {
        let table = &self.clients.settings().table_names.group_datasets;
        let added = change
            .add
            .iter()
            .map(|group| TransactWrite::Put(table.clone(), row_key(group, dataset).attributes()));
        let removed = change
            .remove
            .iter()
            .map(|group| TransactWrite::Delete(table.clone(), row_key(group, dataset)));
        let writes: Vec<TransactWrite> = added.chain(removed).collect();
        for chunk in writes.chunks(TRANSACTION_WRITES) {
            retry(operation, "sharing the dataset", || {
                self.records.transact(chunk)
            })
            .await?;
        }
        Ok(())
    }

    /// Updates the policies of these groups to the rows. Invalid names have no policy.
    pub(super) async fn sync_groups(
        &self,
        operation: &Operation,
        groups: impl IntoIterator<Item = &String>,
    ) -> Result<(), Error> {
        for group in groups {
            if let Ok(group) = group.parse::<GroupName>() {
                self.groups.sync(operation, &group).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn row_key_is_the_records() {
        let (group, dataset): (GroupName, DatasetName) =
            ("risk".parse().unwrap(), "cards".parse().unwrap());
        assert_eq!(
            row_key("risk", &dataset),
            GroupDatasetRecord::key(&group, &dataset)
        );
    }

    proptest! {
        #[test]
        fn share_change_contains_only_differences(
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
