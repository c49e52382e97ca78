//! Effective rights: what the roles that Terraform made may do, by the policies that stand in the account.
//!
//! Names are neighbours on purpose: one begins with the other, for projects and for users. Whatever base policy the roles carry, and with or
//! without the permissions boundary, every row of the access model has to hold in both directions.

mod attached;
mod by_attribute;
mod changing_over;
mod closed_rows;
mod judgement;
mod rows;
mod workload_rows;

use mlspace_core::layout::Account;
use mlspace_core::policies::{ApprovedNetwork, GrantContext, permissions_boundary};
use serde_json::{Value, json};

use crate::support::{Stage, scenario};
use attached::{Role, roles};
use rows::{Platform, rows};

/// Two projects, and who is in the first.
const PROJECTS: &str = r#"
resource "mlspace_project" "alpha" {
  name       = "alpha"
  created_by = "alice"
  suspended  = SUSPENDED
}

resource "mlspace_project" "alphabeta" {
  name       = "alphabeta"
  created_by = "alice"
}

resource "mlspace_membership" "alpha" {
  for_each = toset(["alice", "ali"])
  project  = mlspace_project.alpha.name
  user     = each.key
}
"#;

/// Alice works in both projects, her neighbours by name in one each, and is the only one in the group.
const TENANTS: &str = r#"
resource "mlspace_membership" "alphabeta" {
  for_each = toset(["alice", "alice2"])
  project  = mlspace_project.alphabeta.name
  user     = each.key
}

resource "mlspace_dataset" "project" {
  for_each   = toset([mlspace_project.alpha.name, mlspace_project.alphabeta.name])
  name       = "cards"
  type       = "project"
  scope      = each.key
  created_by = "alice"
}

resource "mlspace_dataset" "private" {
  for_each   = toset(["alice", "ali"])
  name       = "scratch"
  type       = "private"
  scope      = each.key
  created_by = "alice"
}

resource "mlspace_dataset" "days" {
  name       = "days"
  type       = "global"
  created_by = "alice"
}

resource "mlspace_dataset" "shared" {
  name       = "shared"
  type       = "group"
  groups     = ["analysts"]
  created_by = "alice"
}

resource "mlspace_dataset" "unshared" {
  name       = "unshared"
  type       = "group"
  groups     = ["auditors"]
  created_by = "alice"
}
"#;

/// The matrix of all of [`TENANTS`], and of one project and one user.
const MATRIX: &str = r#"
data "mlspace_access" "all" {
  depends_on = [DEPENDENCIES]
}

data "mlspace_access" "some" {
  project    = "alpha"
  user       = "alice"
  depends_on = [DEPENDENCIES]
}

# Whatever is planned, this one is read when Terraform looks around.
data "mlspace_access" "now" {
  project = "alpha"
  user    = "alice"
}

output "entries" { value = data.mlspace_access.all.entries }
output "workloads" { value = data.mlspace_access.all.workloads }
output "some" { value = data.mlspace_access.some.entries }
"#;

/// All that the matrix is about.
const DEPENDENCIES: &str = "mlspace_project.alpha, mlspace_project.alphabeta, mlspace_membership.alpha, \
    mlspace_membership.alphabeta, mlspace_dataset.project, mlspace_dataset.private, mlspace_dataset.days, \
    mlspace_dataset.shared, mlspace_dataset.unshared";

fn with_matrix(suspended: bool) -> String {
    tenants(suspended) + &MATRIX.replace("DEPENDENCIES", DEPENDENCIES)
}

fn projects(suspended: bool) -> String {
    PROJECTS.replace("SUSPENDED", &suspended.to_string())
}

fn tenants(suspended: bool) -> String {
    projects(suspended) + TENANTS
}

fn group_row() -> Value {
    json!({"group": {"S": "analysts"}, "user": {"S": "alice"}})
}

/// Puts alice into the group `analysts`, as MLSpace's web application does.
fn join_group(stage: &Stage) {
    let row = json!({"TableName": "mlspace-group-users", "Item": group_row()});
    stage.aws.aws("dynamodb", "PutItem", row);
}

fn leave_group(stage: &Stage) {
    let row = json!({"TableName": "mlspace-group-users", "Key": group_row()});
    stage.aws.aws("dynamodb", "DeleteItem", row);
}

/// Makes a managed policy behind Terraform's back; its ARN.
pub(crate) fn make_policy(stage: &Stage, name: &str, document: &str) -> String {
    let policy = json!({"PolicyName": name, "PolicyDocument": document});
    stage.aws.aws("iam", "CreatePolicy", policy);
    format!("arn:aws:iam::123456789012:policy/{name}")
}

pub(crate) fn remove_policy(stage: &Stage, arn: &str) {
    stage
        .aws
        .aws("iam", "DeletePolicy", json!({"PolicyArn": arn}));
}

/// Sets the boundary and the base policies in the provider block.
pub(crate) fn settle_on(stage: &Stage, boundary: Option<&str>, base: &[&str]) {
    let text = format!(
        "provider \"mlspace\" {{\n  permissions_boundary_arn = {}\n  base_policy_arns = {}\n}}\n",
        json!(boundary),
        json!(base)
    );
    stage.work.write("settings_override.tf", &text);
}

/// Asks for every row of every role, and fails with all that differ from what the access model says.
#[track_caller]
fn assert_rights(platform: &Platform, roles: &[Role], setting: &str, suspended: Option<&str>) {
    let mut asked = 0;
    let mut wrong = Vec::new();
    for role in roles {
        for row in rows(platform, role) {
            let may = row.may && suspended != Some(role.project.as_str());
            let decision = role.policies.decide(&row.request);
            asked += 1;
            if decision.is_allowed() != may {
                wrong.push(format!(
                    "{}/{} {setting}: {}: {decision}",
                    role.project, role.user, row.what
                ));
            }
        }
    }
    assert!(roles.len() == 4 && asked > 1_000, "only {asked} rows");
    assert!(
        wrong.is_empty(),
        "{} of {asked} rows are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

scenario! {
    /// The access model holds in both directions, with and without a boundary, with and without a wide base policy.
    fn effective_rights(stage) {
        let platform = Platform::of(stage);
        let seed = &stage.aws.seed;
        let ids = |name: &str| -> Vec<String> { serde_json::from_value(seed[name].clone()).expect("ids") };
        let (subnets, groups) = (ids("subnet_ids"), ids("security_group_ids"));
        let account = Account::new("123456789012", "us-east-1");
        let context = GrantContext {
            account: &account,
            system_tag: "MLSpace",
            iam_prefix: "MLSpace",
            data_bucket: stage.aws.seeded("data_bucket"),
            network: Some(ApprovedNetwork { subnet_ids: &subnets, security_group_ids: &groups }),
            kms_key: Some(stage.aws.seeded("kms_key_arn")),
        };
        let boundary = permissions_boundary(&context).expect("it fits").to_json();
        let boundary = make_policy(stage, "generated-boundary", &boundary);
        let wide = json!({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}],
        });
        let wide = make_policy(stage, "all-of-sagemaker", &wide.to_string());

        join_group(stage);
        let settings: [(&str, Option<&str>, &[&str]); 4] = [
            ("alone", None, &[]),
            ("with a wide base policy", None, &[&wide]),
            ("with a wide base policy, bounded", Some(&boundary), &[&wide]),
            ("bounded", Some(&boundary), &[]),
        ];
        for (label, boundary, base) in settings {
            settle_on(stage, boundary, base);
            stage.converge(&tenants(false));
            let roles = roles(&stage.aws.world());
            for role in &roles {
                assert_eq!(role.boundary.as_deref(), boundary, "{label}");
                assert_eq!(role.attached.contains(&wide), !base.is_empty(), "{label}");
            }
            assert_rights(&platform, &roles, label, None);
        }

        stage.work.destroy().assert_ok();
        leave_group(stage);
        remove_policy(stage, &boundary);
        remove_policy(stage, &wide);
        stage.aws.assert_pristine();
    }
}

scenario! {
    /// Suspending takes everything from a project's members, and nothing from anybody else; resuming gives it back.
    fn suspended_and_resumed(stage) {
        let platform = Platform::of(stage);
        let everything = json!({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}],
        });
        let base = make_policy(stage, "all-of-sagemaker", &everything.to_string());
        settle_on(stage, None, &[&base]);
        join_group(stage);
        for (suspended, label) in [(false, "before"), (true, "suspended"), (false, "resumed")] {
            stage.converge(&tenants(suspended));
            let roles = roles(&stage.aws.world());
            assert_rights(&platform, &roles, label, suspended.then_some("alpha"));
        }
        stage.work.destroy().assert_ok();
        leave_group(stage);
        remove_policy(stage, &base);
        stage.aws.assert_pristine();
    }
}

/// The entries in an output as `project/user dataset rights`, a dot for each right that is missing.
fn shown(stage: &Stage, output: &str) -> Vec<String> {
    lines(&output_of(stage, output))
}

fn lines(entries: &Value) -> Vec<String> {
    let entries = entries.as_array().expect("a list");
    entries
        .iter()
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().expect("text").to_owned();
            let letters: String = [
                ("r", "read"),
                ("w", "write"),
                ("d", "delete"),
                ("l", "list"),
            ]
            .iter()
            .map(|(letter, right)| {
                let allowed = entry[right].as_bool().expect("a boolean");
                assert_eq!(entry["reasons"][right].is_null(), allowed, "{entry}");
                if allowed { *letter } else { "." }
            })
            .collect();
            format!(
                "{}/{} {} {letters}",
                text("project"),
                text("user"),
                text("dataset")
            )
        })
        .collect()
}

fn output_of(stage: &Stage, name: &str) -> Value {
    let shown = stage.work.run(&["output", "-json", name]);
    serde_json::from_str(&shown.stdout).expect("an output in JSON")
}

/// The rights of alice in alpha.
const ALICE_IN_ALPHA: [&str; 7] = [
    "alpha/alice global/days r..l",
    "alpha/alice group/shared rw.l",
    "alpha/alice group/unshared ....",
    "alpha/alice private/ali/scratch ....",
    "alpha/alice private/alice/scratch rwdl",
    "alpha/alice project/alpha/cards rwdl",
    "alpha/alice project/alphabeta/cards ....",
];

scenario! {
    /// The data source shows the matrix as it is: after an apply, after a change by hand, after its mending.
    fn matrix(stage) {
        settle_on(stage, None, &[]);
        join_group(stage);
        stage.converge(&with_matrix(false));

        let entries = shown(stage, "entries");
        assert_eq!(entries.len(), 4 * 7, "{entries:#?}");
        let of = |entries: &[String], who: &str| -> Vec<String> {
            entries.iter().filter(|entry| entry.starts_with(who)).cloned().collect()
        };
        assert_eq!(of(&entries, "alpha/alice "), ALICE_IN_ALPHA);
        assert_eq!(shown(stage, "some"), ALICE_IN_ALPHA);
        assert_eq!(
            of(&entries, "alphabeta/alice2 "),
            [
                "alphabeta/alice2 global/days r..l",
                "alphabeta/alice2 group/shared ....",
                "alphabeta/alice2 group/unshared ....",
                "alphabeta/alice2 private/ali/scratch ....",
                "alphabeta/alice2 private/alice/scratch ....",
                "alphabeta/alice2 project/alpha/cards ....",
                "alphabeta/alice2 project/alphabeta/cards rwdl",
            ]
        );
        let workloads = output_of(stage, "workloads");
        let workloads = workloads.as_array().expect("a list");
        assert_eq!(workloads.len(), 4);
        for work in workloads {
            assert_eq!(work["create_job"], true, "{work}");
            assert_eq!(work["create_untagged_job"], false, "{work}");
            assert_eq!(work["use_others"], false, "{work}");
        }

        let role = stage.attribute("mlspace_membership.alpha[\"alice\"]", "role_name");
        let open = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Resource": format!("arn:aws:s3:::{}/*", stage.aws.seeded("data_bucket")),
            }],
        });
        let by_hand = json!({"RoleName": role, "PolicyName": "by-hand", "PolicyDocument": open.to_string()});
        stage.aws.aws("iam", "PutRolePolicy", by_hand);
        let done = stage.work.run(&["refresh", "-input=false", "-no-color"]);
        assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
        // What no policy of the role denies is open now; all else still isn't.
        let edited = ALICE_IN_ALPHA.map(|entry| entry.replace("unshared ....", "unshared r..."));
        let now = || lines(&stage.attribute("data.mlspace_access.now", "entries"));
        assert_eq!(now(), edited);

        stage.apply().assert_ok();
        stage.plan().assert_empty();
        assert_eq!(shown(stage, "some"), ALICE_IN_ALPHA);

        stage.converge(&with_matrix(true));
        let suspended = shown(stage, "entries");
        assert_eq!(suspended.len(), entries.len());
        for (now, before) in suspended.iter().zip(&entries) {
            if now.starts_with("alpha/") {
                assert!(now.ends_with(" ...."), "{now}");
            } else {
                assert_eq!(now, before);
            }
        }

        stage.work.destroy().assert_ok();
        leave_group(stage);
        stage.aws.assert_pristine();
    }
}

scenario! {
    /// Bad arguments are refused before anything is called, and names that nobody bears give an empty matrix.
    fn of_nobody(stage) {
        stage.configure("data \"mlspace_access\" \"x\" {\n  project = \"a*\"\n}\n");
        stage.work.plan(&[]).outcome.assert_error(&["project", "`a*`"]);
        stage.configure("data \"mlspace_access\" \"x\" {\n  user = \"nobody\"\n}\noutput \"entries\" { value = data.mlspace_access.x.entries }\n");
        stage.apply().assert_ok();
        assert_eq!(output_of(stage, "entries"), json!([]));
        assert_eq!(stage.aws.writes(), Vec::<String>::new());
    }
}
