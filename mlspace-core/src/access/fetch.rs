//! Reading what is attached in the account.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};

use super::details::policy_name;
use super::{Attached, MembershipAccess};
use crate::aws::{Clients, Error};
use crate::iam::{ManagedPolicies, RoleState, Roles};
use crate::layout::{DatasetKey, DatasetScope};
use crate::membership::MemberRoles;
use crate::name::{ProjectName, UserName};
use crate::records::{DatasetRecord, Item, ProjectUserRecord, RecordStore};
use crate::tags::{PROJECT, SYSTEM, Tags, USER};
use iam_policy::Document;

/// How many roles, or policies, are read at once.
const AT_ONCE: usize = 8;
/// MLSpace's index from users to projects.
const BY_USER: &str = "ReverseLookup";

/// Whose access to look at; everybody's by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessFilter {
    /// Members of this project only.
    pub project: Option<ProjectName>,
    /// This user's memberships only.
    pub user: Option<UserName>,
}

impl AccessFilter {
    fn takes(&self, project: &ProjectName, user: &UserName) -> bool {
        self.project.as_ref().is_none_or(|only| only == project)
            && self.user.as_ref().is_none_or(|only| only == user)
    }
}

/// A membership by its project, its user and the name of its role.
type Found = (ProjectName, UserName, String);

/// Reads what memberships can really do.
pub struct AccessReports {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    roles: Arc<Roles>,
    policies: Arc<ManagedPolicies>,
    member_roles: MemberRoles,
}

impl AccessReports {
    /// Memberships on record in `records`, with what their `roles` carry of `policies`.
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

    /// What each membership may really do with each dataset on record, by the policies attached to its role now; in the order of project and
    /// user, the datasets in the order of their ids.
    ///
    /// Memberships are those on record, and those whose roles say by their tags that they are one. A membership on record without a role may
    /// do nothing.
    ///
    /// # Errors
    /// When AWS can't be reached or refuses the calls, or a policy can't be understood.
    pub async fn read(&self, filter: &AccessFilter) -> Result<Vec<MembershipAccess>, Error> {
        let (datasets, memberships) =
            futures::try_join!(self.recorded_datasets(), self.memberships(filter))?;
        let roles: Vec<(Found, Option<RoleState>)> = futures::stream::iter(memberships)
            .map(|found| async move {
                let role = self.roles.cached(&found.2).await?;
                Ok::<_, Error>((found, role))
            })
            .buffered(AT_ONCE)
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
                        remedy: "report this as a defect".to_owned(),
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

    async fn memberships(&self, filter: &AccessFilter) -> Result<BTreeSet<Found>, Error> {
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
            if filter.takes(&project, &user) {
                let role = self.member_roles.name(&project, &user)?;
                found.insert((project, user, role));
            }
        }
        let system = &self.clients.settings().system_tag;
        for (name, tags) in self.roles.tagged().await? {
            if let Some((project, user)) = member_by(&tags, system)
                && filter.takes(&project, &user)
                // The bulk read may be older than what this process has removed since.
                && (found.contains(&(project.clone(), user.clone(), name.clone()))
                    || self.roles.cached(&name).await?.is_some())
            {
                found.insert((project, user, name));
            }
        }
        Ok(found)
    }

    /// The documents of all policies that the roles carry or are bounded by, by ARN.
    async fn documents(
        &self,
        roles: &[(Found, Option<RoleState>)],
    ) -> Result<BTreeMap<String, Document>, Error> {
        let arns: BTreeSet<String> = roles
            .iter()
            .filter_map(|(_, role)| role.as_ref())
            .flat_map(|role| role.attached.iter().chain(&role.boundary).cloned())
            .collect();
        futures::stream::iter(arns)
            .map(|arn| async move {
                let text = self.policies.any_document(&arn).await?;
                // Removed since the role was read: it grants nothing any more.
                let document = text.map_or_else(
                    || Ok(Document::new([])),
                    |text| parse(&text, &format!("policy `{arn}`")),
                )?;
                Ok((arn, document))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }
}

fn attached(role: RoleState, documents: &BTreeMap<String, Document>) -> Result<Attached, Error> {
    let of = |arn: &String| documents.get(arn).cloned().unwrap_or(Document::new([]));
    let mut attached = Attached::new(&role.arn).tagged(role.tags);
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
        message: format!("{what} cannot be understood: {error}"),
        remedy: "look at it in the IAM console and save it anew".to_owned(),
    })
}

/// The dataset that a record is about; none for what the platform didn't make.
fn dataset_of(item: &Item) -> Option<DatasetKey> {
    let record = DatasetRecord::read(item).ok()?;
    let owned = matches!(record.kind.as_str(), "project" | "private");
    let scope = DatasetScope::from_parts(&record.kind, owned.then_some(record.scope.as_str()));
    Some(DatasetKey::new(scope.ok()?, record.name.parse().ok()?))
}

fn member_of(item: &Item) -> Option<(ProjectName, UserName)> {
    let record = ProjectUserRecord::read(item).ok()?;
    Some((record.project.parse().ok()?, record.user.parse().ok()?))
}

/// The membership that a role's tags name.
fn member_by(tags: &Tags, system: &str) -> Option<(ProjectName, UserName)> {
    (tags.get(SYSTEM) == Some(system)).then_some(())?;
    Some((
        tags.get(PROJECT)?.parse().ok()?,
        tags.get(USER)?.parse().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::ItemBuilder;
    use iam_policy::Statement;

    #[test]
    fn records_name_datasets_of_every_type() {
        let item = |scope: &str, kind: &str, name: &str| {
            ItemBuilder::new()
                .string("scope", scope)
                .string("type", kind)
                .string("name", name)
                .build()
        };
        let ids = [
            ("global", "global", "global/d"),
            ("group", "group", "group/d"),
            ("fraud", "project", "project/fraud/d"),
            ("alice", "private", "private/alice/d"),
        ];
        for (scope, kind, id) in ids {
            assert_eq!(
                dataset_of(&item(scope, kind, "d")),
                Some(id.parse().unwrap())
            );
        }
        for (scope, kind, name) in [
            ("fraud", "project", "a/*"),
            ("a*", "private", "d"),
            ("x", "odd", "d"),
        ] {
            assert_eq!(dataset_of(&item(scope, kind, name)), None);
        }
    }

    #[test]
    fn tags_name_a_membership_only_with_all_three() {
        let full = Tags::from([
            ("system", "MLSpace"),
            ("project", "fraud"),
            ("user", "alice"),
        ]);
        let (project, user) = member_by(&full, "MLSpace").unwrap();
        assert_eq!((project.as_str(), user.as_str()), ("fraud", "alice"));
        assert_eq!(member_by(&full, "Other"), None);
        for key in ["system", "project", "user"] {
            let mut tags = full.clone();
            tags.remove(key);
            assert_eq!(member_by(&tags, "MLSpace"), None, "{key}");
        }
    }

    #[test]
    fn everything_attached_is_taken_by_name() {
        let open = Document::new([Statement::allow("Open").actions(["s3:*"]).resources(["*"])]);
        let role = RoleState {
            arn: "arn:aws:iam::123456789012:role/r".to_owned(),
            boundary: Some("arn:aws:iam::123456789012:policy/p/bound".to_owned()),
            attached: ["arn:aws:iam::aws:policy/Base".to_owned()].into(),
            inline: [("own".to_owned(), open.to_json())].into(),
            ..RoleState::default()
        };
        let documents = BTreeMap::from([("arn:aws:iam::aws:policy/Base".to_owned(), open.clone())]);
        // The boundary's document is gone: it bounds to nothing.
        let expected = Attached::new("arn:aws:iam::123456789012:role/r")
            .policy("Base", open.clone())
            .policy("own", open)
            .boundary("bound", Document::new([]));
        assert_eq!(attached(role.clone(), &documents), Ok(expected));
        let broken = RoleState {
            inline: [("own".to_owned(), "{".to_owned())].into(),
            ..role
        };
        let error = attached(broken, &documents).unwrap_err().to_string();
        assert!(error.starts_with("inline policy `own` of role"), "{error}");
    }

    #[test]
    fn a_filter_takes_what_it_names() {
        let project = |name: &str| name.parse::<ProjectName>().unwrap();
        let user = |name: &str| name.parse::<UserName>().unwrap();
        let (fraud, churn) = (project("fraud"), project("churn"));
        let (alice, bob) = (user("alice"), user("bob"));
        let both = AccessFilter {
            project: Some(fraud.clone()),
            user: Some(alice.clone()),
        };
        assert!(AccessFilter::default().takes(&churn, &bob));
        assert!(both.takes(&fraud, &alice));
        assert!(!both.takes(&churn, &alice) && !both.takes(&fraud, &bob));
    }
}
