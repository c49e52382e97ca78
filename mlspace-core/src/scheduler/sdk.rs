//! Schedules through the AWS SDK.

use async_trait::async_trait;
use aws_sdk_scheduler::types::{
    FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, ScheduleState, Target as SdkTarget,
};

use super::{Schedule, SchedulerApi, Target};
use crate::aws::{Clients, Error, IfPresent as _, SdkResultExt as _};

/// Scheduler's own values of a retry policy that a schedule does not have
/// (<https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html>).
const DEFAULT_RETRIES: i32 = 185;
const DEFAULT_MAX_AGE: i32 = 86_400;

/// The SDK's Scheduler client, created at the first call.
pub(crate) struct SdkScheduler {
    clients: Clients,
}

impl SdkScheduler {
    pub(crate) fn new(clients: Clients) -> Self {
        Self { clients }
    }
}

/// A request of the SDK that a field is missing in. All are set here, so that none is.
fn incomplete(operation: &'static str, error: &aws_sdk_scheduler::error::BuildError) -> Error {
    Error::Aws {
        service: "scheduler",
        operation,
        code: "ValidationException".to_owned(),
        message: error.to_string(),
        request_id: None,
    }
}

fn sdk_target(operation: &'static str, target: &Target) -> Result<SdkTarget, Error> {
    let retry = RetryPolicy::builder()
        .maximum_retry_attempts(target.retries)
        .maximum_event_age_in_seconds(target.max_age)
        .build();
    SdkTarget::builder()
        .arn(&target.arn)
        .role_arn(&target.role_arn)
        .input(&target.input)
        .retry_policy(retry)
        .build()
        .map_err(|error| incomplete(operation, &error))
}

fn window(operation: &'static str) -> Result<FlexibleTimeWindow, Error> {
    FlexibleTimeWindow::builder()
        .mode(FlexibleTimeWindowMode::Off)
        .build()
        .map_err(|error| incomplete(operation, &error))
}

fn state(enabled: bool) -> ScheduleState {
    match enabled {
        true => ScheduleState::Enabled,
        false => ScheduleState::Disabled,
    }
}

#[async_trait]
impl SchedulerApi for SdkScheduler {
    async fn get(&self, group: &str, name: &str) -> Result<Option<Schedule>, Error> {
        let client = self.clients.scheduler().await?;
        let answer = client.get_schedule().group_name(group).name(name).send();
        let found = answer
            .await
            .called("scheduler", "GetSchedule")
            .if_present()?;
        Ok(found.map(|found| {
            let retry = found.target().and_then(SdkTarget::retry_policy);
            let target = found.target().map(|target| Target {
                arn: target.arn().to_owned(),
                input: target.input().unwrap_or_default().to_owned(),
                role_arn: target.role_arn().to_owned(),
                retries: retry
                    .and_then(RetryPolicy::maximum_retry_attempts)
                    .unwrap_or(DEFAULT_RETRIES),
                max_age: retry
                    .and_then(RetryPolicy::maximum_event_age_in_seconds)
                    .unwrap_or(DEFAULT_MAX_AGE),
            });
            Schedule {
                expression: found.schedule_expression().unwrap_or_default().to_owned(),
                time_zone: found
                    .schedule_expression_timezone()
                    .unwrap_or("UTC")
                    .to_owned(),
                enabled: found.state() != Some(&ScheduleState::Disabled),
                description: found.description().unwrap_or_default().to_owned(),
                target: target.unwrap_or_else(|| Target {
                    arn: String::new(),
                    input: String::new(),
                    role_arn: String::new(),
                    retries: DEFAULT_RETRIES,
                    max_age: DEFAULT_MAX_AGE,
                }),
                flexible: found
                    .flexible_time_window()
                    .is_some_and(|window| *window.mode() != FlexibleTimeWindowMode::Off),
            }
        }))
    }

    async fn create(&self, group: &str, name: &str, schedule: &Schedule) -> Result<(), Error> {
        let client = self.clients.scheduler().await?;
        let call = client
            .create_schedule()
            .group_name(group)
            .name(name)
            .schedule_expression(&schedule.expression)
            .schedule_expression_timezone(&schedule.time_zone)
            .state(state(schedule.enabled))
            .description(&schedule.description)
            .target(sdk_target("CreateSchedule", &schedule.target)?)
            .flexible_time_window(window("CreateSchedule")?);
        call.send()
            .await
            .called("scheduler", "CreateSchedule")
            .map(drop)
    }

    async fn update(&self, group: &str, name: &str, schedule: &Schedule) -> Result<(), Error> {
        let client = self.clients.scheduler().await?;
        let call = client
            .update_schedule()
            .group_name(group)
            .name(name)
            .schedule_expression(&schedule.expression)
            .schedule_expression_timezone(&schedule.time_zone)
            .state(state(schedule.enabled))
            .description(&schedule.description)
            .target(sdk_target("UpdateSchedule", &schedule.target)?)
            .flexible_time_window(window("UpdateSchedule")?);
        call.send()
            .await
            .called("scheduler", "UpdateSchedule")
            .map(drop)
    }

    async fn delete(&self, group: &str, name: &str) -> Result<(), Error> {
        let client = self.clients.scheduler().await?;
        let call = client.delete_schedule().group_name(group).name(name);
        let answer = call.send().await.called("scheduler", "DeleteSchedule");
        answer.if_present().map(drop)
    }
}
