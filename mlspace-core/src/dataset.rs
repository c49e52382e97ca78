//! Datasets: a prefix of the data bucket, its record, and the groups that it is shared with.
//!
//! S3 has no folders, so a dataset starts without any object: only its record says that it exists.
//! Access to the objects follows from the prefix (a project's members, one user, all users), with
//! or without a record. Only group datasets are opened by rows of their own.

mod check;
mod create;
mod delete;
#[cfg(test)]
pub(crate) mod fake;
mod names;
mod objects;
mod plan;
mod read;
mod s3;
mod sharing;
#[cfg(test)]
mod tests;
mod update;

pub use plan::PlannedDataset;

pub use check::{DESCRIPTION_MAX, DatasetSpecError, check_description};

#[cfg(test)]
pub(crate) use objects::Upload;
pub(crate) use objects::{DatasetObjects, ObjectStore};
pub(crate) use s3::S3Objects;

use std::sync::Arc;

use crate::aws::lock::Locks;
use crate::aws::{Clients, Guard};
use crate::directory::Directory;
use crate::group::Groups;
use crate::layout::DatasetKey;
use crate::name::{GroupName, UserName};
use crate::ownership::{Kind, Object, Owned, Token};
use crate::project::ProjectRecords;
use crate::records::RecordStore;
use names::DatasetNames;

/// Datasets of all types.
pub struct Datasets {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    objects: DatasetObjects,
    projects: Arc<ProjectRecords>,
    groups: Arc<Groups>,
    directory: Arc<Directory>,
    locks: Locks,
    names: DatasetNames,
}

impl Datasets {
    /// Datasets with their records in `records` and their objects in `objects`, shared with
    /// `groups`.
    pub(crate) fn new(
        clients: Clients,
        records: Arc<dyn RecordStore>,
        objects: Arc<dyn ObjectStore>,
        projects: Arc<ProjectRecords>,
        groups: Arc<Groups>,
        directory: Arc<Directory>,
    ) -> Self {
        Self {
            objects: DatasetObjects::new(clients.clone(), objects),
            clients,
            records,
            projects,
            groups,
            directory,
            locks: Locks::default(),
            names: DatasetNames::default(),
        }
    }

    /// Locks the dataset of this key: no other operation of this process changes it while the guard
    /// is held.
    async fn lock(&self, key: &DatasetKey) -> Guard {
        let key = format!("{}/{}", key.record_scope(), key.name);
        self.locks.lock(&key).await
    }
}

/// The desired state of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetSpec {
    /// The scope and the name.
    pub key: DatasetKey,
    /// The groups that a group dataset is shared with; none for the other types.
    pub groups: Vec<GroupName>,
    /// Description of the content.
    pub description: String,
    /// The user who owns the record and can edit it in MLSpace's web application. `None` is the
    /// user of a private dataset and no user for other types; an existing record keeps its value.
    pub created_by: Option<UserName>,
}

/// The current state of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// The scope and the name.
    pub key: DatasetKey,
    /// The groups that it is shared with, sorted.
    pub groups: Vec<String>,
    /// Description of the content.
    pub description: String,
    /// The user who owns the record, or empty.
    pub created_by: String,
    /// Its prefix in the data bucket, with a `/` at the end.
    pub prefix: String,
    /// The prefix as a URL, `s3://…/`.
    pub location: String,
    /// ARN of the prefix.
    pub arn: String,
    /// Creation time of the record, in seconds since the epoch.
    pub created_at: i64,
    /// Time of the record's last change, in seconds since the epoch.
    pub last_updated_at: i64,
    /// Changes by others that no other field shows, one clause each.
    pub drift: Vec<String>,
    /// The token in its record.
    pub token: Option<Token>,
}

impl Owned for Dataset {
    fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }
}

/// The dataset, as an object that someone manages.
fn object(key: &DatasetKey) -> Object {
    Object::new(Kind::Dataset, key.id())
}
