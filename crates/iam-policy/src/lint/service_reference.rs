//! Tables of the actions of each service, and of the condition keys that each action carries.
//!
//! There is one JSON file for each service in `data/`, made from the Service Authorization
//! Reference
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>;
//! each file names its page), and one for the global keys. The file of SageMaker is of August 2026,
//! after its KMS keys were renamed. It lists the old names as renamed, because no action lists them
//! any more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::ConditionKey;
use crate::pattern::{Case, Pattern};

/// A condition key as AWS lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDefinition {
    /// The name in AWS's spelling; `${…}` at its end stands for any string, such as the key of a
    /// tag.
    pub name: String,
    /// `String`, `ARN`, `Bool`, `Numeric`, `Date` or `IPAddress`.
    pub value_type: String,
    /// Whether a request can have multiple values, so that conditions need a set operator.
    pub multivalued: bool,
    /// The new name, if the key was renamed.
    pub renamed_to: Option<String>,
}

impl KeyDefinition {
    /// The current name, which actions list.
    pub(super) fn current(&self) -> &str {
        self.renamed_to.as_deref().unwrap_or(&self.name)
    }

    /// Whether the presence of the key does not depend on the action alone.
    fn is_global(&self) -> bool {
        let depends = ["aws:RequestTag/", "aws:ResourceTag/", "aws:TagKeys"];
        self.name.starts_with("aws:") && !depends.iter().any(|tag| self.name.starts_with(tag))
    }
}

/// An action of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionDefinition {
    /// The name with its service, such as `sagemaker:CreateApp`.
    pub name: String,
    /// AWS's access level: `List`, `Read`, `Write`, `Tagging` or `Permissions management`.
    pub level: String,
    /// Whether the action has no resource types: its requests name `*`.
    pub unscoped: bool,
    keys: BTreeSet<String>,
}

impl ActionDefinition {
    /// Whether AWS lists the key for the action; `None` if the tables do not say: for global keys,
    /// for keys of services without a table, and for unknown names.
    pub(crate) fn carries(&self, key: &ConditionKey) -> Option<bool> {
        match look_up(key) {
            Lookup::Known(key) if !key.is_global() => Some(self.keys.contains(key.current())),
            _ => None,
        }
    }
}

/// The result of looking up a condition key.
pub(super) enum Lookup {
    /// This key.
    Known(&'static KeyDefinition),
    /// The table of the service has no such key.
    Unknown,
    /// The service has no table.
    NoTable,
    /// No service or identity provider has this prefix.
    NoService,
}

/// Finds a condition key by its name, in any case.
pub(super) fn look_up(key: &ConditionKey) -> Lookup {
    let name = key.as_str().to_ascii_lowercase();
    let Some((prefix, _)) = name.split_once(':') else {
        return Lookup::NoService;
    };
    let Some(service) = TABLES.get(prefix) else {
        // Identity providers are named by their host; SAML's keys have a prefix of their own.
        return if prefix.contains('.') || prefix == "saml" || is_service(prefix) {
            Lookup::NoTable
        } else {
            Lookup::NoService
        };
    };
    let templated = |key: &&KeyDefinition| {
        key.name.split_once("${").is_some_and(|(stem, _)| {
            let head = name.get(..stem.len());
            name.len() > stem.len() && head.is_some_and(|head| head.eq_ignore_ascii_case(stem))
        })
    };
    let keys = service.keys.get(&name);
    match keys.or_else(|| service.keys.values().find(templated)) {
        Some(key) => Lookup::Known(key),
        None => Lookup::Unknown,
    }
}

/// The key, if the tables have it.
pub(crate) fn known(key: &ConditionKey) -> Option<&'static KeyDefinition> {
    match look_up(key) {
        Lookup::Known(key) => Some(key),
        _ => None,
    }
}

/// The condition keys that an action such as `sagemaker:CreateApp` carries, without global keys.
/// The name is accepted in any case. `None` for actions of services without a table and for unknown
/// actions.
///
/// Tables exist for SageMaker, S3, KMS, IAM, STS, CloudWatch, CloudWatch Logs and ECR.
///
/// ```
/// use iam_policy::lint::condition_keys;
///
/// let keys = condition_keys("sagemaker:CreateTransformJob").unwrap();
/// assert!(keys.iter().any(|key| key.name == "sagemaker:InstanceTypes" && key.multivalued));
/// assert!(!keys.iter().any(|key| key.name == "sagemaker:VpcSubnets"));
/// ```
#[must_use]
pub fn condition_keys(action: &str) -> Option<Vec<&'static KeyDefinition>> {
    let (service, _) = action.split_once(':')?;
    let service = TABLES.get(&service.to_ascii_lowercase())?;
    let action = service.actions.get(&action.to_ascii_lowercase())?;
    let names = action.keys.iter().map(|name| name.to_ascii_lowercase());
    Some(names.filter_map(|name| service.keys.get(&name)).collect())
}

/// The action of this name, in any case.
pub(crate) fn action(name: &str) -> Option<&'static ActionDefinition> {
    let name = name.to_ascii_lowercase();
    let (service, _) = name.split_once(':')?;
    TABLES.get(service)?.actions.get(&name)
}

/// The actions of the tables that a pattern such as `sagemaker:Create*` matches, in any case.
#[must_use]
pub fn actions(pattern: &str) -> Vec<&'static ActionDefinition> {
    if !pattern.contains(['*', '?']) {
        return action(pattern).into_iter().collect();
    }
    let prefix = pattern.split(':').next().unwrap_or_default();
    let whole = Pattern::wildcard(pattern);
    let prefix = Pattern::wildcard(prefix);
    TABLES
        .iter()
        .filter(|(service, _)| prefix.matches(service, Case::Ignored))
        .flat_map(|(_, service)| service.actions.values())
        .filter(|action| whole.matches(&action.name, Case::Ignored))
        .collect()
}

/// The services with a table of actions, each with the forms of its ARNs, such as
/// `arn:${Partition}:s3:::${BucketName}`.
pub(crate) fn resource_forms() -> impl Iterator<Item = (&'static str, &'static [String])> {
    let tables = TABLES
        .iter()
        .filter(|(_, service)| !service.actions.is_empty());
    tables.map(|(name, service)| (name.as_str(), service.resources.as_slice()))
}

/// Whether there is a table with the actions of this service.
pub(crate) fn has_actions(service: &str) -> bool {
    TABLES
        .get(&service.to_ascii_lowercase())
        .is_some_and(|service| !service.actions.is_empty())
}

/// Whether an AWS service has this prefix.
pub(super) fn is_service(prefix: &str) -> bool {
    SERVICES.contains(prefix.to_ascii_lowercase().as_str())
}

static SERVICES: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| include_str!("../../data/services.txt").lines().collect());

static TABLES: LazyLock<BTreeMap<String, Service>> = LazyLock::new(|| {
    FILES
        .into_iter()
        .map(read)
        .map(|file| (file.service.clone(), file.into()))
        .collect()
});

const FILES: [&str; 9] = [
    include_str!("../../data/aws.json"),
    include_str!("../../data/cloudwatch.json"),
    include_str!("../../data/ecr.json"),
    include_str!("../../data/iam.json"),
    include_str!("../../data/kms.json"),
    include_str!("../../data/logs.json"),
    include_str!("../../data/s3.json"),
    include_str!("../../data/sagemaker.json"),
    include_str!("../../data/sts.json"),
];

#[expect(
    clippy::expect_used,
    reason = "the file is part of the program, and every test of a rule reads it"
)]
fn read(text: &str) -> File {
    serde_json::from_str(text).expect("a table is valid")
}

struct Service {
    /// The forms of ARNs.
    resources: Vec<String>,
    /// By their names in lower case.
    keys: BTreeMap<String, KeyDefinition>,
    /// By their names in lower case.
    actions: BTreeMap<String, ActionDefinition>,
}

/// A file of `data/`.
#[derive(Deserialize)]
struct File {
    service: String,
    keys: BTreeMap<String, String>,
    #[serde(default)]
    renamed: BTreeMap<String, String>,
    /// Keys that all actions carry, or nearly all; for SageMaker, the keys of requests from within
    /// Studio.
    on_every_action: Vec<String>,
    of_tagged_resources: Vec<String>,
    #[serde(default)]
    resources: Vec<String>,
    actions: BTreeMap<String, Row>,
}

#[derive(Deserialize)]
struct Row {
    level: String,
    /// The action has no resource types.
    #[serde(default)]
    unscoped: bool,
    #[serde(default)]
    tagged: bool,
    #[serde(default)]
    keys: Vec<String>,
}

impl From<File> for Service {
    fn from(mut file: File) -> Self {
        let mut keys = BTreeMap::new();
        for (name, listed) in file.keys {
            let single = listed.strip_prefix("ArrayOf");
            let key = KeyDefinition {
                value_type: single.unwrap_or(&listed).to_owned(),
                multivalued: single.is_some(),
                renamed_to: file.renamed.remove(&name),
                name,
            };
            keys.insert(key.name.to_ascii_lowercase(), key);
        }
        let mut actions = BTreeMap::new();
        for (name, row) in file.actions {
            let tags = file.of_tagged_resources.iter().filter(|_| row.tagged);
            let action = ActionDefinition {
                name: format!("{}:{name}", file.service),
                level: row.level,
                unscoped: row.unscoped,
                keys: file
                    .on_every_action
                    .iter()
                    .chain(tags)
                    .cloned()
                    .chain(row.keys)
                    .collect(),
            };
            actions.insert(action.name.to_ascii_lowercase(), action);
        }
        Self {
            resources: file.resources,
            keys,
            actions,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_list_every_key_with_its_type() {
        let types = ["String", "ARN", "Bool", "Numeric", "Date", "IPAddress"];
        for service in TABLES.values() {
            for key in service.keys.values() {
                assert!(types.contains(&key.value_type.as_str()), "{key:?}");
                if let Some(name) = &key.renamed_to {
                    assert!(service.keys.contains_key(&name.to_ascii_lowercase()));
                }
            }
            for action in service.actions.values() {
                let listed = condition_keys(&action.name).unwrap();
                assert_eq!(listed.len(), action.keys.len(), "{}", action.name);
            }
        }
    }

    #[test]
    fn resource_forms_are_arns_of_the_service() {
        assert_eq!(resource_forms().count(), 8);
        for (service, forms) in resource_forms() {
            assert!(!forms.is_empty());
            for form in forms {
                let parts: Vec<&str> = form.splitn(6, ':').collect();
                assert_eq!((parts.len(), parts[2]), (6, service), "{form}");
            }
        }
    }

    #[test]
    fn known_finds_any_case_and_template() {
        let find = |name: &str| known(&name.into()).map(|key| key.name.as_str());
        assert_eq!(find("aws:sourcevpce"), Some("aws:SourceVpce"));
        assert_eq!(
            find("aws:RequestTag/project"),
            Some("aws:RequestTag/${TagKey}")
        );
        assert_eq!(find("aws:RequestTag/"), None);
        assert_eq!(
            find("kms:EncryptionContext:aws:logs:arn"),
            Some("kms:EncryptionContext:${EncryptionContextKey}")
        );
        assert_eq!(find("sagemaker:VpcSecurityGroup"), None);
        for (name, expected) in [
            ("ec2:Subnet", true),
            ("token.actions.githubusercontent.com:sub", true),
            ("sagmaker:VpcSubnets", false),
            ("VpcSubnets", false),
        ] {
            let found = matches!(look_up(&name.into()), Lookup::NoTable);
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn actions_match_patterns() {
        let names = |pattern| -> Vec<&str> {
            actions(pattern)
                .into_iter()
                .map(|action| action.name.as_str())
                .collect()
        };
        assert_eq!(
            names("SageMaker:createautoml*"),
            ["sagemaker:CreateAutoMLJob", "sagemaker:CreateAutoMLJobV2"]
        );
        assert_eq!(names("kms:ReEncrypt"), Vec::<&str>::new());
        assert!(names("*").len() > 1_000);
        assert_eq!(names("*:PassRole"), ["iam:PassRole"]);
        assert_eq!(condition_keys("sagemaker:Create*"), None);
        assert_eq!(condition_keys("glue:CreateJob"), None);
    }

    /// Keys that guardrails for SageMaker often expect on the wrong actions.
    #[test]
    fn condition_keys_of_sagemaker_actions() {
        for (action, absent, present) in [
            ("CreateTransformJob", "VpcSubnets", "OutputKmsKeyArn"),
            ("CreateCompilationJob", "VpcSecurityGroupIds", ""),
            ("CreateAutoMLJob", "InstanceTypes", "VpcSubnets"),
            ("CreateModel", "VolumeKmsKeyArn", "NetworkIsolation"),
            (
                "UpdateNotebookInstance",
                "DirectInternetAccess",
                "RootAccess",
            ),
            ("CreateUserProfile", "VpcSubnets", "VpcSecurityGroupIds"),
            ("CreateEndpoint", "VolumeKmsKeyArn", ""),
        ] {
            let keys = condition_keys(&format!("sagemaker:{action}")).unwrap();
            let carries = |name: &str| {
                keys.iter()
                    .any(|key| key.name == format!("sagemaker:{name}"))
            };
            assert!(!carries(absent), "{action} {absent}");
            assert!(present.is_empty() || carries(present), "{action} {present}");
        }
        let tags = condition_keys("sagemaker:DeleteTags").unwrap();
        assert!(
            !tags
                .iter()
                .any(|key| key.name.starts_with("aws:RequestTag"))
        );
    }

    #[test]
    fn carries_renamed_keys() {
        let [training] = actions("sagemaker:CreateTrainingJob")[..] else {
            panic!()
        };
        let carries = |key: &str| training.carries(&key.into());
        assert_eq!(carries("sagemaker:VolumeKmsKey"), Some(true));
        assert_eq!(carries("sagemaker:volumekmskeyarn"), Some(true));
        assert_eq!(carries("sagemaker:RootAccess"), Some(false));
        assert_eq!(carries("aws:RequestTag/project"), Some(true));
        assert_eq!(carries("aws:PrincipalTag/project"), None);
        assert_eq!(carries("ec2:Subnet"), None);
    }
}
