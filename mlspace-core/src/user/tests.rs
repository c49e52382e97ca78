//! Users on in-memory fakes: every step, and every interruption.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use iam_policy::{Document, Effect};

use super::*;
use crate::aws::{Error, PolicyModel};
use crate::iam::fake::FakePolicy;
use crate::layout;
use crate::membership::MembershipSpec;
use crate::notebook::Status;
use crate::ownership::{Caller, Claim, OnlyCreates, Run};
use crate::plan::PlanOutcome;
use crate::project::ProjectSpec;
use crate::records::{Item, ItemBuilder, Key, OWNER, UserRecord};
use crate::services::Services;
use crate::tags::SUSPENDED;
use crate::testing::{
    FakePlatform, Interruption, converges, interleaved, member, notebook, operation, operation_of,
    project, seeds,
};

const MODELS: [PolicyModel; 2] = [PolicyModel::PerPrincipal, PolicyModel::Attribute];
const TABLE: &str = "mlspace-users";

fn spec(name: &str) -> UserSpec {
    UserSpec::new(name.parse().unwrap())
}

fn suspended(name: &str) -> UserSpec {
    UserSpec {
        suspended: true,
        ..spec(name)
    }
}

fn user(name: &str) -> UserName {
    name.parse().unwrap()
}

async fn create(services: &Services, spec: &UserSpec) -> Result<User, Error> {
    let created = services.users.create(&operation(), spec).await;
    created.map_err(|failure| failure.error)
}

async fn update(services: &Services, spec: &UserSpec) -> Result<User, Error> {
    let updated = services.users.update(&operation(), spec).await;
    updated.map_err(|failure| failure.error)
}

async fn add_member(services: &Services, spec: &MembershipSpec) {
    let created = services.memberships.create(&operation(), spec).await;
    created.unwrap();
}

async fn read(platform: &FakePlatform, name: &str) -> User {
    let read = platform.services.users.read(&user(name)).await;
    read.unwrap().expect("a record")
}

fn record(platform: &FakePlatform, name: &str) -> Item {
    let items = platform.records.items(TABLE).into_iter();
    let mut found = items.filter(|item| item["username"] == AttributeValue::S(name.to_owned()));
    found.next().expect("a record")
}

fn edit_record(platform: &FakePlatform, name: &str, edit: impl FnOnce(&mut Item)) {
    let mut item = record(platform, name);
    edit(&mut item);
    platform
        .records
        .remove(TABLE, &UserRecord::key(&user(name)));
    platform.records.insert(TABLE, item);
}

/// Whether the role is denied everything, by an unconditional Deny or by the list of its model.
fn is_closed(platform: &FakePlatform, role: &str) -> bool {
    let state = platform.iam.state();
    let role = &state.roles[role];
    let tag = |key: &str| role.tags.get(key).unwrap_or_default().to_owned();
    role.attached.iter().any(|arn| {
        let Some(policy) = state.policies.get(arn) else {
            return false;
        };
        let document = Document::parse(policy.document()).unwrap();
        document.statements.iter().any(|statement| {
            let everything = Document::new([statement.clone()])
                .to_json()
                .contains(r#""Action":"*""#);
            let json = Document::new([statement.clone()]).to_json();
            statement.effect == Effect::Deny
                && everything
                && (statement.conditions.is_empty()
                    || ["project", "user"].iter().any(|key| {
                        json.contains(&format!("aws:PrincipalTag/{key}"))
                            && json.contains(&format!("\"{}\"", tag(key)))
                    }))
        })
    })
}

fn role(project: &str, name: &str) -> String {
    layout::role_name("MLSpace", &project.parse().unwrap(), &user(name)).unwrap()
}

/// alice in the projects fraud and churn, bob in fraud, each with a running notebook, and alice on
/// record.
async fn platform(model: PolicyModel) -> FakePlatform {
    let platform = FakePlatform::new(model);
    let services = &platform.services;
    for name in ["fraud", "churn"] {
        let created = services.projects.create(&operation(), &project(name)).await;
        created.unwrap();
    }
    create(services, &spec("alice")).await.unwrap();
    for (project, name) in [("fraud", "alice"), ("churn", "alice"), ("fraud", "bob")] {
        add_member(services, &member(project, name)).await;
        let spec = notebook(&format!("{name}-{project}"), project, name);
        let created = services.notebooks.create(&operation(), &spec).await;
        created.unwrap();
    }
    platform.faults.take_calls();
    platform
}

/// The roles that are closed, and the notebooks that are stopped or tagged.
fn closed(platform: &FakePlatform) -> (Vec<String>, Vec<String>) {
    let roles = [("fraud", "alice"), ("churn", "alice"), ("fraud", "bob")];
    let roles = roles
        .iter()
        .filter(|(project, name)| is_closed(platform, &role(project, name)))
        .map(|(project, name)| format!("{name}-{project}"));
    let instances = platform.notebooks.instances();
    let notebooks = instances.iter().filter_map(|(name, instance)| {
        let stopped = instance.state.status == Status::Stopped;
        let tagged = instance.tags.get(SUSPENDED) == Some("true");
        match (stopped, tagged) {
            (true, true) => Some(name.to_string()),
            (true, false) => Some(format!("{name} without tag")),
            (false, true) => Some(format!("{name} running")),
            (false, false) => None,
        }
    });
    (roles.collect(), notebooks.collect())
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[tokio::test]
async fn user_is_created_changed_and_deleted() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    let services = &platform.services;
    let made = create(services, &spec("alice")).await.unwrap();
    assert_eq!(read(&platform, "alice").await, made);
    assert_eq!(made.display_name, "alice");
    edit_record(&platform, "alice", |item| {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        item.insert("nickname".to_owned(), text("al"));
        item.insert(
            "permissions".to_owned(),
            AttributeValue::L(vec![text("other")]),
        );
    });
    let changed = UserSpec {
        display_name: Some("Alice".to_owned()),
        email: Some("alice@example.com".to_owned()),
        admin: true,
        ..spec("alice")
    };
    let updated = update(services, &changed).await.unwrap();
    assert_eq!((updated.admin, updated.token), (true, made.token));
    let item = record(&platform, "alice");
    assert_eq!(item["nickname"], AttributeValue::S("al".to_owned()));
    let permissions = UserRecord::read(&item).unwrap().permissions;
    assert_eq!(permissions, ["PMO", "other"]);
    assert_eq!(
        platform.iam.state().policies.len(),
        0,
        "a record opens nothing"
    );
    services
        .users
        .delete(&operation(), &user("alice"))
        .await
        .unwrap();
    assert_eq!(services.users.read(&user("alice")).await, Ok(None));
    services
        .users
        .delete(&operation(), &user("alice"))
        .await
        .unwrap();
}

#[tokio::test]
async fn create_and_plan_refuse_existing_users() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let services = &platform.services;
    let again = create(services, &spec("alice")).await.unwrap_err();
    assert!(matches!(again, Error::Exists { .. }), "{again:?}");
    assert!(again.detail().contains("mlspace_user.NAME"), "{again:?}");
    let plan = async |name: &str| {
        let users = &platform.other_process().users;
        users.plan(&spec(name), None, &OnlyCreates).await.errors
    };
    assert!(plan("alice").await[0].detail.contains("mlspace_user.NAME"));
    // A member who has no record yet gets one.
    assert_eq!(plan("bob").await, []);
    for other in ["Alice", "BOB", "global"] {
        let errors = plan(other).await;
        assert_eq!(errors.len(), 1, "{other}");
        assert_eq!(errors[0].attribute, "name", "{other}");
    }
}

#[tokio::test]
async fn create_finds_its_own_record_when_the_response_is_lost() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    platform.faults.interrupt(Interruption::After(0));
    let made = create(&platform.services, &spec("alice")).await.unwrap();
    assert_eq!(read(&platform, "alice").await, made);
}

#[tokio::test]
async fn other_states_change_and_delete_nothing() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let before = platform.snapshot();
    let other = || operation_of(Claim::Token(Token::random()));
    let users = &platform.services.users;
    let error = users.update(&other(), &suspended("alice")).await;
    let error = error.unwrap_err().error;
    assert!(matches!(error, Error::Foreign { .. }), "{error:?}");
    let deleted = users.delete(&other(), &user("alice")).await;
    assert!(matches!(deleted, Err(Error::Foreign { .. })), "{deleted:?}");
    assert_eq!(platform.snapshot(), before);
}

#[tokio::test]
async fn suspending_closes_all_of_the_user_and_nothing_else() {
    for model in MODELS {
        let mut platform = platform(model).await;
        let before = platform.snapshot();
        update(&platform.services, &suspended("alice"))
            .await
            .unwrap();
        let calls = platform.faults.take_calls();
        let position = |call: &str| calls.iter().position(|made| made == call).unwrap();
        let denied = position("CreatePolicyVersion");
        assert!(position("UpdateItem") < denied, "{calls:?}");
        assert!(denied < position("StopNotebookInstance"), "{calls:?}");
        let alices = names(&["alice-fraud", "alice-churn"]);
        let (roles, mut notebooks) = closed(&platform);
        notebooks.reverse();
        assert_eq!((roles, notebooks), (alices.clone(), alices), "{model:?}");
        // Nobody sees drift.
        platform.restart();
        assert_eq!(read(&platform, "alice").await.drift, [""; 0]);
        for (project, name) in [("fraud", "alice"), ("churn", "alice"), ("fraud", "bob")] {
            let (project, name) = (project.parse().unwrap(), user(name));
            let found = platform.services.memberships.read(&project, &name).await;
            assert_eq!(found.unwrap().unwrap().drift, [""; 0], "{model:?}");
        }
        // And nothing is left of it but the stopped notebooks.
        update(&platform.services, &spec("alice")).await.unwrap();
        assert_eq!(
            closed(&platform),
            (
                vec![],
                names(&["alice-churn without tag", "alice-fraud without tag"])
            )
        );
        for name in ["alice-churn", "alice-fraud"] {
            platform
                .notebooks
                .edit(name, |instance| instance.state.status = Status::InService);
        }
        assert_eq!(platform.snapshot(), before, "{model:?}");
    }
}

#[tokio::test]
async fn suspending_and_resuming_converge_after_any_interruption() {
    for model in MODELS {
        converges(
            async || platform(model).await,
            async |services| update(services, &suspended("alice")).await,
        )
        .await;
        converges(
            async || {
                let platform = platform(model).await;
                update(&platform.services, &suspended("alice"))
                    .await
                    .unwrap();
                platform
            },
            async |services| update(services, &spec("alice")).await,
        )
        .await;
    }
}

/// An interruption is drift until an apply has continued.
#[tokio::test]
async fn interrupted_suspension_is_drift() {
    for model in MODELS {
        for n in 1..6 {
            let mut platform = platform(model).await;
            platform.faults.interrupt(Interruption::Before(n));
            let failed = platform
                .services
                .users
                .update(&operation(), &suspended("alice"))
                .await;
            let failure = failed.expect_err("interrupted");
            assert!(failure.reached.expect("the user").suspended);
            platform.restart();
            let found = read(&platform, "alice").await;
            assert!(found.suspended && !found.drift.is_empty(), "{model:?} {n}");
            update(&platform.services, &suspended("alice"))
                .await
                .unwrap();
            platform.restart();
            assert_eq!(read(&platform, "alice").await.drift, [""; 0]);
        }
    }
}

/// After every single write, no role is wider than before or after: a role that is closed at the end
/// does not open in between, and the other way round.
#[tokio::test]
async fn no_moment_of_a_suspension_is_wider() {
    for model in MODELS {
        for (from, to) in [
            (spec("alice"), suspended("alice")),
            (suspended("alice"), spec("alice")),
        ] {
            let mut changed = 0;
            for n in 0..40 {
                let platform = platform(model).await;
                if from.suspended {
                    update(&platform.services, &from).await.unwrap();
                }
                let documents = |platform: &FakePlatform| -> BTreeSet<String> {
                    let state = platform.iam.state();
                    let allows = state.policies.into_iter().flat_map(|(arn, policy)| {
                        let document = Document::parse(policy.document()).unwrap();
                        // Denies that are not the suspension's, too: they may not get lost.
                        let rest = document.statements.into_iter().filter(|statement| {
                            let sid = statement.sid.as_deref().unwrap_or_default();
                            !sid.starts_with("Suspended")
                        });
                        rest.map(|statement| {
                            format!("{arn} {}", Document::new([statement]).to_json())
                        })
                        .collect::<Vec<_>>()
                    });
                    allows.collect()
                };
                let roles_before = platform.iam.state().roles;
                let (before, was) = (documents(&platform), closed(&platform).0);
                platform.faults.interrupt(Interruption::After(n));
                let done = update(&platform.services, &to).await;
                let now = closed(&platform).0;
                assert_eq!(documents(&platform), before, "{model:?} after {n}");
                assert_eq!(platform.iam.state().roles, roles_before);
                let all = names(&["alice-fraud", "alice-churn"]);
                // Both of alice's roles change at once, bob's never.
                assert!(
                    now == was || now == if to.suspended { all } else { vec![] },
                    "{now:?}"
                );
                changed += usize::from(now != was && done.is_err());
                if platform.faults.is_pending() {
                    break;
                }
            }
            assert!(changed > 0, "{model:?}");
        }
    }
}

/// Each of two suspensions ends by itself only.
#[tokio::test]
async fn suspensions_of_user_and_project_do_not_lift_each_other() {
    for model in MODELS {
        let platform = platform(model).await;
        let services = &platform.services;
        let set_project = async |suspended: bool| {
            let spec = ProjectSpec {
                suspended,
                ..project("fraud")
            };
            services
                .projects
                .update(&operation(), &spec, true)
                .await
                .unwrap();
        };
        set_project(true).await;
        update(services, &suspended("alice")).await.unwrap();
        update(services, &spec("alice")).await.unwrap();
        let fraud = names(&["alice-fraud", "bob-fraud"]);
        let (roles, notebooks) = closed(&platform);
        assert_eq!(roles, fraud, "{model:?}");
        assert_eq!(
            notebooks,
            names(&["alice-churn without tag", "alice-fraud", "bob-fraud"])
        );
        update(services, &suspended("alice")).await.unwrap();
        set_project(false).await;
        let (roles, notebooks) = closed(&platform);
        assert_eq!(roles, names(&["alice-fraud", "alice-churn"]), "{model:?}");
        assert_eq!(
            notebooks,
            names(&["alice-churn", "alice-fraud", "bob-fraud without tag"])
        );
    }
}

#[tokio::test]
async fn membership_of_a_suspended_user_is_closed_from_its_first_moment() {
    for model in MODELS {
        for n in 0..40 {
            let platform = FakePlatform::new(model);
            let services = &platform.services;
            services
                .projects
                .create(&operation(), &project("fraud"))
                .await
                .unwrap();
            add_member(services, &member("fraud", "bob")).await;
            create(services, &suspended("alice")).await.unwrap();
            platform.faults.interrupt(Interruption::After(n));
            let alice = member("fraud", "alice");
            let made = services.memberships.create(&operation(), &alice).await;
            if let Some(found) = platform.iam.state().roles.get(&role("fraud", "alice")) {
                let open = found.attached.is_empty() && found.inline.is_empty();
                assert!(
                    open || is_closed(&platform, &role("fraud", "alice")),
                    "{model:?} {n}"
                );
            }
            if platform.faults.is_pending() {
                made.unwrap();
                break;
            }
        }
    }
}

#[tokio::test]
async fn new_notebooks_of_suspended_users_are_closed() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let services = &platform.services;
    update(services, &suspended("alice")).await.unwrap();
    let running = notebook("second", "fraud", "alice");
    let refused = services.notebooks.create(&operation(), &running).await;
    let error = refused.expect_err("refused").error;
    assert_eq!(error.attribute(), Some("running"));
    assert!(
        error.to_string().contains("suspended user `alice`"),
        "{error}"
    );
    let mut stopped = running;
    stopped.running = Some(false);
    services
        .notebooks
        .create(&operation(), &stopped)
        .await
        .expect("created");
    let instance = &platform.notebooks.instances()[&stopped.name];
    assert_eq!(instance.tags.get(SUSPENDED), Some("true"));
}

#[tokio::test]
async fn suspension_by_mlspace_is_drift_and_can_be_kept_or_ended() {
    for model in MODELS {
        let mut platform = platform(model).await;
        edit_record(&platform, "alice", |item| {
            item.insert("suspended".to_owned(), AttributeValue::Bool(true));
        });
        platform.restart();
        let found = read(&platform, "alice").await;
        assert!(found.suspended);
        assert_eq!(found.drift.len(), 1, "{:?}", found.drift);
        // The membership says so, too, and each of both closes.
        let (fraud, alice) = ("fraud".parse().unwrap(), user("alice"));
        let memberships = &platform.services.memberships;
        let seen = memberships.read(&fraud, &alice).await.unwrap().unwrap();
        assert_eq!(seen.drift.len(), 1, "{:?}", seen.drift);
        memberships
            .update(&operation(), &member("fraud", "alice"))
            .await
            .unwrap();
        assert_eq!(
            closed(&platform).0,
            names(&["alice-fraud", "alice-churn"]),
            "{model:?}"
        );
        platform.restart();
        let kept = update(&platform.services, &suspended("alice"))
            .await
            .unwrap();
        assert_eq!(kept.drift, [""; 0]);
        let planned = platform
            .services
            .users
            .plan(&spec("alice"), Some(&suspended("alice")), &OnlyCreates)
            .await;
        assert_eq!(planned.warnings[0].summary, "Suspension ends");
        update(&platform.services, &spec("alice")).await.unwrap();
        assert_eq!(closed(&platform).0, [""; 0], "{model:?}");
    }
}

/// MLSpace's own policy of the user keeps what MLSpace wrote.
#[tokio::test]
async fn policy_of_mlspace_is_only_closed_and_opened() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let arn = crate::testing::account().policy_arn("MLSpace-user-alice");
    let theirs = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::mlspace-data/group/datasets/cards/*"}]}"#;
    platform.iam.edit(|state| {
        let tags = state.policies[&arn].tags.clone();
        state
            .policies
            .insert(arn.clone(), FakePolicy::new(theirs, &tags));
    });
    update(&platform.services, &suspended("alice"))
        .await
        .unwrap();
    assert!(is_closed(&platform, &role("churn", "alice")));
    assert!(
        platform.iam.state().policies[&arn]
            .document()
            .contains("datasets/cards")
    );
    update(&platform.services, &spec("alice")).await.unwrap();
    let found = Document::parse(platform.iam.state().policies[&arn].document()).unwrap();
    assert!(found.equivalent(&Document::parse(theirs).unwrap()));
}

/// A role that has lost the policy gets it back.
#[tokio::test]
async fn suspending_closes_roles_that_lost_their_policies() {
    for model in MODELS {
        let mut platform = platform(model).await;
        platform.iam.edit(|state| {
            let lost = state.roles.get_mut(&role("churn", "alice")).unwrap();
            lost.attached.clear();
        });
        platform.restart();
        update(&platform.services, &suspended("alice"))
            .await
            .unwrap();
        assert_eq!(
            closed(&platform).0,
            names(&["alice-fraud", "alice-churn"]),
            "{model:?}"
        );
    }
}

/// Whatever the order of two processes, a user who is suspended at the end is closed.
#[test]
fn suspending_while_a_membership_is_set_up_closes_it() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    for model in MODELS {
        for seed in seeds() {
            let platform = runtime.block_on(async {
                let platform = FakePlatform::new(model);
                let services = &platform.services;
                let created = services
                    .projects
                    .create(&operation(), &project("fraud"))
                    .await;
                created.unwrap();
                create(services, &spec("alice")).await.unwrap();
                add_member(services, &member("fraud", "bob")).await;
                platform
            });
            let (one, two) = (platform.other_process(), platform.other_process());
            let alice = member("fraud", "alice");
            let (made, set) = interleaved(
                seed,
                async { one.memberships.create(&operation(), &alice).await.map(drop) },
                async { update(&two, &suspended("alice")).await.map(drop) },
            );
            made.unwrap();
            set.unwrap();
            assert!(
                is_closed(&platform, &role("fraud", "alice")),
                "{model:?} seed {seed}"
            );
        }
    }
}

/// Puts a row into a table, as MLSpace would.
fn insert(platform: &FakePlatform, table: &str, fields: &[(&str, &str)], owner: bool) {
    let item = fields
        .iter()
        .fold(ItemBuilder::new(), |item, (name, value)| {
            item.string(name, *value)
        });
    let permissions: Vec<String> = owner.then(|| OWNER.to_owned()).into_iter().collect();
    let item = item.strings("permissions", &permissions);
    platform.records.insert(table, item.build());
}

async fn plan_suspension(services: &Services, spec: &UserSpec) -> PlanOutcome<()> {
    let prior = UserSpec {
        suspended: false,
        ..spec.clone()
    };
    services.users.plan(spec, Some(&prior), &OnlyCreates).await
}

#[tokio::test]
async fn plan_refuses_to_suspend_the_last_owner() {
    let mut platform = platform(PolicyModel::PerPrincipal).await;
    for name in ["alice", "bob"] {
        let fields = [("project", "fraud"), ("user", name)];
        insert(&platform, "mlspace-project-users", &fields, name == "alice");
    }
    let errors = async |platform: &FakePlatform, spec: &UserSpec| {
        plan_suspension(&platform.services, spec).await.errors
    };
    let refused = errors(&platform, &suspended("alice")).await;
    assert_eq!(refused[0].attribute, "suspended");
    assert!(refused[0].detail.contains("`fraud`"), "{refused:?}");
    assert!(
        !refused[0].detail.contains("`churn`"),
        "nobody owns it: {refused:?}"
    );
    let said = UserSpec {
        allow_ownerless_projects: true,
        ..suspended("alice")
    };
    assert_eq!(errors(&platform, &said).await, []);
    assert_eq!(errors(&platform, &suspended("bob")).await, []);

    // A group that owns the project counts with its members who are not suspended.
    let group = [("project", "fraud"), ("group", "risk")];
    insert(&platform, "mlspace-project-groups", &group, true);
    platform.restart();
    assert_eq!(errors(&platform, &suspended("alice")).await.len(), 1);
    platform.add_to_group("carol", "risk");
    platform.restart();
    assert_eq!(errors(&platform, &suspended("alice")).await, []);
    // Not one who is suspended by the same plan.
    assert_eq!(errors(&platform, &suspended("carol")).await.len(), 1);
    create(&platform.services, &suspended("carol"))
        .await
        .unwrap();
    platform.restart();
    assert_eq!(errors(&platform, &suspended("alice")).await.len(), 1);
}

#[tokio::test]
async fn plan_of_a_suspension_tells_what_goes_on() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let planned = plan_suspension(&platform.services, &suspended("alice")).await;
    assert_eq!(planned.warnings[0].summary, "Jobs and endpoints go on");
    let new = platform
        .services
        .users
        .plan(&suspended("zoe"), None, &OnlyCreates)
        .await;
    assert_eq!((new.warnings, new.errors), (vec![], vec![]));
}

#[tokio::test]
async fn plan_by_attribute_checks_all_suspensions_together() {
    let platform = FakePlatform::new(PolicyModel::Attribute);
    for n in 0..300 {
        let spec = suspended(&format!("user-with-a-long-name-{n:030}"));
        let planned = platform
            .services
            .users
            .plan(&spec, None, &OnlyCreates)
            .await;
        if let Some(error) = planned.errors.first() {
            assert!(error.detail.contains("suspended users"), "{error:?}");
            assert!(n > 30, "only {n} users fit");
            return;
        }
    }
    panic!("a policy has no limit");
}

#[tokio::test]
async fn delete_refuses_members() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    platform.add_to_group("alice", "risk");
    let services = &platform.services;
    let error = services.users.delete(&operation(), &user("alice")).await;
    let error = error.unwrap_err();
    assert!(matches!(error, Error::InUse { .. }), "{error:?}");
    for place in ["project fraud", "project churn", "group risk"] {
        assert!(error.to_string().contains(place), "{error}");
    }
    let key = Key::hash("group", "risk").range("user", "alice");
    platform.records.remove("mlspace-group-users", &key);
    for name in ["alice-fraud", "alice-churn"] {
        platform.notebooks.remove(name);
    }
    for project in ["fraud", "churn"] {
        let project = project.parse().unwrap();
        let alice = user("alice");
        services
            .memberships
            .delete(&operation(), &project, &alice)
            .await
            .unwrap();
    }
    services
        .users
        .delete(&operation(), &user("alice"))
        .await
        .unwrap();
}

/// A run that removes every membership.
#[derive(Debug)]
struct RemovesMemberships;

#[async_trait::async_trait]
impl Run for RemovesMemberships {
    fn replaces(&self, _: &Object) -> bool {
        false
    }

    async fn removes(&self, object: &Object) -> bool {
        object.kind == Kind::Membership
    }
}

/// The same run removes user and membership, in whatever order.
#[tokio::test]
async fn delete_waits_for_memberships_that_leave() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    let services = &platform.services;
    create(services, &spec("alice")).await.unwrap();
    let operation = operation().on_behalf_of(Caller {
        claim: Claim::Unknown,
        run: Arc::new(RemovesMemberships),
    });
    let (fraud, alice) = ("fraud".parse().unwrap(), user("alice"));
    let removals = async {
        tokio::task::yield_now().await;
        services
            .memberships
            .delete(&operation, &fraud, &alice)
            .await
    };
    let deletes = tokio::join!(services.users.delete(&operation, &alice), removals);
    assert_eq!(deletes, (Ok(()), Ok(())));
    assert_eq!(platform.records.items(TABLE).len(), 0);
}

#[tokio::test]
async fn deleted_user_leaves_the_list_of_suspended() {
    let platform = FakePlatform::new(PolicyModel::Attribute)
        .with_alice_in_fraud()
        .await;
    let services = &platform.services;
    create(services, &suspended("zoe")).await.unwrap();
    let list = || {
        let arn = crate::testing::account().policy_arn("MLSpace-suspended");
        platform.iam.state().policies[&arn]
            .document()
            .contains("zoe")
    };
    assert!(list());
    services
        .users
        .delete(&operation(), &user("zoe"))
        .await
        .unwrap();
    assert!(!list());
}

#[tokio::test]
async fn record_without_what_mlspace_needs_is_completed() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    edit_record(&platform, "alice", |item| {
        item.remove("email");
    });
    let found = read(&platform, "alice").await;
    assert!(found.drift[0].contains("`email`"), "{:?}", found.drift);
    let mended = update(&platform.services, &spec("alice")).await.unwrap();
    assert_eq!(mended.drift, [""; 0]);
    assert_eq!(UserRecord::missing(&record(&platform, "alice")), [""; 0]);
}

#[tokio::test]
async fn planned_users_are_known() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let services = &platform.services;
    let warnings = async || {
        let planned = services
            .memberships
            .plan(
                &member("fraud", "zoe"),
                false,
                false,
                &OnlyCreates as &dyn Run,
            )
            .await;
        planned.warnings.len()
    };
    services.users.plan(&spec("zoe"), None, &OnlyCreates).await;
    assert_eq!(warnings().await, 0);
}
