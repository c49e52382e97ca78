//! Buckets in memory for unit tests.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;

use super::api::{Bucket, LocationApi, PolicyText};
use crate::aws::Error;
use crate::testing::Faults;

/// Buckets by name, with their policies. Every other bucket exists, in the platform's account and
/// without a policy.
pub(crate) struct FakeLocations {
    buckets: Mutex<BTreeMap<String, Bucket>>,
    policies: Mutex<BTreeMap<String, PolicyText>>,
    faults: Faults,
}

impl FakeLocations {
    pub(crate) fn new(faults: Faults) -> Self {
        Self {
            buckets: Mutex::default(),
            policies: Mutex::default(),
            faults,
        }
    }

    /// What is seen of a bucket from now on.
    pub(crate) fn set_bucket(&self, name: &str, seen: Bucket) {
        self.buckets.lock().unwrap().insert(name.to_owned(), seen);
    }

    /// The policy of a bucket from now on.
    pub(crate) fn set_policy(&self, bucket: &str, policy: PolicyText) {
        let mut policies = self.policies.lock().unwrap();
        policies.insert(bucket.to_owned(), policy);
    }
}

#[async_trait]
impl LocationApi for FakeLocations {
    async fn bucket(&self, bucket: &str) -> Result<Bucket, Error> {
        self.faults.read("s3", "HeadBucket")?;
        let found = self.buckets.lock().unwrap().get(bucket).cloned();
        Ok(found.unwrap_or(Bucket::Own(None)))
    }

    async fn bucket_policy(&self, bucket: &str) -> Result<PolicyText, Error> {
        self.faults.read("s3", "GetBucketPolicy")?;
        let found = self.policies.lock().unwrap().get(bucket).cloned();
        Ok(found.unwrap_or(PolicyText::None))
    }
}
