//! The record of a notebook's daily stop in MLSpace's resource-schedule table.

use jiff::Timestamp;

use super::StopTime;
use crate::{
    aws::{Error, Operation, Platform, wait::settle},
    name::{NotebookName, ProjectName},
    records::{Change, Key, NOTEBOOK_INSTANCE, ScheduleRecord},
};

fn key(name: &NotebookName) -> Key {
    ScheduleRecord::key(name.as_str(), NOTEBOOK_INSTANCE)
}

impl Platform {
    /// When the notebook stops every day; `None` without a record.
    pub(crate) async fn scheduled_stop(
        &self,
        name: &NotebookName,
    ) -> Result<Option<StopTime>, Error> {
        let table = &self.settings().table_names.resource_schedule;
        let Some(item) = self.read_item(table, &key(name)).await? else {
            return Ok(None);
        };
        let record = ScheduleRecord::read(&item).map_err(|error| error.of(table, &key(name)))?;
        Ok(Some(StopTime::of_epoch(record.termination_time)))
    }

    /// Makes the notebook stop every day at `time`, or never by itself. Writes nothing when that is so already: the date in the record
    /// is the sweeper's, not ours.
    pub(crate) async fn schedule_stop(
        &self,
        operation: &Operation,
        name: &NotebookName,
        project: &ProjectName,
        time: Option<StopTime>,
    ) -> Result<(), Error> {
        let Some(time) = time else {
            return self.unschedule_stop(operation, name).await;
        };
        if self.scheduled_stop(name).await? == Some(time) {
            return Ok(());
        }
        let table = &self.settings().table_names.resource_schedule;
        // Without a condition: it makes the record where there is none, and the last word on the time is the configuration's.
        let change = Change::new()
            .set_integer(
                "terminationTime",
                time.next_after(Timestamp::now().as_second()),
            )
            .set_text("project", project.as_str());
        settle(operation, "recording the daily stop", || async {
            self.update_item(table, &key(name), &change).await
        })
        .await
        .map(drop)
    }

    /// Removes the record, if there is one.
    pub(crate) async fn unschedule_stop(
        &self,
        operation: &Operation,
        name: &NotebookName,
    ) -> Result<(), Error> {
        let table = &self.settings().table_names.resource_schedule;
        settle(operation, "removing the daily stop", || async {
            self.delete_item(table, &key(name)).await
        })
        .await
    }
}
