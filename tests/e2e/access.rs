//! Effective access: what the roles that Terraform created can do, by the policies in the account.
//!
//! Names of projects and of users are prefixes of each other on purpose. Whatever base policy the
//! roles have, and with or without the permissions boundary, every case of the access model must be
//! decided right: what it allows is allowed, what it denies is denied.

mod attribute_model;
mod cases;
mod denied_cases;
mod model_migration;
mod platform_policies;
mod roles;
mod workload_cases;

use mlspace_core::layout::Account;
use mlspace_core::policies::{
    ApprovedNetwork, PlatformAccess, PolicyContext, permissions_boundary,
};
use serde_json::{Value, json};

use crate::support::{TestEnv, e2e_test};
use cases::{PlatformNames, access_cases};
use roles::{Role, roles};

/// Two projects, and the members of the first.
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

/// Members of the second project, and datasets of each type. Alice is a member of both projects and
/// the only user in the group; users whose names are similar are members of one each.
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

/// The access matrix of all of [`TENANTS`], and of one project and one user.
const MATRIX: &str = r#"
data "mlspace_access" "all" {
  depends_on = [DEPENDENCIES]
}

data "mlspace_access" "some" {
  project    = "alpha"
  user       = "alice"
  depends_on = [DEPENDENCIES]
}

# Without dependencies, so that it is read in every refresh.
data "mlspace_access" "now" {
  project = "alpha"
  user    = "alice"
}

output "entries" { value = data.mlspace_access.all.entries }
output "workloads" { value = data.mlspace_access.all.workloads }
output "some" { value = data.mlspace_access.some.entries }
"#;

/// All resources that the matrix reads.
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

fn group_user() -> Value {
    json!({"group": {"S": "analysts"}, "user": {"S": "alice"}})
}

/// Puts alice into the group `analysts`, as MLSpace's web application does.
fn join_group(env: &TestEnv) {
    let item = json!({"TableName": "mlspace-group-users", "Item": group_user()});
    env.aws.call("dynamodb", "PutItem", item);
}

fn leave_group(env: &TestEnv) {
    let key = json!({"TableName": "mlspace-group-users", "Key": group_user()});
    env.aws.call("dynamodb", "DeleteItem", key);
}

/// Creates a managed policy outside of Terraform, and returns its ARN.
pub(crate) fn create_policy(env: &TestEnv, name: &str, document: &str) -> String {
    let policy = json!({"PolicyName": name, "PolicyDocument": document});
    env.aws.call("iam", "CreatePolicy", policy);
    format!("arn:aws:iam::123456789012:policy/{name}")
}

pub(crate) fn delete_policy(env: &TestEnv, arn: &str) {
    env.aws
        .call("iam", "DeletePolicy", json!({"PolicyArn": arn}));
}

/// Overrides the boundary and the base policies of the provider block.
pub(crate) fn override_policies(env: &TestEnv, boundary: Option<&str>, base: &[&str]) {
    let text = format!(
        "provider \"mlspace\" {{\n  permissions_boundary_arn = {}\n  base_policy_arns = {}\n}}\n",
        json!(boundary),
        json!(base)
    );
    env.work.write("settings_override.tf", &text);
}

/// Decides every access case of every role, and fails with all wrong decisions.
#[track_caller]
fn assert_access(platform: &PlatformNames, roles: &[Role], setting: &str, suspended: Option<&str>) {
    let mut count = 0;
    let mut wrong = Vec::new();
    for role in roles {
        for case in access_cases(platform, role) {
            let allowed = case.allowed && suspended != Some(role.project.as_str());
            let decision = role.policies.decide(&case.request);
            count += 1;
            if decision.is_allowed() != allowed {
                wrong.push(format!(
                    "{}/{} {setting}: {}: {decision}",
                    role.project, role.user, case.description
                ));
            }
        }
    }
    assert!(roles.len() == 4 && count > 1_000, "only {count} cases");
    assert!(
        wrong.is_empty(),
        "{} of {count} cases are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

e2e_test! {
    /// With and without a boundary, with and without a wide base policy.
    fn roles_match_access_model(env) {
        let platform = PlatformNames::of(env);
        let seed = &env.aws.seed;
        let ids = |name: &str| -> Vec<String> { serde_json::from_value(seed[name].clone()).expect("ids") };
        let (subnets, groups) = (ids("subnet_ids"), ids("security_group_ids"));
        let account = Account::new("123456789012", "us-east-1");
        let context = PolicyContext {
            account: &account,
            system_tag: "MLSpace",
            iam_prefix: "MLSpace",
            data_bucket: env.aws.seeded("data_bucket"),
            network: Some(ApprovedNetwork { subnet_ids: &subnets, security_group_ids: &groups }),
            kms_key: Some(env.aws.seeded("kms_key_arn")),
            platform: PlatformAccess::default(),
        };
        let boundary = permissions_boundary(&context).expect("it fits").to_json();
        let boundary = create_policy(env, "generated-boundary", &boundary);
        let wide = json!({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}],
        });
        let wide = create_policy(env, "all-of-sagemaker", &wide.to_string());

        join_group(env);
        let settings: [(&str, Option<&str>, &[&str]); 4] = [
            ("alone", None, &[]),
            ("with a wide base policy", None, &[&wide]),
            ("with a wide base policy and the boundary", Some(&boundary), &[&wide]),
            ("with the boundary", Some(&boundary), &[]),
        ];
        for (label, boundary, base) in settings {
            override_policies(env, boundary, base);
            env.apply_and_verify(&tenants(false));
            let roles = roles(&env.aws.account_state());
            for role in &roles {
                assert_eq!(role.boundary.as_deref(), boundary, "{label}");
                assert_eq!(role.attached.contains(&wide), !base.is_empty(), "{label}");
            }
            assert_access(&platform, &roles, label, None);
        }

        env.work.destroy().assert_ok();
        leave_group(env);
        delete_policy(env, &boundary);
        delete_policy(env, &wide);
        env.aws.assert_pristine();
    }
}

e2e_test! {
    /// Suspension denies a project's members everything, and changes nothing for others. Resuming
    /// undoes it.
    fn suspended_project_denies_members(env) {
        let platform = PlatformNames::of(env);
        let everything = json!({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}],
        });
        let base = create_policy(env, "all-of-sagemaker", &everything.to_string());
        override_policies(env, None, &[&base]);
        join_group(env);
        for (suspended, label) in [(false, "before"), (true, "suspended"), (false, "resumed")] {
            env.apply_and_verify(&tenants(suspended));
            let roles = roles(&env.aws.account_state());
            assert_access(&platform, &roles, label, suspended.then_some("alpha"));
        }
        env.work.destroy().assert_ok();
        leave_group(env);
        delete_policy(env, &base);
        env.aws.assert_pristine();
    }
}

/// The entries of an output as `project/user dataset rwdl`, with a dot for each missing permission.
fn entries_of(env: &TestEnv, output: &str) -> Vec<String> {
    format_entries(&output_of(env, output))
}

fn format_entries(entries: &Value) -> Vec<String> {
    let entries = entries.as_array().expect("a list");
    entries
        .iter()
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().expect("a string").to_owned();
            let flags: String = [
                ("r", "read"),
                ("w", "write"),
                ("d", "delete"),
                ("l", "list"),
            ]
            .iter()
            .map(|(letter, permission)| {
                let allowed = entry[permission].as_bool().expect("a boolean");
                assert_eq!(entry["reasons"][permission].is_null(), allowed, "{entry}");
                if allowed { *letter } else { "." }
            })
            .collect();
            format!(
                "{}/{} {} {flags}",
                text("project"),
                text("user"),
                text("dataset")
            )
        })
        .collect()
}

fn output_of(env: &TestEnv, name: &str) -> Value {
    let shown = env.work.run(&["output", "-json", name]);
    serde_json::from_str(&shown.stdout).expect("an output in JSON")
}

/// What alice can do in alpha.
const ALICE_IN_ALPHA: [&str; 7] = [
    "alpha/alice global/days r..l",
    "alpha/alice group/shared rw.l",
    "alpha/alice group/unshared ....",
    "alpha/alice private/ali/scratch ....",
    "alpha/alice private/alice/scratch rwdl",
    "alpha/alice project/alpha/cards rwdl",
    "alpha/alice project/alphabeta/cards ....",
];

e2e_test! {
    /// The data source reads effective access: after an apply, a manual change, its repair, a
    /// suspension.
    fn matrix_data_source(env) {
        override_policies(env, None, &[]);
        join_group(env);
        env.apply_and_verify(&with_matrix(false));

        let entries = entries_of(env, "entries");
        assert_eq!(entries.len(), 4 * 7, "{entries:#?}");
        let of = |entries: &[String], member: &str| -> Vec<String> {
            entries.iter().filter(|entry| entry.starts_with(member)).cloned().collect()
        };
        assert_eq!(of(&entries, "alpha/alice "), ALICE_IN_ALPHA);
        assert_eq!(entries_of(env, "some"), ALICE_IN_ALPHA);
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
        let workloads = output_of(env, "workloads");
        let workloads = workloads.as_array().expect("a list");
        assert_eq!(workloads.len(), 4);
        for work in workloads {
            assert_eq!(work["create_job"], true, "{work}");
            assert_eq!(work["create_untagged_job"], false, "{work}");
            assert_eq!(work["use_others"], false, "{work}");
        }

        let role = env.attribute("mlspace_membership.alpha[\"alice\"]", "role_name");
        let objects = format!("arn:aws:s3:::{}/*", env.aws.seeded("data_bucket"));
        let shared = format!("arn:aws:s3:::{}/group/datasets/shared/*", env.aws.seeded("data_bucket"));
        let document = json!({
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects},
                {"Effect": "Deny", "Action": "s3:PutObject", "Resource": shared},
            ],
        });
        let manual = json!({"RoleName": role, "PolicyName": "manual", "PolicyDocument": document.to_string()});
        env.aws.call("iam", "PutRolePolicy", manual);
        let done = env.work.run(&["refresh", "-input=false", "-no-color"]);
        assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
        // What the role's own policies deny, another policy does not open.
        let changed = ALICE_IN_ALPHA.map(|entry| entry.replace("/shared rw.l", "/shared r..l"));
        let now = || format_entries(&env.attribute("data.mlspace_access.now", "entries"));
        assert_eq!(now(), changed);

        env.apply().assert_ok();
        env.plan().assert_empty();
        assert_eq!(entries_of(env, "some"), ALICE_IN_ALPHA);

        env.apply_and_verify(&with_matrix(true));
        let suspended = entries_of(env, "entries");
        assert_eq!(suspended.len(), entries.len());
        for (now, before) in suspended.iter().zip(&entries) {
            if now.starts_with("alpha/") {
                assert!(now.ends_with(" ...."), "{now}");
            } else {
                assert_eq!(now, before);
            }
        }

        env.work.destroy().assert_ok();
        leave_group(env);
        env.aws.assert_pristine();
    }
}

e2e_test! {
    /// Invalid arguments are rejected without a call, and unknown names give an empty matrix.
    fn matrix_data_source_arguments(env) {
        env.configure("data \"mlspace_access\" \"x\" {\n  project = \"a*\"\n}\n");
        env.work.plan(&[]).outcome.assert_error(&["project", "`a*`"]);
        env.configure("data \"mlspace_access\" \"x\" {\n  user = \"nobody\"\n}\noutput \"entries\" { value = data.mlspace_access.x.entries }\n");
        env.apply().assert_ok();
        assert_eq!(output_of(env, "entries"), json!([]));
        assert_eq!(env.aws.writes(), Vec::<String>::new());
    }
}
