//! Groups and their policies, on in-memory fakes.

use std::time::Duration;

use super::*;
use crate::aws::PolicyModel;
use crate::iam::IamCache;
use crate::iam::fake::FakePolicy;
use crate::records::{ItemBuilder, Key};
use crate::tags::Tags;
use crate::testing::{FakePlatform, Interruption, member, operation, project};

/// A platform with alice in the project `fraud` and in the group `risk`.
async fn platform() -> FakePlatform {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    let platform = platform.with_alice_in_fraud().await;
    platform.add_to_group("alice", "risk");
    platform.faults.take_calls();
    platform
}

/// Groups of a new process.
fn groups(platform: &FakePlatform) -> Groups {
    let clients = platform.services.clients.clone();
    let api = || Arc::clone(&platform.iam) as _;
    let cache = Arc::new(IamCache::new(api()));
    let roles = Arc::new(Roles::new(api(), Arc::clone(&cache)));
    let policies = ManagedPolicies::new(clients.clone(), api(), cache, Arc::clone(&roles));
    let records = Arc::clone(&platform.records) as _;
    let locations = LocationStore::new(clients.clone(), Arc::clone(&platform.records) as _);
    let members = MemberRecords::new(clients.clone(), Arc::clone(&platform.records) as _);
    let projects = ProjectRecords::new(clients.clone(), Arc::clone(&platform.records) as _);
    Groups::new(
        clients,
        records,
        roles,
        Arc::new(policies),
        Arc::new(locations),
        Arc::new(projects),
        Arc::new(members),
    )
}

fn group(name: &str) -> GroupName {
    name.parse().unwrap()
}

fn user(name: &str) -> UserName {
    name.parse().unwrap()
}

fn arn(policy: &str) -> String {
    crate::testing::account().policy_arn(policy)
}

async fn sync(platform: &FakePlatform) {
    let synced = groups(platform).sync(&operation(), &group("risk")).await;
    synced.unwrap();
}

/// Names of the policies of the group `risk`.
fn policies(platform: &FakePlatform) -> Vec<String> {
    let policies = platform.iam.state().policies.into_keys();
    let names = policies.filter_map(|arn| Some(arn.rsplit_once('/')?.1.to_owned()));
    names.filter(|name| name.contains("-group-")).collect()
}

/// How many roles carry the policy.
fn carriers(platform: &FakePlatform, policy: &str) -> usize {
    let (arn, state) = (arn(policy), platform.iam.state());
    let roles = state.roles.values();
    roles.filter(|role| role.attached.contains(&arn)).count()
}

/// The name of one of many datasets whose policy statements fill about three policies.
fn long_name(n: usize) -> String {
    format!("{n:03}{}", "x".repeat(200))
}

fn share_many(platform: &FakePlatform) {
    for n in 0..50 {
        platform.add_share(&long_name(n), "risk");
    }
}

fn unshare(platform: &FakePlatform, dataset: &str) {
    let key = Key::hash("group", "risk").range("dataset", dataset);
    platform.records.remove("mlspace-group-datasets", &key);
}

#[test]
fn policy_names_are_numbered_from_the_second() {
    assert_eq!(policy_name("MLSpace-group-risk", 0), "MLSpace-group-risk");
    assert_eq!(policy_name("MLSpace-group-risk", 2), "MLSpace-group-risk-3");
}

#[test]
fn parsed_accepts_keys_of_an_index() {
    let keys_only = ItemBuilder::new()
        .string("user", "alice")
        .string("project", "fraud")
        .build();
    let projects = valid_names::<ProjectName>(&[keys_only], |item| {
        ProjectUserRecord::read(item).map(|r| r.project)
    });
    assert_eq!(projects, ["fraud".parse().unwrap()]);
}

#[tokio::test]
async fn sync_attaches_to_every_role_of_every_user() {
    let platform = platform().await;
    let services = &platform.services;
    let churn = services
        .projects
        .create(&operation(), &project("churn"))
        .await;
    churn.unwrap();
    for (project, user) in [("churn", "alice"), ("fraud", "bob"), ("fraud", "carol")] {
        let memberships = &services.memberships;
        let created = memberships
            .create(&operation(), &member(project, user))
            .await;
        created.unwrap();
    }
    platform.add_to_group("bob", "risk");
    platform.add_share("cards", "risk");
    platform.add_share("loans", "audit");
    sync(&platform).await;
    assert_eq!(policies(&platform), ["MLSpace-group-risk"]);
    assert_eq!(carriers(&platform, "MLSpace-group-risk"), 3);
    let state = platform.iam.state();
    let policy = &state.policies[&arn("MLSpace-group-risk")];
    assert_eq!(policy.tags.get("group"), Some("risk"));
    assert!(policy.document().contains("group/datasets/cards/"));
    assert!(!policy.document().contains("loans"));
}

#[tokio::test]
async fn sync_twice_writes_nothing() {
    let platform = platform().await;
    platform.add_share("cards", "risk");
    sync(&platform).await;
    let before = platform.snapshot();
    platform.faults.interrupt(Interruption::Before(0));
    sync(&platform).await;
    assert!(platform.faults.is_pending(), "there was a write call");
    assert_eq!(platform.snapshot(), before);
}

#[tokio::test]
async fn sync_creates_no_policy_without_roles() {
    let platform = platform().await;
    platform.add_share("cards", "ops");
    platform.add_to_group("zoe", "ops");
    let synced = groups(&platform).sync(&operation(), &group("ops")).await;
    synced.unwrap();
    assert_eq!(policies(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn sync_skips_memberships_without_a_role() {
    // Their roles were deleted meanwhile, or are not created yet.
    let platform = platform().await;
    let record = ItemBuilder::new()
        .string("project", "churn")
        .string("user", "alice");
    let table = "mlspace-project-users";
    platform.records.insert(table, record.build());
    platform.add_share("cards", "risk");
    sync(&platform).await;
    assert_eq!(carriers(&platform, "MLSpace-group-risk"), 1);
}

#[tokio::test]
async fn sync_ignores_a_role_deleted_meanwhile() {
    for call in ["PutRolePolicy", "AttachRolePolicy"] {
        let platform = platform().await;
        platform.add_share("cards", "risk");
        let iam = Arc::clone(&platform.iam);
        platform.faults.before(call, move || {
            iam.edit(|state| state.roles.clear());
            Ok(())
        });
        // A short one: the role could also be a new one that IAM does not show yet.
        let cancel = tokio_util::sync::CancellationToken::new();
        let operation = Operation::without_pauses(cancel, Duration::from_secs(1));
        let synced = groups(&platform).sync(&operation, &group("risk")).await;
        assert_eq!(synced, Ok(()), "{call}");
    }
}

#[tokio::test]
async fn sync_follows_many_datasets_with_several_policies() {
    let platform = platform().await;
    share_many(&platform);
    sync(&platform).await;
    let found = policies(&platform);
    assert!(found.len() >= 3, "{found:?}");
    for (n, name) in found.iter().enumerate() {
        assert_eq!(*name, policy_name("MLSpace-group-risk", n));
        assert_eq!(carriers(&platform, name), 1, "{name}");
    }
    for n in 0..50 {
        unshare(&platform, &long_name(n));
    }
    platform.add_share("cards", "risk");
    sync(&platform).await;
    assert_eq!(policies(&platform), ["MLSpace-group-risk"]);
}

#[tokio::test]
async fn sync_deletes_the_last_policy_first() {
    let platform = platform().await;
    share_many(&platform);
    sync(&platform).await;
    let all = policies(&platform);
    for n in 0..50 {
        unshare(&platform, &long_name(n));
    }
    // Interrupted anywhere, it leaves policies that are numbered without a gap.
    for n in 0..20 {
        platform.faults.interrupt(Interruption::Before(n));
        let synced = groups(&platform).sync(&operation(), &group("risk")).await;
        let left = policies(&platform);
        assert_eq!(left, all[..left.len()], "before write {n}");
        if synced.is_ok() {
            break;
        }
    }
    assert_eq!(policies(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn sync_refuses_a_policy_of_another_owner() {
    let platform = platform().await;
    platform.add_share("cards", "risk");
    let theirs = FakePolicy::new("{}", &Tags::from([("system", "MLSpace")]));
    platform.iam.edit(|state| {
        state
            .policies
            .insert(arn("MLSpace-group-risk"), theirs.clone());
    });
    let synced = groups(&platform).sync(&operation(), &group("risk")).await;
    let error = synced.unwrap_err();
    assert!(matches!(error, Error::AlreadyExists { .. }), "{error}");
    assert!(
        error.to_string().contains("tag it `group` = `risk`"),
        "{error}"
    );

    // Nor is it deleted when nothing is shared any more.
    unshare(&platform, "cards");
    sync(&platform).await;
    let left = platform.iam.state().policies;
    assert_eq!(left.get(&arn("MLSpace-group-risk")), Some(&theirs));
}

#[tokio::test]
async fn sync_passes_over_foreign_names() {
    let platform = platform().await;
    platform.add_share("a/*", "risk");
    platform.add_to_group("bob*", "risk");
    sync(&platform).await;
    assert_eq!(policies(&platform), Vec::<String>::new());
    platform.add_share("cards", "risk");
    sync(&platform).await;
    let state = platform.iam.state();
    let document = state.policies[&arn("MLSpace-group-risk")].document();
    assert!(!document.contains("a/*"), "{document}");
}

#[tokio::test]
async fn sync_stops_when_cancelled() {
    let platform = platform().await;
    platform.add_share("cards", "risk");
    let operation = operation();
    operation.cancel.cancel();
    let synced = groups(&platform).sync(&operation, &group("risk")).await;
    assert!(matches!(synced, Err(Error::Cancelled { .. })), "{synced:?}");
    assert_eq!(policies(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn ensure_policies_of_covers_all_groups_of_the_user() {
    let platform = platform().await;
    platform.add_to_group("alice", "audit");
    platform.add_to_group("alice", "ops");
    platform.add_share("cards", "risk");
    platform.add_share("loans", "audit");
    let groups = groups(&platform);
    let ensured = groups
        .ensure_policies_of(&operation(), &user("alice"))
        .await;
    // Nothing is shared with `ops`.
    let expected = [arn("MLSpace-group-audit"), arn("MLSpace-group-risk")];
    assert_eq!(ensured.unwrap(), expected);
    assert_eq!(policies(&platform).len(), 2);
    assert_eq!(carriers(&platform, "MLSpace-group-risk"), 0);
    let none = groups.ensure_policies_of(&operation(), &user("zoe")).await;
    assert_eq!(none, Ok(Vec::new()));
}

#[tokio::test]
async fn delete_unused_policies_of_keeps_carried_ones() {
    let platform = platform().await;
    let memberships = &platform.services.memberships;
    memberships
        .create(&operation(), &member("fraud", "bob"))
        .await
        .unwrap();
    platform.add_to_group("bob", "risk");
    platform.add_to_group("alice", "audit");
    platform.add_share("cards", "risk");
    platform.add_share("loans", "audit");
    let groups = groups(&platform);
    for name in ["risk", "audit"] {
        groups.sync(&operation(), &group(name)).await.unwrap();
    }
    let (fraud, alice) = ("fraud".parse().unwrap(), user("alice"));
    let role = groups.member_roles.name(&fraud, &alice).unwrap();
    platform.iam.edit(|state| {
        state.roles.remove(&role);
    });
    let operation = operation();
    let deleted = groups.delete_unused_policies_of(&operation, &alice, &role);
    assert_eq!(deleted.await, Ok(()));
    assert_eq!(policies(&platform), ["MLSpace-group-risk"]);
    assert_eq!(carriers(&platform, "MLSpace-group-risk"), 1);
}

#[tokio::test]
async fn cached_policies_of_serve_one_refresh() {
    let platform = platform().await;
    platform.add_share("cards", "risk");
    let groups = groups(&platform);
    let alice = user("alice");
    let first = groups.cached_policies_of(&alice).await.unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].name, "MLSpace-group-risk");
    platform.add_to_group("alice", "audit");
    platform.add_share("loans", "audit");
    platform.faults.take_calls();
    assert_eq!(groups.cached_policies_of(&alice).await.unwrap().len(), 1);
    assert_eq!(platform.faults.take_calls(), Vec::<String>::new());
    // Current reads see the new group at once, and a sync ends the use of the cached read.
    let current = groups.groups_of(&alice).await.unwrap();
    assert_eq!(current, [group("audit"), group("risk")]);
    groups.sync(&operation(), &group("risk")).await.unwrap();
    assert_eq!(groups.cached_policies_of(&alice).await.unwrap().len(), 2);
}

#[tokio::test]
async fn cached_policies_equal_synced_ones() {
    let platform = platform().await;
    share_many(&platform);
    sync(&platform).await;
    let cached = groups(&platform)
        .cached_policies_of(&user("alice"))
        .await
        .unwrap();
    let state = platform.iam.state();
    assert_eq!(cached.len(), policies(&platform).len());
    for policy in cached {
        let found = &state.policies[&arn(&policy.name)];
        assert_eq!(found.document(), policy.document.to_json());
    }
}

#[tokio::test]
async fn missing_tables_hold_no_groups() {
    let platform = platform().await;
    for table in ["mlspace-group-users", "mlspace-group-datasets"] {
        platform.records.drop_table(table);
    }
    let groups = groups(&platform);
    assert!(
        groups
            .cached_policies_of(&user("alice"))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(groups.groups_of(&user("alice")).await, Ok(Vec::new()));
}
