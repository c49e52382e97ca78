//! The objects under a dataset's prefix: whether there are any, and how they are deleted.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::OnceCell;

use crate::aws::wait::retry;
use crate::aws::{Backoff, Clients, Error, Operation};
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

/// A version that S3 did not delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The version.
    pub(crate) object: ObjectVersion,
    /// The error code.
    pub(crate) code: String,
    /// S3's message, which can be empty.
    pub(crate) message: String,
}

/// Codes of errors after which the same version is worth another attempt (*Error responses*, "List of
/// error codes": <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>).
const TRANSIENT: [&str; 6] = [
    "InternalError",
    "OperationAborted",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
];

impl Kept {
    fn is_transient(&self) -> bool {
        TRANSIENT.contains(&self.code.as_str())
    }

    /// Whether the bucket deletes versions only with a code of an MFA device (*Configuring MFA
    /// delete*: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html>).
    fn needs_mfa(&self) -> bool {
        needs_mfa(&self.message)
    }

    fn reason(&self) -> &str {
        if self.code.is_empty() {
            "no reason given"
        } else {
            &self.code
        }
    }
}

fn needs_mfa(message: &str) -> bool {
    message.to_ascii_lowercase().contains("mfa")
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

/// How often versions are tried that S3 refuses for a moment. With [`Backoff::QUICK`] this takes about
/// half a minute.
const MAX_ATTEMPTS: u32 = 15;

/// How many keys an error names.
const NAMED: usize = 3;

/// The error for objects that S3 did not delete: how many, and why for the first few.
fn not_deleted(bucket: &str, kept: &[Kept]) -> Error {
    let named: Vec<String> = kept
        .iter()
        .take(NAMED)
        .map(|kept| format!("`{}` ({})", kept.object.key, kept.reason()))
        .collect();
    let rest = match kept.len().saturating_sub(NAMED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let remedy = if kept.iter().any(Kept::needs_mfa) {
        MFA_REMEDY
    } else if kept.iter().all(Kept::is_transient) {
        "destroy again to continue"
    } else {
        "allow `s3:DeleteObject` and `s3:DeleteObjectVersion`, or remove their protection (object lock, legal hold, a Deny \
         in the bucket policy), and destroy again"
    };
    Error::Conflict {
        message: format!(
            "bucket `{bucket}` did not delete {} objects: {}{rest}",
            kept.len(),
            named.join(", ")
        ),
        remedy: remedy.to_owned(),
    }
}

/// What to do about a bucket that requires a code for each deletion.
const MFA_REMEDY: &str = "suspend MFA delete of the bucket with the credentials of the account's root user, or delete the \
                          versions with a code, and destroy again";

/// The error of a call that deletes versions of a bucket.
fn explain_mfa(error: Error, bucket: &str) -> Error {
    match &error {
        Error::Aws { message, .. } if needs_mfa(message) => Error::Conflict {
            message: format!(
                "bucket `{bucket}` deletes versions only with a code of an MFA device: {error}"
            ),
            remedy: MFA_REMEDY.to_owned(),
        },
        _ => error,
    }
}

/// The objects of datasets in the data bucket.
pub(crate) struct DatasetObjects {
    clients: Clients,
    store: Arc<dyn ObjectStore>,
    /// Set when the bucket was seen.
    seen: OnceCell<()>,
}

impl DatasetObjects {
    /// Objects in the bucket that the settings of `clients` name.
    pub(crate) fn new(clients: Clients, store: Arc<dyn ObjectStore>) -> Self {
        Self {
            clients,
            store,
            seen: OnceCell::new(),
        }
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

    /// Checks once that the bucket exists, by a look under the dataset's prefix.
    ///
    /// # Errors
    /// Those of [`Self::first`].
    pub(super) async fn check_bucket(&self, key: &DatasetKey) -> Result<(), Error> {
        let look = || async { self.first(key).await.map(drop) };
        self.seen.get_or_try_init(look).await.copied()
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
        // Other programs may write objects during a pass, and a list can be older than a delete, so
        // repeat until a pass finds nothing.
        let what = format!("deleting the objects of dataset `{key}`");
        let mut passes = 0;
        while self.purge_pass(operation, key).await? {
            if passes > 0 {
                operation.back_off(Backoff::SLOW, passes - 1, &what).await?;
            }
            passes += 1;
        }
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
                self.delete_all(operation, bucket, page.items).await?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    /// Deletes the versions of one page. S3 can refuse single ones for a moment, mostly in large
    /// batches; these are tried again.
    async fn delete_all(
        &self,
        operation: &Operation,
        bucket: &str,
        mut batch: Vec<ObjectVersion>,
    ) -> Result<(), Error> {
        for attempt in 0..MAX_ATTEMPTS {
            let deleted = retry(operation, "deleting objects", || {
                self.store.delete(bucket, &batch)
            });
            let kept = deleted.await.map_err(|error| explain_mfa(error, bucket))?;
            if kept.is_empty() {
                return Ok(());
            }
            if attempt + 1 == MAX_ATTEMPTS || !kept.iter().all(Kept::is_transient) {
                return Err(not_deleted(bucket, &kept));
            }
            batch = kept.into_iter().map(|kept| kept.object).collect();
            operation
                .back_off(Backoff::QUICK, attempt, "deleting objects")
                .await?;
        }
        Ok(())
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

    fn kept(key: &str, code: &str, message: &str) -> Kept {
        Kept {
            object: ObjectVersion {
                key: key.to_owned(),
                version: Some("1".to_owned()),
            },
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }

    #[test]
    fn not_deleted_says_what_to_do() {
        let remedy = |kept: &[Kept]| not_deleted("data", kept).detail();
        let denied = remedy(&[kept("k", "AccessDenied", "Access Denied")]);
        assert!(denied.contains("`s3:DeleteObjectVersion`"), "{denied}");
        assert!(denied.contains("object lock"), "{denied}");
        let mfa = "Mfa Authentication must be used for this request";
        let code = remedy(&[kept("k", "AccessDenied", mfa)]);
        assert!(code.contains("Suspend MFA delete"), "{code}");
        let busy = remedy(&[kept("k", "SlowDown", "Please reduce your request rate.")]);
        assert!(busy.ends_with("Destroy again to continue."), "{busy}");
    }

    #[test]
    fn explain_mfa_leaves_other_errors() {
        let denied = crate::testing::refusal("s3", "DeleteObjectVersion", "AccessDenied");
        assert_eq!(explain_mfa(denied.clone(), "data"), denied);
        let mfa = Error::Aws {
            service: "s3",
            operation: "DeleteObjectVersion",
            code: "AccessDenied".to_owned(),
            message: "Mfa Authentication must be used for this request".to_owned(),
            request_id: None,
        };
        let explained = explain_mfa(mfa, "data");
        assert!(matches!(&explained, Error::Conflict { remedy, .. } if remedy == MFA_REMEDY));
    }

    #[test]
    fn not_deleted_names_first_keys_and_counts() {
        let kept: Vec<Kept> = (1..=5)
            .map(|n| kept(&format!("k{n}"), "AccessDenied", ""))
            .collect();
        let text = not_deleted("data", &kept).to_string();
        assert!(text.contains("did not delete 5 objects"), "{text}");
        assert!(text.contains("`k3` (AccessDenied) and 2 more"), "{text}");
        assert!(!text.contains("k4"), "{text}");
        assert!(!not_deleted("data", &kept[..2]).to_string().contains("more"));
    }
}
