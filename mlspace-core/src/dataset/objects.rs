//! The objects under a dataset's prefix: whether there are any, and how they are deleted.

use std::sync::Arc;

use async_trait::async_trait;

use crate::aws::wait::retry;
use crate::aws::{Clients, Error, Operation};
use crate::layout::DatasetKey;

/// The first object or version found under a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// An object, by key.
    Object(String),
    /// An older version or a delete marker, by key: there is no current object.
    Version(String),
}

/// A version or delete marker of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObjectVersion {
    /// The object's key.
    pub(crate) key: String,
    /// The version's id; `None` in a bucket that never had versions.
    pub(crate) version: Option<String>,
}

/// A multipart upload that was started and not completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    /// The key of the object that it would create.
    pub(crate) key: String,
    /// The upload's id.
    pub(crate) id: String,
}

/// An object that S3 did not delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The object's key.
    pub(crate) key: String,
    /// The error code or message.
    pub(crate) reason: String,
}

/// One page of a listing, and the markers that the next one starts after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<(String, String)>,
}

/// S3's calls on the objects of a bucket. The outer `None` of a listing: the bucket does not exist.
#[async_trait]
pub(crate) trait ObjectStore: Send + Sync {
    /// ListObjectsV2: the first key under the prefix.
    async fn first_object(
        &self,
        bucket: &str,
        prefix: &str,
    ) -> Result<Option<Option<String>>, Error>;
    /// ListObjectVersions: one page of versions and delete markers, at most `most` (or 1,000).
    async fn versions(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<(String, String)>,
        most: Option<i32>,
    ) -> Result<Option<Page<ObjectVersion>>, Error>;
    /// DeleteObjects of at most 1,000 versions: those that were not deleted.
    async fn delete(&self, bucket: &str, batch: &[ObjectVersion]) -> Result<Vec<Kept>, Error>;
    /// ListMultipartUploads: one page.
    async fn uploads(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<(String, String)>,
    ) -> Result<Option<Page<Upload>>, Error>;
    /// AbortMultipartUpload. One that does not exist any more is not an error.
    async fn abort_upload(&self, bucket: &str, upload: &Upload) -> Result<(), Error>;
}

/// How many keys an error names.
const NAMED: usize = 3;

/// The error for objects that S3 did not delete: how many, and why for the first few.
fn not_deleted(bucket: &str, kept: &[Kept]) -> Error {
    let named: Vec<String> = kept
        .iter()
        .take(NAMED)
        .map(|kept| format!("`{}` ({})", kept.key, kept.reason))
        .collect();
    let rest = match kept.len().saturating_sub(NAMED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    Error::Conflict {
        message: format!(
            "bucket `{bucket}` did not delete {} objects: {}{rest}",
            kept.len(),
            named.join(", ")
        ),
        remedy: "remove their protection (object lock, legal hold, a Deny in the bucket policy) and destroy again".to_owned(),
    }
}

/// The objects of datasets in the data bucket.
pub(crate) struct DatasetObjects {
    clients: Clients,
    store: Arc<dyn ObjectStore>,
}

impl DatasetObjects {
    /// Objects in the bucket that the settings of `clients` name.
    pub(crate) fn new(clients: Clients, store: Arc<dyn ObjectStore>) -> Self {
        Self { clients, store }
    }

    /// The data bucket's name.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the provider block names none.
    pub(super) fn bucket(&self) -> Result<&str, Error> {
        match self.clients.settings().data_bucket.as_str() {
            "" => Err(Error::Invalid {
                attribute: Some("data_bucket"),
                message: "datasets need a data bucket, but `data_bucket` is not set".to_owned(),
                remedy: "set `data_bucket` in the provider block".to_owned(),
            }),
            bucket => Ok(bucket),
        }
    }

    /// The first object under the dataset's prefix.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the bucket does not exist.
    pub(super) async fn first(&self, key: &DatasetKey) -> Result<Option<String>, Error> {
        let bucket = self.bucket()?;
        let found = self.store.first_object(bucket, &key.prefix()).await?;
        found.ok_or_else(|| Error::NotFound {
            what: format!("the data bucket `{bucket}`"),
            remedy: "create it first, or correct `data_bucket` in the provider block".to_owned(),
        })
    }

    /// The first object, older version or delete marker under the dataset's prefix. A bucket that
    /// does not exist has none.
    pub(super) async fn first_content(&self, key: &DatasetKey) -> Result<Option<Content>, Error> {
        let object = match self.first(key).await {
            Err(Error::NotFound { .. }) => return Ok(None),
            other => other?,
        };
        if let Some(object) = object {
            return Ok(Some(Content::Object(object)));
        }
        let bucket = self.bucket()?;
        let page = self
            .store
            .versions(bucket, &key.prefix(), None, Some(1))
            .await?;
        let first = page.and_then(|page| page.items.into_iter().next());
        Ok(first.map(|version| Content::Version(version.key)))
    }

    /// Deletes everything under the dataset's prefix: unfinished uploads, then every object,
    /// version and delete marker, up to 1,000 in a call. It can be cancelled between calls; calling
    /// it again continues.
    ///
    /// # Errors
    /// [`Error::Conflict`] naming the first keys that S3 kept.
    pub(super) async fn purge(&self, operation: &Operation, key: &DatasetKey) -> Result<(), Error> {
        self.abort_uploads(operation, key).await?;
        // Other programs may write objects during a pass, so repeat until a pass finds nothing.
        while self.purge_pass(operation, key).await? {}
        Ok(())
    }

    /// Deletes the versions of all pages once. True when there were any.
    async fn purge_pass(&self, operation: &Operation, key: &DatasetKey) -> Result<bool, Error> {
        let bucket = self.bucket()?;
        let mut after = None;
        let mut found = false;
        loop {
            operation.check(&format!("deleting the objects of dataset `{key}`"))?;
            let page = self
                .store
                .versions(bucket, &key.prefix(), after.take(), None)
                .await?;
            let Some(page) = page else {
                return Ok(false);
            };
            if !page.items.is_empty() {
                found = true;
                let kept = retry(operation, "deleting objects", || {
                    self.store.delete(bucket, &page.items)
                })
                .await?;
                if !kept.is_empty() {
                    return Err(not_deleted(bucket, &kept));
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    /// Aborts every unfinished upload under the prefix: its parts are stored and could still become
    /// an object.
    async fn abort_uploads(&self, operation: &Operation, key: &DatasetKey) -> Result<(), Error> {
        let bucket = self.bucket()?;
        let what = format!("aborting unfinished uploads to dataset `{key}`");
        let mut after = None;
        loop {
            operation.check(&what)?;
            let page = self
                .store
                .uploads(bucket, &key.prefix(), after.take())
                .await?;
            let Some(page) = page else {
                return Ok(());
            };
            for upload in &page.items {
                operation.check(&what)?;
                self.store.abort_upload(bucket, upload).await?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_deleted_names_first_keys_and_counts() {
        let kept: Vec<Kept> = (1..=5)
            .map(|n| Kept {
                key: format!("k{n}"),
                reason: "AccessDenied".to_owned(),
            })
            .collect();
        let text = not_deleted("data", &kept).to_string();
        assert!(text.contains("did not delete 5 objects"), "{text}");
        assert!(text.contains("`k3` (AccessDenied) and 2 more"), "{text}");
        assert!(!text.contains("k4"), "{text}");
        assert!(!not_deleted("data", &kept[..2]).to_string().contains("more"));
    }
}
