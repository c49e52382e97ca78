use proptest::prelude::*;

use super::*;

fn fraud() -> ProjectName {
    ProjectName::new("fraud").unwrap()
}

fn alice() -> UserName {
    UserName::new("alice").unwrap()
}

#[test]
fn resource_and_role_tags_name_the_owner() {
    let role = membership_role_tags("MLSpace", &fraud(), &alice());
    assert_eq!(
        role.iter().collect::<Vec<_>>(),
        [
            ("dynamic-user-role", "true"),
            ("project", "fraud"),
            ("system", "MLSpace"),
            ("user", "alice")
        ]
    );
    let resource = resource_tags("MLSpace", &fraud(), &alice());
    assert_eq!(resource.len(), 3);
    assert!(role.contains_all(&resource));
    assert!(!resource.contains_all(&role));
}

#[test]
fn policy_tags_name_the_owner() {
    let group = GroupName::new("analysts").unwrap();
    assert_eq!(
        policy_tags("S", PolicyOwner::Project(&fraud())).get("project"),
        Some("fraud")
    );
    assert_eq!(
        policy_tags("S", PolicyOwner::User(&alice())).get("user"),
        Some("alice")
    );
    let tags = policy_tags("S", PolicyOwner::Group(&group));
    assert_eq!(
        tags.iter().collect::<Vec<_>>(),
        [
            ("group", "analysts"),
            ("policyVersion", "1"),
            ("system", "S")
        ]
    );
}

#[test]
fn overlaid_prefers_the_stronger_value() {
    let tags = Tags::from([("a", "1"), ("b", "1")]).overlaid(&Tags::from([("b", "2")]));
    assert_eq!(tags, Tags::from([("a", "1"), ("b", "2")]));
}

#[test]
fn tags_serialize_as_a_map() {
    let tags: Tags = serde_json::from_str(r#"{"b":"2","a":"1"}"#).unwrap();
    assert_eq!(
        serde_json::to_string(&tags).unwrap(),
        r#"{"a":"1","b":"2"}"#
    );
}

#[test]
fn check_user_tags_rejects_reserved_keys() {
    for key in [
        "system",
        "Project",
        "USER",
        "dynamic-user-role",
        "Dynamic-User-Role",
        " user",
        "project ",
    ] {
        assert_eq!(
            check_user_tags(&Tags::from([(key, "x")])),
            Err(TagError::Reserved {
                key: key.to_owned()
            })
        );
    }
    for key in ["aws:x", "AWS:x", "Aws:cloudformation:stack-name"] {
        assert_eq!(
            check_user_tags(&Tags::from([(key, "x")])),
            Err(TagError::AwsPrefix {
                key: key.to_owned()
            })
        );
    }
    assert_eq!(
        check_user_tags(&Tags::from([
            ("users", "x"),
            ("cost-center", "ml"),
            ("Größe", "ä b")
        ])),
        Ok(())
    );
}

#[test]
fn check_user_tags_enforces_limits() {
    assert_eq!(
        check_user_tags(&Tags::from([("", "x")])),
        Err(TagError::EmptyKey)
    );
    assert!(matches!(
        check_user_tags(&Tags::from([("k".repeat(129), "x")])),
        Err(TagError::KeyTooLong { len: 129, .. })
    ));
    assert!(matches!(
        check_user_tags(&Tags::from([("k", "v".repeat(257))])),
        Err(TagError::ValueTooLong { len: 257, .. })
    ));
    assert!(matches!(
        check_user_tags(&Tags::from([("k", "a*b")])),
        Err(TagError::Character { found: '*', .. })
    ));
    assert!(matches!(
        check_user_tags(&Tags::from([("k\n", "")])),
        Err(TagError::Character { found: '\n', .. })
    ));
    assert!(matches!(
        check_user_tags(&Tags::from([("Team", "a"), ("team", "b")])),
        Err(TagError::CaseCollision { .. })
    ));
    let many = |n: usize| (0..n).map(|i| (format!("k{i}"), "v")).collect::<Tags>();
    assert_eq!(check_user_tags(&many(44)), Ok(()));
    assert_eq!(
        check_user_tags(&many(45)),
        Err(TagError::TooMany { count: 45, max: 44 })
    );
    assert_eq!(
        check_user_tags(&Tags::from([("k".repeat(128), "v".repeat(256))])),
        Ok(())
    );
}

#[test]
fn check_policy_tag_value_accepts_what_policies_can_contain() {
    for good in ["MLSpace", "a", "two words", "_.:/=+-@", &"x".repeat(256)] {
        assert_eq!(check_policy_tag_value(SYSTEM, good), Ok(()), "{good}");
    }
    for bad in [
        "",
        "ML*",
        "a?",
        "${aws:username}",
        "Größe",
        "a\n",
        &"x".repeat(257),
    ] {
        assert!(
            matches!(
                check_policy_tag_value(SYSTEM, bad),
                Err(TagError::PolicyValue { .. })
            ),
            "{bad}"
        );
    }
}

#[test]
fn check_policy_tag_value_agrees_with_the_modules() {
    let pattern = r#"can(regex("^[A-Za-z0-9 _.:/=+@-]{1,256}$", var.system_tag))"#;
    for variables in [
        include_str!("../../../modules/platform/variables.tf"),
        include_str!("../../../modules/schedules/variables.tf"),
        include_str!("../../../modules/roles/variables.tf"),
    ] {
        assert!(variables.contains(pattern));
    }
}

proptest! {
    #[test]
    fn check_user_tags_protects_ownership(keys in proptest::collection::vec("[A-Za-z:_ -]{0,18}", 0..6)) {
        let user: Tags = keys.into_iter().map(|key| (key, "x")).collect();
        if check_user_tags(&user).is_ok() {
            let own = resource_tags("MLSpace", &fraud(), &alice());
            prop_assert!(user.clone().overlaid(&own).contains_all(&own));
            prop_assert!(own.clone().overlaid(&user).contains_all(&own));
        }
    }
}
