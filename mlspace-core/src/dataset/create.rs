//! Making a dataset: bucket and names checked, rows and policies of its groups, the record last.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{
    Dataset, DatasetSpec, Datasets,
    read::Found,
    sharing::{self, ShareChange},
};
use crate::{
    aws::{Error, Failure, IfPresent as _, Operation, Outcome},
    collisions::{collision, differing_only_in_case},
    layout::{DatasetKey, DatasetScope},
    project::missing_project,
    records::{DatasetRecord, Write, is_ours, mark_ours},
};

/// How long a failed create may take to put its sharing back.
const TAKING_BACK: Duration = Duration::from_secs(60);

impl Datasets {
    /// Checks a new dataset as far as that is possible before anything is applied: its own rules, and records in the way.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a broken rule or a name that differs from another's in case only; [`Error::AlreadyExists`] or
    /// [`Error::Conflict`] for a record in the way.
    pub(super) async fn check_new(&self, spec: &DatasetSpec) -> Result<(), Error> {
        spec.check()?;
        self.objects.bucket()?;
        // A table that isn't there yet may be made by the same run, and holds nothing in the way.
        self.check_case_collision(&spec.key).await.if_present()?;
        match self.find(&spec.key).await.if_present()?.flatten() {
            // A dataset that is being replaced is still there, with its old content.
            Some(found) if is_ours(&found.item) => Ok(()),
            Some(found) => check_ours(spec, &found, self.objects.bucket()?),
            None => Ok(()),
        }
    }

    /// Makes a dataset. Rows and policies of its groups come first and the record last, so that a dataset with a record is whole; all of
    /// it can be done again after an interruption.
    ///
    /// # Errors
    /// With nothing reached: without its record there is no dataset, and the next create goes on from there.
    pub async fn create(&self, operation: &Operation, spec: &DatasetSpec) -> Outcome<Dataset> {
        let _guard = self.lock(&spec.key).await;
        spec.check().map_err(Error::from)?;
        let bucket = self.objects.bucket()?;
        operation.check(&format!("creating dataset `{}`", spec.key))?;
        let mut unowned = self.objects.first(&spec.key).await?;
        self.check_project(&spec.key).await?;
        self.check_case_collision(&spec.key).await?;
        if let Some(found) = self.find(&spec.key).await? {
            check_ours(spec, &found, bucket)?;
            unowned = None;
        }
        let change = match spec.key.scope {
            DatasetScope::Group => self.shares_of_new(spec, unowned).await?,
            _ => ShareChange::default(),
        };
        if let Err(error) = self
            .share_and_record(operation, spec, bucket, &change)
            .await
        {
            self.take_back(spec, &change).await;
            return Err(error.into());
        }
        self.outcome(spec, Ok(())).await
    }

    /// The rows that a new group dataset needs. Objects that are there without a record (`unowned`) were not open to these groups, unless rows of an
    /// interrupted create or of a lost record say so: sharing them is not for a create to decide.
    async fn shares_of_new(
        &self,
        spec: &DatasetSpec,
        unowned: Option<String>,
    ) -> Result<ShareChange, Error> {
        let wanted = sharing::names(&spec.groups);
        let shared = self
            .shared_with(&spec.key.name, wanted.iter().cloned())
            .await?;
        let change = ShareChange::between(&shared, &wanted);
        match (unowned, change.add.first()) {
            (Some(object), Some(group)) => Err(exposed(&spec.key, &object, group)),
            _ => Ok(change),
        }
    }

    async fn share_and_record(
        &self,
        operation: &Operation,
        spec: &DatasetSpec,
        bucket: &str,
        change: &ShareChange,
    ) -> Result<(), Error> {
        if spec.key.scope == DatasetScope::Group {
            self.write_shares(operation, &spec.key.name, change).await?;
            let wanted = sharing::names(&spec.groups);
            self.sync_groups(operation, wanted.union(&change.remove))
                .await?;
        }
        let table = &self.clients.settings().table_names.datasets;
        let key = DatasetRecord::key(&spec.key);
        let item = mark_ours(record(spec, bucket, Timestamp::now().as_second()).item());
        match self.records.create(table, &key, item).await? {
            Write::Done => Ok(()),
            // Made meanwhile: by our own earlier try, or by someone else.
            Write::Refused => match self.find(&spec.key).await? {
                Some(found) => check_ours(spec, &found, bucket),
                None => Err(contested(&spec.key)),
            },
        }
    }

    /// Takes back the sharing of a create that failed: without a record the state holds nothing that a destroy could find it by. When
    /// even this fails, the next create of the dataset puts the rows right.
    async fn take_back(&self, spec: &DatasetSpec, change: &ShareChange) {
        if change.add.is_empty() {
            return;
        }
        let undo = ShareChange {
            add: BTreeSet::new(),
            remove: change.add.clone(),
        };
        // The create's own bounds may be what ended it.
        let operation = Operation::new(CancellationToken::new(), TAKING_BACK);
        let undone = async {
            self.write_shares(&operation, &spec.key.name, &undo).await?;
            self.sync_groups(&operation, &undo.remove).await
        };
        if let Err(error) = undone.await {
            tracing::warn!(dataset = %spec.key, %error, "could not take back the sharing of a failed create");
        }
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

    /// Refuses a name that another dataset of the scope has in another case.
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

    /// Reads back what an operation led to; an error carries it along.
    pub(super) async fn outcome(
        &self,
        spec: &DatasetSpec,
        done: Result<(), Error>,
    ) -> Outcome<Dataset> {
        let seen = self.read(&spec.key).await;
        match (done, seen) {
            (Ok(()), Ok(Some(dataset))) => Ok(dataset),
            (Ok(()), Ok(None)) => Err(gone(&spec.key).into()),
            (Err(error), Ok(reached)) => Err(Failure { error, reached }),
            (Ok(()), Err(error)) | (Err(error), Err(_)) => Err(Failure {
                error,
                reached: self.assumed(spec).await,
            }),
        }
    }

    /// What is known of a dataset that exists but cannot be read just now: the state must not lose it.
    async fn assumed(&self, spec: &DatasetSpec) -> Option<Dataset> {
        let bucket = self.objects.bucket().ok()?;
        let arn = spec.key.arn(self.clients.account().await.ok()?, bucket);
        let record = record(spec, bucket, Timestamp::now().as_second());
        let groups = sharing::names(&spec.groups);
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
        groups: sharing::names(&spec.groups).into_iter().collect(),
    }
}

/// Whether the record in the way is what an earlier, interrupted create of the same dataset wrote.
fn check_ours(spec: &DatasetSpec, found: &Found, bucket: &str) -> Result<(), Error> {
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
    if is_ours(&found.item) && found.record == ours {
        return Ok(());
    }
    Err(Error::AlreadyExists {
        what: format!("the dataset `{key}`"),
        remedy: format!("run `terraform import mlspace_dataset.NAME {key}` to manage it"),
    })
}

fn exposed(key: &DatasetKey, object: &str, group: &str) -> Error {
    Error::Conflict {
        message: format!(
            "objects are in the way that no record owns, `{object}` for one: dataset `{key}` would open them to group `{group}`"
        ),
        remedy: format!(
            "move or delete what lies under `{}`, or create the dataset with `groups = []`, look through it and share it then",
            key.prefix()
        ),
    }
}

fn contested(key: &DatasetKey) -> Error {
    Error::Conflict {
        message: format!(
            "the record of dataset `{key}` was made and removed by someone else just now"
        ),
        remedy: "apply again".to_owned(),
    }
}

/// The record went while it was worked on.
pub(super) fn gone(key: &DatasetKey) -> Error {
    Error::NotFound {
        what: format!("the record of dataset `{key}`"),
        remedy: "it was deleted by someone else: apply again to create it anew".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::spec, *};

    fn found(record: &DatasetRecord, marked_as_ours: bool) -> Found {
        let item = if marked_as_ours {
            mark_ours(record.item())
        } else {
            record.item()
        };
        Found {
            record: DatasetRecord::read(&item).unwrap(),
            item,
        }
    }

    #[test]
    fn a_private_dataset_is_made_by_its_user_unless_told_otherwise() {
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
    fn only_the_very_record_of_an_interrupted_create_is_taken_over() {
        let spec = spec("project/fraud/cards");
        let made = record(&spec, "data", 1_700_000_000);
        assert_eq!(check_ours(&spec, &found(&made, true), "data"), Ok(()));

        let theirs = check_ours(&spec, &found(&made, false), "data").unwrap_err();
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
        assert!(check_ours(&spec, &found(&edited, true), "data").is_err());

        let private = DatasetRecord {
            kind: "private".to_owned(),
            ..made
        };
        let clash = check_ours(&spec, &found(&private, true), "data").unwrap_err();
        assert!(matches!(clash, Error::Conflict { .. }), "{clash}");
    }
}
