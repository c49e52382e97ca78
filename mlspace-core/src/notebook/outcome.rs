//! Results of creates and updates: what the state gets, with an error or with warnings.

#[cfg(test)]
mod tests;

use super::{
    Network, Notebook, NotebookSpec, Notebooks, PriorNotebook, Status,
    create::missing_instance,
    instance::InstanceState,
    instances::{failed_because, is_cut},
    read, tagging,
};
use crate::{
    aws::{Completed, Error, Failure, Outcome},
    plan::Notice,
};

impl Notebooks {
    /// The result of an update: the notebook as it is now, also with an error.
    pub(super) async fn updated(
        &self,
        spec: &NotebookSpec,
        done: Result<(), Error>,
    ) -> Outcome<Notebook> {
        let prior = PriorNotebook::from(spec);
        let seen = self.read(&spec.name, Some(&prior)).await;
        let unknown = Status::Other("Unknown".to_owned());
        match (done, seen) {
            (Ok(()), Ok(Some(notebook))) => Ok(notebook),
            (Ok(()), Ok(None)) => Err(missing_instance(spec).into()),
            (Err(error), Ok(reached)) => Err(Failure { error, reached }),
            (Ok(()), Err(error)) | (Err(error), Err(_)) => Err(Failure {
                error,
                reached: self.unread_notebook(spec, unknown).await,
            }),
        }
    }

    /// The result of a create whose instance was accepted by SageMaker.
    ///
    /// Terraform replaces what a failed create returns, here with its volume. An instance that
    /// exists or is on its way is therefore a success: warnings say what is not done, and the next
    /// plan shows it. `new` says that this operation created the instance.
    ///
    /// # Errors
    /// With the notebook if its start failed, or if it is left over from another create and cannot
    /// be finished; without it if the instance was deleted.
    pub(super) async fn created(
        &self,
        spec: &NotebookSpec,
        new: bool,
        done: Result<(), Error>,
    ) -> Result<Completed<Notebook>, Failure<Notebook>> {
        let prior = PriorNotebook::from(spec);
        let mut warnings = Vec::new();
        let seen = match self.read(&spec.name, Some(&prior)).await {
            Ok(None) if done.as_ref().is_err_and(is_gone) => None,
            Ok(Some(notebook)) => Some(notebook),
            unseen => {
                if let Err(error) = unseen {
                    warnings.push(unread(spec, &error));
                }
                let status = match &done {
                    Err(_) => Status::Pending,
                    Ok(()) if spec.runs_when_created() => Status::InService,
                    Ok(()) => Status::Stopped,
                };
                self.unread_notebook(spec, status).await
            }
        };
        let Some(notebook) = seen else {
            return Err(done.err().unwrap_or_else(|| missing_instance(spec)).into());
        };
        let failed = notebook.status == Status::Failed.name();
        match done {
            Ok(()) => {}
            Err(error) if failed && is_cut(&error) => {
                return Err(Failure {
                    error: failed_because(&spec.name, notebook.failure_reason.as_deref()),
                    reached: Some(notebook),
                });
            }
            Err(error) if failed || !(new || is_cut(&error)) => {
                return Err(Failure {
                    error,
                    reached: Some(notebook),
                });
            }
            Err(error) => warnings.insert(0, unfinished(&notebook, &error)),
        }
        Ok(Completed {
            object: notebook,
            warnings,
        })
    }

    /// A notebook whose instance exists but cannot be read at the moment, so that the state does
    /// not lose it.
    async fn unread_notebook(&self, spec: &NotebookSpec, status: Status) -> Option<Notebook> {
        let account = self.clients.account().await.ok()?;
        let network = Network::of(spec, &self.clients.settings().notebook_defaults).ok();
        let arn = account.notebook_arn(&spec.name.as_str().to_ascii_lowercase());
        let role_arn = self
            .member_roles
            .arn(&spec.project, &spec.user)
            .await
            .ok()?;
        let found = InstanceState {
            status,
            ..InstanceState::unread(spec, network, arn, role_arn)
        };
        let tags = tagging::desired(spec, self.clients.settings());
        let (prior, own) = (PriorNotebook::from(spec), spec.tags.clone());
        Some(read::notebook(
            &spec.name,
            &prior,
            found,
            own,
            tags,
            spec.daily_stop_time,
            Vec::new(),
        ))
    }
}

/// Whether the error says that another process deletes or deleted the instance, if it is not found.
fn is_gone(error: &Error) -> bool {
    matches!(error, Error::NotFound { .. } | Error::Conflict { .. })
}

/// The warning for an instance that exists while a later step was cut off or failed.
fn unfinished(notebook: &Notebook, error: &Error) -> Notice {
    let cause = if is_cut(error) {
        error.cause_sentence()
    } else {
        error.detail()
    };
    Notice {
        attribute: "",
        summary: "Notebook not complete".to_owned(),
        detail: format!(
            "{cause} The notebook `{}` exists with the status `{}` and is in the state. The next plan shows what is \
             left to do.",
            notebook.name, notebook.status
        ),
    }
}

/// The warning for an instance that was created and cannot be read.
fn unread(spec: &NotebookSpec, error: &Error) -> Notice {
    Notice {
        attribute: "",
        summary: "Notebook not read".to_owned(),
        detail: format!(
            "The notebook `{}` was created and is in the state, but reading it failed. {}",
            spec.name,
            error.detail()
        ),
    }
}
