use super::super::domain;
use super::*;
use crate::aws::{PolicyModel, Settings};
use crate::notebook::Owner;
use crate::ownership::{Claim, OnlyCreates};
use crate::policies::{ProjectAccess, Service};
use crate::project::ProjectSpec;
use crate::services::Services;
use crate::studio::fake::FakeProfile;
use crate::tags::{SUSPENDED, USER};
use crate::testing::{self, FakePlatform, converges, operation, operation_of};

pub(super) const DOMAIN: &str = "d-000000000001";

pub(super) fn spec() -> UserProfileSpec {
    UserProfileSpec {
        key: format!("{DOMAIN}/fraud/alice").parse().unwrap(),
        security_group_ids: Vec::new(),
        jupyter_lab: None,
        code_editor: None,
        tags: Tags::from([("team", "cards")]),
    }
}

/// A platform with a domain, and alice's membership in the project fraud.
async fn platform() -> FakePlatform {
    let platform = FakePlatform::with(Settings {
        services: vec![Service::Studio],
        policy_model: PolicyModel::PerPrincipal,
        ..testing::settings()
    });
    let platform = platform.with_alice_in_fraud().await;
    let domains = &platform.services.studio_domains;
    let created = domains.create(&operation(), &domain::tests::spec()).await;
    assert_eq!(created.unwrap().object.id, DOMAIN);
    platform.faults.take_calls();
    platform
}

pub(super) async fn platform_with(spec: &UserProfileSpec) -> FakePlatform {
    let platform = platform().await;
    create(&platform, spec).await.unwrap();
    platform.faults.take_calls();
    platform
}

async fn create(
    platform: &FakePlatform,
    spec: &UserProfileSpec,
) -> Result<StudioUserProfile, Error> {
    let profiles = &platform.services.studio_profiles;
    let created = profiles.create(&operation(), spec).await;
    created
        .map(|created| created.object)
        .map_err(|failure| failure.error)
}

async fn update(
    platform: &FakePlatform,
    spec: &UserProfileSpec,
) -> Result<StudioUserProfile, Error> {
    let profiles = &platform.services.studio_profiles;
    let updated = profiles.update(&operation(), spec).await;
    updated.map_err(|failure| failure.error)
}

async fn read(platform: &FakePlatform) -> StudioUserProfile {
    let (profiles, spec) = (&platform.services.studio_profiles, spec());
    let read = profiles.read(&spec.key, Some(&spec.tags)).await;
    read.unwrap().unwrap()
}

fn found(platform: &FakePlatform) -> FakeProfile {
    platform.studio.domains()["ml"].profiles["fraud-alice"].clone()
}

pub(super) fn edit(platform: &FakePlatform, act: impl FnOnce(&mut FakeProfile)) {
    platform.studio.edit("ml", |domain| {
        act(domain.profiles.get_mut("fraud-alice").unwrap());
    });
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
async fn create_gives_role_and_tags_of_the_membership() {
    let platform = platform().await;
    let profile = create(&platform, &spec()).await.unwrap();
    assert_eq!(profile.status, "InService");
    assert_eq!(profile.drift, Vec::<String>::new());
    assert_eq!(profile.tags, spec().tags);
    let roles = platform.iam.state().roles;
    assert!(roles.values().any(|role| role.arn == profile.role_arn));
    let tags = found(&platform).tags;
    for (key, value) in [
        ("system", "MLSpace"),
        ("project", "fraud"),
        ("user", "alice"),
    ] {
        assert_eq!(tags.get(key), Some(value));
    }
    assert!(!tags.contains_key(SUSPENDED));
    assert_eq!(writes(&platform), ["CreateUserProfile", "AddTags"]);
    assert_eq!(read(&platform).await, profile);
}

#[tokio::test]
async fn create_refuses_what_is_missing() {
    let platform = platform().await;
    let with = |key: &str| UserProfileSpec {
        key: key.parse().unwrap(),
        ..spec()
    };
    for (key, attribute) in [
        ("d-000000000001/churn/alice", "project"),
        ("d-000000000001/fraud/bob", "user"),
        ("d-none/fraud/alice", "domain_id"),
    ] {
        let error = create(&platform, &with(key)).await.unwrap_err();
        assert_eq!(error.attribute(), Some(attribute), "{error}");
    }
    let profiles = &platform.services.studio_profiles;
    let (fraud, bob) = (testing::project_name("fraud"), "bob".parse().unwrap());
    let planned = profiles.plan_new(&fraud, &bob, None, &OnlyCreates).await;
    assert_eq!(planned.errors[0].attribute, "user");
    assert_eq!(writes(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn create_refuses_existing_profile() {
    let platform = platform_with(&spec()).await;
    let error = create(&platform, &spec()).await.unwrap_err();
    assert!(error.is_owned_by_others(), "{error}");
    let profiles = &platform.services.studio_profiles;
    let key = spec().key;
    let domain = Some(key.domain_id.as_str());
    let planned = profiles
        .plan_new(&key.project, &key.user, domain, &OnlyCreates)
        .await;
    assert_eq!(planned.errors[0].summary, "Resource already exists");
    assert!(
        planned.errors[0]
            .detail
            .contains("d-000000000001/fraud/alice")
    );
}

#[tokio::test]
async fn plan_warns_if_studio_is_off() {
    let platform = platform().await;
    let key = spec().key;
    let summaries = async |platform: &FakePlatform| {
        let profiles = &platform.services.studio_profiles;
        let planned = profiles
            .plan_new(&key.project, &key.user, None, &OnlyCreates)
            .await;
        assert_eq!(planned.errors, []);
        planned
            .warnings
            .into_iter()
            .map(|warning| warning.summary)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        summaries(&platform).await,
        ["Studio is off for the project"]
    );
    let on = ProjectSpec {
        access: ProjectAccess {
            services: [Service::Studio].into_iter().collect(),
            ..ProjectAccess::default()
        },
        ..testing::project("fraud")
    };
    let projects = &platform.services.projects;
    projects.update(&operation(), &on, true).await.unwrap();
    let mut platform = platform;
    platform.reconfigure(|_| ());
    assert_eq!(summaries(&platform).await, Vec::<String>::new());
}

#[tokio::test]
async fn create_converges() {
    converges(
        || async { platform().await },
        async |services: &Services| {
            let profiles = &services.studio_profiles;
            let created = profiles.create(&operation(), &spec()).await;
            created.map(drop).map_err(|failure| failure.error)
        },
    )
    .await;
}

#[tokio::test]
async fn create_says_why_it_failed() {
    let platform = platform().await;
    platform.studio.fail_next("no more profiles");
    let profiles = &platform.services.studio_profiles;
    let failure = profiles.create(&operation(), &spec()).await.unwrap_err();
    assert!(failure.error.to_string().contains("no more profiles"));
    assert_eq!(failure.reached.unwrap().status, "Failed");
}

#[tokio::test]
async fn update_changes_settings_and_tags() {
    let platform = platform_with(&spec()).await;
    let wanted = UserProfileSpec {
        security_group_ids: vec!["sg-2".to_owned()],
        jupyter_lab: Some(AppSettings::default()),
        tags: Tags::new(),
        ..spec()
    };
    let profile = update(&platform, &wanted).await.unwrap();
    assert_eq!(profile.security_group_ids, wanted.security_group_ids);
    assert_eq!(profile.jupyter_lab, wanted.jupyter_lab);
    assert_eq!(profile.tags, Tags::new());
    assert_eq!(writes(&platform), ["UpdateUserProfile", "DeleteTags"]);
    update(&platform, &wanted).await.unwrap();
    assert_eq!(writes(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn update_repairs_role_and_tags() {
    let platform = platform_with(&spec()).await;
    edit(&platform, |profile| {
        profile.state.settings.role_arn = "arn:aws:iam::123456789012:role/admin".to_owned();
        profile.tags.insert(USER, "bob");
    });
    let drift = read(&platform).await.drift;
    assert_eq!(drift.len(), 2, "{drift:?}");
    // SageMaker changes a role only while no app runs.
    platform.studio.add_space("ml", "fraud-alice", "lab");
    let error = update(&platform, &spec()).await.unwrap_err();
    assert!(
        error.detail().contains("JupyterLab/default of space lab"),
        "{error}"
    );
    platform.studio.edit("ml", |domain| domain.apps.clear());
    let profile = update(&platform, &spec()).await.unwrap();
    assert_eq!(profile.drift, Vec::<String>::new());
}

#[tokio::test]
async fn update_converges() {
    converges(
        || async { platform_with(&spec()).await },
        async |services: &Services| {
            let wanted = UserProfileSpec {
                security_group_ids: vec!["sg-2".to_owned()],
                tags: Tags::from([("stage", "test")]),
                ..spec()
            };
            let profiles = &services.studio_profiles;
            let updated = profiles.update(&operation(), &wanted).await;
            updated.map(drop).map_err(|failure| failure.error)
        },
    )
    .await;
}

#[tokio::test]
async fn profile_of_another_state_is_left_alone() {
    let platform = platform_with(&spec()).await;
    let profiles = &platform.services.studio_profiles;
    let other = operation_of(Claim::Token(Token::random()));
    let updated = profiles.update(&other, &spec()).await;
    assert!(matches!(updated.unwrap_err().error, Error::Foreign { .. }));
    let deleted = profiles.delete(&other, &spec().key, true).await;
    assert!(matches!(deleted, Err(Error::Foreign { .. })));
    assert_eq!(writes(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn read_imports_only_the_membership_s_profile() {
    let platform = platform_with(&spec()).await;
    let profiles = &platform.services.studio_profiles;
    let imported = profiles.read(&spec().key, None).await.unwrap().unwrap();
    assert_eq!(imported.tags, spec().tags);
    edit(&platform, |profile| {
        profile.tags.insert(USER, "bob");
    });
    let error = profiles.read(&spec().key, None).await.unwrap_err();
    assert!(error.to_string().contains("tags"), "{error}");
}

#[tokio::test]
async fn delete_needs_force_for_spaces() {
    let platform = platform_with(&spec()).await;
    platform.studio.add_space("ml", "fraud-alice", "lab");
    platform.studio.add_space("ml", "fraud-bob", "lab2");
    let profiles = &platform.services.studio_profiles;
    let key = spec().key;
    let error = profiles.delete(&operation(), &key, false).await;
    let detail = error.unwrap_err().detail();
    assert!(
        detail.contains("space lab of profile fraud-alice"),
        "{detail}"
    );
    assert!(!detail.contains("lab2"), "{detail}");
    assert_eq!(writes(&platform), Vec::<String>::new());
    profiles.delete(&operation(), &key, true).await.unwrap();
    assert_eq!(
        writes(&platform),
        ["DeleteApp", "DeleteSpace", "DeleteUserProfile"]
    );
    let domain = &platform.studio.domains()["ml"];
    assert!(domain.spaces.contains_key("lab2") && !domain.spaces.contains_key("lab"));
    profiles.delete(&operation(), &key, true).await.unwrap();
}

#[tokio::test]
async fn delete_converges() {
    converges(
        || async {
            let platform = platform_with(&spec()).await;
            platform.studio.add_space("ml", "fraud-alice", "lab");
            platform
        },
        async |services: &Services| {
            let profiles = &services.studio_profiles;
            profiles.delete(&operation(), &spec().key, true).await
        },
    )
    .await;
}

/// Whether the app in a space of this name runs.
fn runs(platform: &FakePlatform, space: &str) -> bool {
    let domain = &platform.studio.domains()["ml"];
    let mut apps = domain.apps.iter();
    let app = apps.find(|app| app.space.as_deref() == Some(space));
    app.unwrap().is_live()
}

#[tokio::test]
async fn suspended_project_stops_apps_and_closes_profiles() {
    let platform = platform_with(&spec()).await;
    platform.studio.add_space("ml", "fraud-alice", "lab");
    platform.studio.add_space("ml", "churn-alice", "other");
    let projects = &platform.services.projects;
    let suspended = ProjectSpec {
        suspended: true,
        ..testing::project("fraud")
    };
    projects
        .update(&operation(), &suspended, true)
        .await
        .unwrap();
    assert!(!runs(&platform, "lab") && runs(&platform, "other"));
    assert_eq!(found(&platform).tags.get(SUSPENDED), Some("true"));
    // The tag of the suspension is no drift, and an update keeps it.
    assert_eq!(read(&platform).await.drift, Vec::<String>::new());
    update(&platform, &spec()).await.unwrap();
    assert!(found(&platform).tags.contains_key(SUSPENDED));
    let resumed = testing::project("fraud");
    projects.update(&operation(), &resumed, true).await.unwrap();
    assert!(!found(&platform).tags.contains_key(SUSPENDED));
}

#[tokio::test]
async fn suspension_finds_profiles_by_name_and_tags() {
    let platform = platform_with(&spec()).await;
    let inventory = StudioInventory::new(
        platform.services.clients.clone(),
        Arc::clone(&platform.studio) as _,
    );
    let (fraud, alice) = (testing::project_name("fraud"), "alice".parse().unwrap());
    let (churn, bob) = (testing::project_name("churn"), "bob".parse().unwrap());
    for (owner, closes) in [
        (Owner::Project(&churn), false),
        (Owner::User(&bob), false),
        (Owner::Member(&fraud, &bob), false),
        (Owner::User(&alice), true),
        (Owner::Member(&fraud, &alice), true),
        (Owner::Project(&fraud), true),
    ] {
        inventory.suspend_all(&operation(), owner).await.unwrap();
        let tags = found(&platform).tags;
        assert_eq!(tags.contains_key(SUSPENDED), closes, "{owner:?}");
        let stays = |_: &ProjectName, _: &UserName| false;
        let resumed = inventory.resume_all(&operation(), owner, stays).await;
        resumed.unwrap();
        assert!(!found(&platform).tags.contains_key(SUSPENDED));
    }
    // A profile with the name of another and the tags of none is nobody's.
    edit(&platform, |profile| profile.tags = Tags::new());
    let owner = Owner::Project(&fraud);
    inventory.suspend_all(&operation(), owner).await.unwrap();
    assert!(!found(&platform).tags.contains_key(SUSPENDED));
}

#[tokio::test]
async fn membership_stays_while_it_has_a_profile() {
    let platform = platform_with(&spec()).await;
    let (key, memberships) = (spec().key, &platform.services.memberships);
    let removed = memberships
        .delete(&operation(), &key.project, &key.user)
        .await;
    let detail = removed.unwrap_err().detail();
    assert!(
        detail.contains("user profile fraud-alice of Studio domain d-000000000001"),
        "{detail}"
    );
    let profiles = &platform.services.studio_profiles;
    profiles.delete(&operation(), &key, false).await.unwrap();
    memberships
        .delete(&operation(), &key.project, &key.user)
        .await
        .unwrap();
}

#[tokio::test]
async fn project_is_removed_with_its_profiles_only_by_force() {
    let platform = platform_with(&spec()).await;
    platform.studio.add_space("ml", "fraud-alice", "lab");
    platform.studio.add_space("ml", "churn-alice", "other");
    let (projects, name) = (&platform.services.projects, spec().key.project);
    let refused = projects.delete(&operation(), &name, false).await;
    let detail = refused.unwrap_err().detail();
    assert!(detail.contains("user profile fraud-alice"), "{detail}");
    projects.delete(&operation(), &name, true).await.unwrap();
    let domain = &platform.studio.domains()["ml"];
    assert_eq!(domain.profiles.keys().collect::<Vec<_>>(), ["churn-alice"]);
    assert_eq!(domain.spaces.keys().collect::<Vec<_>>(), ["other"]);
}

#[test]
fn key_survives_its_id() {
    let key = spec().key;
    assert_eq!(key.to_string().parse(), Ok(key.clone()));
    assert_eq!(key.name(), "fraud-alice");
    for id in [
        "",
        "d-1/fraud",
        "x/fraud/alice",
        "d-1/fr*ud/alice",
        "d-1/fraud/alice/x",
    ] {
        assert!(id.parse::<ProfileKey>().is_err(), "{id}");
    }
}

#[tokio::test]
async fn inventory_says_whose_profiles_are_and_where_files_are() {
    let platform = platform_with(&spec()).await;
    // A profile and a space that Terraform does not manage.
    platform.studio.add_space("ml", "elsewhere", "old");
    platform.studio.add_space("ml", "fraud-alice", "lab");
    platform.studio.add_space("ml", "fraud-x", "x");
    edit(&platform, |profile| {
        profile.state.home_efs_file_system_uid = Some("200005".to_owned());
    });
    let profiles = &platform.services.studio_profiles;
    platform.faults.take_calls();
    let all = profiles.all(DOMAIN, None).await.unwrap();
    let calls = platform.faults.take_calls();
    let count = |name: &str| calls.iter().filter(|call| *call == name).count();
    let lists = ["DescribeDomain", "ListUserProfiles", "ListSpaces"];
    assert_eq!(lists.map(count), [1; 3], "{calls:?}");
    assert_eq!(["DescribeUserProfile", "ListTags"].map(count), [3; 2]);
    let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["elsewhere", "fraud-alice", "fraud-x"]);
    assert_eq!((&all[0].project, &all[0].user), (&None, &None));
    assert_eq!(all[0].spaces, ["old"]);

    let fraud = testing::project_name("fraud");
    let of_project = profiles.all(DOMAIN, Some(&fraud)).await.unwrap();
    // `fraud-x` has the name of a profile of the project, and not its tags.
    assert_eq!(of_project, all[1..2]);
    let alice = &of_project[0];
    assert_eq!(alice.project.as_deref(), Some("fraud"));
    assert_eq!(alice.user.as_deref(), Some("alice"));
    assert_eq!(alice.home_efs_file_system_uid.as_deref(), Some("200005"));
    assert_eq!(
        (alice.spaces.as_slice(), alice.status.as_str()),
        (["lab".to_owned()].as_slice(), "InService")
    );
    assert_eq!(alice.role_arn, Some(read(&platform).await.role_arn));

    platform.faults.take_calls();
    let churn = testing::project_name("churn");
    assert_eq!(profiles.all(DOMAIN, Some(&churn)).await.unwrap(), []);
    let calls = platform.faults.take_calls();
    assert_eq!(calls, ["DescribeDomain", "ListUserProfiles"]);
    let error = profiles.all("d-none", None).await.unwrap_err();
    assert_eq!(error.attribute(), Some("domain_id"));
}

/// A refresh by another process, with what the last one kept. Returns its calls on SageMaker, too.
async fn refresh(
    platform: &FakePlatform,
    last: &[StudioUserProfile],
) -> (Vec<StudioUserProfile>, Vec<String>) {
    let process = platform.other_process();
    let mut found = Vec::new();
    platform.faults.take_calls();
    for one in last {
        let (key, memory) = (&one.key, one.memory.as_ref());
        let read = process
            .studio_profiles
            .refresh(key, Some(&one.tags), memory);
        found.push(read.await.unwrap().unwrap());
    }
    (found, platform.faults.take_calls())
}

#[tokio::test]
async fn refresh_of_unchanged_profiles_lists_only() {
    let platform = platform_with(&spec()).await;
    let bob = UserProfileSpec {
        key: format!("{DOMAIN}/fraud/bob").parse().unwrap(),
        ..spec()
    };
    let memberships = &platform.services.memberships;
    let member = testing::member("fraud", "bob");
    memberships.create(&operation(), &member).await.unwrap();
    let created = create(&platform, &bob).await.unwrap();
    let before = [read(&platform).await, created];
    let (after, calls) = refresh(&platform, &before).await;
    assert_eq!(calls, ["ListUserProfiles", "GetResources"]);
    assert_eq!(after, before);
    edit(&platform, |profile| {
        profile.state.settings.role_arn = "arn:aws:iam::123456789012:role/other".to_owned();
    });
    let (after, calls) = refresh(&platform, &after).await;
    assert_eq!(
        calls,
        ["ListUserProfiles", "DescribeUserProfile", "GetResources"]
    );
    assert_eq!(after[0].drift.len(), 1);
    edit(&platform, |profile| {
        profile.tags.insert(USER, "bob");
    });
    let (after, calls) = refresh(&platform, &after).await;
    assert_eq!(calls, ["ListUserProfiles", "GetResources", "ListTags"]);
    assert_eq!(after[0].drift.len(), 2);
    platform.faults.deny("ListUserProfiles");
    platform.faults.deny("GetResources");
    assert_eq!(refresh(&platform, &after).await.0, after);
}
