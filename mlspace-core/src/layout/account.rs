//! AWS account and its ARNs.

use serde::{Deserialize, Serialize};

/// An AWS account, in one region.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Account {
    /// The partition: `aws`, `aws-us-gov`, `aws-cn` and so on.
    pub partition: String,
    /// The twelve-digit account id.
    pub account_id: String,
    /// The region.
    pub region: String,
}

impl Account {
    /// An account in the partition of its region (see [`partition_of`]).
    pub fn new(account_id: impl Into<String>, region: impl Into<String>) -> Self {
        let region = region.into();
        Self {
            partition: partition_of(&region).to_owned(),
            account_id: account_id.into(),
            region,
        }
    }

    /// ARN of a resource of a service in this account and region.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!(
            "arn:{}:{service}:{}:{}:{resource}",
            self.partition, self.region, self.account_id
        )
    }

    /// ARN of a CloudWatch Logs log group. A pattern such as `/aws/sagemaker/*` gives a pattern.
    pub fn log_group_arn(&self, name: &str) -> String {
        self.arn("logs", &format!("log-group:{name}"))
    }

    /// ARN of an IAM role without a path.
    pub fn role_arn(&self, name: &str) -> String {
        format!(
            "arn:{}:iam::{}:role/{name}",
            self.partition, self.account_id
        )
    }

    /// ARN of a customer-managed IAM policy without a path.
    pub fn policy_arn(&self, name: &str) -> String {
        format!(
            "arn:{}:iam::{}:policy/{name}",
            self.partition, self.account_id
        )
    }

    /// Whether a managed policy with this ARN can be attached in this account, also as a permissions
    /// boundary: it is AWS's own or the account's
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html>).
    #[must_use]
    pub fn can_attach(&self, policy_arn: &str) -> bool {
        let mut parts = policy_arn.split(':').skip(1);
        let partition = parts.next();
        let account = parts.nth(2);
        partition == Some(self.partition.as_str())
            && (account == Some("aws") || account == Some(self.account_id.as_str()))
    }

    /// ARN of a budget. A pattern gives a pattern.
    pub fn budget_arn(&self, name: &str) -> String {
        format!(
            "arn:{}:budgets::{}:budget/{name}",
            self.partition, self.account_id
        )
    }

    /// ARN of an S3 bucket.
    pub fn bucket_arn(&self, bucket: &str) -> String {
        format!("arn:{}:s3:::{bucket}", self.partition)
    }

    /// ARN of an object of a bucket. When `key` is a pattern, so is the ARN.
    pub fn object_arn(&self, bucket: &str, key: &str) -> String {
        format!("arn:{}:s3:::{bucket}/{key}", self.partition)
    }

    /// ARN of a SageMaker resource in this account and region. `resource` is the part after the
    /// account, such as `model/cards`.
    pub fn sagemaker_arn(&self, resource: &str) -> String {
        format!(
            "arn:{}:sagemaker:{}:{}:{resource}",
            self.partition, self.region, self.account_id
        )
    }

    /// ARN of a notebook instance.
    pub fn notebook_arn(&self, name: &str) -> String {
        self.sagemaker_arn(&format!("notebook-instance/{name}"))
    }

    /// ARN of a DynamoDB table.
    pub fn table_arn(&self, name: &str) -> String {
        format!(
            "arn:{}:dynamodb:{}:{}:table/{name}",
            self.partition, self.region, self.account_id
        )
    }

    /// ARN of a KMS key. `key` is its id, `alias/{name}` or an ARN, which is returned unchanged.
    pub fn kms_arn(&self, key: &str) -> String {
        if key.starts_with("arn:") {
            return key.to_owned();
        }
        let resource = if key.starts_with("alias/") {
            key.to_owned()
        } else {
            format!("key/{key}")
        };
        format!(
            "arn:{}:kms:{}:{}:{resource}",
            self.partition, self.region, self.account_id
        )
    }
}

/// Partition of a region, by the prefix of the region's name (AWS General Reference, *Amazon Resource
/// Names*, "partition").
pub fn partition_of(region: &str) -> &'static str {
    const PARTITIONS: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ];
    PARTITIONS
        .iter()
        .find(|(prefix, _)| region.starts_with(prefix))
        .map_or("aws", |(_, partition)| partition)
}
