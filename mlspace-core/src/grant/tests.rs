//! Grants on in-memory fakes.

use super::*;
use crate::aws::PolicyModel;
use crate::external_location::{Bucket, PolicyText};
use crate::membership::PASS_ROLE;
use crate::name::UserName;
use crate::ownership::OnlyCreates;
use crate::plan::PlanOutcome;
use crate::project::ProjectRecord;
use crate::services::Services;
use crate::testing::{
    FakePlatform, converges, member, operation, operation_of, project, project_name,
};

const MODELS: [PolicyModel; 2] = [PolicyModel::PerPrincipal, PolicyModel::Attribute];
const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/lake";

fn lake(prefixes: &[&str]) -> ExternalLocationSpec {
    ExternalLocationSpec {
        name: "lake".parse().unwrap(),
        bucket: "analytics-lake".to_owned(),
        prefixes: prefixes.iter().map(|&prefix| prefix.to_owned()).collect(),
        kms_key_arn: None,
    }
}

/// A platform with alice in the project `fraud` and the location `lake`.
async fn platform(model: PolicyModel) -> FakePlatform {
    let platform = FakePlatform::new(model).with_alice_in_fraud().await;
    create_location(&platform.services, &lake(&["cards/"])).await;
    platform
}

async fn create_location(services: &Services, spec: &ExternalLocationSpec) {
    let created = services.external_locations.create(&operation(), spec).await;
    created.unwrap();
}

fn spec(id: &str, access: Access) -> GrantSpec {
    GrantSpec {
        key: id.parse().unwrap(),
        access,
    }
}

async fn create(services: &Services, id: &str, access: Access) -> Result<Grant, Error> {
    let created = services
        .grants
        .create(&operation(), &spec(id, access))
        .await;
    created.map_err(|failure| failure.error)
}

async fn delete(services: &Services, id: &str) -> Result<(), Error> {
    services
        .grants
        .delete(&operation(), &id.parse().unwrap())
        .await
}

async fn read(services: &Services, id: &str) -> Option<Grant> {
    services.grants.read(&id.parse().unwrap()).await.unwrap()
}

async fn join(services: &Services, project: &str, user: &str) {
    let memberships = &services.memberships;
    let created = memberships
        .create(&operation(), &member(project, user))
        .await;
    created.unwrap();
}

/// The Allow statements for the lake in the inline policy of a membership's role: their actions and
/// resources.
fn opened(platform: &FakePlatform, project: &str, user: &str) -> String {
    let name = crate::layout::role_name("MLSpace", &project_name(project), &user.parse().unwrap())
        .unwrap();
    let state = platform.iam.state();
    let document = &state.roles[&name].inline[PASS_ROLE];
    let document = iam_policy::Document::parse(document).unwrap();
    let grants = document.statements.iter().filter(|statement| {
        let sid = statement.sid.as_deref().unwrap_or_default();
        sid.starts_with("Grant")
    });
    let texts: Vec<String> = grants
        .map(|statement| iam_policy::Document::new([statement.clone()]).to_json())
        .collect();
    texts.join("\n")
}

async fn drift(platform: &FakePlatform, project: &str, user: &str) -> Vec<String> {
    let (project, user) = (project_name(project), user.parse::<UserName>().unwrap());
    let found = platform.services.memberships.read(&project, &user).await;
    found.unwrap().unwrap().drift
}

async fn plan(platform: &FakePlatform, id: &str, access: Access) -> PlanOutcome<PlannedGrant> {
    let grants = &platform.services.grants;
    grants.plan(&spec(id, access), None, &OnlyCreates).await
}

#[tokio::test]
async fn grant_opens_the_roles_of_present_and_later_members() {
    for model in MODELS {
        let mut platform = platform(model).await;
        let grant = create(&platform.services, "lake/project/fraud", Access::Read)
            .await
            .unwrap();
        assert_eq!(
            grant.opens,
            "Every member of project `fraud` can list and read the objects under `s3://analytics-lake/cards/`."
        );
        join(&platform.services, "fraud", "bob").await;
        platform.restart();
        for user in ["alice", "bob"] {
            let text = opened(&platform, "fraud", user);
            assert!(text.contains("analytics-lake/cards/*"), "{user}: {text}");
            assert!(!text.contains("s3:PutObject"), "{user}: {text}");
            assert_eq!(drift(&platform, "fraud", user).await, [""; 0]);
        }
        assert_eq!(
            read(&platform.services, "lake/project/fraud").await,
            Some(grant)
        );
    }
}

#[tokio::test]
async fn grant_is_changed_and_removed() {
    for model in MODELS {
        let platform = platform(model).await;
        let before = opened(&platform, "fraud", "alice");
        let services = &platform.services;
        let id = "lake/project/fraud";
        create(services, id, Access::Read).await.unwrap();
        let changed = spec(id, Access::ReadWrite);
        let updated = services
            .grants
            .update(&operation(), &changed)
            .await
            .unwrap();
        assert_eq!(
            (updated.access, updated.drift),
            (Access::ReadWrite, Vec::new())
        );
        assert!(opened(&platform, "fraud", "alice").contains("s3:PutObject"));
        delete(services, id).await.unwrap();
        assert_eq!(opened(&platform, "fraud", "alice"), before);
        assert_eq!(read(services, id).await, None);
        assert_eq!(drift(&platform, "fraud", "alice").await, [""; 0]);
        delete(services, id).await.unwrap();
    }
}

#[tokio::test]
async fn grant_is_for_its_members_only() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let services = &platform.services;
    let churn = services
        .projects
        .create(&operation(), &project("churn"))
        .await;
    churn.unwrap();
    for (project, user) in [("fraud", "bob"), ("churn", "alice"), ("churn", "carol")] {
        join(services, project, user).await;
    }
    platform.add_to_group("carol", "risk");
    let members = [
        ("fraud", "alice"),
        ("fraud", "bob"),
        ("churn", "alice"),
        ("churn", "carol"),
    ];
    for (id, expected) in [
        ("lake/membership/fraud/alice", [true, false, false, false]),
        ("lake/user/alice", [true, false, true, false]),
        ("lake/group/risk", [false, false, false, true]),
        ("lake/project/churn", [false, false, true, true]),
    ] {
        create(services, id, Access::Read).await.unwrap();
        let has = members.map(|(project, user)| !opened(&platform, project, user).is_empty());
        assert_eq!(has, expected, "{id}");
        delete(services, id).await.unwrap();
    }
}

#[tokio::test]
async fn create_refuses_missing_and_existing_things() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let services = &platform.services;
    let missing = create(services, "lake/project/nosuch", Access::Read).await;
    assert_eq!(missing.unwrap_err().attribute(), Some("project"));
    let missing = create(services, "pond/project/fraud", Access::Read).await;
    assert!(
        matches!(missing, Err(Error::NotFound { .. })),
        "{missing:?}"
    );
    let id = "lake/project/fraud";
    create(services, id, Access::Read).await.unwrap();
    let again = create(services, id, Access::ReadWrite).await;
    assert!(matches!(again, Err(Error::Exists { .. })), "{again:?}");
    let planned = plan(&platform, id, Access::Read).await;
    assert!(
        planned.errors[0].detail.contains("mlspace_grant.NAME"),
        "{planned:?}"
    );
    // Another state neither changes nor removes it.
    let other = || operation_of(Claim::Token(Token::random()));
    let updated = services
        .grants
        .update(&other(), &spec(id, Access::ReadWrite))
        .await;
    assert!(matches!(updated.unwrap_err().error, Error::Foreign { .. }));
    let deleted = services.grants.delete(&other(), &id.parse().unwrap()).await;
    assert!(matches!(deleted, Err(Error::Foreign { .. })), "{deleted:?}");
}

#[tokio::test]
async fn location_with_grants_is_not_deleted() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let services = &platform.services;
    create(services, "lake/project/fraud", Access::Read)
        .await
        .unwrap();
    let name = "lake".parse().unwrap();
    let deleted = services
        .external_locations
        .delete(&operation(), &name)
        .await;
    match deleted {
        Err(Error::InUse { by, .. }) => assert_eq!(by, ["lake/project/fraud"]),
        other => panic!("{other:?}"),
    }
    delete(services, "lake/project/fraud").await.unwrap();
    let deleted = services
        .external_locations
        .delete(&operation(), &name)
        .await;
    deleted.unwrap();
}

#[tokio::test]
async fn change_of_a_location_is_written_to_all_roles() {
    let platform = platform(PolicyModel::Attribute).await;
    let services = &platform.services;
    create(services, "lake/project/fraud", Access::Read)
        .await
        .unwrap();
    let changed = ExternalLocationSpec {
        kms_key_arn: Some(KEY.to_owned()),
        ..lake(&["rates/"])
    };
    let updated = services
        .external_locations
        .update(&operation(), &changed)
        .await;
    updated.unwrap();
    let text = opened(&platform, "fraud", "alice");
    assert!(
        text.contains("analytics-lake/rates/*") && text.contains(KEY),
        "{text}"
    );
    assert!(!text.contains("cards"), "{text}");
    assert_eq!(drift(&platform, "fraud", "alice").await, [""; 0]);
}

/// A later project of the same name would have the grants of a deleted one.
#[tokio::test]
async fn project_with_grants_is_deleted_by_force_only() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let services = &platform.services;
    create(services, "lake/project/fraud", Access::Read)
        .await
        .unwrap();
    create(services, "lake/membership/fraud/alice", Access::Read)
        .await
        .unwrap();
    let name = project_name("fraud");
    match services.projects.delete(&operation(), &name, false).await {
        Err(Error::InUse { by, .. }) => {
            assert!(
                by.contains(&"grant lake/project/fraud".to_owned()),
                "{by:?}"
            );
        }
        other => panic!("{other:?}"),
    }
    let deleted = services.projects.delete(&operation(), &name, true).await;
    deleted.unwrap();
    assert_eq!(read(services, "lake/project/fraud").await, None);
    assert_eq!(read(services, "lake/membership/fraud/alice").await, None);
}

#[tokio::test]
async fn read_tells_of_a_project_that_is_gone() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    create(&platform.services, "lake/project/fraud", Access::Read)
        .await
        .unwrap();
    let key = ProjectRecord::key(&project_name("fraud"));
    platform.records.remove("mlspace-projects", &key);
    let grant = read(&platform.services, "lake/project/fraud")
        .await
        .unwrap();
    assert!(
        grant.drift[0].contains("does not exist"),
        "{:?}",
        grant.drift
    );
}

#[tokio::test]
async fn create_converges_after_every_interruption() {
    for model in MODELS {
        converges(
            async || platform(model).await,
            async |services| create(services, "lake/project/fraud", Access::Read).await,
        )
        .await;
    }
}

#[tokio::test]
async fn delete_converges_after_every_interruption() {
    converges(
        async || {
            let platform = platform(PolicyModel::PerPrincipal).await;
            create(&platform.services, "lake/project/fraud", Access::Read)
                .await
                .unwrap();
            platform
        },
        async |services| delete(services, "lake/project/fraud").await,
    )
    .await;
}

#[tokio::test]
async fn update_converges_after_every_interruption() {
    converges(
        async || {
            let platform = platform(PolicyModel::PerPrincipal).await;
            create(&platform.services, "lake/project/fraud", Access::Read)
                .await
                .unwrap();
            platform
        },
        async |services| {
            let changed = spec("lake/project/fraud", Access::ReadWrite);
            let updated = services.grants.update(&operation(), &changed).await;
            updated.map_err(|failure| failure.error)
        },
    )
    .await;
}

/// An interrupted change is drift until the next apply.
#[tokio::test]
async fn interrupted_update_is_drift() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let id = "lake/project/fraud";
    create(&platform.services, id, Access::Read).await.unwrap();
    platform
        .faults
        .refuse("iam", "PutRolePolicy", "ServiceFailure", 1);
    let changed = spec(id, Access::ReadWrite);
    let updated = platform
        .services
        .grants
        .update(&operation(), &changed)
        .await;
    let reached = updated.unwrap_err().reached.unwrap();
    assert_eq!(reached.drift.len(), 1, "{reached:?}");
    let mended = platform
        .services
        .grants
        .update(&operation(), &changed)
        .await;
    assert_eq!(mended.unwrap().drift, [""; 0]);
    assert!(opened(&platform, "fraud", "alice").contains("s3:PutObject"));
}

/// A membership that is created while a grant is: the one that is later sees the other.
#[tokio::test]
async fn membership_that_is_created_meanwhile_has_the_grant() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let services = &platform.services;
    let (joining, bob) = (operation(), member("fraud", "bob"));
    let (bob, granted) = futures::join!(
        services.memberships.create(&joining, &bob),
        create(services, "lake/project/fraud", Access::Read)
    );
    bob.unwrap();
    granted.unwrap();
    assert!(opened(&platform, "fraud", "bob").contains("analytics-lake"));
    assert_eq!(drift(&platform, "fraud", "bob").await, [""; 0]);
}

#[tokio::test]
async fn two_grants_at_once_are_both_recorded() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let services = &platform.services;
    let (a, b) = futures::join!(
        create(services, "lake/project/fraud", Access::Read),
        create(services, "lake/membership/fraud/alice", Access::ReadWrite)
    );
    a.unwrap();
    b.unwrap();
    for id in ["lake/project/fraud", "lake/membership/fraud/alice"] {
        assert!(read(services, id).await.is_some(), "{id}");
    }
    // The wider of the two holds.
    assert!(opened(&platform, "fraud", "alice").contains("s3:PutObject"));
}

#[tokio::test]
async fn plan_says_what_is_opened_and_for_whom() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let planned = plan(&platform, "lake/membership/fraud/alice", Access::ReadWrite).await;
    assert_eq!(
        (planned.errors.len(), planned.warnings.len()),
        (0, 0),
        "{planned:?}"
    );
    let values = planned.values.unwrap();
    assert_eq!(
        values.opens.as_deref(),
        Some(
            "User `alice` in project `fraud` can list, read, write and delete the objects under \
             `s3://analytics-lake/cards/`."
        )
    );
    let unknown = plan(&platform, "pond/project/fraud", Access::Read).await;
    assert_eq!(unknown.values.unwrap().opens, None);
}

#[tokio::test]
async fn plan_names_the_layer_that_refuses() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Sid":"OnlyAnalytics","Effect":"Deny","Principal":"*",
        "Action":"s3:GetObject","Resource":"arn:aws:s3:::analytics-lake/*"}]}"#;
    platform
        .locations
        .set_policy("analytics-lake", PolicyText::Text(policy.to_owned()));
    let planned = plan(&platform, "lake/project/fraud", Access::Read).await;
    assert_eq!(planned.errors, []);
    let detail = &planned.warnings[0].detail;
    for part in [
        "`fraud/alice`",
        "`s3:GetObject` on `s3://analytics-lake/cards/`",
        "statement `OnlyAnalytics` of resource policy `bucket analytics-lake`",
    ] {
        assert!(detail.contains(part), "{part}: {detail}");
    }
    // Out of sight: it says that it does not know.
    platform
        .locations
        .set_bucket("analytics-lake", Bucket::Elsewhere);
    let planned = plan(&platform, "lake/project/fraud", Access::Read).await;
    assert_eq!(planned.warnings[0].summary, "Policies not checked");
}

#[tokio::test]
async fn plan_names_the_boundary_that_refuses() {
    use crate::iam::fake::FakePolicy;
    let mut platform = platform(PolicyModel::PerPrincipal).await;
    let arn = crate::testing::account().policy_arn("boundary");
    let boundary = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Reach","Effect":"Allow","Action":"s3:*",
        "Resource":"arn:aws:s3:::mlspace-data/*"}]}"#;
    platform.iam.edit(|state| {
        state.policies.insert(
            arn.clone(),
            FakePolicy::new(boundary, &crate::tags::Tags::new()),
        );
    });
    platform.reconfigure(|settings| settings.permissions_boundary_arn = Some(arn.clone()));
    let planned = plan(&platform, "lake/project/fraud", Access::Read).await;
    let detail = &planned.warnings[0].detail;
    assert!(
        detail.contains("no permissions boundary allows it"),
        "{detail}"
    );
    assert!(detail.contains("`granted_buckets`"), "{detail}");
}

#[tokio::test]
async fn plan_tells_of_others_with_the_same_objects() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let services = &platform.services;
    let churn = services
        .projects
        .create(&operation(), &project("churn"))
        .await;
    churn.unwrap();
    create(services, "lake/project/churn", Access::ReadWrite)
        .await
        .unwrap();
    let planned = plan(&platform, "lake/project/fraud", Access::Read).await;
    let detail = &planned.warnings[0].detail;
    assert!(
        detail.contains("every member of project `churn` can read and write"),
        "{detail}"
    );

    // A second location with the same objects is refused.
    let inner = ExternalLocationSpec {
        name: "inner".parse().unwrap(),
        ..lake(&["cards/2026/"])
    };
    let locations = &services.external_locations;
    let planned = locations.plan(&inner, false, &OnlyCreates).await;
    assert!(planned.errors[0].detail.contains("overlaps"), "{planned:?}");
    let created = locations.create(&operation(), &inner).await;
    assert!(created.is_err());
}

#[tokio::test]
async fn plan_refuses_more_than_a_role_holds() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let long = |n: usize| format!("{n:03}{}/", "x".repeat(200));
    let many: Vec<String> = (0..30).map(long).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let wide = ExternalLocationSpec {
        name: "wide".parse().unwrap(),
        bucket: "wide-lake".to_owned(),
        ..lake(&many)
    };
    create_location(&platform.services, &wide).await;
    let planned = plan(&platform, "wide/project/fraud", Access::Read).await;
    assert_eq!(planned.errors[0].summary, "Too many grants", "{planned:?}");
    assert!(planned.errors[0].detail.contains("10240"), "{planned:?}");
}
