//! Projects on in-memory fakes: every step, and every interruption.

mod access;

use std::collections::BTreeMap;

use super::*;
use crate::aws::{Error, Failure, PolicyModel};
use crate::iam::fake::FakePolicy;
use crate::notebook::Status;
use crate::ownership::{Claim, OnlyCreates};
use crate::records::{Item, ItemBuilder, View};
use crate::tags::Tags;
use crate::testing::{
    FakePlatform, Interruption, converges, dataset, member, notebook, operation, operation_of,
    project, project_name,
};

const MODELS: [PolicyModel; 2] = [PolicyModel::PerPrincipal, PolicyModel::Attribute];

fn policy_arn(name: &str) -> String {
    format!("arn:aws:iam::123456789012:policy/MLSpace-project-{name}")
}

fn record(platform: &FakePlatform) -> Item {
    let items = platform.records.items("mlspace-projects");
    let [item] = items.as_slice() else {
        panic!("{items:?}")
    };
    item.clone()
}

fn suspended(name: &str) -> ProjectSpec {
    ProjectSpec {
        suspended: true,
        ..project(name)
    }
}

async fn create(
    services: &crate::services::Services,
    spec: &ProjectSpec,
) -> Result<Project, Error> {
    let created = services.projects.create(&operation(), spec).await;
    created.map_err(|failure| failure.error)
}

async fn update(
    services: &crate::services::Services,
    spec: &ProjectSpec,
) -> Result<Project, Error> {
    let updated = services.projects.update(&operation(), spec, false).await;
    updated.map_err(|failure| failure.error)
}

async fn delete(
    services: &crate::services::Services,
    name: &str,
    force_destroy: bool,
) -> Result<(), Error> {
    let name = project_name(name);
    services
        .projects
        .delete(&operation(), &name, force_destroy)
        .await
}

#[tokio::test]
async fn create_writes_policy_then_record() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    let created = create(&platform.services, &project("fraud")).await.unwrap();
    assert_eq!(created.policy_arn, Some(policy_arn("fraud")));
    assert_eq!(created.drift, Vec::<String>::new());
    let calls = platform.faults.take_calls();
    let position = |call: &str| calls.iter().position(|made| made == call).unwrap();
    assert!(position("CreatePolicy") < position("PutItem"), "{calls:?}");
    let read = platform
        .services
        .projects
        .read(&project_name("fraud"))
        .await;
    assert_eq!(read.unwrap(), Some(created));
}

#[tokio::test]
async fn create_by_attribute_makes_no_policy() {
    let platform = FakePlatform::new(PolicyModel::Attribute);
    let created = create(&platform.services, &project("fraud")).await.unwrap();
    assert_eq!(created.policy_arn, None);
    assert_eq!(platform.iam.state().policies, BTreeMap::new());
}

#[tokio::test]
async fn create_refuses_existing_record() {
    for model in MODELS {
        let platform = FakePlatform::new(model);
        let other = ItemBuilder::new()
            .string("name", "fraud")
            .string("description", "theirs")
            .build();
        platform.records.insert("mlspace-projects", other);
        let error = create(&platform.services, &project("fraud"))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Exists { .. }), "{error}");
        assert!(error.detail().contains("id = \"fraud\""), "{error}");
        assert_eq!(platform.iam.state().policies, BTreeMap::new());
    }
}

#[tokio::test]
async fn create_refuses_policy_of_another_owner() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    platform.iam.edit(|account| {
        let theirs = FakePolicy::new("{}", &Tags::new());
        account.policies.insert(policy_arn("fraud"), theirs);
    });
    let error = create(&platform.services, &project("fraud"))
        .await
        .unwrap_err();
    assert!(
        error.detail().contains("tag it `project` = `fraud`"),
        "{error}"
    );
    assert!(platform.records.items("mlspace-projects").is_empty());
}

#[tokio::test]
async fn create_and_plan_refuse_what_no_create_left_unfinished() {
    for model in MODELS {
        let mut platform = FakePlatform::new(model);
        let spec = project("fraud");
        create(&platform.services, &spec).await.unwrap();
        let errors = async |platform: &FakePlatform| {
            let projects = &platform.services.projects;
            let planned = projects.plan(&spec, None, &OnlyCreates).await;
            let created = create(&platform.services, &spec).await;
            (planned.errors.len(), created.is_err())
        };
        platform.restart();
        assert_eq!(errors(&platform).await, (1, true));
        if model == PolicyModel::PerPrincipal {
            // A policy that no create of ours marked.
            let key = crate::records::ProjectRecord::key(&project_name("fraud"));
            platform.records.remove("mlspace-projects", &key);
            platform.iam.edit(|account| {
                let policy = account.policies.get_mut(&policy_arn("fraud")).unwrap();
                policy.tags.remove(crate::tags::TOKEN);
            });
            platform.restart();
            assert_eq!(errors(&platform).await, (1, true));
        }
    }
}

#[tokio::test]
async fn other_states_change_and_delete_nothing() {
    for model in MODELS {
        let platform = FakePlatform::new(model).with_alice_in_fraud().await;
        let before = platform.snapshot();
        let projects = &platform.services.projects;
        let theirs = operation_of(Claim::NoToken);
        let spec = suspended("fraud");
        let failed = projects.update(&theirs, &spec, true).await.unwrap_err();
        assert!(matches!(failed.error, Error::Foreign { .. }));
        let failed = projects.delete(&theirs, &spec.name, true).await;
        assert!(matches!(failed, Err(Error::Foreign { .. })));
        assert_eq!(platform.snapshot(), before);
        let found = projects.read(&spec.name).await.unwrap().unwrap();
        let ours = operation_of(Claim::Token(found.token.unwrap()));
        projects.update(&ours, &spec, true).await.unwrap();
        // Its members have tokens of their own.
        projects.delete(&ours, &spec.name, true).await.unwrap();
    }
}

#[tokio::test]
async fn update_tells_a_deleted_record_from_a_repair() {
    for model in MODELS {
        let platform = FakePlatform::new(model);
        let spec = project("fraud");
        create(&platform.services, &spec).await.unwrap();
        let key = crate::records::ProjectRecord::key(&spec.name);
        platform.records.remove("mlspace-projects", &key);
        let projects = &platform.services.projects;
        let failed = projects.update(&operation(), &spec, true).await;
        let error = failed.unwrap_err().error;
        assert!(matches!(error, Error::NotFound { .. }), "{error}");
        assert!(
            error.detail().contains("apply again to create it"),
            "{error}"
        );
        let repaired = projects.update(&operation(), &spec, false).await;
        assert!(repaired.unwrap().token.is_some());
    }
}

#[tokio::test]
async fn create_with_a_lost_last_response_is_done() {
    for (model, last) in [(PolicyModel::PerPrincipal, 1), (PolicyModel::Attribute, 0)] {
        let platform = FakePlatform::new(model);
        platform.faults.interrupt(Interruption::After(last));
        let created = create(&platform.services, &project("fraud")).await.unwrap();
        assert!(!platform.faults.is_pending());
        let read = platform.services.projects.read(&created.name).await;
        assert_eq!(read.unwrap(), Some(created));
    }
}

#[tokio::test]
async fn create_keeps_a_policy_whose_response_was_lost() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    platform.faults.interrupt(Interruption::After(0));
    let spec = project("fraud");
    let failed = platform.services.projects.create(&operation(), &spec).await;
    let reached = failed.unwrap_err().reached.unwrap();
    assert_eq!(reached.policy_arn, Some(policy_arn("fraud")));
}

#[tokio::test]
async fn create_keeps_a_policy_that_is_not_seen() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    platform.faults.interrupt(Interruption::After(0));
    for _ in ["the list of suspended projects", "the policy"] {
        platform.faults.before("GetPolicy", || Ok(()));
    }
    platform
        .faults
        .refuse("iam", "GetPolicy", "ServiceFailure", 5);
    let spec = project("fraud");
    let failed = platform.services.projects.create(&operation(), &spec).await;
    let reached = failed.unwrap_err().reached.unwrap();
    assert_eq!(reached.policy_arn, Some(policy_arn("fraud")));
    assert_eq!(reached.drift, ["the record of project `fraud` is missing"]);
}

#[tokio::test]
async fn create_refuses_case_collision() {
    let platform = FakePlatform::new(PolicyModel::Attribute);
    create(&platform.services, &project("fraud")).await.unwrap();
    let mut platform = platform;
    platform.restart();
    let error = create(&platform.services, &project("Fraud"))
        .await
        .unwrap_err();
    assert_eq!(error.attribute(), Some("name"));
}

#[tokio::test]
async fn create_failure_reports_what_exists() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    platform.faults.deny("PutItem");
    let spec = project("fraud");
    let failed = platform.services.projects.create(&operation(), &spec).await;
    let Failure { error, reached } = failed.unwrap_err();
    assert!(error.is_denied(), "{error}");
    let reached = reached.unwrap();
    assert_eq!(reached.policy_arn, Some(policy_arn("fraud")));
    assert_eq!(reached.drift, ["the record of project `fraud` is missing"]);
}

#[tokio::test]
async fn create_converges_after_any_interruption() {
    for model in MODELS {
        for spec in [project("fraud"), suspended("fraud")] {
            converges(
                async || FakePlatform::new(model),
                async |services| {
                    let created = services.projects.create(&operation(), &spec).await;
                    match created {
                        // It is in the state with the error, and an apply goes on with it.
                        Err(failure) if failure.reached.is_some() => {
                            update(services, &spec).await.map_err(|_| failure.error)
                        }
                        created => created.map_err(|failure| failure.error),
                    }
                },
            )
            .await;
        }
    }
}

#[tokio::test]
async fn update_changes_only_what_differs() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    create(&platform.services, &project("fraud")).await.unwrap();
    let mut item = record(&platform);
    let key = crate::records::ProjectRecord::key(&project_name("fraud"));
    platform.records.remove("mlspace-projects", &key);
    item.extend(ItemBuilder::new().string("theirs", "kept").build());
    platform.records.insert("mlspace-projects", item);
    let spec = ProjectSpec {
        description: "Card fraud".to_owned(),
        termination: Some(TerminationConfig::default()),
        ..project("fraud")
    };
    let updated = update(&platform.services, &spec).await.unwrap();
    let updated = updated.record.unwrap();
    assert_eq!(updated.description, "Card fraud");
    assert_eq!(updated.termination, spec.termination);
    assert_eq!(View(&record(&platform)).string("theirs").unwrap(), "kept");
}

#[tokio::test]
async fn update_repairs_policy_and_record() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    create(&platform.services, &project("fraud")).await.unwrap();
    platform.iam.edit(|account| {
        let policy = account.policies.get_mut(&policy_arn("fraud")).unwrap();
        policy.versions.insert(2, "{}".to_owned());
        policy.tags.insert("system", "Other");
        policy.tags.insert("system", "MLSpace");
    });
    let key = crate::records::ProjectRecord::key(&project_name("fraud"));
    platform.records.remove("mlspace-projects", &key);
    let name = project_name("fraud");
    let found = platform.services.projects.read(&name).await.unwrap();
    let drift = found.unwrap().drift;
    assert!(drift.contains(&"the record of project `fraud` is missing".to_owned()));
    assert!(
        drift.contains(&"policy `MLSpace-project-fraud` was edited".to_owned()),
        "{drift:?}"
    );
    let updated = update(&platform.services, &project("fraud")).await.unwrap();
    assert_eq!(updated.drift, Vec::<String>::new());
}

#[tokio::test]
async fn update_converges_after_any_interruption() {
    for model in MODELS {
        let spec = ProjectSpec {
            description: "changed".to_owned(),
            ..suspended("fraud")
        };
        converges(
            async || FakePlatform::new(model).with_alice_in_fraud().await,
            async |services| update(services, &spec).await,
        )
        .await;
    }
}

#[tokio::test]
async fn suspending_denies_members_then_stops_notebooks() {
    for model in MODELS {
        let platform = FakePlatform::new(model).with_alice_in_fraud().await;
        let services = &platform.services;
        let spec = notebook("alice-fraud", "fraud", "alice");
        let created = services.notebooks.create(&operation(), &spec).await;
        created.unwrap();
        platform.faults.take_calls();
        update(services, &suspended("fraud")).await.unwrap();
        let calls = platform.faults.take_calls();
        let position = |call: &str| calls.iter().position(|made| made == call).unwrap();
        let denied = position("CreatePolicyVersion");
        assert!(denied < position("StopNotebookInstance"), "{calls:?}");
        assert!(denied < position("UpdateItem"), "{calls:?}");
        let instance = &platform.notebooks.instances()[&spec.name];
        assert_eq!(instance.state.status, Status::Stopped);
        let read = services.projects.read(&project_name("fraud")).await;
        assert_eq!(read.unwrap().unwrap().drift, Vec::<String>::new());
    }
}

#[tokio::test]
async fn resuming_lifts_the_denial() {
    for model in MODELS {
        let platform = FakePlatform::new(model).with_alice_in_fraud().await;
        let before = platform.iam.state();
        update(&platform.services, &suspended("fraud"))
            .await
            .unwrap();
        assert_ne!(platform.iam.state(), before);
        let resumed = update(&platform.services, &project("fraud")).await.unwrap();
        assert!(!resumed.suspended);
        for (arn, policy) in &platform.iam.state().policies {
            assert_eq!(policy.document(), before.policies[arn].document());
        }
    }
}

#[tokio::test]
async fn delete_names_dependents() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    let services = &platform.services;
    let spec = dataset("project/fraud/cards");
    services.datasets.create(&operation(), &spec).await.unwrap();
    let error = delete(services, "fraud", false).await.unwrap_err();
    let Error::InUse { by, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(by, &["member alice", "dataset project/fraud/cards"]);
}

#[tokio::test]
async fn delete_finds_members_without_records() {
    for model in MODELS {
        let mut platform = FakePlatform::new(model).with_alice_in_fraud().await;
        let name = project_name("fraud");
        let key = crate::records::ProjectUserRecord::key(&name, &"alice".parse().unwrap());
        platform.records.remove("mlspace-project-users", &key);
        platform.restart();
        let error = delete(&platform.services, "fraud", false)
            .await
            .unwrap_err();
        assert!(error.detail().contains("member alice"), "{error}");
    }
}

#[tokio::test]
async fn delete_leaves_policy_of_another_owner() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    create(&platform.services, &project("fraud")).await.unwrap();
    platform.iam.edit(|account| {
        let policy = account.policies.get_mut(&policy_arn("fraud")).unwrap();
        policy.tags.insert("project", "other");
    });
    delete(&platform.services, "fraud", false).await.unwrap();
    assert_eq!(platform.iam.state().policies.len(), 1);
    assert!(platform.records.items("mlspace-projects").is_empty());
}

#[tokio::test]
async fn forced_delete_removes_everything_and_converges() {
    for model in MODELS {
        converges(
            async || {
                let platform = FakePlatform::new(model).with_alice_in_fraud().await;
                let services = &platform.services;
                let spec = dataset("project/fraud/cards");
                services.datasets.create(&operation(), &spec).await.unwrap();
                platform.objects.put("project/fraud/datasets/cards/a.csv");
                let spec = notebook("alice-fraud", "fraud", "alice");
                services
                    .notebooks
                    .create(&operation(), &spec)
                    .await
                    .unwrap();
                platform
            },
            async |services| delete(services, "fraud", true).await,
        )
        .await;
    }
}

#[tokio::test]
async fn forced_delete_leaves_nothing() {
    for model in MODELS {
        let platform = FakePlatform::new(model).with_alice_in_fraud().await;
        delete(&platform.services, "fraud", true).await.unwrap();
        let empty = FakePlatform::new(model);
        assert_eq!(platform.snapshot(), empty.snapshot());
    }
}

#[tokio::test]
async fn read_returns_none_without_record_and_policy() {
    for model in MODELS {
        let platform = FakePlatform::new(model);
        let read = platform
            .services
            .projects
            .read(&project_name("fraud"))
            .await;
        assert_eq!(read.unwrap(), None);
    }
}

#[tokio::test]
async fn read_tells_of_policy_left_from_other_model() {
    let mut platform = FakePlatform::new(PolicyModel::PerPrincipal);
    create(&platform.services, &project("fraud")).await.unwrap();
    platform.reconfigure(|settings| settings.policy_model = PolicyModel::Attribute);
    let name = project_name("fraud");
    let read = platform.services.projects.read(&name).await.unwrap();
    assert_eq!(
        read.unwrap().drift,
        ["policy `MLSpace-project-fraud` is left over from the model `per_principal`"]
    );
    let updated = update(&platform.services, &project("fraud")).await.unwrap();
    assert_eq!(updated.drift, Vec::<String>::new());
    assert_eq!(platform.iam.state().policies, BTreeMap::new());
}

#[tokio::test]
async fn plan_gives_values_and_refuses_collisions() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    let projects = &platform.services.projects;
    let planned = projects.plan(&project("fraud"), None, &OnlyCreates).await;
    let values = planned.values.unwrap();
    assert_eq!(values.id, "fraud");
    assert_eq!(values.policy_arn, Some(policy_arn("fraud")));
    assert_eq!(planned.errors, []);
    let again = projects.plan(&project("fraud"), None, &OnlyCreates).await;
    assert_eq!(again.errors, [], "Terraform plans twice");
    let collision = projects.plan(&project("Fraud"), None, &OnlyCreates).await;
    assert_eq!(collision.errors[0].attribute, "name");
    assert!(collision.errors[0].detail.contains("`fraud`"));
}

#[tokio::test]
async fn plan_refuses_reserved_words_for_new_projects() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    let projects = &platform.services.projects;
    let new = projects
        .plan(&project("datasets"), None, &OnlyCreates)
        .await;
    assert_eq!(new.errors[0].attribute, "name");
    let imported = projects
        .plan(
            &project("datasets"),
            Some(&project("datasets")),
            &OnlyCreates,
        )
        .await;
    assert_eq!(imported.errors, []);
}

/// MLSpace's roles have the tags of its own resources.
#[tokio::test]
async fn plan_by_attribute_warns_once_beside_mlspace() {
    for (model, warnings) in [(PolicyModel::Attribute, 1), (PolicyModel::PerPrincipal, 0)] {
        let platform = FakePlatform::new(model);
        let role = crate::iam::RoleState {
            tags: crate::tags::Tags::from([
                ("system", "MLSpace"),
                ("project", "MLSpaceInfrastructure"),
                ("user", "MLSpaceApplication"),
            ]),
            ..Default::default()
        };
        platform.iam.edit(|account| {
            drop(account.roles.insert("mlspace-app-role".to_owned(), role));
        });
        let projects = &platform.services.projects;
        let first = projects.plan(&project("fraud"), None, &OnlyCreates).await;
        assert_eq!(first.warnings.len(), warnings, "{first:?}");
        let again = projects.plan(&project("churn"), None, &OnlyCreates).await;
        assert_eq!(again.warnings, []);
    }
}

/// MLSpace's list of projects fails at a record without these attributes.
#[tokio::test]
async fn update_completes_records_of_mlspace() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    let projects = &platform.services.projects;
    let bare = ItemBuilder::new()
        .string("name", "fraud")
        .string("theirs", "kept");
    platform.records.insert("mlspace-projects", bare.build());
    let name = "fraud".parse().unwrap();
    let found = projects.read(&name).await.unwrap().unwrap();
    let lacks = found
        .drift
        .iter()
        .any(|drift| drift.contains("`description`, `createdBy`"));
    assert!(lacks, "{:?}", found.drift);
    let updated = projects
        .update(&operation(), &project("fraud"), true)
        .await
        .unwrap();
    assert_eq!(updated.drift, [""; 0]);
    assert_eq!(updated.record.unwrap().created_at, 0, "no time is invented");
    assert_eq!(View(&record(&platform)).string("theirs").unwrap(), "kept");
}

#[tokio::test]
async fn plan_checks_all_suspensions_together() {
    let platform = FakePlatform::new(PolicyModel::Attribute);
    let projects = &platform.services.projects;
    let mut refused = None;
    for n in 0..1_000 {
        let spec = suspended(&format!("abcdefghijklmnopqrst{n:04}"));
        let planned = projects.plan(&spec, None, &OnlyCreates).await;
        if let Some(error) = planned.errors.into_iter().next() {
            refused = Some((n, error));
            break;
        }
    }
    let (n, error) = refused.unwrap();
    assert!(n > 50, "{n} projects fit: {error:?}");
}

#[tokio::test]
async fn members_of_suspended_projects_can_be_added() {
    for model in MODELS {
        let platform = FakePlatform::new(model);
        let services = &platform.services;
        create(services, &suspended("fraud")).await.unwrap();
        let bob = member("fraud", "bob");
        services
            .memberships
            .create(&operation(), &bob)
            .await
            .unwrap();
        let read = services.projects.read(&project_name("fraud")).await;
        assert_eq!(read.unwrap().unwrap().drift, Vec::<String>::new());
    }
}

#[tokio::test]
async fn plan_of_a_suspension_tells_what_goes_on() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    let projects = &platform.services.projects;
    let (active, suspended) = (
        project("fraud"),
        ProjectSpec {
            suspended: true,
            ..project("fraud")
        },
    );
    let warnings = async |spec: &ProjectSpec, prior: Option<&ProjectSpec>| {
        let planned = projects.plan(spec, prior, &OnlyCreates).await;
        assert_eq!(planned.errors, []);
        let summaries = planned.warnings.iter().map(|notice| notice.summary.clone());
        summaries.collect::<Vec<_>>()
    };
    assert_eq!(
        warnings(&suspended, Some(&active)).await,
        ["Jobs and endpoints go on"]
    );
    // A new project has none, and a suspension that goes on changes nothing.
    for (spec, prior) in [
        (&suspended, None),
        (&suspended, Some(&suspended)),
        (&active, Some(&suspended)),
    ] {
        assert_eq!(warnings(spec, prior).await, Vec::<String>::new());
    }
}
