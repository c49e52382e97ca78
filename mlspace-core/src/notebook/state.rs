//! The states of a notebook instance, and the calls that lead from a status to a desired state.
//!
//! SageMaker accepts a Stop only while the instance is InService, and a Start, Update or Delete
//! only while it is Stopped or Failed (*StopNotebookInstance*, *StartNotebookInstance*,
//! *UpdateNotebookInstance*, *DeleteNotebookInstance* in the SageMaker API Reference).

use std::fmt;

use serde::{Deserialize, Serialize};

/// The status of a notebook instance, as DescribeNotebookInstance gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Being created or started.
    Pending,
    /// Running.
    InService,
    /// Being stopped.
    Stopping,
    /// Stopped; the volume is kept.
    Stopped,
    /// Creation, start or update failed; DescribeNotebookInstance has the reason.
    Failed,
    /// Being deleted.
    Deleting,
    /// Settings are being changed.
    Updating,
    /// A status that this version does not know.
    Other(String),
}

impl Status {
    /// The status of this name in SageMaker's API.
    pub fn from_name(name: &str) -> Self {
        match name {
            "Pending" => Self::Pending,
            "InService" => Self::InService,
            "Stopping" => Self::Stopping,
            "Stopped" => Self::Stopped,
            "Failed" => Self::Failed,
            "Deleting" => Self::Deleting,
            "Updating" => Self::Updating,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Its name in SageMaker's API.
    pub fn name(&self) -> &str {
        match self {
            Self::Pending => "Pending",
            Self::InService => "InService",
            Self::Stopping => "Stopping",
            Self::Stopped => "Stopped",
            Self::Failed => "Failed",
            Self::Deleting => "Deleting",
            Self::Updating => "Updating",
            Self::Other(name) => name,
        }
    }

    /// Whether it stays until somebody changes it.
    pub(crate) fn is_settled(&self) -> bool {
        matches!(self, Self::InService | Self::Stopped | Self::Failed)
    }

    /// Whether the instance is running or starting.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::InService | Self::Pending)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The desired state of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DesiredState {
    /// InService.
    Running,
    /// Stopped or Failed: settings can be changed.
    AtRest,
    /// Deleted.
    Gone,
}

/// The next step towards a desired state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// None: the instance is in the desired state.
    Reached,
    /// Read the status again later.
    Wait,
    /// StartNotebookInstance.
    Start,
    /// StopNotebookInstance.
    Stop,
    /// DeleteNotebookInstance.
    Delete,
    /// None: the start failed.
    Failed,
    /// None: another process deletes the instance.
    BeingDeleted,
}

/// The next step from a status towards a desired state.
///
/// `started` says that this operation started the instance, so that `Failed` is the result of that
/// start and not an earlier state.
pub(crate) fn next(status: &Status, goal: DesiredState, started: bool) -> Step {
    match (goal, status) {
        (DesiredState::Running, Status::InService)
        | (DesiredState::AtRest, Status::Stopped | Status::Failed) => Step::Reached,
        (DesiredState::Running, Status::Failed) if started => Step::Failed,
        (DesiredState::Running, Status::Stopped | Status::Failed) => Step::Start,
        (DesiredState::AtRest | DesiredState::Gone, Status::InService) => Step::Stop,
        (DesiredState::Gone, Status::Stopped | Status::Failed) => Step::Delete,
        (DesiredState::Running | DesiredState::AtRest, Status::Deleting) => Step::BeingDeleted,
        (
            _,
            Status::Pending
            | Status::Stopping
            | Status::Updating
            | Status::Deleting
            | Status::Other(_),
        ) => Step::Wait,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Status; 7] = [
        Status::Pending,
        Status::InService,
        Status::Stopping,
        Status::Stopped,
        Status::Failed,
        Status::Deleting,
        Status::Updating,
    ];

    /// The status that follows without a call.
    fn settled(status: &Status) -> Option<Status> {
        match status {
            Status::Pending => Some(Status::InService),
            Status::Stopping | Status::Updating => Some(Status::Stopped),
            Status::Deleting => None,
            still => Some(still.clone()),
        }
    }

    /// SageMaker's response to a call: the new status, or an error.
    fn call(status: &Status, step: Step) -> Result<Status, String> {
        match (step, status) {
            (Step::Stop, Status::InService) => Ok(Status::Stopping),
            (Step::Start, Status::Stopped | Status::Failed) => Ok(Status::Pending),
            (Step::Delete, Status::Stopped | Status::Failed) => Ok(Status::Deleting),
            (step, status) => Err(format!("{step:?} in {status}")),
        }
    }

    #[test]
    fn status_names_round_trip() {
        for status in &ALL {
            assert_eq!(&Status::from_name(status.name()), status);
        }
        assert_eq!(Status::from_name("Hibernating").to_string(), "Hibernating");
    }

    #[test]
    fn next_reaches_each_state_by_accepted_calls() {
        for goal in [
            DesiredState::Running,
            DesiredState::AtRest,
            DesiredState::Gone,
        ] {
            for start in &ALL {
                let mut status = Some(start.clone());
                let mut started = false;
                let mut reached = false;
                for _ in 0..8 {
                    let Some(now) = status.clone() else {
                        reached = goal == DesiredState::Gone;
                        break;
                    };
                    match next(&now, goal, started) {
                        Step::Reached => {
                            reached = true;
                            break;
                        }
                        Step::Wait => status = settled(&now),
                        Step::BeingDeleted => {
                            reached = *start == Status::Deleting;
                            break;
                        }
                        Step::Failed => panic!("gave up on {start} without a start that failed"),
                        step => {
                            started |= step == Step::Start;
                            status = Some(call(&now, step).unwrap());
                        }
                    }
                }
                assert!(reached, "{start} towards {goal:?}");
            }
        }
    }

    #[test]
    fn next_does_not_repeat_failed_start() {
        assert_eq!(
            next(&Status::Failed, DesiredState::Running, false),
            Step::Start
        );
        assert_eq!(
            next(&Status::Failed, DesiredState::Running, true),
            Step::Failed
        );
    }

    proptest! {
        #[test]
        fn next_waits_in_unknown_status(name in "[A-Z][a-z]{9,12}ed") {
            let status = Status::from_name(&name);
            for goal in [DesiredState::Running, DesiredState::AtRest, DesiredState::Gone] {
                prop_assert_eq!(next(&status, goal, false), Step::Wait);
            }
        }
    }
}
