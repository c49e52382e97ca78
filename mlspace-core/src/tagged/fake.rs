//! The Resource Groups Tagging API in memory, over what other fakes have.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::TaggingApi;
use crate::aws::Error;
use crate::notebook::fake::FakeNotebooks;
use crate::studio::fake::FakeStudio;
use crate::tags::Tags;

/// The tags of notebooks, and of what is in Studio.
pub(crate) struct FakeTagging {
    notebooks: Arc<FakeNotebooks>,
    studio: Arc<FakeStudio>,
}

impl FakeTagging {
    /// The tags of what these fakes have. The faults of the notebooks can interrupt the calls.
    pub(crate) fn new(notebooks: Arc<FakeNotebooks>, studio: Arc<FakeStudio>) -> Self {
        Self { notebooks, studio }
    }
}

#[async_trait]
impl TaggingApi for FakeTagging {
    async fn resources(
        &self,
        _: &[&str],
        (key, value): (&str, &str),
    ) -> Result<HashMap<String, Tags>, Error> {
        self.notebooks.faults.read("tag", "GetResources")?;
        let instances = self.notebooks.instances().into_values();
        let instances = instances.map(|one| (one.state.arn, one.tags));
        let domains = self.studio.domains().into_values();
        let studio = domains.flat_map(|domain| {
            let profiles = domain.profiles.into_values();
            let spaces = domain.spaces.into_values();
            let mut tagged = vec![(domain.state.arn, domain.tags)];
            tagged.extend(profiles.map(|one| (one.state.arn, one.tags)));
            tagged.extend(spaces.map(|one| (one.state.arn, one.tags)));
            tagged
        });
        let all = instances.chain(studio);
        Ok(all
            .filter(|(_, tags)| tags.get(key) == Some(value))
            .collect())
    }
}
