//! Tags of SageMaker's resources, by ARN. The calls are the same for every kind of resource.

use aws_sdk_sagemaker::types::Tag;

use super::{Clients, Error, SdkResultExt as _};
use crate::tags::Tags;

/// Tags as SageMaker takes them.
pub(crate) fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// ListTags, all pages, without the tags of AWS (`aws:…`).
pub(crate) async fn list(clients: &Clients, arn: &str) -> Result<Tags, Error> {
    let client = clients.sagemaker().await?;
    let mut tags = Tags::new();
    let mut token = None;
    loop {
        let call = client.list_tags().resource_arn(arn).set_next_token(token);
        let page = call.send().await.called("sagemaker", "ListTags")?;
        tags.extend(
            page.tags
                .unwrap_or_default()
                .into_iter()
                .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
                .filter(|(key, _)| !key.starts_with("aws:")),
        );
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(tags);
        }
    }
}

/// AddTags.
pub(crate) async fn add(clients: &Clients, arn: &str, tags: &Tags) -> Result<(), Error> {
    let client = clients.sagemaker().await?;
    let call = client
        .add_tags()
        .resource_arn(arn)
        .set_tags(Some(sdk_tags(tags)));
    call.send().await.called("sagemaker", "AddTags").map(drop)
}

/// DeleteTags.
pub(crate) async fn remove(clients: &Clients, arn: &str, keys: &[String]) -> Result<(), Error> {
    let client = clients.sagemaker().await?;
    let call = client
        .delete_tags()
        .resource_arn(arn)
        .set_tag_keys(Some(keys.to_vec()));
    let answer = call.send().await;
    answer.called("sagemaker", "DeleteTags").map(drop)
}
