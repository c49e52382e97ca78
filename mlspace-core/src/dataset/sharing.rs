//! Which groups a group dataset is shared with: rows of MLSpace's group-datasets table, and the groups' policies that follow them.

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

impl Datasets {
    /// The groups that a dataset is shared with.
    ///
    /// The index that answers this may lag behind its table, so its answer and the `hints` (groups that are likely: those of the record
    /// and those asked for) are each looked up in the table itself.
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

    /// Writes the rows, a hundred in one transaction.
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

    /// Brings the policies of these groups up to date with the rows. A name that is none of ours has no policy.
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
