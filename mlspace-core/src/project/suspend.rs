//! Stopping what runs in a project that is suspended.

use crate::aws::wait::until;
use crate::aws::{Backoff, Called as _, Error, Operation, Platform, Poll};
use crate::name::{NotebookName, ProjectName};

/// What to do about a notebook that is to stop, by its status.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// Stop it.
    Stop,
    /// Wait: it can't be stopped now, or is stopping.
    Wait,
    /// Nothing: it doesn't run.
    Rest,
}

fn step(status: &str) -> Step {
    match status {
        "InService" => Step::Stop,
        "Stopped" | "Failed" | "Deleting" => Step::Rest,
        _ => Step::Wait,
    }
}

impl Platform {
    /// Stops every notebook of the project and waits until none runs. One that can't be stopped
    /// keeps none of the others running; it is named at the end.
    pub(super) async fn stop_project_notebooks(
        &self,
        operation: &Operation,
        project: &ProjectName,
    ) -> Result<(), Error> {
        let notebooks = self.project_notebooks(project, None).await?;
        let stops = notebooks.iter().map(|notebook| async {
            self.stop_running(operation, &notebook.name)
                .await
                .map_err(|error| (notebook.name.to_string(), error))
        });
        let failed: Vec<(String, Error)> = futures::future::join_all(stops)
            .await
            .into_iter()
            .filter_map(Result::err)
            .collect();
        if operation.cancel.is_cancelled() {
            return Err(Error::Cancelled {
                what: format!("suspending project `{project}`"),
            });
        }
        if failed.is_empty() {
            return Ok(());
        }
        let list: Vec<String> = failed
            .iter()
            .map(|(name, error)| format!("`{name}` ({error})"))
            .collect();
        Err(Error::Conflict {
            message: format!(
                "members of project `{project}` are denied everything, but these notebooks could not be stopped: {}",
                list.join(", ")
            ),
            remedy: "apply again to go on".to_owned(),
        })
    }

    async fn stop_running(&self, operation: &Operation, name: &NotebookName) -> Result<(), Error> {
        let client = self.sagemaker().await?;
        let what = format!("waiting for notebook `{name}` to stop");
        until(operation, &what, Backoff::SLOW, || async move {
            let found = client
                .describe_notebook_instance()
                .notebook_instance_name(name.as_str())
                .send()
                .await
                .called("sagemaker", "DescribeNotebookInstance");
            let status = match found {
                Ok(found) => found
                    .notebook_instance_status
                    .map(|status| status.as_str().to_owned()),
                // SageMaker has no code of its own for what isn't there.
                Err(error) if gone(&error) => return Ok(Poll::Ready(())),
                Err(error) => return Err(error),
            };
            let status = status.unwrap_or_default();
            match step(&status) {
                Step::Rest => return Ok(Poll::Ready(())),
                Step::Wait => return Ok(Poll::Pending(status)),
                Step::Stop => {}
            }
            let stopped = client
                .stop_notebook_instance()
                .notebook_instance_name(name.as_str())
                .send()
                .await
                .called("sagemaker", "StopNotebookInstance");
            match stopped {
                Ok(_) => Ok(Poll::Pending("Stopping".to_owned())),
                // Its status changed in between: look again.
                Err(error) if error.is("ValidationException") => Ok(Poll::Pending(status)),
                Err(error) => Err(error),
            }
        })
        .await
    }
}

fn gone(error: &Error) -> bool {
    error.is_absent()
        || matches!(error, Error::Aws { code, message, .. }
            if code == "ValidationException" && message.contains("RecordNotFound"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_runs_is_stopped_and_what_changes_is_waited_for() {
        assert_eq!(step("InService"), Step::Stop);
        for status in ["Pending", "Stopping", "Updating", "SomethingNew"] {
            assert_eq!(step(status), Step::Wait, "{status}");
        }
        for status in ["Stopped", "Failed", "Deleting"] {
            assert_eq!(step(status), Step::Rest, "{status}");
        }
    }
}
