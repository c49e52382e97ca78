//! AWS regions: their form, their partition, and those that are known.

use super::identity::MalformedValue;

/// The regions that AWS lists (*AWS Regions*:
/// <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>, and the
/// `partitions.json` of the AWS SDKs for the other partitions).
///
/// AWS adds regions. A region that is not in this table is no error, as long as it has the form of
/// one.
const KNOWN: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
    "us-west-1",
    "us-west-2",
];

/// Checks that a string has the form of a region: `us-east-1`, `us-gov-west-1`.
///
/// # Errors
/// [`MalformedValue`] otherwise, with the region that was probably meant.
pub fn check_region(region: &str) -> Result<(), MalformedValue> {
    if has_form(region) {
        return Ok(());
    }
    let example = meant(region).unwrap_or("us-east-1");
    Err(MalformedValue::new(
        region,
        "AWS region",
        format!("write one like `{example}`"),
    ))
}

/// Whether the region is one of those known to this version.
#[must_use]
pub fn is_known_region(region: &str) -> bool {
    KNOWN.contains(&region)
}

/// Two to four parts of lower-case letters, then a number.
fn has_form(region: &str) -> bool {
    let mut parts: Vec<&str> = region.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    (2..=3).contains(&parts.len())
        && parts
            .iter()
            .all(|part| part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_lowercase()))
        && (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !number.starts_with('0')
}

/// The known region with the same letters and digits: `US East1` means `us-east-1`. An Availability
/// Zone means its region.
fn meant(region: &str) -> Option<&'static str> {
    let normal = |region: &str| -> String {
        let characters = region.chars().filter(char::is_ascii_alphanumeric);
        characters.map(|c| c.to_ascii_lowercase()).collect()
    };
    let wanted = normal(region);
    let zone_of = |known: &str| {
        wanted
            .strip_prefix(known)
            .is_some_and(|rest| rest.len() <= 1)
    };
    KNOWN.iter().copied().find(|known| zone_of(&normal(known)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::partition_of;

    #[test]
    fn check_region_accepts_known_and_new_regions() {
        for region in KNOWN {
            assert_eq!(check_region(region), Ok(()), "{region}");
            assert!(is_known_region(region));
        }
        for region in ["nz-north-1", "us-est-1", "ap-south-12"] {
            assert_eq!(check_region(region), Ok(()), "{region}");
            assert!(!is_known_region(region), "{region}");
        }
    }

    #[test]
    fn check_region_suggests_what_was_meant() {
        for (wrong, right) in [
            ("us-east1", "us-east-1"),
            ("US-EAST-1", "us-east-1"),
            ("us-east-1 ", "us-east-1"),
            ("eu_west_1", "eu-west-1"),
            ("eu-central-1a", "eu-central-1"),
            ("us-gov-west1", "us-gov-west-1"),
            ("", "us-east-1"),
            ("global", "us-east-1"),
            ("us-west-2-lax-1a", "us-east-1"),
            ("us-east-01", "us-east-1"),
            ("us-east-1\n", "us-east-1"),
        ] {
            let error = check_region(wrong).unwrap_err().to_string();
            assert!(
                error.ends_with(&format!("write one like `{right}`")),
                "{wrong}: {error}"
            );
        }
    }

    #[test]
    fn partition_of_known_regions_has_all_partitions() {
        let mut partitions: Vec<&str> = KNOWN.iter().map(|region| partition_of(region)).collect();
        partitions.sort_unstable();
        partitions.dedup();
        assert_eq!(
            partitions,
            [
                "aws",
                "aws-cn",
                "aws-eusc",
                "aws-iso",
                "aws-iso-b",
                "aws-iso-e",
                "aws-iso-f",
                "aws-us-gov"
            ]
        );
    }
}
