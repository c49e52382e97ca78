//! Groups of users on in-memory fakes: every step, and every interruption.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;

use super::*;
use crate::aws::{Error, PolicyModel};
use crate::layout;
use crate::ownership::{Claim, OnlyCreates};
use crate::records::{CHANGING, GroupRecord, Item, ItemBuilder, UserRecord, View};
use crate::services::Services;
use crate::testing::{
    FakePlatform, Interruption, converges, interleaved, member, operation, operation_of, seeds,
};

const MODELS: [PolicyModel; 2] = [PolicyModel::PerPrincipal, PolicyModel::Attribute];
const TABLE: &str = "mlspace-groups";

fn risk() -> GroupName {
    "risk".parse().unwrap()
}

fn spec(members: &[&str]) -> UserGroupSpec {
    UserGroupSpec {
        name: risk(),
        description: "Risk".to_owned(),
        members: members.iter().map(|name| name.parse().unwrap()).collect(),
        allow_ownerless_projects: false,
    }
}

async fn create(services: &Services, spec: &UserGroupSpec) -> Result<UserGroup, Error> {
    let created = services.user_groups.create(&operation(), spec).await;
    created.map_err(|failure| failure.error)
}

async fn update(services: &Services, spec: &UserGroupSpec) -> Result<UserGroup, Error> {
    let updated = services.user_groups.update(&operation(), spec).await;
    updated.map_err(|failure| failure.error)
}

async fn plan_error(services: &Services, spec: &UserGroupSpec) -> String {
    let outcome = services.user_groups.plan(spec, None, &OnlyCreates).await;
    let errors: Vec<String> = outcome.errors.into_iter().map(|e| e.detail).collect();
    errors.join("\n")
}

/// alice and bob in the project fraud, and the dataset cards shared with the group risk.
async fn platform(model: PolicyModel) -> FakePlatform {
    let platform = FakePlatform::new(model).with_alice_in_fraud().await;
    let services = &platform.services;
    let bob = services
        .memberships
        .create(&operation(), &member("fraud", "bob"))
        .await;
    bob.unwrap();
    platform.add_share("cards", "risk");
    platform
}

/// As [`platform`], with alice in the group.
async fn with_alice(model: PolicyModel) -> FakePlatform {
    let mut platform = platform(model).await;
    create(&platform.services, &spec(&["alice"])).await.unwrap();
    platform.restart();
    platform
}

/// Whether the group's policy is attached to the role of this member of fraud, and whether the role's
/// own policy names the dataset.
fn has_cards(platform: &FakePlatform, user: &str) -> (bool, bool) {
    let fraud = "fraud".parse().unwrap();
    let role = layout::role_name("MLSpace", &fraud, &user.parse().unwrap()).unwrap();
    let state = platform.iam.state();
    let role = &state.roles[&role];
    let policy = crate::testing::account().policy_arn("MLSpace-group-risk");
    let named = |json: &String| json.contains("datasets/cards/");
    (
        role.attached.contains(&policy),
        role.inline.values().any(named),
    )
}

fn record(platform: &FakePlatform) -> Item {
    let mut items = platform.records.items(TABLE).into_iter();
    items.next().expect("a record")
}

/// The history, without times.
fn history(platform: &FakePlatform) -> Vec<String> {
    let rows = platform.records.items("mlspace-group-membership-history");
    let told = |row: &Item| {
        let text = |name| View(row).string(name).unwrap();
        format!("{} {}", text("action"), text("user"))
    };
    rows.iter().map(told).collect()
}

async fn read(platform: &FakePlatform) -> UserGroup {
    let read = platform.services.user_groups.read(&risk()).await;
    read.unwrap().expect("a record")
}

#[tokio::test]
async fn group_gives_and_takes_what_is_shared() {
    for model in MODELS {
        let mut platform = with_alice(model).await;
        assert!(has_cards(&platform, "alice").0, "{model:?}");
        assert!(!has_cards(&platform, "bob").0, "{model:?}");
        let (with, without) = (has_cards(&platform, "alice"), has_cards(&platform, "bob"));

        let both = update(&platform.services, &spec(&["alice", "bob"])).await;
        assert_eq!(both.unwrap().members.len(), 2);
        assert_eq!(has_cards(&platform, "bob"), with, "{model:?}");

        let bob = update(&platform.services, &spec(&["bob"])).await.unwrap();
        assert_eq!(bob.drift, [""; 0]);
        assert_eq!(has_cards(&platform, "alice"), without, "{model:?}");
        assert_eq!(has_cards(&platform, "bob"), with, "{model:?}");
        platform.restart();
        assert_eq!(read(&platform).await, bob);

        update(&platform.services, &spec(&[])).await.unwrap();
        let policy = crate::testing::account().policy_arn("MLSpace-group-risk");
        assert!(!platform.iam.state().policies.contains_key(&policy));
        assert_eq!(
            history(&platform),
            ["ADDED alice", "ADDED bob", "REMOVED alice", "REMOVED bob"]
        );
        assert!(!record(&platform).contains_key(CHANGING));
    }
}

#[tokio::test]
async fn update_converges_after_any_interruption() {
    for model in MODELS {
        let setup = async || with_alice(model).await;
        let act = async |services: &Services| update(services, &spec(&["bob"])).await;
        converges(setup, act).await;
    }
}

#[tokio::test]
async fn delete_converges_after_any_interruption() {
    for model in MODELS {
        let setup = async || {
            let platform = with_alice(model).await;
            let key = crate::records::Key::hash("group", "risk").range("dataset", "cards");
            platform.records.remove("mlspace-group-datasets", &key);
            platform
        };
        let act =
            async |services: &Services| services.user_groups.delete(&operation(), &risk()).await;
        converges(setup, act).await;
    }
}

/// What an interrupted create has made is in the state, and the next apply finishes it.
#[tokio::test]
async fn create_is_finished_after_any_interruption() {
    let undisturbed = with_alice(PolicyModel::PerPrincipal).await;
    for n in 0..20 {
        for interruption in [Interruption::Before(n), Interruption::After(n)] {
            let mut platform = platform(PolicyModel::PerPrincipal).await;
            platform.faults.interrupt(interruption);
            let outcome = platform
                .services
                .user_groups
                .create(&operation(), &spec(&["alice"]))
                .await;
            if let Err(failure) = outcome {
                platform.restart();
                let again = match failure.reached {
                    Some(_) => update(&platform.services, &spec(&["alice"])).await,
                    None => create(&platform.services, &spec(&["alice"])).await,
                };
                again.unwrap();
            }
            assert_eq!(
                platform.snapshot(),
                undisturbed.snapshot(),
                "{interruption:?}"
            );
        }
    }
}

#[tokio::test]
async fn interrupted_change_is_drift() {
    let mut platform = with_alice(PolicyModel::PerPrincipal).await;
    platform.faults.deny("AttachRolePolicy");
    let failed = platform
        .services
        .user_groups
        .update(&operation(), &spec(&["alice", "bob"]))
        .await
        .unwrap_err();
    let reached = failed.reached.expect("the group");
    assert_eq!(reached.members.len(), 2, "what the records say");
    platform.restart();
    let drift = read(&platform).await.drift;
    assert_eq!(drift.len(), 1, "{drift:?}");
    assert!(drift[0].contains("the roles of `bob`"), "{drift:?}");
}

#[tokio::test]
async fn only_new_groups_are_created() {
    let platform = with_alice(PolicyModel::PerPrincipal).await;
    let exists = create(&platform.services, &spec(&[])).await.unwrap_err();
    assert!(matches!(exists, Error::Exists { .. }), "{exists:?}");
    let planned = plan_error(&platform.services, &spec(&[])).await;
    assert!(planned.contains("mlspace_group"), "{planned}");
    for (name, words) in [
        ("Risk", "only in upper and lower case"),
        ("global", "reserved"),
    ] {
        let other = UserGroupSpec {
            name: name.parse().unwrap(),
            ..spec(&[])
        };
        let planned = plan_error(&platform.services, &other).await;
        assert!(planned.contains(words), "{planned}");
    }
    assert_eq!(platform.records.items(TABLE).len(), 1);
}

#[tokio::test]
async fn members_have_to_be_users_where_there_are_any() {
    let mut platform = with_alice(PolicyModel::PerPrincipal).await;
    let dana = ItemBuilder::new().string("username", "dana").build();
    platform.records.insert("mlspace-users", dana);
    platform.restart();
    let wanted = spec(&["alice", "bob", "dana"]);
    let prior = spec(&["alice"]);
    let planned = platform
        .services
        .user_groups
        .plan(&wanted, Some(&prior), &OnlyCreates)
        .await;
    // alice is in the group already.
    let details: Vec<&str> = planned.errors.iter().map(|e| e.detail.as_str()).collect();
    assert_eq!(details.len(), 1);
    assert!(
        details[0].contains("no user `bob`;") || details[0].contains("no user `bob`."),
        "{details:?}"
    );
    let refused = update(&platform.services, &wanted).await.unwrap_err();
    assert!(refused.to_string().contains("`bob`"), "{refused}");
    assert_eq!(read(&platform).await.members, prior.members);
    let bob: UserName = "bob".parse().unwrap();
    let bob = UserRecord {
        username: bob.to_string(),
        ..UserRecord::default()
    };
    platform.records.insert("mlspace-users", bob.item());
    update(&platform.services, &wanted).await.unwrap();
}

#[tokio::test]
async fn other_states_change_and_delete_nothing() {
    let platform = with_alice(PolicyModel::PerPrincipal).await;
    let before = platform.snapshot();
    let other = operation_of(Claim::Token(Token::random()));
    let groups = &platform.services.user_groups;
    let changed = groups.update(&other, &spec(&["bob"])).await.unwrap_err();
    assert!(
        matches!(changed.error, Error::Foreign { .. }),
        "{changed:?}"
    );
    assert!(changed.reached.is_none());
    let deleted = groups.delete(&other, &risk()).await.unwrap_err();
    assert!(matches!(deleted, Error::Foreign { .. }), "{deleted:?}");
    assert_eq!(platform.snapshot(), before);
}

#[tokio::test]
async fn delete_refuses_groups_in_use() {
    let platform = with_alice(PolicyModel::PerPrincipal).await;
    let row = ItemBuilder::new()
        .string("project", "churn")
        .string("group", "risk")
        .build();
    platform.records.insert("mlspace-project-groups", row);
    let before = platform.snapshot();
    let groups = &platform.services.user_groups;
    let error = groups.delete(&operation(), &risk()).await.unwrap_err();
    let Error::InUse { by, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(by, ["dataset `group/cards`", "project group `churn/risk`"]);
    assert_eq!(platform.snapshot(), before);
}

/// Attributes of others stay, and what MLSpace needs is added.
#[tokio::test]
async fn update_keeps_attributes_of_others() {
    let platform = with_alice(PolicyModel::PerPrincipal).await;
    let mut item = record(&platform);
    item.insert("nickname".to_owned(), AttributeValue::S("r".to_owned()));
    item.remove("createdBy");
    platform.records.remove(TABLE, &GroupRecord::key(&risk()));
    platform.records.insert(TABLE, item.clone());
    assert_eq!(read(&platform).await.drift.len(), 1);
    update(&platform.services, &spec(&["alice"])).await.unwrap();
    let after = record(&platform);
    assert_eq!(after["nickname"], item["nickname"]);
    assert!(GroupRecord::missing(&after).is_empty());
    assert_eq!(after["createdAt"], item["createdAt"]);
}

#[tokio::test]
async fn plan_tells_of_users_in_a_group_without_record() {
    let mut platform = platform(PolicyModel::PerPrincipal).await;
    platform.add_to_group("bob", "risk");
    platform.restart();
    let groups = &platform.services.user_groups;
    let planned = groups.plan(&spec(&["alice"]), None, &OnlyCreates).await;
    assert_eq!(planned.warnings.len(), 1);
    assert!(planned.warnings[0].detail.contains("`bob`"));
    let created = create(&platform.services, &spec(&["alice"])).await.unwrap();
    assert_eq!(created.members, spec(&["alice"]).members);
}

/// Nobody joins a group whose removal has begun.
#[tokio::test]
async fn nobody_joins_a_group_that_leaves() {
    let platform = with_alice(PolicyModel::PerPrincipal).await;
    let key = GroupRecord::key(&risk());
    let records = std::sync::Arc::clone(&platform.records);
    // The other run deletes the record right before the transaction.
    platform.faults.before("TransactWriteItems", move || {
        records.remove(TABLE, &key);
        Ok(())
    });
    let error = update(&platform.services, &spec(&["alice", "bob"]))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    let rows = platform.records.items("mlspace-group-users");
    assert_eq!(rows.len(), 1);
}

/// A user who joins a project while joining or leaving a group, in one apply, has what is shared with
/// the group, or does not.
#[test]
fn joining_a_project_and_changing_a_group_at_once_agree() {
    for (seed, model) in seeds().flat_map(|seed| MODELS.map(|model| (seed, model))) {
        for joins in [true, false] {
            let runtime = || {
                tokio::runtime::Builder::new_current_thread()
                    .build()
                    .unwrap()
            };
            let (before, after): (&[&str], &[&str]) = match joins {
                true => (&[], &["bob"]),
                false => (&["bob"], &[]),
            };
            let platform = runtime().block_on(async {
                let platform = FakePlatform::new(model).with_alice_in_fraud().await;
                platform.add_share("cards", "risk");
                create(&platform.services, &spec(before)).await.unwrap();
                platform
            });
            let bob = member("fraud", "bob");
            let run = operation();
            let (joined, grouped) = interleaved(
                seed,
                platform.services.memberships.create(&run, &bob),
                update(&platform.services, &spec(after)),
            );
            joined.unwrap();
            grouped.unwrap();
            let (attached, named) = has_cards(&platform, "bob");
            assert_eq!(attached, joins, "{model:?}, seed {seed}: attached");
            assert_eq!(named, joins, "{model:?}, seed {seed}: inline policy");
        }
    }
}

/// What an index does not show yet is not missed by who takes something away.
#[tokio::test]
async fn leaving_reaches_memberships_made_a_moment_ago() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    create(&platform.services, &spec(&["bob"])).await.unwrap();
    assert!(has_cards(&platform, "bob").0);
    let key = crate::records::Key::hash("project", "fraud").range("user", "bob");
    platform.records.remove("mlspace-project-users", &key);
    update(&platform.services, &spec(&[])).await.unwrap();
    assert_eq!(has_cards(&platform, "bob"), (false, false));
}

#[tokio::test]
async fn all_groups_are_listed() {
    let platform = with_alice(PolicyModel::PerPrincipal).await;
    let odd = ItemBuilder::new().string("name", "no*name").build();
    platform.records.insert(TABLE, odd);
    let all = platform.services.user_groups.all().await.unwrap();
    let names: BTreeSet<String> = all.iter().map(|group| group.name.to_string()).collect();
    assert_eq!(names, BTreeSet::from(["risk".to_owned()]));
    assert_eq!(all[0].members, spec(&["alice"]).members);
    let users = platform.services.users.all(Some(&risk())).await.unwrap();
    assert!(users.is_empty(), "alice has no record: {users:?}");
}
