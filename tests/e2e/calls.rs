//! How many calls of AWS many resources take: the growth from few to many, so that what a run reads
//! once does not count. AWS throttles IAM at a few writes a second, so that calls are the time that
//! an apply takes.

use std::fmt::Write as _;

use serde_json::json;

use crate::support::{PEOPLE, TestEnv, e2e_test};

const FEW: usize = 10;
const MANY: usize = 40;

/// Members of a project.
fn members(count: usize) -> String {
    format!(
        r#"
resource "mlspace_project" "fraud" {{
  name       = "fraud"
  created_by = "user0"
}}

resource "mlspace_membership" "all" {{
  count   = {count}
  project = mlspace_project.fraud.name
  user    = "user${{count.index}}"
}}
"#
    )
}

/// The calls of a create, a refresh and a removal of everything.
#[derive(Debug)]
struct Calls {
    create: Vec<String>,
    refresh: Vec<String>,
    remove: Vec<String>,
}

fn calls_of(env: &TestEnv, text: &str) -> Calls {
    let taken = || {
        let calls = env.aws.calls();
        env.aws.clear_log();
        calls
    };
    env.configure(text);
    env.aws.clear_log();
    env.apply().assert_ok();
    let create = taken();
    env.plan().assert_empty();
    let refresh = taken();
    env.destroy_and_verify();
    let remove = taken();
    Calls {
        create,
        refresh,
        remove,
    }
}

/// What one more of a resource takes, in whole calls. Reads of DynamoDB are shared by the changes of a
/// few seconds, and do not count.
fn each(few: &[String], many: &[String]) -> usize {
    let count = |calls: &[String]| calls.iter().filter(|call| !is_shared_read(call)).count();
    let (more, objects) = (count(many) - count(few), MANY - FEW);
    (more + objects / 2) / objects
}

fn is_shared_read(call: &str) -> bool {
    const READS: [&str; 4] = ["GetItem", "BatchGetItem", "Query", "Scan"];
    let action = call.strip_prefix("dynamodb:");
    action.is_some_and(|action| READS.contains(&action))
}

/// How often each call was made.
fn counted(calls: &[String]) -> String {
    let mut sorted = calls.to_vec();
    sorted.sort();
    let mut text = String::new();
    for group in sorted.chunk_by(|a, b| a == b) {
        let _ = writeln!(text, "{:6} {}", group.len(), group[0]);
    }
    text
}

/// Members of this policy model, created and removed in so many calls each.
#[track_caller]
fn assert_members_take(env: &TestEnv, model: &str, create: usize, remove: usize) {
    env.provider_without_base_policies(&format!("policy_model = \"{model}\""));
    let (few, many) = (calls_of(env, &members(FEW)), calls_of(env, &members(MANY)));
    assert_eq!(
        each(&few.create, &many.create),
        create,
        "{}",
        counted(&many.create)
    );
    assert_eq!(
        each(&few.remove, &many.remove),
        remove,
        "{}",
        counted(&many.remove)
    );
    assert!(many.refresh.len() <= 15, "{}", counted(&many.refresh));
}

e2e_test! {
    /// A membership is created in its writes (user's policy, role, inline policy, two attached
    /// policies, record) and one read, and removed in its writes and two reads.
    fn memberships_take_few_calls(env) {
        assert_members_take(env, "per_principal", 7, 8);
    }
}

e2e_test! {
    /// The same without a policy of the user, and without the read of it.
    fn memberships_by_attribute_take_few_calls(env) {
        assert_members_take(env, "attribute", 6, 6);
    }
}

e2e_test! {
    /// Projects and datasets are refreshed in bulk, and a dataset is created without reading the
    /// others.
    fn projects_and_datasets_take_few_calls(env) {
        let text = |count: usize| format!(
            r#"
resource "mlspace_project" "all" {{
  count      = {count}
  name       = "project${{count.index}}"
  created_by = "alice"
}}

resource "mlspace_dataset" "project" {{
  count = {count}
  name  = "cards"
  type  = "project"
  scope = mlspace_project.all[count.index].name
}}

resource "mlspace_dataset" "global" {{
  count = {count}
  name  = "rates${{count.index}}"
  type  = "global"
}}
"#
        );
        let (few, many) = (calls_of(env, &text(FEW)), calls_of(env, &text(MANY)));
        let refresh = &many.refresh;
        assert!(refresh.len() <= 15, "{}", counted(refresh));
        let is_write = |call: &&String| ["dynamodb:PutItem", "dynamodb:TransactWriteItems"].contains(&call.as_str());
        let puts = |calls: &[String]| calls.iter().filter(is_write).count();
        assert_eq!(puts(&many.create), 3 * MANY);
        let queries = |calls: &[String]| calls.iter().filter(|call| *call == "dynamodb:Query").count();
        // Not more than a few of each scope, however many datasets it has.
        let more = queries(&many.create) - queries(&few.create);
        assert!(more <= 2 * (MANY - FEW), "{}", counted(&many.create));
    }
}

e2e_test! {
    /// Notebooks that have not changed are refreshed by pages. One that was stopped is described, and one
    /// whose tags were changed has them read.
    fn notebooks_refresh_by_pages(env) {
        let notebooks = format!(
            r#"{PEOPLE}
resource "mlspace_notebook" "all" {{
  count         = {FEW}
  name          = "alice-${{count.index}}"
  project       = mlspace_membership.alice.project
  user          = mlspace_membership.alice.user
  instance_type = "ml.t3.medium"
}}
"#
        );
        env.configure(&notebooks);
        env.apply().assert_ok();
        env.aws.clear_log();
        env.plan().assert_empty();
        let sagemaker = |env: &TestEnv| {
            let mut calls = env.aws.calls();
            calls.retain(|call| call.starts_with("sagemaker:") || call.starts_with("tagging:"));
            calls
        };
        let pages = ["sagemaker:ListNotebookInstances", "tagging:GetResources"];
        let mut calls = sagemaker(env);
        calls.sort();
        assert_eq!(calls, pages);

        env.aws.call("sagemaker", "StopNotebookInstance", json!({"NotebookInstanceName": "alice-3"}));
        env.aws.finish_transitions();
        let arn = "arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/alice-5";
        env.aws.call("sagemaker", "DeleteTags", json!({"ResourceArn": arn, "TagKeys": ["user"]}));
        env.aws.clear_log();
        env.plan().assert_only("mlspace_notebook.all[5]", &["update"]);
        let mut calls = sagemaker(env);
        calls.sort();
        // The plan of the change describes its instance, too.
        calls.dedup();
        assert_eq!(calls, [
            "sagemaker:DescribeNotebookInstance",
            "sagemaker:ListNotebookInstances",
            "sagemaker:ListTags",
            "tagging:GetResources",
        ]);
        env.apply_and_verify(&notebooks);
        env.destroy_and_verify();
    }
}
