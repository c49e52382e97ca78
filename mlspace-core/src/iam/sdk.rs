//! IAM through the AWS SDK.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_iam::types::{EntityType, ManagedPolicyDetail, PolicyScopeType, RoleDetail, Tag};

use super::api::{
    AccountSnapshot, Attachments, IamApi, NewPolicy, NewRole, PolicyHead, PolicyVersion, RoleState,
};
use crate::access::decode;
use crate::aws::{Clients, Error, IfPresent as _, SdkResultExt as _};
use crate::tags::Tags;

/// Number of roles and policies in a page of the bulk read. A larger page, of up to 1,000, takes more
/// memory than all that is kept of it: documents come encoded, and are held several times.
const PAGE: i32 = 300;

/// The SDK's IAM client, created at the first call.
pub(crate) struct SdkIam {
    clients: Clients,
}

impl SdkIam {
    pub(crate) fn new(clients: Clients) -> Self {
        Self { clients }
    }
}

#[async_trait]
impl IamApi for SdkIam {
    async fn role(&self, name: &str) -> Result<Option<RoleState>, Error> {
        let client = self.clients.iam().await?;
        let call = client.get_role().role_name(name).send().await;
        let found = call.called("iam", "GetRole").if_present()?;
        Ok(found.and_then(|output| output.role).map(|role| RoleState {
            arn: role.arn().to_owned(),
            trust: decode(role.assume_role_policy_document().unwrap_or_default()),
            boundary: role
                .permissions_boundary()
                .and_then(|boundary| boundary.permissions_boundary_arn())
                .map(str::to_owned),
            tags: tags_of(role.tags()),
            ..RoleState::default()
        }))
    }

    async fn attached_policies(&self, role: &str) -> Result<Option<BTreeSet<String>>, Error> {
        let client = self.clients.iam().await?;
        let mut attached = BTreeSet::new();
        let mut marker = None;
        loop {
            let call = client
                .list_attached_role_policies()
                .role_name(role)
                .set_marker(marker.take());
            let page = call.send().await.called("iam", "ListAttachedRolePolicies");
            let Some(page) = page.if_present()? else {
                return Ok(None);
            };
            let arns = page.attached_policies().iter();
            attached.extend(arns.filter_map(|policy| policy.policy_arn().map(str::to_owned)));
            marker = page.marker.filter(|_| page.is_truncated);
            if marker.is_none() {
                return Ok(Some(attached));
            }
        }
    }

    async fn inline_policy_names(&self, role: &str) -> Result<Vec<String>, Error> {
        let client = self.clients.iam().await?;
        let mut names = Vec::new();
        let mut marker = None;
        loop {
            let call = client
                .list_role_policies()
                .role_name(role)
                .set_marker(marker.take());
            let page = call.send().await.called("iam", "ListRolePolicies");
            let Some(page) = page.if_present()? else {
                return Ok(names);
            };
            names.extend_from_slice(page.policy_names());
            marker = page.marker.filter(|_| page.is_truncated);
            if marker.is_none() {
                return Ok(names);
            }
        }
    }

    async fn inline_policy(&self, role: &str, name: &str) -> Result<Option<String>, Error> {
        let client = self.clients.iam().await?;
        let call = client.get_role_policy().role_name(role).policy_name(name);
        let found = call.send().await.called("iam", "GetRolePolicy");
        Ok(found
            .if_present()?
            .map(|found| decode(found.policy_document())))
    }

    async fn instance_profiles(&self, role: &str) -> Result<Vec<String>, Error> {
        let client = self.clients.iam().await?;
        let call = client.list_instance_profiles_for_role().role_name(role);
        let found = call
            .send()
            .await
            .called("iam", "ListInstanceProfilesForRole")
            .if_present()?;
        let profiles = found.map(|page| page.instance_profiles).unwrap_or_default();
        Ok(profiles
            .iter()
            .map(|profile| profile.instance_profile_name().to_owned())
            .collect())
    }

    async fn account_snapshot(&self) -> Result<AccountSnapshot, Error> {
        let client = self.clients.iam().await?;
        let mut snapshot = AccountSnapshot::default();
        let mut marker = None;
        loop {
            let page = client
                .get_account_authorization_details()
                .filter(EntityType::Role)
                .filter(EntityType::LocalManagedPolicy)
                .max_items(PAGE)
                .set_marker(marker.take())
                .send()
                .await
                .called("iam", "GetAccountAuthorizationDetails")?;
            let roles = page.role_detail_list().iter();
            snapshot.roles.extend(roles.filter_map(role_of));
            let policies = page.policies().iter();
            snapshot.policies.extend(policies.filter_map(document_of));
            marker = page.marker.filter(|_| page.is_truncated);
            if marker.is_none() {
                return Ok(snapshot);
            }
        }
    }

    async fn attached_policies_quota(&self) -> Result<Option<usize>, Error> {
        let client = self.clients.iam().await?;
        let summary = client.get_account_summary().send().await;
        let summary = summary.called("iam", "GetAccountSummary")?;
        let quota = summary.summary_map().and_then(|map| {
            map.iter()
                .find(|(key, _)| key.as_str() == "AttachedPoliciesPerRoleQuota")
        });
        Ok(quota.and_then(|(_, quota)| usize::try_from(*quota).ok()))
    }

    async fn create_role(&self, role: &NewRole<'_>) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        client
            .create_role()
            .role_name(role.name)
            .description(role.description)
            .assume_role_policy_document(role.trust)
            .set_permissions_boundary(role.boundary.map(str::to_owned))
            .set_tags(Some(sdk_tags(role.tags)))
            .send()
            .await
            .called("iam", "CreateRole")
            .map(drop)
    }

    async fn set_trust(&self, role: &str, trust: &str) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        let call = client
            .update_assume_role_policy()
            .role_name(role)
            .policy_document(trust);
        let answer = call.send().await.called("iam", "UpdateAssumeRolePolicy");
        answer.map(drop)
    }

    async fn set_boundary(&self, role: &str, boundary: Option<&str>) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        match boundary {
            Some(arn) => client
                .put_role_permissions_boundary()
                .role_name(role)
                .permissions_boundary(arn)
                .send()
                .await
                .called("iam", "PutRolePermissionsBoundary")
                .map(drop),
            None => client
                .delete_role_permissions_boundary()
                .role_name(role)
                .send()
                .await
                .called("iam", "DeleteRolePermissionsBoundary")
                .map(drop),
        }
    }

    async fn tag_role(&self, role: &str, tags: &Tags) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        let call = client
            .tag_role()
            .role_name(role)
            .set_tags(Some(sdk_tags(tags)));
        call.send().await.called("iam", "TagRole").map(drop)
    }

    async fn attach_policy(&self, role: &str, arn: &str) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        let call = client.attach_role_policy().role_name(role).policy_arn(arn);
        let answer = call.send().await.called("iam", "AttachRolePolicy");
        answer.map(drop)
    }

    async fn detach_policy(&self, role: &str, arn: &str) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        let call = client.detach_role_policy().role_name(role).policy_arn(arn);
        let answer = call.send().await.called("iam", "DetachRolePolicy");
        answer.map(drop)
    }

    async fn put_inline_policy(&self, role: &str, name: &str, document: &str) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        let call = client
            .put_role_policy()
            .role_name(role)
            .policy_name(name)
            .policy_document(document);
        call.send().await.called("iam", "PutRolePolicy").map(drop)
    }

    async fn delete_inline_policy(&self, role: &str, name: &str) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        let call = client
            .delete_role_policy()
            .role_name(role)
            .policy_name(name);
        let answer = call.send().await.called("iam", "DeleteRolePolicy");
        answer.map(drop)
    }

    async fn leave_instance_profile(&self, role: &str, profile: &str) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        client
            .remove_role_from_instance_profile()
            .instance_profile_name(profile)
            .role_name(role)
            .send()
            .await
            .called("iam", "RemoveRoleFromInstanceProfile")
            .map(drop)
    }

    async fn delete_role(&self, name: &str) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        let call = client.delete_role().role_name(name);
        call.send().await.called("iam", "DeleteRole").map(drop)
    }

    async fn policy(&self, arn: &str) -> Result<Option<PolicyHead>, Error> {
        let client = self.clients.iam().await?;
        let call = client.get_policy().policy_arn(arn).send().await;
        let found = call.called("iam", "GetPolicy").if_present()?;
        let policy = found.and_then(|output| output.policy);
        Ok(policy.map(|policy| PolicyHead {
            tags: tags_of(policy.tags()),
            description: policy.description().unwrap_or_default().to_owned(),
            default_version: policy.default_version_id().unwrap_or("v1").to_owned(),
            attachments: policy
                .attachment_count()
                .and_then(|count| usize::try_from(count).ok())
                .unwrap_or(0),
        }))
    }

    async fn policy_version(&self, arn: &str, id: &str) -> Result<Option<String>, Error> {
        let client = self.clients.iam().await?;
        let call = client.get_policy_version().policy_arn(arn).version_id(id);
        let found = call.send().await.called("iam", "GetPolicyVersion");
        let version = found.if_present()?.and_then(|output| output.policy_version);
        Ok(version.map(|version| decode(version.document().unwrap_or_default())))
    }

    async fn policy_versions(&self, arn: &str) -> Result<Vec<PolicyVersion>, Error> {
        let client = self.clients.iam().await?;
        let mut versions = Vec::new();
        let mut marker = None;
        loop {
            let call = client
                .list_policy_versions()
                .policy_arn(arn)
                .set_marker(marker.take());
            let page = call.send().await.called("iam", "ListPolicyVersions");
            let Some(page) = page.if_present()? else {
                return Ok(versions);
            };
            versions.extend(page.versions().iter().filter_map(|version| {
                Some(PolicyVersion {
                    id: version.version_id()?.to_owned(),
                    is_default: version.is_default_version(),
                })
            }));
            marker = page.marker.filter(|_| page.is_truncated);
            if marker.is_none() {
                return Ok(versions);
            }
        }
    }

    async fn policy_names(&self) -> Result<Vec<String>, Error> {
        let client = self.clients.iam().await?;
        let mut names = Vec::new();
        let mut marker = None;
        loop {
            let page = client
                .list_policies()
                .scope(PolicyScopeType::Local)
                .set_marker(marker.take())
                .send()
                .await
                .called("iam", "ListPolicies")?;
            let policies = page.policies().iter();
            names.extend(policies.filter_map(|policy| policy.policy_name().map(str::to_owned)));
            marker = page.marker.filter(|_| page.is_truncated);
            if marker.is_none() {
                return Ok(names);
            }
        }
    }

    async fn attachments(
        &self,
        arn: &str,
        marker: Option<String>,
    ) -> Result<(Attachments, Option<String>), Error> {
        let client = self.clients.iam().await?;
        let call = client
            .list_entities_for_policy()
            .policy_arn(arn)
            .set_marker(marker);
        let page = call.send().await.called("iam", "ListEntitiesForPolicy");
        let Some(page) = page.if_present()? else {
            return Ok(Default::default());
        };
        let names = |all: Vec<Option<&str>>| all.into_iter().flatten().map(str::to_owned).collect();
        let roles = page.policy_roles().iter().map(|role| role.role_name());
        let users = page.policy_users().iter().map(|user| user.user_name());
        let groups = page.policy_groups().iter().map(|group| group.group_name());
        let found = Attachments {
            roles: names(roles.collect()),
            users: names(users.collect()),
            groups: names(groups.collect()),
        };
        Ok((found, page.marker.filter(|_| page.is_truncated)))
    }

    async fn create_policy(&self, policy: &NewPolicy<'_>) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        client
            .create_policy()
            .policy_name(policy.name)
            .policy_document(policy.document)
            .description(policy.description)
            .set_tags(Some(sdk_tags(policy.tags)))
            .send()
            .await
            .called("iam", "CreatePolicy")
            .map(drop)
    }

    async fn create_policy_version(&self, arn: &str, document: &str) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        client
            .create_policy_version()
            .policy_arn(arn)
            .policy_document(document)
            .set_as_default(true)
            .send()
            .await
            .called("iam", "CreatePolicyVersion")
            .map(drop)
    }

    async fn delete_policy_version(&self, arn: &str, id: &str) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        let call = client
            .delete_policy_version()
            .policy_arn(arn)
            .version_id(id);
        let answer = call.send().await.called("iam", "DeletePolicyVersion");
        answer.map(drop)
    }

    async fn tag_policy(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        let call = client
            .tag_policy()
            .policy_arn(arn)
            .set_tags(Some(sdk_tags(tags)));
        call.send().await.called("iam", "TagPolicy").map(drop)
    }

    async fn detach_user_policy(&self, user: &str, arn: &str) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        let call = client.detach_user_policy().user_name(user).policy_arn(arn);
        let answer = call.send().await.called("iam", "DetachUserPolicy");
        answer.map(drop)
    }

    async fn detach_group_policy(&self, group: &str, arn: &str) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        let call = client
            .detach_group_policy()
            .group_name(group)
            .policy_arn(arn);
        let answer = call.send().await.called("iam", "DetachGroupPolicy");
        answer.map(drop)
    }

    async fn delete_policy(&self, arn: &str) -> Result<(), Error> {
        let client = self.clients.iam().await?;
        let call = client.delete_policy().policy_arn(arn);
        call.send().await.called("iam", "DeletePolicy").map(drop)
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

/// Tags from IAM's form.
fn tags_of(tags: &[Tag]) -> Tags {
    tags.iter().map(|tag| (tag.key(), tag.value())).collect()
}

/// Tags in IAM's form.
fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_iam::types::{AttachedPolicy, PolicyDetail, PolicyVersion as SdkVersion};

    use super::*;

    #[test]
    fn role_of_reads_policies_and_tags() {
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
    fn document_of_reads_default_version() {
        let version = |id: &str, document: &str, default| {
            SdkVersion::builder()
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
