//! Removing a dataset.

use std::collections::BTreeSet;

use super::{Datasets, objects::Content, sharing::ShareChange};
use crate::{
    aws::{Error, Operation},
    layout::{DatasetKey, DatasetScope},
    records::DatasetRecord,
};

impl Datasets {
    /// Removes a dataset: its sharing, what lies under its prefix, its record.
    ///
    /// Without `force_destroy` it refuses while there is anything under the prefix, older versions included. With it, all of that goes,
    /// however much. Should it be interrupted, the record is still there and the next destroy goes on.
    ///
    /// # Errors
    /// [`Error::InUse`] when objects exist and `force_destroy` is off; else what the calls say. A dataset that isn't there is no error.
    pub async fn delete(
        &self,
        operation: &Operation,
        key: &DatasetKey,
        force_destroy: bool,
    ) -> Result<(), Error> {
        let _guard = self.lock(key).await;
        operation.check(&format!("deleting dataset `{key}`"))?;
        let record = match self.find(key).await? {
            Some(found) if found.record.kind == key.scope.kind() => found.record,
            _ => return Ok(()),
        };
        if !force_destroy && let Some(content) = self.objects.first_content(key).await? {
            return Err(not_empty(key, self.objects.bucket()?, content));
        }
        if key.scope == DatasetScope::Group {
            self.unshare(operation, key, &record).await?;
        }
        if force_destroy {
            self.objects.purge(operation, key).await?;
        }
        let table = &self.clients.settings().table_names.datasets;
        self.records.delete(table, &DatasetRecord::key(key)).await
    }

    /// Takes the dataset from its groups. Rows are by name alone, so only a group dataset may touch them.
    async fn unshare(
        &self,
        operation: &Operation,
        key: &DatasetKey,
        record: &DatasetRecord,
    ) -> Result<(), Error> {
        let shared = self
            .shared_with(&key.name, record.groups.iter().cloned())
            .await?;
        let change = ShareChange::between(&shared, &BTreeSet::new());
        self.write_shares(operation, &key.name, &change).await?;
        // Groups of the record's list, too: an interrupted delete may have removed their rows only.
        let groups: BTreeSet<String> = shared
            .into_iter()
            .chain(record.groups.iter().cloned())
            .collect();
        self.sync_groups(operation, &groups).await
    }
}

fn not_empty(key: &DatasetKey, bucket: &str, content: Content) -> Error {
    let (object, what) = match content {
        Content::Object(object) => (object, "objects"),
        Content::Version(object) => (object, "older versions or delete markers of objects"),
    };
    Error::InUse {
        what: format!("dataset `{key}`"),
        by: vec![format!("s3://{bucket}/{object}")],
        remedy: format!(
            "it holds {what}: delete them with all their versions, or set `force_destroy = true` and apply before destroying"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_names_an_object_and_the_way_out() {
        let key: DatasetKey = "project/fraud/cards".parse().unwrap();
        let object = "project/fraud/datasets/cards/a.csv".to_owned();
        for (content, word) in [
            (Content::Object(object.clone()), "it holds objects"),
            (Content::Version(object.clone()), "older versions"),
        ] {
            let text = not_empty(&key, "data", content).to_string();
            for part in [
                word,
                "`s3://data/project/fraud/datasets/cards/a.csv`",
                "`force_destroy = true`",
            ] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
    }
}
