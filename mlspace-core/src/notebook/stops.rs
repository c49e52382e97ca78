//! Daily stops of notebooks: by MLSpace's table, or by a schedule of EventBridge Scheduler for each
//! notebook.
//!
//! A schedule calls `StopNotebookInstance` itself, as a universal target
//! (<https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html>). It has
//! no tags: the group, the name of the notebook and the call tell whose it is.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::schedule::StopSchedule;
use crate::aws::wait::retry;
use crate::aws::{Clients, Enforce, Error, Operation};
use crate::name::{NotebookName, ProjectName};
use crate::plan::Notice;
use crate::records::RecordStore;
use crate::schedule::{self, StopTime};
use crate::scheduler::{Schedule, SchedulerApi, Target};

/// A stop that fails is retried for a few minutes only: Scheduler's defaults, 185 times in a day,
/// could stop a notebook that was started the next morning
/// (<https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html>).
const RETRIES: i32 = 3;
const MAX_AGE: i32 = 900;

/// What stops notebooks every day.
pub(crate) struct DailyStops {
    clients: Clients,
    records: StopSchedule,
    schedules: Arc<dyn SchedulerApi>,
}

/// Where schedules are, and the role with which they stop notebooks.
struct Place<'a> {
    group: &'a str,
    role_arn: &'a str,
}

/// The daily stop that a read finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FoundStop {
    /// Its time.
    pub(super) time: Option<StopTime>,
    /// What is wrong with it otherwise: a sentence without a period.
    pub(super) drift: Option<String>,
}

impl DailyStops {
    pub(crate) fn new(
        clients: Clients,
        records: Arc<dyn RecordStore>,
        schedules: Arc<dyn SchedulerApi>,
    ) -> Self {
        Self {
            records: StopSchedule::new(clients.clone(), records),
            clients,
            schedules,
        }
    }

    /// The notebook's daily stop, for a refresh. Where nothing stops notebooks it is `expected`.
    pub(super) async fn read(
        &self,
        name: &NotebookName,
        project: &ProjectName,
        expected: Option<StopTime>,
    ) -> Result<FoundStop, Error> {
        let recorded = self.records.read(name).await?;
        let record_left = || {
            recorded.map(|time| {
                format!("MLSpace's record of a daily stop at `{time}` exists, which is not wanted")
            })
        };
        match self.clients.settings().termination.enforce {
            Enforce::Mlspace => Ok(FoundStop {
                time: recorded,
                drift: self.schedule_left(name).await?,
            }),
            Enforce::None => Ok(FoundStop {
                time: expected,
                drift: self.schedule_left(name).await?.or_else(record_left),
            }),
            Enforce::Scheduler => {
                let mut stop = self.scheduled(name, project).await?;
                stop.drift = stop.drift.or_else(record_left);
                Ok(stop)
            }
        }
    }

    /// Sees to it that the notebook is stopped at this time every day, or at no time.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] for a schedule of its name that does something else.
    pub(super) async fn set(
        &self,
        operation: &Operation,
        name: &NotebookName,
        project: &ProjectName,
        time: Option<StopTime>,
    ) -> Result<(), Error> {
        match (self.clients.settings().termination.enforce, time) {
            (Enforce::Mlspace, time) => {
                self.unschedule(operation, name).await?;
                self.records.set(operation, name, project, time).await
            }
            (Enforce::Scheduler, Some(time)) => {
                self.schedule(operation, name, project, time).await?;
                self.records.remove(operation, name).await
            }
            (Enforce::Scheduler | Enforce::None, _) => self.remove(operation, name).await,
        }
    }

    /// Removes what stops the notebook.
    pub(super) async fn remove(
        &self,
        operation: &Operation,
        name: &NotebookName,
    ) -> Result<(), Error> {
        self.unschedule(operation, name).await?;
        self.records.remove(operation, name).await
    }

    /// What to know about a stop time before it is applied.
    pub(super) fn warnings(&self, time: Option<StopTime>) -> Option<Notice> {
        let termination = &self.clients.settings().termination;
        let time = time?;
        match termination.enforce {
            Enforce::Mlspace => None,
            Enforce::None => Some(Notice {
                attribute: "daily_stop_time",
                summary: "Nothing stops the notebook".to_owned(),
                detail: "`daily_stop_time` is set, but `enforce` in the provider's `termination` block is `none`. \
                         Set `enforce` to `scheduler`, or remove `daily_stop_time`."
                    .to_owned(),
            }),
            Enforce::Scheduler => {
                let zone = self.time_zone();
                let day = schedule::skipped(time, zone, Timestamp::now())?;
                Some(Notice {
                    attribute: "daily_stop_time",
                    summary: "Stop time skipped once".to_owned(),
                    detail: format!(
                        "On {day} the clocks of `{zone}` are put forward past `{time}`, so nothing stops the notebook \
                         on that day. Choose a time that every day has."
                    ),
                })
            }
        }
    }

    fn time_zone(&self) -> &str {
        let zone = &self.clients.settings().termination.time_zone;
        zone.as_deref().unwrap_or("UTC")
    }

    fn place(&self) -> Result<Place<'_>, Error> {
        let termination = &self.clients.settings().termination;
        match (&termination.schedule_group, &termination.role_arn) {
            (Some(group), Some(role_arn)) => Ok(Place { group, role_arn }),
            _ => Err(Error::Invalid {
                attribute: None,
                message:
                    "the provider's `termination` block names no `schedule_group` or no `role_arn`"
                        .to_owned(),
                remedy: "set both, as `enforce` is `scheduler`".to_owned(),
            }),
        }
    }

    /// The schedule that stops the notebook at this time.
    async fn wanted(
        &self,
        place: &Place<'_>,
        name: &NotebookName,
        project: &ProjectName,
        time: StopTime,
    ) -> Result<Schedule, Error> {
        Ok(Schedule {
            expression: time.cron(),
            time_zone: self.time_zone().to_owned(),
            enabled: true,
            description: format!("Stops notebook instance {name} of project {project} every day."),
            target: Target {
                arn: self.action().await?,
                input: json!({ "NotebookInstanceName": name.as_str() }).to_string(),
                role_arn: place.role_arn.to_owned(),
                retries: RETRIES,
                max_age: MAX_AGE,
            },
            flexible: false,
        })
    }

    async fn action(&self) -> Result<String, Error> {
        let partition = &self.clients.account().await?.partition;
        Ok(format!(
            "arn:{partition}:scheduler:::aws-sdk:sagemaker:stopNotebookInstance"
        ))
    }

    /// Whether the schedule stops this notebook.
    async fn stops(&self, found: &Schedule, name: &NotebookName) -> Result<bool, Error> {
        let input: Option<serde_json::Value> = serde_json::from_str(&found.target.input).ok();
        Ok(found.target.arn == self.action().await?
            && input.is_some_and(|input| input == json!({ "NotebookInstanceName": name.as_str() })))
    }

    async fn scheduled(
        &self,
        name: &NotebookName,
        project: &ProjectName,
    ) -> Result<FoundStop, Error> {
        let place = self.place()?;
        let Some(found) = self.schedules.get(place.group, name.as_str()).await? else {
            return Ok(FoundStop {
                time: None,
                drift: None,
            });
        };
        let what = format!("the schedule `{name}` of group `{}`", place.group);
        if !self.stops(&found, name).await? {
            return Ok(FoundStop {
                time: None,
                drift: Some(format!("{what} does not stop this notebook")),
            });
        }
        let time = StopTime::of_cron(&found.expression);
        let right = match time {
            Some(time) => found == self.wanted(&place, name, project, time).await?,
            None => false,
        };
        Ok(FoundStop {
            time,
            drift: (!right).then(|| format!("{what} was edited")),
        })
    }

    async fn schedule(
        &self,
        operation: &Operation,
        name: &NotebookName,
        project: &ProjectName,
        time: StopTime,
    ) -> Result<(), Error> {
        let place = self.place()?;
        let (group, id) = (place.group, name.as_str());
        let wanted = self.wanted(&place, name, project, time).await?;
        let what = format!("scheduling the daily stop of notebook `{name}`");
        match self.schedules.get(group, id).await? {
            Some(found) if found == wanted => Ok(()),
            Some(found) if !self.stops(&found, name).await? => Err(taken(name, group)),
            Some(_) => {
                retry(operation, &what, || {
                    self.schedules.update(group, id, &wanted)
                })
                .await
            }
            None => {
                let created = retry(operation, &what, || {
                    self.schedules.create(group, id, &wanted)
                })
                .await;
                match created {
                    // Another process made it, or the answer to our call was lost.
                    Err(error) if error.is("ConflictException") => {
                        match self.schedules.get(group, id).await? {
                            Some(found) if found == wanted => Ok(()),
                            Some(found) if !self.stops(&found, name).await? => {
                                Err(taken(name, group))
                            }
                            _ => Err(error),
                        }
                    }
                    Err(error) if error.is_absent() => Err(Error::NotFound {
                        what: format!("the schedule group `{group}`"),
                        remedy: "create it, or correct `schedule_group` in the provider's `termination` block"
                            .to_owned(),
                    }),
                    created => created,
                }
            }
        }
    }

    /// The schedule that stops the notebook, if the settings name a group and it has one.
    async fn own_schedule(&self, name: &NotebookName) -> Result<Option<&str>, Error> {
        let group = self
            .clients
            .settings()
            .termination
            .schedule_group
            .as_deref();
        let Some(group) = group else {
            return Ok(None);
        };
        let found = self.schedules.get(group, name.as_str()).await?;
        match found {
            Some(found) if self.stops(&found, name).await? => Ok(Some(group)),
            _ => Ok(None),
        }
    }

    async fn schedule_left(&self, name: &NotebookName) -> Result<Option<String>, Error> {
        let group = self.own_schedule(name).await?;
        Ok(group.map(|group| {
            format!("the schedule `{name}` of group `{group}` exists, which is not wanted")
        }))
    }

    async fn unschedule(&self, operation: &Operation, name: &NotebookName) -> Result<(), Error> {
        let Some(group) = self.own_schedule(name).await? else {
            return Ok(());
        };
        let what = format!("removing the schedule of notebook `{name}`");
        retry(operation, &what, || {
            self.schedules.delete(group, name.as_str())
        })
        .await
    }
}

/// The error for a schedule of the notebook's name that does something else.
fn taken(name: &NotebookName, group: &str) -> Error {
    Error::AlreadyExists {
        what: format!("a schedule `{name}` in group `{group}` that does not stop the notebook"),
        remedy: "delete it, or use a schedule group that nothing else uses".to_owned(),
    }
}
