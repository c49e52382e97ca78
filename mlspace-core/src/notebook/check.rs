//! Validation of a notebook's configuration, without calls.

use thiserror::Error;

/// Smallest volume of a notebook instance, in GB (*CreateNotebookInstance*, `VolumeSizeInGB`:
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateNotebookInstance.html>).
pub const VOLUME_SIZE_MIN: i64 = 5;
/// Largest volume of a notebook instance, in GB.
pub const VOLUME_SIZE_MAX: i64 = 16_384;

/// A setting of a notebook that is not valid.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotebookSpecError {
    /// The instance type has the wrong form.
    #[error(
        "`{}` is not a valid instance type for notebooks: write `ml.FAMILY.SIZE`, such as `ml.t3.medium` or `ml.g5.2xlarge`", given.escape_debug()
    )]
    InstanceType {
        /// The given type.
        given: String,
    },
    /// The volume is too small or too large.
    #[error(
        "a volume of {given} GB is not possible: choose between {VOLUME_SIZE_MIN} and {VOLUME_SIZE_MAX}"
    )]
    VolumeSize {
        /// The given size in GB.
        given: i64,
    },
    /// Neither the notebook nor the defaults name a subnet.
    #[error(
        "the notebook has no subnet, which is required without direct internet access: \
         set `subnet_id`, or `subnet_ids` in the provider's `notebook_defaults`"
    )]
    NoSubnet,
    /// Neither the notebook nor the defaults name a security group.
    #[error(
        "the notebook has no security group: set `security_group_ids`, here or in the provider's `notebook_defaults`"
    )]
    NoSecurityGroup,
    /// A list or name is set but empty.
    #[error("`{attribute}` is empty: give it a value or remove it")]
    Empty {
        /// The attribute.
        attribute: &'static str,
    },
}

impl NotebookSpecError {
    /// The attribute at fault, by its name in the configuration.
    pub fn attribute(&self) -> &'static str {
        match self {
            Self::InstanceType { .. } => "instance_type",
            Self::VolumeSize { .. } => "volume_size",
            Self::NoSubnet => "subnet_id",
            Self::NoSecurityGroup => "security_group_ids",
            Self::Empty { attribute } => attribute,
        }
    }
}

/// Checks the form of an instance type for notebooks: `ml.`, a family, a size.
///
/// The available types differ by region and change often, so that only SageMaker knows them. The
/// form finds typing errors early.
///
/// # Errors
/// [`NotebookSpecError::InstanceType`].
pub fn check_instance_type(given: &str) -> Result<(), NotebookSpecError> {
    let lower = |part: &str| {
        part.bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let family = |part: &str| {
        lower(part)
            && part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.contains(|c: char| c.is_ascii_digit())
            && !part.ends_with('-')
    };
    let size = |part: &str| {
        let (multiple, name) = part.split_at(part.find('x').unwrap_or(part.len()));
        match name {
            "xlarge" => {
                multiple.is_empty()
                    || (!multiple.starts_with('0') && multiple.bytes().all(|b| b.is_ascii_digit()))
            }
            _ => matches!(
                part,
                "nano" | "micro" | "small" | "medium" | "large" | "metal"
            ),
        }
    };
    let mut parts = given.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("ml"), Some(f), Some(s), None) if family(f) && size(s) => Ok(()),
        _ => Err(NotebookSpecError::InstanceType {
            given: given.to_owned(),
        }),
    }
}

/// Checks the size of a volume, in GB.
///
/// # Errors
/// [`NotebookSpecError::VolumeSize`].
pub fn check_volume_size(given: i64) -> Result<(), NotebookSpecError> {
    if (VOLUME_SIZE_MIN..=VOLUME_SIZE_MAX).contains(&given) {
        Ok(())
    } else {
        Err(NotebookSpecError::VolumeSize { given })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_instance_type_needs_three_parts() {
        for good in [
            "ml.t3.medium",
            "ml.t2.xlarge",
            "ml.m5d.24xlarge",
            "ml.p4de.24xlarge",
            "ml.g4dn.16xlarge",
            "ml.inf1.6xlarge",
            "ml.c6i.32xlarge",
            "ml.u-3tb1.56xlarge",
            "ml.c7gn.metal",
        ] {
            assert_eq!(check_instance_type(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "ml",
            "t3.medium",
            "ml.t3",
            "ml.t3.",
            "ml..medium",
            "ml.t3.medium.",
            "ML.t3.medium",
            "ml.T3.medium",
            "ml.t3.huge",
            "ml.t3.0xlarge",
            "ml.t3.axlarge",
            "ml.3t.medium",
            "ml.t.medium",
            "ml.t3.medium ",
            "ml.*.medium",
            "ml.t3.2xlarge2",
            "ml.t-.large",
        ] {
            let error = check_instance_type(bad).unwrap_err();
            assert_eq!(error.attribute(), "instance_type");
            assert!(error.to_string().contains("ml.FAMILY.SIZE"), "{bad}");
        }
    }

    #[test]
    fn check_volume_size_has_bounds() {
        for good in [5, 6, 16_384] {
            assert_eq!(check_volume_size(good), Ok(()));
        }
        for bad in [i64::MIN, -5, 0, 4, 16_385, i64::MAX] {
            assert_eq!(
                check_volume_size(bad).unwrap_err().attribute(),
                "volume_size"
            );
        }
    }
}
