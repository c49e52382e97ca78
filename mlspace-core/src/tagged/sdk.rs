//! The Resource Groups Tagging API through the AWS SDK.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_resourcegroupstagging::types::{Tag, TagFilter};

use super::TaggingApi;
use crate::aws::{Clients, Error, SdkResultExt as _};
use crate::tags::Tags;

/// The most resources on a page.
const PAGE: i32 = 100;

/// The SDK's client, created at the first call.
pub(crate) struct SdkTagging {
    clients: Clients,
}

impl SdkTagging {
    pub(crate) fn new(clients: Clients) -> Self {
        Self { clients }
    }
}

fn tags(found: Vec<Tag>) -> Tags {
    let tags = found.into_iter().map(|tag| (tag.key, tag.value));
    let mut own = Tags::new();
    own.extend(tags.filter(|(key, _)| !key.starts_with("aws:") && !key.starts_with("sagemaker:")));
    own
}

#[async_trait]
impl TaggingApi for SdkTagging {
    async fn resources(
        &self,
        types: &[&str],
        (key, value): (&str, &str),
    ) -> Result<HashMap<String, Tags>, Error> {
        let client = self.clients.tagging().await?;
        let types: Vec<String> = types.iter().map(|one| (*one).to_owned()).collect();
        let filter = TagFilter::builder().key(key).values(value).build();
        let mut resources = HashMap::new();
        let mut token = None;
        loop {
            let page = client
                .get_resources()
                .set_resource_type_filters(Some(types.clone()))
                .tag_filters(filter.clone())
                .resources_per_page(PAGE)
                .set_pagination_token(token)
                .send()
                .await
                .called("tag", "GetResources")?;
            let found = page.resource_tag_mapping_list.unwrap_or_default();
            resources.extend(
                found.into_iter().filter_map(|one| {
                    Some((one.resource_arn?, tags(one.tags.unwrap_or_default())))
                }),
            );
            token = page.pagination_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(resources);
            }
        }
    }
}
