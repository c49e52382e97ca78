use proptest::prelude::*;

use super::*;

fn fraud() -> ProjectName {
    ProjectName::new("fraud").unwrap()
}

fn alice() -> UserName {
    UserName::new("alice").unwrap()
}

#[test]
fn memberships_and_resources_say_whose_they_are() {
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
fn policies_name_their_owner() {
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
fn overlaying_keeps_the_stronger_value() {
    let tags = Tags::from([("a", "1"), ("b", "1")]).overlaid(&Tags::from([("b", "2")]));
    assert_eq!(tags, Tags::from([("a", "1"), ("b", "2")]));
}

#[test]
fn serde_is_a_plain_map() {
    let tags: Tags = serde_json::from_str(r#"{"b":"2","a":"1"}"#).unwrap();
    assert_eq!(
        serde_json::to_string(&tags).unwrap(),
        r#"{"a":"1","b":"2"}"#
    );
}

#[test]
fn reserved_keys_are_refused_in_any_case() {
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
fn limits_hold() {
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
        Err(TagError::Twins { .. })
    ));
    let many = |n: usize| (0..n).map(|i| (format!("k{i}"), "v")).collect::<Tags>();
    assert_eq!(check_user_tags(&many(46)), Ok(()));
    assert_eq!(
        check_user_tags(&many(47)),
        Err(TagError::TooMany { count: 47, max: 46 })
    );
    assert_eq!(
        check_user_tags(&Tags::from([("k".repeat(128), "v".repeat(256))])),
        Ok(())
    );
}

proptest! {
    #[test]
    fn accepted_user_tags_never_change_ownership(keys in proptest::collection::vec("[A-Za-z:_ -]{0,18}", 0..6)) {
        let user: Tags = keys.into_iter().map(|key| (key, "x")).collect();
        if check_user_tags(&user).is_ok() {
            let own = resource_tags("MLSpace", &fraud(), &alice());
            prop_assert!(user.clone().overlaid(&own).contains_all(&own));
            prop_assert!(own.clone().overlaid(&user).contains_all(&own));
        }
    }
}

#[test]
fn policy_tag_values_are_plain_ascii() {
    let longest = "a".repeat(256);
    for value in [
        "MLSpace",
        "A platform with a long name",
        "a_.:/=+-@",
        &longest,
    ] {
        assert_eq!(check_policy_tag_value("system", value), Ok(()), "{value}");
    }
    let too_long = "a".repeat(257);
    for value in [
        "",
        "ML*",
        "M?",
        "${aws:username}",
        "Müller",
        "a\nb",
        &too_long,
    ] {
        let error = check_policy_tag_value("system", value).unwrap_err();
        assert!(error.to_string().contains("`system`"), "{error}");
    }
}
