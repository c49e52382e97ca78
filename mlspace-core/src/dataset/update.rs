//! Changing a dataset in place.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    Dataset, DatasetSpec, Datasets,
    create::gone,
    read::Found,
    sharing::{self, ShareChange},
};
use crate::{
    aws::{Error, Operation, Outcome},
    layout::DatasetScope,
    records::{Change, DatasetRecord, Write},
};

/// How often an update is tried again when others change the record meanwhile.
const MAX_ATTEMPTS: u32 = 5;

impl Datasets {
    /// Leads a dataset to `spec`: its sharing, then its record. Attributes of the record that others wrote stay.
    ///
    /// The rows that share it come first, the groups' policies next, the record's list of groups last: as long as list and rows differ,
    /// [`Datasets::read`] reports it, and this is to be called again.
    ///
    /// # Errors
    /// With the dataset as it is by then.
    pub async fn update(&self, operation: &Operation, spec: &DatasetSpec) -> Outcome<Dataset> {
        let _guard = self.lock(&spec.key).await;
        let done = self.update_steps(operation, spec).await;
        self.outcome(spec, done).await
    }

    async fn update_steps(&self, operation: &Operation, spec: &DatasetSpec) -> Result<(), Error> {
        spec.check()?;
        operation.check(&format!("updating dataset `{}`", spec.key))?;
        let found = self.existing(spec).await?;
        if spec.key.scope == DatasetScope::Group {
            self.share(operation, spec, &found.record).await?;
        }
        self.update_record(spec, found).await
    }

    async fn existing(&self, spec: &DatasetSpec) -> Result<Found, Error> {
        let found = self.find(&spec.key).await?;
        found
            .filter(|found| found.record.kind == spec.key.scope.kind())
            .ok_or_else(|| gone(&spec.key))
    }

    async fn share(
        &self,
        operation: &Operation,
        spec: &DatasetSpec,
        record: &DatasetRecord,
    ) -> Result<(), Error> {
        let wanted = sharing::names(&spec.groups);
        let hints = record.groups.iter().cloned().chain(wanted.iter().cloned());
        let shared = self.shared_with(&spec.key.name, hints).await?;
        let change = ShareChange::between(&shared, &wanted);
        self.write_shares(operation, &spec.key.name, &change)
            .await?;
        self.sync_groups(operation, &unsettled(&record.groups, &wanted, &change))
            .await
    }

    async fn update_record(&self, spec: &DatasetSpec, mut found: Found) -> Result<(), Error> {
        let table = &self.clients.settings().table_names.datasets;
        let bucket = self.objects.bucket()?;
        for _ in 0..MAX_ATTEMPTS {
            let Some(change) = record_change(spec, &found, bucket, Timestamp::now().as_second())
            else {
                return Ok(());
            };
            match self
                .records
                .update(table, &DatasetRecord::key(&spec.key), &change)
                .await?
            {
                Write::Done => return Ok(()),
                Write::Refused => found = self.existing(spec).await?,
            }
        }
        Err(Error::Conflict {
            message: format!(
                "the record of dataset `{}` keeps being changed by others",
                spec.key
            ),
            remedy: "apply again when they are done".to_owned(),
        })
    }
}

/// The groups whose policies may be behind: those whose rows change now, and those whose rows an interrupted update changed before, which
/// shows in the record's list.
fn unsettled(
    recorded: &[String],
    wanted: &BTreeSet<String>,
    change: &ShareChange,
) -> BTreeSet<String> {
    let recorded: BTreeSet<String> = recorded.iter().cloned().collect();
    let changed = change.add.union(&change.remove).cloned();
    changed
        .chain(recorded.symmetric_difference(wanted).cloned())
        .collect()
}

/// What of the record has to change; `now` in seconds since the epoch.
fn record_change(spec: &DatasetSpec, found: &Found, bucket: &str, now: i64) -> Option<Change> {
    let record = &found.record;
    let location = spec.key.location(bucket);
    let groups: Vec<String> = sharing::names(&spec.groups).into_iter().collect();
    let recorded: BTreeSet<&String> = record.groups.iter().collect();
    let mut change = Change::new();
    if record.description != spec.description {
        change = change.set_string("description", &spec.description);
    }
    if let Some(user) = spec
        .created_by
        .as_ref()
        .filter(|user| user.as_str() != record.created_by)
    {
        change = change.set_string("createdBy", user.as_str());
    }
    if record.location != location {
        change = change.set_string("location", location);
    }
    if recorded != groups.iter().collect() {
        change = change.set_strings("groups", &groups);
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
    use super::{
        super::{create::record, tests::spec},
        *,
    };

    fn found(spec: &DatasetSpec) -> Found {
        let record = record(spec, "data", 100);
        Found {
            item: record.item(),
            record,
        }
    }

    fn expression(spec: &DatasetSpec, found: &Found) -> Option<String> {
        let change = record_change(spec, found, "data", 200)?;
        let wire = change.expressions();
        let mut text = wire.update.unwrap();
        for (placeholder, name) in wire.names.unwrap() {
            text = text.replace(&format!("{placeholder} "), &format!("{name} "));
        }
        Some(text)
    }

    #[test]
    fn nothing_is_written_when_nothing_differs() {
        let shared = DatasetSpec {
            groups: vec!["risk".parse().unwrap(), "audit".parse().unwrap()],
            ..spec("group/cards")
        };
        assert_eq!(expression(&shared, &found(&shared)), None);
    }

    #[test]
    fn only_what_differs_is_written() {
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
            "without a say it stays"
        );
    }

    #[test]
    fn policies_are_renewed_for_all_that_may_be_behind() {
        let change = ShareChange {
            add: BTreeSet::from(["new".to_owned()]),
            remove: BTreeSet::from(["old".to_owned()]),
        };
        let wanted = BTreeSet::from(["kept".to_owned(), "new".to_owned()]);
        let recorded = ["kept".to_owned(), "before".to_owned()];
        let all = unsettled(&recorded, &wanted, &change);
        assert_eq!(
            all.into_iter().collect::<Vec<_>>(),
            ["before", "new", "old"]
        );
        let settled = ["kept".to_owned(), "new".to_owned()];
        assert!(unsettled(&settled, &wanted, &ShareChange::default()).is_empty());
    }
}
