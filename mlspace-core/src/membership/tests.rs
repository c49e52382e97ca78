//! Memberships on in-memory fakes: every step, and every interruption.

mod calls;

use super::desired_role::PASS_ROLE;
use super::*;
use crate::aws::{Error, Failure, PolicyModel, Settings};
use crate::iam::fake::FakePolicy;
use crate::ownership::{Caller, Claim, Object, OnlyCreates, Run};
use crate::records::ItemBuilder;
use crate::services::Services;
use crate::tags::Tags;
use crate::testing::{
    FakePlatform, account, converges, member, notebook, operation, operation_of, project,
    project_name, settings,
};
use iam_policy::{Document, Statement};

const MODELS: [PolicyModel; 2] = [PolicyModel::PerPrincipal, PolicyModel::Attribute];

fn alice() -> UserName {
    "alice".parse().unwrap()
}

fn role_name() -> String {
    crate::layout::role_name("MLSpace", &project_name("fraud"), &alice()).unwrap()
}

fn policy_arn(name: &str) -> String {
    account().policy_arn(name)
}

async fn with_project(model: PolicyModel) -> FakePlatform {
    let platform = FakePlatform::new(model);
    let projects = &platform.services.projects;
    projects
        .create(&operation(), &project("fraud"))
        .await
        .unwrap();
    platform
}

async fn create(services: &Services, spec: &MembershipSpec) -> Result<Membership, Error> {
    let created = services.memberships.create(&operation(), spec).await;
    created.map_err(|failure| failure.error)
}

async fn update(services: &Services, spec: &MembershipSpec) -> Result<Membership, Error> {
    let updated = services.memberships.update(&operation(), spec).await;
    updated.map_err(|failure| failure.error)
}

async fn delete(services: &Services, user: &str) -> Result<(), Error> {
    let (project, user) = (project_name("fraud"), user.parse().unwrap());
    services
        .memberships
        .delete(&operation(), &project, &user)
        .await
}

async fn read(platform: &FakePlatform) -> Option<Membership> {
    let memberships = &platform.services.memberships;
    let read = memberships.read(&project_name("fraud"), &alice()).await;
    read.unwrap()
}

#[tokio::test]
async fn create_attaches_denials_before_grants_and_records_last() {
    let platform = with_project(PolicyModel::PerPrincipal).await;
    platform.faults.take_calls();
    let created = create(&platform.services, &member("fraud", "alice"))
        .await
        .unwrap();
    assert_eq!(created.role_name, role_name());
    assert_eq!(created.drift, Vec::<String>::new());
    let calls = platform.faults.take_calls();
    let writes: Vec<&str> = calls
        .iter()
        .map(String::as_str)
        .filter(|call| !call.starts_with("Get") && !call.starts_with("List"))
        .filter(|call| !["Query", "Scan"].contains(call))
        .collect();
    assert_eq!(
        writes,
        [
            "CreateRole",
            "CreatePolicy",
            "AttachRolePolicy",
            "PutRolePolicy",
            "AttachRolePolicy",
            "TransactWriteItems"
        ]
    );
    let role = &platform.iam.state().roles[&role_name()];
    let attached: Vec<&String> = role.attached.iter().collect();
    assert_eq!(
        attached,
        [
            &policy_arn("MLSpace-project-fraud"),
            &policy_arn("MLSpace-user-alice")
        ]
    );
    assert!(role.inline.contains_key(PASS_ROLE));
    assert_eq!(read(&platform).await, Some(created));
}

#[tokio::test]
async fn create_by_attribute_shares_policies() {
    let platform = with_project(PolicyModel::Attribute).await;
    create(&platform.services, &member("fraud", "alice"))
        .await
        .unwrap();
    create(&platform.services, &member("fraud", "bob"))
        .await
        .unwrap();
    let state = platform.iam.state();
    assert_eq!(state.policies.len(), 2);
    for role in state.roles.values() {
        assert!(state.policies.keys().all(|arn| role.attached.contains(arn)));
    }
}

#[tokio::test]
async fn create_needs_the_project() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    let error = create(&platform.services, &member("fraud", "alice"))
        .await
        .unwrap_err();
    assert_eq!(error.attribute(), Some("project"));
    assert!(platform.iam.state().roles.is_empty());
}

#[tokio::test]
async fn create_refuses_existing_membership() {
    let platform = with_project(PolicyModel::PerPrincipal).await;
    let other = ItemBuilder::new()
        .string("project", "fraud")
        .string("user", "alice")
        .build();
    platform.records.insert("mlspace-project-users", other);
    let error = create(&platform.services, &member("fraud", "alice"))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Exists { .. }), "{error}");
    assert!(error.detail().contains("id = \"fraud/alice\""), "{error}");
}

#[tokio::test]
async fn create_refuses_foreign_role() {
    let platform = with_project(PolicyModel::PerPrincipal).await;
    platform.iam.edit(|account| {
        account.roles.insert(role_name(), Default::default());
    });
    let error = create(&platform.services, &member("fraud", "alice"))
        .await
        .unwrap_err();
    assert!(error.detail().contains("has other tags"), "{error}");
}

#[tokio::test]
async fn create_and_plan_refuse_what_no_create_left_unfinished() {
    let mut platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    let spec = member("fraud", "alice");
    let errors = async |platform: &FakePlatform| {
        let memberships = &platform.services.memberships;
        let planned = memberships.plan(&spec, false, false, &OnlyCreates).await;
        let created = create(&platform.services, &spec).await;
        (planned.errors.len(), created.is_err())
    };
    platform.restart();
    assert_eq!(errors(&platform).await, (1, true));
    // As MLSpace leaves a role of a member by a group: tagged, without a record.
    let key = crate::records::ProjectUserRecord::key(&project_name("fraud"), &alice());
    platform.records.remove("mlspace-project-users", &key);
    platform.iam.edit(|account| {
        let role = account.roles.get_mut(&role_name()).unwrap();
        role.tags.remove(crate::tags::TOKEN);
    });
    platform.restart();
    assert_eq!(errors(&platform).await, (1, true));
    assert_eq!(platform.iam.state().roles.len(), 1);
}

#[tokio::test]
async fn other_states_change_and_delete_nothing() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    let before = platform.snapshot();
    let memberships = &platform.services.memberships;
    let owner = MembershipSpec {
        owner: true,
        ..member("fraud", "alice")
    };
    let theirs = operation_of(Claim::NoToken);
    let failed = memberships.update(&theirs, &owner).await.unwrap_err();
    assert!(matches!(failed.error, Error::Foreign { .. }));
    let (project, user) = (project_name("fraud"), alice());
    let failed = memberships.delete(&theirs, &project, &user).await;
    assert!(matches!(failed, Err(Error::Foreign { .. })));
    assert_eq!(platform.snapshot(), before);
    let token = read(&platform).await.unwrap().token.unwrap();
    let ours = operation_of(Claim::Token(token));
    memberships.update(&ours, &owner).await.unwrap();
    memberships.delete(&ours, &project, &user).await.unwrap();
}

#[tokio::test]
async fn update_gives_an_old_membership_a_token() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    let key = crate::records::ProjectUserRecord::key(&project_name("fraud"), &alice());
    let [mut old] = <[_; 1]>::try_from(platform.records.items("mlspace-project-users")).unwrap();
    platform.records.remove("mlspace-project-users", &key);
    old.retain(|name, _| !name.contains("oken"));
    platform.records.insert("mlspace-project-users", old);
    assert_eq!(read(&platform).await.unwrap().token, None);
    let updated = update(&platform.services, &member("fraud", "alice")).await;
    let token = updated.unwrap().token;
    assert!(token.is_some());
    assert_eq!(read(&platform).await.unwrap().token, token);
}

#[tokio::test]
async fn create_with_a_lost_last_response_is_done() {
    let platform = with_project(PolicyModel::PerPrincipal).await;
    platform
        .faults
        .interrupt(crate::testing::Interruption::After(5));
    let created = create(&platform.services, &member("fraud", "alice")).await;
    assert!(!platform.faults.is_pending());
    assert_eq!(read(&platform).await, Some(created.unwrap()));
}

#[tokio::test]
async fn create_keeps_a_role_that_is_not_visible_yet() {
    let platform = with_project(PolicyModel::PerPrincipal).await;
    // The role exists, and this run does not see it.
    let iam = Arc::clone(&platform.iam);
    platform.faults.before("AttachRolePolicy", move || {
        iam.edit(|account| account.roles.clear());
        let (service, call) = ("iam", "AttachRolePolicy");
        Err(crate::testing::refusal(service, call, "ServiceFailure"))
    });
    let memberships = &platform.services.memberships;
    let spec = member("fraud", "alice");
    let failed = memberships.create(&operation(), &spec).await.unwrap_err();
    let reached = failed.reached.unwrap();
    assert_eq!(reached.role_name, role_name());
    assert_eq!(
        reached.drift,
        ["the record of member `fraud/alice` is missing"]
    );
}

/// A run that removes these objects.
#[derive(Debug)]
struct Removes(Vec<&'static str>);

#[async_trait::async_trait]
impl Run for Removes {
    fn replaces(&self, object: &Object) -> bool {
        self.0.contains(&object.id.as_str())
    }

    async fn removes(&self, object: &Object) -> bool {
        self.replaces(object)
    }
}

#[tokio::test]
async fn plan_accepts_a_rename_in_case_and_a_replacement() {
    let mut platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    platform.restart();
    let memberships = &platform.services.memberships;
    let run = Removes(vec!["fraud/alice"]);
    for user in ["Alice", "alice"] {
        let spec = member("fraud", user);
        let planned = memberships.plan(&spec, false, false, &run).await;
        assert_eq!(planned.errors.len(), usize::from(user == "alice"), "{user}");
    }
}

#[tokio::test]
async fn create_in_another_case_waits_for_the_removal() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    let services = &platform.services;
    let spec = member("fraud", "Alice");
    let run = Arc::new(Removes(vec!["fraud/alice"]));
    let caller = Caller {
        run,
        ..Caller::default()
    };
    let operation = operation().on_behalf_of(caller);
    let create = services.memberships.create(&operation, &spec);
    let (created, deleted) = tokio::join!(create, delete(services, "alice"));
    deleted.unwrap();
    assert_eq!(created.unwrap().user.as_str(), "Alice");
}

#[tokio::test]
async fn create_refuses_user_in_other_case() {
    let mut platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    platform.restart();
    let error = create(&platform.services, &member("fraud", "Alice"))
        .await
        .unwrap_err();
    assert_eq!(error.attribute(), Some("user"));
}

/// IAM says of such policies that they do not exist.
#[tokio::test]
async fn plan_refuses_policies_of_other_accounts() {
    let aws = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let theirs = "arn:aws:iam::210987654321:policy/b";
    let china = "arn:aws-cn:iam::123456789012:policy/b";
    for (boundary, base, setting) in [
        (theirs, aws, "permissions_boundary_arn"),
        (aws, theirs, "base_policy_arns"),
        (china, aws, "permissions_boundary_arn"),
    ] {
        let platform = FakePlatform::with(Settings {
            permissions_boundary_arn: Some(boundary.to_owned()),
            base_policy_arns: vec![base.to_owned()],
            ..settings()
        });
        let memberships = &platform.services.memberships;
        for exists in [false, true] {
            let planned = memberships
                .plan(&member("fraud", "alice"), exists, exists, &OnlyCreates)
                .await;
            let detail = &planned.errors[0].detail;
            assert!(detail.contains(setting), "{detail}");
            assert!(detail.contains("123456789012"), "{detail}");
        }
    }
}

#[tokio::test]
async fn create_names_missing_boundary_and_base_policy() {
    for (boundary, expected) in [
        (true, "permissions_boundary_arn"),
        (false, "base_policy_arns"),
    ] {
        let missing = policy_arn("missing");
        let mut settings = settings();
        if boundary {
            settings.permissions_boundary_arn = Some(missing);
        } else {
            settings.base_policy_arns = vec![missing];
        }
        let platform = FakePlatform::with(settings);
        let projects = &platform.services.projects;
        projects
            .create(&operation(), &project("fraud"))
            .await
            .unwrap();
        // A missing policy is waited for, because it may be new: not for long here.
        let brief = crate::aws::Operation::without_pauses(
            Default::default(),
            std::time::Duration::from_millis(500),
        );
        let memberships = &platform.services.memberships;
        let failed = memberships.create(&brief, &member("fraud", "alice")).await;
        let Failure { error, .. } = failed.unwrap_err();
        assert!(error.detail().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn create_failure_reports_what_exists() {
    let platform = with_project(PolicyModel::PerPrincipal).await;
    platform.faults.deny("PutRolePolicy");
    let memberships = &platform.services.memberships;
    let failed = memberships
        .create(&operation(), &member("fraud", "alice"))
        .await;
    let Failure { error, reached } = failed.unwrap_err();
    assert!(error.is_denied());
    let drift = reached.unwrap().drift;
    assert!(
        drift.iter().any(|line| line.contains("record of member")),
        "{drift:?}"
    );
}

#[tokio::test]
async fn create_converges_after_any_interruption() {
    for model in MODELS {
        converges(
            async || with_project(model).await,
            async |services| create(services, &member("fraud", "alice")).await,
        )
        .await;
    }
}

#[tokio::test]
async fn update_changes_ownership_and_keeps_other_permissions() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    let owner = MembershipSpec {
        owner: true,
        ..member("fraud", "alice")
    };
    assert!(update(&platform.services, &owner).await.unwrap().owner);
    assert!(read(&platform).await.unwrap().owner);
    let member = member("fraud", "alice");
    assert!(!update(&platform.services, &member).await.unwrap().owner);
}

#[tokio::test]
async fn drift_is_reported_and_repaired() {
    for model in MODELS {
        let mut platform = FakePlatform::new(model).with_alice_in_fraud().await;
        let before = platform.snapshot();
        platform.iam.edit(|account| {
            let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
            let everything = FakePolicy::new("{}", &Tags::new());
            account.policies.insert(admin.to_owned(), everything);
            let role = account.roles.get_mut(&role_name()).unwrap();
            role.attached.insert(admin.to_owned());
            role.inline.insert(PASS_ROLE.to_owned(), "{}".to_owned());
            role.inline.insert("extra".to_owned(), "{}".to_owned());
            role.trust = "{}".to_owned();
        });
        platform.restart();
        let drift = read(&platform).await.unwrap().drift;
        assert_eq!(drift.len(), 4, "{drift:?}");
        let repaired = update(&platform.services, &member("fraud", "alice")).await;
        assert_eq!(repaired.unwrap().drift, Vec::<String>::new());
        platform.iam.edit(|account| {
            account
                .policies
                .remove("arn:aws:iam::aws:policy/AdministratorAccess");
        });
        assert_eq!(platform.snapshot(), before);
    }
}

#[tokio::test]
async fn missing_role_is_created_again() {
    let mut platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    let before = platform.snapshot();
    platform.iam.edit(|account| account.roles.clear());
    platform.restart();
    let drift = read(&platform).await.unwrap().drift;
    assert!(drift[0].contains("is missing"), "{drift:?}");
    update(&platform.services, &member("fraud", "alice"))
        .await
        .unwrap();
    assert_eq!(platform.snapshot(), before);
}

#[tokio::test]
async fn changing_the_model_converges_in_both_directions() {
    for model in MODELS {
        let mut target = FakePlatform::new(model.other()).with_alice_in_fraud().await;
        target.restart();
        converges(
            async || {
                let mut platform = FakePlatform::new(model).with_alice_in_fraud().await;
                platform.reconfigure(|settings| settings.policy_model = model.other());
                platform
            },
            async |services| {
                update(services, &member("fraud", "alice")).await?;
                let projects = &services.projects;
                let updated = projects
                    .update(&operation(), &project("fraud"), false)
                    .await;
                updated.map_err(|failure| failure.error)
            },
        )
        .await;
        let mut changed = FakePlatform::new(model).with_alice_in_fraud().await;
        changed.reconfigure(|settings| settings.policy_model = model.other());
        update(&changed.services, &member("fraud", "alice"))
            .await
            .unwrap();
        let projects = &changed.services.projects;
        projects
            .update(&operation(), &project("fraud"), false)
            .await
            .unwrap();
        assert_eq!(changed.snapshot(), target.snapshot());
    }
}

#[tokio::test]
async fn delete_refuses_while_notebooks_use_the_role() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    let services = &platform.services;
    let spec = notebook("alice-fraud", "fraud", "alice");
    services
        .notebooks
        .create(&operation(), &spec)
        .await
        .unwrap();
    let error = delete(services, "alice").await.unwrap_err();
    let Error::InUse { by, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(by, &["alice-fraud"]);
}

#[tokio::test]
async fn delete_refuses_role_that_is_neither_recorded_nor_tagged() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    let key = crate::records::ProjectUserRecord::key(&project_name("fraud"), &alice());
    platform.records.remove("mlspace-project-users", &key);
    platform.iam.edit(|account| {
        let role = account.roles.get_mut(&role_name()).unwrap();
        role.tags.insert("user", "bob");
    });
    let error = delete(&platform.services, "alice").await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
    assert_eq!(platform.iam.state().roles.len(), 1);
}

#[tokio::test]
async fn delete_keeps_policies_that_others_use() {
    for model in MODELS {
        let platform = FakePlatform::new(model).with_alice_in_fraud().await;
        let services = &platform.services;
        create(services, &member("fraud", "bob")).await.unwrap();
        delete(services, "alice").await.unwrap();
        assert!(read(&platform).await.is_none());
        let state = platform.iam.state();
        let [bob] = state.roles.values().collect::<Vec<_>>()[..] else {
            panic!("{:?}", state.roles)
        };
        assert_eq!(bob.attached.len(), 2);
        assert!(
            bob.attached
                .iter()
                .all(|arn| state.policies.contains_key(arn))
        );
    }
}

#[tokio::test]
async fn delete_converges_after_any_interruption() {
    for model in MODELS {
        converges(
            async || FakePlatform::new(model).with_alice_in_fraud().await,
            async |services| delete(services, "alice").await,
        )
        .await;
    }
}

/// Terraform's role may take policies only from roles that have their boundary.
#[tokio::test]
async fn delete_restores_a_lost_boundary_first() {
    let boundary = "arn:aws:iam::123456789012:policy/boundary";
    let mut platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    platform.reconfigure(|settings| settings.permissions_boundary_arn = Some(boundary.to_owned()));
    platform.faults.take_calls();
    delete(&platform.services, "alice").await.unwrap();
    let calls = platform.faults.take_calls();
    let place = |name: &str| calls.iter().position(|call| call.contains(name));
    let (set, detach) = (
        place("PutRolePermissionsBoundary"),
        place("DetachRolePolicy"),
    );
    assert!(set.is_some() && set < detach, "{calls:?}");
    assert_eq!(platform.iam.state().roles.len(), 0);
}

#[tokio::test]
async fn delete_of_nothing_is_not_an_error() {
    let platform = with_project(PolicyModel::PerPrincipal).await;
    delete(&platform.services, "alice").await.unwrap();
}

#[tokio::test]
async fn plan_gives_values_and_refuses_collisions() {
    let platform = with_project(PolicyModel::PerPrincipal).await;
    let memberships = &platform.services.memberships;
    let planned = memberships
        .plan(&member("fraud", "alice"), false, false, &OnlyCreates)
        .await;
    assert_eq!(planned.errors, []);
    let values = planned.values.unwrap().unwrap();
    assert_eq!(values.id, "fraud/alice");
    assert_eq!(values.role_arn, account().role_arn(&role_name()));
    let collision = memberships
        .plan(&member("churn", "Alice"), false, false, &OnlyCreates)
        .await;
    assert_eq!(collision.errors[0].attribute, "user");
    let existing = memberships
        .plan(&member("fraud", "alice"), true, false, &OnlyCreates)
        .await;
    assert_eq!(existing.values, Some(None));
}

#[tokio::test]
async fn plan_accepts_wide_base_policies() {
    let open = Document::new([Statement::allow("All").actions(["s3:*"]).resources(["*"])]);
    let arn = policy_arn("open");
    let mut settings = settings();
    settings.base_policy_arns = vec![arn.clone()];
    let platform = FakePlatform::with(settings);
    platform.iam.edit(|account| {
        let policy = FakePolicy::new(&open.to_json(), &Tags::new());
        account.policies.insert(arn.clone(), policy);
    });
    let planned = platform
        .services
        .memberships
        .plan(&member("fraud", "alice"), false, false, &OnlyCreates)
        .await;
    // The role's own policies deny whatever is not the member's.
    assert_eq!((planned.errors, planned.warnings), (vec![], vec![]));
}

#[tokio::test]
async fn plan_warns_once_of_unreadable_policies() {
    let mut settings = settings();
    settings.base_policy_arns = vec![policy_arn("broken")];
    let platform = FakePlatform::with(settings);
    platform.iam.edit(|account| {
        let broken = FakePolicy::new("{", &Tags::new());
        account.policies.insert(policy_arn("broken"), broken);
    });
    let memberships = &platform.services.memberships;
    let first = memberships
        .plan(&member("fraud", "alice"), false, false, &OnlyCreates)
        .await;
    assert_eq!(first.warnings[0].summary, "Policies not checked");
    let second = memberships
        .plan(&member("fraud", "bob"), false, false, &OnlyCreates)
        .await;
    assert_eq!(second.warnings, []);
}

#[tokio::test]
async fn plan_refuses_more_policies_than_a_role_carries() {
    let mut settings = settings();
    settings.base_policy_arns = (0..30).map(|n| policy_arn(&format!("base-{n}"))).collect();
    let platform = FakePlatform::with(settings);
    let memberships = &platform.services.memberships;
    let planned = memberships
        .plan(&member("fraud", "alice"), false, false, &OnlyCreates)
        .await;
    let error = &planned.errors[0];
    assert!(error.detail.contains("at most 20"), "{error:?}");
    // An imported membership has drift: its role lacks these policies.
    let imported = memberships
        .plan(&member("fraud", "alice"), true, true, &OnlyCreates)
        .await;
    assert!(
        imported.errors[0].detail.contains("at most 20"),
        "{imported:?}"
    );
}

#[tokio::test]
async fn plan_warns_of_unknown_users_and_odd_datasets() {
    let mut platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    let item = |key: &str, name: &str| ItemBuilder::new().string(key, name).build();
    platform
        .records
        .insert("mlspace-users", item("username", "alice"));
    platform.add_to_group("bob", "risk");
    platform.add_share("a*", "risk");
    platform.restart();
    let memberships = &platform.services.memberships;
    let alice = memberships
        .plan(&member("fraud", "alice"), true, false, &OnlyCreates)
        .await;
    assert_eq!(alice.warnings, []);
    let bob = memberships
        .plan(&member("fraud", "bob"), false, false, &OnlyCreates)
        .await;
    assert_eq!(bob.errors, []);
    let summaries: Vec<&str> = bob.warnings.iter().map(|w| w.summary.as_str()).collect();
    assert_eq!(summaries, ["Dataset without permissions", "Unknown user"]);
}

/// Names that exist in MLSpace, where the same names would not be accepted as new ones.
#[tokio::test]
async fn plan_accepts_names_that_exist_in_mlspace() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    let long = "cn-jane-adelaide-doe-ou-data-science-and-machine-learning-dc-example-dc-com";
    let users = ["_svc", "group", long];
    let memberships = &platform.services.memberships;
    for user in users {
        let planned = memberships
            .plan(&member("fraud", user), false, false, &OnlyCreates)
            .await;
        assert_eq!(planned.errors[0].attribute, "user", "{user}");
    }
    let reserved = memberships
        .plan(&member("global", "alice"), false, false, &OnlyCreates)
        .await;
    assert_eq!(reserved.errors[0].attribute, "project");
    for user in users {
        let item = ItemBuilder::new().string("username", user).build();
        platform.records.insert("mlspace-users", item);
    }
    let global = ItemBuilder::new().string("name", "global").build();
    platform.records.insert("mlspace-projects", global);
    let mut platform = platform;
    platform.restart();
    let memberships = &platform.services.memberships;
    for user in users {
        let planned = memberships
            .plan(&member("global", user), false, false, &OnlyCreates)
            .await;
        assert_eq!(planned.errors, [], "{user}");
    }
}

#[tokio::test]
async fn plan_of_a_repair_says_what_the_role_gains_and_loses() {
    let mut platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    let wide = Document::new([Statement::allow("Wide")
        .actions(["sqs:SendMessage"])
        .resources(["*"])]);
    platform.iam.edit(|account| {
        let role = account.roles.get_mut(&role_name()).unwrap();
        role.attached.clear();
        role.inline = [(PASS_ROLE.to_owned(), wide.to_json())].into();
    });
    platform.restart();
    let spec = member("fraud", "alice");
    let memberships = &platform.services.memberships;
    let planned = memberships.plan(&spec, true, true, &OnlyCreates).await;
    assert_eq!(planned.errors, []);
    let [notice] = planned.warnings.as_slice() else {
        panic!("{:?}", planned.warnings)
    };
    assert_eq!(notice.summary, "Member permissions change");
    assert!(
        notice.detail.contains("`fraud/alice`, which gains `"),
        "{}",
        notice.detail
    );
    assert!(
        notice.detail.contains("; loses `sqs:SendMessage` on `*`"),
        "{}",
        notice.detail
    );
    update(&platform.services, &spec).await.unwrap();
    platform.restart();
    let memberships = &platform.services.memberships;
    let planned = memberships.plan(&spec, true, true, &OnlyCreates).await;
    assert_eq!(planned.warnings, []);
}

#[tokio::test]
async fn plan_decides_about_base_policies_once() {
    let arn = policy_arn("open");
    let mut settings = settings();
    settings.base_policy_arns = vec![arn.clone()];
    let open = Document::new([Statement::allow("All").actions(["s3:*"]).resources(["*"])]);
    let platform = FakePlatform::with(settings);
    platform.iam.edit(|account| {
        let policy = FakePolicy::new(&open.to_json(), &Tags::new());
        account.policies.insert(arn, policy);
    });
    platform
        .services
        .projects
        .create(&operation(), &project("fraud"))
        .await
        .unwrap();
    crate::access::take_decided();
    for n in 0..20 {
        let spec = member("fraud", &format!("user{n}"));
        let memberships = &platform.services.memberships;
        let planned = memberships.plan(&spec, false, false, &OnlyCreates).await;
        assert_eq!(planned.errors, []);
    }
    assert_eq!(crate::access::take_decided(), 1);
}

/// Gives an attribute of an item another value, as another program would.
fn edit_item(platform: &FakePlatform, table: &str, key: &crate::records::Key, attribute: &str) {
    let mut items = platform.records.items(table);
    items.retain(|item| {
        key.attributes()
            .iter()
            .all(|(name, value)| item.get(name) == Some(value))
    });
    let mut item = items.pop().unwrap();
    let odd = aws_sdk_dynamodb::types::AttributeValue::N("5".to_owned());
    item.insert(attribute.to_owned(), odd);
    platform.records.remove(table, key);
    platform.records.insert(table, item);
}

#[tokio::test]
async fn odd_project_concerns_only_its_members() {
    for model in MODELS {
        let mut platform = FakePlatform::new(model).with_alice_in_fraud().await;
        let churn = project("churn");
        let projects = &platform.services.projects;
        projects.create(&operation(), &churn).await.unwrap();
        create(&platform.services, &member("churn", "bob"))
            .await
            .unwrap();
        for user in ["alice", "bob"] {
            platform.add_to_group(user, "risk");
        }
        let key = crate::records::ProjectRecord::key(&project_name("churn"));
        edit_item(&platform, "mlspace-projects", &key, "access");
        platform.restart();
        let Services {
            memberships,
            projects,
            datasets,
            ..
        } = &platform.services;
        let read = async |project, user: &str| {
            let user = user.parse().unwrap();
            memberships.read(&project_name(project), &user).await
        };
        assert!(matches!(
            read("churn", "bob").await,
            Err(Error::Record { .. })
        ));
        assert_eq!(
            read("fraud", "alice").await.unwrap().unwrap().drift,
            [""; 0]
        );
        create(&platform.services, &member("fraud", "carol"))
            .await
            .unwrap();
        // The others get what is shared with their group.
        let cards = crate::dataset::DatasetSpec {
            groups: vec!["risk".parse().unwrap()],
            ..crate::testing::dataset("group/cards")
        };
        datasets.create(&operation(), &cards).await.unwrap();
        let shared = policy_arn("MLSpace-group-risk");
        assert!(
            platform.iam.state().roles[&role_name()]
                .attached
                .contains(&shared)
        );
        projects
            .delete(&operation(), &project_name("churn"), true)
            .await
            .unwrap();
        assert_eq!(platform.iam.state().roles.len(), 2);
    }
}

#[tokio::test]
async fn odd_permissions_are_drift() {
    let mut platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    let key = crate::records::ProjectUserRecord::key(&project_name("fraud"), &alice());
    let edit = |platform: &FakePlatform| {
        edit_item(platform, "mlspace-project-users", &key, "permissions");
    };
    edit(&platform);
    platform.restart();
    let services = &platform.services;
    let read = async || {
        let (fraud, alice) = (project_name("fraud"), alice());
        let read = services.memberships.read(&fraud, &alice).await;
        read.unwrap().unwrap().drift
    };
    let odd = "the record of member `fraud/alice` has no list of strings in `permissions`";
    assert_eq!(read().await, [odd]);
    update(services, &member("fraud", "alice")).await.unwrap();
    assert_eq!(read().await, [""; 0]);
    edit(&platform);
    delete(services, "alice").await.unwrap();
    assert_eq!(platform.records.items("mlspace-project-users").len(), 0);
}
