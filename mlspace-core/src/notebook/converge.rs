//! Changing an existing instance to what a configuration says.

use super::{
    NotebookSpec, Notebooks, Status,
    create::missing_instance,
    instances::{self, Since},
    owner::NotebookOwner,
    settings::SettingsChange,
    state::DesiredState,
    tagging::{self, TagChange},
};
use crate::{
    aws::{Error, Operation},
    ownership::Mark,
    tags::Tags,
};

impl Notebooks {
    /// Changes tags, settings, status and daily stop of an existing instance to those of `spec`,
    /// and its token to `mark`.
    ///
    /// `new` says that the instance is left over from an interrupted create, which it has to be
    /// started for. Without a configured `running`, another instance is left running or stopped, as
    /// it is found.
    pub(super) async fn converge(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
        owner: &NotebookOwner,
        tags: &Tags,
        mark: &Mark,
        new: bool,
    ) -> Result<(), Error> {
        let name = &spec.name;
        let mut found = self
            .instances
            .describe(name)
            .await?
            .ok_or_else(|| missing_instance(spec))?;
        if found.status == Status::Updating {
            // An update by another process, or by an interrupted operation of ours. The settings
            // count that it leads to.
            found = self
                .instances
                .drive(operation, name, DesiredState::AtRest, Since::Before)
                .await?
                .ok_or_else(|| missing_instance(spec))?;
        }
        if let Some(reason) = found.must_replace() {
            return Err(Error::Conflict {
                message: format!("notebook `{name}` cannot be updated: {reason}"),
                remedy:
                    "replace it with `terraform apply -replace=ADDRESS`, which loses its volume"
                        .to_owned(),
            });
        }
        let desired = tagging::desired(spec, self.clients.settings())
            .overlaid(&mark.tags())
            .overlaid(&owner.tags());
        let change = TagChange::between(tags, &desired);
        self.instances
            .change_tags(operation, &found.arn, &change)
            .await?;
        let runs = spec
            .running
            .unwrap_or(new || (found.status.is_running() && !owner.suspended));
        let defaults = &self.clients.settings().notebook_defaults;
        let change = SettingsChange::between(&found, spec, defaults, &owner.role_arn);
        if !change.is_empty() {
            self.change_settings(operation, spec, &change, runs).await?;
        }
        let goal = if runs {
            DesiredState::Running
        } else {
            DesiredState::AtRest
        };
        self.instances
            .drive(operation, name, goal, Since::Before)
            .await?
            .ok_or_else(|| missing_instance(spec))?;
        self.stops
            .set(operation, name, &spec.project, owner.stop)
            .await
    }

    /// Stops the instance, changes its settings and waits until they are effective. When SageMaker
    /// refuses the change, an instance that should run is started again.
    async fn change_settings(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
        change: &SettingsChange,
        runs: bool,
    ) -> Result<(), Error> {
        let name = &spec.name;
        let before = self
            .instances
            .drive(operation, name, DesiredState::AtRest, Since::Before)
            .await?
            .ok_or_else(|| missing_instance(spec))?;
        let changed = self.instances.update(operation, name, change).await;
        if let Err(error) = changed {
            if runs && before.status == Status::Stopped {
                let restored = self
                    .instances
                    .drive(operation, name, DesiredState::Running, Since::Before)
                    .await;
                if let Err(second) = restored {
                    tracing::warn!(notebook = %name, error = %second, "could not start again after a refused update");
                }
            }
            return Err(match before.status {
                Status::Failed if instances::refuses_failed(&error) => {
                    instances::beyond_repair(name, &before, &error)
                }
                _ => error,
            });
        }
        let after = self
            .instances
            .drive(operation, name, DesiredState::AtRest, Since::Before)
            .await?
            .ok_or_else(|| missing_instance(spec))?;
        if after.status == Status::Failed && before.status != Status::Failed {
            return Err(instances::failed(name, &after));
        }
        Ok(())
    }
}
