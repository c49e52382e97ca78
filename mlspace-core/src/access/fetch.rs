//! Reading the roles and policies of an account.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};

use super::details::policy_name;
use super::{IamRole, MembershipAccess};
use crate::aws::{Clients, Error};
use crate::iam::{ManagedPolicies, RoleState, Roles};
use crate::layout::{DatasetKey, DatasetScope};
use crate::membership::MemberRoles;
use crate::name::{ProjectName, UserName};
use crate::records::{DatasetRecord, Item, ProjectUserRecord, RecordStore};
use crate::tags::{PROJECT, SYSTEM, Tags, USER};
use iam_policy::Document;

/// How many roles or policies are read concurrently.
const CONCURRENCY: usize = 8;
/// MLSpace's index from users to projects.
const BY_USER: &str = "ReverseLookup";

/// The memberships in a report; all of them by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessFilter {
    /// Only members of this project.
    pub project: Option<ProjectName>,
    /// Only memberships of this user.
    pub user: Option<UserName>,
}

impl AccessFilter {
    fn includes(&self, project: &ProjectName, user: &UserName) -> bool {
        self.project.as_ref().is_none_or(|only| only == project)
            && self.user.as_ref().is_none_or(|only| only == user)
    }
}

/// The project and the user of a membership, and the name of its role.
type Member = (ProjectName, UserName, String);

/// Reads the effective access of memberships.
pub struct AccessReports {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    roles: Arc<Roles>,
    policies: Arc<ManagedPolicies>,
    member_roles: MemberRoles,
}

impl AccessReports {
    /// Memberships with their records in `records`, and their `roles` with attached `policies`.
    pub(crate) fn new(
        clients: Clients,
        records: Arc<dyn RecordStore>,
        roles: Arc<Roles>,
        policies: Arc<ManagedPolicies>,
    ) -> Self {
        Self {
            member_roles: MemberRoles::new(clients.clone()),
            clients,
            records,
            roles,
            policies,
        }
    }

    /// The access of each membership to each dataset on record, by the policies attached to its
    /// role now. Memberships are in the order of project and user, datasets in the order of their
    /// ids.
    ///
    /// Memberships are found by their records and by the tags of their roles. A membership without
    /// a role has no access.
    ///
    /// # Errors
    /// When AWS cannot be reached or refuses a call, or a policy cannot be parsed.
    pub async fn read(&self, filter: &AccessFilter) -> Result<Vec<MembershipAccess>, Error> {
        let (datasets, memberships) =
            futures::try_join!(self.recorded_datasets(), self.memberships(filter))?;
        let roles: Vec<(Member, Option<RoleState>)> = futures::stream::iter(memberships)
            .map(|found| async move {
                let role = self.roles.cached(&found.2).await?;
                Ok::<_, Error>((found, role))
            })
            .buffered(CONCURRENCY)
            .try_collect()
            .await?;
        let documents = self.documents(&roles).await?;
        let context = self.clients.grant_context().await?;
        roles
            .into_iter()
            .map(|((project, user, name), role)| {
                let Some(role) = role else {
                    let arn = context.account.role_arn(&name);
                    let reason = "the role is missing";
                    return Ok(MembershipAccess::nothing(
                        &project, &user, arn, &datasets, reason,
                    ));
                };
                let attached = attached(role, &documents)?;
                attached
                    .access(&context, &project, &user, &datasets)
                    .map_err(|error| Error::Conflict {
                        message: error.to_string(),
                        remedy: "report this as a bug of the provider".to_owned(),
                    })
            })
            .collect()
    }

    /// All datasets on record, in the order of their ids.
    async fn recorded_datasets(&self) -> Result<Vec<DatasetKey>, Error> {
        let table = &self.clients.settings().table_names.datasets;
        let items = self.records.scan(table, &["scope", "name", "type"]).await?;
        let mut keys: Vec<DatasetKey> = items.iter().filter_map(dataset_of).collect();
        keys.sort_by_key(DatasetKey::id);
        Ok(keys)
    }

    async fn memberships(&self, filter: &AccessFilter) -> Result<BTreeSet<Member>, Error> {
        let table = &self.clients.settings().table_names.project_users;
        let items = match (&filter.project, &filter.user) {
            (Some(project), _) => {
                self.records
                    .query(table, "project", project.as_str())
                    .await?
            }
            (None, Some(user)) => {
                self.records
                    .query_index(table, BY_USER, "user", user.as_str())
                    .await?
            }
            (None, None) => self.records.scan(table, &["project", "user"]).await?,
        };
        let mut found = BTreeSet::new();
        for (project, user) in items.iter().filter_map(member_of) {
            if filter.includes(&project, &user) {
                let role = self.member_roles.name(&project, &user)?;
                found.insert((project, user, role));
            }
        }
        let system = &self.clients.settings().system_tag;
        for (name, tags) in self.roles.tagged().await? {
            if let Some((project, user)) = member_by(&tags, system)
                && filter.includes(&project, &user)
                // The bulk read may still list a role that this process has deleted since.
                && (found.contains(&(project.clone(), user.clone(), name.clone()))
                    || self.roles.cached(&name).await?.is_some())
            {
                found.insert((project, user, name));
            }
        }
        Ok(found)
    }

    /// The documents of all attached policies and permissions boundaries, by ARN.
    async fn documents(
        &self,
        roles: &[(Member, Option<RoleState>)],
    ) -> Result<BTreeMap<String, Document>, Error> {
        let arns: BTreeSet<String> = roles
            .iter()
            .filter_map(|(_, role)| role.as_ref())
            .flat_map(|role| role.attached.iter().chain(&role.boundary).cloned())
            .collect();
        futures::stream::iter(arns)
            .map(|arn| async move {
                let text = self.policies.any_document(&arn).await?;
                // A policy that was deleted since the role was read grants nothing.
                let document = text.map_or_else(
                    || Ok(Document::new([])),
                    |text| parse(&text, &format!("policy `{arn}`")),
                )?;
                Ok((arn, document))
            })
            .buffered(CONCURRENCY)
            .try_collect()
            .await
    }
}

fn attached(role: RoleState, documents: &BTreeMap<String, Document>) -> Result<IamRole, Error> {
    let of = |arn: &String| documents.get(arn).cloned().unwrap_or(Document::new([]));
    let mut attached = IamRole::new(&role.arn).tagged(role.tags);
    for arn in &role.attached {
        attached = attached.policy(policy_name(arn), of(arn));
    }
    for (name, text) in &role.inline {
        let what = format!("inline policy `{name}` of role `{}`", role.arn);
        attached = attached.policy(name.as_str(), parse(text, &what)?);
    }
    Ok(match &role.boundary {
        Some(arn) => attached.boundary(policy_name(arn), of(arn)),
        None => attached,
    })
}

fn parse(text: &str, what: &str) -> Result<Document, Error> {
    Document::parse(text).map_err(|error| Error::Conflict {
        message: format!("{what} is not a valid policy: {error}"),
        remedy: "correct it in the IAM console".to_owned(),
    })
}

/// The dataset of a record. `None` for an invalid one, which the platform does not create.
fn dataset_of(item: &Item) -> Option<DatasetKey> {
    let record = DatasetRecord::read(item).ok()?;
    let owned = matches!(record.kind.as_str(), "project" | "private");
    let scope = DatasetScope::from_parts(&record.kind, owned.then_some(record.scope.as_str()));
    Some(DatasetKey::new(scope.ok()?, record.name.parse().ok()?))
}

/// The membership of a record. `None` for an invalid one, which the platform does not create.
fn member_of(item: &Item) -> Option<(ProjectName, UserName)> {
    let record = ProjectUserRecord::read(item).ok()?;
    Some((record.project.parse().ok()?, record.user.parse().ok()?))
}

/// The membership that a role belongs to by its tags.
fn member_by(tags: &Tags, system: &str) -> Option<(ProjectName, UserName)> {
    (tags.get(SYSTEM) == Some(system)).then_some(())?;
    Some((
        tags.get(PROJECT)?.parse().ok()?,
        tags.get(USER)?.parse().ok()?,
    ))
}
