//! The record of a notebook's daily stop in MLSpace's resource-schedule table.

use jiff::Timestamp;

use std::sync::Arc;

use crate::aws::wait::retry;
use crate::aws::{Clients, Error, Operation};
use crate::name::{NotebookName, ProjectName};
use crate::records::{Change, Key, NOTEBOOK_INSTANCE, RecordStore, ScheduleRecord};
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

    /// When the notebook stops every day; `None` without a record.
    pub(super) async fn get(&self, name: &NotebookName) -> Result<Option<StopTime>, Error> {
        let table = &self.clients.settings().table_names.resource_schedule;
        let Some(item) = self.records.get(table, &key(name)).await? else {
            return Ok(None);
        };
        let record = ScheduleRecord::read(&item).map_err(|error| error.of(table, &key(name)))?;
        Ok(Some(StopTime::of_epoch(record.termination_time)))
    }

    /// Makes the notebook stop every day at `time`, or never by itself. Writes nothing when that is so already: the date in the record
    /// is the sweeper's, not ours.
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
        // Without a condition: it makes the record where there is none, and the last word on the time is the configuration's.
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

    /// Removes the record, if there is one.
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
