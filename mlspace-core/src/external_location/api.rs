//! The calls that look at the bucket of a location and at its policy.

use async_trait::async_trait;

use crate::aws::Error;

/// What is seen of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bucket {
    /// It is in the platform's account; its region, where S3 says it.
    Own(Option<String>),
    /// It exists, in another account or out of sight for the caller.
    Elsewhere,
    /// It does not exist.
    Missing,
}

/// The policy of a bucket or a key, as far as the caller can read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PolicyText {
    /// There is none.
    None,
    /// Its text.
    Text(String),
    /// It cannot be read, for this reason.
    Unread(String),
}

/// S3's calls on the bucket of a location.
#[async_trait]
pub(crate) trait LocationApi: Send + Sync {
    /// HeadBucket. S3 answers 403 for a bucket of another account as well as for one that the caller
    /// must not see
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>).
    async fn bucket(&self, bucket: &str) -> Result<Bucket, Error>;

    /// GetBucketPolicy.
    async fn bucket_policy(&self, bucket: &str) -> Result<PolicyText, Error>;
}
