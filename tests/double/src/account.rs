//! The account that the double pretends to look at.

use std::collections::BTreeMap;

/// Where everything is, and what every resource is tagged with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    /// The account's number, 12 digits.
    pub(crate) id: String,
    /// The provider's region.
    pub(crate) region: String,
    /// The provider's default tags.
    pub(crate) default_tags: BTreeMap<String, String>,
}

impl Account {
    /// The partition of a region, by its name's beginning:
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

    /// The domain that AWS's own names end with in a region.
    pub(crate) fn dns_suffix(region: &str) -> &'static str {
        match Self::partition(region) {
            "aws-cn" => "amazonaws.com.cn",
            _ => "amazonaws.com",
        }
    }

    /// What ids of availability zones begin with in a region: `use1` in `us-east-1`.
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
    fn names_follow_from_the_region() {
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
