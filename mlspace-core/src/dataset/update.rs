//! Changing a dataset in place.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    Dataset, DatasetSpec, Datasets, check_description,
    create::deleted_record,
    object,
    read::FoundRecord,
    sharing::{self, ShareChange},
};
use crate::{
    aws::{Error, Operation, Outcome},
    layout::DatasetScope,
    ownership::Claim,
    records::{Change, DatasetRecord, UNFINISHED, Write, is_unfinished},
};

/// How often an update is attempted while other programs change the record.
const MAX_ATTEMPTS: u32 = 5;

impl Datasets {
    /// Changes a dataset to `spec`: its sharing, then its record. Attributes that other programs
    /// added to the record stay.
    ///
    /// The rows that share it come first, the groups' policies next, and the record's list of
    /// groups last: after an interruption the list differs from the rows, which [`Datasets::read`]
    /// reports as drift, and the next update continues.
    ///
    /// # Errors
    /// The first failed step, with the current state of the dataset.
    pub async fn update(&self, operation: &Operation, spec: &DatasetSpec) -> Outcome<Dataset> {
        let _guard = self.lock(&spec.key).await;
        let done = self.update_steps(operation, spec).await;
        self.outcome(spec, done).await
    }

    async fn update_steps(&self, operation: &Operation, spec: &DatasetSpec) -> Result<(), Error> {
        spec.check()?;
        operation.check(&format!("updating dataset `{}`", spec.key))?;
        let found = self.existing(operation.claim(), spec).await?;
        if spec.description != found.record.description {
            check_description(&spec.description)?;
        }
        if spec.key.scope == DatasetScope::Group {
            Box::pin(self.share(operation, spec, &found.record)).await?;
        }
        self.update_record(operation.claim(), spec, found).await
    }

    async fn existing(&self, claim: &Claim, spec: &DatasetSpec) -> Result<FoundRecord, Error> {
        let found = self.find(&spec.key).await?;
        let found = found
            .filter(|found| found.record.kind == spec.key.scope.kind())
            .ok_or_else(|| deleted_record(&spec.key))?;
        let token = found.token();
        claim.check(&object(&spec.key), token.as_ref())?;
        Ok(found)
    }

    async fn share(
        &self,
        operation: &Operation,
        spec: &DatasetSpec,
        record: &DatasetRecord,
    ) -> Result<(), Error> {
        let desired = sharing::group_names(&spec.groups);
        let hints = record.groups.iter().cloned().chain(desired.iter().cloned());
        let shared = self.shared_with(&spec.key.name, hints).await?;
        let change = ShareChange::between(&shared, &desired);
        self.write_shares(operation, &spec.key.name, &change)
            .await?;
        self.sync_groups(
            operation,
            &outdated_groups(&record.groups, &desired, &change),
        )
        .await
    }

    /// Changes the record to `spec`, if it differs, and ends an unfinished create.
    pub(super) async fn update_record(
        &self,
        claim: &Claim,
        spec: &DatasetSpec,
        mut found: FoundRecord,
    ) -> Result<(), Error> {
        let table = &self.clients.settings().table_names.datasets;
        let bucket = self.objects.bucket()?;
        for _ in 0..MAX_ATTEMPTS {
            let change = record_change(spec, &found, bucket, Timestamp::now().as_second());
            let Some(change) = claim.guard("scope", &found.item, change) else {
                return Ok(());
            };
            match self
                .records
                .update(table, &DatasetRecord::key(&spec.key), &change)
                .await?
            {
                Write::Done => return Ok(()),
                Write::Refused => found = self.existing(claim, spec).await?,
            }
        }
        Err(Error::Conflict {
            message: format!(
                "other programs changed the record of dataset `{}` repeatedly",
                spec.key
            ),
            remedy: "apply again after they finish".to_owned(),
        })
    }
}

/// The groups whose policies may be outdated. Their rows change now, or an interrupted update
/// changed them, in which case the record's list differs from `desired`.
fn outdated_groups(
    recorded: &[String],
    desired: &BTreeSet<String>,
    change: &ShareChange,
) -> BTreeSet<String> {
    let recorded: BTreeSet<String> = recorded.iter().cloned().collect();
    let changed = change.add.union(&change.remove).cloned();
    changed
        .chain(recorded.symmetric_difference(desired).cloned())
        .collect()
}

/// The change of the record, `None` when it is up to date; `now` in seconds since the epoch.
fn record_change(
    spec: &DatasetSpec,
    found: &FoundRecord,
    bucket: &str,
    now: i64,
) -> Option<Change> {
    let record = &found.record;
    let location = spec.key.location(bucket);
    let groups: Vec<String> = sharing::group_names(&spec.groups).into_iter().collect();
    let recorded: BTreeSet<&String> = record.groups.iter().collect();
    let mut change = Change::new();
    let missing = DatasetRecord::missing(&found.item);
    if missing.contains(&"type") {
        change = change.set_string("type", &record.kind);
    }
    if record.description != spec.description || missing.contains(&"description") {
        change = change.set_string("description", &spec.description);
    }
    let creator = match &spec.created_by {
        Some(user) => user.as_str(),
        None => record.created_by.as_str(),
    };
    if record.created_by != creator || missing.contains(&"createdBy") {
        change = change.set_string("createdBy", creator);
    }
    if record.location != location {
        change = change.set_string("location", location);
    }
    if recorded != groups.iter().collect() {
        change = change.set_strings("groups", &groups);
    }
    if is_unfinished(&found.item) {
        change = change.remove(UNFINISHED);
    }
    if change.is_empty() {
        return None;
    }
    Some(
        change
            .set_integer("lastUpdatedAt", now.max(record.last_updated_at))
            .expect_present("scope")
            .expect("type", found.item.get("type"))
            .expect("lastUpdatedAt", found.item.get("lastUpdatedAt")),
    )
}

#[cfg(test)]
mod tests {
    use super::{super::create::record, *};
    use crate::testing::dataset as spec;

    fn found(spec: &DatasetSpec) -> FoundRecord {
        let record = record(spec, "data", 100);
        FoundRecord {
            item: record.item(),
            record,
        }
    }

    fn expression(spec: &DatasetSpec, found: &FoundRecord) -> Option<String> {
        let change = record_change(spec, found, "data", 200)?;
        let wire = change.expressions();
        let mut update = wire.update.unwrap();
        for (placeholder, name) in wire.names.unwrap() {
            update = update.replace(&format!("{placeholder} "), &format!("{name} "));
        }
        Some(update)
    }

    #[test]
    fn record_change_is_none_without_a_difference() {
        let shared = DatasetSpec {
            groups: vec!["risk".parse().unwrap(), "audit".parse().unwrap()],
            ..spec("group/cards")
        };
        assert_eq!(expression(&shared, &found(&shared)), None);
    }

    #[test]
    fn record_change_sets_only_differences() {
        let before = spec("project/fraud/cards");
        let described = DatasetSpec {
            description: "transactions of 2026".to_owned(),
            ..before.clone()
        };
        assert_eq!(
            expression(&described, &found(&before)).unwrap(),
            "SET description = :v0, lastUpdatedAt = :v1"
        );
        let owned = DatasetSpec {
            created_by: Some("bob".parse().unwrap()),
            ..before.clone()
        };
        assert!(
            expression(&owned, &found(&before))
                .unwrap()
                .contains("createdBy")
        );
        assert_eq!(
            expression(&before, &found(&owned)),
            None,
            "an absent `created_by` keeps the record's"
        );
    }

    #[test]
    fn outdated_groups_include_interrupted_updates() {
        let change = ShareChange {
            add: BTreeSet::from(["new".to_owned()]),
            remove: BTreeSet::from(["old".to_owned()]),
        };
        let desired = BTreeSet::from(["kept".to_owned(), "new".to_owned()]);
        let recorded = ["kept".to_owned(), "before".to_owned()];
        let all = outdated_groups(&recorded, &desired, &change);
        assert_eq!(
            all.into_iter().collect::<Vec<_>>(),
            ["before", "new", "old"]
        );
        let settled = ["kept".to_owned(), "new".to_owned()];
        assert!(outdated_groups(&settled, &desired, &ShareChange::default()).is_empty());
    }
}
