//! Creating a dataset: checks first, then the record. The record of a dataset that is shared comes
//! before the rows and policies of its groups, and ends the create with the list of the groups:
//! MLSpace cannot list the datasets of a group that has a row without a record.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{
    Dataset, DatasetSpec, Datasets, check_description, object,
    read::FoundRecord,
    sharing::{self, ShareChange},
};
use crate::{
    aws::wait::{retry, until},
    aws::{Backoff, Error, Failure, IfPresent as _, Operation, Outcome, Poll},
    collisions::collision,
    directory::invalid_new_name,
    layout::{DatasetKey, DatasetScope},
    name::{DatasetName, same_ignoring_case},
    ownership::{Claim, Run, Token},
    project::missing_project,
    records::{
        DatasetRecord, Item, Key, ProjectRecord, Write, WriteWithin, is_unfinished, mark_unfinished,
    },
};

/// Time limit for removing the sharing of a failed create.
const ROLLBACK_TIMEOUT: Duration = Duration::from_secs(60);

impl Datasets {
    /// Checks a new dataset at plan time: its specification, and conflicts with existing records.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a broken rule or a name that differs from another only in case;
    /// [`Error::Exists`] or [`Error::Conflict`] for an existing record with its key.
    pub(super) async fn check_new(&self, spec: &DatasetSpec, run: &dyn Run) -> Result<(), Error> {
        spec.check()?;
        check_description(&spec.description)?;
        self.check_new_names(&spec.key).await?;
        self.objects.bucket()?;
        // The same run may create the table, so that a missing one has no records.
        let may_be_taken = self.may_be_taken(&spec.key).await.if_present()?;
        if may_be_taken != Some(true) {
            return Ok(());
        }
        let others = self.case_collisions(&spec.key).await.if_present()?;
        for other in others.into_iter().flatten() {
            if !run.removes(&object(&other)).await {
                return Err(case_collision(&spec.key, &other));
            }
        }
        let Some(found) = self.find(&spec.key).await.if_present()?.flatten() else {
            return Ok(());
        };
        if found.is_left_of(&spec.key) {
            return Ok(());
        }
        let (own, holder) = (object(&spec.key), found.object());
        let leaves = if holder == own {
            run.replaces(&own)
        } else {
            run.removes(&holder).await
        };
        if leaves {
            Ok(())
        } else {
            Err(taken(&spec.key, &found))
        }
    }

    /// Creates a dataset. The record of a shared dataset is marked as unfinished until rows and
    /// policies of its groups are there. After an interruption all steps can be repeated.
    ///
    /// # Errors
    /// [`Error::Exists`] for a dataset that is on record; or the first failed step, with nothing
    /// reached: what this create made is taken back, or the next create continues it.
    pub async fn create(&self, operation: &Operation, spec: &DatasetSpec) -> Outcome<Dataset> {
        spec.check().map_err(Error::from)?;
        check_description(&spec.description).map_err(Error::from)?;
        self.wait_for_case_collisions(operation, &spec.key).await?;
        let _guard = self.lock(&spec.key).await;
        self.objects.bucket()?;
        operation.check(&format!("creating dataset `{}`", spec.key))?;
        self.check_project(&spec.key).await?;
        let (existing, change) = match spec.key.scope {
            DatasetScope::Group => self.check_shares(spec).await?,
            // An existing record refuses the new one, and nothing is done before.
            _ => {
                self.objects.check_bucket(&spec.key).await?;
                self.check_new_names(&spec.key).await?;
                (None, ShareChange::default())
            }
        };
        let token = Token::random();
        let mut created = false;
        self.names.create(&spec.key);
        let done = self
            .record_and_share(operation, spec, existing, &token, &change, &mut created)
            .await;
        let (recorded, failed) = match done {
            Ok(record) => (Some(record), None),
            Err(error) => (None, Some(error)),
        };
        if let Some(error) = failed
            // If only the response of the last call was lost, it is complete.
            && !self.is_complete(&spec.key, &token).await
        {
            self.roll_back(spec, &token, &change, created).await;
            return Err(error.into());
        }
        if spec.key.scope != DatasetScope::Group
            && let Some(record) = recorded
        {
            return self.recorded(spec, record, token).await;
        }
        match self.read(&spec.key).await {
            Ok(Some(dataset)) => Ok(dataset),
            Ok(None) => Err(deleted_record(&spec.key).into()),
            // It is complete, and an error would have Terraform replace it.
            Err(error) => match self.assumed(spec).await {
                Some(dataset) => Ok(Dataset {
                    token: Some(token),
                    ..dataset
                }),
                None => Err(error.into()),
            },
        }
    }

    /// The dataset that has just been recorded so, and that nothing is shared of.
    async fn recorded(
        &self,
        spec: &DatasetSpec,
        record: DatasetRecord,
        token: Token,
    ) -> Outcome<Dataset> {
        let bucket = self.objects.bucket()?;
        let arn = spec.key.arn(self.clients.account().await?, bucket);
        let location = spec.key.location(bucket);
        Ok(Dataset {
            token: Some(token),
            ..super::read::dataset(&spec.key, record, BTreeSet::new(), location, arn)
        })
    }

    /// The record that an interrupted create of a group dataset left, and the rows that it needs.
    ///
    /// # Errors
    /// For a dataset that is on record, or that would open objects of none.
    async fn check_shares(
        &self,
        spec: &DatasetSpec,
    ) -> Result<(Option<FoundRecord>, ShareChange), Error> {
        let mut unowned = self.objects.first(&spec.key).await?;
        let existing = self.find(&spec.key).await?;
        match &existing {
            Some(found) if found.is_left_of(&spec.key) => unowned = None,
            Some(found) => return Err(taken(&spec.key, found)),
            None => self.check_new_names(&spec.key).await?,
        }
        let change = self.shares_of_new(spec, unowned).await?;
        Ok((existing, change))
    }

    /// Whether the dataset's record has this token and is finished, as far as it can be read.
    async fn is_complete(&self, key: &DatasetKey, token: &Token) -> bool {
        let found = self.find(key).await.ok().flatten();
        found.is_some_and(|found| {
            found.token().as_ref() == Some(token) && !is_unfinished(&found.item)
        })
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
    /// dataset. Sets `created` when the record is this create's, or may be. Returns the record as it was written
    /// first.
    async fn record_and_share(
        &self,
        operation: &Operation,
        spec: &DatasetSpec,
        existing: Option<FoundRecord>,
        token: &Token,
        change: &ShareChange,
        created: &mut bool,
    ) -> Result<DatasetRecord, Error> {
        let bucket = self.objects.bucket()?;
        let desired = sharing::group_names(&spec.groups);
        let shares = !desired.is_empty() || !change.remove.is_empty();
        let found = match existing {
            Some(found) => self.take_over(&spec.key, found, token).await?,
            None => {
                let mut record = record(spec, bucket, Timestamp::now().as_second());
                let item = if shares {
                    record.groups.clear();
                    mark_unfinished(record.item())
                } else {
                    record.item()
                };
                let item = token.mark(item);
                let key = DatasetRecord::key(&spec.key);
                let written = self.record_new(operation, &spec.key, &key, &item).await;
                *created = match &written {
                    Ok(written) => *written == WriteWithin::Done,
                    Err(error) => error.code().is_none(),
                };
                match written? {
                    WriteWithin::Done => FoundRecord { item, record },
                    WriteWithin::NoParent => {
                        if let DatasetScope::Project(project) = &spec.key.scope
                            && !self.projects.exists(project).await?
                        {
                            return Err(missing_project("scope", project));
                        }
                        return Err(leaving_project(&spec.key));
                    }
                    // Created meanwhile by another program.
                    WriteWithin::Refused => {
                        let found = self.find(&spec.key).await?;
                        let found = found.ok_or_else(|| contested_record(&spec.key))?;
                        return Err(taken(&spec.key, &found));
                    }
                }
            }
        };
        if shares {
            self.write_shares(operation, &spec.key.name, change).await?;
            self.sync_groups(operation, desired.union(&change.remove))
                .await?;
        }
        let claim = Claim::Token(token.clone());
        let record = found.record.clone();
        self.update_record(&claim, spec, found).await?;
        Ok(record)
    }

    /// Writes the record of a new dataset. That of a project's is written only while the project is
    /// on record and not being removed, so that no dataset outlives its project.
    async fn record_new(
        &self,
        operation: &Operation,
        dataset: &DatasetKey,
        key: &Key,
        item: &Item,
    ) -> Result<WriteWithin, Error> {
        let tables = &self.clients.settings().table_names;
        let DatasetScope::Project(project) = &dataset.scope else {
            let written = self.records.create(&tables.datasets, key, item.clone());
            return Ok(match written.await? {
                Write::Done => WriteWithin::Done,
                Write::Refused => WriteWithin::Refused,
            });
        };
        let parent = ProjectRecord::key(project);
        let parent = (tables.projects.as_str(), &parent);
        retry(operation, &format!("recording dataset `{dataset}`"), || {
            self.records
                .create_within(parent, &tables.datasets, key, item.clone())
        })
        .await
    }

    /// Gives the record of an interrupted create this create's token.
    async fn take_over(
        &self,
        key: &DatasetKey,
        mut found: FoundRecord,
        token: &Token,
    ) -> Result<FoundRecord, Error> {
        let change = token.replacing("scope", &found.item);
        let table = &self.clients.settings().table_names.datasets;
        match self
            .records
            .update(table, &DatasetRecord::key(key), &change)
            .await?
        {
            Write::Done => {
                found.item = token.mark(found.item);
                Ok(found)
            }
            Write::Refused => Err(contested_record(key)),
        }
    }

    /// Removes the sharing of a failed create, and the record that it `created`: without a result,
    /// Terraform's state has nothing that a destroy could find the dataset by. If this fails too, the
    /// next create of the dataset continues.
    async fn roll_back(
        &self,
        spec: &DatasetSpec,
        token: &Token,
        change: &ShareChange,
        created: bool,
    ) {
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
            let found = self.find(&spec.key).await?;
            if created && found.is_some_and(|found| found.token().as_ref() == Some(token)) {
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
        match self.projects.recent_record(project).await.as_deref() {
            Ok(None) => Err(missing_project("scope", project)),
            // Its content is of no importance here.
            Ok(Some(_)) | Err(Error::Record { .. }) => Ok(()),
            Err(error) => Err(error.clone()),
        }
    }

    /// Datasets of the same type and scope whose names differ from this one only in case.
    async fn case_collisions(&self, key: &DatasetKey) -> Result<Vec<DatasetKey>, Error> {
        let table = &self.clients.settings().table_names.datasets;
        let items = self
            .records
            .query(table, "scope", key.record_scope())
            .await?;
        Ok(items
            .iter()
            .filter_map(|item| DatasetRecord::read(item).ok())
            .filter(|other| other.kind == key.scope.kind())
            .filter_map(|other| other.name.parse::<DatasetName>().ok())
            .filter(|name| {
                *name != key.name && same_ignoring_case(name.as_str(), key.name.as_str())
            })
            .map(|name| DatasetKey::new(key.scope.clone(), name))
            .collect())
    }

    /// Refuses a name that differs from another only in case. One that this process is about to
    /// remove is waited for.
    async fn wait_for_case_collisions(
        &self,
        operation: &Operation,
        key: &DatasetKey,
    ) -> Result<(), Error> {
        if !self.may_be_taken(key).await? {
            return Ok(());
        }
        let what = format!("waiting until no dataset differs from `{key}` only in case");
        until(operation, &what, Backoff::QUICK, || async move {
            match self.case_collisions(key).await?.first() {
                None => Ok(Poll::Ready(())),
                Some(other) if operation.run().removes(&object(other)).await => {
                    Ok(Poll::Pending(format!("`{other}` is still on record")))
                }
                Some(other) => Err(case_collision(key, other)),
            }
        })
        .await
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

/// The error for an existing record with the dataset's key.
fn taken(key: &DatasetKey, found: &FoundRecord) -> Error {
    if found.record.kind == key.scope.kind() {
        return object(key).exists();
    }
    Error::Conflict {
        message: format!(
            "dataset `{key}` cannot be recorded: the record of the {} dataset `{}` in scope `{}` has the same key",
            found.record.kind, key.name, found.record.scope
        ),
        remedy: "choose another name".to_owned(),
    }
}

fn case_collision(key: &DatasetKey, other: &DatasetKey) -> Error {
    collision("name", "dataset", key.name.as_str(), other.name.as_str())
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

/// The error for a dataset of a project that another process removes.
fn leaving_project(key: &DatasetKey) -> Error {
    Error::Conflict {
        message: format!("the project of dataset `{key}` is being removed by another process"),
        remedy: "apply again when that is done, and create the project first".to_owned(),
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
    fn taken_tells_the_dataset_from_one_with_its_key() {
        let spec = spec("project/fraud/cards");
        let found = |kind: &str| {
            let record = DatasetRecord {
                kind: kind.to_owned(),
                ..record(&spec, "data", 1)
            };
            FoundRecord {
                item: record.item(),
                record,
            }
        };
        let same = taken(&spec.key, &found("project"));
        assert_eq!(same, object(&spec.key).exists());
        let other = taken(&spec.key, &found("private"));
        assert!(matches!(other, Error::Conflict { .. }), "{other}");
        assert_eq!(found("private").object().id, "private/fraud/cards");
    }
}
