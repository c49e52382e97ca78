//! Reading a dataset: its record, its sharing and its drift.

use std::collections::BTreeSet;

use super::{Dataset, Datasets};
use crate::{
    aws::Error,
    layout::{DatasetKey, DatasetScope},
    name::{DatasetName, ProjectName},
    ownership::{Kind, Object, Token},
    records::{DatasetRecord, Item, View, is_unfinished},
};

/// A record with its item.
pub(super) struct FoundRecord {
    /// The item with all of its attributes.
    pub(super) item: Item,
    /// The attributes that this platform reads.
    pub(super) record: DatasetRecord,
}

impl FoundRecord {
    /// The token of the record.
    pub(super) fn token(&self) -> Option<Token> {
        Token::of_item(&self.item)
    }

    /// Whether an interrupted create of this dataset left the record.
    pub(super) fn is_left_of(&self, key: &DatasetKey) -> bool {
        is_unfinished(&self.item) && self.record.kind == key.scope.kind()
    }

    /// The dataset that the record belongs to, which can be another one with the same key.
    pub(super) fn object(&self) -> Object {
        let DatasetRecord {
            scope, name, kind, ..
        } = &self.record;
        let id = match kind.as_str() {
            "global" | "group" => format!("{kind}/{name}"),
            _ => format!("{kind}/{scope}/{name}"),
        };
        Object::new(Kind::Dataset, id)
    }
}

impl Datasets {
    /// Reads a dataset. `None` when it has no record, or when the record belongs to a dataset of
    /// another type: a user and a project of the same name share the scope of their records.
    ///
    /// # Errors
    /// [`Error::Record`] for a malformed record, or the error of a failed call.
    pub async fn read(&self, key: &DatasetKey) -> Result<Option<Dataset>, Error> {
        let table = &self.clients.settings().table_names.datasets;
        let item = self.records.read(table, &DatasetRecord::key(key)).await?;
        match self.found(key, item)? {
            Some(found) if found.record.kind == key.scope.kind() => {
                let token = found.token();
                let mut dataset = self.dataset_of(key, found.record).await?;
                let missing = DatasetRecord::missing(&found.item);
                if !missing.is_empty() {
                    let missing = missing.join("`, `");
                    dataset.drift.insert(
                        0,
                        format!("the record lacks `{missing}`, which MLSpace needs"),
                    );
                }
                Ok(Some(Dataset { token, ..dataset }))
            }
            _ => Ok(None),
        }
    }

    /// The record with the dataset's key, of any type.
    pub(super) async fn find(&self, key: &DatasetKey) -> Result<Option<FoundRecord>, Error> {
        let table = &self.clients.settings().table_names.datasets;
        let item = self.records.get(table, &DatasetRecord::key(key)).await?;
        self.found(key, item)
    }

    fn found(&self, key: &DatasetKey, item: Option<Item>) -> Result<Option<FoundRecord>, Error> {
        let table = &self.clients.settings().table_names.datasets;
        let at = DatasetRecord::key(key);
        let Some(item) = item else {
            return Ok(None);
        };
        let record = DatasetRecord::read(&item).map_err(|error| error.of(table, &at))?;
        Ok(Some(FoundRecord { item, record }))
    }

    /// The project's datasets on record. Private datasets of a user with the project's name have
    /// the same hash key and are left out.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a dataset that this platform cannot handle, so that it is not left
    /// behind unsaid.
    pub(crate) async fn of_project(&self, project: &ProjectName) -> Result<Vec<DatasetKey>, Error> {
        let table = &self.clients.settings().table_names.datasets;
        let items = self.records.query(table, "scope", project.as_str()).await?;
        let mut keys = Vec::new();
        for item in &items {
            let name = View(item).text_or_empty("name");
            let unusable = |why: &dyn std::fmt::Display| Error::Conflict {
                message: format!(
                    "project `{project}` has the dataset `{}`, which cannot be handled here ({why})",
                    name.escape_debug()
                ),
                remedy: "delete or correct this dataset in MLSpace, then apply again".to_owned(),
            };
            let record = DatasetRecord::read(item).map_err(|error| unusable(&error))?;
            if record.kind == "project" {
                let name = record.name.parse::<DatasetName>();
                let name = name.map_err(|error| unusable(&error.rule_and_remedy().0))?;
                keys.push(DatasetKey::new(
                    DatasetScope::Project(project.clone()),
                    name,
                ));
            }
        }
        Ok(keys)
    }

    async fn dataset_of(&self, key: &DatasetKey, record: DatasetRecord) -> Result<Dataset, Error> {
        let bucket = self.objects.bucket()?;
        let groups = if key.scope == DatasetScope::Group {
            self.read_shares(&key.name, record.groups.iter().cloned())
                .await?
        } else {
            BTreeSet::new()
        };
        let arn = key.arn(self.clients.account().await?, bucket);
        Ok(dataset(key, record, groups, key.location(bucket), arn))
    }
}

/// Combines the parts of a dataset and finds its drift.
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
        token: None,
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
    use super::{super::create::record, *};
    use crate::dataset::DatasetSpec;
    use crate::testing::dataset as spec;

    #[test]
    fn dataset_has_no_drift_after_create() {
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
    fn dataset_reports_location_and_stale_list() {
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
