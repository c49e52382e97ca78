//! Reading the roles and policies of an account.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};

use super::{IamRole, KnownProofs, MembershipAccess};
use crate::aws::{Clients, Error};
use crate::iam::{ManagedPolicies, RoleState, Roles};
use crate::layout::{DatasetKey, DatasetKeyError, DatasetScope};
use crate::membership::{MemberRecords, MemberRoles};
use crate::name::{NameError, ProjectName, UserName};
use crate::records::{Item, RecordStore, View};
use crate::tags::{PROJECT, SYSTEM, Tags, USER, are_of_mlspace_itself};
use iam_policy::evaluate::CallerError;

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

/// The error for a role's ARN that cannot be evaluated. Account and role come from STS and IAM.
pub(crate) fn invalid_role(error: &CallerError) -> Error {
    Error::Conflict {
        message: error.to_string(),
        remedy: "if the provider has `endpoints`, check that `sts` and `iam` answer as AWS does"
            .to_owned(),
    }
}

impl AccessFilter {
    fn includes(&self, project: &ProjectName, user: &UserName) -> bool {
        self.project.as_ref().is_none_or(|only| only == project)
            && self.user.as_ref().is_none_or(|only| only == user)
    }
}

/// The project and the user of a membership, and the name of its role.
type Member = (ProjectName, UserName, String);

/// The effective access of memberships.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessReport {
    /// Memberships in the order of project and user.
    pub memberships: Vec<MembershipAccess>,
    /// What the report leaves out, a sentence each: records that no permission can be decided for.
    pub skipped: Vec<String>,
}

/// Reads the effective access of memberships.
pub struct AccessReports {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    roles: Arc<Roles>,
    policies: Arc<ManagedPolicies>,
    members: Arc<MemberRecords>,
    member_roles: MemberRoles,
}

impl AccessReports {
    /// Memberships with their records in `records`, and their `roles` with attached `policies`.
    pub(crate) fn new(
        clients: Clients,
        records: Arc<dyn RecordStore>,
        roles: Arc<Roles>,
        policies: Arc<ManagedPolicies>,
        members: Arc<MemberRecords>,
    ) -> Self {
        Self {
            member_roles: MemberRoles::new(clients.clone()),
            clients,
            records,
            roles,
            policies,
            members,
        }
    }

    /// The access of each membership to each dataset on record, by the policies attached to its
    /// role now. Memberships are in the order of project and user, datasets in the order of their
    /// ids.
    ///
    /// Memberships are found by their records, by those of groups in projects, and by the tags of their
    /// roles. A membership without a role has no access. MLSpace's own roles are no memberships.
    ///
    /// # Errors
    /// When AWS cannot be reached or refuses a call, or a policy cannot be parsed.
    pub async fn read(&self, filter: &AccessFilter) -> Result<AccessReport, Error> {
        let ((datasets, mut skipped), (memberships, odd)) =
            futures::try_join!(self.recorded_datasets(), self.memberships(filter))?;
        skipped.extend(odd);
        let roles: Vec<(Member, Option<RoleState>)> = futures::stream::iter(memberships)
            .map(|found| async move {
                let role = self.roles.cached(&found.2).await?;
                Ok::<_, Error>((found, role))
            })
            .buffered(CONCURRENCY)
            .try_collect()
            .await?;
        let documents = self.documents(&roles).await?;
        let context = self.clients.policy_context().await?;
        let known = KnownProofs::default();
        let memberships: Result<Vec<MembershipAccess>, Error> = roles
            .into_iter()
            .map(|((project, user, name), role)| {
                let Some(role) = role else {
                    let arn = context.account.role_arn(&name);
                    let reason = "the role is missing";
                    return Ok(MembershipAccess::nothing(
                        &project, &user, arn, &datasets, reason,
                    ));
                };
                let attached = IamRole::of_state(&role, &documents);
                attached
                    .map_err(|message| Error::Conflict {
                        message,
                        remedy: "correct it in the IAM console".to_owned(),
                    })?
                    .access(&context, &project, &user, &datasets, &known)
                    .map_err(|error| invalid_role(&error))
            })
            .collect();
        Ok(AccessReport {
            memberships: memberships?,
            skipped,
        })
    }

    /// All datasets on record, in the order of their ids, and sentences about the other records.
    async fn recorded_datasets(&self) -> Result<(Vec<DatasetKey>, Vec<String>), Error> {
        let table = &self.clients.settings().table_names.datasets;
        let items = self.records.scan(table, &["scope", "name", "type"]).await?;
        let (mut keys, mut skipped) = (Vec::new(), Vec::new());
        for item in &items {
            match dataset_of(item) {
                Ok(key) => keys.push(key),
                Err(why) => skipped.push(not_reported("dataset", item, ["scope", "name"], &why)),
            }
        }
        keys.sort_by_key(DatasetKey::id);
        skipped.sort();
        Ok((keys, skipped))
    }

    /// The memberships, and sentences about records that are none.
    async fn memberships(
        &self,
        filter: &AccessFilter,
    ) -> Result<(BTreeSet<Member>, Vec<String>), Error> {
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
        let (mut found, mut skipped) = (BTreeSet::new(), BTreeSet::new());
        for item in &items {
            let (project, user) = match member_of(item) {
                Ok(member) => member,
                Err(why) => {
                    let keys = ["project", "user"];
                    skipped.insert(not_reported("member", item, keys, &why));
                    continue;
                }
            };
            if filter.includes(&project, &user) {
                let role = self.member_roles.name(&project, &user)?;
                found.insert((project, user, role));
            }
        }
        for (project, user) in self.members.all_through_groups().await? {
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
        Ok((found, skipped.into_iter().collect()))
    }

    /// The documents of all attached policies and permissions boundaries, by ARN.
    async fn documents(
        &self,
        roles: &[(Member, Option<RoleState>)],
    ) -> Result<BTreeMap<String, Option<String>>, Error> {
        let arns: BTreeSet<String> = roles
            .iter()
            .filter_map(|(_, role)| role.as_ref())
            .flat_map(|role| role.attached.iter().chain(&role.boundary).cloned())
            .collect();
        futures::stream::iter(arns)
            .map(|arn| async move {
                let text = self.policies.any_document(&arn).await?;
                Ok((arn, text))
            })
            .buffered(CONCURRENCY)
            .try_collect()
            .await
    }
}

/// The dataset of a record, or why it has none.
fn dataset_of(item: &Item) -> Result<DatasetKey, String> {
    let (kind, scope) = (text(item, "type")?, text(item, "scope")?);
    let owned = matches!(kind.as_str(), "project" | "private");
    let scope = DatasetScope::from_parts(&kind, owned.then_some(scope.as_str()));
    let scope = scope.map_err(|error| match error {
        DatasetKeyError::Name(error) => broken_rule(&error),
        _ => format!("its type is `{}`", kind.escape_debug()),
    })?;
    let name = text(item, "name")?.parse();
    let name = name.map_err(|error| broken_rule(&error))?;
    Ok(DatasetKey::new(scope, name))
}

/// The membership of a record, or why it has none.
fn member_of(item: &Item) -> Result<(ProjectName, UserName), String> {
    let project = text(item, "project")?.parse();
    let user = text(item, "user")?.parse();
    Ok((
        project.map_err(|error| broken_rule(&error))?,
        user.map_err(|error| broken_rule(&error))?,
    ))
}

fn text(item: &Item, name: &str) -> Result<String, String> {
    let text = View(item).string(name);
    text.map_err(|error| format!("it {error}"))
}

fn broken_rule(error: &NameError) -> String {
    error.rule_and_remedy().0
}

/// The sentence about a record that the report leaves out.
fn not_reported(kind: &str, item: &Item, keys: [&str; 2], why: &str) -> String {
    let keys = keys.map(|key| {
        let value = item.get(key).and_then(|value| value.as_s().ok());
        value.map_or("", String::as_str).escape_debug().to_string()
    });
    format!(
        "The record `{}` of a {kind} is left out: {why}.",
        keys.join("`, `")
    )
}

/// The membership that a role belongs to by its tags.
fn member_by(tags: &Tags, system: &str) -> Option<(ProjectName, UserName)> {
    (tags.get(SYSTEM) == Some(system) && !are_of_mlspace_itself(tags)).then_some(())?;
    Some((
        tags.get(PROJECT)?.parse().ok()?,
        tags.get(USER)?.parse().ok()?,
    ))
}
