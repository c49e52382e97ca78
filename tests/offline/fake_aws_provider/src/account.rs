//! The AWS account that the fake provider pretends to use.

use std::collections::BTreeMap;

/// Account, region and default tags, from the provider's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    /// The account id, 12 digits.
    pub(crate) id: String,
    /// The provider's region.
    pub(crate) region: String,
    /// The provider's default tags.
    pub(crate) default_tags: BTreeMap<String, String>,
}

impl Account {
    /// The partition of a region, by the prefix of its name:
    /// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>.
    pub(crate) fn partition(region: &str) -> &'static str {
        if region.starts_with("cn-") {
            "aws-cn"
        } else if region.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        }
    }

    /// The domain of AWS's DNS names in a region.
    pub(crate) fn dns_suffix(region: &str) -> &'static str {
        match Self::partition(region) {
            "aws-cn" => "amazonaws.com.cn",
            _ => "amazonaws.com",
        }
    }

    /// The prefix of availability zone ids in a region: `use1` in `us-east-1`.
    pub(crate) fn zone_prefix(region: &str) -> String {
        region
            .split('-')
            .enumerate()
            .map(|(position, part)| match (position, part) {
                (0, area) => area.to_owned(),
                (_, "northeast") => "ne".to_owned(),
                (_, "northwest") => "nw".to_owned(),
                (_, "southeast") => "se".to_owned(),
                (_, "southwest") => "sw".to_owned(),
                (_, part) => part.chars().take(1).collect(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partition_suffix_and_zones_follow_region() {
        let of = |region| {
            (
                Account::partition(region),
                Account::dns_suffix(region),
                Account::zone_prefix(region),
            )
        };
        assert_eq!(of("us-east-1"), ("aws", "amazonaws.com", "use1".to_owned()));
        assert_eq!(
            of("ap-southeast-2"),
            ("aws", "amazonaws.com", "apse2".to_owned())
        );
        assert_eq!(
            of("us-gov-west-1"),
            ("aws-us-gov", "amazonaws.com", "usgw1".to_owned())
        );
        assert_eq!(
            of("cn-north-1"),
            ("aws-cn", "amazonaws.com.cn", "cnn1".to_owned())
        );
    }
}
