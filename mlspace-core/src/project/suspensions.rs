//! The shared list of suspended projects and users, in the attribute model.
//!
//! One policy on every member's role denies everything to the members of the projects that it
//! lists, and to the users that it lists, so suspending is a single write, independent of the number
//! of members.
//!
//! The list follows from the records. IAM has no conditional writes: of two processes that change
//! the list at the same time, one can undo the other's change. So each reads the list again after
//! its write, and once more when its project's record is written. The last reader finds the records
//! of both and adds what is missing. Until then every listed project stays, because its suspension
//! can be in progress and not recorded yet; only the project's own resource removes it. The record
//! of a user says first what the list follows, so that it needs no such care.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ProjectRecords;
use crate::aws::{Backoff, Clients, Error, IfPresent as _, Operation, PolicyModel};
use crate::iam::managed_policies::MAX_ATTEMPTS;
use crate::iam::{DesiredPolicy, ManagedPolicies, ManagedPolicy};
use crate::name::{ProjectName, UserName};
use crate::policies::Suspended;
use crate::tags::PolicyOwner;
use crate::user::UserRecords;
use crate::{layout, policies};
use iam_policy::Document;

/// What an operation changes of the list.
#[derive(Clone, Copy)]
enum Change<'a> {
    /// Nothing.
    None,
    /// What the records of users say.
    Records,
    /// Whether the members of this project may do nothing.
    Project(&'a ProjectName, bool),
    /// A user without a record leaves.
    WithoutUser(&'a UserName),
}

/// The list as it should be: what is recorded as suspended, what is listed and has a record at all,
/// and the change.
fn wanted(
    recorded: &BTreeMap<ProjectName, bool>,
    listed: Option<&BTreeSet<ProjectName>>,
    change: Option<(&ProjectName, bool)>,
) -> BTreeSet<ProjectName> {
    let listed = listed.into_iter().flatten();
    let suspended = recorded.iter().filter(|(_, suspended)| **suspended);
    let mut all: BTreeSet<ProjectName> = suspended
        .map(|(name, _)| name)
        .chain(listed.filter(|name| recorded.contains_key(*name)))
        .cloned()
        .collect();
    match change {
        Some((name, true)) => drop(all.insert(name.clone())),
        Some((name, false)) => drop(all.remove(name)),
        None => {}
    }
    all
}

/// The users that should be listed: those that are recorded as suspended, and those that are listed
/// and have no record, whose suspension nothing has ended.
fn wanted_users(
    recorded: &BTreeMap<UserName, bool>,
    listed: Option<&BTreeSet<UserName>>,
) -> BTreeSet<UserName> {
    let suspended = recorded.iter().filter(|(_, suspended)| **suspended);
    let unknown = listed.into_iter().flatten();
    let unknown = unknown.filter(|name| !recorded.contains_key(*name));
    suspended
        .map(|(name, _)| name)
        .chain(unknown)
        .cloned()
        .collect()
}

/// What the policy's JSON lists; `None` when it was edited.
fn listed_in(json: &str) -> Option<Suspended> {
    Suspended::of(&Document::parse(json).ok()?)
}

/// What to do about a policy of another owner under the name of a shared one.
pub(crate) fn shared_policy_remedy(owner: PolicyOwner<'_>, system_tag: &str) -> String {
    format!(
        "rename or remove it, choose another `iam_resource_prefix`, or, if it is the platform's, tag it `{}` = `{}` and \
         `system` = `{system_tag}`",
        owner.key(),
        owner.name(),
    )
}

/// The policy that lists the suspended projects and users.
pub(crate) struct SuspensionList {
    clients: Clients,
    projects: Arc<ProjectRecords>,
    users: Arc<UserRecords>,
    policies: Arc<ManagedPolicies>,
}

impl SuspensionList {
    /// A list kept in `policies`, made from the records of `projects` and `users`.
    pub(crate) fn new(
        clients: Clients,
        projects: Arc<ProjectRecords>,
        users: Arc<UserRecords>,
        policies: Arc<ManagedPolicies>,
    ) -> Self {
        Self {
            clients,
            projects,
            users,
            policies,
        }
    }

    /// Sees to it that the project is on the list, or not. Without a list there is nobody to deny
    /// anything: the first membership makes it from the records.
    ///
    /// # Errors
    /// When too many projects are suspended for one policy, with the sum; when a policy of another's
    /// bears the list's name; when AWS can't be reached or refuses the calls.
    pub(crate) async fn set(
        &self,
        operation: &Operation,
        name: &ProjectName,
        suspended: bool,
    ) -> Result<(), Error> {
        let right = |listed: &Suspended| listed.projects.contains(name) == suspended;
        self.reconcile(operation, Change::Project(name, suspended), false, right)
            .await
    }

    /// As [`Self::set`], looking after all others as well.
    pub(crate) async fn settle(
        &self,
        operation: &Operation,
        name: &ProjectName,
        suspended: bool,
    ) -> Result<(), Error> {
        self.reconcile(operation, Change::Project(name, suspended), false, |_| {
            false
        })
        .await
    }

    /// Brings the list in line with the record of a user, who has just been suspended or not.
    pub(crate) async fn follow(&self, operation: &Operation) -> Result<(), Error> {
        self.reconcile(operation, Change::Records, false, |_| false)
            .await
    }

    /// Takes a user without a record off the list.
    pub(crate) async fn drop_user(
        &self,
        operation: &Operation,
        user: &UserName,
    ) -> Result<(), Error> {
        let right = |listed: &Suspended| !listed.users.contains(user);
        self.reconcile(operation, Change::WithoutUser(user), false, right)
            .await
    }

    /// Makes the list if there is none, and mends one that was edited; a `thorough` look also adds
    /// what is recorded and not listed.
    pub(crate) async fn ensure(&self, operation: &Operation, thorough: bool) -> Result<(), Error> {
        self.reconcile(operation, Change::None, true, |_| !thorough)
            .await
    }

    /// Brings the list in line with the records and `change`. A list that is `right` at the first
    /// look is left alone; after a write it is compared with the records again.
    async fn reconcile(
        &self,
        operation: &Operation,
        change: Change<'_>,
        make: bool,
        right: impl Fn(&Suspended) -> bool + Send,
    ) -> Result<(), Error> {
        let name = layout::suspension_policy_name(&self.clients.settings().iam_resource_prefix)?;
        let arn = self.clients.account().await?.policy_arn(&name);
        let _guard = self.policies.lock(&name).await;
        let what = format!("listing suspended projects in policy `{name}`");
        for attempt in 0..MAX_ATTEMPTS {
            operation.check(&what)?;
            let found = self.policies.current(&arn).await?;
            if found.is_none() && !make {
                return Ok(());
            }
            let listed = found.as_ref().and_then(|found| listed_in(&found.document));
            let owned = found
                .as_ref()
                .is_none_or(|found| self.policies.owns(PolicyOwner::Suspended, found));
            if !owned && self.clients.settings().policy_model == PolicyModel::PerPrincipal {
                // No list of ours, then; only the other model needs one.
                return Ok(());
            }
            if owned && attempt == 0 && listed.as_ref().is_some_and(&right) {
                return self.leave_one_version(operation, &arn, change, found).await;
            }
            let names = self.wanted(listed.as_ref(), change).await?;
            let policy = self.desired(name.clone(), &names).await?;
            if !owned {
                return Err(policy.conflict());
            }
            if listed.as_ref() == Some(&names) {
                return self.leave_one_version(operation, &arn, change, found).await;
            }
            match &found {
                Some(found) => drop(
                    self.policies
                        .repair(operation, &arn, &policy, found)
                        .await?,
                ),
                None => drop(self.policies.create(operation, &policy).await?),
            }
            operation.back_off(Backoff::QUICK, attempt, &what).await?;
        }
        Err(Error::Conflict {
            message: format!("policy `{name}` keeps being changed by others"),
            remedy: "apply again when they are done".to_owned(),
        })
    }

    /// What the list should be, which is this now.
    async fn wanted(
        &self,
        listed: Option<&Suspended>,
        change: Change<'_>,
    ) -> Result<Suspended, Error> {
        let projects = self.projects.suspensions().await?;
        let users = self.users.suspensions().await?;
        let project = match change {
            Change::Project(name, suspended) => Some((name, suspended)),
            Change::None | Change::Records | Change::WithoutUser(_) => None,
        };
        let mut users = wanted_users(&users, listed.map(|listed| &listed.users));
        if let Change::WithoutUser(user) = change {
            users.remove(user);
        }
        Ok(Suspended {
            projects: wanted(&projects, listed.map(|listed| &listed.projects), project),
            users,
        })
    }

    /// Deletes versions that an interrupted `change` has left.
    async fn leave_one_version(
        &self,
        operation: &Operation,
        arn: &str,
        change: Change<'_>,
        found: Option<ManagedPolicy>,
    ) -> Result<(), Error> {
        match (change, found) {
            (Change::None, _) | (_, None) => Ok(()),
            (_, Some(found)) => {
                self.policies
                    .leave_one_version(operation, arn, &found)
                    .await
            }
        }
    }

    async fn desired(
        &self,
        name: String,
        suspended: &Suspended,
    ) -> Result<DesiredPolicy<'static>, Error> {
        Ok(DesiredPolicy {
            name,
            owner: PolicyOwner::Suspended,
            document: policies::suspension_list(&self.clients.policy_context().await?, suspended)?,
            conflict_remedy: shared_policy_remedy(
                PolicyOwner::Suspended,
                &self.clients.settings().system_tag,
            ),
            creation: None,
        })
    }

    /// Checks at plan time that `more` can be suspended beside those that are.
    ///
    /// # Errors
    /// With the sum when they can't; or what keeps it from looking.
    pub(crate) async fn check(&self, more: &Suspended) -> Result<(), Error> {
        // A table that isn't there yet has no projects.
        let recorded = self.projects.suspensions().await.if_present()?;
        let recorded = recorded.unwrap_or_default();
        let projects = wanted(&recorded, None, None);
        // Older policies of Terraform's role may not allow reading the users.
        let users = self.users.suspensions().await.if_allowed()?;
        let users = wanted_users(&users.unwrap_or_default(), None);
        let all = Suspended {
            projects: projects.union(&more.projects).cloned().collect(),
            users: users.union(&more.users).cloned().collect(),
        };
        policies::suspension_list(&self.clients.policy_context().await?, &all)?;
        Ok(())
    }

    /// What a refresh has to say about the project's place on the list: a sentence, if anything.
    pub(crate) async fn drift(
        &self,
        project: &ProjectName,
        suspended: bool,
    ) -> Result<Option<String>, Error> {
        let name = layout::suspension_policy_name(&self.clients.settings().iam_resource_prefix)?;
        let arn = self.clients.account().await?.policy_arn(&name);
        let Some(json) = self.policies.cached_document(&arn).await? else {
            return Ok(None);
        };
        Ok(match listed_in(&json) {
            None => Some(format!("policy `{name}` was edited")),
            Some(listed) if suspended && !listed.projects.contains(project) => Some(format!(
                "policy `{name}` does not list project `{project}`, which is suspended"
            )),
            Some(listed) if !suspended && listed.projects.contains(project) => Some(format!(
                "policy `{name}` lists project `{project}`, which is not suspended"
            )),
            Some(_) => None,
        })
    }

    /// As [`Self::drift`], about a user's place on the list.
    pub(crate) async fn user_drift(
        &self,
        user: &UserName,
        suspended: bool,
    ) -> Result<Option<String>, Error> {
        let name = layout::suspension_policy_name(&self.clients.settings().iam_resource_prefix)?;
        let arn = self.clients.account().await?.policy_arn(&name);
        let Some(json) = self.policies.cached_document(&arn).await? else {
            return Ok(None);
        };
        Ok(match listed_in(&json) {
            Some(listed) if suspended && !listed.users.contains(user) => Some(format!(
                "policy `{name}` does not list user `{user}`, who is suspended"
            )),
            Some(listed) if !suspended && listed.users.contains(user) => Some(format!(
                "policy `{name}` lists user `{user}`, who is not suspended"
            )),
            // Projects say so of an edited one.
            None if suspended => Some(format!("policy `{name}` was edited")),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(name: &str) -> ProjectName {
        name.parse().unwrap()
    }

    fn list(names: &[&str]) -> BTreeSet<ProjectName> {
        names.iter().map(|name| project(name)).collect()
    }

    fn records(records: &[(&str, bool)]) -> BTreeMap<ProjectName, bool> {
        let record = |&(name, suspended): &(&str, bool)| (project(name), suspended);
        records.iter().map(record).collect()
    }

    #[test]
    fn what_is_recorded_is_listed() {
        let recorded = records(&[("fraud", true), ("churn", false)]);
        for listed in [None, Some(&list(&[])), Some(&list(&["fraud"]))] {
            assert_eq!(wanted(&recorded, listed, None), list(&["fraud"]));
        }
    }

    #[test]
    fn a_suspension_under_way_stays_until_its_own_resource_ends_it() {
        let recorded = records(&[("fraud", false), ("churn", false)]);
        let listed = list(&["fraud"]);
        let (fraud, churn) = (project("fraud"), project("churn"));
        let and = |change| wanted(&recorded, Some(&listed), Some(change));
        assert_eq!(and((&churn, true)), list(&["churn", "fraud"]));
        assert_eq!(and((&churn, false)), list(&["fraud"]));
        assert_eq!(and((&fraud, false)), list(&[]));
    }

    #[test]
    fn what_has_no_record_is_dropped() {
        let recorded = records(&[("churn", true)]);
        let listed = list(&["gone", "churn"]);
        assert_eq!(wanted(&recorded, Some(&listed), None), list(&["churn"]));
    }

    #[test]
    fn a_change_goes_before_the_record() {
        let fraud = project("fraud");
        let recorded = records(&[("fraud", true)]);
        assert_eq!(
            wanted(&recorded, None, Some((&fraud, false))),
            list(&[]),
            "the record follows"
        );
        let recorded = records(&[]);
        assert_eq!(
            wanted(&recorded, None, Some((&fraud, true))),
            list(&["fraud"])
        );
    }

    #[test]
    fn an_edited_list_is_none() {
        assert_eq!(listed_in("{"), None);
        assert_eq!(
            listed_in(r#"{"Version":"2012-10-17","Statement":[]}"#),
            None
        );
    }

    #[test]
    fn users_are_listed_by_their_records() {
        let user = |name: &str| name.parse::<UserName>().unwrap();
        let users = |names: &[&str]| names.iter().map(|name| user(name)).collect();
        let recorded = BTreeMap::from([(user("alice"), true), (user("bob"), false)]);
        assert_eq!(wanted_users(&recorded, None), users(&["alice"]));
        // Bob's suspension has ended; nobody has ended that of a user without a record.
        let listed = users(&["bob", "gone"]);
        assert_eq!(
            wanted_users(&recorded, Some(&listed)),
            users(&["alice", "gone"])
        );
    }
}
