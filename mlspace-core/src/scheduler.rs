//! Schedules of Amazon EventBridge Scheduler.

#[cfg(test)]
pub(crate) mod fake;
mod sdk;

pub(crate) use sdk::SdkScheduler;

use async_trait::async_trait;

use crate::aws::Error;

/// A schedule without its name. All of it is sent with each change, because UpdateSchedule resets
/// what a request leaves out
/// (<https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    /// Such as `cron(0 19 * * ? *)`.
    pub(crate) expression: String,
    /// IANA name of the time zone of `expression`.
    pub(crate) time_zone: String,
    /// Whether it fires.
    pub(crate) enabled: bool,
    /// What it is for.
    pub(crate) description: String,
    /// The call that it makes.
    pub(crate) target: Target,
    /// Whether it may fire later than its time, within a window.
    pub(crate) flexible: bool,
}

/// The call that a schedule makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// ARN of the API action.
    pub(crate) arn: String,
    /// The request, as JSON.
    pub(crate) input: String,
    /// ARN of the role that makes the call.
    pub(crate) role_arn: String,
    /// Maximum number of retries.
    pub(crate) retries: i32,
    /// Seconds after its time at which retries end.
    pub(crate) max_age: i32,
}

/// EventBridge Scheduler's calls on schedules.
#[async_trait]
pub(crate) trait SchedulerApi: Send + Sync {
    /// GetSchedule; `None` if the schedule or its group does not exist.
    async fn get(&self, group: &str, name: &str) -> Result<Option<Schedule>, Error>;
    /// CreateSchedule.
    async fn create(&self, group: &str, name: &str, schedule: &Schedule) -> Result<(), Error>;
    /// UpdateSchedule.
    async fn update(&self, group: &str, name: &str, schedule: &Schedule) -> Result<(), Error>;
    /// DeleteSchedule. One that does not exist is not an error.
    async fn delete(&self, group: &str, name: &str) -> Result<(), Error>;
}
