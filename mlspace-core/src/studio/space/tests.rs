use super::super::api::App;
use super::super::domain;
use super::super::fake::FakeSpace;
use super::super::profile::UserProfileSpec;
use super::*;
use crate::aws::{PolicyModel, Settings};
use crate::ownership::{Claim, OnlyCreates};
use crate::policies::{Limits, Service, Workload};
use crate::project::ProjectSpec;
use crate::services::Services;
use crate::testing::{self, FakePlatform, converges, operation, operation_of};

const DOMAIN: &str = "d-000000000001";

fn spec() -> SpaceSpec {
    SpaceSpec {
        key: format!("{DOMAIN}/lab").parse().unwrap(),
        project: testing::project_name("fraud"),
        user: "alice".parse().unwrap(),
        app: AppKind::JupyterLab,
        settings: SpaceSettings {
            instance_type: "ml.t3.medium".to_owned(),
            volume_size: 20,
            lifecycle_config_arn: None,
        },
        running: None,
        tags: Tags::from([("team", "cards")]),
    }
}

fn running() -> SpaceSpec {
    SpaceSpec {
        running: Some(true),
        ..spec()
    }
}

/// A platform with a domain, and alice's profile for the project fraud in it.
async fn platform() -> FakePlatform {
    let platform = FakePlatform::with(Settings {
        services: vec![Service::Studio],
        policy_model: PolicyModel::PerPrincipal,
        ..testing::settings()
    });
    let platform = platform.with_alice_in_fraud().await;
    let services = &platform.services;
    let domains = &services.studio_domains;
    let created = domains.create(&operation(), &domain::tests::spec()).await;
    assert_eq!(created.unwrap().object.id, DOMAIN);
    let profile = UserProfileSpec {
        key: format!("{DOMAIN}/fraud/alice").parse().unwrap(),
        security_group_ids: Vec::new(),
        jupyter_lab: None,
        code_editor: None,
        tags: Tags::new(),
    };
    let profiles = &services.studio_profiles;
    profiles.create(&operation(), &profile).await.unwrap();
    platform.faults.take_calls();
    platform
}

async fn platform_with(spec: &SpaceSpec) -> FakePlatform {
    let platform = platform().await;
    create(&platform, spec).await.unwrap();
    platform.faults.take_calls();
    platform
}

async fn create(platform: &FakePlatform, spec: &SpaceSpec) -> Result<StudioSpace, Error> {
    let spaces = &platform.services.studio_spaces;
    let created = spaces.create(&operation(), spec).await;
    created
        .map(|created| created.object)
        .map_err(|failure| failure.error)
}

async fn update(platform: &FakePlatform, spec: &SpaceSpec) -> Result<StudioSpace, Error> {
    let spaces = &platform.services.studio_spaces;
    let updated = spaces.update(&operation(), spec).await;
    updated.map_err(|failure| failure.error)
}

async fn read(platform: &FakePlatform) -> StudioSpace {
    let (spaces, spec) = (&platform.services.studio_spaces, spec());
    let known = KnownSpace {
        project: &spec.project,
        user: &spec.user,
        tags: &spec.tags,
    };
    spaces.read(&spec.key, Some(known)).await.unwrap().unwrap()
}

fn found(platform: &FakePlatform) -> FakeSpace {
    platform.studio.domains()["ml"].spaces["lab"].clone()
}

fn edit(platform: &FakePlatform, act: impl FnOnce(&mut FakeSpace)) {
    platform.studio.edit("ml", |domain| {
        act(domain.spaces.get_mut("lab").unwrap());
    });
}

fn runs(platform: &FakePlatform) -> bool {
    let domain = &platform.studio.domains()["ml"];
    domain.apps.iter().any(App::is_live)
}

fn writes(platform: &FakePlatform) -> Vec<String> {
    let mut calls = platform.faults.take_calls();
    let studio = ["Profile", "Space", "App", "Tags"];
    calls.retain(|call| studio.iter().any(|word| call.contains(word)));
    calls.retain(|call| {
        !["List", "Describe"]
            .iter()
            .any(|word| call.starts_with(word))
    });
    calls
}

#[tokio::test]
async fn create_makes_a_private_space_of_the_profile() {
    let platform = platform().await;
    let space = create(&platform, &spec()).await.unwrap();
    assert_eq!(space.status, "InService");
    assert_eq!(space.drift, Vec::<String>::new());
    assert_eq!((space.running, &space.settings), (false, &spec().settings));
    let found = found(&platform);
    assert_eq!(found.state.owner.as_deref(), Some("fraud-alice"));
    for (key, value) in [
        ("system", "MLSpace"),
        ("project", "fraud"),
        ("user", "alice"),
        ("team", "cards"),
    ] {
        assert_eq!(found.tags.get(key), Some(value));
    }
    assert_eq!(writes(&platform), ["CreateSpace", "AddTags"]);
    assert_eq!(read(&platform).await, space);
}

#[tokio::test]
async fn create_starts_the_app() {
    let platform = platform().await;
    let space = create(&platform, &running()).await.unwrap();
    assert!(space.running && runs(&platform));
    assert_eq!(writes(&platform), ["CreateSpace", "CreateApp", "AddTags"]);
}

#[tokio::test]
async fn create_needs_the_profile() {
    let platform = platform().await;
    let other = SpaceSpec {
        user: "bob".parse().unwrap(),
        ..spec()
    };
    let error = create(&platform, &other).await.unwrap_err();
    assert_eq!(error.attribute(), Some("user"), "{error}");
    assert_eq!(writes(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn existing_space_is_not_taken_over() {
    let platform = platform().await;
    platform.studio.add_space("ml", "fraud-alice", "lab");
    let spaces = &platform.services.studio_spaces;
    let planned = spaces.plan_new(&spec(), true, &OnlyCreates).await;
    assert_eq!(planned.errors[0].summary, "Resource already exists");
    let error = create(&platform, &spec()).await.unwrap_err();
    assert!(error.is_owned_by_others(), "{error}");
    assert_eq!(writes(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn create_converges() {
    converges(
        || async { platform().await },
        async |services: &Services| {
            let spaces = &services.studio_spaces;
            let created = spaces.create(&operation(), &running()).await;
            let created = created.map_err(|failure| failure.error)?;
            // As the warning says, the next apply starts it.
            if created.object.running {
                return Ok(());
            }
            let updated = spaces.update(&operation(), &running()).await;
            updated.map(drop).map_err(|failure| failure.error)
        },
    )
    .await;
}

#[tokio::test]
async fn create_says_why_it_failed() {
    let platform = platform().await;
    platform.studio.fail_next("no more volumes");
    let spaces = &platform.services.studio_spaces;
    let failure = spaces.create(&operation(), &spec()).await.unwrap_err();
    assert!(failure.error.to_string().contains("no more volumes"));
    assert_eq!(failure.reached.unwrap().status, "Failed");
    // The next one finds it failed and empty.
    let spaces = &platform.services.studio_spaces;
    spaces
        .delete(&operation(), &spec().key, false)
        .await
        .unwrap();
}

#[tokio::test]
async fn app_that_does_not_start_leaves_the_space() {
    let platform = platform().await;
    platform.studio.fail_next_app("no capacity");
    let spaces = &platform.services.studio_spaces;
    let created = spaces.create(&operation(), &running()).await.unwrap();
    assert_eq!(created.warnings[0].summary, "Space not started");
    assert!(created.warnings[0].detail.contains("no capacity"));
    assert!(!created.object.running);
    let space = update(&platform, &running()).await.unwrap();
    assert!(space.running);
}

#[tokio::test]
async fn update_stops_and_starts_for_settings_only() {
    let platform = platform_with(&running()).await;
    let tagged = SpaceSpec {
        tags: Tags::new(),
        ..running()
    };
    update(&platform, &tagged).await.unwrap();
    assert_eq!(writes(&platform), ["DeleteTags"]);
    let larger = SpaceSpec {
        settings: SpaceSettings {
            volume_size: 30,
            ..spec().settings
        },
        running: None,
        ..tagged.clone()
    };
    let planned = platform
        .services
        .studio_spaces
        .plan_change(&tagged, &larger)
        .await;
    assert_eq!(planned.warnings[0].summary, "Space will be stopped");
    let space = update(&platform, &larger).await.unwrap();
    assert!(space.running && space.settings.volume_size == 30);
    assert_eq!(writes(&platform), ["DeleteApp", "UpdateSpace", "CreateApp"]);
    let stopped = SpaceSpec {
        running: Some(false),
        ..larger
    };
    assert!(!update(&platform, &stopped).await.unwrap().running);
    assert_eq!(writes(&platform), ["DeleteApp"]);
    update(&platform, &stopped).await.unwrap();
    assert_eq!(writes(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn update_converges() {
    converges(
        || async { platform_with(&running()).await },
        async |services: &Services| {
            let wanted = SpaceSpec {
                settings: SpaceSettings {
                    instance_type: "ml.m5.large".to_owned(),
                    ..spec().settings
                },
                tags: Tags::from([("stage", "test")]),
                ..running()
            };
            let updated = services.studio_spaces.update(&operation(), &wanted).await;
            updated.map(drop).map_err(|failure| failure.error)
        },
    )
    .await;
}

#[tokio::test]
async fn suspended_member_s_app_is_not_started() {
    let platform = platform_with(&running()).await;
    let projects = &platform.services.projects;
    let suspended = ProjectSpec {
        suspended: true,
        ..testing::project("fraud")
    };
    projects
        .update(&operation(), &suspended, true)
        .await
        .unwrap();
    assert!(!runs(&platform));
    let error = update(&platform, &running()).await.unwrap_err();
    assert_eq!(error.attribute(), Some("running"), "{error}");
    assert!(!update(&platform, &spec()).await.unwrap().running);
    assert!(!runs(&platform));
}

#[tokio::test]
async fn space_of_another_state_is_left_alone() {
    let platform = platform_with(&running()).await;
    let spaces = &platform.services.studio_spaces;
    let other = operation_of(Claim::Token(Token::random()));
    let updated = spaces.update(&other, &running()).await;
    assert!(matches!(updated.unwrap_err().error, Error::Foreign { .. }));
    let deleted = spaces.delete(&other, &spec().key, true).await;
    assert!(matches!(deleted, Err(Error::Foreign { .. })));
    assert_eq!(writes(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn read_imports_spaces_that_members_made() {
    let platform = platform().await;
    platform.studio.add_space("ml", "fraud-alice", "lab");
    let spaces = &platform.services.studio_spaces;
    let imported = spaces.read(&spec().key, None).await.unwrap().unwrap();
    assert_eq!(
        (imported.project, imported.user),
        (spec().project, spec().user)
    );
    assert!(imported.running && imported.token.is_none());
    assert!(!imported.drift.is_empty(), "it lacks the platform's tags");
    edit(&platform, |space| space.state.private = false);
    let error = spaces.read(&spec().key, None).await.unwrap_err();
    assert!(error.to_string().contains("shared"), "{error}");
    edit(&platform, |space| {
        space.state.private = true;
        space.state.owner = Some("churn-bob".to_owned());
    });
    assert!(spaces.read(&spec().key, None).await.is_err());
}

#[tokio::test]
async fn delete_keeps_files_without_force() {
    let platform = platform_with(&running()).await;
    let spaces = &platform.services.studio_spaces;
    let key = spec().key;
    let error = spaces.delete(&operation(), &key, false).await.unwrap_err();
    assert!(error.detail().contains("force_destroy"), "{error}");
    assert_eq!(writes(&platform), Vec::<String>::new());
    spaces.delete(&operation(), &key, true).await.unwrap();
    assert_eq!(writes(&platform), ["DeleteApp", "DeleteSpace"]);
    assert!(platform.studio.domains()["ml"].spaces.is_empty());
    spaces.delete(&operation(), &key, false).await.unwrap();
}

#[tokio::test]
async fn delete_converges() {
    converges(
        || async { platform_with(&running()).await },
        async |services: &Services| {
            let spaces = &services.studio_spaces;
            spaces.delete(&operation(), &spec().key, true).await
        },
    )
    .await;
}

#[tokio::test]
async fn plans_keep_limits() {
    let mut platform = platform().await;
    platform.reconfigure(|settings: &mut Settings| {
        settings.limits = Limits {
            instance_types: [(Workload::Notebook, vec!["ml.t3.*".to_owned()])].into(),
            max_notebook_volume_gb: Some(90),
            ..Limits::default()
        };
    });
    let sized = |instance_type: &str, volume_size| SpaceSpec {
        settings: SpaceSettings {
            instance_type: instance_type.to_owned(),
            volume_size,
            lifecycle_config_arn: None,
        },
        ..spec()
    };
    let spaces = &platform.services.studio_spaces;
    for (wanted, attribute) in [
        (sized("ml.p3.2xlarge", 20), "instance_type"),
        (sized("ml.t3.medium", 91), "volume_size"),
    ] {
        let planned = spaces.plan_new(&wanted, true, &OnlyCreates).await;
        assert_eq!(planned.errors[0].attribute, attribute);
        let planned = spaces.plan_change(&spec(), &wanted).await;
        assert_eq!(planned.errors[0].attribute, attribute);
        assert!(create(&platform, &wanted).await.is_err());
    }
    platform.studio.edit("ml", |domain| {
        domain.state.settings.volumes.maximum = 10;
    });
    let spaces = &platform.services.studio_spaces;
    let planned = spaces.plan_new(&spec(), true, &OnlyCreates).await;
    assert!(planned.errors[0].detail.contains("at most 10 GB"));
}

#[test]
fn check_names_the_attribute_at_fault() {
    let with = |act: &dyn Fn(&mut SpaceSpec)| {
        let mut spec = spec();
        act(&mut spec);
        spec.check().unwrap_err().attribute()
    };
    assert_eq!(with(&|spec| spec.key.name = "a_b".to_owned()), "name");
    assert_eq!(
        with(&|spec| spec.settings.instance_type = "t3".to_owned()),
        "instance_type"
    );
    assert_eq!(with(&|spec| spec.settings.volume_size = 4), "volume_size");
    for id in ["", "d-1", "x/lab", "d-1/a_b", "d-1/a/b"] {
        assert!(id.parse::<SpaceKey>().is_err(), "{id}");
    }
    assert_eq!(spec().key.to_string().parse(), Ok(spec().key));
}

#[tokio::test]
async fn refresh_of_an_unchanged_space_lists_only() {
    let platform = platform_with(&running()).await;
    let spec = spec();
    let refresh = async |last: &StudioSpace| {
        let process = platform.other_process();
        platform.faults.take_calls();
        let (key, memory) = (&spec.key, last.memory.as_ref());
        let known = KnownSpace {
            project: &spec.project,
            user: &spec.user,
            tags: &spec.tags,
        };
        let read = process.studio_spaces.refresh(key, Some(known), memory);
        let found = read.await.unwrap().unwrap();
        (found, platform.faults.take_calls())
    };
    let first = read(&platform).await;
    let (second, calls) = refresh(&first).await;
    assert_eq!(calls, ["ListSpaces", "GetResources", "ListApps"]);
    assert_eq!(second, first);
    // The member stops the app, which does not change the space.
    platform.studio.edit("ml", |domain| {
        for app in &mut domain.apps {
            app.status = "Deleted".to_owned();
        }
    });
    let (third, _) = refresh(&second).await;
    assert!(first.running && !third.running);
    edit(&platform, |space| space.state.settings.volume_size += 5);
    let (fourth, calls) = refresh(&third).await;
    let expected = ["ListSpaces", "DescribeSpace", "GetResources", "ListApps"];
    assert_eq!(calls, expected);
    assert_ne!(fourth.settings, third.settings);
}
