//! Deleting a dataset.

use std::collections::BTreeSet;

use super::{Datasets, object, objects::Content, sharing::ShareChange};
use crate::{
    aws::{Error, Operation},
    layout::{DatasetKey, DatasetScope},
    records::DatasetRecord,
};

impl Datasets {
    /// Deletes a dataset: its sharing, the objects under its prefix, and its record last, so that
    /// an interrupted delete can be continued. A dataset that does not exist is not an error.
    ///
    /// Without `force_destroy` it is an error when there are objects, older versions or delete
    /// markers under the prefix. With it, all of them are deleted.
    ///
    /// # Errors
    /// [`Error::InUse`] when there are objects and `force_destroy` is false, or the error of a
    /// failed call.
    pub async fn delete(
        &self,
        operation: &Operation,
        key: &DatasetKey,
        force_destroy: bool,
    ) -> Result<(), Error> {
        let _guard = self.lock(key).await;
        operation.check(&format!("deleting dataset `{key}`"))?;
        let record = match self.find(key).await? {
            Some(found) if found.record.kind == key.scope.kind() => {
                let token = found.token();
                operation.claim().check(&object(key), token.as_ref())?;
                found.record
            }
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

    /// Ends the sharing with all groups. Rows have only the dataset's name, so this is for group
    /// datasets only: another type's dataset of the same name has no rows.
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
        // An interrupted delete may have removed the rows and not updated the policies.
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
            "it contains {what}: delete them with all their versions, or set `force_destroy = true` and apply before destroying"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_empty_names_an_object_and_the_remedy() {
        let key: DatasetKey = "project/fraud/cards".parse().unwrap();
        let object = "project/fraud/datasets/cards/a.csv".to_owned();
        for (content, word) in [
            (Content::Object(object.clone()), "it contains objects"),
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
