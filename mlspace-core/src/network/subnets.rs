//! Subnets of a VPC: a block for each tier in each zone.

use std::collections::BTreeMap;

use thiserror::Error;

use super::block::{Block, BlockError, size};
use super::{SUBNET_PREFIXES, grouped};

/// Zones beyond this are a mistake: no region has as many, and a workload takes no more subnets (SageMaker's *VpcConfig*,
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html>).
const MAX_ZONES: u64 = 16;

/// A layout that is not possible.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SubnetError {
    /// The range is no block.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// A number of zones that there cannot be.
    #[error("{0} zones are not possible: write a number from 1 to {MAX_ZONES}")]
    Zones(u64),
    /// There is nothing to lay out.
    #[error("there is no tier: write at least one, such as `{{ private = 24 }}`")]
    NoTier,
    /// A prefix length that no subnet can have.
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
        "{} × {} addresses ({tiers}) need a /{needed}, `{block}` is a /{} with {}: take a larger range, fewer zones or smaller tiers",
        in_zones(*.zones), grouped(*.per_zone), block.prefix(), grouped(block.size())
    )]
    TooSmall {
        /// The range.
        block: Block,
        /// The zones.
        zones: u64,
        /// The addresses that one zone takes.
        per_zone: u64,
        /// The tiers with their prefix lengths.
        tiers: String,
        /// The prefix length of the smallest range that would do.
        needed: u8,
    },
}

fn in_zones(count: u64) -> String {
    if count == 1 {
        "1 zone".to_owned()
    } else {
        format!("{count} zones")
    }
}

/// A block for each tier (with its prefix length) in each of so many zones, as a list by zone for each tier.
///
/// Each zone has a stretch of its own, one after the other, in which larger tiers come first and those of one size in the order of their names.
/// So no block moves when a zone is added at the end; a tier that is added or resized moves others.
///
/// # Errors
/// [`SubnetError`] when the range, a number or a prefix length is not usable, or there is no room.
pub fn subnet_layout(
    range: &str,
    zones: u64,
    tiers: &BTreeMap<String, u8>,
) -> Result<BTreeMap<String, Vec<Block>>, SubnetError> {
    let block: Block = range.parse()?;
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
    // Every zone starts on a bound of the largest tier, and within it sizes only fall: so every block lies on its own bound.
    let per_zone = order
        .iter()
        .map(|(_, prefix)| size(*prefix))
        .sum::<u64>()
        .next_multiple_of(size(largest));
    let mut layout: BTreeMap<String, Vec<Block>> = BTreeMap::new();
    for zone in 0..zones {
        let mut offset = zone * per_zone;
        for (tier, prefix) in &order {
            let part = block.part(offset, *prefix).ok_or_else(|| {
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
            layout.entry((*tier).clone()).or_default().push(part);
            offset += size(*prefix);
        }
    }
    Ok(layout)
}

/// The longest prefix of a block with so many addresses; 0 when there is none.
pub(super) fn prefix_for(addresses: u64) -> u8 {
    (0..=32)
        .rev()
        .find(|prefix| size(*prefix) >= addresses)
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tiers<const N: usize>(tiers: [(&str, u8); N]) -> BTreeMap<String, u8> {
        tiers.map(|(tier, prefix)| (tier.to_owned(), prefix)).into()
    }

    fn texts(layout: &BTreeMap<String, Vec<Block>>) -> Vec<String> {
        let line = |(tier, blocks): (&String, &Vec<Block>)| {
            let blocks: Vec<String> = blocks.iter().map(ToString::to_string).collect();
            format!("{tier}: {}", blocks.join(" "))
        };
        layout.iter().map(line).collect()
    }

    #[test]
    fn zones_follow_each_other() {
        let layout = subnet_layout(
            "10.0.0.0/20",
            3,
            &tiers([("endpoint", 26), ("private", 24), ("public", 28)]),
        );
        assert_eq!(
            texts(&layout.unwrap()),
            [
                "endpoint: 10.0.1.0/26 10.0.3.0/26 10.0.5.0/26",
                "private: 10.0.0.0/24 10.0.2.0/24 10.0.4.0/24",
                "public: 10.0.1.64/28 10.0.3.64/28 10.0.5.64/28",
            ]
        );
    }

    #[test]
    fn what_does_not_fit_is_told_with_the_arithmetic() {
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
        3 zones × 512 addresses (`private` /24, `public` /28) need a /21, `10.0.0.0/22` is a /22 with 1,024: take a larger range, fewer zones or smaller tiers
        1 zone × 512 addresses (`private` /23) need a /23, `10.0.0.0/24` is a /24 with 256: take a larger range, fewer zones or smaller tiers
        the tier `private` has the prefix length 30: subnets are from /16 to /28
        0 zones are not possible: write a number from 1 to 16
        there is no tier: write at least one, such as `{ private = 24 }`
        `10.0.0.0` is no block of IPv4 addresses: write one like `10.0.0.0/16`
        "#);
    }

    proptest! {
        #[test]
        fn blocks_are_apart_within_the_range_and_stay(
            prefix in 10_u8..=22,
            zones in 1_u64..=6,
            given in proptest::collection::btree_map("[a-z]{1,6}", 16_u8..=28, 1..5),
        ) {
            let range = format!("10.0.0.0/{prefix}");
            let whole: Block = "10.0.0.0/8".parse().unwrap();
            match subnet_layout(&range, zones, &given) {
                Ok(layout) => {
                    prop_assert_eq!(layout.keys().collect::<Vec<_>>(), given.keys().collect::<Vec<_>>());
                    let all: Vec<Block> = layout.values().flatten().copied().collect();
                    prop_assert_eq!(all.len() as u64, zones * given.len() as u64);
                    let range: Block = range.parse().unwrap();
                    for (place, block) in all.iter().enumerate() {
                        prop_assert!(range.contains(*block) && whole.contains(*block));
                        prop_assert!(!all.iter().skip(place + 1).any(|other| block.contains(*other) || other.contains(*block)));
                    }
                    for (tier, blocks) in &layout {
                        prop_assert!(blocks.iter().all(|block| block.prefix() == given[tier]));
                    }
                    if let Ok(more) = subnet_layout(&range.to_string(), zones + 1, &given) {
                        for (tier, blocks) in &layout {
                            prop_assert!(more[tier].starts_with(blocks));
                        }
                    }
                }
                Err(SubnetError::TooSmall { needed, .. }) => {
                    // What the error asks for is enough, and one less is not.
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
