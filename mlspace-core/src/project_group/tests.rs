//! Groups in projects on in-memory fakes: every step, every interruption, and two at once.

use std::collections::BTreeSet;

use super::*;
use crate::aws::{Error, PolicyModel};
use crate::iam::RoleState;
use crate::layout;
use crate::ownership::{Claim, OnlyCreates};
use crate::records::{GIVEN, Item, ItemBuilder, Key, UserRecord, View};
use crate::services::Services;
use crate::tags::TOKEN;
use crate::testing::{
    FakePlatform, Interruption, converges, interleaved, member, notebook, operation, operation_of,
    project_name, seeds,
};
use crate::user::UserSpec;
use crate::user_group::UserGroupSpec;

const MODELS: [PolicyModel; 2] = [PolicyModel::PerPrincipal, PolicyModel::Attribute];
const TABLE: &str = "mlspace-project-groups";

fn key() -> ProjectGroupKey {
    ProjectGroupKey {
        project: project_name("fraud"),
        group: "risk".parse().unwrap(),
    }
}

fn spec(owner: bool) -> ProjectGroupSpec {
    ProjectGroupSpec {
        key: key(),
        owner,
        allow_ownerless_projects: false,
    }
}

fn risk(members: &[&str]) -> UserGroupSpec {
    UserGroupSpec {
        name: key().group,
        description: String::new(),
        members: members.iter().map(|name| name.parse().unwrap()).collect(),
        allow_ownerless_projects: false,
    }
}

async fn create(services: &Services, spec: &ProjectGroupSpec) -> Result<ProjectGroup, Error> {
    let created = services.project_groups.create(&operation(), spec).await;
    created.map_err(|failure| failure.error)
}

async fn update(services: &Services, spec: &ProjectGroupSpec) -> Result<ProjectGroup, Error> {
    let updated = services.project_groups.update(&operation(), spec).await;
    updated.map_err(|failure| failure.error)
}

async fn delete(services: &Services) -> Result<(), Error> {
    let groups = &services.project_groups;
    groups.delete(&operation(), &spec(false)).await
}

async fn set_members(services: &Services, members: &[&str]) -> Result<(), Error> {
    let groups = &services.user_groups;
    let updated = groups.update(&operation(), &risk(members)).await;
    updated.map(drop).map_err(|failure| failure.error)
}

async fn join(services: &Services, user: &str) -> Result<(), Error> {
    let spec = member("fraud", user);
    let created = services.memberships.create(&operation(), &spec).await;
    created.map(drop).map_err(|failure| failure.error)
}

async fn leave(services: &Services, user: &str) -> Result<(), Error> {
    let user = user.parse().unwrap();
    let memberships = &services.memberships;
    memberships
        .delete(&operation(), &key().project, &user)
        .await
}

async fn read(platform: &FakePlatform) -> ProjectGroup {
    let read = platform.services.project_groups.read(&key()).await;
    read.unwrap().expect("a record")
}

/// alice in the project fraud, bob and carol in the group risk, and the dataset cards shared with it.
async fn platform(model: PolicyModel) -> FakePlatform {
    let mut platform = FakePlatform::new(model).with_alice_in_fraud().await;
    platform.add_share("cards", "risk");
    let groups = &platform.services.user_groups;
    let made = groups.create(&operation(), &risk(&["bob", "carol"])).await;
    made.unwrap();
    platform.restart();
    platform
}

/// As [`platform`], with the group in the project.
async fn with_group(model: PolicyModel) -> FakePlatform {
    let mut platform = platform(model).await;
    create(&platform.services, &spec(false)).await.unwrap();
    platform.restart();
    platform
}

fn role(user: &str) -> String {
    layout::role_name("MLSpace", &key().project, &user.parse().unwrap()).unwrap()
}

/// Who has a role in the project.
fn with_roles(platform: &FakePlatform) -> Vec<&'static str> {
    let roles = platform.iam.state().roles;
    let all = ["alice", "bob", "carol", "dana"];
    let has = |user: &&str| roles.contains_key(&role(user));
    all.into_iter().filter(has).collect()
}

/// A role without the tag that tells of its create.
fn role_of(platform: &FakePlatform, user: &str) -> RoleState {
    let mut found = platform.iam.state().roles[&role(user)].clone();
    found.tags.remove(TOKEN);
    found
}

fn row(platform: &FakePlatform) -> Item {
    let mut rows = platform.records.items(TABLE).into_iter();
    rows.next().expect("a row")
}

fn by_name(platform: &FakePlatform) -> Vec<String> {
    let rows = platform.records.items("mlspace-project-users");
    rows.iter()
        .map(|row| View(row).string("user").unwrap())
        .collect()
}

#[tokio::test]
async fn group_gives_roles_and_takes_them() {
    for model in MODELS {
        let mut platform = with_group(model).await;
        assert_eq!(
            with_roles(&platform),
            ["alice", "bob", "carol"],
            "{model:?}"
        );
        assert_eq!(by_name(&platform), ["alice"], "no rows of users: {model:?}");
        assert_eq!(read(&platform).await.drift, [""; 0], "{model:?}");
        let bob = "bob".parse().unwrap();
        let memberships = &platform.services.memberships;
        let found = memberships.read(&key().project, &bob).await.unwrap();
        assert_eq!(found, None, "no membership by name");

        set_members(&platform.services, &["carol", "dana"])
            .await
            .unwrap();
        assert_eq!(
            with_roles(&platform),
            ["alice", "carol", "dana"],
            "{model:?}"
        );
        platform.restart();
        assert_eq!(read(&platform).await.drift, [""; 0], "{model:?}");

        delete(&platform.services).await.unwrap();
        assert_eq!(with_roles(&platform), ["alice"], "{model:?}");
        assert!(platform.records.items(TABLE).is_empty());
        let policies = platform.iam.state().policies;
        let users = ["bob", "carol", "dana"];
        for user in users {
            assert!(
                !policies.keys().any(|arn| arn.ends_with(user)),
                "{policies:?}"
            );
        }
    }
}

/// The role is the one that a membership by name makes.
#[tokio::test]
async fn roles_are_those_of_memberships() {
    for (model, owner) in MODELS
        .into_iter()
        .flat_map(|model| [(model, false), (model, true)])
    {
        let through = platform(model).await;
        create(&through.services, &spec(owner)).await.unwrap();
        let named = platform(model).await;
        let bob = crate::membership::MembershipSpec {
            owner,
            ..member("fraud", "bob")
        };
        named
            .services
            .memberships
            .create(&operation(), &bob)
            .await
            .unwrap();
        assert_eq!(
            role_of(&through, "bob"),
            role_of(&named, "bob"),
            "{model:?}, {owner}"
        );
    }
}

#[tokio::test]
async fn create_is_finished_after_any_interruption() {
    for model in MODELS {
        let undisturbed = with_group(model).await;
        let mut interrupted = 0;
        for n in 0.. {
            let mut pending = 0;
            for interruption in [Interruption::Before(n), Interruption::After(n)] {
                let mut platform = platform(model).await;
                platform.faults.interrupt(interruption);
                let groups = &platform.services.project_groups;
                let outcome = groups.create(&operation(), &spec(false)).await;
                pending += usize::from(platform.faults.is_pending());
                if let Err(failure) = outcome {
                    platform.restart();
                    interrupted += 1;
                    let again = match failure.reached {
                        Some(_) => update(&platform.services, &spec(false)).await,
                        None => create(&platform.services, &spec(false)).await,
                    };
                    again.unwrap();
                }
                assert_eq!(
                    platform.snapshot(),
                    undisturbed.snapshot(),
                    "{interruption:?}"
                );
            }
            if pending == 2 {
                break;
            }
        }
        assert!(interrupted > 5, "{model:?}: {interrupted}");
    }
}

#[tokio::test]
async fn update_converges_after_any_interruption() {
    for model in MODELS {
        let setup = async || {
            let mut platform = with_group(model).await;
            // Somebody has changed the members elsewhere.
            let bob = Key::hash("group", "risk").range("user", "bob");
            platform.records.remove("mlspace-group-users", &bob);
            platform.add_to_group("dana", "risk");
            platform.restart();
            platform
        };
        converges(setup, async |services: &Services| {
            update(services, &spec(true)).await
        })
        .await;
    }
}

#[tokio::test]
async fn delete_converges_after_any_interruption() {
    for model in MODELS {
        let setup = async || with_group(model).await;
        converges(setup, async |services: &Services| delete(services).await).await;
    }
}

#[tokio::test]
async fn changes_of_members_converge_after_any_interruption() {
    for model in MODELS {
        let setup = async || with_group(model).await;
        converges(setup, async |services: &Services| {
            set_members(services, &["carol", "dana"]).await
        })
        .await;
    }
}

/// Who joins or leaves in the web application is drift, and the next apply follows.
#[tokio::test]
async fn changes_elsewhere_are_drift() {
    for model in MODELS {
        let mut platform = with_group(model).await;
        let bob = Key::hash("group", "risk").range("user", "bob");
        platform.records.remove("mlspace-group-users", &bob);
        platform.add_to_group("dana", "risk");
        platform.restart();
        let drift = read(&platform).await.drift.join("\n");
        assert!(drift.contains("user `bob` has left"), "{model:?}: {drift}");
        let missing = format!("role `{}` is missing", role("dana"));
        assert!(drift.contains(&missing), "{model:?}: {drift}");
        update(&platform.services, &spec(false)).await.unwrap();
        platform.restart();
        assert_eq!(read(&platform).await.drift, [""; 0], "{model:?}");
        assert_eq!(
            with_roles(&platform),
            ["alice", "carol", "dana"],
            "{model:?}"
        );
        assert_eq!(
            View(&row(&platform)).strings(GIVEN).unwrap(),
            ["carol", "dana"]
        );
    }
}

/// The role goes with the last reason, in either order, and both leave each other's records alone.
#[tokio::test]
async fn role_goes_with_the_last_reason() {
    for (model, name_first) in MODELS
        .into_iter()
        .flat_map(|model| [(model, true), (model, false)])
    {
        let mut platform = with_group(model).await;
        // The group's role is there, and the membership's create uses it.
        join(&platform.services, "bob").await.unwrap();
        platform.restart();
        assert_eq!(by_name(&platform), ["alice", "bob"]);
        assert_eq!(read(&platform).await.drift, [""; 0], "{model:?}");
        if name_first {
            leave(&platform.services, "bob").await.unwrap();
            assert_eq!(
                with_roles(&platform),
                ["alice", "bob", "carol"],
                "{model:?}"
            );
            delete(&platform.services).await.unwrap();
        } else {
            delete(&platform.services).await.unwrap();
            assert_eq!(with_roles(&platform), ["alice", "bob"], "{model:?}");
            leave(&platform.services, "bob").await.unwrap();
        }
        assert_eq!(with_roles(&platform), ["alice"], "{model:?}");
    }
}

#[tokio::test]
async fn leaving_by_name_converges_after_any_interruption() {
    for model in MODELS {
        let setup = async || {
            let mut platform = platform(model).await;
            create(&platform.services, &spec(true)).await.unwrap();
            join(&platform.services, "bob").await.unwrap();
            platform.restart();
            platform
        };
        converges(setup, async |services: &Services| {
            leave(services, "bob").await
        })
        .await;
    }
}

/// The last two reasons are taken away at once, and the role does not stay.
#[test]
fn taking_both_reasons_away_at_once_removes_the_role() {
    for (seed, model) in seeds().flat_map(|seed| MODELS.map(|model| (seed, model))) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let platform = runtime.block_on(async {
            let mut platform = with_group(model).await;
            join(&platform.services, "bob").await.unwrap();
            platform.restart();
            platform
        });
        let other = platform.other_process();
        let (left, deleted) = interleaved(seed, leave(&platform.services, "bob"), delete(&other));
        left.unwrap();
        deleted.unwrap();
        assert_eq!(with_roles(&platform), ["alice"], "{model:?}, seed {seed}");
    }
}

/// A user becomes a member by name while the group goes: the role is the membership's then.
#[test]
fn joining_by_name_while_the_group_goes_keeps_the_role() {
    for (seed, model) in seeds().flat_map(|seed| MODELS.map(|model| (seed, model))) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let platform = runtime.block_on(with_group(model));
        let (joined, deleted) = interleaved(
            seed,
            join(&platform.services, "bob"),
            delete(&platform.services),
        );
        joined.unwrap();
        deleted.unwrap();
        assert_eq!(
            with_roles(&platform),
            ["alice", "bob"],
            "{model:?}, seed {seed}"
        );
        assert_eq!(by_name(&platform), ["alice", "bob"]);
    }
}

/// A user leaves the group while the group joins the project.
#[test]
fn leaving_while_the_group_joins_leaves_no_role() {
    for (seed, model) in seeds().flat_map(|seed| MODELS.map(|model| (seed, model))) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let platform = runtime.block_on(platform(model));
        let other = platform.other_process();
        let (created, left) = interleaved(
            seed,
            create(&platform.services, &spec(false)),
            set_members(&other, &["carol"]),
        );
        created.unwrap();
        left.unwrap();
        assert_eq!(
            with_roles(&platform),
            ["alice", "carol"],
            "{model:?}, seed {seed}"
        );
    }
}

#[tokio::test]
async fn only_new_ones_are_created() {
    let platform = with_group(PolicyModel::PerPrincipal).await;
    let exists = create(&platform.services, &spec(false)).await.unwrap_err();
    assert!(matches!(exists, Error::Exists { .. }), "{exists:?}");
    let groups = &platform.services.project_groups;
    let planned = groups.plan(&spec(false), None, &OnlyCreates).await;
    assert!(planned.errors[0].detail.contains("mlspace_project_group"));

    // A role that no record explains is not taken over.
    delete(&platform.services).await.unwrap();
    let tags =
        crate::tags::membership_role_tags("MLSpace", &key().project, &"bob".parse().unwrap());
    let orphan = RoleState {
        arn: crate::testing::account().role_arn(&role("bob")),
        tags,
        ..RoleState::default()
    };
    platform
        .iam
        .edit(|account| drop(account.roles.insert(role("bob"), orphan)));
    let mut platform = platform;
    platform.restart();
    let before = platform.snapshot();
    let refused = create(&platform.services, &spec(false)).await.unwrap_err();
    assert!(matches!(refused, Error::Exists { .. }), "{refused:?}");
    assert_eq!(platform.snapshot(), before);

    // Neither by who joins a group that is in the project.
    set_members(&platform.services, &["carol"]).await.unwrap();
    create(&platform.services, &spec(false)).await.unwrap();
    let before = platform.snapshot();
    let refused = set_members(&platform.services, &["bob", "carol"]).await;
    let refused = refused.unwrap_err();
    assert!(matches!(refused, Error::Exists { .. }), "{refused:?}");
    assert_eq!(platform.snapshot(), before);
}

#[tokio::test]
async fn project_and_group_have_to_be_there() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    let error = create(&platform.services, &spec(false)).await.unwrap_err();
    assert!(error.to_string().contains("no group `risk`"), "{error}");
    let groups = &platform.services.user_groups;
    groups.create(&operation(), &risk(&["bob"])).await.unwrap();
    let elsewhere = ProjectGroupSpec {
        key: ProjectGroupKey {
            project: project_name("churn"),
            ..key()
        },
        ..spec(false)
    };
    let error = create(&platform.services, &elsewhere).await.unwrap_err();
    assert_eq!(error.attribute(), Some("project"), "{error}");
    assert!(platform.records.items(TABLE).is_empty());
}

#[tokio::test]
async fn last_owners_stay() {
    let mut platform = platform(PolicyModel::PerPrincipal).await;
    create(&platform.services, &spec(true)).await.unwrap();
    platform.restart();
    for error in [
        update(&platform.services, &spec(false)).await.unwrap_err(),
        delete(&platform.services).await.unwrap_err(),
        set_members(&platform.services, &[]).await.unwrap_err(),
    ] {
        assert!(
            error.to_string().contains("last owners of `fraud`"),
            "{error}"
        );
    }
    let groups = &platform.services.project_groups;
    let planned = groups
        .plan(&spec(false), Some(&spec(true)), &OnlyCreates)
        .await;
    assert_eq!(planned.errors.len(), 1);
    assert_eq!(with_roles(&platform), ["alice", "bob", "carol"]);
    // One of them is enough.
    set_members(&platform.services, &["bob"]).await.unwrap();
    let allowed = ProjectGroupSpec {
        allow_ownerless_projects: true,
        ..spec(false)
    };
    groups.delete(&operation(), &allowed).await.unwrap();
    assert_eq!(with_roles(&platform), ["alice"]);
}

/// Terraform replaces what a failed create has left, so that this can go.
#[tokio::test]
async fn failed_create_of_owners_can_be_removed() {
    let mut platform = platform(PolicyModel::PerPrincipal).await;
    let before = platform.snapshot();
    platform.faults.interrupt(Interruption::After(2));
    let groups = &platform.services.project_groups;
    let failed = groups.create(&operation(), &spec(true)).await.unwrap_err();
    assert!(failed.reached.is_some(), "{failed:?}");
    platform.restart();
    let drift = read(&platform).await.drift.join("\n");
    assert!(drift.contains("was interrupted"), "{drift}");
    delete(&platform.services).await.unwrap();
    assert_eq!(platform.snapshot(), before);
}

#[tokio::test]
async fn suspended_users_stay_denied() {
    for model in MODELS {
        let mut platform = platform(model).await;
        let bob = UserRecord {
            username: "bob".to_owned(),
            ..UserRecord::default()
        };
        platform.records.insert("mlspace-users", bob.item());
        let suspended = UserSpec {
            suspended: true,
            allow_ownerless_projects: true,
            ..UserSpec::new("bob".parse().unwrap())
        };
        platform
            .services
            .users
            .update(&operation(), &suspended)
            .await
            .unwrap();
        platform.restart();
        create(&platform.services, &spec(false)).await.unwrap();
        let state = platform.iam.state();
        let denied = state.roles[&role("bob")].attached.iter().any(|arn| {
            let document = state.policies[arn].document();
            document.contains("Suspended") && document.contains("bob")
        });
        assert!(denied, "{model:?}");
    }
}

/// A role under which a notebook runs stays, and with it the group and the user.
#[tokio::test]
async fn roles_in_use_stay() {
    let platform = with_group(PolicyModel::PerPrincipal).await;
    let services = &platform.services;
    let made = services
        .notebooks
        .create(&operation(), &notebook("bob-fraud", "fraud", "bob"))
        .await;
    made.unwrap();
    let before = platform.snapshot();
    for error in [
        delete(services).await.unwrap_err(),
        set_members(services, &["carol"]).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::InUse { .. }), "{error:?}");
    }
    assert_eq!(platform.snapshot(), before);
}

#[tokio::test]
async fn other_states_change_and_delete_nothing() {
    let platform = with_group(PolicyModel::PerPrincipal).await;
    let before = platform.snapshot();
    let other = operation_of(Claim::Token(Token::random()));
    let groups = &platform.services.project_groups;
    let changed = groups.update(&other, &spec(true)).await.unwrap_err();
    assert!(
        matches!(changed.error, Error::Foreign { .. }),
        "{changed:?}"
    );
    assert!(changed.reached.is_none());
    let deleted = groups.delete(&other, &spec(false)).await.unwrap_err();
    assert!(matches!(deleted, Error::Foreign { .. }), "{deleted:?}");
    assert_eq!(platform.snapshot(), before);
}

/// What is shared with the group reaches roles that only the group gives.
#[tokio::test]
async fn shares_reach_members_through_groups() {
    for model in MODELS {
        let platform = with_group(model).await;
        let named = |user: &str| {
            let role = &platform.iam.state().roles[&role(user)];
            role.inline
                .values()
                .any(|json| json.contains("datasets/cards/"))
        };
        assert!(named("bob") && named("carol"), "{model:?}");
        let cards = Key::hash("group", "risk").range("dataset", "cards");
        platform.records.remove("mlspace-group-datasets", &cards);
        let other = ItemBuilder::new()
            .string("group", "risk")
            .string("dataset", "fees")
            .build();
        platform.records.insert("mlspace-group-datasets", other);
        set_members(&platform.services, &["bob", "carol", "dana"])
            .await
            .unwrap();
        update(&platform.services, &spec(false)).await.unwrap();
        assert!(!named("bob") && !named("dana"), "{model:?}");
    }
}

/// Whoever has a role through a group is in the report of access, also right after it was made.
#[tokio::test]
async fn access_reports_name_members_through_groups() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let reports = &platform.services.access;
    let filter = crate::access::AccessFilter::default();
    reports.read(&filter).await.unwrap();
    create(&platform.services, &spec(false)).await.unwrap();
    let report = reports.read(&filter).await.unwrap();
    let users: Vec<String> = report
        .memberships
        .iter()
        .map(|one| one.user.to_string())
        .collect();
    assert_eq!(users, ["alice", "bob", "carol"]);
}

/// A project that is removed with everything in it takes the roles of its groups along.
#[tokio::test]
async fn project_is_removed_with_its_groups() {
    for model in MODELS {
        let mut platform = with_group(model).await;
        platform.restart();
        let projects = &platform.services.projects;
        let kept = projects.delete(&operation(), &key().project, false).await;
        let Err(Error::InUse { by, .. }) = kept else {
            panic!("{kept:?}");
        };
        assert!(by.contains(&"group risk".to_owned()), "{by:?}");
        projects
            .delete(&operation(), &key().project, true)
            .await
            .unwrap();
        assert_eq!(with_roles(&platform), [""; 0], "{model:?}");
        assert!(platform.records.items(TABLE).is_empty());
    }
}

/// Attributes of others stay.
#[tokio::test]
async fn update_keeps_attributes_of_others() {
    let platform = with_group(PolicyModel::PerPrincipal).await;
    let mut item = row(&platform);
    let note = ItemBuilder::new()
        .string("note", "x")
        .strings("permissions", &["other".to_owned()])
        .build();
    item.extend(note);
    let risk = Key::hash("project", "fraud").range("group", "risk");
    platform.records.remove(TABLE, &risk);
    platform.records.insert(TABLE, item);
    update(&platform.services, &spec(true)).await.unwrap();
    let after = row(&platform);
    assert_eq!(View(&after).string("note"), Ok("x".to_owned()));
    assert_eq!(
        View(&after).strings("permissions").unwrap(),
        ["MO", "other"]
    );
    let users: BTreeSet<&str> = BTreeSet::from_iter(with_roles(&platform));
    assert_eq!(users.len(), 3);
}
