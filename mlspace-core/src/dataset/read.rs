//! What a dataset is: its record and its sharing, with what was changed outside.

use std::collections::BTreeSet;

use super::{Dataset, Datasets};
use crate::{
    aws::Error,
    layout::{DatasetKey, DatasetScope},
    name::ProjectName,
    records::{DatasetRecord, Item},
};

/// A record with the item it was read from.
pub(super) struct Found {
    /// The item as it is.
    pub(super) item: Item,
    /// The item as a record.
    pub(super) record: DatasetRecord,
}

impl Datasets {
    /// Reads a dataset; `None` when its record is gone, or is now that of a dataset of another type (a user and a project of one name
    /// share their records' scope).
    ///
    /// # Errors
    /// What the calls say, and [`Error::Record`] for a record that cannot be understood.
    pub async fn read(&self, key: &DatasetKey) -> Result<Option<Dataset>, Error> {
        match self.find(key).await? {
            Some(found) if found.record.kind == key.scope.kind() => {
                self.dataset_of(key, found.record).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The record under the dataset's key, of whatever type.
    pub(super) async fn find(&self, key: &DatasetKey) -> Result<Option<Found>, Error> {
        let table = &self.clients.settings().table_names.datasets;
        let at = DatasetRecord::key(key);
        let Some(item) = self.records.get(table, &at).await? else {
            return Ok(None);
        };
        let record = DatasetRecord::read(&item).map_err(|error| error.of(table, &at))?;
        Ok(Some(Found { item, record }))
    }

    /// The project's datasets on record. A user of the project's name may have private ones under the
    /// same hash key; they are not the project's.
    pub(crate) async fn of_project(&self, project: &ProjectName) -> Result<Vec<DatasetKey>, Error> {
        let table = &self.clients.settings().table_names.datasets;
        let items = self.records.query(table, "scope", project.as_str()).await?;
        Ok(items
            .iter()
            .filter_map(|item| DatasetRecord::read(item).ok())
            .filter(|record| record.kind == "project")
            .filter_map(|record| record.name.parse().ok())
            .map(|name| DatasetKey::new(DatasetScope::Project(project.clone()), name))
            .collect())
    }

    async fn dataset_of(&self, key: &DatasetKey, record: DatasetRecord) -> Result<Dataset, Error> {
        let bucket = self.objects.bucket()?;
        let groups = if key.scope == DatasetScope::Group {
            self.shared_with(&key.name, record.groups.iter().cloned())
                .await?
        } else {
            BTreeSet::new()
        };
        let arn = key.arn(self.clients.account().await?, bucket);
        Ok(dataset(key, record, groups, key.location(bucket), arn))
    }
}

/// Puts a dataset together.
pub(super) fn dataset(
    key: &DatasetKey,
    record: DatasetRecord,
    groups: BTreeSet<String>,
    location: String,
    arn: String,
) -> Dataset {
    let mut drift = Vec::new();
    if record.location != location {
        drift.push(format!(
            "the record's location is `{}` instead of `{location}`",
            record.location
        ));
    }
    let recorded: BTreeSet<String> = record.groups.iter().cloned().collect();
    if recorded != groups {
        drift.push(format!(
            "the record lists the groups {} while the dataset is shared with {}",
            list(&recorded),
            list(&groups)
        ));
    }
    Dataset {
        key: key.clone(),
        groups: groups.into_iter().collect(),
        description: record.description,
        created_by: record.created_by,
        prefix: key.prefix(),
        location,
        arn,
        created_at: record.created_at,
        last_updated_at: record.last_updated_at,
        drift,
    }
}

fn list(names: &BTreeSet<String>) -> String {
    if names.is_empty() {
        return "(none)".to_owned();
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{super::create::record, super::tests::spec, *};
    use crate::dataset::DatasetSpec;

    #[test]
    fn a_dataset_as_it_was_made_shows_no_drift() {
        let shared = DatasetSpec {
            groups: vec!["risk".parse().unwrap(), "audit".parse().unwrap()],
            ..spec("group/cards")
        };
        let record = record(&shared, "data", 7);
        let groups = BTreeSet::from(["audit".to_owned(), "risk".to_owned()]);
        let location = shared.key.location("data");
        let read = dataset(&shared.key, record, groups, location, "arn".to_owned());
        assert_eq!(read.drift, Vec::<String>::new());
        assert_eq!(read.groups, ["audit", "risk"]);
        assert_eq!(read.location, "s3://data/group/datasets/cards/");
        assert_eq!((read.created_at, read.last_updated_at), (7, 7));
    }

    #[test]
    fn another_location_and_a_stale_list_are_told() {
        let spec = spec("group/cards");
        let record = DatasetRecord {
            location: "s3://elsewhere/cards/".to_owned(),
            ..record(&spec, "data", 7)
        };
        let groups = BTreeSet::from(["risk".to_owned()]);
        let location = spec.key.location("data");
        let read = dataset(&spec.key, record, groups, location, "arn".to_owned());
        assert_eq!(
            read.drift,
            [
                "the record's location is `s3://elsewhere/cards/` instead of `s3://data/group/datasets/cards/`",
                "the record lists the groups (none) while the dataset is shared with `risk`",
            ]
        );
    }
}
