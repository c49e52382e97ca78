//! Roles and policies as IAM holds them, read in bulk where that serves.
//!
//! Terraform refreshes resource by resource. The first read asks for the account's authorization
//! details as a whole (`GetAccountAuthorizationDetails`, paged) and the others are served from it,
//! for as long as a refresh lasts. What this process has written is read singly from then on, since
//! the whole may be older.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_iam::types::{EntityType, ManagedPolicyDetail, RoleDetail, Tag};
use tokio::time::Instant;

use super::error::Error;
use super::outcome::Called as _;
use super::platform::Platform;
pub(crate) use crate::access::decode;
use crate::tags::Tags;

/// A role, with everything that decides what it may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RoleState {
    /// The role's ARN.
    pub(crate) arn: String,
    /// The trust policy, as JSON.
    pub(crate) trust: String,
    /// ARN of the permissions boundary.
    pub(crate) boundary: Option<String>,
    /// The tags.
    pub(crate) tags: Tags,
    /// ARNs of the attached managed policies.
    pub(crate) attached: BTreeSet<String>,
    /// The inline policies as JSON, by name.
    pub(crate) inline: BTreeMap<String, String>,
}

/// How long a bulk read serves others: the length of a refresh, not of an operator's session.
const FRESH: Duration = Duration::from_secs(30);

/// Bulk reads and what they don't hold for.
#[derive(Default)]
pub(crate) struct Authorizations {
    current: tokio::sync::Mutex<Bulk>,
    written: Mutex<HashSet<String>>,
    /// Roles by name, with the ARN of a policy that this process took from them.
    detached: Mutex<HashSet<(String, String)>>,
}

#[derive(Default)]
enum Bulk {
    #[default]
    None,
    At(Instant, Arc<Snapshot>),
    /// The caller may not read in bulk; it is not asked again.
    Denied,
}

#[derive(Debug, Default)]
struct Snapshot {
    roles: HashMap<String, RoleState>,
    /// Default documents by policy ARN.
    policies: HashMap<String, String>,
}

impl Authorizations {
    /// Notes that the role or policy of this name or ARN is being written.
    pub(crate) fn written(&self, key: &str) {
        self.written
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.to_owned());
    }

    /// Notes that this process takes the policy from the role. IAM may list it there for a while.
    pub(crate) fn detached(&self, role: &str, arn: &str) {
        self.pairs(|pairs| pairs.insert((role.to_owned(), arn.to_owned())));
    }

    /// Notes that this process gives the policy to the role.
    pub(crate) fn attached(&self, role: &str, arn: &str) {
        self.pairs(|pairs| pairs.remove(&(role.to_owned(), arn.to_owned())));
    }

    /// Whether this process took the policy from the role, last of all it did with the two.
    pub(crate) fn is_detached(&self, role: &str, arn: &str) -> bool {
        self.pairs(|pairs| pairs.contains(&(role.to_owned(), arn.to_owned())))
    }

    fn pairs<T>(&self, act: impl FnOnce(&mut HashSet<(String, String)>) -> T) -> T {
        act(&mut self.detached.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_written(&self, key: &str) -> bool {
        self.written
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(key)
    }
}

impl Platform {
    /// The role, from a recent bulk read unless this process has written to it.
    pub(crate) async fn role(&self, name: &str) -> Result<Option<RoleState>, Error> {
        if self.authorizations().is_written(name) {
            return self.live_role(name).await;
        }
        match self.snapshot().await? {
            Some(snapshot) => Ok(snapshot.roles.get(name).cloned()),
            None => self.live_role(name).await,
        }
    }

    /// The default document of a customer-managed policy as JSON, as fresh as [`Self::role`].
    pub(crate) async fn policy_document(&self, arn: &str) -> Result<Option<String>, Error> {
        if !self.authorizations().is_written(arn)
            && let Some(snapshot) = self.snapshot().await?
        {
            return Ok(snapshot.policies.get(arn).cloned());
        }
        Ok(self.live_policy(arn).await?.map(|policy| policy.document))
    }

    /// The default document of any managed policy, AWS's own included, which bulk reads leave out.
    pub(crate) async fn any_policy_document(&self, arn: &str) -> Result<Option<String>, Error> {
        match self.policy_document(arn).await? {
            None => Ok(self.live_policy(arn).await?.map(|policy| policy.document)),
            found => Ok(found),
        }
    }

    /// Names and tags of all roles by a recent bulk read; none when the caller may not make one.
    pub(crate) async fn tagged_roles(&self) -> Result<Vec<(String, Tags)>, Error> {
        let Some(snapshot) = self.snapshot().await? else {
            return Ok(Vec::new());
        };
        let roles = snapshot.roles.iter();
        Ok(roles
            .map(|(name, role)| (name.clone(), role.tags.clone()))
            .collect())
    }

    /// A recent bulk read; `None` when the caller may not make one. Concurrent callers share it.
    async fn snapshot(&self) -> Result<Option<Arc<Snapshot>>, Error> {
        let mut current = self.authorizations().current.lock().await;
        match &*current {
            Bulk::Denied => return Ok(None),
            Bulk::At(at, snapshot) if at.elapsed() < FRESH => {
                return Ok(Some(Arc::clone(snapshot)));
            }
            _ => {}
        }
        match self.read_all().await {
            Ok(snapshot) => {
                let snapshot = Arc::new(snapshot);
                *current = Bulk::At(Instant::now(), Arc::clone(&snapshot));
                Ok(Some(snapshot))
            }
            Err(error) if error.is_denied() => {
                tracing::info!("no bulk reads of IAM are allowed, reading one by one");
                *current = Bulk::Denied;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn read_all(&self) -> Result<Snapshot, Error> {
        let client = self.iam().await?;
        let mut snapshot = Snapshot::default();
        let mut marker = None;
        loop {
            let page = client
                .get_account_authorization_details()
                .filter(EntityType::Role)
                .filter(EntityType::LocalManagedPolicy)
                .max_items(1000)
                .set_marker(marker.take())
                .send()
                .await
                .called("iam", "GetAccountAuthorizationDetails")?;
            snapshot
                .roles
                .extend(page.role_detail_list().iter().filter_map(role_of));
            snapshot
                .policies
                .extend(page.policies().iter().filter_map(document_of));
            marker = page.marker.filter(|_| page.is_truncated);
            if marker.is_none() {
                return Ok(snapshot);
            }
        }
    }
}

fn role_of(detail: &RoleDetail) -> Option<(String, RoleState)> {
    let state = RoleState {
        arn: detail.arn()?.to_owned(),
        trust: decode(detail.assume_role_policy_document().unwrap_or_default()),
        boundary: detail
            .permissions_boundary()
            .and_then(|boundary| boundary.permissions_boundary_arn())
            .map(str::to_owned),
        tags: tags_of(detail.tags()),
        attached: detail
            .attached_managed_policies()
            .iter()
            .filter_map(|policy| policy.policy_arn().map(str::to_owned))
            .collect(),
        inline: detail
            .role_policy_list()
            .iter()
            .filter_map(|policy| {
                Some((
                    policy.policy_name()?.to_owned(),
                    decode(policy.policy_document()?),
                ))
            })
            .collect(),
    };
    Some((detail.role_name()?.to_owned(), state))
}

fn document_of(detail: &ManagedPolicyDetail) -> Option<(String, String)> {
    let version = detail
        .policy_version_list()
        .iter()
        .find(|version| version.is_default_version())?;
    Some((detail.arn()?.to_owned(), decode(version.document()?)))
}

/// IAM's tags as ours.
pub(crate) fn tags_of(tags: &[Tag]) -> Tags {
    tags.iter().map(|tag| (tag.key(), tag.value())).collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_iam::types::{AttachedPolicy, PolicyDetail, PolicyVersion};

    use super::*;

    #[test]
    fn a_role_comes_with_all_that_decides_its_rights() {
        let detail = RoleDetail::builder()
            .role_name("r")
            .arn("arn:aws:iam::123456789012:role/r")
            .assume_role_policy_document("%7B%7D")
            .attached_managed_policies(AttachedPolicy::builder().policy_arn("arn:p").build())
            .role_policy_list(
                PolicyDetail::builder()
                    .policy_name("inline")
                    .policy_document("%7B%7D")
                    .build(),
            )
            .tags(Tag::builder().key("user").value("alice").build().unwrap())
            .build();
        let (name, state) = role_of(&detail).unwrap();
        assert_eq!(name, "r");
        assert_eq!(state.trust, "{}");
        assert!(state.attached.contains("arn:p"));
        assert_eq!(state.inline["inline"], "{}");
        assert_eq!(state.tags.get("user"), Some("alice"));
    }

    #[test]
    fn only_the_default_version_counts() {
        let version = |id: &str, document: &str, default| {
            PolicyVersion::builder()
                .version_id(id)
                .document(document)
                .is_default_version(default)
                .build()
        };
        let detail = ManagedPolicyDetail::builder()
            .arn("arn:p")
            .policy_version_list(version("v2", "%7B%22new%22%3A1%7D", false))
            .policy_version_list(version("v1", "%7B%7D", true))
            .build();
        assert_eq!(
            document_of(&detail),
            Some(("arn:p".to_owned(), "{}".to_owned()))
        );
    }
}
