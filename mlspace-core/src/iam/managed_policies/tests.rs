use super::super::fake::FakePolicy;
use super::super::testing::{Fixture, policy_arn};
use super::*;
use crate::name::ProjectName;
use crate::testing::operation;

#[test]
fn is_owned_by_compares_tags_with_case() {
    let fraud: ProjectName = "fraud".parse().unwrap();
    let owner = PolicyOwner::Project(&fraud);
    let tags = |project: &str, system: &str| Tags::from([("project", project), ("system", system)]);
    let owned = |tags: &Tags, described| is_owned_by(owner, "MLSpace", tags, described);
    assert!(owned(&tags("fraud", "MLSpace"), ""));
    let described = "MLSpace::Project::fraud";
    for other in [
        tags("Fraud", "MLSpace"),
        tags("fraud", "mlspace"),
        Tags::from([("project", "fraud")]),
        Tags::from([("system", "MLSpace")]),
    ] {
        assert!(!owned(&other, described), "{other:?}");
    }
    let untagged = Tags::from([("team", "cards")]);
    assert!(owned(&untagged, described));
    for other in ["", "MLSpace::Project::Fraud", "MLSpace::User::fraud"] {
        assert!(!owned(&untagged, other), "{other}");
    }
}

#[test]
fn equivalent_json_compares_by_meaning() {
    use iam_policy::Statement;
    let wanted = Document::new([Statement::allow("A")
        .actions(["s3:GetObject"])
        .resources(["*"])]);
    let spelt = r#"{"Statement":{"Sid":"A","Resource":["*"],"Action":["s3:GetObject"],"Effect":"Allow"},"Version":"2012-10-17"}"#;
    assert!(equivalent_json(spelt, &wanted));
    assert!(!equivalent_json(&spelt.replace("GetObject", "*"), &wanted));
    assert!(!equivalent_json("not json", &wanted));
}

const NAME: &str = "MLSpace-project-fraud";
const ALLOW: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;

fn fraud() -> ProjectName {
    "fraud".parse().unwrap()
}

fn desired(project: &ProjectName) -> DesiredPolicy<'_> {
    DesiredPolicy {
        name: NAME.to_owned(),
        owner: PolicyOwner::Project(project),
        document: Document::parse(ALLOW).unwrap(),
        conflict_remedy: "rename it".to_owned(),
        creation: None,
    }
}

fn tags() -> Tags {
    tags::policy_tags("MLSpace", PolicyOwner::Project(&fraud()))
}

async fn ensure(iam: &Fixture) -> Result<String, Error> {
    iam.policies.ensure(&operation(), &desired(&fraud())).await
}

/// An account with the policy as it should be.
fn with_policy() -> Fixture {
    let iam = Fixture::new();
    iam.add_policy(NAME, ALLOW, &tags());
    iam
}

/// Lets another process remove the policy right before the next call of this operation.
fn remove_before(iam: &Fixture, call: &'static str) {
    let fake = Arc::clone(&iam.iam);
    iam.faults.before(call, move || {
        fake.edit(|account| drop(account.policies.remove(&policy_arn(NAME))));
        Ok(())
    });
}

fn has_desired_document(iam: &Fixture) -> bool {
    let policy = iam.policy(NAME).unwrap();
    equivalent_json(policy.document(), &desired(&fraud()).document)
}

#[tokio::test]
async fn current_reads_default_version() {
    let iam = with_policy();
    let arn = policy_arn(NAME);
    iam.iam.edit(|account| {
        let policy = account.policies.get_mut(&arn).unwrap();
        policy.versions.insert(3, "{}".to_owned());
    });
    let found = iam.policies.current(&arn).await.unwrap().unwrap();
    assert_eq!((found.document.as_str(), found.tags), ("{}", tags()));
    let missing = iam.policies.current(&policy_arn("other")).await.unwrap();
    assert!(missing.is_none());
}

#[tokio::test]
async fn cached_document_is_read_in_bulk_until_written() {
    let iam = with_policy();
    let arn = policy_arn(NAME);
    let read = async || iam.policies.cached_document(&arn).await.unwrap();
    assert_eq!(read().await.as_deref(), Some(ALLOW));
    iam.add_policy(NAME, "{}", &tags());
    assert_eq!(read().await.as_deref(), Some(ALLOW));
    ensure(&iam).await.unwrap();
    assert!(Document::parse(&read().await.unwrap()).is_ok());
    assert!(has_desired_document(&iam));
}

#[tokio::test]
async fn cached_takes_tags_from_iam() {
    let iam = with_policy();
    let arn = policy_arn(NAME);
    let found = iam.policies.cached(&arn).await.unwrap().unwrap();
    assert_eq!((found.document.as_str(), found.tags), (ALLOW, tags()));
    let missing = iam.policies.cached(&policy_arn("other")).await.unwrap();
    assert!(missing.is_none());
}

#[tokio::test]
async fn any_document_reads_policies_outside_bulk_read() {
    let iam = Fixture::new();
    let arn = policy_arn("late");
    assert_eq!(iam.policies.any_document(&arn).await, Ok(None));
    iam.add_policy("late", "{}", &Tags::new());
    let found = iam.policies.any_document(&arn).await.unwrap();
    assert_eq!(found.as_deref(), Some("{}"));
}

#[tokio::test]
async fn ensure_creates_policy() {
    let iam = Fixture::new();
    assert_eq!(ensure(&iam).await, Ok(policy_arn(NAME)));
    assert_eq!(iam.policy(NAME).unwrap().tags, tags());
    assert!(has_desired_document(&iam));
    assert_eq!(iam.writes(), ["CreatePolicy"]);
}

#[tokio::test]
async fn ensure_leaves_equivalent_policy() {
    let iam = with_policy();
    iam.iam.edit(|account| {
        let policy = account.policies.get_mut(&policy_arn(NAME)).unwrap();
        policy.tags.insert(tags::POLICY_VERSION, "7");
        policy.tags.insert("team", "cards");
    });
    ensure(&iam).await.unwrap();
    assert_eq!(iam.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn ensure_repairs_document_and_tags() {
    let iam = with_policy();
    iam.iam.edit(|account| {
        let policy = account.policies.get_mut(&policy_arn(NAME)).unwrap();
        policy.versions.insert(2, "{}".to_owned());
        policy.tags.remove(tags::POLICY_VERSION);
    });
    ensure(&iam).await.unwrap();
    assert!(has_desired_document(&iam));
    assert_eq!(iam.policy(NAME).unwrap().tags, tags());
    assert_eq!(
        iam.writes(),
        [
            "CreatePolicyVersion",
            "DeletePolicyVersion",
            "DeletePolicyVersion",
            "TagPolicy"
        ]
    );
}

fn versions(iam: &Fixture) -> Vec<u32> {
    let policy = iam.policy(NAME).unwrap();
    policy.versions.into_keys().collect()
}

/// The policy with these versions; the last one is the default.
fn with_versions(iam: &Fixture, documents: &[(u32, &str)]) {
    iam.iam.edit(|account| {
        let policy = account.policies.get_mut(&policy_arn(NAME)).unwrap();
        let documents = documents.iter();
        policy.versions = documents
            .map(|(n, text)| (*n, (*text).to_owned()))
            .collect();
    });
}

/// MLSpace deletes a policy without deleting its other versions, which IAM refuses.
#[tokio::test]
async fn ensure_leaves_one_version() {
    let iam = with_policy();
    let outdated: Vec<(u32, &str)> = (8..13).map(|n| (n, "{}")).collect();
    with_versions(&iam, &outdated);
    ensure(&iam).await.unwrap();
    assert_eq!(versions(&iam), [13]);
    assert!(has_desired_document(&iam));
}

#[tokio::test]
async fn ensure_deletes_versions_of_equivalent_policy() {
    let iam = with_policy();
    with_versions(&iam, &[(1, "{}"), (2, ALLOW)]);
    ensure(&iam).await.unwrap();
    assert_eq!(versions(&iam), [2]);
    assert_eq!(iam.writes(), ["DeletePolicyVersion"]);
}

/// Another process deletes the version first, makes a further default, or both.
#[tokio::test]
async fn ensure_tolerates_races_for_versions() {
    for (raced, left) in [
        (&[(3, ALLOW)][..], &[3][..]),
        (&[(1, "{}"), (3, ALLOW)], &[3]),
        (&[(3, ALLOW), (4, ALLOW)], &[3, 4]),
    ] {
        let iam = with_policy();
        with_versions(&iam, &[(1, "{}"), (2, "{}")]);
        let fake = Arc::clone(&iam.iam);
        iam.faults.before("DeletePolicyVersion", move || {
            let documents = raced.iter().map(|(n, text)| (*n, (*text).to_owned()));
            fake.edit(|account| {
                let policy = account.policies.get_mut(&policy_arn(NAME)).unwrap();
                policy.versions = documents.collect();
            });
            Ok(())
        });
        ensure(&iam).await.unwrap();
        assert!(has_desired_document(&iam));
        assert_eq!(versions(&iam), left, "{raced:?}");
    }
    let iam = with_policy();
    with_versions(&iam, &[(1, "{}"), (2, "{}")]);
    iam.faults
        .refuse("iam", "DeletePolicyVersion", "DeleteConflict", 1);
    ensure(&iam).await.unwrap();
    assert!(has_desired_document(&iam));
    assert_eq!(iam.writes().len(), 3, "a conflict is not repeated");
}

#[tokio::test]
async fn ensure_refuses_foreign_policy() {
    for key in ["project", "system"] {
        let iam = with_policy();
        iam.iam.edit(|account| {
            let policy = account.policies.get_mut(&policy_arn(NAME)).unwrap();
            policy.tags.insert(key, "other");
        });
        let error = ensure(&iam).await.unwrap_err();
        assert_eq!(error.summary(), "Resource already exists");
        assert!(error.detail().ends_with("Rename it."), "{error}");
        assert_eq!(iam.writes(), Vec::<String>::new());
    }
}

/// MLSpace leaves policies untagged where `TagPolicy` is not supported.
#[tokio::test]
async fn ensure_tags_untagged_policy_of_mlspace() {
    let iam = with_policy();
    iam.iam.edit(|account| {
        let policy = account.policies.get_mut(&policy_arn(NAME)).unwrap();
        policy.tags = Tags::new();
        policy.description = "MLSpace::Project::fraud".to_owned();
    });
    ensure(&iam).await.unwrap();
    assert_eq!(iam.policy(NAME).unwrap().tags, tags());
    assert_eq!(iam.writes(), ["TagPolicy"]);
}

#[tokio::test]
async fn ensure_refuses_name_in_other_case() {
    let iam = Fixture::new();
    iam.add_policy("mlspace-PROJECT-fraud", ALLOW, &tags());
    let error = ensure(&iam).await.unwrap_err();
    assert!(
        error.to_string().contains("`mlspace-PROJECT-fraud`"),
        "{error}"
    );
}

#[tokio::test]
async fn ensure_takes_policy_created_meanwhile() {
    let iam = Fixture::new();
    let fake = Arc::clone(&iam.iam);
    iam.faults.before("CreatePolicy", move || {
        let policy = FakePolicy::new(ALLOW, &tags());
        fake.edit(|account| drop(account.policies.insert(policy_arn(NAME), policy)));
        Ok(())
    });
    assert_eq!(ensure(&iam).await, Ok(policy_arn(NAME)));
    assert_eq!(iam.writes(), ["CreatePolicy"]);
}

#[tokio::test]
async fn ensure_creates_policy_removed_meanwhile() {
    let iam = with_policy();
    iam.iam.edit(|account| {
        let policy = account.policies.get_mut(&policy_arn(NAME)).unwrap();
        policy.versions.insert(2, "{}".to_owned());
    });
    remove_before(&iam, "CreatePolicyVersion");
    ensure(&iam).await.unwrap();
    assert!(has_desired_document(&iam));
    assert_eq!(iam.writes(), ["CreatePolicyVersion", "CreatePolicy"]);
}

#[tokio::test]
async fn ensure_looks_again_at_version_limit() {
    let iam = with_policy();
    iam.iam.edit(|account| {
        let policy = account.policies.get_mut(&policy_arn(NAME)).unwrap();
        policy.versions.insert(2, "{}".to_owned());
    });
    iam.faults
        .refuse("iam", "CreatePolicyVersion", "LimitExceeded", 2);
    ensure(&iam).await.unwrap();
    assert!(has_desired_document(&iam));
}

#[tokio::test]
async fn ensure_gives_up_on_endless_race() {
    let iam = Fixture::new();
    let times = usize::try_from(MAX_ATTEMPTS).unwrap();
    iam.faults
        .refuse("iam", "CreatePolicy", "EntityAlreadyExists", times);
    let error = ensure(&iam).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
}

#[tokio::test]
async fn ensure_reports_denied_calls() {
    let denied = async |iam: Fixture, call| {
        iam.faults.deny(call);
        let error = ensure(&iam).await.unwrap_err();
        assert!(
            error.is_denied() && error.to_string().contains(call),
            "{error}"
        );
    };
    denied(Fixture::new(), "GetPolicy").await;
    denied(Fixture::new(), "CreatePolicy").await;
    let changed = with_policy();
    changed.add_policy(NAME, "{}", &tags());
    denied(changed, "CreatePolicyVersion").await;
    let untagged = with_policy();
    untagged.iam.edit(|account| {
        let policy = account.policies.get_mut(&policy_arn(NAME)).unwrap();
        policy.tags.remove(tags::POLICY_VERSION);
    });
    denied(untagged, "TagPolicy").await;
}

#[tokio::test]
async fn ensure_stops_when_cancelled() {
    let iam = Fixture::new();
    let operation = operation();
    operation.cancel.cancel();
    let ensured = iam.policies.ensure(&operation, &desired(&fraud())).await;
    assert!(matches!(ensured, Err(Error::Cancelled { .. })));
    assert!(iam.policy(NAME).is_none());
}

#[tokio::test]
async fn desired_tags_include_defaults() {
    let project = fraud();
    let mut settings = crate::testing::settings();
    settings.default_tags = Tags::from([("env", "prod"), ("project", "other")]);
    let iam = Fixture::new();
    let clients = Clients::offline(crate::testing::account(), settings);
    let roles = Arc::clone(&iam.roles);
    let policies = ManagedPolicies::new(clients, iam.iam, iam.cache, roles);
    let tags = policies.desired_tags(PolicyOwner::Project(&project));
    assert_eq!(
        (tags.get("env"), tags.get("project")),
        (Some("prod"), Some("fraud"))
    );
}

#[tokio::test]
async fn lock_ignores_case() {
    let iam = Fixture::new();
    let held = iam.policies.lock("Fraud").await;
    let waiting = iam.policies.lock("fraud");
    let limit = std::time::Duration::from_millis(5);
    assert!(tokio::time::timeout(limit, waiting).await.is_err());
    drop(held);
    drop(iam.policies.lock("fraud").await);
}
