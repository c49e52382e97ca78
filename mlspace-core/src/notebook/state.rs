//! The life of a notebook instance: which call leads from a status to where it should be.
//!
//! SageMaker takes a Stop only when the instance is InService, a Start, Update or Delete only when it is at rest
//! (*StopNotebookInstance*, *StartNotebookInstance*, *UpdateNotebookInstance*, *DeleteNotebookInstance* in the SageMaker API Reference).

use std::fmt;

/// The status of a notebook instance, as DescribeNotebookInstance gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Being created or started.
    Pending,
    /// Running.
    InService,
    /// On its way to `Stopped`.
    Stopping,
    /// At rest; the volume is kept.
    Stopped,
    /// Creation, start or update failed; DescribeNotebookInstance says why.
    Failed,
    /// On its way out.
    Deleting,
    /// Settings are being changed.
    Updating,
    /// A status that came after this was written.
    Other(String),
}

impl Status {
    /// The status that SageMaker calls so.
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

    /// SageMaker's name for it.
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

    /// Whether the instance runs or is about to.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::InService | Self::Pending)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where an instance should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DesiredState {
    /// InService.
    Running,
    /// Where settings can be changed: Stopped, or Failed.
    AtRest,
    /// Gone.
    Gone,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing: the goal is reached.
    Reached,
    /// Ask again later.
    Wait,
    /// StartNotebookInstance.
    Start,
    /// StopNotebookInstance.
    Stop,
    /// DeleteNotebookInstance.
    Delete,
    /// Nothing leads there: the start was tried and failed.
    Failed,
    /// Nothing leads there: someone deletes the instance.
    Vanishing,
}

/// The next step from a status towards a goal.
///
/// `started` tells that the present attempt to run it was ours, so that `Failed` is its outcome and not where it was before.
pub(crate) fn next(status: &Status, goal: DesiredState, started: bool) -> Step {
    match (goal, status) {
        (DesiredState::Running, Status::InService)
        | (DesiredState::AtRest, Status::Stopped | Status::Failed) => Step::Reached,
        (DesiredState::Running, Status::Failed) if started => Step::Failed,
        (DesiredState::Running, Status::Stopped | Status::Failed) => Step::Start,
        (DesiredState::AtRest | DesiredState::Gone, Status::InService) => Step::Stop,
        (DesiredState::Gone, Status::Stopped | Status::Failed) => Step::Delete,
        (DesiredState::Running | DesiredState::AtRest, Status::Deleting) => Step::Vanishing,
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

    /// What SageMaker makes of a status while nobody calls.
    fn settled(status: &Status) -> Option<Status> {
        match status {
            Status::Pending => Some(Status::InService),
            Status::Stopping | Status::Updating => Some(Status::Stopped),
            Status::Deleting => None,
            still => Some(still.clone()),
        }
    }

    /// SageMaker's answer to a call: the new status, or a refusal.
    fn call(status: &Status, step: Step) -> Result<Status, String> {
        match (step, status) {
            (Step::Stop, Status::InService) => Ok(Status::Stopping),
            (Step::Start, Status::Stopped | Status::Failed) => Ok(Status::Pending),
            (Step::Delete, Status::Stopped | Status::Failed) => Ok(Status::Deleting),
            (step, status) => Err(format!("{step:?} in {status}")),
        }
    }

    #[test]
    fn names_round_trip() {
        for status in &ALL {
            assert_eq!(&Status::from_name(status.name()), status);
        }
        assert_eq!(Status::from_name("Hibernating").to_string(), "Hibernating");
    }

    #[test]
    fn every_goal_is_reached_from_every_status_by_calls_that_are_taken() {
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
                        Step::Vanishing => {
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
    fn a_start_that_failed_is_not_repeated() {
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
        fn an_unknown_status_is_waited_out(name in "[A-Z][a-z]{9,12}ed") {
            let status = Status::from_name(&name);
            for goal in [DesiredState::Running, DesiredState::AtRest, DesiredState::Gone] {
                prop_assert_eq!(next(&status, goal, false), Step::Wait);
            }
        }
    }
}
