//! Creating a dataset: checks first, then the record. The record of a dataset that is shared comes
//! before the rows and policies of its groups, and ends the create with the list of the groups:
//! MLSpace cannot list the datasets of a group that has a row without a record.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{
    Dataset, DatasetSpec, Datasets, check_description,
    read::FoundRecord,
    sharing::{self, ShareChange},
};
use crate::{
    aws::{Error, Failure, IfPresent as _, Operation, Outcome},
    collisions::{collision, differing_only_in_case},
    directory::invalid_new_name,
    layout::{DatasetKey, DatasetScope},
    project::missing_project,
    records::{DatasetRecord, Write, is_ours, is_unfinished, mark_ours, mark_unfinished},
};

/// Time limit for removing the sharing of a failed create.
const ROLLBACK_TIMEOUT: Duration = Duration::from_secs(60);

impl Datasets {
    /// Checks a new dataset at plan time: its specification, and conflicts with existing records.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a broken rule or a name that differs from another only in case;
    /// [`Error::AlreadyExists`] or [`Error::Conflict`] for an existing record with its key.
    pub(super) async fn check_new(&self, spec: &DatasetSpec) -> Result<(), Error> {
        spec.check()?;
        check_description(&spec.description)?;
        self.check_new_names(&spec.key).await?;
        self.objects.bucket()?;
        // The same run may create the table, so that a missing one has no records.
        self.check_case_collision(&spec.key).await.if_present()?;
        match self.find(&spec.key).await.if_present()?.flatten() {
            // A dataset that this run replaces still has its record, with the old content.
            Some(found) if is_ours(&found.item) => Ok(()),
            Some(found) => check_own_record(spec, &found, self.objects.bucket()?),
            None => Ok(()),
        }
    }

    /// Creates a dataset. The record of a shared dataset is marked as unfinished until rows and
    /// policies of its groups are there. After an interruption all steps can be repeated.
    ///
    /// # Errors
    /// The first failed step, with nothing reached: what this create made is taken back, or the
    /// next create continues it.
    pub async fn create(&self, operation: &Operation, spec: &DatasetSpec) -> Outcome<Dataset> {
        let _guard = self.lock(&spec.key).await;
        spec.check().map_err(Error::from)?;
        check_description(&spec.description).map_err(Error::from)?;
        let bucket = self.objects.bucket()?;
        operation.check(&format!("creating dataset `{}`", spec.key))?;
        let mut unowned = self.objects.first(&spec.key).await?;
        self.check_project(&spec.key).await?;
        self.check_case_collision(&spec.key).await?;
        let existing = self.find(&spec.key).await?;
        match &existing {
            Some(found) => {
                check_own_record(spec, found, bucket)?;
                unowned = None;
            }
            None => self.check_new_names(&spec.key).await?,
        }
        let change = match spec.key.scope {
            DatasetScope::Group => self.shares_of_new(spec, unowned).await?,
            _ => ShareChange::default(),
        };
        let mut created = false;
        if let Err(error) = self
            .record_and_share(operation, spec, existing, &change, &mut created)
            .await
        {
            self.roll_back(spec, &change, created).await;
            return Err(error.into());
        }
        self.outcome(spec, Ok(())).await
    }

    /// The rows that a new group dataset needs.
    ///
    /// `unowned` is an object under the prefix of a dataset without a record. Sharing it would open
    /// it to groups that had no access so far, which a create must not decide. Rows that exist
    /// already, from an interrupted create or a lost record, do not open anything new.
    async fn shares_of_new(
        &self,
        spec: &DatasetSpec,
        unowned: Option<String>,
    ) -> Result<ShareChange, Error> {
        let desired = sharing::group_names(&spec.groups);
        let shared = self
            .shared_with(&spec.key.name, desired.iter().cloned())
            .await?;
        let change = ShareChange::between(&shared, &desired);
        match (unowned, change.add.first()) {
            (Some(object), Some(group)) => Err(exposure_error(&spec.key, &object, group)),
            _ => Ok(change),
        }
    }

    /// Writes the record, unless there is an `existing` one of an interrupted create, and shares the
    /// dataset. Sets `created` when the record is this create's.
    async fn record_and_share(
        &self,
        operation: &Operation,
        spec: &DatasetSpec,
        existing: Option<FoundRecord>,
        change: &ShareChange,
        created: &mut bool,
    ) -> Result<(), Error> {
        let bucket = self.objects.bucket()?;
        let desired = sharing::group_names(&spec.groups);
        let shares = !desired.is_empty() || !change.remove.is_empty();
        let found = match existing {
            Some(found) => found,
            None => {
                let mut record = record(spec, bucket, Timestamp::now().as_second());
                let item = if shares {
                    record.groups.clear();
                    mark_unfinished(record.item())
                } else {
                    mark_ours(record.item())
                };
                let table = &self.clients.settings().table_names.datasets;
                let key = DatasetRecord::key(&spec.key);
                match self.records.create(table, &key, item.clone()).await? {
                    Write::Done => {
                        *created = true;
                        FoundRecord { item, record }
                    }
                    // Created meanwhile, by an earlier attempt of this create or by another program.
                    Write::Refused => {
                        let found = self.find(&spec.key).await?;
                        let found = found.ok_or_else(|| contested_record(&spec.key))?;
                        check_own_record(spec, &found, bucket)?;
                        found
                    }
                }
            }
        };
        if shares {
            self.write_shares(operation, &spec.key.name, change).await?;
            self.sync_groups(operation, desired.union(&change.remove))
                .await?;
        }
        self.update_record(spec, found).await
    }

    /// Removes the sharing of a failed create, and the record that it `created`: without a result,
    /// Terraform's state has nothing that a destroy could find the dataset by. If this fails too, the
    /// next create of the dataset continues.
    async fn roll_back(&self, spec: &DatasetSpec, change: &ShareChange, created: bool) {
        // A new operation, because the create may have failed by its time limit or cancellation.
        let operation = Operation::new(CancellationToken::new(), ROLLBACK_TIMEOUT);
        let undone = async {
            if !change.add.is_empty() {
                let undo = ShareChange {
                    add: BTreeSet::new(),
                    remove: change.add.clone(),
                };
                self.write_shares(&operation, &spec.key.name, &undo).await?;
                self.sync_groups(&operation, &undo.remove).await?;
            }
            if created {
                let table = &self.clients.settings().table_names.datasets;
                self.records
                    .delete(table, &DatasetRecord::key(&spec.key))
                    .await?;
            }
            Ok::<(), Error>(())
        };
        if let Err(error) = undone.await {
            tracing::warn!(dataset = %spec.key, %error, "could not take back a failed create");
        }
    }

    /// Refuses names that only an existing dataset or project can have.
    async fn check_new_names(&self, key: &DatasetKey) -> Result<(), Error> {
        key.name
            .check_new()
            .map_err(|error| invalid_new_name("name", &error))?;
        if let DatasetScope::Project(project) = &key.scope
            && let Err(error) = project.check_new()
            && !self.projects.exists(project).await?
        {
            return Err(invalid_new_name("scope", &error));
        }
        Ok(())
    }

    async fn check_project(&self, key: &DatasetKey) -> Result<(), Error> {
        let DatasetScope::Project(project) = &key.scope else {
            return Ok(());
        };
        if self.projects.exists(project).await? {
            Ok(())
        } else {
            Err(missing_project("scope", project))
        }
    }

    /// Refuses a name that differs only in case from another dataset of the same scope and type.
    async fn check_case_collision(&self, key: &DatasetKey) -> Result<(), Error> {
        let table = &self.clients.settings().table_names.datasets;
        let items = self
            .records
            .query(table, "scope", key.record_scope())
            .await?;
        let names: Vec<String> = items
            .iter()
            .filter_map(|item| DatasetRecord::read(item).ok())
            .filter(|other| other.kind == key.scope.kind())
            .map(|other| other.name)
            .collect();
        match differing_only_in_case(&names, key.name.as_str()) {
            None => Ok(()),
            Some(other) => Err(collision("name", "dataset", key.name.as_str(), other)),
        }
    }

    /// The result of an operation: the dataset as it is now, together with the error if there is
    /// one.
    pub(super) async fn outcome(
        &self,
        spec: &DatasetSpec,
        done: Result<(), Error>,
    ) -> Outcome<Dataset> {
        let seen = self.read(&spec.key).await;
        match (done, seen) {
            (Ok(()), Ok(Some(dataset))) => Ok(dataset),
            (Ok(()), Ok(None)) => Err(deleted_record(&spec.key).into()),
            (Err(error), Ok(reached)) => Err(Failure { error, reached }),
            (Ok(()), Err(error)) | (Err(error), Err(_)) => Err(Failure {
                error,
                reached: self.assumed(spec).await,
            }),
        }
    }

    /// The dataset as far as it is known when it cannot be read. It may exist, so that Terraform's
    /// state must keep it.
    async fn assumed(&self, spec: &DatasetSpec) -> Option<Dataset> {
        let bucket = self.objects.bucket().ok()?;
        let arn = spec.key.arn(self.clients.account().await.ok()?, bucket);
        let record = record(spec, bucket, Timestamp::now().as_second());
        let groups = sharing::group_names(&spec.groups);
        Some(super::read::dataset(
            &spec.key,
            record,
            groups,
            spec.key.location(bucket),
            arn,
        ))
    }
}

/// The record of a new dataset; `now` in seconds since the epoch.
pub(super) fn record(spec: &DatasetSpec, bucket: &str, now: i64) -> DatasetRecord {
    let created_by = match (&spec.created_by, &spec.key.scope) {
        (Some(user), _) | (None, DatasetScope::Private(user)) => user.to_string(),
        (None, _) => String::new(),
    };
    DatasetRecord {
        scope: spec.key.record_scope().to_owned(),
        name: spec.key.name.to_string(),
        kind: spec.key.scope.kind().to_owned(),
        description: spec.description.clone(),
        location: spec.key.location(bucket),
        created_by,
        created_at: now,
        last_updated_at: now,
        groups: sharing::group_names(&spec.groups).into_iter().collect(),
    }
}

/// Accepts a record that an earlier, interrupted create of the same dataset wrote: an unfinished
/// one, or the finished one before Terraform has saved its state.
fn check_own_record(spec: &DatasetSpec, found: &FoundRecord, bucket: &str) -> Result<(), Error> {
    let key = &spec.key;
    if found.record.kind != key.scope.kind() {
        return Err(Error::Conflict {
            message: format!(
                "dataset `{key}` cannot be recorded: the record of the {} dataset `{}` in scope `{}` has the same key",
                found.record.kind, key.name, found.record.scope
            ),
            remedy: "choose another name".to_owned(),
        });
    }
    let ours = DatasetRecord {
        created_at: found.record.created_at,
        last_updated_at: found.record.last_updated_at,
        ..record(spec, bucket, 0)
    };
    if is_unfinished(&found.item) || is_ours(&found.item) && found.record == ours {
        return Ok(());
    }
    Err(Error::AlreadyExists {
        what: format!("the dataset `{key}`"),
        remedy: format!("run `terraform import mlspace_dataset.NAME {key}` to manage it"),
    })
}

fn exposure_error(key: &DatasetKey, object: &str, group: &str) -> Error {
    Error::Conflict {
        message: format!(
            "dataset `{key}` would open existing objects without a record, such as `{object}`, to group `{group}`"
        ),
        remedy: format!(
            "move or delete the objects under `{}`, or create the dataset with `groups = []`, check them and share it afterwards",
            key.prefix()
        ),
    }
}

fn contested_record(key: &DatasetKey) -> Error {
    Error::Conflict {
        message: format!(
            "another program created and deleted the record of dataset `{key}` at the same time"
        ),
        remedy: "apply again".to_owned(),
    }
}

/// The error for a record that was deleted during an operation.
pub(super) fn deleted_record(key: &DatasetKey) -> Error {
    Error::NotFound {
        what: format!("the record of dataset `{key}`"),
        remedy: "another program deleted it: apply again to create it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::dataset as spec;

    fn found(record: &DatasetRecord, marked_as_ours: bool) -> FoundRecord {
        let item = if marked_as_ours {
            mark_ours(record.item())
        } else {
            record.item()
        };
        FoundRecord {
            record: DatasetRecord::read(&item).unwrap(),
            item,
        }
    }

    #[test]
    fn record_of_a_private_dataset_belongs_to_its_user() {
        assert_eq!(
            record(&spec("private/alice/x"), "data", 1).created_by,
            "alice"
        );
        assert_eq!(record(&spec("project/fraud/x"), "data", 1).created_by, "");
        let bob = DatasetSpec {
            created_by: Some("bob".parse().unwrap()),
            ..spec("private/alice/x")
        };
        assert_eq!(record(&bob, "data", 1).created_by, "bob");
    }

    #[test]
    fn check_ours_accepts_the_same_marked_record() {
        let spec = spec("project/fraud/cards");
        let made = record(&spec, "data", 1_700_000_000);
        assert_eq!(check_own_record(&spec, &found(&made, true), "data"), Ok(()));

        let theirs = check_own_record(&spec, &found(&made, false), "data").unwrap_err();
        assert!(
            theirs
                .to_string()
                .contains("terraform import mlspace_dataset.NAME project/fraud/cards"),
            "{theirs}"
        );

        let edited = DatasetRecord {
            description: "edited".to_owned(),
            ..made.clone()
        };
        assert!(check_own_record(&spec, &found(&edited, true), "data").is_err());

        let private = DatasetRecord {
            kind: "private".to_owned(),
            ..made
        };
        let clash = check_own_record(&spec, &found(&private, true), "data").unwrap_err();
        assert!(matches!(clash, Error::Conflict { .. }), "{clash}");
    }
}
