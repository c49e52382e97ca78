//! Removing projects.

use std::collections::BTreeSet;

use super::{Projects, object};
use crate::aws::{Error, IfPresent as _, Operation, PolicyModel};
use crate::grant::GrantKey;
use crate::layout::{self, DatasetKey};
use crate::name::{NotebookName, ProjectName, UserName};
use crate::notebook::{Owner, Status};
use crate::ownership::Claim;
use crate::records::{Change, Key, ProjectRecord, REMOVING, Write};
use crate::studio::DependentProfile;
use crate::tags::PolicyOwner;

/// What keeps a project from being removed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Dependents {
    members: BTreeSet<UserName>,
    groups: Vec<String>,
    datasets: Vec<DatasetKey>,
    notebooks: Vec<NotebookName>,
    profiles: Vec<DependentProfile>,
    grants: Vec<GrantKey>,
}

impl Dependents {
    fn names(&self) -> Vec<String> {
        let members = self.members.iter().map(|user| format!("member {user}"));
        let groups = self.groups.iter().map(|group| format!("group {group}"));
        let datasets = self.datasets.iter().map(|key| format!("dataset {key}"));
        let notebooks = self.notebooks.iter().map(|name| format!("notebook {name}"));
        let grants = self.grants.iter().map(|key| format!("grant {key}"));
        members
            .chain(groups)
            .chain(datasets)
            .chain(notebooks)
            .chain(self.profiles.iter().map(ToString::to_string))
            .chain(grants)
            .collect()
    }
}

impl Projects {
    /// Removes a project: its policy or its place among the suspended, then its record. A project that isn't there is no error.
    ///
    /// Members, datasets, notebooks, user profiles and grants keep it from being removed, unless
    /// `force_destroy` removes them first: notebooks and profiles with their spaces before the
    /// memberships whose roles they use, then datasets with all their objects.
    ///
    /// # Errors
    /// [`Error::InUse`] naming what is in the project, or the first step's that failed. What is
    /// left is removed by calling it again.
    pub async fn delete(
        &self,
        operation: &Operation,
        name: &ProjectName,
        force_destroy: bool,
    ) -> Result<(), Error> {
        let _guard = self.lock(name).await;
        if *operation.claim() != Claim::Unknown {
            let token = self.projects.token(name).await?;
            operation.claim().check(&object(name), token.as_ref())?;
        }
        let policy_name =
            layout::project_policy_name(&self.clients.settings().iam_resource_prefix, name)?;
        let arn = self.clients.account().await?.policy_arn(&policy_name);
        // From here on nothing is added that the list would not have.
        self.set_removing(name, true).await?;
        let dependents = Box::pin(self.find_dependents(name, &arn)).await?;
        let names = dependents.names();
        if !names.is_empty() && !force_destroy {
            self.set_removing(name, false).await?;
            return Err(Error::InUse {
                what: format!("project `{name}`"),
                by: names,
                remedy: "remove them first, or set `force_destroy` to remove them with the project"
                    .to_owned(),
            });
        }
        Box::pin(self.delete_budget(operation, name)).await?;
        self.delete_dependents(operation, name, dependents).await?;
        let owner = PolicyOwner::Project(name);
        // A policy of this name that isn't ours is left to its owner.
        if self
            .policies
            .current(&arn)
            .await?
            .is_some_and(|policy| self.policies.owns(owner, &policy))
        {
            self.policies.delete(operation, &arn).await?;
        }
        self.suspensions.set(operation, name, false).await?;
        operation.check(&format!("removing the record of project `{name}`"))?;
        self.projects.forget(name).await;
        self.records
            .delete(
                &self.clients.settings().table_names.projects,
                &ProjectRecord::key(name),
            )
            .await
    }

    /// Removes the project's budget, if it is on record with one, or not on record.
    async fn delete_budget(&self, operation: &Operation, name: &ProjectName) -> Result<(), Error> {
        match self.projects.has_budget(name).await? {
            Some(true) => self.budgets.remove(operation, name).await,
            Some(false) => Ok(()),
            None => self.budgets.remove_any(operation, name).await,
        }
    }

    /// Marks the record of a project that is about to be removed, or takes the mark away. A project
    /// without a record has none.
    async fn set_removing(&self, name: &ProjectName, removing: bool) -> Result<(), Error> {
        let change = Change::new().expect_present("name");
        let change = if removing {
            change.set_bool(REMOVING, true)
        } else {
            change.remove(REMOVING)
        };
        let table = &self.clients.settings().table_names.projects;
        let key = ProjectRecord::key(name);
        let (Write::Done | Write::Refused) = self.records.update(table, &key, &change).await?;
        Ok(())
    }

    async fn find_dependents(
        &self,
        name: &ProjectName,
        policy_arn: &str,
    ) -> Result<Dependents, Error> {
        let (members, groups, datasets, notebooks, profiles, roles, grants) = futures::try_join!(
            self.members.of_project(name),
            self.member_groups(name),
            self.dependents.datasets.of_project(name),
            self.inventory.dependents(name, None),
            self.studio.dependents(Owner::Project(name)),
            self.member_roles(name, policy_arn),
            self.dependents.grants.of_project(name),
        )?;
        Ok(Dependents {
            members: members.into_iter().chain(roles).collect(),
            groups,
            datasets,
            profiles,
            grants,
            notebooks: notebooks
                .into_iter()
                .filter(|notebook| notebook.status != Status::Deleting)
                .map(|notebook| notebook.name)
                .collect(),
        })
    }

    /// Users whose roles hold rights in the project: members too, though not recorded as such. They
    /// carry the project's policy, and to take it from them would free them from its denials; or
    /// their tags say so, which is what counts where all share a policy.
    async fn member_roles(
        &self,
        name: &ProjectName,
        policy_arn: &str,
    ) -> Result<Vec<UserName>, Error> {
        let mut roles = self.policies.attachments(policy_arn).await?.roles;
        if self.clients.settings().policy_model == PolicyModel::Attribute {
            for (role, tags) in self.roles.tagged().await? {
                if let Some(user) = self.member_roles.user_in(name, &tags)
                    && self.member_roles.name(name, &user)? == role
                {
                    roles.push(role);
                }
            }
        }
        let mut users = Vec::new();
        for role in roles {
            // What was read in bulk may have gone.
            let state = self.roles.current(&role).await?;
            users.extend(state.and_then(|state| self.member_roles.user_in(name, &state.tags)));
        }
        Ok(users)
    }

    /// The groups recorded as members of the project. Deployments without groups may lack the table.
    async fn member_groups(&self, project: &ProjectName) -> Result<Vec<String>, Error> {
        let table = &self.clients.settings().table_names.project_groups;
        let items = self
            .records
            .query(table, "project", project.as_str())
            .await
            .if_present()?;
        let groups = items.unwrap_or_default();
        Ok(groups
            .iter()
            .filter_map(|item| item.get("group")?.as_s().ok().cloned())
            .collect())
    }

    async fn delete_dependents(
        &self,
        operation: &Operation,
        name: &ProjectName,
        dependents: Dependents,
    ) -> Result<(), Error> {
        let operation = &operation.on_any_object();
        for notebook in &dependents.notebooks {
            self.dependents
                .notebooks
                .delete(operation, notebook)
                .await?;
        }
        for profile in &dependents.profiles {
            self.studio.delete(operation, profile).await?;
        }
        // Before the memberships: their roles stay where a group gives them as well.
        let table = &self.clients.settings().table_names.project_groups;
        for group in dependents.groups {
            operation.check(&format!("removing group `{group}` from project `{name}`"))?;
            let key = Key::hash("project", name.as_str()).range("group", group);
            self.records.delete(table, &key).await?;
        }
        for user in &dependents.members {
            let memberships = &self.dependents.memberships;
            Box::pin(memberships.delete(operation, name, user)).await?;
        }
        // A later project of this name would have them.
        for grant in &dependents.grants {
            Box::pin(self.dependents.grants.delete(operation, grant)).await?;
        }
        for dataset in &dependents.datasets {
            self.dependents
                .datasets
                .delete(operation, dataset, true)
                .await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependents_are_named_by_kind() {
        let dependents = Dependents {
            members: BTreeSet::from(["alice".parse().unwrap()]),
            groups: vec!["risk".to_owned()],
            datasets: vec!["project/fraud/cards".parse().unwrap()],
            notebooks: vec!["alice-fraud".parse().unwrap()],
            profiles: vec![DependentProfile {
                domain: "d-1".to_owned(),
                name: "fraud-alice".to_owned(),
            }],
            grants: vec!["lake/project/fraud".parse().unwrap()],
        };
        assert_eq!(
            dependents.names(),
            [
                "member alice",
                "group risk",
                "dataset project/fraud/cards",
                "notebook alice-fraud",
                "user profile fraud-alice of Studio domain d-1",
                "grant lake/project/fraud"
            ]
        );
    }
}
