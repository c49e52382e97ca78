//! Records of daily stops in MLSpace's resource-schedule table.

use jiff::Timestamp;

use std::sync::Arc;

use crate::aws::wait::retry;
use crate::aws::{Clients, Error, Operation};
use crate::name::{NotebookName, ProjectName};
use crate::records::{Change, Item, Key, NOTEBOOK_INSTANCE, RecordStore, ScheduleRecord};
use crate::schedule::StopTime;

fn key(name: &NotebookName) -> Key {
    ScheduleRecord::key(name.as_str(), NOTEBOOK_INSTANCE)
}

/// Records of daily stops.
pub(super) struct StopSchedule {
    clients: Clients,
    records: Arc<dyn RecordStore>,
}

impl StopSchedule {
    /// The table that the settings of `clients` name.
    pub(super) fn new(clients: Clients, records: Arc<dyn RecordStore>) -> Self {
        Self { clients, records }
    }

    /// The notebook's daily stop time; `None` without a record.
    pub(super) async fn get(&self, name: &NotebookName) -> Result<Option<StopTime>, Error> {
        let table = &self.clients.settings().table_names.resource_schedule;
        self.time(name, self.records.get(table, &key(name)).await?)
    }

    /// As [`Self::get`], for a refresh.
    pub(super) async fn read(&self, name: &NotebookName) -> Result<Option<StopTime>, Error> {
        let table = &self.clients.settings().table_names.resource_schedule;
        self.time(name, self.records.read(table, &key(name)).await?)
    }

    fn time(&self, name: &NotebookName, item: Option<Item>) -> Result<Option<StopTime>, Error> {
        let table = &self.clients.settings().table_names.resource_schedule;
        let Some(item) = item else {
            return Ok(None);
        };
        let record = ScheduleRecord::read(&item).map_err(|error| error.of(table, &key(name)))?;
        Ok(Some(StopTime::of_epoch(record.termination_time)))
    }

    /// Records the daily stop time, or deletes the record for `None`. A record with this time of
    /// day is left as it is, because MLSpace's sweeper moves its date.
    pub(super) async fn set(
        &self,
        operation: &Operation,
        name: &NotebookName,
        project: &ProjectName,
        time: Option<StopTime>,
    ) -> Result<(), Error> {
        let Some(time) = time else {
            return self.remove(operation, name).await;
        };
        if self.get(name).await? == Some(time) {
            return Ok(());
        }
        let table = &self.clients.settings().table_names.resource_schedule;
        // Without a condition: this creates a missing record, and the configuration decides the
        // time.
        let change = Change::new()
            .set_integer(
                "terminationTime",
                time.next_after(Timestamp::now().as_second()),
            )
            .set_string("project", project.as_str());
        retry(operation, "recording the daily stop", || async {
            self.records.update(table, &key(name), &change).await
        })
        .await
        .map(drop)
    }

    /// Deletes the record, if there is one.
    pub(super) async fn remove(
        &self,
        operation: &Operation,
        name: &NotebookName,
    ) -> Result<(), Error> {
        let table = &self.clients.settings().table_names.resource_schedule;
        retry(operation, "removing the daily stop", || async {
            self.records.delete(table, &key(name)).await
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::PolicyModel;
    use crate::testing::{FakePlatform, operation};

    const TABLE: &str = "mlspace-resource-schedule";

    fn schedule(platform: &FakePlatform) -> StopSchedule {
        let records = Arc::clone(&platform.records);
        StopSchedule::new(platform.services.clients.clone(), records)
    }

    fn at(time: &str) -> Option<StopTime> {
        Some(time.parse().unwrap())
    }

    fn name() -> NotebookName {
        "alice-fraud".parse().unwrap()
    }

    async fn set(platform: &FakePlatform, time: Option<StopTime>) -> Result<(), Error> {
        let project = "fraud".parse().unwrap();
        let schedule = schedule(platform);
        schedule.set(&operation(), &name(), &project, time).await
    }

    #[tokio::test]
    async fn set_records_next_occurrence() {
        let platform = FakePlatform::new(PolicyModel::PerPrincipal);
        set(&platform, at("19:00")).await.unwrap();
        assert_eq!(schedule(&platform).get(&name()).await, Ok(at("19:00")));
        let record = ScheduleRecord::read(&platform.records.items(TABLE)[0]).unwrap();
        let wait = record.termination_time - Timestamp::now().as_second();
        assert!((0..=24 * 3600).contains(&wait), "{wait}");
        assert_eq!(record.project, "fraud");
    }

    #[tokio::test]
    async fn set_keeps_date_of_same_time() {
        let platform = FakePlatform::new(PolicyModel::PerPrincipal);
        let record = ScheduleRecord {
            resource_id: name().to_string(),
            resource_type: NOTEBOOK_INSTANCE.to_owned(),
            termination_time: 19 * 3600,
            project: "fraud".to_owned(),
        };
        platform.records.insert(TABLE, record.item());
        set(&platform, at("19:00")).await.unwrap();
        assert_eq!(platform.faults.take_calls(), ["GetItem"]);
        set(&platform, at("20:00")).await.unwrap();
        assert_eq!(schedule(&platform).get(&name()).await, Ok(at("20:00")));
    }

    #[tokio::test]
    async fn set_keeps_unknown_attributes() {
        let platform = FakePlatform::new(PolicyModel::PerPrincipal);
        set(&platform, at("19:00")).await.unwrap();
        let mut item = platform.records.items(TABLE).remove(0);
        let note = item["project"].clone();
        item.insert("note".to_owned(), note.clone());
        platform.records.remove(TABLE, &key(&name()));
        platform.records.insert(TABLE, item);
        set(&platform, at("20:00")).await.unwrap();
        assert_eq!(platform.records.items(TABLE)[0]["note"], note);
    }

    #[tokio::test]
    async fn set_without_time_removes_record() {
        let platform = FakePlatform::new(PolicyModel::PerPrincipal);
        set(&platform, at("19:00")).await.unwrap();
        set(&platform, None).await.unwrap();
        assert!(platform.records.items(TABLE).is_empty());
        set(&platform, None).await.unwrap();
    }

    #[tokio::test]
    async fn get_reports_missing_table() {
        let platform = FakePlatform::new(PolicyModel::PerPrincipal);
        platform.records.drop_table(TABLE);
        let error = schedule(&platform).get(&name()).await.unwrap_err();
        assert!(error.is_absent(), "{error}");
    }
}
