//! Snapshots of the policies, and rules that all of them follow.

use std::collections::BTreeSet;

use super::*;
use iam_policy::{Clause, Effect, Operator};

fn all_policies(deployment: &Deployment) -> Vec<(&'static str, Document)> {
    let context = deployment.context();
    let (fraud, alice) = (project("fraud"), user("alice"));
    let role = deployment.role_arn(&fraud, &alice);
    let groups = group_policies(
        &context,
        &group("analysts"),
        &[dataset("cards"), dataset("atms")],
    )
    .unwrap();
    assert_eq!(groups.len(), 1);
    let access = ProjectAccess::default();
    let datasets = [dataset("cards"), dataset("atms")];
    let member = MemberAccess {
        datasets: &datasets,
        ..MemberAccess::new(&fraud, &alice, &role, &access)
    };
    let mut all = vec![
        (
            "project",
            project_policy(&context, &fraud, &ProjectAccess::default(), false).unwrap(),
        ),
        (
            "suspended_project",
            project_policy(&context, &fraud, &ProjectAccess::default(), true).unwrap(),
        ),
        ("user", user_policy(&context, &alice).unwrap()),
        ("attribute", attribute_policy(&context).unwrap()),
        ("suspension", suspension_policy(&context, [&fraud]).unwrap()),
        (
            "attribute_role",
            attribute_role_policy(&context, &member).unwrap(),
        ),
        ("trust", trust_policy(&context)),
        ("pass_role", pass_role_policy(&context, &member).unwrap()),
        ("boundary", permissions_boundary(&context).unwrap()),
        ("notebook_base", notebook_base_policy(&context).unwrap()),
    ];
    let provider = provider_policy(&context, &terraform_role::tests::access()).unwrap();
    all.extend(["provider", "provider_2"].into_iter().zip(provider));
    all.extend(groups.into_iter().map(|document| ("group", document)));
    all
}

#[test]
fn policies_match_snapshots() {
    for (name, document) in all_policies(&Deployment::new()) {
        insta::assert_snapshot!(name, document.to_json_pretty());
    }
}

#[test]
fn policies_without_defaults_match_snapshots() {
    let deployment = Deployment {
        key: None,
        ..Deployment::new()
    };
    let context = PolicyContext {
        network: None,
        ..deployment.context()
    };
    let (fraud, alice) = (project("fraud"), user("alice"));
    let arn = deployment.role_arn(&fraud, &alice);
    let access = ProjectAccess::default();
    let member = MemberAccess::new(&fraud, &alice, &arn, &access);
    insta::assert_snapshot!(
        "pass_role_without_defaults",
        pass_role_policy(&context, &member)
            .unwrap()
            .to_json_pretty()
    );
    insta::assert_snapshot!(
        "boundary_without_defaults",
        permissions_boundary(&context).unwrap().to_json_pretty()
    );
}

#[test]
fn sids_are_unique() {
    for (name, document) in all_policies(&Deployment::new()) {
        let sids: BTreeSet<_> = document.statements.iter().map(|s| s.sid.clone()).collect();
        assert_eq!(sids.len(), document.statements.len(), "{name}");
        for sid in sids {
            let sid = sid.unwrap();
            assert!(
                sid.chars().all(|c| c.is_ascii_alphanumeric()),
                "{name}: {sid}"
            );
        }
    }
}

#[test]
fn project_policy_denies_first_when_suspended() {
    let deployment = Deployment::new();
    let of = |suspended| {
        project_policy(
            &deployment.context(),
            &project("fraud"),
            &ProjectAccess::default(),
            suspended,
        )
        .unwrap()
        .statements
    };
    let (active, suspended) = (of(false), of(true));
    assert_eq!(suspended[1..], active);
    assert_eq!(suspended[0].effect, Effect::Deny);
    assert_eq!(suspended[0].sid.as_deref(), Some("Suspended"));
    assert!(suspended[0].conditions.is_empty());
}

#[test]
fn allow_statements_name_actions_in_full() {
    for (name, document) in all_policies(&Deployment::new()) {
        // The boundary uses patterns to save characters. KMS actions have variants such as
        // `GenerateDataKeyWithoutPlaintext`.
        if name == "boundary" {
            continue;
        }
        // SageMaker's actions are patterns of kinds of resources, or of verbs, so that all services
        // fit; a test compares them with the service's actions.
        for statement in document
            .statements
            .iter()
            .filter(|s| s.effect == Effect::Allow)
        {
            assert!(!statement.actions.is_except(), "{name}");
            for action in statement.actions.values() {
                assert!(
                    !action.contains('*')
                        || action.starts_with("kms:")
                        || action.starts_with("sagemaker")
                        || name.starts_with("attribute"),
                    "{name}: {action}"
                );
            }
        }
    }
}

#[test]
fn denials_have_one_condition_key() {
    // Exceptions: the old and the new name of one key, the tag of the request and of the resource, and
    // keys that say to which requests another one applies.
    let base = |key: &str| {
        key.trim_end_matches("Arn")
            .replace("RequestTag", "ResourceTag")
    };
    let limits = [
        "aws:ViaAWSService",
        "sagemaker:InstanceTypes",
        "sagemaker:ServerlessMemorySize",
    ];
    let renamed = |keys: &BTreeSet<String>| {
        let names: BTreeSet<_> = keys
            .iter()
            .filter(|key| !limits.contains(&key.as_str()))
            .map(|key| base(key))
            .collect();
        names.len() == 1
    };
    for (name, document) in all_policies(&Deployment::new()) {
        for statement in document
            .statements
            .iter()
            .filter(|s| s.effect == Effect::Deny)
        {
            let keys: BTreeSet<String> = statement
                .conditions
                .iter()
                .map(|c| c.key.as_str().to_owned())
                .collect();
            assert!(
                keys.len() <= 1 || renamed(&keys),
                "{name}: {:?} {keys:?}",
                statement.sid
            );
        }
    }
}

#[test]
fn comparisons_are_case_sensitive() {
    for (name, document) in all_policies(&Deployment::new()) {
        assert!(!document.to_json().contains("IgnoreCase"), "{name}");
    }
}

#[test]
fn multivalued_keys_have_set_operators() {
    for (name, document) in all_policies(&Deployment::new()) {
        for statement in &document.statements {
            let present = |key: &str| {
                statement.conditions.iter().any(|condition| {
                    condition.operator == Operator::Null.into() && condition.key.as_str() == key
                })
            };
            for condition in statement.conditions.iter() {
                let key = condition.key.as_str();
                let presence = condition.operator == Operator::Null.into();
                let set = if statement.effect == Effect::Deny {
                    condition.operator == Operator::StringNotEquals.for_any_value()
                } else {
                    condition.operator == Operator::StringEquals.for_all_values() && present(key)
                };
                let list = key.starts_with("sagemaker:Vpc");
                assert!(!list || presence || set, "{name}: {condition:?}");
            }
        }
    }
}

#[test]
fn trust_policy_is_limited_to_the_account() {
    let deployment = Deployment::new();
    let trust = trust_policy(&deployment.context());
    let [statement] = trust.statements.as_slice() else {
        panic!("{trust}")
    };
    assert_eq!(
        statement.actions,
        Clause::Only(["sts:AssumeRole".to_owned()].into())
    );
    assert!(
        trust
            .to_json()
            .contains(r#""aws:SourceAccount":"123456789012""#)
    );
}

/// SageMaker's create actions, from the page that [`actions`] cites.
const CREATES: &str = "CreateAIBenchmarkJob CreateAIRecommendationJob CreateAction CreateAlgorithm CreateApp CreateAppImageConfig CreateArtifact \
    CreateAutoMLJob CreateAutoMLJobV2 CreateCluster CreateCodeRepository CreateCompilationJob CreateContext CreateDataQualityJobDefinition \
    CreateDeviceFleet CreateDomain CreateEdgeDeploymentPlan CreateEdgePackagingJob CreateEndpoint CreateEndpointConfig CreateExperiment \
    CreateFeatureGroup CreateFlowDefinition CreateHub CreateHumanTaskUi CreateHyperParameterTuningJob CreateImage CreateImageVersion \
    CreateInferenceComponent CreateInferenceExperiment CreateInferenceRecommendationsJob CreateJob CreateLabelingJob CreateModel \
    CreateModelBiasJobDefinition CreateModelCard CreateModelCardExportJob CreateModelExplainabilityJobDefinition CreateModelPackage \
    CreateModelPackageGroup CreateModelQualityJobDefinition CreateMonitoringSchedule CreateNotebookInstance \
    CreateNotebookInstanceLifecycleConfig CreateOptimizationJob CreatePipeline CreatePresignedDomainUrl CreatePresignedNotebookInstanceUrl \
    CreateProcessingJob CreateProject CreateSpace CreateStudioLifecycleConfig CreateTrainingJob CreateTransformJob CreateTrainingPlan \
    CreateTrial CreateTrialComponent CreateUserProfile CreateWorkforce CreateWorkteam";

fn matched(patterns: &[&str]) -> BTreeSet<&'static str> {
    let fits = |name: &str| {
        patterns.iter().any(|pattern| {
            let pattern = pattern.trim_start_matches("sagemaker:");
            match pattern.split_once('*') {
                Some((head, tail)) => {
                    name.len() >= head.len() + tail.len()
                        && name.starts_with(head)
                        && name.ends_with(tail)
                }
                None => name == pattern,
            }
        })
    };
    CREATES
        .split_whitespace()
        .filter(|name| fits(name))
        .collect()
}

fn names(list: &str) -> BTreeSet<&str> {
    list.split_whitespace().collect()
}

#[test]
fn action_patterns_match_the_listed_actions() {
    use actions::{CREATE, CREATE_PATTERNS, IN_VPC, WITH_OUTPUT, WITH_VOLUME};
    assert_eq!(matched(&CREATE_PATTERNS), matched(&CREATE));
    let definitions = "CreateDataQualityJobDefinition CreateModelBiasJobDefinition \
        CreateModelExplainabilityJobDefinition CreateModelQualityJobDefinition";
    let jobs = format!(
        "{definitions} CreateAutoMLJob CreateAutoMLJobV2 CreateHyperParameterTuningJob CreateTrainingJob"
    );
    let processing = "CreateProcessingJob";
    assert_eq!(
        matched(&IN_VPC),
        names(&format!("{jobs} {processing} CreateModel"))
    );
    assert_eq!(
        matched(&WITH_VOLUME),
        names(&format!(
            "{jobs} {processing} CreateEndpointConfig CreateTransformJob"
        ))
    );
    assert_eq!(
        matched(&WITH_OUTPUT),
        names(&format!("{jobs} CreateTransformJob"))
    );
}

/// SageMaker's families with local storage, by the enumerations of its API.
#[test]
fn patterns_of_local_storage_match_its_families_only() {
    use crate::policies::members::limits::wildcard;
    use crate::policies::statements::workload::{LOCAL_STORAGE_FAMILIES, LOCAL_STORAGE_PATTERNS};
    let matches = |family: &str| {
        let name = format!("ml.{family}.xlarge");
        LOCAL_STORAGE_PATTERNS
            .iter()
            .any(|pattern| wildcard(pattern.as_bytes(), name.as_bytes()))
    };
    for family in LOCAL_STORAGE_FAMILIES {
        assert!(matches(family), "{family}");
    }
    for family in [
        "c4", "c5", "c5n", "c6g", "c6gn", "c6i", "c6in", "c7g", "c7i", "c7i-flex", "c8g", "inf1",
        "inf2", "m4", "m5", "m6g", "m6i", "m7i", "m8g", "m8i-flex", "p2", "p3", "r5", "r6g", "r6i",
        "r7i", "r8g", "t2", "t3",
    ] {
        assert!(!matches(family), "{family}");
    }
}
