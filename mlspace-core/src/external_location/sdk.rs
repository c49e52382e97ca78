//! Buckets through the AWS SDK's S3 client.

use async_trait::async_trait;
use aws_smithy_runtime_api::client::result::SdkError;

use super::api::{Bucket, LocationApi, PolicyText};
use crate::aws::{Clients, Error, SdkResultExt as _};

/// Buckets in S3.
pub(crate) struct SdkLocations {
    clients: Clients,
}

impl SdkLocations {
    /// Buckets reached through the S3 client of `clients`.
    pub(crate) fn new(clients: Clients) -> Self {
        Self { clients }
    }
}

#[async_trait]
impl LocationApi for SdkLocations {
    async fn bucket(&self, bucket: &str) -> Result<Bucket, Error> {
        let account = self.clients.account().await?;
        let call = self
            .clients
            .s3()
            .await?
            .head_bucket()
            .bucket(bucket)
            .expected_bucket_owner(&account.account_id);
        let answer = call.send().await;
        // A response to HEAD has no body, so that only its status says what is wrong.
        let status = match &answer {
            Err(SdkError::ServiceError(error)) => Some(error.raw().status().as_u16()),
            Err(SdkError::ResponseError(error)) => Some(error.raw().status().as_u16()),
            _ => None,
        };
        match status {
            Some(404) => Ok(Bucket::Missing),
            // 301: it is in another region.
            Some(301 | 400 | 403) => Ok(Bucket::Elsewhere),
            _ => {
                // HeadBucket is authorized as `s3:ListBucket`.
                let found = answer.called("s3", "ListBucket")?;
                Ok(Bucket::Own(found.bucket_region))
            }
        }
    }

    async fn bucket_policy(&self, bucket: &str) -> Result<PolicyText, Error> {
        let account = self.clients.account().await?;
        let call = self
            .clients
            .s3()
            .await?
            .get_bucket_policy()
            .bucket(bucket)
            .expected_bucket_owner(&account.account_id);
        match call.send().await.called("s3", "GetBucketPolicy") {
            Ok(found) => Ok(found.policy.map_or(PolicyText::None, PolicyText::Text)),
            Err(error) if error.is("NoSuchBucketPolicy") => Ok(PolicyText::None),
            // `MethodNotAllowed` is what S3 answers to callers of another account.
            Err(error @ Error::Aws { .. }) => Ok(PolicyText::Unread(error.to_string())),
            Err(error) => Err(error),
        }
    }
}
