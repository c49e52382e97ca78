//! IAM's calls, one method per call. Lists include all pages unless noted.
//!
//! Implementations have no retries in addition to the SDK's and no caches:
//! [`Roles`](super::Roles) and [`ManagedPolicies`](super::ManagedPolicies) have.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;

use crate::aws::Error;
use crate::tags::Tags;

/// A role with all that determines its permissions.
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

/// A role to create, without policies.
#[derive(Debug, Clone)]
pub(crate) struct NewRole<'a> {
    /// The role's name.
    pub(crate) name: &'a str,
    /// Its description.
    pub(crate) description: &'a str,
    /// The trust policy, as JSON.
    pub(crate) trust: &'a str,
    /// ARN of the permissions boundary.
    pub(crate) boundary: Option<&'a str>,
    /// The tags.
    pub(crate) tags: &'a Tags,
}

/// A customer-managed policy to create.
#[derive(Debug, Clone)]
pub(crate) struct NewPolicy<'a> {
    /// The policy's name.
    pub(crate) name: &'a str,
    /// Its description, which cannot be changed later.
    pub(crate) description: &'a str,
    /// The document, as JSON.
    pub(crate) document: &'a str,
    /// The tags.
    pub(crate) tags: &'a Tags,
}

/// A managed policy without its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PolicyHead {
    /// The tags.
    pub(crate) tags: Tags,
    /// The description, which cannot be changed.
    pub(crate) description: String,
    /// Id of the default version, such as `v1`.
    pub(crate) default_version: String,
    /// Number of roles, users and groups that it is attached to.
    pub(crate) attachments: usize,
}

/// A version of a managed policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PolicyVersion {
    /// Its id, such as `v1`.
    pub(crate) id: String,
    /// Whether it is the default version.
    pub(crate) is_default: bool,
}

/// The roles, users and groups that a policy is attached to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Attachments {
    pub(crate) roles: Vec<String>,
    pub(crate) users: Vec<String>,
    pub(crate) groups: Vec<String>,
}

/// All roles and customer-managed policies of an account, from one bulk read.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccountSnapshot {
    /// Roles by name.
    pub(crate) roles: HashMap<String, RoleState>,
    /// Default documents, as JSON, by policy ARN.
    pub(crate) policies: HashMap<String, String>,
}

/// IAM's calls. Missing objects are `None` or empty for reads, and IAM's error for writes.
#[async_trait]
pub(crate) trait IamApi: Send + Sync {
    /// GetRole: the role without its policies.
    async fn role(&self, name: &str) -> Result<Option<RoleState>, Error>;
    /// ListAttachedRolePolicies: ARNs; `None` when there is no such role.
    async fn attached_policies(&self, role: &str) -> Result<Option<BTreeSet<String>>, Error>;
    /// ListRolePolicies: names of the inline policies.
    async fn inline_policy_names(&self, role: &str) -> Result<Vec<String>, Error>;
    /// GetRolePolicy: the document, as JSON.
    async fn inline_policy(&self, role: &str, name: &str) -> Result<Option<String>, Error>;
    /// ListInstanceProfilesForRole: names.
    async fn instance_profiles(&self, role: &str) -> Result<Vec<String>, Error>;
    /// GetAccountAuthorizationDetails: roles and customer-managed policies.
    async fn account_snapshot(&self) -> Result<AccountSnapshot, Error>;
    /// GetAccountSummary: the quota `AttachedPoliciesPerRoleQuota`, if IAM returns it.
    async fn attached_policies_quota(&self) -> Result<Option<usize>, Error>;

    /// CreateRole.
    async fn create_role(&self, role: &NewRole<'_>) -> Result<(), Error>;
    /// UpdateAssumeRolePolicy.
    async fn set_trust(&self, role: &str, trust: &str) -> Result<(), Error>;
    /// PutRolePermissionsBoundary, or DeleteRolePermissionsBoundary for `None`.
    async fn set_boundary(&self, role: &str, boundary: Option<&str>) -> Result<(), Error>;
    /// TagRole.
    async fn tag_role(&self, role: &str, tags: &Tags) -> Result<(), Error>;
    /// AttachRolePolicy.
    async fn attach_policy(&self, role: &str, arn: &str) -> Result<(), Error>;
    /// DetachRolePolicy.
    async fn detach_policy(&self, role: &str, arn: &str) -> Result<(), Error>;
    /// PutRolePolicy.
    async fn put_inline_policy(&self, role: &str, name: &str, document: &str) -> Result<(), Error>;
    /// DeleteRolePolicy.
    async fn delete_inline_policy(&self, role: &str, name: &str) -> Result<(), Error>;
    /// RemoveRoleFromInstanceProfile.
    async fn leave_instance_profile(&self, role: &str, profile: &str) -> Result<(), Error>;
    /// DeleteRole.
    async fn delete_role(&self, name: &str) -> Result<(), Error>;

    /// GetPolicy.
    async fn policy(&self, arn: &str) -> Result<Option<PolicyHead>, Error>;
    /// GetPolicyVersion: the document, as JSON.
    async fn policy_version(&self, arn: &str, id: &str) -> Result<Option<String>, Error>;
    /// ListPolicyVersions; empty when there is no such policy.
    async fn policy_versions(&self, arn: &str) -> Result<Vec<PolicyVersion>, Error>;
    /// ListPolicies: names of all customer-managed policies.
    async fn policy_names(&self) -> Result<Vec<String>, Error>;
    /// ListEntitiesForPolicy: one page, and the marker of the next. Nothing when there is no such
    /// policy.
    async fn attachments(
        &self,
        arn: &str,
        marker: Option<String>,
    ) -> Result<(Attachments, Option<String>), Error>;

    /// CreatePolicy.
    async fn create_policy(&self, policy: &NewPolicy<'_>) -> Result<(), Error>;
    /// CreatePolicyVersion, as the default version.
    async fn create_policy_version(&self, arn: &str, document: &str) -> Result<(), Error>;
    /// DeletePolicyVersion.
    async fn delete_policy_version(&self, arn: &str, id: &str) -> Result<(), Error>;
    /// TagPolicy.
    async fn tag_policy(&self, arn: &str, tags: &Tags) -> Result<(), Error>;
    /// DetachUserPolicy.
    async fn detach_user_policy(&self, user: &str, arn: &str) -> Result<(), Error>;
    /// DetachGroupPolicy.
    async fn detach_group_policy(&self, group: &str, arn: &str) -> Result<(), Error>;
    /// DeletePolicy.
    async fn delete_policy(&self, arn: &str) -> Result<(), Error>;
}
