//! What machines of members tell the AWS SDKs for Python: the defaults file of the SageMaker Python
//! SDK, and a client plugin of botocore with its settings.
//!
//! Neither grants a permission. They fill in what the members' policies require, so that ordinary
//! code works as it is: without them the same calls are denied.
//!
//! - The defaults file
//!   (<https://sagemaker.readthedocs.io/en/stable/overview.html#configuring-and-using-defaults-with-the-sagemaker-python-sdk>)
//!   gives role, network, keys, tags, bucket and prefix to version 2 of the SDK. Version 3 and boto3
//!   ignore most of it.
//! - The plugin (botocore 1.40 or newer, `BOTOCORE_EXPERIMENTAL__PLUGINS`) completes the parameters
//!   of each call, whatever library makes it, and adds the project's prefix to names.

use serde_json::{Value, json};

use crate::policies::ResourceNames;

/// The module of the botocore plugin, `mlspace_sdk.py`.
pub const PLUGIN: &str = include_str!("sdk_config/mlspace_sdk.py");

/// A module that names the plugin in the environment of every Python, `mlspace_startup.py`.
pub const STARTUP: &str = include_str!("sdk_config/mlspace_startup.py");

/// Environment variables that load the plugin, with `PLUGIN` on Python's path as `mlspace_sdk.py`.
pub const ENVIRONMENT: [(&str, &str); 2] = [
    ("BOTOCORE_EXPERIMENTAL__PLUGINS", "mlspace=mlspace_sdk"),
    ("SAGEMAKER_VALIDATE_ROLE", "false"),
];

/// Instance types with local storage, as patterns. SageMaker refuses a volume key for them.
///
/// Source: instance store volumes of EC2
/// (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-store-volumes.html>), for the
/// families that SageMaker offers for jobs and endpoints.
pub const LOCAL_STORAGE: &[&str] = &[
    "ml.c5d.*",
    "ml.c6gd.*",
    "ml.c6id.*",
    "ml.dl1.*",
    "ml.g4dn.*",
    "ml.g5.*",
    "ml.g6.*",
    "ml.g6e.*",
    "ml.g7.*",
    "ml.g7e.*",
    "ml.gr6.*",
    "ml.m5d.*",
    "ml.m6gd.*",
    "ml.m6id.*",
    "ml.p3dn.*",
    "ml.p4d.*",
    "ml.p4de.*",
    "ml.p5.*",
    "ml.p5e.*",
    "ml.p5en.*",
    "ml.p6-b200.*",
    "ml.p6-b300.*",
    "ml.p6e-gb200.*",
    "ml.r5d.*",
    "ml.r5dn.*",
    "ml.r6gd.*",
    "ml.r6id.*",
    "ml.r7gd.*",
    "ml.r8gd.*",
    "ml.trn1.*",
    "ml.trn1n.*",
    "ml.trn2.*",
    "ml.trn2u.*",
];

/// What all members' machines of a platform share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SdkConfig {
    /// Value of the `system` tag.
    pub system_tag: String,
    /// The data bucket.
    pub data_bucket: String,
    /// The KMS key of volumes and outputs: its id or ARN.
    pub kms_key_id: Option<String>,
    /// The approved subnets.
    pub subnet_ids: Vec<String>,
    /// The approved security groups. Without any, requests get no network.
    pub security_group_ids: Vec<String>,
    /// How resources of members are named: whether the plugin adds the project's prefix.
    pub resource_names: ResourceNames,
}

/// The tenant of a machine. A template has placeholders instead of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SdkTenant<'a> {
    /// The project.
    pub project: &'a str,
    /// The user.
    pub user: &'a str,
    /// ARN of the membership's role.
    pub role_arn: &'a str,
}

impl SdkConfig {
    /// Settings of the plugin: the JSON object of `tenant.json`.
    #[must_use]
    pub fn plugin_settings(&self, tenant: SdkTenant<'_>) -> Value {
        let name_prefix = match self.resource_names {
            ResourceNames::Prefixed => format!("{}-", tenant.project),
            ResourceNames::Free => String::new(),
        };
        json!({
            "name_prefix": name_prefix,
            "tags": self.tags(tenant),
            "role_arn": tenant.role_arn,
            "bucket": self.data_bucket,
            "key_prefix": format!("project/{}/", tenant.project),
            "kms_key_id": self.kms_key_id,
            "subnet_ids": self.subnet_ids,
            "security_group_ids": self.security_group_ids,
            "local_storage": LOCAL_STORAGE,
        })
    }

    /// The defaults file of the SageMaker Python SDK, as JSON, which is also YAML.
    ///
    /// It turns off the SDK's telemetry, which goes to a bucket of AWS after each call and waits
    /// where the platform's network does not lead there. It has no volume keys, since the SDK would
    /// also send them for instance types with local storage, and nothing for transform jobs, since
    /// version 3 then fails.
    #[must_use]
    pub fn defaults_file(&self, tenant: SdkTenant<'_>) -> Value {
        let tags: Vec<Value> = self
            .tags(tenant)
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, value)| json!({"Key": key, "Value": value}))
            .collect();
        let role = tenant.role_arn;
        let mut sections = json!({
            "PythonSDK": {"Modules": {
                "Session": {
                    "DefaultS3Bucket": self.data_bucket,
                    // With its slash: the SDK lists the prefix, and without it the list would name others' keys.
                    "DefaultS3ObjectKeyPrefix": format!("project/{}/", tenant.project),
                },
                "RemoteFunction": {"RoleArn": role, "Tags": tags},
                "TelemetryOptOut": true,
            }},
            "TrainingJob": {"RoleArn": role, "Tags": tags},
            "ProcessingJob": {"RoleArn": role, "Tags": tags},
            "Model": {"ExecutionRoleArn": role, "Tags": tags},
            "EndpointConfig": {"Tags": tags},
            "Endpoint": {"Tags": tags},
            "AutoMLJob": {"RoleArn": role, "Tags": tags},
            "AutoMLJobV2": {"RoleArn": role, "Tags": tags},
            "Pipeline": {"RoleArn": role, "Tags": tags},
        });
        if !self.subnet_ids.is_empty() && !self.security_group_ids.is_empty() {
            let network = json!({
                "Subnets": self.subnet_ids,
                "SecurityGroupIds": self.security_group_ids,
            });
            for place in [
                "/TrainingJob",
                "/Model",
                "/PythonSDK/Modules/RemoteFunction",
            ] {
                insert(&mut sections, place, "VpcConfig", network.clone());
            }
            insert(
                &mut sections,
                "/ProcessingJob",
                "NetworkConfig",
                json!({"VpcConfig": network}),
            );
            // The only way to give version 3 a network.
            insert(
                &mut sections,
                "/PythonSDK/Modules",
                "ModelTrainer",
                json!({"networking": {
                    "subnets": self.subnet_ids,
                    "security_group_ids": self.security_group_ids,
                }}),
            );
        }
        if let Some(key) = &self.kms_key_id {
            insert(
                &mut sections,
                "/TrainingJob",
                "OutputDataConfig",
                json!({"KmsKeyId": key}),
            );
            insert(
                &mut sections,
                "/PythonSDK/Modules/RemoteFunction",
                "S3KmsKeyId",
                json!(key),
            );
        }
        json!({"SchemaVersion": "1.0", "SageMaker": sections})
    }

    fn tags(&self, tenant: SdkTenant<'_>) -> Value {
        json!({
            "system": self.system_tag,
            "project": tenant.project,
            "user": tenant.user,
        })
    }
}

/// Sets a member of the object at a JSON pointer.
fn insert(sections: &mut Value, place: &str, name: &str, value: Value) {
    if let Some(Value::Object(section)) = sections.pointer_mut(place) {
        section.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: SdkTenant<'static> = SdkTenant {
        project: "fraud",
        user: "alice",
        role_arn: "arn:aws:iam::123456789012:role/MLSpace-fraud-alice",
    };

    fn config() -> SdkConfig {
        SdkConfig {
            system_tag: "MLSpace".to_owned(),
            data_bucket: "data".to_owned(),
            kms_key_id: Some("key-1".to_owned()),
            subnet_ids: vec!["subnet-a".to_owned()],
            security_group_ids: vec!["sg-1".to_owned()],
            resource_names: ResourceNames::Prefixed,
        }
    }

    #[test]
    fn name_prefix_follows_resource_names() {
        let prefix = |resource_names| {
            let config = SdkConfig {
                resource_names,
                ..config()
            };
            config.plugin_settings(ALICE)["name_prefix"].clone()
        };
        assert_eq!(prefix(ResourceNames::Prefixed), "fraud-");
        assert_eq!(prefix(ResourceNames::Free), "");
    }

    #[test]
    fn files_match_snapshots() {
        insta::assert_json_snapshot!("plugin_settings", config().plugin_settings(ALICE));
        insta::assert_json_snapshot!("defaults_file", config().defaults_file(ALICE));
    }

    #[test]
    fn defaults_file_leaves_out_what_is_not_set() {
        let bare = SdkConfig {
            kms_key_id: None,
            subnet_ids: Vec::new(),
            ..config()
        };
        let text = bare.defaults_file(ALICE).to_string();
        for absent in ["VpcConfig", "KmsKeyId", "subnets", "null"] {
            assert!(!text.contains(absent), "{absent}: {text}");
        }
    }

    #[test]
    fn network_needs_security_groups() {
        let groups_elsewhere = SdkConfig {
            security_group_ids: Vec::new(),
            ..config()
        };
        let text = groups_elsewhere.defaults_file(ALICE).to_string();
        assert!(
            !text.contains("VpcConfig") && !text.contains("subnets"),
            "{text}"
        );
    }

    #[test]
    fn defaults_file_has_no_volume_key() {
        let text = config().defaults_file(ALICE).to_string();
        assert!(!text.contains("VolumeKmsKeyId") && !text.contains("TransformJob"));
    }

    #[test]
    fn local_storage_is_sorted_and_distinct() {
        assert!(LOCAL_STORAGE.is_sorted());
        let mut distinct = LOCAL_STORAGE.to_vec();
        distinct.dedup();
        assert_eq!(distinct, LOCAL_STORAGE);
    }
}
