//! Reports of an account's access, on in-memory fakes.

use super::*;
use crate::access::DataAccess;
use crate::aws::PolicyModel;
use crate::iam::fake::FakePolicy;
use crate::records::{ItemBuilder, ProjectUserRecord};
use crate::testing::{FakePlatform, dataset, member, operation, project};
use iam_policy::{Document, Statement};

const MEMBERS: &str = "mlspace-project-users";

/// The projects `churn` and `fraud`; alice in both, bob in `fraud`; a dataset in each project.
async fn platform() -> FakePlatform {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    let services = &platform.services;
    for name in ["churn", "fraud"] {
        let created = services.projects.create(&operation(), &project(name)).await;
        created.unwrap();
        let cards = dataset(&format!("project/{name}/cards"));
        services
            .datasets
            .create(&operation(), &cards)
            .await
            .unwrap();
    }
    for (project, user) in [("fraud", "alice"), ("fraud", "bob"), ("churn", "alice")] {
        let memberships = &services.memberships;
        let created = memberships
            .create(&operation(), &member(project, user))
            .await;
        created.unwrap();
    }
    platform
}

/// The report of a new process.
async fn read(platform: &mut FakePlatform, filter: &AccessFilter) -> Vec<MembershipAccess> {
    platform.restart();
    let report = platform.services.access.read(filter).await.unwrap();
    assert_eq!(report.skipped, [""; 0]);
    report.memberships
}

async fn error(platform: &mut FakePlatform) -> Error {
    platform.restart();
    let access = &platform.services.access;
    access.read(&AccessFilter::default()).await.unwrap_err()
}

/// Memberships as `project/user`.
fn ids(report: &[MembershipAccess]) -> Vec<String> {
    let ids = report
        .iter()
        .map(|found| format!("{}/{}", found.project, found.user));
    ids.collect()
}

/// The rights as letters: read, write, delete, list.
fn rights(data: &DataAccess) -> String {
    let verdicts = [&data.read, &data.write, &data.delete, &data.list];
    let letters = verdicts.iter().zip("rwdl".chars());
    letters
        .map(|(verdict, letter)| if verdict.is_allowed() { letter } else { '.' })
        .collect()
}

fn role_name(project: &str, user: &str) -> String {
    let (project, user) = (project.parse().unwrap(), user.parse().unwrap());
    crate::layout::role_name("MLSpace", &project, &user).unwrap()
}

/// Changes the role of alice in `fraud` as another program would.
fn edit_role(platform: &FakePlatform, act: impl FnOnce(&mut RoleState)) {
    let name = role_name("fraud", "alice");
    platform
        .iam
        .edit(|state| act(state.roles.get_mut(&name).unwrap()));
}

fn remove_record(platform: &FakePlatform, project: &str, user: &str) {
    let (project, user) = (project.parse().unwrap(), user.parse().unwrap());
    let key = ProjectUserRecord::key(&project, &user);
    platform.records.remove(MEMBERS, &key);
}

fn fraud_only() -> AccessFilter {
    AccessFilter {
        project: Some("fraud".parse().unwrap()),
        user: Some("alice".parse().unwrap()),
    }
}

#[test]
fn dataset_of_reads_every_type() {
    let item = |scope: &str, kind: &str, name: &str| {
        ItemBuilder::new()
            .string("scope", scope)
            .string("type", kind)
            .string("name", name)
            .build()
    };
    let ids = [
        ("global", "global", "global/d"),
        ("group", "group", "group/d"),
        ("fraud", "project", "project/fraud/d"),
        ("alice", "private", "private/alice/d"),
    ];
    for (scope, kind, id) in ids {
        assert_eq!(dataset_of(&item(scope, kind, "d")), Ok(id.parse().unwrap()));
    }
    for (scope, kind, name) in [
        ("fraud", "project", "a/*"),
        ("a*", "private", "d"),
        ("x", "odd", "d"),
    ] {
        assert!(dataset_of(&item(scope, kind, name)).is_err());
    }
}

#[tokio::test]
async fn read_says_what_it_leaves_out() {
    let platform = platform().await;
    let record = |keys: [(&str, &str); 3]| {
        let builder = ItemBuilder::new();
        let set = |item: ItemBuilder, (key, value): (&str, &str)| item.string(key, value);
        keys.into_iter().fold(builder, set).build()
    };
    let odd = [("scope", "group"), ("name", "a*"), ("type", "group")];
    let odd = record(odd);
    platform.records.insert("mlspace-datasets", odd);
    let untyped = record([("scope", "fraud"), ("name", "b"), ("x", "y")]);
    platform.records.insert("mlspace-datasets", untyped);
    let member = record([("project", "fraud"), ("user", "ü"), ("role", "")]);
    platform.records.insert(MEMBERS, member);
    let all = AccessFilter::default();
    let report = platform.services.access.read(&all).await.unwrap();
    assert_eq!(report.memberships.len(), 3);
    insta::assert_snapshot!(report.skipped.join("\n"), @"
    The record `fraud`, `b` of a dataset is left out: it has no string in its attribute `type`.
    The record `group`, `a*` of a dataset is left out: the dataset name `a*` holds `*`, but only ASCII letters, digits, spaces and `_ . - + = @ ,` are allowed.
    The record `fraud`, `ü` of a member is left out: the user name `ü` holds the character U+00FC, but only ASCII letters, digits and `_ . @ + -` are allowed.
    ");
}

#[test]
fn member_by_needs_all_three_tags() {
    let full = Tags::from([
        ("system", "MLSpace"),
        ("project", "fraud"),
        ("user", "alice"),
    ]);
    let (project, user) = member_by(&full, "MLSpace").unwrap();
    assert_eq!((project.as_str(), user.as_str()), ("fraud", "alice"));
    // MLSpace's deployment tags its own roles like this.
    let application = Tags::from([
        ("system", "MLSpace"),
        ("project", "MLSpaceInfrastructure"),
        ("user", "MLSpaceApplication"),
    ]);
    assert_eq!(member_by(&application, "MLSpace"), None);
    assert_eq!(member_by(&full, "Other"), None);
    for key in ["system", "project", "user"] {
        let mut tags = full.clone();
        tags.remove(key);
        assert_eq!(member_by(&tags, "MLSpace"), None, "{key}");
    }
}

#[test]
fn of_state_takes_every_policy_by_name() {
    let open = Document::new([Statement::allow("Open").actions(["s3:*"]).resources(["*"])]);
    let role = RoleState {
        arn: "arn:aws:iam::123456789012:role/r".to_owned(),
        boundary: Some("arn:aws:iam::123456789012:policy/p/bound".to_owned()),
        attached: ["arn:aws:iam::aws:policy/Base".to_owned()].into(),
        inline: [("own".to_owned(), open.to_json())].into(),
        ..RoleState::default()
    };
    let documents = BTreeMap::from([(
        "arn:aws:iam::aws:policy/Base".to_owned(),
        Some(open.to_json()),
    )]);
    // The boundary's document is gone: it allows nothing.
    let expected = IamRole::new("arn:aws:iam::123456789012:role/r")
        .policy("Base", open.clone())
        .policy("own", open)
        .boundary("bound", Document::new([]));
    assert_eq!(IamRole::of_state(&role, &documents), Ok(expected));
    let broken = RoleState {
        inline: [("own".to_owned(), "{".to_owned())].into(),
        ..role
    };
    let error = IamRole::of_state(&broken, &documents).unwrap_err();
    assert!(error.starts_with("inline policy `own` of role"), "{error}");
}

#[test]
fn filter_includes_named_memberships() {
    let project = |name: &str| name.parse::<ProjectName>().unwrap();
    let user = |name: &str| name.parse::<UserName>().unwrap();
    let (fraud, churn) = (project("fraud"), project("churn"));
    let (alice, bob) = (user("alice"), user("bob"));
    let both = fraud_only();
    assert!(AccessFilter::default().includes(&churn, &bob));
    assert!(both.includes(&fraud, &alice));
    assert!(!both.includes(&churn, &alice) && !both.includes(&fraud, &bob));
}

#[tokio::test]
async fn read_reports_memberships_on_record() {
    let mut platform = platform().await;
    let report = read(&mut platform, &AccessFilter::default()).await;
    assert_eq!(ids(&report), ["churn/alice", "fraud/alice", "fraud/bob"]);
    for found in &report {
        let name = role_name(found.project.as_str(), found.user.as_str());
        assert!(found.role_arn.ends_with(&name), "{}", found.role_arn);
        let own = format!("project/{}/cards", found.project);
        for data in &found.data {
            let expected = if data.dataset.id() == own {
                "rwdl"
            } else {
                "...."
            };
            assert_eq!(rights(data), expected, "{}", data.dataset);
        }
        assert!(found.sagemaker.create_job.is_allowed());
        assert!(!found.sagemaker.create_untagged_job.is_allowed());
        assert!(!found.sagemaker.use_others.is_allowed());
    }
}

#[tokio::test]
async fn read_is_equal_for_both_policy_models() {
    let mut letters = Vec::new();
    for model in [PolicyModel::PerPrincipal, PolicyModel::Attribute] {
        let mut platform = FakePlatform::new(model).with_alice_in_fraud().await;
        let services = &platform.services;
        for id in [
            "global/days",
            "private/alice/x",
            "private/bob/x",
            "project/fraud/cards",
        ] {
            let created = services.datasets.create(&operation(), &dataset(id)).await;
            created.unwrap();
        }
        let report = read(&mut platform, &AccessFilter::default()).await;
        letters.push(report[0].data.iter().map(rights).collect::<Vec<_>>());
    }
    assert_eq!(letters[0], ["r..l", "rwdl", "....", "rwdl"]);
    assert_eq!(letters[0], letters[1]);
}

#[tokio::test]
async fn read_finds_memberships_by_role_tags() {
    let mut platform = platform().await;
    remove_record(&platform, "fraud", "alice");
    let report = read(&mut platform, &AccessFilter::default()).await;
    assert_eq!(ids(&report), ["churn/alice", "fraud/alice", "fraud/bob"]);
    assert!(report[1].sagemaker.create_job.is_allowed());
    // A foreign role with the tags of another system is not a membership.
    edit_role(&platform, |role| {
        role.tags.insert("system", "Other");
    });
    let report = read(&mut platform, &AccessFilter::default()).await;
    assert_eq!(ids(&report), ["churn/alice", "fraud/bob"]);
}

#[tokio::test]
async fn read_reports_memberships_without_a_role() {
    let mut platform = platform().await;
    let name = role_name("fraud", "alice");
    platform.iam.edit(|state| {
        state.roles.remove(&name);
    });
    let report = read(&mut platform, &fraud_only()).await;
    assert_eq!(ids(&report), ["fraud/alice"]);
    assert!(report[0].role_arn.ends_with(&name));
    for data in &report[0].data {
        assert_eq!(rights(data), "....");
        assert_eq!(data.read.reason(), Some("the role is missing"));
    }
    assert_eq!(
        report[0].sagemaker.create_job.reason(),
        Some("the role is missing")
    );
}

#[tokio::test]
async fn read_applies_filters() {
    let mut platform = platform().await;
    // Roles found by their tags are filtered too.
    remove_record(&platform, "fraud", "bob");
    let fraud = AccessFilter {
        project: Some("fraud".parse().unwrap()),
        user: None,
    };
    assert_eq!(
        ids(&read(&mut platform, &fraud).await),
        ["fraud/alice", "fraud/bob"]
    );
    let alice = AccessFilter {
        project: None,
        user: Some("alice".parse().unwrap()),
    };
    assert_eq!(
        ids(&read(&mut platform, &alice).await),
        ["churn/alice", "fraud/alice"]
    );
    assert_eq!(
        ids(&read(&mut platform, &fraud_only()).await),
        ["fraud/alice"]
    );
    let zoe = AccessFilter {
        project: None,
        user: Some("zoe".parse().unwrap()),
    };
    assert!(read(&mut platform, &zoe).await.is_empty());
}

#[tokio::test]
async fn read_evaluates_boundaries() {
    let mut platform = platform().await;
    let arn = crate::testing::account().policy_arn("bound");
    let listing = Document::new([Statement::allow("List")
        .actions(["s3:List*"])
        .resources(["*"])]);
    platform.iam.edit(|state| {
        let policy = FakePolicy::new(&listing.to_json(), &Tags::new());
        state.policies.insert(arn.clone(), policy);
    });
    edit_role(&platform, |role| role.boundary = Some(arn.clone()));
    let report = read(&mut platform, &fraud_only()).await;
    let own = report[0].data.last().unwrap();
    assert_eq!(rights(own), "...l");
    assert_eq!(
        own.read.reason(),
        Some("the permissions boundary does not allow it")
    );
    // A boundary that was deleted since allows nothing.
    platform.iam.edit(|state| {
        state.policies.remove(&arn);
    });
    let report = read(&mut platform, &fraud_only()).await;
    assert_eq!(rights(report[0].data.last().unwrap()), "....");
}

#[tokio::test]
async fn read_evaluates_inline_policies() {
    let mut platform = platform().await;
    let deny = Document::new([Statement::deny("No")
        .actions(["s3:GetObject"])
        .resources(["*"])]);
    edit_role(&platform, |role| {
        role.inline.insert("foreign".to_owned(), deny.to_json());
    });
    let report = read(&mut platform, &fraud_only()).await;
    let own = report[0].data.last().unwrap();
    assert_eq!(rights(own), ".wdl");
    assert_eq!(own.read.reason(), Some("denied by `No` of `foreign`"));
}

#[tokio::test]
async fn read_refuses_policies_that_it_cannot_parse() {
    let mut platform = platform().await;
    let arn = crate::testing::account().policy_arn("MLSpace-project-fraud");
    platform.iam.edit(|state| {
        let policy = state.policies.get_mut(&arn).unwrap();
        policy.versions.insert(9, "{".to_owned());
    });
    let error = error(&mut platform).await;
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
    assert!(
        error.to_string().starts_with(&format!("policy `{arn}`")),
        "{error}"
    );
}

#[tokio::test]
async fn read_works_without_bulk_reads() {
    let mut platform = platform().await;
    let expected = read(&mut platform, &AccessFilter::default()).await;
    platform.faults.deny("GetAccountAuthorizationDetails");
    assert_eq!(
        read(&mut platform, &AccessFilter::default()).await,
        expected
    );
    // Roles are found by their tags in bulk reads only.
    remove_record(&platform, "fraud", "bob");
    let report = read(&mut platform, &AccessFilter::default()).await;
    assert_eq!(ids(&report), ["churn/alice", "fraud/alice"]);
}

#[tokio::test]
async fn read_fails_when_roles_cannot_be_read() {
    let mut platform = platform().await;
    platform.faults.deny("GetAccountAuthorizationDetails");
    platform.faults.deny("GetRole");
    assert!(error(&mut platform).await.is_denied());
}

#[tokio::test]
async fn read_needs_the_tables() {
    for table in [MEMBERS, "mlspace-datasets"] {
        let mut platform = platform().await;
        platform.records.drop_table(table);
        let expected = Error::NoTable {
            table: table.to_owned(),
        };
        assert_eq!(error(&mut platform).await, expected);
    }
}
