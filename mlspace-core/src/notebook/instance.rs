//! The state of a notebook instance in SageMaker.

use aws_sdk_sagemaker::operation::describe_notebook_instance::DescribeNotebookInstanceOutput;

use serde::{Deserialize, Serialize};

use super::{Network, NotebookSpec, Status};

/// The result of DescribeNotebookInstance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InstanceState {
    /// ARN of the instance.
    pub(crate) arn: String,
    /// Its status.
    pub(crate) status: Status,
    /// When it was changed last, in milliseconds since the epoch.
    pub(crate) modified: Option<i64>,
    /// Why the status is `Failed`.
    pub(crate) failure_reason: Option<String>,
    /// Host name of Jupyter.
    pub(crate) url: Option<String>,
    /// Instance type.
    pub(crate) instance_type: String,
    /// Volume in GB.
    pub(crate) volume_size: i64,
    /// Subnet.
    pub(crate) subnet_id: Option<String>,
    /// Security groups, sorted.
    pub(crate) security_group_ids: Vec<String>,
    /// KMS key of the volume.
    pub(crate) kms_key_id: Option<String>,
    /// Lifecycle configuration.
    pub(crate) lifecycle_config_name: Option<String>,
    /// Platform.
    pub(crate) platform_identifier: Option<String>,
    /// ARN of its role.
    pub(crate) role_arn: String,
    /// Network interface.
    pub(crate) network_interface_id: Option<String>,
    /// The value of `RootAccess`.
    pub(crate) root_access: String,
    /// The value of `DirectInternetAccess`.
    pub(crate) direct_internet_access: String,
    /// Minimum version of the instance metadata service, `1` or `2`.
    pub(crate) metadata_service: String,
}

/// The required value of `RootAccess` and `DirectInternetAccess`.
pub(crate) const DISABLED: &str = "Disabled";
/// The required minimum version of the metadata service.
pub(crate) const METADATA_SERVICE: &str = "2";

impl From<DescribeNotebookInstanceOutput> for InstanceState {
    fn from(found: DescribeNotebookInstanceOutput) -> Self {
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        let mut security_group_ids = found.security_groups.unwrap_or_default();
        security_group_ids.sort();
        Self {
            arn: found.notebook_instance_arn.unwrap_or_default(),
            status: Status::from_name(
                found
                    .notebook_instance_status
                    .as_ref()
                    .map_or("", |status| status.as_str()),
            ),
            modified: found
                .last_modified_time
                .and_then(|time| time.to_millis().ok()),
            failure_reason: some(found.failure_reason),
            url: some(found.url),
            instance_type: found
                .instance_type
                .map(|kind| kind.as_str().to_owned())
                .unwrap_or_default(),
            volume_size: found.volume_size_in_gb.unwrap_or_default().into(),
            subnet_id: some(found.subnet_id),
            security_group_ids,
            kms_key_id: some(found.kms_key_id),
            lifecycle_config_name: some(found.notebook_instance_lifecycle_config_name),
            platform_identifier: some(found.platform_identifier),
            role_arn: found.role_arn.unwrap_or_default(),
            network_interface_id: some(found.network_interface_id),
            // SageMaker's defaults for missing values are the insecure ones.
            root_access: found
                .root_access
                .map_or("Enabled".to_owned(), |access| access.as_str().to_owned()),
            direct_internet_access: found
                .direct_internet_access
                .map_or("Enabled".to_owned(), |access| access.as_str().to_owned()),
            metadata_service: found
                .instance_metadata_service_configuration
                .and_then(|service| service.minimum_instance_metadata_service_version)
                .unwrap_or_else(|| "1".to_owned()),
        }
    }
}

impl InstanceState {
    /// The expected state of an instance that was created from `spec` and cannot be described at
    /// the moment.
    pub(crate) fn unread(
        spec: &NotebookSpec,
        network: Option<Network>,
        arn: String,
        role_arn: String,
    ) -> Self {
        Self {
            arn,
            status: Status::Other("Unknown".to_owned()),
            modified: None,
            failure_reason: None,
            url: None,
            instance_type: spec.instance_type.clone(),
            volume_size: spec.volume_size,
            subnet_id: network.as_ref().map(|network| network.subnet_id.clone()),
            security_group_ids: network
                .as_ref()
                .map(|network| network.security_group_ids.clone())
                .unwrap_or_default(),
            kms_key_id: network
                .as_ref()
                .and_then(|network| network.kms_key_id.clone()),
            lifecycle_config_name: network.and_then(|network| network.lifecycle_config_name),
            platform_identifier: spec.platform_identifier.clone(),
            role_arn,
            network_interface_id: None,
            root_access: DISABLED.to_owned(),
            direct_internet_access: DISABLED.to_owned(),
            metadata_service: METADATA_SERVICE.to_owned(),
        }
    }

    /// A sentence for each setting that differs from the required value.
    pub(crate) fn drift(&self, role_arn: &str) -> Vec<String> {
        let required = [
            ("root access", self.root_access.as_str(), DISABLED),
            (
                "direct internet access",
                self.direct_internet_access.as_str(),
                DISABLED,
            ),
            (
                "the minimum version of the instance metadata service",
                self.metadata_service.as_str(),
                METADATA_SERVICE,
            ),
            ("the role", self.role_arn.as_str(), role_arn),
        ];
        required
            .iter()
            .filter(|(_, found, required)| found != required)
            .map(|(what, found, required)| format!("{what} is `{found}` instead of `{required}`"))
            .collect()
    }

    /// Why the instance must be replaced, if no update can repair it.
    pub(crate) fn must_replace(&self) -> Option<String> {
        (self.direct_internet_access != DISABLED).then(|| {
            "the instance has direct internet access, which SageMaker cannot remove from an existing instance".to_owned()
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use aws_sdk_sagemaker::types::{
        DirectInternetAccess, InstanceMetadataServiceConfiguration, InstanceType,
        NotebookInstanceStatus, RootAccess,
    };

    use super::*;

    pub(crate) const ROLE: &str =
        "arn:aws:iam::123456789012:role/MLSpace-fraud-2bd806c97f0e00af1a1fc332";

    /// An instance as the platform creates it.
    pub(crate) fn instance() -> InstanceState {
        InstanceState::from(
            DescribeNotebookInstanceOutput::builder()
                .notebook_instance_arn(
                    "arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/alice-fraud",
                )
                .notebook_instance_status(NotebookInstanceStatus::InService)
                .instance_type(InstanceType::from("ml.t3.medium"))
                .volume_size_in_gb(20)
                .subnet_id("subnet-a")
                .security_groups("sg-2")
                .security_groups("sg-1")
                .role_arn(ROLE)
                .root_access(RootAccess::Disabled)
                .direct_internet_access(DirectInternetAccess::Disabled)
                .instance_metadata_service_configuration(
                    InstanceMetadataServiceConfiguration::builder()
                        .minimum_instance_metadata_service_version("2")
                        .build(),
                )
                .build(),
        )
    }

    #[test]
    fn drift_is_empty_for_required_settings() {
        assert_eq!(instance().drift(ROLE), Vec::<String>::new());
        assert_eq!(instance().must_replace(), None);
        assert_eq!(instance().security_group_ids, ["sg-1", "sg-2"]);
    }

    #[test]
    fn instance_state_defaults_are_insecure() {
        let bare = InstanceState::from(
            DescribeNotebookInstanceOutput::builder()
                .role_arn(ROLE)
                .build(),
        );
        assert_eq!(bare.drift(ROLE).len(), 3);
        assert!(bare.must_replace().is_some());
    }

    #[test]
    fn drift_has_sentence_per_setting() {
        let weak = InstanceState {
            root_access: "Enabled".to_owned(),
            metadata_service: "1".to_owned(),
            role_arn: "arn:aws:iam::123456789012:role/other".to_owned(),
            ..instance()
        };
        let drift = weak.drift(ROLE);
        assert_eq!(drift.len(), 3, "{drift:?}");
        assert_eq!(drift[0], "root access is `Enabled` instead of `Disabled`");
        assert!(drift[2].starts_with("the role is `arn:aws:iam::123456789012:role/other`"));
    }
}
