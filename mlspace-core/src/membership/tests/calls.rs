//! How many calls memberships take.

use super::*;

/// A new process on a platform with the project fraud and alice, beside whom others are created and
/// removed.
async fn restarted(model: PolicyModel) -> FakePlatform {
    let mut platform = FakePlatform::new(model).with_alice_in_fraud().await;
    platform.restart();
    platform
}

/// The calls from now on until `act` is done.
async fn calls_of<T: std::fmt::Debug>(
    platform: &FakePlatform,
    act: impl Future<Output = Result<T, Error>>,
) -> Vec<String> {
    platform.faults.take_calls();
    act.await.unwrap();
    platform.faults.take_calls()
}

#[tokio::test]
async fn create_takes_its_writes_and_one_read() {
    let role = "CreateRole";
    let policies = ["AttachRolePolicy", "PutRolePolicy", "AttachRolePolicy"];
    let end = ["ListAttachedRolePolicies", "TransactWriteItems"];
    for (model, writes) in [
        // Whether the user was suspended meanwhile is read in a batch with what others read.
        (
            PolicyModel::PerPrincipal,
            vec![role, "CreatePolicy", "GetItem"],
        ),
        (PolicyModel::Attribute, vec![role]),
    ] {
        let platform = restarted(model).await;
        let services = &platform.services;
        // The first one reads what all share.
        create(services, &member("fraud", "bob")).await.unwrap();
        let spec = member("fraud", "carol");
        let calls = calls_of(&platform, Box::pin(create(services, &spec))).await;
        assert_eq!(calls, [writes, policies.to_vec(), end.to_vec()].concat());
    }
}

#[tokio::test]
async fn another_membership_of_a_user_finds_the_policy() {
    let platform = restarted(PolicyModel::PerPrincipal).await;
    let services = &platform.services;
    let churn = project("churn");
    services
        .projects
        .create(&operation(), &churn)
        .await
        .unwrap();
    create(services, &member("fraud", "bob")).await.unwrap();
    let spec = member("churn", "bob");
    let calls = calls_of(&platform, Box::pin(create(services, &spec))).await;
    assert!(!calls.contains(&"CreatePolicy".to_owned()), "{calls:?}");
    assert!(!calls.contains(&"GetPolicy".to_owned()), "{calls:?}");
}

#[tokio::test]
async fn delete_takes_its_writes_and_little_more() {
    for (model, most) in [(PolicyModel::PerPrincipal, 9), (PolicyModel::Attribute, 7)] {
        let mut platform = restarted(model).await;
        for user in ["bob", "carol", "dave"] {
            create(&platform.services, &member("fraud", user))
                .await
                .unwrap();
        }
        platform.restart();
        let services = &platform.services;
        // The first one reads what all share. Another one is under way, as in most of a run.
        delete(services, "bob").await.unwrap();
        let _other = services.memberships.shared.removal();
        let deleted = delete(services, "carol");
        let mut calls = calls_of(&platform, Box::pin(deleted)).await;
        // Both records are read in one batch, which the fake counts as two calls.
        let first = calls.remove(0);
        assert_eq!([first.as_str(), calls[0].as_str()], ["GetItem"; 2]);
        assert!(calls.len() <= most, "{calls:?}");
    }
}

#[tokio::test]
async fn the_last_of_many_removals_removes_the_shared_policies() {
    let mut platform = restarted(PolicyModel::Attribute).await;
    let users: Vec<String> = (0..20).map(|n| format!("user{n}")).collect();
    for user in &users {
        create(&platform.services, &member("fraud", user))
            .await
            .unwrap();
    }
    platform.restart();
    let services = &platform.services;
    let all = users.iter().map(String::as_str).chain(["alice"]);
    let deletes = all.map(|user| delete(services, user));
    for deleted in futures::future::join_all(deletes).await {
        deleted.unwrap();
    }
    let state = platform.iam.state();
    assert!(state.roles.is_empty() && state.policies.is_empty());
}

#[tokio::test]
async fn delete_of_many_asks_each_notebook_once() {
    let mut platform = restarted(PolicyModel::PerPrincipal).await;
    let users = ["bob", "carol", "dave"];
    for user in users {
        create(&platform.services, &member("fraud", user))
            .await
            .unwrap();
    }
    for n in 0..5 {
        let spec = notebook(&format!("alice-{n}"), "fraud", "alice");
        let notebooks = &platform.services.notebooks;
        notebooks.create(&operation(), &spec).await.unwrap();
    }
    platform.restart();
    platform.faults.take_calls();
    for user in users {
        delete(&platform.services, user).await.unwrap();
    }
    let calls = platform.faults.take_calls();
    let count = |name: &str| calls.iter().filter(|call| *call == name).count();
    assert_eq!((count("ListNotebookInstances"), count("ListTags")), (1, 5));
}

/// What another process attached meanwhile is found when IAM refuses to delete the role.
#[tokio::test]
async fn delete_finds_what_was_added_since_the_bulk_read() {
    for model in MODELS {
        let mut platform = restarted(model).await;
        platform.restart();
        let services = &platform.services;
        services.memberships.roles.tagged().await.unwrap();
        let iam = Arc::clone(&platform.iam);
        platform.faults.before("DeleteRole", move || {
            iam.edit(|account| {
                let late = FakePolicy::new("{}", &Tags::new());
                account.policies.insert(policy_arn("late"), late);
                account.profiles.insert("late".to_owned(), role_name());
                let role = account.roles.get_mut(&role_name()).unwrap();
                role.attached.insert(policy_arn("late"));
                role.inline.insert("late".to_owned(), "{}".to_owned());
            });
            Ok(())
        });
        delete(services, "alice").await.unwrap();
        assert!(platform.iam.state().roles.is_empty());
    }
}

/// A dataset is shared with the user's group while the membership is created and not yet on record.
#[tokio::test]
async fn create_gets_what_is_shared_meanwhile() {
    use futures::FutureExt as _;
    let platform = restarted(PolicyModel::PerPrincipal).await;
    platform.add_to_group("bob", "risk");
    let groups = Arc::clone(&platform.services.memberships.groups);
    let records = Arc::clone(&platform.records);
    platform.faults.before("ListAttachedRolePolicies", move || {
        let row = ItemBuilder::new()
            .string("group", "risk")
            .string("dataset", "cards");
        records.insert("mlspace-group-datasets", row.build());
        let synced = async { groups.sync(&operation(), &"risk".parse().unwrap()).await };
        synced.now_or_never().unwrap()
    });
    let created = create(&platform.services, &member("fraud", "bob")).await;
    let role = &platform.iam.state().roles[&created.unwrap().role_name];
    let shared = policy_arn("MLSpace-group-risk");
    assert!(role.attached.contains(&shared), "{role:?}");
}
