//! Customer-managed policies: create, repair and delete, with ownership by tags.

mod delete;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::api::{IamApi, NewPolicy, PolicyHead};
use super::cache::IamCache;
use super::roles::Roles;
use crate::aws::lock::Locks;
use crate::aws::wait::{Backoff, Operation, retry};
use crate::aws::{Clients, Error, Guard, IfPresent as _};
use crate::ownership::{Mark, Token};
use crate::tags::{self, PolicyOwner, Tags};
use iam_policy::Document;

/// IAM's quota of versions per policy (IAM user guide, "IAM and AWS STS quotas").
const VERSIONS: usize = 5;

/// How often an object is read again that other processes create and delete at the same time. With
/// [`Backoff::QUICK`] this takes about half a minute, after which IAM is consistent.
pub(crate) const MAX_ATTEMPTS: u32 = 15;

/// A managed policy as it is in IAM.
#[derive(Debug, Clone)]
pub(crate) struct ManagedPolicy {
    /// The tags.
    pub(crate) tags: Tags,
    /// The description, which nobody can change after the creation.
    pub(crate) description: String,
    /// The default version's document, as JSON.
    pub(crate) document: String,
    /// Whether it can have versions in addition to the default one: the default version is not the
    /// first.
    pub(crate) has_history: bool,
}

impl PolicyHead {
    fn with(self, document: String) -> ManagedPolicy {
        ManagedPolicy {
            tags: self.tags,
            description: self.description,
            document,
            has_history: self.default_version != "v1",
        }
    }
}

/// A managed policy as it should be.
#[derive(Debug, Clone)]
pub(crate) struct DesiredPolicy<'a> {
    /// The policy's name.
    pub(crate) name: String,
    /// The project, user or group that it belongs to.
    pub(crate) owner: PolicyOwner<'a>,
    /// Its document.
    pub(crate) document: Document,
    /// What to do when a policy of another owner has this name.
    pub(crate) conflict_remedy: String,
    /// Set while the policy is part of a create.
    pub(crate) creation: Option<Creation<'a>>,
}

/// The create that a policy is part of.
#[derive(Debug, Clone)]
pub(crate) struct Creation<'a> {
    /// The create's token, which a new policy gets as a tag.
    pub(crate) token: &'a Token,
    /// The error for an existing policy without such a tag: no create made it.
    pub(crate) exists: Error,
    /// Set while the create has made the policy, or may have: the response can be lost.
    pub(crate) made: &'a AtomicBool,
}

impl DesiredPolicy<'_> {
    /// The error for a policy of this name with another owner.
    pub(crate) fn conflict(&self) -> Error {
        Error::AlreadyExists {
            what: format!(
                "policy `{}`, whose tags do not name this platform and owner,",
                self.name
            ),
            remedy: self.conflict_remedy.clone(),
        }
    }
}

/// The description that the policy of this owner is created with, the same as MLSpace's.
fn description(owner: PolicyOwner<'_>) -> String {
    let kind = match owner {
        PolicyOwner::Project(_) => "Project",
        PolicyOwner::User(_) => "User",
        PolicyOwner::Group(_) => "Group",
        PolicyOwner::Members | PolicyOwner::Suspended => "Shared",
    };
    format!("MLSpace::{kind}::{}", owner.name())
}

/// Whether the policy belongs to this owner on this platform. Its tags say so; where both are
/// missing, its description does. MLSpace leaves policies untagged in regions without `TagPolicy`.
fn is_owned_by(owner: PolicyOwner<'_>, system: &str, found: &Tags, described: &str) -> bool {
    match (found.get(owner.key()), found.get(tags::SYSTEM)) {
        (None, None) => described == description(owner),
        (name, platform) => name == Some(owner.name()) && platform == Some(system),
    }
}

/// Whether a policy's JSON is equivalent to the desired document.
pub(crate) fn equivalent_json(found: &str, desired: &Document) -> bool {
    Document::parse(found).is_ok_and(|found| found.equivalent(desired))
}

/// The account's customer-managed policies.
pub(crate) struct ManagedPolicies {
    clients: Clients,
    api: Arc<dyn IamApi>,
    cache: Arc<IamCache>,
    roles: Arc<Roles>,
    locks: Locks,
    /// Hashes of the documents of policies that this process has seen or made as they should be, by
    /// ARN.
    ensured: Mutex<HashMap<String, u64>>,
}

/// What [`ManagedPolicies::ensure_once`] remembers of a document.
fn hash(document: &Document) -> u64 {
    let mut hasher = DefaultHasher::new();
    document.to_json().hash(&mut hasher);
    hasher.finish()
}

impl ManagedPolicies {
    /// Policies behind `api`, with bulk reads from `cache`. Deleting a policy detaches it from
    /// `roles`.
    pub(crate) fn new(
        clients: Clients,
        api: Arc<dyn IamApi>,
        cache: Arc<IamCache>,
        roles: Arc<Roles>,
    ) -> Self {
        Self {
            clients,
            api,
            cache,
            roles,
            locks: Locks::default(),
            ensured: Mutex::default(),
        }
    }

    /// Locks changes of this policy in this process.
    pub(crate) async fn lock(&self, name: &str) -> Guard {
        self.locks.lock(&name.to_ascii_lowercase()).await
    }

    /// The ARN of the policy of this name.
    pub(crate) async fn arn(&self, name: &str) -> Result<String, Error> {
        Ok(self.clients.account().await?.policy_arn(name))
    }

    /// The tags that a policy of this owner has.
    pub(crate) fn desired_tags(&self, owner: PolicyOwner<'_>) -> Tags {
        let settings = self.clients.settings();
        settings
            .default_tags
            .clone()
            .overlaid(&tags::policy_tags(&settings.system_tag, owner))
    }

    /// Whether the policy's tags, or its description without these tags, prove that it is the
    /// platform's and this owner's.
    pub(crate) fn owns(&self, owner: PolicyOwner<'_>, policy: &ManagedPolicy) -> bool {
        let system = &self.clients.settings().system_tag;
        is_owned_by(owner, system, &policy.tags, &policy.description)
    }

    /// The policy as it is now.
    pub(crate) async fn current(&self, arn: &str) -> Result<Option<ManagedPolicy>, Error> {
        let Some(head) = self.api.policy(arn).await? else {
            return Ok(None);
        };
        let document = self.api.policy_version(arn, &head.default_version).await?;
        Ok(document.map(|document| head.with(document)))
    }

    /// The default document of a customer-managed policy as JSON, from the bulk read unless
    /// this process has written the policy.
    pub(crate) async fn cached_document(&self, arn: &str) -> Result<Option<String>, Error> {
        match self.cache.snapshot_for(arn).await? {
            Some(snapshot) => Ok(snapshot.policies.get(arn).cloned()),
            None => Ok(self.current(arn).await?.map(|policy| policy.document)),
        }
    }

    /// The default document of any managed policy. Bulk reads do not have AWS managed policies.
    pub(crate) async fn any_document(&self, arn: &str) -> Result<Option<String>, Error> {
        match self.cached_document(arn).await? {
            None => Ok(self.current(arn).await?.map(|policy| policy.document)),
            found => Ok(found),
        }
    }

    /// The policy, with its document from [`Self::cached_document`]. The tags take a call of their own,
    /// because bulk reads do not have them.
    pub(crate) async fn cached(&self, arn: &str) -> Result<Option<ManagedPolicy>, Error> {
        let Some(document) = self.cached_document(arn).await? else {
            return Ok(None);
        };
        let head = self.api.policy(arn).await?;
        Ok(head.map(|head| head.with(document)))
    }

    /// As [`Self::ensure`], but for a policy that this process has already seen or made as it should
    /// be. A policy that is removed by others meanwhile is missed when it is attached; call
    /// [`Self::forget`] then.
    pub(crate) async fn ensure_once(
        &self,
        operation: &Operation,
        desired: &DesiredPolicy<'_>,
    ) -> Result<String, Error> {
        let arn = self.arn(&desired.name).await?;
        if self.ensured(&arn) == Some(hash(&desired.document)) {
            return Ok(arn);
        }
        // Most policies that the bulk read does not know do not exist.
        if self.is_unknown(&arn).await? {
            let _guard = self.lock(&desired.name).await;
            if self.create(operation, desired).await? {
                self.note_ensured(&arn, desired);
                return Ok(arn);
            }
        }
        self.ensure(operation, desired).await
    }

    /// Whether this process has seen or made the policy, or found it in the bulk read.
    pub(crate) async fn is_known(&self, arn: &str) -> Result<bool, Error> {
        Ok(self.ensured(arn).is_some() || self.cached_document(arn).await?.is_some())
    }

    /// Forgets that the policy was seen, because it was missed or is changed.
    pub(crate) fn forget(&self, arn: &str) {
        let mut ensured = self.ensured.lock().unwrap_or_else(PoisonError::into_inner);
        ensured.remove(arn);
    }

    /// The hash of the document that the policy has, if this process has seen or made it.
    fn ensured(&self, arn: &str) -> Option<u64> {
        let ensured = self.ensured.lock().unwrap_or_else(PoisonError::into_inner);
        ensured.get(arn).copied()
    }

    fn note_ensured(&self, arn: &str, desired: &DesiredPolicy<'_>) {
        let mut ensured = self.ensured.lock().unwrap_or_else(PoisonError::into_inner);
        ensured.insert(arn.to_owned(), hash(&desired.document));
    }

    /// Whether there was no such policy when the account was read in bulk, and this process has not
    /// written one since. False when the caller is not allowed to read in bulk.
    async fn is_unknown(&self, arn: &str) -> Result<bool, Error> {
        let snapshot = self.cache.snapshot_for(arn).await?;
        Ok(snapshot.is_some_and(|snapshot| !snapshot.policies.contains_key(arn)))
    }

    /// Creates the policy, or repairs document and tags of an existing one with this owner. Returns
    /// its ARN.
    pub(crate) async fn ensure(
        &self,
        operation: &Operation,
        desired: &DesiredPolicy<'_>,
    ) -> Result<String, Error> {
        let name = &desired.name;
        let arn = self.arn(name).await?;
        let _guard = self.lock(name).await;
        self.cache.written(&arn);
        let what = format!("setting up policy `{name}`");
        // Another process may create or delete the policy in between. Then it is read again.
        for attempt in 0..MAX_ATTEMPTS {
            operation.check(&what)?;
            match self.current(&arn).await? {
                Some(found) if !self.owns(desired.owner, &found) => {
                    return Err(desired.conflict());
                }
                Some(found) => {
                    if let Some(creation) = &desired.creation
                        && Mark::of(&found.tags).is_none()
                    {
                        return Err(creation.exists.clone());
                    }
                    if self.repair(operation, &arn, desired, &found).await? {
                        self.note_ensured(&arn, desired);
                        return Ok(arn);
                    }
                }
                None => {
                    if self.create(operation, desired).await? {
                        self.note_ensured(&arn, desired);
                        return Ok(arn);
                    }
                    self.check_case_collision(name).await?;
                }
            }
            operation.back_off(Backoff::QUICK, attempt, &what).await?;
        }
        Err(Error::Conflict {
            message: format!(
                "policy `{name}` is repeatedly created and deleted by other processes"
            ),
            remedy: "wait for the other run to finish and apply again".to_owned(),
        })
    }

    /// Creates the policy. False when a policy of this name, in any case, exists.
    pub(crate) async fn create(
        &self,
        operation: &Operation,
        desired: &DesiredPolicy<'_>,
    ) -> Result<bool, Error> {
        self.cache.written(&self.arn(&desired.name).await?);
        let creation = desired.creation.as_ref();
        let mark = creation.map_or_else(Tags::new, |creation| creation.token.tags());
        let tags = self.desired_tags(desired.owner).overlaid(&mark);
        let document = desired.document.to_json();
        let description = description(desired.owner);
        let policy = NewPolicy {
            name: &desired.name,
            description: &description,
            document: &document,
            tags: &tags,
        };
        let what = format!("creating policy `{}`", desired.name);
        let note_made = |made: bool| {
            if let Some(creation) = creation {
                creation.made.store(made, Ordering::Relaxed);
            }
        };
        note_made(true);
        let created = retry(operation, &what, || self.api.create_policy(&policy)).await;
        if let Err(error) = &created
            && error.code().is_some()
        {
            note_made(false);
        }
        match created {
            Ok(()) => Ok(true),
            Err(error) if error.is("EntityAlreadyExists") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Refuses a name when a policy exists whose name differs only in case, because IAM ignores
    /// case.
    async fn check_case_collision(&self, name: &str) -> Result<(), Error> {
        let names = self.api.policy_names().await?;
        match crate::collisions::differing_only_in_case(&names, name) {
            None => Ok(()),
            Some(other) => Err(Error::AlreadyExists {
                what: format!(
                    "policy `{other}`, whose name differs from `{name}` only in upper and lower case,"
                ),
                remedy: "choose a name that differs in more than case, because IAM ignores case"
                    .to_owned(),
            }),
        }
    }

    /// Repairs document and tags of an existing policy, and leaves its default version only: MLSpace
    /// deletes policies without deleting their other versions, which IAM refuses. False when it was
    /// deleted meanwhile.
    pub(crate) async fn repair(
        &self,
        operation: &Operation,
        arn: &str,
        desired: &DesiredPolicy<'_>,
        found: &ManagedPolicy,
    ) -> Result<bool, Error> {
        self.cache.written(arn);
        self.forget(arn);
        let what = format!("updating policy `{}`", desired.name);
        if !equivalent_json(&found.document, &desired.document) {
            let before = self.make_room(operation, arn, &what).await?;
            let document = desired.document.to_json();
            let created = retry(operation, &what, || {
                self.api.create_policy_version(arn, &document)
            })
            .await;
            match created {
                Ok(()) => {}
                // Deleted, or another process created a version first: read it again.
                Err(error) if error.is_absent() || error.is("LimitExceeded") => return Ok(false),
                Err(error) => return Err(error),
            }
            self.delete_other_versions(operation, arn, &what, before)
                .await?;
        } else {
            self.leave_one_version(operation, arn, found).await?;
        }
        let tags = self.desired_tags(desired.owner);
        let missing: Tags = tags
            .iter()
            // `policyVersion` is information of the policy's author: all values are accepted.
            .filter(|(key, value)| match found.tags.get(key) {
                Some(_) if *key == tags::POLICY_VERSION => false,
                other => other != Some(value),
            })
            .collect();
        if !missing.is_empty() {
            retry(operation, &what, || self.api.tag_policy(arn, &missing)).await?;
        }
        Ok(true)
    }

    /// Deletes the versions that MLSpace or an interrupted run left in addition to the default one.
    pub(crate) async fn leave_one_version(
        &self,
        operation: &Operation,
        arn: &str,
        found: &ManagedPolicy,
    ) -> Result<(), Error> {
        if !found.has_history {
            return Ok(());
        }
        let what = format!("deleting old versions of policy `{arn}`");
        self.delete_other_versions(operation, arn, &what, Vec::new())
            .await
    }

    /// Deletes the oldest versions, so that IAM accepts one more. Returns the ids of the versions
    /// that are left.
    async fn make_room(
        &self,
        operation: &Operation,
        arn: &str,
        what: &str,
    ) -> Result<Vec<String>, Error> {
        let (mut left, mut others) = (Vec::new(), Vec::new());
        for version in self.api.policy_versions(arn).await? {
            if version.is_default {
                left.push(version.id);
            } else {
                others.push(version.id);
            }
        }
        // Ids are `v1`, `v2` and so on, in the order of creation.
        others.sort_by_key(|id| {
            id.trim_start_matches('v')
                .parse::<u64>()
                .unwrap_or(u64::MAX)
        });
        // Both the default version and the new one are kept in addition to the others.
        let surplus = (others.len() + 2).saturating_sub(VERSIONS);
        for (n, id) in others.into_iter().enumerate() {
            if n < surplus {
                self.delete_version(operation, arn, &id, what).await?;
            } else {
                left.push(id);
            }
        }
        Ok(left)
    }

    /// Deletes all versions but the default one, and those that were there `before` the present
    /// default version: IAM's list can be older than the last change.
    async fn delete_other_versions(
        &self,
        operation: &Operation,
        arn: &str,
        what: &str,
        before: Vec<String>,
    ) -> Result<(), Error> {
        let mut ids: BTreeSet<String> = before.into_iter().collect();
        ids.extend(self.other_versions(arn).await?);
        for id in ids {
            self.delete_version(operation, arn, &id, what).await?;
        }
        Ok(())
    }

    /// Deletes a version, unless another process has deleted it or has made it the default.
    async fn delete_version(
        &self,
        operation: &Operation,
        arn: &str,
        id: &str,
        what: &str,
    ) -> Result<(), Error> {
        retry(operation, what, || async {
            match self.api.delete_policy_version(arn, id).await {
                Err(error) if error.is("DeleteConflict") => Ok(()),
                result => result,
            }
        })
        .await
        .if_present()?;
        Ok(())
    }

    /// Ids of the versions that are not the default.
    async fn other_versions(&self, arn: &str) -> Result<Vec<String>, Error> {
        let versions = self.api.policy_versions(arn).await?;
        Ok(versions
            .into_iter()
            .filter(|version| !version.is_default)
            .map(|version| version.id)
            .collect())
    }
}
