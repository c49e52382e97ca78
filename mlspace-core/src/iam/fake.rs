//! An in-memory IAM for unit tests.
//!
//! It refuses what IAM refuses: names that differ only in case, a sixth version of a policy, the
//! deletion of roles and policies that are in use. Changes are visible at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;

use super::api::{
    AccountSnapshot, Attachments, IamApi, NewPolicy, NewRole, PolicyHead, PolicyVersion, RoleState,
};
use crate::aws::Error;
use crate::layout::Account;
use crate::tags::Tags;
use crate::testing::{Faults, refusal};

/// A managed policy of the fake.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FakePolicy {
    /// Documents by version number; the highest is the default.
    pub(crate) versions: BTreeMap<u32, String>,
    /// The tags.
    pub(crate) tags: Tags,
    /// The description.
    pub(crate) description: String,
    /// Users that it is attached to.
    pub(crate) users: BTreeSet<String>,
    /// Groups that it is attached to.
    pub(crate) groups: BTreeSet<String>,
}

impl FakePolicy {
    /// A policy with one version.
    pub(crate) fn new(document: &str, tags: &Tags) -> Self {
        Self {
            versions: BTreeMap::from([(1, document.to_owned())]),
            tags: tags.clone(),
            ..Self::default()
        }
    }

    /// The default version's document.
    pub(crate) fn document(&self) -> &str {
        self.versions.last_key_value().unwrap().1
    }
}

/// The content of the fake account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FakeAccount {
    /// Roles by name.
    pub(crate) roles: BTreeMap<String, RoleState>,
    /// Managed policies by ARN.
    pub(crate) policies: BTreeMap<String, FakePolicy>,
    /// Instance profiles: a role's name for each profile's name.
    pub(crate) profiles: BTreeMap<String, String>,
}

/// IAM in memory.
pub(crate) struct FakeIam {
    account: Account,
    state: Mutex<FakeAccount>,
    faults: Faults,
}

impl FakeIam {
    /// An empty account whose calls `faults` can interrupt.
    pub(crate) fn new(account: Account, faults: Faults) -> Self {
        Self {
            account,
            state: Mutex::default(),
            faults,
        }
    }

    /// A copy of the account's content.
    pub(crate) fn state(&self) -> FakeAccount {
        self.state.lock().unwrap().clone()
    }

    /// Changes the account as another program would.
    pub(crate) fn edit(&self, act: impl FnOnce(&mut FakeAccount)) {
        act(&mut self.state.lock().unwrap());
    }

    fn read<T>(
        &self,
        operation: &'static str,
        act: impl FnOnce(&FakeAccount) -> T,
    ) -> Result<T, Error> {
        self.faults.read("iam", operation)?;
        Ok(act(&self.state.lock().unwrap()))
    }

    fn write(
        &self,
        operation: &'static str,
        act: impl FnOnce(&mut FakeAccount) -> Result<(), &'static str>,
    ) -> Result<(), Error> {
        self.faults.write("iam", operation, || {
            act(&mut self.state.lock().unwrap()).map_err(|code| refusal("iam", operation, code))
        })
    }

    fn on_role(
        &self,
        operation: &'static str,
        role: &str,
        act: impl FnOnce(&mut RoleState),
    ) -> Result<(), Error> {
        self.write(operation, |state| {
            state.roles.get_mut(role).map(act).ok_or("NoSuchEntity")
        })
    }

    fn on_policy(
        &self,
        operation: &'static str,
        arn: &str,
        act: impl FnOnce(&mut FakePolicy) -> Result<(), &'static str>,
    ) -> Result<(), Error> {
        self.write(operation, |state| {
            act(state.policies.get_mut(arn).ok_or("NoSuchEntity")?)
        })
    }
}

fn number(id: &str) -> u32 {
    id.trim_start_matches('v').parse().unwrap()
}

fn is_attached(state: &FakeAccount, arn: &str) -> bool {
    let policy = state.policies.get(arn);
    policy.is_some_and(|policy| !policy.users.is_empty() || !policy.groups.is_empty())
        || state.roles.values().any(|role| role.attached.contains(arn))
}

#[async_trait]
impl IamApi for FakeIam {
    async fn role(&self, name: &str) -> Result<Option<RoleState>, Error> {
        self.read("GetRole", |state| {
            state.roles.get(name).map(|role| RoleState {
                attached: BTreeSet::new(),
                inline: BTreeMap::new(),
                ..role.clone()
            })
        })
    }

    async fn attached_policies(&self, role: &str) -> Result<Option<BTreeSet<String>>, Error> {
        self.read("ListAttachedRolePolicies", |state| {
            state.roles.get(role).map(|role| role.attached.clone())
        })
    }

    async fn inline_policy_names(&self, role: &str) -> Result<Vec<String>, Error> {
        self.read("ListRolePolicies", |state| {
            let role = state.roles.get(role);
            role.map(|role| role.inline.keys().cloned().collect())
                .unwrap_or_default()
        })
    }

    async fn inline_policy(&self, role: &str, name: &str) -> Result<Option<String>, Error> {
        self.read("GetRolePolicy", |state| {
            state.roles.get(role)?.inline.get(name).cloned()
        })
    }

    async fn instance_profiles(&self, role: &str) -> Result<Vec<String>, Error> {
        self.read("ListInstanceProfilesForRole", |state| {
            let profiles = state.profiles.iter().filter(|(_, holder)| *holder == role);
            profiles.map(|(name, _)| name.clone()).collect()
        })
    }

    async fn account_snapshot(&self) -> Result<AccountSnapshot, Error> {
        self.read("GetAccountAuthorizationDetails", |state| {
            let policies = state.policies.iter();
            AccountSnapshot {
                roles: state.roles.clone().into_iter().collect(),
                policies: policies
                    .map(|(arn, policy)| (arn.clone(), policy.document().to_owned()))
                    .collect(),
            }
        })
    }

    async fn attached_policies_quota(&self) -> Result<Option<usize>, Error> {
        self.read("GetAccountSummary", |_| Some(20))
    }

    async fn create_role(&self, role: &NewRole<'_>) -> Result<(), Error> {
        self.write("CreateRole", |state| {
            let same = |name: &String| name.eq_ignore_ascii_case(role.name);
            if state.roles.keys().any(same) {
                return Err("EntityAlreadyExists");
            }
            let boundary = role.boundary.map(str::to_owned);
            if boundary
                .as_ref()
                .is_some_and(|arn| !state.policies.contains_key(arn))
            {
                return Err("NoSuchEntity");
            }
            let created = RoleState {
                arn: self.account.role_arn(role.name),
                trust: role.trust.to_owned(),
                boundary,
                tags: role.tags.clone(),
                ..RoleState::default()
            };
            state.roles.insert(role.name.to_owned(), created);
            Ok(())
        })
    }

    async fn set_trust(&self, role: &str, trust: &str) -> Result<(), Error> {
        self.on_role("UpdateAssumeRolePolicy", role, |role| {
            trust.clone_into(&mut role.trust);
        })
    }

    async fn set_boundary(&self, role: &str, boundary: Option<&str>) -> Result<(), Error> {
        let operation = match boundary {
            Some(_) => "PutRolePermissionsBoundary",
            None => "DeleteRolePermissionsBoundary",
        };
        self.on_role(operation, role, |role| {
            role.boundary = boundary.map(str::to_owned);
        })
    }

    async fn tag_role(&self, role: &str, tags: &Tags) -> Result<(), Error> {
        self.on_role("TagRole", role, |role| {
            role.tags = role.tags.clone().overlaid(tags);
        })
    }

    async fn attach_policy(&self, role: &str, arn: &str) -> Result<(), Error> {
        self.write("AttachRolePolicy", |state| {
            if !state.policies.contains_key(arn) {
                return Err("NoSuchEntity");
            }
            let role = state.roles.get_mut(role).ok_or("NoSuchEntity")?;
            role.attached.insert(arn.to_owned());
            Ok(())
        })
    }

    async fn detach_policy(&self, role: &str, arn: &str) -> Result<(), Error> {
        self.write("DetachRolePolicy", |state| {
            let role = state.roles.get_mut(role).ok_or("NoSuchEntity")?;
            role.attached
                .remove(arn)
                .then_some(())
                .ok_or("NoSuchEntity")
        })
    }

    async fn put_inline_policy(&self, role: &str, name: &str, document: &str) -> Result<(), Error> {
        self.on_role("PutRolePolicy", role, |role| {
            role.inline.insert(name.to_owned(), document.to_owned());
        })
    }

    async fn delete_inline_policy(&self, role: &str, name: &str) -> Result<(), Error> {
        self.write("DeleteRolePolicy", |state| {
            let role = state.roles.get_mut(role).ok_or("NoSuchEntity")?;
            role.inline.remove(name).map(drop).ok_or("NoSuchEntity")
        })
    }

    async fn leave_instance_profile(&self, _role: &str, profile: &str) -> Result<(), Error> {
        self.write("RemoveRoleFromInstanceProfile", |state| {
            state
                .profiles
                .remove(profile)
                .map(drop)
                .ok_or("NoSuchEntity")
        })
    }

    async fn delete_role(&self, name: &str) -> Result<(), Error> {
        self.write("DeleteRole", |state| {
            let role = state.roles.get(name).ok_or("NoSuchEntity")?;
            let used = state.profiles.values().any(|holder| holder == name);
            if used || !role.attached.is_empty() || !role.inline.is_empty() {
                return Err("DeleteConflict");
            }
            state.roles.remove(name);
            Ok(())
        })
    }

    async fn policy(&self, arn: &str) -> Result<Option<PolicyHead>, Error> {
        self.read("GetPolicy", |state| {
            let policy = state.policies.get(arn)?;
            let roles = state
                .roles
                .values()
                .filter(|role| role.attached.contains(arn));
            Some(PolicyHead {
                attachments: roles.count() + policy.users.len() + policy.groups.len(),
                tags: policy.tags.clone(),
                description: policy.description.clone(),
                default_version: format!("v{}", policy.versions.last_key_value()?.0),
            })
        })
    }

    async fn policy_version(&self, arn: &str, id: &str) -> Result<Option<String>, Error> {
        self.read("GetPolicyVersion", |state| {
            let policy = state.policies.get(arn)?;
            policy.versions.get(&number(id)).cloned()
        })
    }

    async fn policy_versions(&self, arn: &str) -> Result<Vec<PolicyVersion>, Error> {
        self.read("ListPolicyVersions", |state| {
            let Some(policy) = state.policies.get(arn) else {
                return Vec::new();
            };
            let default = policy.versions.last_key_value().map(|(number, _)| *number);
            let ids = policy.versions.keys();
            ids.map(|number| PolicyVersion {
                id: format!("v{number}"),
                is_default: Some(*number) == default,
            })
            .collect()
        })
    }

    async fn policy_names(&self) -> Result<Vec<String>, Error> {
        self.read("ListPolicies", |state| {
            let arns = state.policies.keys();
            arns.filter_map(|arn| Some(arn.rsplit_once('/')?.1.to_owned()))
                .collect()
        })
    }

    async fn attachments(
        &self,
        arn: &str,
        _marker: Option<String>,
    ) -> Result<(Attachments, Option<String>), Error> {
        self.read("ListEntitiesForPolicy", |state| {
            let Some(policy) = state.policies.get(arn) else {
                return Default::default();
            };
            let roles = state.roles.iter();
            let found = Attachments {
                roles: roles
                    .filter(|(_, role)| role.attached.contains(arn))
                    .map(|(name, _)| name.clone())
                    .collect(),
                users: policy.users.iter().cloned().collect(),
                groups: policy.groups.iter().cloned().collect(),
            };
            (found, None)
        })
    }

    async fn create_policy(&self, policy: &NewPolicy<'_>) -> Result<(), Error> {
        let arn = self.account.policy_arn(policy.name);
        self.write("CreatePolicy", |state| {
            let same = |other: &String| other.eq_ignore_ascii_case(&arn);
            if state.policies.keys().any(same) {
                return Err("EntityAlreadyExists");
            }
            let created = FakePolicy {
                description: policy.description.to_owned(),
                ..FakePolicy::new(policy.document, policy.tags)
            };
            state.policies.insert(arn.clone(), created);
            Ok(())
        })
    }

    async fn create_policy_version(&self, arn: &str, document: &str) -> Result<(), Error> {
        self.on_policy("CreatePolicyVersion", arn, |policy| {
            if policy.versions.len() >= 5 {
                return Err("LimitExceeded");
            }
            let next = policy.versions.last_key_value().map_or(1, |(n, _)| n + 1);
            policy.versions.insert(next, document.to_owned());
            Ok(())
        })
    }

    async fn delete_policy_version(&self, arn: &str, id: &str) -> Result<(), Error> {
        self.on_policy("DeletePolicyVersion", arn, |policy| {
            let number = number(id);
            if policy.versions.last_key_value().map(|(last, _)| *last) == Some(number) {
                return Err("DeleteConflict");
            }
            let removed = policy.versions.remove(&number);
            removed.map(drop).ok_or("NoSuchEntity")
        })
    }

    async fn tag_policy(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.on_policy("TagPolicy", arn, |policy| {
            policy.tags = policy.tags.clone().overlaid(tags);
            Ok(())
        })
    }

    async fn detach_user_policy(&self, user: &str, arn: &str) -> Result<(), Error> {
        self.on_policy("DetachUserPolicy", arn, |policy| {
            policy
                .users
                .remove(user)
                .then_some(())
                .ok_or("NoSuchEntity")
        })
    }

    async fn detach_group_policy(&self, group: &str, arn: &str) -> Result<(), Error> {
        self.on_policy("DetachGroupPolicy", arn, |policy| {
            policy
                .groups
                .remove(group)
                .then_some(())
                .ok_or("NoSuchEntity")
        })
    }

    async fn delete_policy(&self, arn: &str) -> Result<(), Error> {
        self.write("DeletePolicy", |state| {
            let policy = state.policies.get(arn).ok_or("NoSuchEntity")?;
            if policy.versions.len() > 1 || is_attached(state, arn) {
                return Err("DeleteConflict");
            }
            state.policies.remove(arn);
            Ok(())
        })
    }
}
