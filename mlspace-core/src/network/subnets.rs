//! Subnets of a VPC: one for each tier in each availability zone.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use thiserror::Error;

use super::SUBNET_PREFIXES;
use super::cidr::{self, CidrError, address_count, prefix_for};
use crate::text::thousands;

/// Largest number of zones. No region has as many, and a workload takes at most 16 subnets
/// (SageMaker's *VpcConfig*,
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html>).
const MAX_ZONES: u64 = 16;

/// Reason why subnets cannot be laid out.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SubnetError {
    /// The range is not a valid CIDR block.
    #[error(transparent)]
    Range(#[from] CidrError),
    /// The number of zones is out of range.
    #[error("{0} zones are not possible: write a number from 1 to {MAX_ZONES}")]
    Zones(u64),
    /// No tier is given.
    #[error("no tier is given: write at least one, such as `{{ private = 24 }}`")]
    NoTier,
    /// No subnet can have this prefix length.
    #[error(
        "the tier `{}` has the prefix length {prefix}: subnets are from /{} to /{}",
        tier.escape_debug(), SUBNET_PREFIXES.start(), SUBNET_PREFIXES.end()
    )]
    Prefix {
        /// The tier.
        tier: String,
        /// Its prefix length.
        prefix: u8,
    },
    /// The range has too few addresses.
    #[error(
        "{} × {} addresses ({tiers}) need a /{needed}, `{block}` is a /{} with {}: use a larger range, fewer zones or smaller tiers",
        zone_count(*.zones), thousands(*.per_zone), block.prefix_len(), thousands(address_count(block.prefix_len()))
    )]
    TooSmall {
        /// The range.
        block: Ipv4Net,
        /// The number of zones.
        zones: u64,
        /// The number of addresses that one zone takes.
        per_zone: u64,
        /// The tiers with their prefix lengths.
        tiers: String,
        /// The prefix length of the smallest range that is large enough.
        needed: u8,
    },
}

fn zone_count(count: u64) -> String {
    if count == 1 {
        "1 zone".to_owned()
    } else {
        format!("{count} zones")
    }
}

/// Splits `range` into one subnet for each tier in each zone. The result lists the subnets of each
/// tier by zone.
///
/// Each zone takes one contiguous part of the range. In it, larger tiers come first, and tiers of
/// equal size are sorted by name. Adding a zone at the end therefore moves no subnet; adding or
/// resizing a tier does.
///
/// # Errors
/// [`SubnetError`] when the range, the number of zones or a prefix length is invalid, or the range
/// is too small.
pub fn subnet_layout(
    range: &str,
    zones: u64,
    tiers: &BTreeMap<String, u8>,
) -> Result<BTreeMap<String, Vec<Ipv4Net>>, SubnetError> {
    let block = cidr::parse(range)?;
    if !(1..=MAX_ZONES).contains(&zones) {
        return Err(SubnetError::Zones(zones));
    }
    if let Some((tier, prefix)) = tiers
        .iter()
        .find(|(_, prefix)| !SUBNET_PREFIXES.contains(prefix))
    {
        return Err(SubnetError::Prefix {
            tier: tier.clone(),
            prefix: *prefix,
        });
    }
    let mut order: Vec<(&String, u8)> =
        tiers.iter().map(|(tier, prefix)| (tier, *prefix)).collect();
    order.sort_by_key(|(_, prefix)| *prefix);
    let largest = order.first().ok_or(SubnetError::NoTier)?.1;
    // A block must begin at a multiple of its size. Every zone begins at a multiple of the largest
    // tier's, and sizes only decrease within it, so that this holds for every subnet.
    let per_zone = order
        .iter()
        .map(|(_, prefix)| address_count(*prefix))
        .sum::<u64>()
        .next_multiple_of(address_count(largest));
    let mut layout: BTreeMap<String, Vec<Ipv4Net>> = BTreeMap::new();
    for zone in 0..zones {
        let mut offset = zone * per_zone;
        for (tier, prefix) in &order {
            let subnet = subnet_at(block, offset, *prefix).ok_or_else(|| {
                let named = order
                    .iter()
                    .map(|(tier, prefix)| format!("`{tier}` /{prefix}"));
                SubnetError::TooSmall {
                    block,
                    zones,
                    per_zone,
                    tiers: named.collect::<Vec<_>>().join(", "),
                    needed: prefix_for(zones * per_zone),
                }
            })?;
            layout.entry((*tier).clone()).or_default().push(subnet);
            offset += address_count(*prefix);
        }
    }
    Ok(layout)
}

/// The block of this prefix length that begins `offset` addresses after the start of `range`; `None`
/// when it does not lie within `range`.
fn subnet_at(range: Ipv4Net, offset: u64, prefix: u8) -> Option<Ipv4Net> {
    let first = u64::from(range.network().to_bits()).checked_add(offset)?;
    let first = Ipv4Addr::from_bits(u32::try_from(first).ok()?);
    let subnet = Ipv4Net::new(first, prefix).ok()?;
    range.contains(&subnet).then_some(subnet)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tiers<const N: usize>(tiers: [(&str, u8); N]) -> BTreeMap<String, u8> {
        tiers.map(|(tier, prefix)| (tier.to_owned(), prefix)).into()
    }

    fn lines(layout: &BTreeMap<String, Vec<Ipv4Net>>) -> Vec<String> {
        let line = |(tier, blocks): (&String, &Vec<Ipv4Net>)| {
            let blocks: Vec<String> = blocks.iter().map(ToString::to_string).collect();
            format!("{tier}: {}", blocks.join(" "))
        };
        layout.iter().map(line).collect()
    }

    #[test]
    fn subnet_layout_places_zones_in_order() {
        let layout = subnet_layout(
            "10.0.0.0/20",
            3,
            &tiers([("endpoint", 26), ("private", 24), ("public", 28)]),
        );
        assert_eq!(
            lines(&layout.unwrap()),
            [
                "endpoint: 10.0.1.0/26 10.0.3.0/26 10.0.5.0/26",
                "private: 10.0.0.0/24 10.0.2.0/24 10.0.4.0/24",
                "public: 10.0.1.64/28 10.0.3.64/28 10.0.5.64/28",
            ]
        );
    }

    #[test]
    fn subnet_layout_explains_errors() {
        let error = |range: &str, zones: u64, given: BTreeMap<String, u8>| {
            subnet_layout(range, zones, &given).unwrap_err().to_string()
        };
        let messages = [
            error("10.0.0.0/22", 3, tiers([("private", 24), ("public", 28)])),
            error("10.0.0.0/24", 1, tiers([("private", 23)])),
            error("10.0.0.0/16", 3, tiers([("private", 30)])),
            error("10.0.0.0/16", 0, tiers([("private", 24)])),
            error("10.0.0.0/16", 3, tiers([])),
            error("10.0.0.0", 3, tiers([("private", 24)])),
        ];
        insta::assert_snapshot!(messages.join("\n"), @r#"
        3 zones × 512 addresses (`private` /24, `public` /28) need a /21, `10.0.0.0/22` is a /22 with 1,024: use a larger range, fewer zones or smaller tiers
        1 zone × 512 addresses (`private` /23) need a /23, `10.0.0.0/24` is a /24 with 256: use a larger range, fewer zones or smaller tiers
        the tier `private` has the prefix length 30: subnets are from /16 to /28
        0 zones are not possible: write a number from 1 to 16
        no tier is given: write at least one, such as `{ private = 24 }`
        `10.0.0.0` is not a valid IPv4 CIDR block: write one such as `10.0.0.0/16`
        "#);
    }

    #[test]
    fn subnet_layout_reaches_the_last_address() {
        let layout = subnet_layout("255.255.255.0/24", 8, &tiers([("private", 27)]));
        assert_eq!(
            layout.unwrap()["private"][7].to_string(),
            "255.255.255.224/27"
        );
        assert!(subnet_layout("255.255.255.0/24", 9, &tiers([("private", 27)])).is_err());
    }

    proptest! {
        #[test]
        fn subnet_layout_is_disjoint_and_stable(
            prefix in 10_u8..=22,
            zones in 1_u64..=6,
            given in proptest::collection::btree_map("[a-z]{1,6}", 16_u8..=28, 1..5),
        ) {
            let range = format!("10.0.0.0/{prefix}");
            let whole: Ipv4Net = "10.0.0.0/8".parse().unwrap();
            match subnet_layout(&range, zones, &given) {
                Ok(layout) => {
                    prop_assert_eq!(layout.keys().collect::<Vec<_>>(), given.keys().collect::<Vec<_>>());
                    let all: Vec<Ipv4Net> = layout.values().flatten().copied().collect();
                    prop_assert_eq!(all.len() as u64, zones * given.len() as u64);
                    let range: Ipv4Net = range.parse().unwrap();
                    for (place, block) in all.iter().enumerate() {
                        prop_assert!(range.contains(block) && whole.contains(block));
                        prop_assert!(!all.iter().skip(place + 1).any(|other| block.contains(other) || other.contains(block)));
                    }
                    for (tier, blocks) in &layout {
                        prop_assert!(blocks.iter().all(|block| block.prefix_len() == given[tier]));
                    }
                    if let Ok(more) = subnet_layout(&range.to_string(), zones + 1, &given) {
                        for (tier, blocks) in &layout {
                            prop_assert!(more[tier].starts_with(blocks));
                        }
                    }
                }
                Err(SubnetError::TooSmall { needed, .. }) => {
                    // The prefix length in the error is sufficient, and the next longer one is not.
                    prop_assert!(needed < prefix);
                    let enough = format!("10.0.0.0/{needed}");
                    prop_assert!(subnet_layout(&enough, zones, &given).is_ok() || needed < 8);
                    let less = format!("10.0.0.0/{}", needed + 1);
                    prop_assert!(subnet_layout(&less, zones, &given).is_err());
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }
}
