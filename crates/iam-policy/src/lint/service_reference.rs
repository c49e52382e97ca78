//! The tables: which actions a service has, and which condition keys each of them carries.
//!
//! One JSON file a service in `data/`, made from the Service Authorization Reference
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>;
//! each file names its page), and one for the global keys. SageMaker's is of August 2026, after its KMS keys were
//! renamed; the old names stand in it as renamed, since no action lists them any more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::ConditionKey;
use crate::pattern::{Case, Pattern};

/// A condition key as AWS lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDefinition {
    /// The name in AWS's spelling; `${…}` at its end stands for any text, such as the key of a tag.
    pub name: String,
    /// `String`, `ARN`, `Bool`, `Numeric`, `Date` or `IPAddress`.
    pub value_type: String,
    /// Whether a request can hold several values, so that conditions need a set operator.
    pub multivalued: bool,
    /// The name that has taken this one's place.
    pub renamed_to: Option<String>,
}

impl KeyDefinition {
    /// The name that actions list.
    pub(super) fn current(&self) -> &str {
        self.renamed_to.as_deref().unwrap_or(&self.name)
    }

    /// Whether the key is there whatever the action is, or depends on more than the action.
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
    keys: BTreeSet<String>,
}

impl ActionDefinition {
    /// Whether AWS lists the key for the action; `None` where the tables can't tell: for global keys, for keys of
    /// services without a table, and for names that are no key at all.
    pub(super) fn carries(&self, key: &ConditionKey) -> Option<bool> {
        match look_up(key) {
            Lookup::Known(key) if !key.is_global() => Some(self.keys.contains(key.current())),
            _ => None,
        }
    }
}

/// What the tables know of the name of a condition key.
pub(super) enum Lookup {
    /// It is this key.
    Known(&'static KeyDefinition),
    /// The service has a table, and no such key.
    Unknown,
    /// The service has no table here.
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
pub(super) fn known(key: &ConditionKey) -> Option<&'static KeyDefinition> {
    match look_up(key) {
        Lookup::Known(key) => Some(key),
        _ => None,
    }
}

/// The condition keys that an action such as `sagemaker:CreateApp` carries, global keys left out; the name is taken in
/// any case. `None` for actions of services without a table and for names that are no action.
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
fn action(name: &str) -> Option<&'static ActionDefinition> {
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

/// Whether the tables hold the actions of this service.
pub(super) fn has_actions(service: &str) -> bool {
    TABLES
        .get(&service.to_ascii_lowercase())
        .is_some_and(|service| !service.actions.is_empty())
}

/// Whether some service of AWS has this prefix.
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
    /// Keys that all actions carry, or nearly all; in SageMaker's those that requests from within Studio have.
    on_every_action: Vec<String>,
    of_tagged_resources: Vec<String>,
    actions: BTreeMap<String, Row>,
}

#[derive(Deserialize)]
struct Row {
    level: String,
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
        Self { keys, actions }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_an_action_is_listed_with_its_type() {
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
    fn names_are_found_in_any_case_and_by_template() {
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
    fn actions_by_pattern() {
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

    /// What guardrails most often get wrong about SageMaker.
    #[test]
    fn actions_without_the_keys_one_expects() {
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
    fn renamed_keys_are_carried_where_their_successors_are() {
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
