//! Settings of domains and profiles, and their checks without a call.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::aws::Error;
use crate::notebook::check_instance_type;

/// The shortest time without use, in minutes, after which SageMaker stops an app (*IdleSettings*:
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_IdleSettings.html>).
pub const IDLE_MINUTES_MIN: i64 = 60;
/// The longest time without use, in minutes.
pub const IDLE_MINUTES_MAX: i64 = 525_600;

/// The smallest volume of a space in GB (*DefaultEbsStorageSettings*:
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DefaultEbsStorageSettings.html>).
pub const VOLUME_SIZE_MIN: i64 = 5;
/// The largest volume of a space in GB.
pub const VOLUME_SIZE_MAX: i64 = 16_384;

/// The instance type of a new space for which none is configured.
const INSTANCE_TYPE: &str = "ml.t3.medium";

/// Sizes of the volumes of a domain in which none are configured, in GB.
pub const VOLUME_SIZE_DEFAULT: VolumeSizes = VolumeSizes {
    default: 5,
    maximum: 100,
};

/// When SageMaker stops an app that nobody uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdleTimeout {
    /// Minutes without use.
    pub minutes: i64,
    /// Whether members cannot choose another time for their spaces.
    pub locked: bool,
}

/// An image of one's own, and how apps start it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CustomImage {
    /// Name of the SageMaker image.
    pub image_name: String,
    /// Name of the app image configuration.
    pub app_image_config_name: String,
    /// Version of the image; the latest one if `None`.
    pub image_version_number: Option<i64>,
}

/// Settings of one kind of app, `JupyterLab` or Code Editor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppSettings {
    /// The instance type of a space that names none.
    pub instance_type: String,
    /// When an app is stopped that nobody uses; `None` for never.
    pub idle: Option<IdleTimeout>,
    /// ARN of the lifecycle configuration of a space that names none; one of
    /// `lifecycle_config_arns`.
    pub default_lifecycle_config_arn: Option<String>,
    /// ARNs of the lifecycle configurations to choose from, in order.
    pub lifecycle_config_arns: Vec<String>,
    /// Images of one's own to choose from, in order.
    pub custom_images: Vec<CustomImage>,
}

impl Default for AppSettings {
    fn default() -> Self {
        Self {
            instance_type: INSTANCE_TYPE.to_owned(),
            idle: None,
            default_lifecycle_config_arn: None,
            lifecycle_config_arns: Vec::new(),
            custom_images: Vec::new(),
        }
    }
}

impl AppSettings {
    /// Checks the settings of the attribute `app`.
    ///
    /// # Errors
    /// The first setting that is not valid.
    pub fn check(&self, app: &'static str) -> Result<(), StudioSpecError> {
        check_instance_type(&self.instance_type).map_err(|error| StudioSpecError::App {
            app,
            problem: format!("`instance_type`: {error}"),
        })?;
        if let Some(idle) = self.idle
            && !(IDLE_MINUTES_MIN..=IDLE_MINUTES_MAX).contains(&idle.minutes)
        {
            return Err(StudioSpecError::App {
                app,
                problem: format!(
                    "`idle_timeout_minutes` is {}, and SageMaker takes {IDLE_MINUTES_MIN} to {IDLE_MINUTES_MAX}",
                    idle.minutes
                ),
            });
        }
        if let Some(default) = &self.default_lifecycle_config_arn
            && !self.lifecycle_config_arns.contains(default)
        {
            return Err(StudioSpecError::App {
                app,
                problem: "`default_lifecycle_config_arn` is not one of `lifecycle_config_arns`"
                    .to_owned(),
            });
        }
        Ok(())
    }
}

/// Sizes of the volumes of spaces, in GB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VolumeSizes {
    /// The size of a space that names none.
    pub default: i64,
    /// The largest size that members can choose.
    pub maximum: i64,
}

/// Settings of a domain that change in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainSettings {
    /// ARN of the role of profiles that name none.
    pub execution_role_arn: String,
    /// Security groups of all apps, in order.
    pub security_group_ids: Vec<String>,
    /// `JupyterLab`.
    pub jupyter_lab: AppSettings,
    /// Code Editor.
    pub code_editor: AppSettings,
    /// Volumes of spaces.
    pub volumes: VolumeSizes,
    /// Tools that Studio does not show.
    pub hidden_tools: BTreeSet<String>,
    /// Instance types that Studio does not show.
    pub hidden_instance_types: BTreeSet<String>,
    /// Whether spaces can run Docker.
    pub docker: bool,
    /// Accounts whose images Docker can pull and push.
    pub docker_trusted_account_ids: BTreeSet<String>,
}

impl DomainSettings {
    /// Checks the settings without a call.
    ///
    /// # Errors
    /// The first setting that is not valid.
    pub fn check(&self) -> Result<(), StudioSpecError> {
        let sizes = self.volumes;
        let range = VOLUME_SIZE_MIN..=VOLUME_SIZE_MAX;
        if !(range.contains(&sizes.default) && range.contains(&sizes.maximum)) {
            return Err(StudioSpecError::VolumeRange);
        }
        if sizes.default > sizes.maximum {
            return Err(StudioSpecError::VolumeOrder {
                default: sizes.default,
                maximum: sizes.maximum,
            });
        }
        if !self.docker && !self.docker_trusted_account_ids.is_empty() {
            return Err(StudioSpecError::NoDocker);
        }
        self.jupyter_lab.check("jupyter_lab")?;
        self.code_editor.check("code_editor")
    }
}

/// Settings of a user profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProfileSettings {
    /// ARN of the role of its spaces.
    pub(crate) role_arn: String,
    /// Security groups beside those of the domain, in order.
    pub(crate) security_group_ids: Vec<String>,
    /// `JupyterLab`; `None` for the domain's settings.
    pub(crate) jupyter_lab: Option<AppSettings>,
    /// Code Editor; `None` for the domain's settings.
    pub(crate) code_editor: Option<AppSettings>,
}

/// A setting of a domain or profile that is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StudioSpecError {
    /// The name does not fit SageMaker's pattern.
    #[error(
        "`{name}` is not a name of a domain: use 1 to 63 ASCII letters, digits and inner hyphens"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// The name of a space does not fit SageMaker's pattern.
    #[error(
        "`{name}` is not a name of a space: use 1 to 63 ASCII letters, digits and inner hyphens"
    )]
    SpaceName {
        /// The name.
        name: String,
    },
    /// The size of a space's volume is out of SageMaker's range.
    #[error("the volume has {given} GB: choose {VOLUME_SIZE_MIN} to {VOLUME_SIZE_MAX} GB")]
    SpaceVolume {
        /// The size in GB.
        given: i64,
    },
    /// The id does not fit SageMaker's pattern.
    #[error("`{id}` is not the id of a domain, such as `d-0123456789ab`")]
    DomainId {
        /// The id.
        id: String,
    },
    /// Settings of an app.
    #[error("{problem}")]
    App {
        /// The attribute of the app.
        app: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// Sizes out of SageMaker's range.
    #[error("volumes have {VOLUME_SIZE_MIN} to {VOLUME_SIZE_MAX} GB")]
    VolumeRange,
    /// The default is larger than the maximum.
    #[error(
        "the default size of volumes, {default} GB, is larger than the largest one, {maximum} GB"
    )]
    VolumeOrder {
        /// The default in GB.
        default: i64,
        /// The maximum in GB.
        maximum: i64,
    },
    /// Trusted accounts without Docker.
    #[error(
        "trusted accounts have no effect without Docker: set `docker_access = true`, or remove them"
    )]
    NoDocker,
    /// A value is missing that has no default.
    #[error(
        "`{attribute}` has no value: set it here, or in `notebook_defaults` of the provider block"
    )]
    Missing {
        /// The attribute.
        attribute: &'static str,
    },
}

impl StudioSpecError {
    /// The attribute at fault.
    #[must_use]
    pub const fn attribute(&self) -> &'static str {
        match self {
            Self::Name { .. } | Self::SpaceName { .. } => "name",
            Self::SpaceVolume { .. } => "volume_size",
            Self::DomainId { .. } => "domain_id",
            Self::App { app, .. } => app,
            Self::VolumeRange | Self::VolumeOrder { .. } => "default_volume_size",
            Self::NoDocker => "docker_trusted_account_ids",
            Self::Missing { attribute } => attribute,
        }
    }
}

impl From<StudioSpecError> for Error {
    fn from(error: StudioSpecError) -> Self {
        let line = error.to_string();
        let (message, remedy) = match line.split_once(": ") {
            Some((message, remedy)) if !matches!(error, StudioSpecError::App { .. }) => {
                (message.to_owned(), remedy.to_owned())
            }
            _ => (line, "correct the value".to_owned()),
        };
        Self::Invalid {
            attribute: Some(error.attribute()),
            message,
            remedy,
        }
    }
}

/// Checks the name of a domain (*CreateDomain*, `DomainName`:
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateDomain.html>).
///
/// # Errors
/// [`StudioSpecError::Name`].
pub fn check_name(name: &str) -> Result<(), StudioSpecError> {
    let fits = (1..=63).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    if fits {
        Ok(())
    } else {
        Err(StudioSpecError::Name {
            name: name.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::domain::tests::spec;
    use super::*;

    #[test]
    fn check_name_follows_the_pattern() {
        let long = "a".repeat(63);
        for name in ["a", "ml", "a--b", "0", long.as_str()] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        let long = "a".repeat(64);
        for name in ["", "-a", "a-", "a_b", "a.b", "ä", long.as_str()] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn check_names_the_attribute_at_fault() {
        let good = spec().settings;
        assert_eq!(good.check(), Ok(()));
        let fault = |change: &dyn Fn(&mut DomainSettings)| {
            let mut settings = good.clone();
            change(&mut settings);
            settings.check().unwrap_err().attribute()
        };
        assert_eq!(fault(&|s| s.volumes.default = 4), "default_volume_size");
        assert_eq!(
            fault(&|s| s.volumes.maximum = 20_000),
            "default_volume_size"
        );
        assert_eq!(fault(&|s| s.volumes.default = 101), "default_volume_size");
        let accounts = BTreeSet::from(["123456789012".to_owned()]);
        assert_eq!(
            fault(&|s| s.docker_trusted_account_ids.clone_from(&accounts)),
            "docker_trusted_account_ids"
        );
        assert_eq!(
            fault(&|s| s.jupyter_lab.instance_type = "t3".to_owned()),
            "jupyter_lab"
        );
        let idle = |minutes| {
            Some(IdleTimeout {
                minutes,
                locked: true,
            })
        };
        for minutes in [0, 59, 525_601] {
            assert_eq!(
                fault(&|s| s.code_editor.idle = idle(minutes)),
                "code_editor"
            );
        }
        assert_eq!(
            fault(&|s| s.code_editor.default_lifecycle_config_arn = Some("a".to_owned())),
            "code_editor"
        );
    }
}
