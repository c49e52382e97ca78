//! Changes of settings that SageMaker makes to stopped instances.

use super::{
    NotebookSpec,
    instance::{DISABLED, InstanceState, METADATA_SERVICE},
    network,
};
use crate::aws::NotebookDefaults;

/// A change of the lifecycle configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum LifecycleChange {
    /// None.
    #[default]
    Keep,
    /// Use this lifecycle configuration.
    Attach(String),
    /// Use no lifecycle configuration.
    Detach,
}

/// The arguments of UpdateNotebookInstance: only those that differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SettingsChange {
    /// The new instance type.
    pub(crate) instance_type: Option<String>,
    /// The new size of the volume, in GB.
    pub(crate) volume_size: Option<i64>,
    /// The new platform.
    pub(crate) platform_identifier: Option<String>,
    /// ARN of the member's role, if the instance runs with another.
    pub(crate) role_arn: Option<String>,
    /// The change of the lifecycle configuration.
    pub(crate) lifecycle: LifecycleChange,
    /// Whether to disable root access.
    pub(crate) disable_root: bool,
    /// Whether to require version 2 of the instance metadata service.
    pub(crate) require_metadata_service: bool,
}

impl SettingsChange {
    /// The change from `found` to `desired`. A volume that is larger is kept, because SageMaker only
    /// enlarges volumes (*UpdateNotebookInstance*, `VolumeSizeInGB`:
    /// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateNotebookInstance.html>).
    pub(crate) fn between(
        found: &InstanceState,
        desired: &NotebookSpec,
        defaults: &NotebookDefaults,
        role_arn: &str,
    ) -> Self {
        let lifecycle = network::lifecycle(desired, defaults);
        let changed = |found: &str, desired: &str| (found != desired).then(|| desired.to_owned());
        Self {
            instance_type: changed(&found.instance_type, &desired.instance_type),
            volume_size: (found.volume_size < desired.volume_size).then_some(desired.volume_size),
            // Without a configured platform the instance keeps the one that SageMaker chose.
            platform_identifier: desired
                .platform_identifier
                .clone()
                .filter(|chosen| found.platform_identifier.as_ref() != Some(chosen)),
            role_arn: changed(&found.role_arn, role_arn),
            lifecycle: match lifecycle {
                same if same == found.lifecycle_config_name => LifecycleChange::Keep,
                Some(name) => LifecycleChange::Attach(name),
                None => LifecycleChange::Detach,
            },
            disable_root: found.root_access != DISABLED,
            require_metadata_service: found.metadata_service != METADATA_SERVICE,
        }
    }

    /// Whether nothing changes.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            instance::tests::{ROLE, instance},
            tests::spec,
        },
        *,
    };

    fn between(found: &InstanceState, desired: &NotebookSpec) -> SettingsChange {
        SettingsChange::between(found, desired, &NotebookDefaults::default(), ROLE)
    }

    #[test]
    fn between_equal_settings_is_empty() {
        assert!(between(&instance(), &spec()).is_empty());
        let platformed = InstanceState {
            platform_identifier: Some("notebook-al2-v2".to_owned()),
            ..instance()
        };
        assert!(between(&platformed, &spec()).is_empty());
    }

    #[test]
    fn between_has_differing_settings_only() {
        let larger = NotebookSpec {
            volume_size: 50,
            ..spec()
        };
        assert_eq!(
            between(&instance(), &larger),
            SettingsChange {
                volume_size: Some(50),
                ..SettingsChange::default()
            }
        );
        let moved = InstanceState {
            role_arn: "arn:aws:iam::123456789012:role/other".to_owned(),
            root_access: "Enabled".to_owned(),
            metadata_service: "1".to_owned(),
            ..instance()
        };
        assert_eq!(
            between(&moved, &spec()),
            SettingsChange {
                role_arn: Some(ROLE.to_owned()),
                disable_root: true,
                require_metadata_service: true,
                ..SettingsChange::default()
            }
        );
    }

    #[test]
    fn between_attaches_and_detaches_lifecycle() {
        let with = |name: &str| InstanceState {
            lifecycle_config_name: Some(name.to_owned()),
            ..instance()
        };
        let wanting = |name: &str| NotebookSpec {
            lifecycle_config_name: Some(name.to_owned()),
            ..spec()
        };
        assert_eq!(
            between(&with("a"), &spec()).lifecycle,
            LifecycleChange::Detach
        );
        assert_eq!(
            between(&with("a"), &wanting("a")).lifecycle,
            LifecycleChange::Keep
        );
        assert_eq!(
            between(&with("a"), &wanting("b")).lifecycle,
            LifecycleChange::Attach("b".to_owned())
        );
        let defaults = NotebookDefaults {
            lifecycle_config_name: Some("base".to_owned()),
            ..NotebookDefaults::default()
        };
        let change = SettingsChange::between(&instance(), &spec(), &defaults, ROLE);
        assert_eq!(change.lifecycle, LifecycleChange::Attach("base".to_owned()));
    }

    #[test]
    fn between_keeps_larger_volume() {
        let smaller = NotebookSpec {
            volume_size: 19,
            ..spec()
        };
        assert!(between(&instance(), &smaller).is_empty());
    }
}
