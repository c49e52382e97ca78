use super::super::tests::{platform, platform_with, spec};
use super::*;
use crate::aws::PolicyModel;
use crate::ownership::{Mark, OnlyCreates, Token};
use crate::testing::{self, FakePlatform};

/// Nothing is unknown.
const KNOWN: UnknownSettings = UnknownSettings {
    network: false,
    lifecycle_config: false,
};

/// Attributes of the plan's errors.
async fn errors(platform: &FakePlatform, spec: &NotebookSpec) -> Vec<&'static str> {
    let outcome = platform
        .services
        .notebooks
        .plan_new(spec, false, KNOWN)
        .await;
    assert_eq!(outcome.values.is_some(), outcome.errors.is_empty());
    outcome.errors.iter().map(|error| error.attribute).collect()
}

#[tokio::test]
async fn plan_new_accepts_members_only() {
    let platform = platform().await;
    assert_eq!(errors(&platform, &spec()).await, [""; 0]);
    let bobs = testing::notebook("n", "fraud", "bob");
    assert_eq!(errors(&platform, &bobs).await, ["user"]);
    // Membership of bob in the same plan.
    let membership = testing::member("fraud", "bob");
    let memberships = &platform.services.memberships;
    memberships
        .plan(&membership, false, false, &OnlyCreates)
        .await;
    assert_eq!(errors(&platform, &bobs).await, [""; 0]);
}

#[tokio::test]
async fn plan_new_accepts_planned_project() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    assert_eq!(errors(&platform, &spec()).await, [""; 0]);
}

#[tokio::test]
async fn plan_new_warns_of_what_mlspace_cannot_sync() {
    let mut platform = platform().await;
    let user = crate::records::ItemBuilder::new().string("username", "alice");
    platform.records.insert("mlspace-users", user.build());
    platform.restart();
    let warned = platform
        .services
        .notebooks
        .plan_new(&spec(), false, KNOWN)
        .await;
    assert_eq!(warned.warnings[0].attribute, "lifecycle_config_name");
    let unknown = UnknownSettings {
        lifecycle_config: true,
        ..KNOWN
    };
    let other = testing::notebook("other", "fraud", "alice");
    let notebooks = &platform.services.notebooks;
    let silent = notebooks.plan_new(&other, false, unknown).await;
    assert_eq!(silent.warnings, []);
    platform.reconfigure(|settings| {
        settings.notebook_defaults.lifecycle_config_name = Some("standard".to_owned());
    });
    let silent = platform
        .services
        .notebooks
        .plan_new(&spec(), false, KNOWN)
        .await;
    assert_eq!((silent.warnings, silent.errors), (vec![], vec![]));
}

#[tokio::test]
async fn plan_new_checks_spec() {
    let mut platform = platform().await;
    let odd = NotebookSpec {
        instance_type: "large".to_owned(),
        ..spec()
    };
    assert_eq!(errors(&platform, &odd).await, ["instance_type"]);
    let reserved = NotebookSpec {
        tags: crate::tags::Tags::from([("system", "x")]),
        ..spec()
    };
    assert_eq!(errors(&platform, &reserved).await, ["tags"]);
    platform.reconfigure(|settings| settings.notebook_defaults.security_group_ids.clear());
    assert_eq!(errors(&platform, &spec()).await, ["security_group_ids"]);
    // Given, but by a resource of the same plan.
    let unknown = UnknownSettings {
        network: true,
        ..KNOWN
    };
    let notebooks = &platform.services.notebooks;
    let planned = notebooks.plan_new(&spec(), false, unknown).await;
    assert_eq!(planned.errors, []);
}

#[tokio::test]
async fn plan_new_refuses_foreign_instance() {
    let platform = platform_with(&spec()).await;
    let name = spec().name;
    let outcome = platform
        .services
        .notebooks
        .plan_new(&spec(), false, KNOWN)
        .await;
    assert_eq!(outcome.errors[0].summary, "Resource already exists");
    let unfinished = Mark {
        token: Token::random(),
        finished: false,
    };
    platform.notebooks.edit(name.as_str(), |instance| {
        instance.tags.extend(unfinished.tags());
    });
    assert_eq!(errors(&platform, &spec()).await, [""; 0]);
    platform.notebooks.edit(name.as_str(), |instance| {
        instance.tags.remove("system");
    });
    let outcome = platform
        .services
        .notebooks
        .plan_new(&spec(), false, KNOWN)
        .await;
    assert_eq!(outcome.errors[0].summary, "Resource already exists");
    platform.notebooks.edit(name.as_str(), |instance| {
        instance.state.status = Status::Deleting
    });
    assert_eq!(errors(&platform, &spec()).await, [""; 0]);
}

#[tokio::test]
async fn defaults_come_from_settings() {
    let mut platform = platform().await;
    platform.reconfigure(|settings| {
        settings.notebook_defaults.kms_key_id = Some("key-1".to_owned());
        settings.notebook_defaults.lifecycle_config_name = Some("base".to_owned());
    });
    let notebooks = &platform.services.notebooks;
    let expected = DefaultSettings {
        subnet_id: Some("subnet-a".to_owned()),
        security_group_ids: vec!["sg-1".to_owned()],
        kms_key_id: Some("key-1".to_owned()),
        lifecycle_config_name: Some("base".to_owned()),
    };
    assert_eq!(notebooks.defaults(Some(&spec().name)), expected);
    assert_eq!(notebooks.defaults(None).subnet_id, None);
}

#[tokio::test]
async fn plan_new_accepts_instance_that_leaves() {
    let platform = platform_with(&spec()).await;
    let bobs = NotebookSpec {
        user: "bob".parse().unwrap(),
        ..spec()
    };
    let membership = testing::member("fraud", "bob");
    let memberships = &platform.services.memberships;
    memberships
        .plan(&membership, false, false, &OnlyCreates)
        .await;
    let notebooks = &platform.services.notebooks;
    let stays = notebooks.plan_new(&bobs, false, KNOWN).await;
    assert_eq!(stays.errors[0].summary, "Resource already exists");
    assert_eq!(
        notebooks.plan_new(&bobs, true, KNOWN).await,
        PlanOutcome::new(())
    );
}

/// Plans a change of [`spec`] and returns the details of the warnings as well.
async fn change(
    platform: &FakePlatform,
    prior: &NotebookSpec,
    spec: &NotebookSpec,
    drifted: bool,
) -> (PlannedChange, Vec<String>) {
    let notebooks = &platform.services.notebooks;
    let outcome = notebooks.plan_change(prior, spec, drifted).await;
    let warnings = outcome.warnings.into_iter().map(|warning| warning.detail);
    (outcome.values.unwrap(), warnings.collect())
}

fn running(running: Option<bool>, spec: NotebookSpec) -> NotebookSpec {
    NotebookSpec { running, ..spec }
}

#[tokio::test]
async fn plan_change_warns_of_stop() {
    let platform = platform().await;
    let larger = NotebookSpec {
        instance_type: "ml.m5.xlarge".to_owned(),
        ..spec()
    };
    let (planned, warnings) = change(&platform, &spec(), &larger, false).await;
    assert!(warnings[0].contains("started again afterwards"));
    assert_eq!(
        (planned.restarts, planned.status),
        (true, Some(Status::InService))
    );

    let stopping = running(Some(false), larger.clone());
    let (planned, warnings) = change(&platform, &spec(), &stopping, false).await;
    assert!(warnings[0].contains("is not started again"));
    assert_eq!(
        (planned.restarts, planned.status),
        (true, Some(Status::Stopped))
    );

    let stopped = running(Some(false), spec());
    let (planned, warnings) = change(&platform, &stopped, &stopping, false).await;
    assert_eq!(warnings, [""; 0]);
    assert_eq!(
        (planned.restarts, planned.status),
        (false, Some(Status::Stopped))
    );
}

#[tokio::test]
async fn plan_change_keeps_unmanaged_running() {
    let platform = platform().await;
    for was in [true, false] {
        let prior = running(Some(was), spec());
        let (planned, warnings) = change(&platform, &prior, &running(None, spec()), false).await;
        assert_eq!(warnings, [""; 0]);
        assert_eq!((planned.restarts, planned.status), (false, None));
    }
}

#[tokio::test]
async fn plan_change_warns_of_repair_that_stops() {
    let platform = platform_with(&spec()).await;
    let name = spec().name;
    platform.notebooks.edit(name.as_str(), |instance| {
        instance.tags.remove("user");
    });
    let (planned, warnings) = change(&platform, &spec(), &spec(), true).await;
    assert_eq!((planned.restarts, warnings.len()), (false, 0));

    platform.notebooks.edit(name.as_str(), |instance| {
        instance.state.metadata_service = "1".to_owned();
    });
    let (planned, warnings) = change(&platform, &spec(), &spec(), true).await;
    assert_eq!((planned.restarts, warnings.len()), (true, 1));
    let stopped = running(Some(false), spec());
    let (planned, warnings) = change(&platform, &stopped, &stopped, true).await;
    assert_eq!((planned.restarts, warnings.len()), (false, 0));

    platform.faults.deny("DescribeNotebookInstance");
    let (planned, _) = change(&platform, &spec(), &spec(), true).await;
    assert!(planned.restarts);
}

#[test]
fn plan_volume_keeps_larger_one() {
    assert_eq!(plan_volume(20, 20), PlanOutcome::new(20));
    assert_eq!(plan_volume(20, 50), PlanOutcome::new(50));
    let kept = plan_volume(20, 10);
    assert_eq!((kept.values, kept.errors.len()), (Some(20), 0));
    let warning = &kept.warnings[0];
    assert_eq!(warning.attribute, "volume_size");
    assert!(
        warning.detail.contains("-replace=ADDRESS") && warning.detail.contains("all its files"),
        "{warning:?}"
    );
}

#[test]
fn plan_replacement_warns_of_lost_volume() {
    let detail = |reason| {
        plan_replacement("alice-fraud", reason).warnings[0]
            .detail
            .clone()
    };
    assert!(detail(None).contains("deletes its volume"));
    assert!(detail(Some("it leaks")).contains("because it leaks."));
}
