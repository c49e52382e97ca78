//! Identity stores through the AWS SDK.

use async_trait::async_trait;
use aws_sdk_identitystore::types::{AlternateIdentifier, UniqueAttribute, UserStatus};
use aws_smithy_types::Document;

use super::{IdentityStore, IdentityStoreApi, Person};
use crate::aws::{Clients, Error, IfPresent as _, SdkResultExt as _};

/// The most memberships on a page.
const PAGE: i32 = 100;

/// The SDK's clients, one for each region, created at the first call.
pub(crate) struct SdkIdentityStore {
    clients: Clients,
}

impl SdkIdentityStore {
    pub(crate) fn new(clients: Clients) -> Self {
        Self { clients }
    }
}

#[async_trait]
impl IdentityStoreApi for SdkIdentityStore {
    async fn group_id(&self, store: &IdentityStore, name: &str) -> Result<Option<String>, Error> {
        let client = self.clients.identity_store(store.region.as_deref()).await?;
        let named = UniqueAttribute::builder()
            .attribute_path("displayName")
            .attribute_value(Document::from(name))
            .build()
            .map_err(|error| Error::Aws {
                service: "identitystore",
                operation: "GetGroupId",
                code: "ValidationException".to_owned(),
                message: error.to_string(),
                request_id: None,
            })?;
        let answer = client
            .get_group_id()
            .identity_store_id(&store.id)
            .alternate_identifier(AlternateIdentifier::UniqueAttribute(named))
            .send()
            .await;
        let found = answer.called("identitystore", "GetGroupId").if_present()?;
        Ok(found.map(|found| found.group_id))
    }

    async fn group_name(&self, store: &IdentityStore, id: &str) -> Result<Option<String>, Error> {
        let client = self.clients.identity_store(store.region.as_deref()).await?;
        let call = client
            .describe_group()
            .identity_store_id(&store.id)
            .group_id(id);
        let answer = call.send().await.called("identitystore", "DescribeGroup");
        let found = answer.if_present()?;
        Ok(found.map(|found| found.display_name.unwrap_or_default()))
    }

    async fn members(&self, store: &IdentityStore, group: &str) -> Result<Vec<String>, Error> {
        let client = self.clients.identity_store(store.region.as_deref()).await?;
        let mut members = Vec::new();
        let mut token = None;
        loop {
            let page = client
                .list_group_memberships()
                .identity_store_id(&store.id)
                .group_id(group)
                .max_results(PAGE)
                .set_next_token(token)
                .send()
                .await
                .called("identitystore", "ListGroupMemberships")?;
            members.extend(page.group_memberships.into_iter().filter_map(|membership| {
                let member = membership.member_id?;
                member.as_user_id().ok().cloned()
            }));
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(members);
            }
        }
    }

    async fn person(&self, store: &IdentityStore, id: &str) -> Result<Option<Person>, Error> {
        let client = self.clients.identity_store(store.region.as_deref()).await?;
        let call = client
            .describe_user()
            .identity_store_id(&store.id)
            .user_id(id);
        let answer = call.send().await.called("identitystore", "DescribeUser");
        let found = answer.if_present()?;
        Ok(found.map(|found| Person {
            enabled: found.user_status() != Some(&UserStatus::Disabled),
            email: found
                .emails()
                .iter()
                .find_map(|email| email.value().map(str::to_owned)),
            user_name: found.user_name.unwrap_or_default(),
            display_name: found.display_name,
            id: found.user_id,
        }))
    }
}
