//! What lies under a dataset's prefix: whether there is anything, and how it is removed.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use crate::{
    aws::{Called as _, Error, IfPresent as _, Operation, Platform, wait::settle},
    layout::DatasetKey,
};

/// The first thing found under a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// An object, by key.
    Object(String),
    /// No object any more, but an older version or a delete marker of this one.
    Version(String),
}

/// How many failed keys an error names.
const NAMED: usize = 3;

fn form(error: &aws_smithy_types::error::operation::BuildError) -> Error {
    Error::Conflict {
        message: format!("a request to S3 could not be formed: {error}"),
        remedy: "report this as a defect of the provider".to_owned(),
    }
}

/// The error for keys that S3 did not delete: how many, and why for the first few.
fn undeleted(bucket: &str, failed: &[(String, String)]) -> Error {
    let named: Vec<String> = failed
        .iter()
        .take(NAMED)
        .map(|(key, why)| format!("`{key}` ({why})"))
        .collect();
    let rest = match failed.len().saturating_sub(NAMED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    Error::Conflict {
        message: format!(
            "bucket `{bucket}` kept {} of the objects that were to be deleted: {}{rest}",
            failed.len(),
            named.join(", ")
        ),
        remedy: "remove what protects them (object lock, legal hold, a Deny in the bucket's policy) and destroy again".to_owned(),
    }
}

impl Platform {
    /// The data bucket's name.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the provider block names none.
    pub(super) fn data_bucket(&self) -> Result<&str, Error> {
        match self.settings().data_bucket.as_str() {
            "" => Err(Error::Invalid {
                attribute: Some("data_bucket"),
                message: "datasets need a data bucket, but the provider block names none"
                    .to_owned(),
                remedy: "set `data_bucket` there".to_owned(),
            }),
            bucket => Ok(bucket),
        }
    }

    /// The first object under the dataset's prefix; proves on the way that the bucket is there and may be listed.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such bucket.
    pub(super) async fn first_object(&self, key: &DatasetKey) -> Result<Option<String>, Error> {
        let bucket = self.data_bucket()?;
        let request = self
            .s3()
            .await?
            .list_objects_v2()
            .bucket(bucket)
            .prefix(key.prefix());
        let answer = request.max_keys(1).send().await.called("s3", "ListBucket");
        let page = answer.if_present()?.ok_or_else(|| Error::NotFound {
            what: format!("the data bucket `{bucket}`"),
            remedy: "create it first, or correct `data_bucket` in the provider block".to_owned(),
        })?;
        Ok(page
            .contents
            .unwrap_or_default()
            .into_iter()
            .find_map(|object| object.key))
    }

    /// The first thing under the dataset's prefix, older versions and delete markers included. A bucket that is gone holds nothing.
    pub(super) async fn first_content(&self, key: &DatasetKey) -> Result<Option<Content>, Error> {
        let object = match self.first_object(key).await {
            Err(Error::NotFound { .. }) => return Ok(None),
            other => other?,
        };
        if let Some(object) = object {
            return Ok(Some(Content::Object(object)));
        }
        let bucket = self.data_bucket()?;
        let request = self
            .s3()
            .await?
            .list_object_versions()
            .bucket(bucket)
            .prefix(key.prefix());
        let answer = request
            .max_keys(1)
            .send()
            .await
            .called("s3", "ListBucketVersions");
        let Some(page) = answer.if_present()? else {
            return Ok(None);
        };
        let versions = page
            .versions
            .unwrap_or_default()
            .into_iter()
            .filter_map(|v| v.key);
        let markers = page
            .delete_markers
            .unwrap_or_default()
            .into_iter()
            .filter_map(|m| m.key);
        Ok(versions.chain(markers).next().map(Content::Version))
    }

    /// Removes everything under the dataset's prefix: unfinished uploads, then every object, version and delete marker, a thousand at a
    /// time. Between batches it can be cancelled; what is gone is gone, and the rest goes the next time.
    ///
    /// # Errors
    /// [`Error::Conflict`] naming the first keys that S3 kept.
    pub(super) async fn purge(&self, operation: &Operation, key: &DatasetKey) -> Result<(), Error> {
        self.abort_uploads(operation, key).await?;
        // A pass that finds nothing ends it: what is written meanwhile goes in the next one.
        while self.purge_pass(operation, key).await? {}
        Ok(())
    }

    /// One pass over all pages; whether it found anything.
    async fn purge_pass(&self, operation: &Operation, key: &DatasetKey) -> Result<bool, Error> {
        let bucket = self.data_bucket()?;
        let client = self.s3().await?;
        let (mut key_marker, mut version_marker) = (None, None);
        let mut found = false;
        loop {
            operation.check(&format!("deleting the objects of dataset `{key}`"))?;
            let answer = client
                .list_object_versions()
                .bucket(bucket)
                .prefix(key.prefix())
                .set_key_marker(key_marker)
                .set_version_id_marker(version_marker)
                .send()
                .await
                .called("s3", "ListBucketVersions");
            let Some(page) = answer.if_present()? else {
                return Ok(false);
            };
            let versions = page.versions.unwrap_or_default();
            let markers = page.delete_markers.unwrap_or_default();
            let all = versions
                .into_iter()
                .map(|version| (version.key, version.version_id))
                .chain(
                    markers
                        .into_iter()
                        .map(|marker| (marker.key, marker.version_id)),
                );
            let mut batch = Vec::new();
            for (object, version) in all {
                let identifier = ObjectIdentifier::builder()
                    .set_key(object)
                    .set_version_id(version);
                batch.push(identifier.build().map_err(|error| form(&error))?);
            }
            if !batch.is_empty() {
                found = true;
                self.delete_batch(operation, bucket, batch).await?;
            }
            if page.is_truncated != Some(true) {
                return Ok(found);
            }
            key_marker = page.next_key_marker;
            version_marker = page.next_version_id_marker;
        }
    }

    /// DeleteObjects of one page, which holds a thousand at most, as many as the call takes.
    async fn delete_batch(
        &self,
        operation: &Operation,
        bucket: &str,
        batch: Vec<ObjectIdentifier>,
    ) -> Result<(), Error> {
        let delete = Delete::builder()
            .set_objects(Some(batch))
            .quiet(true)
            .build();
        let delete = delete.map_err(|error| form(&error))?;
        let request = self
            .s3()
            .await?
            .delete_objects()
            .bucket(bucket)
            .delete(delete);
        let answer = settle(operation, "deleting objects", || async {
            request.clone().send().await.called("s3", "DeleteObject")
        })
        .await?;
        let failed: Vec<(String, String)> = answer
            .errors
            .unwrap_or_default()
            .into_iter()
            .filter(|error| error.code.as_deref() != Some("NoSuchKey"))
            .map(|error| {
                let why = error
                    .code
                    .or(error.message)
                    .unwrap_or_else(|| "no reason given".to_owned());
                (error.key.unwrap_or_default(), why)
            })
            .collect();
        if failed.is_empty() {
            Ok(())
        } else {
            Err(undeleted(bucket, &failed))
        }
    }

    /// AbortMultipartUpload of every upload under the prefix that was begun and not finished: its parts are stored, and could yet become
    /// an object.
    async fn abort_uploads(&self, operation: &Operation, key: &DatasetKey) -> Result<(), Error> {
        let bucket = self.data_bucket()?;
        let client = self.s3().await?;
        let (mut key_marker, mut upload_marker) = (None, None);
        loop {
            operation.check(&format!("ending unfinished uploads to dataset `{key}`"))?;
            let answer = client
                .list_multipart_uploads()
                .bucket(bucket)
                .prefix(key.prefix())
                .set_key_marker(key_marker)
                .set_upload_id_marker(upload_marker)
                .send()
                .await
                .called("s3", "ListBucketMultipartUploads");
            let Some(page) = answer.if_present()? else {
                return Ok(());
            };
            for upload in page.uploads.unwrap_or_default() {
                operation.check(&format!("ending unfinished uploads to dataset `{key}`"))?;
                let aborted = client
                    .abort_multipart_upload()
                    .bucket(bucket)
                    .set_key(upload.key)
                    .set_upload_id(upload.upload_id)
                    .send()
                    .await
                    .called("s3", "AbortMultipartUpload");
                match aborted {
                    Err(error) if !error.is("NoSuchUpload") => return Err(error),
                    _ => {}
                }
            }
            if page.is_truncated != Some(true) {
                return Ok(());
            }
            key_marker = page.next_key_marker;
            upload_marker = page.next_upload_id_marker;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{ConnectionConfig, Settings};

    #[test]
    fn kept_objects_are_named_and_counted() {
        let failed: Vec<(String, String)> = (1..=5)
            .map(|n| (format!("k{n}"), "AccessDenied".to_owned()))
            .collect();
        let text = undeleted("data", &failed).to_string();
        assert!(text.contains("kept 5 of the objects"), "{text}");
        assert!(text.contains("`k3` (AccessDenied) and 2 more"), "{text}");
        assert!(!text.contains("k4"), "{text}");
        assert!(!undeleted("data", &failed[..2]).to_string().contains("more"));
    }

    #[test]
    fn datasets_need_a_bucket() {
        let platform = Platform::new(ConnectionConfig::default(), Settings::default());
        assert_eq!(
            platform.data_bucket().unwrap_err().attribute(),
            Some("data_bucket")
        );
    }
}
