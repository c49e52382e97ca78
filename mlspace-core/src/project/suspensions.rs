//! The shared list of suspended projects, in the attribute model.
//!
//! One policy on every member's role denies everything to the members of the projects that it
//! lists, so suspending is a single write, independent of the number of members.
//!
//! The list follows from the records. IAM has no conditional writes: of two processes that change
//! the list at the same time, one can undo the other's change. So each reads the list again after
//! its write, and once more when its project's record is written. The last reader finds the records
//! of both and adds what is missing. Until then every listed project stays, because its suspension
//! can be in progress and not recorded yet; only the project's own resource removes it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ProjectRecords;
use crate::aws::{Backoff, Clients, Error, IfPresent as _, Operation, PolicyModel};
use crate::iam::managed_policies::MAX_ATTEMPTS;
use crate::iam::{DesiredPolicy, ManagedPolicies, ManagedPolicy};
use crate::name::ProjectName;
use crate::tags::PolicyOwner;
use crate::{layout, policies};
use iam_policy::Document;

/// A project, and whether its members may do nothing.
type Change<'a> = (&'a ProjectName, bool);

/// The list as it should be: what is recorded as suspended, what is listed and has a record at all,
/// and the change.
fn wanted(
    recorded: &BTreeMap<ProjectName, bool>,
    listed: Option<&BTreeSet<ProjectName>>,
    change: Option<Change<'_>>,
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

/// The projects that the policy's JSON lists; `None` when it was edited.
fn listed_in(json: &str) -> Option<BTreeSet<ProjectName>> {
    policies::suspended_projects(&Document::parse(json).ok()?)
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

/// The policy that lists the suspended projects.
pub(crate) struct SuspensionList {
    clients: Clients,
    projects: Arc<ProjectRecords>,
    policies: Arc<ManagedPolicies>,
}

impl SuspensionList {
    /// A list kept in `policies`, made from the records of `projects`.
    pub(crate) fn new(
        clients: Clients,
        projects: Arc<ProjectRecords>,
        policies: Arc<ManagedPolicies>,
    ) -> Self {
        Self {
            clients,
            projects,
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
        let right = |listed: &BTreeSet<ProjectName>| listed.contains(name) == suspended;
        self.reconcile(operation, Some((name, suspended)), false, right)
            .await
    }

    /// As [`Self::set`], looking after all others as well.
    pub(crate) async fn settle(
        &self,
        operation: &Operation,
        name: &ProjectName,
        suspended: bool,
    ) -> Result<(), Error> {
        self.reconcile(operation, Some((name, suspended)), false, |_| false)
            .await
    }

    /// Makes the list if there is none, and mends one that was edited; a `thorough` look also adds
    /// what is recorded and not listed.
    pub(crate) async fn ensure(&self, operation: &Operation, thorough: bool) -> Result<(), Error> {
        self.reconcile(operation, None, true, |_| !thorough).await
    }

    /// Brings the list in line with the records and `change`. A list that is `right` at the first
    /// look is left alone; after a write it is compared with the records again.
    async fn reconcile(
        &self,
        operation: &Operation,
        change: Option<Change<'_>>,
        make: bool,
        right: impl Fn(&BTreeSet<ProjectName>) -> bool + Send,
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
            let recorded = self.projects.suspensions().await?;
            let names = wanted(&recorded, listed.as_ref(), change);
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

    /// Deletes versions that an interrupted `change` has left.
    async fn leave_one_version(
        &self,
        operation: &Operation,
        arn: &str,
        change: Option<Change<'_>>,
        found: Option<ManagedPolicy>,
    ) -> Result<(), Error> {
        match (change, found) {
            (Some(_), Some(found)) => {
                self.policies
                    .leave_one_version(operation, arn, &found)
                    .await
            }
            _ => Ok(()),
        }
    }

    async fn desired(
        &self,
        name: String,
        suspended: &BTreeSet<ProjectName>,
    ) -> Result<DesiredPolicy<'static>, Error> {
        Ok(DesiredPolicy {
            name,
            owner: PolicyOwner::Suspended,
            document: policies::suspension_policy(
                &self.clients.policy_context().await?,
                suspended,
            )?,
            conflict_remedy: shared_policy_remedy(
                PolicyOwner::Suspended,
                &self.clients.settings().system_tag,
            ),
            creation: None,
        })
    }

    /// Checks at plan time that `more` projects can be suspended beside those that are.
    ///
    /// # Errors
    /// With the sum when they can't; or what keeps it from looking.
    pub(crate) async fn check(&self, more: &BTreeSet<ProjectName>) -> Result<(), Error> {
        // A table that isn't there yet has no projects.
        let recorded = self.projects.suspensions().await.if_present()?;
        let recorded = recorded.unwrap_or_default();
        let all = wanted(&recorded, None, None);
        policies::suspension_policy(&self.clients.policy_context().await?, all.union(more))?;
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
            Some(listed) if suspended && !listed.contains(project) => Some(format!(
                "policy `{name}` does not list project `{project}`, which is suspended"
            )),
            Some(listed) if !suspended && listed.contains(project) => Some(format!(
                "policy `{name}` lists project `{project}`, which is not suspended"
            )),
            Some(_) => None,
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
}
