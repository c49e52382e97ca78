//! In-memory objects for unit tests.

use std::sync::Mutex;

use async_trait::async_trait;

use super::objects::{Kept, ObjectStore, ObjectVersion, Page, Upload};
use crate::aws::Error;
use crate::testing::Faults;

/// An object's version in the fake bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FakeObject {
    pub(crate) key: String,
    pub(crate) version: String,
    /// Whether it is the current version, and not an older one or a delete marker.
    pub(crate) current: bool,
    /// Whether an object lock keeps it.
    pub(crate) locked: bool,
}

/// One bucket in memory.
pub(crate) struct FakeObjects {
    /// `None` when the bucket does not exist.
    bucket: Mutex<Option<Vec<FakeObject>>>,
    uploads: Mutex<Vec<Upload>>,
    /// What the next delete answers for versions that it keeps, in addition to locked ones.
    busy: Mutex<Vec<Kept>>,
    /// How many versions a page holds.
    page: usize,
    faults: Faults,
}

impl FakeObjects {
    /// An empty bucket; `faults` can interrupt the calls.
    pub(crate) fn new(faults: Faults) -> Self {
        Self {
            bucket: Mutex::new(Some(Vec::new())),
            uploads: Mutex::default(),
            busy: Mutex::default(),
            page: 2,
            faults,
        }
    }

    /// Adds the current version of an object.
    pub(crate) fn put(&self, key: &str) {
        self.add(key, true, false);
    }

    /// Adds a version that is current or not, locked or not.
    pub(crate) fn add(&self, key: &str, current: bool, locked: bool) {
        let mut bucket = self.bucket.lock().unwrap();
        let objects = bucket.as_mut().unwrap();
        let version = format!("v{}", objects.len());
        objects.push(FakeObject {
            key: key.to_owned(),
            version,
            current,
            locked,
        });
    }

    /// Lets the next delete keep all versions of the object for this reason.
    pub(crate) fn keep_once(&self, key: &str, code: &str) {
        let bucket = self.bucket.lock().unwrap();
        let versions = bucket.iter().flatten().filter(|object| object.key == key);
        self.busy
            .lock()
            .unwrap()
            .extend(versions.map(|object| Kept {
                object: ObjectVersion {
                    key: key.to_owned(),
                    version: Some(object.version.clone()),
                },
                code: code.to_owned(),
                message: String::new(),
            }));
    }

    /// Starts an upload.
    pub(crate) fn start_upload(&self, key: &str) {
        let mut uploads = self.uploads.lock().unwrap();
        let id = format!("u{}", uploads.len());
        uploads.push(Upload {
            key: key.to_owned(),
            id,
        });
    }

    /// Removes the bucket.
    pub(crate) fn drop_bucket(&self) {
        *self.bucket.lock().unwrap() = None;
    }

    /// Everything in the bucket.
    pub(crate) fn objects(&self) -> Vec<FakeObject> {
        self.bucket.lock().unwrap().clone().unwrap_or_default()
    }

    /// Uploads that are not completed.
    pub(crate) fn pending_uploads(&self) -> Vec<Upload> {
        self.uploads.lock().unwrap().clone()
    }
}

#[async_trait]
impl ObjectStore for FakeObjects {
    async fn first_object(
        &self,
        _bucket: &str,
        prefix: &str,
    ) -> Result<Option<Option<String>>, Error> {
        self.faults.read("s3", "ListBucket")?;
        Ok(self.bucket.lock().unwrap().as_ref().map(|objects| {
            let found = objects
                .iter()
                .find(|object| object.current && object.key.starts_with(prefix));
            found.map(|object| object.key.clone())
        }))
    }

    async fn versions(
        &self,
        _bucket: &str,
        prefix: &str,
        after: Option<(String, String)>,
        most: Option<i32>,
    ) -> Result<Option<Page<ObjectVersion>>, Error> {
        self.faults.read("s3", "ListBucketVersions")?;
        let size = most.map_or(self.page, |most| usize::try_from(most).unwrap());
        Ok(self.bucket.lock().unwrap().as_ref().map(|objects| {
            let mut found: Vec<(String, String)> = objects
                .iter()
                .filter(|object| object.key.starts_with(prefix))
                .map(|object| (object.key.clone(), object.version.clone()))
                .filter(|object| after.as_ref().is_none_or(|after| object > after))
                .collect();
            found.sort();
            let more = found.len() > size;
            found.truncate(size);
            let next = found.last().cloned().filter(|_| more);
            let items = found.into_iter().map(|(key, version)| ObjectVersion {
                key,
                version: Some(version),
            });
            Page {
                items: items.collect(),
                next,
            }
        }))
    }

    async fn delete(&self, _bucket: &str, batch: &[ObjectVersion]) -> Result<Vec<Kept>, Error> {
        self.faults.write("s3", "DeleteObject", || {
            let mut bucket = self.bucket.lock().unwrap();
            let objects = bucket.as_mut().unwrap();
            let asked = |object: &FakeObject| {
                batch.iter().any(|asked| {
                    asked.key == object.key && asked.version.as_ref() == Some(&object.version)
                })
            };
            let kept = objects
                .iter()
                .filter(|object| asked(object) && object.locked)
                .map(|object| Kept {
                    object: ObjectVersion {
                        key: object.key.clone(),
                        version: Some(object.version.clone()),
                    },
                    code: "AccessDenied".to_owned(),
                    message: String::new(),
                })
                .chain(std::mem::take(&mut *self.busy.lock().unwrap()))
                .collect::<Vec<Kept>>();
            let is_kept = |object: &FakeObject| {
                let kept = kept.iter().map(|kept| &kept.object);
                let version = Some(&object.version);
                let mut same = kept.filter(|kept| kept.version.as_ref() == version);
                same.any(|kept| kept.key == object.key)
            };
            objects.retain(|object| is_kept(object) || !asked(object));
            Ok(kept)
        })
    }

    async fn uploads(
        &self,
        _bucket: &str,
        prefix: &str,
        _after: Option<(String, String)>,
    ) -> Result<Option<Page<Upload>>, Error> {
        self.faults.read("s3", "ListBucketMultipartUploads")?;
        let uploads = self.uploads.lock().unwrap();
        let items = uploads
            .iter()
            .filter(|upload| upload.key.starts_with(prefix))
            .cloned()
            .collect();
        Ok(self
            .bucket
            .lock()
            .unwrap()
            .as_ref()
            .map(|_| Page { items, next: None }))
    }

    async fn abort_upload(&self, _bucket: &str, upload: &Upload) -> Result<(), Error> {
        self.faults.write("s3", "AbortMultipartUpload", || {
            self.uploads.lock().unwrap().retain(|other| other != upload);
            Ok(())
        })
    }
}
