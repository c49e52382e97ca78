use super::fake::FakeIdentityStore;
use super::*;

fn store() -> IdentityStore {
    IdentityStore {
        id: "d-0123456789".to_owned(),
        region: None,
    }
}

fn person(id: &str, user_name: &str) -> Person {
    Person {
        id: id.to_owned(),
        user_name: user_name.to_owned(),
        display_name: None,
        email: None,
        enabled: true,
    }
}

fn fake() -> FakeIdentityStore {
    FakeIdentityStore {
        groups: [
            ("Risk", vec!["u-2", "u-1", "u-gone"]),
            ("Cards", vec!["u-1"]),
            ("Empty", Vec::new()),
        ]
        .map(|(name, ids)| {
            let ids = ids.into_iter().map(str::to_owned).collect();
            (name.to_owned(), ids)
        })
        .into(),
        people: [person("u-1", "bob@example.com"), person("u-2", "alice")]
            .map(|one| (one.id.clone(), one))
            .into(),
        ..FakeIdentityStore::default()
    }
}

#[tokio::test]
async fn group_has_its_members_in_order() {
    let center = IdentityCenter::new(Arc::new(fake()));
    let group = center.group(&store(), "Risk").await.unwrap();
    let names: Vec<_> = group.members.iter().map(|one| &one.user_name).collect();
    assert_eq!(names, ["alice", "bob@example.com"]);
    let empty = center.group(&store(), "Empty").await.unwrap();
    assert_eq!(empty.members, Vec::new());
}

#[tokio::test]
async fn people_are_read_once() {
    let api = Arc::new(fake());
    let center = IdentityCenter::new(Arc::clone(&api) as _);
    for name in ["Risk", "Cards"] {
        center.group(&store(), name).await.unwrap();
    }
    let calls = api.calls.lock().unwrap();
    let described = calls.iter().filter(|call| *call == "DescribeUser u-1");
    assert_eq!(described.count(), 1, "{calls:?}");
}

#[tokio::test]
async fn group_names_the_attribute_at_fault() {
    let center = IdentityCenter::new(Arc::new(fake()));
    for (name, word) in [("Sales", "no group `Sales`"), ("risk", "`Risk`")] {
        let error = center.group(&store(), name).await.unwrap_err();
        assert_eq!(error.attribute(), Some("display_name"));
        assert!(error.to_string().contains(word), "{error}");
    }
    let denied = FakeIdentityStore {
        denied: true,
        ..fake()
    };
    let center = IdentityCenter::new(Arc::new(denied));
    let error = center.group(&store(), "Risk").await.unwrap_err();
    assert_eq!(error.attribute(), Some("identity_store_id"));
    assert!(error.detail().contains("service control policy"));
}

#[test]
fn check_store_id_takes_both_forms() {
    for good in ["d-0123456789", "01234567-89ab-cdef-0123-456789abcdef"] {
        assert_eq!(check_store_id(good), Ok(()));
    }
    for bad in [
        "",
        "d-012345678",
        "d-012345678g",
        "d-0123456789-",
        "x-0123456789",
    ] {
        assert!(check_store_id(bad).is_err(), "{bad}");
    }
}

#[tokio::test]
async fn group_refuses_two_people_of_one_name() {
    let twins = |enabled| {
        let mut api = fake();
        for (id, user_name, enabled) in [("u-1", "cn=alice", true), ("u-2", "cn,alice", enabled)] {
            let one = Person {
                enabled,
                ..person(id, user_name)
            };
            api.people.insert(id.to_owned(), one);
        }
        IdentityCenter::new(Arc::new(api))
    };
    let error = twins(true).group(&store(), "Risk").await.unwrap_err();
    assert_eq!(error.attribute(), Some("display_name"));
    let text = error.to_string();
    for part in ["`cn-alice`", "`cn=alice`", "`cn,alice`"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // Who cannot sign in takes nobody's name.
    let group = twins(false).group(&store(), "Risk").await.unwrap();
    assert_eq!(group.members.len(), 2);
}

#[test]
fn name_is_mlspace_s() {
    let name = |user_name: &str| {
        let name = person("u", user_name).name();
        name.map(|name| name.to_string())
    };
    assert_eq!(
        name("alice@example.com").as_deref(),
        Some("alice@example.com")
    );
    assert_eq!(name("cn=alice, ou").as_deref(), Some("cn-alice--ou"));
    assert_eq!(
        name("alice+ml@example.com").as_deref(),
        Some("alice+ml@example.com")
    );
    for refused in [
        "älice",
        "CORP\\alice",
        "o'brien@example.com",
        "bob_partner.example#EXT#@corp.example",
    ] {
        assert_eq!(name(refused), None, "{refused}");
    }
}
