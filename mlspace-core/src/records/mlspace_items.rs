//! Items as MLSpace writes them, through the readers and back. The shapes are those of its data
//! access objects (<https://github.com/awslabs/mlspace>, `data_access_objects`).

use aws_sdk_dynamodb::types::AttributeValue;

use super::*;
use crate::name::ProjectName;

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: &str) -> AttributeValue {
    AttributeValue::N(number.to_owned())
}

fn map(entries: &[(&str, AttributeValue)]) -> AttributeValue {
    AttributeValue::M(item(entries))
}

fn item(entries: &[(&str, AttributeValue)]) -> Item {
    let entries = entries.iter();
    entries
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

/// A project, as the web application creates it; the attribute `theirs` is of nobody's.
fn project() -> Item {
    let termination = map(&[
        ("defaultEMRClusterTTL", n("168")),
        ("defaultEndpointTTL", n("168")),
        ("defaultNotebookStopTime", s("17:00")),
        ("allowEMROwnerOverride", AttributeValue::Bool(false)),
        ("allowEndpointOwnerOverride", AttributeValue::Bool(true)),
        ("allowNotebookOwnerOverride", AttributeValue::Bool(true)),
        ("theirs", s("kept")),
    ]);
    item(&[
        ("name", s("fraud")),
        ("description", s("Card fraud")),
        ("suspended", AttributeValue::Bool(false)),
        (
            "createdBy",
            s("cn-jane-adelaide-doe-ou-data-science-dc-example-dc-com"),
        ),
        ("createdAt", n("1700000000.123456")),
        ("lastUpdatedAt", n("1700000001.5")),
        (
            "metadata",
            map(&[
                ("terminationConfiguration", termination),
                ("theirs", s("kept")),
            ]),
        ),
        ("theirs", s("kept")),
    ])
}

/// The item after `change`, which has to be accepted.
fn changed(item: &Item, change: &Change) -> Item {
    change.applied(Some(item), Item::new()).unwrap()
}

#[test]
fn project_survives_changes() {
    let before = project();
    let record = ProjectRecord::read(&before).unwrap();
    assert_eq!(record.created_at, 1_700_000_000);
    let termination = record.termination.clone().unwrap();
    assert_eq!(termination.default_endpoint_ttl_hours, Some(168));
    assert_eq!(record.change_from(&record, &before), None);
    assert_eq!(ProjectRecord::missing(&before), [""; 0]);

    let wanted = ProjectRecord {
        description: "new".to_owned(),
        suspended: true,
        termination: None,
        last_updated_at: 1_800_000_000,
        ..record.clone()
    };
    let change = wanted.change_from(&record, &before).unwrap();
    let after = changed(&before, &change);
    assert_eq!(ProjectRecord::read(&after), Ok(wanted));
    let metadata = after["metadata"].as_m().unwrap();
    assert_eq!(after["theirs"], s("kept"));
    assert_eq!(metadata["theirs"], s("kept"));
    assert_eq!(
        metadata["terminationConfiguration"],
        map(&[("theirs", s("kept"))])
    );
    assert_eq!(ProjectRecord::missing(&after), [""; 0]);
    assert_eq!(after["createdAt"], before["createdAt"]);
}

/// The command-line interface and older versions of MLSpace leave out what has a default.
#[test]
fn project_without_defaults_is_completed() {
    let name: ProjectName = "fraud".parse().unwrap();
    let before = ProjectRecord::key(&name).attributes();
    let record = ProjectRecord::read(&before).unwrap();
    assert_eq!((record.created_at, record.suspended), (0, false));
    let change = record.change_from(&record, &before).unwrap();
    let after = changed(&before, &change);
    assert_eq!(ProjectRecord::missing(&after), [""; 0]);
    assert_eq!(record.change_from(&record, &after), None);
}

#[test]
fn member_keeps_permissions() {
    let before = item(&[
        ("project", s("fraud")),
        ("user", s("_svc")),
        ("permissions", AttributeValue::L(vec![s("CO"), s("MO")])),
        ("role", s("")),
        ("theirs", s("kept")),
    ]);
    let record = ProjectUserRecord::read(&before).unwrap();
    assert!(record.is_owner());
    let change = Change::new().set_strings("permissions", &record.permissions_with(false));
    let after = changed(&before, &change);
    assert_eq!(after["permissions"], AttributeValue::L(vec![s("CO")]));
    assert_eq!(after["theirs"], s("kept"));
    assert!(record.user.parse::<crate::name::UserName>().is_ok());
}

#[test]
fn datasets_of_all_types_are_complete() {
    for (scope, kind, prefix) in [
        ("global", "global", "global/datasets/exp_1/"),
        ("fraud", "project", "project/fraud/datasets/exp_1/"),
        ("alice", "private", "private/alice/datasets/exp_1/"),
        ("group", "group", "group/datasets/exp_1/"),
    ] {
        let location = format!("s3://data/{prefix}");
        let before = item(&[
            ("scope", s(scope)),
            ("name", s("exp_1")),
            ("type", s(kind)),
            ("description", s("two\nlines")),
            ("location", s(&location)),
            ("createdBy", s("default-user")),
            ("createdAt", n("1700000000.5")),
            ("lastUpdatedAt", n("1700000000.5")),
            ("groups", AttributeValue::L(vec![s("risk")])),
        ]);
        let record = DatasetRecord::read(&before).unwrap();
        assert_eq!(record.kind, kind);
        assert_eq!(record.description, "two\nlines");
        assert_eq!(record.groups, ["risk"]);
        assert_eq!(DatasetRecord::missing(&before), [""; 0]);
        let mut untyped = before;
        untyped.remove("type");
        assert_eq!(DatasetRecord::read(&untyped).unwrap().kind, kind);
    }
}

#[test]
fn other_tables_are_read() {
    let schedule = item(&[
        ("resourceId", s("alice-fraud")),
        ("resourceType", s("notebook-instance")),
        ("terminationTime", n("1700000000.0")),
        ("project", s("fraud")),
    ]);
    let schedule = ScheduleRecord::read(&schedule).unwrap();
    assert_eq!(schedule.termination_time, 1_700_000_000);
    let member = item(&[
        ("group", s("risk")),
        ("user", s("alice")),
        ("permissions", AttributeValue::L(Vec::new())),
        ("role", s("")),
    ]);
    let member = GroupUserRecord::read(&member).unwrap();
    assert_eq!(
        (member.group.as_str(), member.user.as_str()),
        ("risk", "alice")
    );
    let share = item(&[("group", s("risk")), ("dataset", s("exp_1"))]);
    let share = GroupDatasetRecord::read(&share).unwrap();
    assert_eq!(
        share.item(),
        item(&[("group", s("risk")), ("dataset", s("exp_1"))])
    );
}
