//! Objects through the AWS SDK's S3 client.

use async_trait::async_trait;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use super::objects::{Kept, ObjectStore, ObjectVersion, Page, Upload};
use crate::aws::{Clients, Error, IfPresent as _, SdkResultExt as _};

/// Objects in S3.
pub(crate) struct S3Objects {
    clients: Clients,
}

impl S3Objects {
    /// Objects reached through the S3 client of `clients`.
    pub(crate) fn new(clients: Clients) -> Self {
        Self { clients }
    }
}

/// Adds the bucket's name, which S3's messages lack.
fn in_bucket<T>(answer: Result<T, Error>, bucket: &str) -> Result<T, Error> {
    answer.map_err(|error| error.concerning(&format!("bucket `{bucket}`")))
}

/// The request to delete these versions. The answer lists only what was not deleted.
#[expect(
    clippy::expect_used,
    reason = "the SDK refuses only a missing key or a missing list of objects"
)]
fn deletion_of(batch: &[ObjectVersion]) -> Delete {
    let identifiers = batch.iter().map(|object| {
        ObjectIdentifier::builder()
            .key(&object.key)
            .set_version_id(object.version.clone())
            .build()
            .expect("the key is set")
    });
    Delete::builder()
        .set_objects(Some(identifiers.collect()))
        .quiet(true)
        .build()
        .expect("the objects are set")
}

#[async_trait]
impl ObjectStore for S3Objects {
    async fn first_object(
        &self,
        bucket: &str,
        prefix: &str,
    ) -> Result<Option<Option<String>>, Error> {
        let client = self.clients.s3().await?;
        let call = client
            .list_objects_v2()
            .bucket(bucket)
            .prefix(prefix)
            .max_keys(1);
        let page = in_bucket(call.send().await.called("s3", "ListBucket"), bucket).if_present()?;
        Ok(page.map(|page| {
            let mut objects = page.contents.unwrap_or_default().into_iter();
            objects.find_map(|object| object.key)
        }))
    }

    async fn versions(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<(String, String)>,
        most: Option<i32>,
    ) -> Result<Option<Page<ObjectVersion>>, Error> {
        let client = self.clients.s3().await?;
        let (key_marker, version_marker) = after.unzip();
        let call = client
            .list_object_versions()
            .bucket(bucket)
            .prefix(prefix)
            .set_key_marker(key_marker)
            .set_version_id_marker(version_marker)
            .set_max_keys(most);
        let answer = in_bucket(call.send().await.called("s3", "ListBucketVersions"), bucket);
        let Some(page) = answer.if_present()? else {
            return Ok(None);
        };
        let versions = page.versions.unwrap_or_default().into_iter();
        let markers = page.delete_markers.unwrap_or_default().into_iter();
        let items = versions
            .map(|version| (version.key, version.version_id))
            .chain(markers.map(|marker| (marker.key, marker.version_id)))
            .filter_map(|(key, version)| Some(ObjectVersion { key: key?, version }));
        let next = (page.is_truncated == Some(true)).then(|| {
            let key = page.next_key_marker.unwrap_or_default();
            (key, page.next_version_id_marker.unwrap_or_default())
        });
        Ok(Some(Page {
            items: items.collect(),
            next,
        }))
    }

    async fn delete(&self, bucket: &str, batch: &[ObjectVersion]) -> Result<Vec<Kept>, Error> {
        let client = self.clients.s3().await?;
        let call = client
            .delete_objects()
            .bucket(bucket)
            .delete(deletion_of(batch));
        // A request that names versions needs the permission for versions.
        let answer = match batch.iter().any(|object| object.version.is_some()) {
            true => call.send().await.called("s3", "DeleteObjectVersion"),
            false => call.send().await.called("s3", "DeleteObject"),
        };
        let errors = in_bucket(answer, bucket)?.errors.unwrap_or_default();
        Ok(errors
            .into_iter()
            .map(|error| Kept {
                object: ObjectVersion {
                    key: error.key.unwrap_or_default(),
                    version: error.version_id,
                },
                code: error.code.unwrap_or_default(),
                message: error.message.unwrap_or_default(),
            })
            // Deleted by another program in the meantime.
            .filter(|kept| !["NoSuchKey", "NoSuchVersion"].contains(&kept.code.as_str()))
            .collect())
    }

    async fn uploads(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<(String, String)>,
    ) -> Result<Option<Page<Upload>>, Error> {
        let client = self.clients.s3().await?;
        let (key_marker, upload_marker) = after.unzip();
        let call = client
            .list_multipart_uploads()
            .bucket(bucket)
            .prefix(prefix)
            .set_key_marker(key_marker)
            .set_upload_id_marker(upload_marker);
        let answer = in_bucket(
            call.send().await.called("s3", "ListBucketMultipartUploads"),
            bucket,
        );
        let Some(page) = answer.if_present()? else {
            return Ok(None);
        };
        let uploads = page.uploads.unwrap_or_default().into_iter();
        let next = (page.is_truncated == Some(true)).then(|| {
            let key = page.next_key_marker.unwrap_or_default();
            (key, page.next_upload_id_marker.unwrap_or_default())
        });
        Ok(Some(Page {
            items: uploads
                .filter_map(|upload| {
                    Some(Upload {
                        key: upload.key?,
                        id: upload.upload_id?,
                    })
                })
                .collect(),
            next,
        }))
    }

    async fn abort_upload(&self, bucket: &str, upload: &Upload) -> Result<(), Error> {
        let client = self.clients.s3().await?;
        let call = client
            .abort_multipart_upload()
            .bucket(bucket)
            .key(&upload.key)
            .upload_id(&upload.id);
        let answer = call.send().await.called("s3", "AbortMultipartUpload");
        let aborted = in_bucket(answer, bucket);
        match aborted {
            Err(error) if !error.is("NoSuchUpload") => Err(error),
            _ => Ok(()),
        }
    }
}
