//! The settings of an instance that SageMaker can change at rest, and what of them has to change.

use super::{
    NotebookSpec, NotebookSpecError, check_volume_change,
    instance::{DISABLED, InstanceState, METADATA_SERVICE},
    network,
};
use crate::aws::NotebookDefaults;

/// What to make of the lifecycle configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum LifecycleChange {
    /// Nothing.
    #[default]
    Keep,
    /// Use this one.
    Attach(String),
    /// Use none.
    Detach,
}

/// One UpdateNotebookInstance: only what differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SettingsChange {
    /// Another instance type.
    pub(crate) instance_type: Option<String>,
    /// A larger volume, in GB.
    pub(crate) volume_size: Option<i64>,
    /// Another platform.
    pub(crate) platform_identifier: Option<String>,
    /// The member's role, where the instance runs with another.
    pub(crate) role_arn: Option<String>,
    /// Another lifecycle configuration.
    pub(crate) lifecycle: LifecycleChange,
    /// Whether root access must be taken away.
    pub(crate) disable_root: bool,
    /// Whether version 2 of the metadata service must be required.
    pub(crate) require_metadata_service: bool,
}

impl SettingsChange {
    /// What leads from what is to what should be.
    ///
    /// # Errors
    /// [`NotebookSpecError::VolumeShrinks`].
    pub(crate) fn between(
        is: &InstanceState,
        should: &NotebookSpec,
        defaults: &NotebookDefaults,
        role_arn: &str,
    ) -> Result<Self, NotebookSpecError> {
        check_volume_change(is.volume_size, should.volume_size)?;
        let lifecycle = network::lifecycle(should, defaults);
        let other = |is: &str, should: &str| (is != should).then(|| should.to_owned());
        Ok(Self {
            instance_type: other(&is.instance_type, &should.instance_type),
            volume_size: (is.volume_size != should.volume_size).then_some(should.volume_size),
            // Without a choice the platform stays what it is: SageMaker picks one at creation.
            platform_identifier: should
                .platform_identifier
                .clone()
                .filter(|chosen| is.platform_identifier.as_ref() != Some(chosen)),
            role_arn: other(&is.role_arn, role_arn),
            lifecycle: match lifecycle {
                same if same == is.lifecycle_config_name => LifecycleChange::Keep,
                Some(name) => LifecycleChange::Attach(name),
                None => LifecycleChange::Detach,
            },
            disable_root: is.root_access != DISABLED,
            require_metadata_service: is.metadata_service != METADATA_SERVICE,
        })
    }

    /// Whether nothing has to change.
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

    fn between(is: &InstanceState, should: &NotebookSpec) -> SettingsChange {
        SettingsChange::between(is, should, &NotebookDefaults::default(), ROLE).unwrap()
    }

    #[test]
    fn nothing_changes_when_all_is_as_it_should_be() {
        assert!(between(&instance(), &spec()).is_empty());
        let platformed = InstanceState {
            platform_identifier: Some("notebook-al2-v2".to_owned()),
            ..instance()
        };
        assert!(between(&platformed, &spec()).is_empty());
    }

    #[test]
    fn only_what_differs_is_sent() {
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
    fn a_lifecycle_configuration_is_attached_exchanged_and_taken_away() {
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
        let change = SettingsChange::between(&instance(), &spec(), &defaults, ROLE).unwrap();
        assert_eq!(change.lifecycle, LifecycleChange::Attach("base".to_owned()));
    }

    #[test]
    fn a_volume_never_shrinks() {
        let smaller = NotebookSpec {
            volume_size: 19,
            ..spec()
        };
        let refused =
            SettingsChange::between(&instance(), &smaller, &NotebookDefaults::default(), ROLE);
        assert_eq!(refused.unwrap_err().attribute(), "volume_size");
    }
}
