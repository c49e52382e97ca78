//! From one policy model to the other and back: at no moment may a role more than the access model says.
//!
//! The emulator takes a picture after each change of IAM, and every row of the access model that is closed has to be closed in each.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::attached::{Role, roles};
use super::rows::{Platform, rows};
use super::{make_policy, remove_policy, settle_on};
use crate::crash::{ONE, kill_at};
use crate::support::{Core, Stage};

/// Alice has a role in the other project, too.
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

fn choose(stage: &Stage, model: &str) {
    stage.provider(&format!("policy_model = \"{model}\""));
}

/// A base policy that the memberships' own policies have to hold down at every step.
fn wide_policy(stage: &Stage) -> String {
    let objects = ["project", "private"].map(|prefix| {
        format!(
            "arn:aws:s3:::{}/{prefix}/*",
            stage.aws.seeded("data_bucket")
        )
    });
    let wide = json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["sagemaker:*", "iam:*", "dynamodb:*"], "Resource": "*"},
            {"Effect": "Allow", "Action": "s3:*", "Resource": objects},
        ],
    });
    make_policy(stage, "wide", &wide.to_string())
}

/// Fails with all that a role may in some picture though the access model closes it.
#[track_caller]
fn assert_never_more(platform: &Platform, pictures: &[Value], suspended: Option<&str>) {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (n, picture) in pictures.iter().enumerate() {
        for role in roles(picture) {
            // What is on this role, to the letter: asked about once.
            let mut now = picture["roles"][role_name(&role)].to_string();
            for arn in &role.attached {
                now.push_str(&picture["policies"][arn]["document"].to_string());
            }
            if seen.insert(role.arn.clone(), now.clone()) == Some(now) {
                continue;
            }
            let closed = rows(platform, &role)
                .into_iter()
                .filter(|row| !row.may || suspended == Some(&role.project));
            for row in closed {
                let decision = role.policies.decide(&row.request);
                if decision.is_allowed() {
                    wrong.push(format!(
                        "picture {n} (after {}): {}/{} may {}: {decision}",
                        picture["after"], role.project, role.user, row.what
                    ));
                }
            }
        }
    }
    assert!(pictures.len() > 10, "only {} pictures", pictures.len());
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

/// The names of the platform's policies that stand in the account.
fn policies(stage: &Stage) -> Vec<String> {
    let world = stage.aws.world();
    let policies = world["policies"].as_object().expect("policies");
    let names = policies.keys().filter_map(|arn| arn.rsplit('/').next());
    names
        .filter(|name| name.starts_with("MLSpace-"))
        .map(str::to_owned)
        .collect()
}

/// Plans that each membership changes, applies, and plans no more.
#[track_caller]
fn change_over_by_plan(stage: &Stage, model: &str, left: &[&str]) {
    choose(stage, model);
    let changes = stage.plan().changes();
    let moved = changes.iter().filter(|(address, actions)| {
        address.starts_with("mlspace_membership.") && actions == &["update"]
    });
    assert_eq!(moved.count(), 3, "{changes:?}");
    change_over(stage, model, left);
    stage.plan().assert_empty();
}

/// Applies, and checks which policies are left.
#[track_caller]
fn change_over(stage: &Stage, model: &str, left: &[&str]) {
    choose(stage, model);
    stage.apply().assert_ok();
    assert_eq!(policies(stage), left, "{model}");
}

/// Every step of a deployment's life in both models and from one to the other.
#[test]
fn never_more_rights_at_any_moment() {
    let stage = Stage::new(&Core::pinned());
    let platform = Platform::of(&stage);
    let wide = wide_policy(&stage);
    settle_on(&stage, None, &[&wide]);
    let watched = |what: &str, suspended: Option<&str>, act: &dyn Fn()| {
        stage.aws.take_pictures();
        act();
        eprintln!("{what}");
        assert_never_more(&platform, &stage.aws.pictures(), suspended);
    };
    watched("made", None, &|| stage.converge(&tenants(false)));
    watched("there", None, &|| change_over(&stage, "attribute", &SHARED));
    watched("and back", None, &|| {
        change_over_by_plan(&stage, "per_principal", &OWN)
    });

    // A suspended project stays so all the way.
    stage.converge(&tenants(true));
    let suspended = Some("alpha");
    watched("suspended, there", suspended, &|| {
        change_over(&stage, "attribute", &SHARED)
    });
    watched("suspended, and back", suspended, &|| {
        change_over(&stage, "per_principal", &OWN)
    });
    change_over(&stage, "attribute", &SHARED);
    watched("taken down", suspended, &|| {
        stage.work.destroy().assert_ok();
    });
    remove_policy(&stage, &wide);
    stage.aws.assert_pristine();
}

/// A role that carries as many policies as it may has no room for both models': it may nothing while it changes over.
#[test]
fn a_full_role_changes_over() {
    let stage = Stage::new(&Core::pinned());
    let platform = Platform::of(&stage);
    let mut base = vec![wide_policy(&stage)];
    let nothing = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "ec2:DescribeSubnets", "Resource": "*"}],
    });
    for n in 1..8 {
        base.push(make_policy(
            &stage,
            &format!("base-{n}"),
            &nothing.to_string(),
        ));
    }
    let arns: Vec<&str> = base.iter().map(String::as_str).collect();
    settle_on(&stage, None, &arns);
    stage.converge(&tenants(false));
    stage.aws.take_pictures();
    change_over(&stage, "attribute", &SHARED);
    assert_never_more(&platform, &stage.aws.pictures(), None);
    stage.work.destroy().assert_ok();
    for arn in &base {
        remove_policy(&stage, arn);
    }
    stage.aws.assert_pristine();
}

/// Killed after any write on the way there and on the way back: the next apply ends where an undisturbed one does.
#[test]
fn killed_on_the_way() {
    let stage = Stage::new(&Core::pinned());
    let text = tenants(true).replace("[\"alice\", \"ali\"]", "[\"alice\"]");
    let (text, _) = text
        .split_once("resource \"mlspace_membership\" \"alphabeta\"")
        .expect("the last");
    stage.configure(text);
    let arrive = |model: &str| {
        choose(&stage, model);
        stage.apply().assert_ok();
        (stage.aws.world()["roles"].clone(), policies(&stage))
    };
    let mut ways = ["per_principal", "attribute"].map(|model| {
        stage.aws.clear_log();
        let goal = arrive(model);
        (model, goal, stage.aws.writes())
    });
    let (first, _, writes) = &mut ways[0];
    stage.aws.clear_log();
    arrive(first);
    *writes = stage.aws.writes();
    // There and back, one write later each time.
    let most = ways.iter().map(|(.., writes)| writes.len()).max();
    for n in 0..most.expect("two ways") {
        for (model, goal, writes) in ways.iter().rev() {
            if let Some(call) = writes.get(n) {
                eprintln!("on the way to {model}, killed after write {n} ({call})");
                choose(&stage, model);
                kill_at(&stage, &["apply", "-auto-approve", ONE], "hold_after", n);
            }
            assert_eq!(&arrive(model), goal);
        }
    }
    stage.plan().assert_empty();
    stage.strike();
}
