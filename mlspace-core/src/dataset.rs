//! Datasets: a prefix of the data bucket, the record that announces it, and the groups it is shared with.
//!
//! S3 has no folders, so a dataset begins with no object at all: its record makes it one. What lies under its prefix is open to whom the
//! prefix belongs (a project's members, a user, everybody) with or without the record; only group datasets are opened by their own rows.

mod check;
mod create;
mod delete;
#[cfg(test)]
pub(crate) mod fake;
mod objects;
mod plan;
mod read;
mod s3;
mod sharing;
mod update;

pub use plan::PlannedDataset;

pub use check::{DESCRIPTION_MAX, DatasetSpecError, check_description};

pub(crate) use objects::{DatasetObjects, ObjectStore};
pub(crate) use s3::S3Objects;

use std::sync::Arc;

use crate::aws::lock::Locks;
use crate::aws::{Clients, Guard};
use crate::group::Groups;
use crate::layout::DatasetKey;
use crate::name::{GroupName, UserName};
use crate::project::ProjectRecords;
use crate::records::RecordStore;

/// Datasets of all types.
pub struct Datasets {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    objects: DatasetObjects,
    projects: Arc<ProjectRecords>,
    groups: Arc<Groups>,
    locks: Locks,
}

impl Datasets {
    /// Datasets on record in `records`, with their objects in `objects`, shared with `groups`.
    pub(crate) fn new(
        clients: Clients,
        records: Arc<dyn RecordStore>,
        objects: Arc<dyn ObjectStore>,
        projects: Arc<ProjectRecords>,
        groups: Arc<Groups>,
    ) -> Self {
        Self {
            objects: DatasetObjects::new(clients.clone(), objects),
            clients,
            records,
            projects,
            groups,
            locks: Locks::default(),
        }
    }

    /// Waits until this process changes no dataset under this key, and keeps it so while the guard is held.
    async fn lock(&self, key: &DatasetKey) -> Guard {
        let key = format!("{}/{}", key.record_scope(), key.name);
        self.locks.lock(&key).await
    }
}

/// A dataset as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetSpec {
    /// Whose it is and its name.
    pub key: DatasetKey,
    /// The groups that a group dataset is shared with; none for the other types.
    pub groups: Vec<GroupName>,
    /// What it holds.
    pub description: String,
    /// Who made it, and may edit it in MLSpace's web application; absent, it is a private dataset's user, else nobody, and an existing
    /// record keeps what it has.
    pub created_by: Option<UserName>,
}

/// A dataset as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// Whose it is and its name.
    pub key: DatasetKey,
    /// The groups that it is shared with, sorted.
    pub groups: Vec<String>,
    /// What it holds.
    pub description: String,
    /// Who made it; may be empty.
    pub created_by: String,
    /// Its prefix in the data bucket, with a `/` at the end.
    pub prefix: String,
    /// The prefix as a URL, `s3://…/`.
    pub location: String,
    /// ARN of the prefix.
    pub arn: String,
    /// When it was recorded, in seconds since the epoch.
    pub created_at: i64,
    /// When its record last changed, in seconds since the epoch.
    pub last_updated_at: i64,
    /// What was changed outside that no other field shows: one sentence each.
    pub drift: Vec<String>,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::DatasetSpec;

    /// A dataset with this id that says nothing else.
    pub(crate) fn spec(id: &str) -> DatasetSpec {
        DatasetSpec {
            key: id.parse().unwrap(),
            groups: Vec::new(),
            description: String::new(),
            created_by: None,
        }
    }
}
