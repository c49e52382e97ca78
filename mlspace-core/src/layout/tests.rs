use proptest::prelude::*;

use super::*;
use crate::name::{GroupName, NameError};

fn project(name: &str) -> ProjectName {
    ProjectName::new(name).unwrap()
}

fn user(name: &str) -> UserName {
    UserName::new(name).unwrap()
}

fn account() -> Account {
    Account::new("123456789012", "us-east-1")
}

#[test]
fn role_name_matches_mlspace() {
    let long = "A".repeat(24);
    for (prefix, project_name, user_name, expected) in [
        (
            "MLSpace",
            "myproject1",
            "someuser",
            "MLSpace-myproject1-0fb265a4573777a0442ec4c6edeaf707216a2f5b16aa",
        ),
        (
            "MLSpace",
            "abc",
            "jdoe",
            "MLSpace-abc-d30a5f57532a603697ccbb51558fa02ccadd74a0c499fcf9d45",
        ),
        (
            "MLSpace",
            &long,
            "jdoe",
            "MLSpace-AAAAAAAAAAAAAAAAAAAAAAAA-d30a5f57532a603697ccbb51558fa0",
        ),
        (
            "MLSpace",
            "Project001v20241002",
            "jdoe",
            "MLSpace-Project001v20241002-d30a5f57532a603697ccbb51558fa02ccad",
        ),
        (
            "mls",
            "Zeta9",
            "matt@example.com",
            "mls-Zeta9-b1edd8d44599536a1687546bee7b5ef88ea342b3352302a6322e1",
        ),
    ] {
        assert_eq!(
            role_name(prefix, &project(project_name), &user(user_name)).unwrap(),
            expected
        );
        assert_eq!(expected.len(), 63);
    }
}

#[test]
fn role_name_has_sixteen_digits_with_longest_names() {
    let long = project(&"A".repeat(24));
    let jdoe = user("jdoe");
    let prefix = "p".repeat(IAM_PREFIX_MAX);
    let name = role_name(&prefix, &long, &jdoe).unwrap();
    assert_eq!(name.len(), 63);
    assert_eq!(name.rsplit('-').next().unwrap().len(), 16);
    let error = role_name(&format!("{prefix}p"), &long, &jdoe).unwrap_err();
    assert!(
        error.to_string().contains("write 1 to 21 ASCII letters"),
        "{error}"
    );
}

#[test]
fn policy_names_contain_the_owner() {
    assert_eq!(
        project_policy_name("MLSpace", &project("fraud")).unwrap(),
        "MLSpace-project-fraud"
    );
    assert_eq!(
        user_policy_name("MLSpace", &user("a@b.c")).unwrap(),
        "MLSpace-user-a@b.c"
    );
    assert_eq!(
        group_policy_name("MLSpace", &GroupName::new("g1").unwrap()).unwrap(),
        "MLSpace-group-g1"
    );
}

/// The limit of 128 characters: *IAM and AWS STS quotas*
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
#[test]
fn policy_names_fit_with_longest_names() {
    let prefix = "p".repeat(IAM_PREFIX_MAX);
    let group = GroupName::new("g".repeat(GroupName::MAX_LEN)).unwrap();
    for name in [
        project_policy_name(&prefix, &project(&"a".repeat(ProjectName::MAX_LEN))).unwrap(),
        user_policy_name(&prefix, &user(&"u".repeat(64))).unwrap(),
        user_policy_name("MLSpace", &user(&"u".repeat(115))).unwrap(),
        group_policy_name(&prefix, &group).unwrap() + "-10",
    ] {
        assert!(name.len() <= 128, "{name}");
    }
    let longest = user_policy_name(&prefix, &user(&"u".repeat(UserName::MAX_LEN)));
    assert!(matches!(longest, Err(LayoutError::PolicyName { .. })));
}

#[test]
fn checks_reject_wildcards_and_variables() {
    for bad in ["", "ML*", "ML/x", "ML Space", "é", "${x}", &"p".repeat(22)] {
        assert!(
            matches!(
                project_policy_name(bad, &project("a")),
                Err(LayoutError::Prefix { .. })
            ),
            "{bad:?}"
        );
        assert!(
            matches!(
                role_name(bad, &project("a"), &user("b")),
                Err(LayoutError::Prefix { .. })
            ),
            "{bad:?}"
        );
    }
    for bad in [
        "",
        "ab",
        "mlspace-*",
        "ml?space",
        "MLSpace",
        "-abc",
        "abc.",
        "a..b",
        "a/b",
        "${aws:username}",
        &"a".repeat(64),
    ] {
        assert!(
            matches!(check_bucket_name(bad), Err(LayoutError::Bucket { .. })),
            "{bad:?}"
        );
    }
    for good in ["abc", "mlspace-data-123456789012", "a.b-c", &"a".repeat(63)] {
        assert_eq!(check_bucket_name(good), Ok(()));
    }
}

#[test]
fn check_iam_prefix_agrees_with_the_modules() {
    let pattern = format!(
        r#"can(regex("^[A-Za-z0-9_+=,.@-]{{1,{IAM_PREFIX_MAX}}}$", var.iam_resource_prefix))"#
    );
    for variables in [
        include_str!("../../../modules/audit/variables.tf"),
        include_str!("../../../modules/buckets/variables.tf"),
        include_str!("../../../modules/platform/variables.tf"),
        include_str!("../../../modules/roles/variables.tf"),
    ] {
        assert!(variables.contains(&pattern));
    }
    assert_eq!(check_iam_prefix("Az09_+=,.@-"), Ok(()));
}

#[test]
fn arns_have_the_partition_of_the_region() {
    let account = account();
    assert_eq!(account.role_arn("r"), "arn:aws:iam::123456789012:role/r");
    assert_eq!(
        account.policy_arn("p"),
        "arn:aws:iam::123456789012:policy/p"
    );
    assert_eq!(account.bucket_arn("b"), "arn:aws:s3:::b");
    assert_eq!(account.object_arn("b", "k/*"), "arn:aws:s3:::b/k/*");
    assert_eq!(
        account.notebook_arn("n"),
        "arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/n"
    );
    assert_eq!(
        account.table_arn("t"),
        "arn:aws:dynamodb:us-east-1:123456789012:table/t"
    );
    assert_eq!(
        account.kms_arn("1234"),
        "arn:aws:kms:us-east-1:123456789012:key/1234"
    );
    assert_eq!(
        account.kms_arn("alias/ml"),
        "arn:aws:kms:us-east-1:123456789012:alias/ml"
    );
    assert_eq!(
        account.kms_arn("arn:aws:kms:eu-west-1:1:key/k"),
        "arn:aws:kms:eu-west-1:1:key/k"
    );
    for (region, partition) in [
        ("eu-west-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
    ] {
        assert_eq!(Account::new("1", region).partition, partition);
    }
}

#[test]
fn dataset_prefixes_match_mlspace() {
    for (id, prefix, record_scope) in [
        ("global/x", "global/datasets/x/", "global"),
        ("group/x", "group/datasets/x/", "group"),
        (
            "project/fraud/cards-2026",
            "project/fraud/datasets/cards-2026/",
            "fraud",
        ),
        (
            "private/alice@x.org/x",
            "private/alice@x.org/datasets/x/",
            "alice@x.org",
        ),
    ] {
        let key: DatasetKey = id.parse().unwrap();
        assert_eq!(key.id(), id);
        assert_eq!(key.prefix(), prefix);
        assert_eq!(key.record_scope(), record_scope);
        assert_eq!(key.location("b"), format!("s3://b/{prefix}"));
        assert_eq!(key.arn(&account(), "b"), format!("arn:aws:s3:::b/{prefix}"));
        assert_eq!(
            DatasetScope::from_parts(key.scope.kind(), key.scope.owner()).unwrap(),
            key.scope
        );
    }
}

#[test]
fn dataset_key_rejects_invalid_ids_and_scopes() {
    for id in [
        "",
        "x",
        "global",
        "global/a/b",
        "project/x",
        "project/a/b/c",
        "team/x",
        "Global/x",
        "/global/x",
        "project//x",
    ] {
        assert!(id.parse::<DatasetKey>().is_err(), "{id:?}");
    }
    assert!(matches!(
        "group/*".parse::<DatasetKey>(),
        Err(DatasetKeyError::Name(NameError::Character {
            found: '*',
            ..
        }))
    ));
    let message = |kind, scope| {
        DatasetScope::from_parts(kind, scope)
            .unwrap_err()
            .to_string()
    };
    insta::assert_snapshot!(message("project", None), @"a project dataset needs a scope: set it to the project that the dataset belongs to");
    insta::assert_snapshot!(message("global", Some("x")), @"a global dataset has no scope, but `x` was given: remove it");
    insta::assert_snapshot!(message("team", None), @"`team` is not a valid dataset type: use `global`, `project`, `private` or `group`");
}

fn any_project() -> impl Strategy<Value = ProjectName> {
    "[A-Za-z0-9]{1,24}".prop_filter_map("reserved", |name| ProjectName::new(name).ok())
}

fn any_user() -> impl Strategy<Value = UserName> {
    "[A-Za-z0-9][A-Za-z0-9_.@+-]{0,63}".prop_filter_map("reserved", |name| UserName::new(name).ok())
}

fn any_key() -> impl Strategy<Value = DatasetKey> {
    let scope = prop_oneof![
        Just(DatasetScope::Global),
        Just(DatasetScope::Group),
        any_project().prop_map(DatasetScope::Project),
        any_user().prop_map(DatasetScope::Private),
    ];
    (scope, "[A-Za-z0-9][A-Za-z0-9-]{0,30}")
        .prop_map(|(scope, name)| DatasetKey::new(scope, DatasetName::new(name).unwrap()))
}

/// Two names, of which one can be the beginning of the other.
fn similar_names() -> impl Strategy<Value = (String, String)> {
    ("[A-Za-z0-9]{1,12}", "[A-Za-z0-9]{1,12}", any::<bool>())
        .prop_map(|(a, b, tail)| if tail { (a.clone(), a + &b) } else { (a, b) })
}

proptest! {
    #[test]
    fn dataset_key_round_trips(key in any_key()) {
        prop_assert_eq!(key.id().parse::<DatasetKey>().unwrap(), key);
    }

    #[test]
    fn prefixes_are_disjoint((a, b) in similar_names()) {
        prop_assume!(a != b && [&a, &b].iter().all(|name| ProjectName::new(name.as_str()).is_ok()));
        let all = |name: &str| [
            project_prefix(&project(name)),
            private_prefix(&user(name)),
            group_dataset_prefix(&DatasetName::new(name).unwrap()),
        ];
        for of_a in all(&a) {
            for of_b in all(&b) {
                prop_assert!(!of_a.starts_with(&of_b) && !of_b.starts_with(&of_a), "{of_a} {of_b}");
            }
        }
    }

    #[test]
    fn dataset_prefixes_are_disjoint(a in any_key(), b in any_key()) {
        prop_assume!(a != b);
        prop_assert!(!a.prefix().starts_with(&b.prefix()));
    }

    #[test]
    fn role_name_is_unique((p, q) in similar_names(), (u, v) in similar_names()) {
        prop_assume!((p != q || u != v) && [&p, &q, &u, &v].iter().all(|name| ProjectName::new(name.as_str()).is_ok()));
        let name = |p: &str, u: &str| role_name("MLSpace", &project(p), &user(u)).unwrap();
        prop_assert_ne!(name(&p, &u), name(&q, &v));
        prop_assert_eq!(name(&p, &u).len(), 63);
    }
}

#[test]
fn shared_policy_names_are_fixed() {
    assert_eq!(attribute_policy_name("MLSpace").unwrap(), "MLSpace-members");
    assert_eq!(
        suspension_policy_name("MLSpace").unwrap(),
        "MLSpace-suspended"
    );
    assert!(attribute_policy_name("ML*").is_err());
    assert!(suspension_policy_name("").is_err());
}
