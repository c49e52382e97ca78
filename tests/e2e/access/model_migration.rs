//! Migration from one policy model to the other and back: at no moment is a role allowed more than
//! the access model says.
//!
//! The emulator records a snapshot after each change of IAM, and every request that the access
//! model denies must be denied in each snapshot.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cases::{PlatformNames, access_cases};
use super::roles::{Role, roles};
use super::{create_policy, delete_policy, override_policies};
use crate::crash::{ONE, kill_at, sample};
use crate::support::TestEnv;

/// Alice is a member of the other project, too.
const ALICE: &str = r#"
resource "mlspace_membership" "alphabeta" {
  project  = mlspace_project.alphabeta.name
  user     = "alice"
}
"#;

const SHARED: [&str; 2] = ["MLSpace-members", "MLSpace-suspended"];
const OWN: [&str; 4] = [
    "MLSpace-project-alpha",
    "MLSpace-project-alphabeta",
    "MLSpace-user-ali",
    "MLSpace-user-alice",
];

fn tenants(suspended: bool) -> String {
    super::projects(suspended) + ALICE
}

fn set_policy_model(env: &TestEnv, model: &str) {
    env.provider(&format!("policy_model = \"{model}\""));
}

/// A wide base policy, which the memberships' own policies must restrict at every step.
fn wide_policy(env: &TestEnv) -> String {
    let objects = ["project", "private"]
        .map(|prefix| format!("arn:aws:s3:::{}/{prefix}/*", env.aws.seeded("data_bucket")));
    let wide = json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["sagemaker:*", "iam:*", "dynamodb:*"], "Resource": "*"},
            {"Effect": "Allow", "Action": "s3:*", "Resource": objects},
        ],
    });
    create_policy(env, "wide", &wide.to_string())
}

/// Fails with all requests that are allowed in some snapshot although the access model denies them.
#[track_caller]
fn assert_no_excess_access(platform: &PlatformNames, snapshots: &[Value], suspended: Option<&str>) {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (n, snapshot) in snapshots.iter().enumerate() {
        for role in roles(snapshot) {
            // A role whose policies are those of an earlier snapshot has been checked.
            let mut now = snapshot["roles"][role_name(&role)].to_string();
            for arn in &role.attached {
                now.push_str(&snapshot["policies"][arn]["document"].to_string());
            }
            if seen.insert(role.arn.clone(), now.clone()) == Some(now) {
                continue;
            }
            let denied = access_cases(platform, &role)
                .into_iter()
                .filter(|case| !case.allowed || suspended == Some(&role.project));
            for case in denied {
                let decision = role.policies.decide(&case.request);
                if decision.is_allowed() {
                    wrong.push(format!(
                        "snapshot {n} (after {}): {}/{} can {}: {decision}",
                        snapshot["after"], role.project, role.user, case.description
                    ));
                }
            }
        }
    }
    assert!(snapshots.len() > 10, "only {} snapshots", snapshots.len());
    assert!(
        wrong.is_empty(),
        "{} moments:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn role_name(role: &Role) -> &str {
    role.arn.rsplit('/').next().expect("a name")
}

/// The names of the platform's policies in the account.
fn policies(env: &TestEnv) -> Vec<String> {
    let account = env.aws.account_state();
    let policies = account["policies"].as_object().expect("policies");
    let names = policies.keys().filter_map(|arn| arn.rsplit('/').next());
    names
        .filter(|name| name.starts_with("MLSpace-"))
        .map(str::to_owned)
        .collect()
}

/// Verifies that the plan updates each membership, applies it, and verifies that the next is empty.
#[track_caller]
fn plan_and_migrate(env: &TestEnv, model: &str, remaining: &[&str]) {
    set_policy_model(env, model);
    let changes = env.plan().changes();
    let updated = changes.iter().filter(|(address, actions)| {
        address.starts_with("mlspace_membership.") && actions == &["update"]
    });
    assert_eq!(updated.count(), 3, "{changes:?}");
    migrate(env, model, remaining);
    env.plan().assert_empty();
}

/// Applies, and verifies which policies remain.
#[track_caller]
fn migrate(env: &TestEnv, model: &str, remaining: &[&str]) {
    set_policy_model(env, model);
    env.apply().assert_ok();
    assert_eq!(policies(env), remaining, "{model}");
}

/// From creation to destruction, in both models and from one to the other, with a suspension.
#[test]
fn migration_never_grants_excess_access() {
    let env = TestEnv::pinned();
    let platform = PlatformNames::of(&env);
    let wide = wide_policy(&env);
    override_policies(&env, None, &[&wide]);
    let check = |what: &str, suspended: Option<&str>, act: &dyn Fn()| {
        env.aws.record_iam_history();
        act();
        eprintln!("{what}");
        assert_no_excess_access(&platform, &env.aws.iam_history(), suspended);
    };
    check("create", None, &|| env.apply_and_verify(&tenants(false)));
    check("migrate", None, &|| migrate(&env, "attribute", &SHARED));
    check("migrate back", None, &|| {
        plan_and_migrate(&env, "per_principal", &OWN)
    });

    // A suspended project stays suspended throughout.
    env.apply_and_verify(&tenants(true));
    let suspended = Some("alpha");
    check("migrate suspended", suspended, &|| {
        migrate(&env, "attribute", &SHARED)
    });
    check("migrate suspended back", suspended, &|| {
        migrate(&env, "per_principal", &OWN)
    });
    migrate(&env, "attribute", &SHARED);
    check("destroy", suspended, &|| {
        env.work.destroy().assert_ok();
    });
    delete_policy(&env, &wide);
    env.aws.assert_pristine();
}

/// A role at its quota of policies cannot have those of both models at a time: it is denied
/// everything during the migration.
#[test]
fn migration_of_role_at_policy_quota() {
    let env = TestEnv::pinned();
    let platform = PlatformNames::of(&env);
    let mut base = vec![wide_policy(&env)];
    let nothing = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "ec2:DescribeSubnets", "Resource": "*"}],
    });
    for n in 1..8 {
        base.push(create_policy(
            &env,
            &format!("base-{n}"),
            &nothing.to_string(),
        ));
    }
    let arns: Vec<&str> = base.iter().map(String::as_str).collect();
    override_policies(&env, None, &arns);
    env.apply_and_verify(&tenants(false));
    env.aws.record_iam_history();
    migrate(&env, "attribute", &SHARED);
    assert_no_excess_access(&platform, &env.aws.iam_history(), None);
    env.work.destroy().assert_ok();
    for arn in &base {
        delete_policy(&env, arn);
    }
    env.aws.assert_pristine();
}

/// Killed after a write of the migration or of its reverse: the next apply has the result of an
/// uninterrupted one.
#[test]
fn migration_recovers_from_kill() {
    let env = TestEnv::pinned();
    let text = tenants(true).replace("[\"alice\", \"ali\"]", "[\"alice\"]");
    let (text, _) = text
        .split_once("resource \"mlspace_membership\" \"alphabeta\"")
        .expect("the last");
    env.configure(text);
    let migrate_to = |model: &str| {
        set_policy_model(&env, model);
        env.apply().assert_ok();
        (env.aws.account_state()["roles"].clone(), policies(&env))
    };
    let mut migrations = ["per_principal", "attribute"].map(|model| {
        env.aws.clear_log();
        let goal = migrate_to(model);
        (model, goal, env.aws.writes())
    });
    let (first, _, writes) = &mut migrations[0];
    env.aws.clear_log();
    migrate_to(first);
    *writes = env.aws.writes();
    // Both migrations in turn, each killed some writes later than before.
    let longest = migrations.iter().map(|(.., writes)| writes);
    let longest = longest.max_by_key(|writes| writes.len());
    for (n, _) in sample(longest.expect("two migrations")) {
        for (model, goal, writes) in migrations.iter().rev() {
            if let Some(call) = writes.get(n) {
                eprintln!("migration to {model}, killed after write {n} ({call})");
                set_policy_model(&env, model);
                kill_at(&env, &["apply", "-auto-approve", ONE], "hold_after", n);
            }
            assert_eq!(&migrate_to(model), goal);
        }
    }
    env.plan().assert_empty();
    env.destroy_and_verify();
}
