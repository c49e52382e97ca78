use super::super::testing::{Fixture, policy_arn};
use super::*;
use crate::testing::operation;

fn new_role<'a>(name: &'a str, tags: &'a Tags) -> NewRole<'a> {
    NewRole {
        name,
        description: "",
        trust: "{}",
        boundary: None,
        tags,
    }
}

/// A role with two inline policies and one managed policy, `p`.
fn with_policies() -> Fixture {
    let iam = Fixture::new();
    iam.add_policy("p", "{}", &Tags::new());
    iam.add_role("r", &["p"]);
    iam.iam.edit(|account| {
        let role = account.roles.get_mut("r").unwrap();
        for name in ["one", "two"] {
            role.inline.insert(name.to_owned(), "{}".to_owned());
        }
    });
    iam
}

#[tokio::test]
async fn current_reads_all_policies() {
    let iam = with_policies();
    assert_eq!(iam.roles.current("r").await.unwrap(), iam.role("r"));
    assert_eq!(iam.roles.current("other").await, Ok(None));
}

#[tokio::test]
async fn current_is_none_when_deleted_meanwhile() {
    let iam = with_policies();
    let fake = Arc::clone(&iam.iam);
    iam.faults.before("ListAttachedRolePolicies", move || {
        fake.edit(|account| drop(account.roles.remove("r")));
        Ok(())
    });
    assert_eq!(iam.roles.current("r").await, Ok(None));
}

#[tokio::test]
async fn current_skips_inline_policy_deleted_meanwhile() {
    let iam = with_policies();
    let fake = Arc::clone(&iam.iam);
    iam.faults.before("GetRolePolicy", move || {
        fake.edit(|account| drop(account.roles.get_mut("r").unwrap().inline.remove("one")));
        Ok(())
    });
    let found = iam.roles.current("r").await.unwrap().unwrap();
    assert_eq!(found.inline.into_keys().collect::<Vec<_>>(), ["two"]);
}

#[tokio::test]
async fn cached_reads_in_bulk_until_written() {
    let iam = with_policies();
    let read = async || iam.roles.cached("r").await.unwrap();
    assert_eq!(read().await, iam.role("r"));
    assert_eq!(read().await, iam.role("r"));
    let calls = iam.faults.take_calls();
    assert_eq!(calls, ["GetAccountAuthorizationDetails"]);
    iam.roles.set_trust(&operation(), "r", "{1}").await.unwrap();
    assert_eq!(read().await.unwrap().trust, "{1}");
}

#[tokio::test]
async fn exists_asks_iam() {
    let iam = with_policies();
    assert_eq!(iam.roles.exists("r").await, Ok(true));
    assert_eq!(iam.roles.exists("s").await, Ok(false));
}

#[tokio::test]
async fn tagged_lists_all_roles() {
    let iam = Fixture::new();
    let tags = Tags::from([("user", "alice")]);
    let role = new_role("r", &tags);
    assert_eq!(iam.roles.create(&operation(), &role).await, Ok(true));
    assert_eq!(iam.roles.tagged().await, Ok(vec![("r".to_owned(), tags)]));
    let found = iam.roles.leaving("r").await.unwrap().unwrap();
    let (roles, run) = (&iam.roles, operation());
    roles.delete(&run, "r", found, &[], "deny").await.unwrap();
    assert_eq!(iam.roles.tagged().await, Ok(Vec::new()));
    let denied = iam.restarted();
    denied.faults.deny("GetAccountAuthorizationDetails");
    assert_eq!(denied.roles.tagged().await, Ok(Vec::new()));
}

#[tokio::test]
async fn attachment_quota_is_read_beyond_default() {
    let iam = Fixture::new();
    assert_eq!(iam.roles.attachment_quota(10).await, Ok(10));
    assert_eq!(iam.faults.take_calls(), Vec::<String>::new());
    assert_eq!(iam.roles.attachment_quota(11).await, Ok(20));
}

#[tokio::test]
async fn create_ignores_case_of_existing_role() {
    let iam = with_policies();
    let tags = Tags::new();
    for name in ["r", "R"] {
        let role = new_role(name, &tags);
        let created = iam.roles.create(&operation(), &role).await;
        assert_eq!(created, Ok(false), "{name}");
    }
    iam.faults.deny("CreateRole");
    let denied = iam.roles.create(&operation(), &new_role("s", &tags)).await;
    assert!(denied.unwrap_err().is_denied());
}

#[tokio::test]
async fn setters_change_the_role() {
    let iam = with_policies();
    let (roles, operation) = (&iam.roles, operation());
    let tags = Tags::from([("user", "alice")]);
    roles.set_trust(&operation, "r", "{1}").await.unwrap();
    roles.tag(&operation, "r", &tags).await.unwrap();
    let boundary = policy_arn("p");
    let set = roles.set_boundary(&operation, "r", Some(&boundary));
    set.await.unwrap();
    roles
        .set_inline(&operation, "r", "one", "{1}")
        .await
        .unwrap();
    let role = iam.role("r").unwrap();
    assert_eq!((role.trust.as_str(), &role.tags), ("{1}", &tags));
    assert_eq!(role.boundary, Some(boundary));
    assert_eq!(role.inline["one"], "{1}");
    roles.set_boundary(&operation, "r", None).await.unwrap();
    assert_eq!(iam.role("r").unwrap().boundary, None);
}

#[tokio::test]
async fn setters_repeat_transient_errors() {
    let iam = with_policies();
    iam.faults.refuse("iam", "TagRole", "NoSuchEntity", 2);
    for call in ["PutRolePolicy", "UpdateAssumeRolePolicy"] {
        iam.faults.refuse("iam", call, "ConcurrentModification", 2);
    }
    let (roles, operation) = (&iam.roles, operation());
    let tags = Tags::from([("user", "alice")]);
    roles.tag(&operation, "r", &tags).await.unwrap();
    roles
        .set_inline(&operation, "r", "one", "{1}")
        .await
        .unwrap();
    roles.set_trust(&operation, "r", "{1}").await.unwrap();
    let role = iam.role("r").unwrap();
    assert_eq!((role.tags, role.trust), (tags, "{1}".to_owned()));
}

#[tokio::test]
async fn attach_of_missing_policy_is_the_callers() {
    let iam = with_policies();
    let arn = policy_arn("missing");
    let attached = iam.roles.attach(&operation(), "r", &arn).await;
    assert!(attached.unwrap_err().is_absent());
    assert_eq!(iam.writes(), ["AttachRolePolicy"]);
}

#[tokio::test]
async fn update_inline_waits_for_a_role_that_is_there() {
    let iam = with_policies();
    iam.faults.refuse("iam", "PutRolePolicy", "NoSuchEntity", 2);
    let (roles, operation) = (&iam.roles, operation());
    let document = Document::new([]);
    let update = async |role| {
        roles
            .update_inline(&operation, role, "one", &document)
            .await
    };
    assert_eq!(update("r").await, Ok(true));
    assert!(iam.role("r").unwrap().inline.contains_key("one"));
    assert_eq!(update("gone").await, Ok(false));
}

#[tokio::test]
async fn detach_of_detached_policy_succeeds() {
    let iam = with_policies();
    let arn = policy_arn("p");
    for _ in 0..2 {
        iam.roles.detach(&operation(), "r", &arn).await.unwrap();
        assert!(iam.cache.is_detached("r", &arn));
    }
    let operation = operation();
    let attached = iam.roles.attach(&operation, "r", &arn);
    attached.await.unwrap();
    assert!(!iam.cache.is_detached("r", &arn));
}

#[tokio::test]
async fn detach_failure_is_not_remembered() {
    let iam = with_policies();
    iam.faults.deny("DetachRolePolicy");
    let arn = policy_arn("p");
    assert!(iam.roles.detach(&operation(), "r", &arn).await.is_err());
    assert!(!iam.cache.is_detached("r", &arn));
}

#[tokio::test]
async fn delete_inline_of_missing_policy_succeeds() {
    let iam = with_policies();
    for _ in 0..2 {
        let operation = operation();
        let deleted = iam.roles.delete_inline(&operation, "r", "one");
        deleted.await.unwrap();
    }
    assert!(!iam.role("r").unwrap().inline.contains_key("one"));
}

/// A role with allowing policies, two that deny, and two inline policies of which one denies.
fn with_denials() -> Fixture {
    let iam = Fixture::new();
    let names = ["a-deny", "b-deny", "c", "d"];
    for name in names {
        iam.add_policy(name, "{}", &Tags::new());
    }
    iam.add_role("r", &names);
    iam.iam.edit(|account| {
        let role = account.roles.get_mut("r").unwrap();
        for name in ["deny", "extra"] {
            role.inline.insert(name.to_owned(), "{}".to_owned());
        }
        let profile = ("profile".to_owned(), "r".to_owned());
        account.profiles.extend([profile]);
    });
    iam
}

async fn delete(iam: &Fixture, name: &str) -> Result<(), Error> {
    let last = [policy_arn("b-deny"), policy_arn("a-deny")];
    match iam.roles.leaving(name).await? {
        Some(state) => {
            let roles = &iam.roles;
            roles.delete(&operation(), name, state, &last, "deny").await
        }
        None => Ok(()),
    }
}

/// The remaining policies of the role: the last part of ARNs, and names of inline policies.
fn left(iam: &Fixture) -> Vec<String> {
    let Some(role) = iam.role("r") else {
        return Vec::new();
    };
    let name = |arn: &String| arn.rsplit('/').next().unwrap().to_owned();
    let managed = role.attached.iter().map(name);
    managed.chain(role.inline.into_keys()).collect()
}

#[tokio::test]
async fn delete_removes_denials_last() {
    let steps: [&[&str]; 7] = [
        &["a-deny", "b-deny", "c", "d", "deny", "extra"],
        &["a-deny", "b-deny", "c", "d", "deny"],
        &["a-deny", "b-deny", "d", "deny"],
        &["a-deny", "b-deny", "deny"],
        &["a-deny", "deny"],
        &["a-deny"],
        &[],
    ];
    for (done, expected) in steps.into_iter().enumerate() {
        let iam = with_denials();
        let interruption = crate::testing::Interruption::Before(done);
        iam.faults.interrupt(interruption);
        assert!(delete(&iam, "r").await.is_err(), "{done}");
        assert_eq!(left(&iam), expected, "after {done} steps");
        delete(&iam, "r").await.unwrap();
        assert_eq!(iam.role("r"), None);
    }
}

#[tokio::test]
async fn delete_leaves_instance_profiles() {
    let iam = with_denials();
    delete(&iam, "r").await.unwrap();
    let account = iam.iam.state();
    assert!(account.profiles.is_empty() && account.roles.is_empty());
    assert_eq!(account.policies.len(), 4);
}

#[tokio::test]
async fn delete_works_without_listing_profiles() {
    let iam = with_denials();
    iam.iam.edit(|account| account.profiles.clear());
    iam.faults.deny("ListInstanceProfilesForRole");
    delete(&iam, "r").await.unwrap();
    assert_eq!(iam.role("r"), None);
}

#[tokio::test]
async fn delete_fails_when_listing_profiles_fails() {
    let iam = with_denials();
    iam.faults
        .refuse("iam", "ListInstanceProfilesForRole", "ServiceFailure", 1);
    let error = delete(&iam, "r").await.unwrap_err();
    assert!(error.is("ServiceFailure"), "{error}");
}

#[tokio::test]
async fn delete_of_missing_role_succeeds() {
    let iam = with_denials();
    delete(&iam, "other").await.unwrap();
    assert_eq!(iam.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn delete_repeats_conflicts() {
    let iam = with_denials();
    iam.faults.refuse("iam", "DeleteRole", "DeleteConflict", 2);
    delete(&iam, "r").await.unwrap();
    assert_eq!(iam.role("r"), None);
}

#[tokio::test]
async fn delete_removes_what_is_attached_meanwhile() {
    let iam = with_denials();
    iam.add_policy("late", "{}", &Tags::new());
    let fake = Arc::clone(&iam.iam);
    iam.faults.before("DeleteRole", move || {
        fake.edit(|account| {
            let role = account.roles.get_mut("r").unwrap();
            role.attached.insert(policy_arn("late"));
        });
        Ok(())
    });
    delete(&iam, "r").await.unwrap();
    assert_eq!(iam.role("r"), None);
}
