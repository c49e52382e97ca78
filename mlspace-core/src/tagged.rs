//! Tags of all SageMaker resources of the platform, a hundred to a call.

#[cfg(test)]
pub(crate) mod fake;
mod sdk;

pub(crate) use sdk::SdkTagging;

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::aws::{Cached, Clients, Error};
use crate::tags::{SYSTEM, Tags};

/// Types of resources, as in `ResourceTypeFilters`.
const TYPES: [&str; 4] = [
    "sagemaker:notebook-instance",
    "sagemaker:domain",
    "sagemaker:user-profile",
    "sagemaker:space",
];

/// The Resource Groups Tagging API, one method per call. Lists include all pages.
#[async_trait]
pub(crate) trait TaggingApi: Send + Sync {
    /// GetResources: the tags of the resources of these types that have a tag, by ARN, without AWS's own
    /// tags (`aws:…`) and those that Studio adds (`sagemaker:…`).
    async fn resources(
        &self,
        types: &[&str],
        tag: (&str, &str),
    ) -> Result<HashMap<String, Tags>, Error>;
}

/// The tags of the platform's resources, read once for a refresh.
///
/// Their index can be older than the last change
/// (<https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>
/// does not say how much), so it only confirms what is known already.
pub(crate) struct TaggedResources {
    clients: Clients,
    api: Arc<dyn TaggingApi>,
    /// `None` where the API cannot be used.
    listed: Cached<Option<HashMap<String, Tags>>>,
}

impl TaggedResources {
    /// Resources behind `api` with the system tag that the settings of `clients` name.
    pub(crate) fn new(clients: Clients, api: Arc<dyn TaggingApi>) -> Self {
        Self {
            clients,
            api,
            listed: Cached::default(),
        }
    }

    /// Whether the resource has just these tags. False if the API does not say so, because it is denied,
    /// not reached, or behind.
    ///
    /// # Errors
    /// If the operation was cancelled.
    pub(crate) async fn have(&self, arn: &str, tags: &Tags) -> Result<bool, Error> {
        if !self.clients.has_tagging() {
            return Ok(false);
        }
        let listed = self.listed.get(|| self.list()).await?;
        let found = listed.as_ref().as_ref().and_then(|listed| listed.get(arn));
        Ok(found == Some(tags))
    }

    /// All resources. They save calls and are not worth a permission that a deployment does not give, or
    /// a refresh that fails.
    async fn list(&self) -> Result<Option<HashMap<String, Tags>>, Error> {
        let system = &self.clients.settings().system_tag;
        match self.api.resources(&TYPES, (SYSTEM, system)).await {
            Ok(resources) => Ok(Some(resources)),
            Err(error @ Error::Cancelled { .. }) => Err(error),
            Err(error) => {
                tracing::info!(%error, "tags are read one resource at a time");
                Ok(None)
            }
        }
    }
}
