use proptest::prelude::*;

use super::*;

#[test]
fn new_accepts_valid_names() {
    for name in [
        "a",
        "fraud",
        "Project001v20241002",
        "123456789012345678901234",
    ] {
        assert_eq!(ProjectName::new(name).unwrap().as_str(), name);
        assert_eq!(GroupName::new(name).unwrap().to_string(), name);
    }
    for name in [
        "alice",
        "matt@example.com",
        "a_b",
        "a+b-c.d",
        "7up",
        "_svc",
        "-",
        "group",
        &"x".repeat(121),
    ] {
        assert_eq!(UserName::new(name).unwrap().as_ref(), name);
    }
    for name in [
        "cards-2026",
        "a-",
        "datasets",
        "exp_1",
        "my_data.v2",
        "-x",
        ".cache",
        "...",
        "date=2026, Q1 @home+",
        &"d".repeat(255),
    ] {
        assert_eq!(String::from(DatasetName::new(name).unwrap()), name);
    }
    for name in ["alice-fraud", "a--b", "A", &"n".repeat(63)] {
        assert!(NotebookName::new(name).is_ok(), "{name}");
    }
}

#[test]
fn new_rejects_each_broken_rule() {
    assert_eq!(
        ProjectName::new(""),
        Err(NameError::Empty {
            kind: NameKind::Project
        })
    );
    assert_eq!(
        ProjectName::new("a".repeat(25)),
        Err(NameError::TooLong {
            kind: NameKind::Project,
            max: 24,
            len: 25
        })
    );
    assert!(matches!(
        ProjectName::new("a-b"),
        Err(NameError::Character { found: '-', .. })
    ));
    assert!(matches!(
        UserName::new("a".repeat(122)),
        Err(NameError::TooLong {
            max: 121,
            len: 122,
            ..
        })
    ));
    assert!(matches!(
        NotebookName::new("a-"),
        Err(NameError::End { found: '-', .. })
    ));
    assert!(matches!(
        NotebookName::new("a".repeat(64)),
        Err(NameError::TooLong { max: 63, .. })
    ));
    assert!(matches!(
        DatasetName::new("a".repeat(256)),
        Err(NameError::TooLong { max: 255, .. })
    ));
    assert!(matches!(
        DatasetName::new(" a"),
        Err(NameError::Start { found: ' ', .. })
    ));
    assert!(matches!(
        DatasetName::new("a "),
        Err(NameError::End { found: ' ', .. })
    ));
    for path in [".", ".."] {
        assert!(matches!(
            DatasetName::new(path),
            Err(NameError::Reserved { .. })
        ));
        assert!(matches!(
            UserName::new(path),
            Err(NameError::Reserved { .. })
        ));
    }
    assert!(matches!(
        GroupName::new("a".repeat(25)),
        Err(NameError::TooLong { max: 24, .. })
    ));
}

#[test]
fn check_new_refuses_reserved_words() {
    for word in RESERVED {
        let project = ProjectName::new(*word).map(|name| name.check_new());
        let user = UserName::new(*word).map(|name| name.check_new());
        let group = GroupName::new(*word).map(|name| name.check_new());
        for refused in [project, user, group] {
            // Some are not names of every kind.
            let Ok(refused) = refused else { continue };
            assert!(matches!(refused, Err(NameError::Reserved { .. })), "{word}");
        }
    }
    // MLSpace compares with case.
    for word in ["Global", "GROUP", "globals"] {
        assert_eq!(ProjectName::new(word).unwrap().check_new(), Ok(()));
    }
}

#[test]
fn check_new_is_narrower_than_the_type() {
    let user = |name: &str| UserName::new(name).unwrap().check_new();
    assert_eq!(user(&"a".repeat(64)), Ok(()));
    assert!(matches!(
        user(&"a".repeat(65)),
        Err(NameError::TooLong { max: 64, .. })
    ));
    assert!(matches!(
        user("_svc"),
        Err(NameError::Start { found: '_', .. })
    ));
    let dataset = |name: &str| DatasetName::new(name).unwrap().check_new();
    assert_eq!(dataset("cards-2026"), Ok(()));
    assert!(matches!(
        dataset("exp_1"),
        Err(NameError::Character { found: '_', .. })
    ));
    assert!(matches!(dataset("-x"), Err(NameError::Start { .. })));
}

#[test]
fn new_rejects_special_characters() {
    for bad in [
        "a*",
        "a?",
        "${aws:username}",
        "a/b",
        "a:b",
        "a\\b",
        "a\t",
        "a\n",
        "a\u{0}",
        "a\u{7f}",
        "é",
        "ａ",
        "a\u{202e}",
        "a'b",
        "a\"b",
        "a..b/",
    ] {
        assert!(
            matches!(ProjectName::new(bad), Err(NameError::Character { .. })),
            "{bad:?}"
        );
        assert!(
            matches!(UserName::new(bad), Err(NameError::Character { .. })),
            "{bad:?}"
        );
        assert!(
            matches!(DatasetName::new(bad), Err(NameError::Character { .. })),
            "{bad:?}"
        );
        assert!(
            matches!(GroupName::new(bad), Err(NameError::Character { .. })),
            "{bad:?}"
        );
        assert!(
            matches!(NotebookName::new(bad), Err(NameError::Character { .. })),
            "{bad:?}"
        );
    }
}

#[test]
fn name_error_states_rule_and_remedy() {
    insta::assert_snapshot!(ProjectName::new("fraud*").unwrap_err(), @"the project name `fraud*` holds `*`, but only ASCII letters and digits are allowed: remove or replace it");
    insta::assert_snapshot!(UserName::new("a\nb").unwrap_err(), @r"the user name `a\nb` holds the character U+000A, but only ASCII letters, digits and `_ . @ + -` are allowed: remove or replace it");
    insta::assert_snapshot!(ProjectName::new("a".repeat(25)).unwrap_err(), @"a project name has at most 24 characters, this one has 25: shorten it");
    insta::assert_snapshot!(GroupName::new("logs").unwrap().check_new().unwrap_err(), @"`logs` is reserved and cannot name a group: choose another name");
    insta::assert_snapshot!(UserName::new("").unwrap_err(), @"a user name must not be empty: write at least one letter or digit");
    insta::assert_snapshot!(NotebookName::new("a-").unwrap_err(), @"the notebook name `a-` ends with `-`: end it with an ASCII letter or digit");
}

#[test]
fn names_deserialize_with_validation() {
    let name: UserName = serde_json::from_str("\"alice\"").unwrap();
    assert_eq!(serde_json::to_string(&name).unwrap(), "\"alice\"");
    let error = serde_json::from_str::<UserName>("\"a*\"").unwrap_err();
    assert!(error.to_string().contains("holds `*`"), "{error}");
}

#[test]
fn same_ignoring_case_compares_whole_names() {
    assert!(same_ignoring_case("Foo", ProjectName::new("foo").unwrap()));
    assert!(!same_ignoring_case("foo", "fooo"));
}

/// Whether the name is safe in a policy, a key and a log line.
fn harmless(name: &str) -> bool {
    name.trim() == name
        && !matches!(name, "" | "." | "..")
        && name.chars().all(|c| {
            (c.is_ascii_graphic() || c == ' ')
                && !matches!(
                    c,
                    '*' | '?'
                        | '$'
                        | '{'
                        | '}'
                        | '/'
                        | ':'
                        | '\\'
                        | '"'
                        | '\''
                        | '`'
                        | '<'
                        | '>'
                        | '&'
                        | ';'
                        | '|'
                )
        })
}

proptest! {
    #[test]
    fn new_accepts_only_harmless_names(text in prop_oneof![any::<String>(), "[A-Za-z0-9_.@+=,*?/:$ {}\\\\-]{0,30}"]) {
        let accepted = [
            ProjectName::new(text.as_str()).map(String::from),
            UserName::new(text.as_str()).map(String::from),
            DatasetName::new(text.as_str()).map(String::from),
            GroupName::new(text.as_str()).map(String::from),
            NotebookName::new(text.as_str()).map(String::from),
        ];
        for name in accepted.into_iter().flatten() {
            prop_assert!(harmless(&name), "{name:?}");
            prop_assert_eq!(name, text.clone());
        }
    }

    #[test]
    fn new_accepts_what_the_rule_describes(project in "[A-Za-z0-9]{1,24}", user in "[A-Za-z0-9_@+-][A-Za-z0-9_.@+-]{0,120}", dataset in "[A-Za-z0-9_+=@,-]([A-Za-z0-9_.+=@, -]{0,253}[A-Za-z0-9_.+=@,-])?", notebook in "[A-Za-z0-9](-{0,2}[A-Za-z0-9]){0,20}") {
        let new = |name: &str| !RESERVED.contains(&name);
        prop_assert_eq!(ProjectName::new(project.as_str()).unwrap().check_new().is_ok(), new(&project));
        prop_assert!(UserName::new(user).is_ok());
        prop_assert!(DatasetName::new(dataset).is_ok());
        prop_assert!(NotebookName::new(notebook).is_ok());
    }

    /// What is new to the platform is also valid without being new.
    #[test]
    fn check_new_accepts_what_the_rule_describes(user in "[A-Za-z0-9][A-Za-z0-9_.@+-]{0,63}", dataset in "[A-Za-z0-9][A-Za-z0-9-]{0,254}") {
        prop_assert_eq!(UserName::new(user.as_str()).unwrap().check_new().is_ok(), !RESERVED.contains(&user.as_str()));
        prop_assert!(DatasetName::new(dataset).unwrap().check_new().is_ok());
    }

    #[test]
    fn names_round_trip(user in "[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,120}") {
        if let Ok(name) = UserName::new(user) {
            prop_assert_eq!(name.to_string().parse::<UserName>().unwrap(), name);
        }
    }
}
