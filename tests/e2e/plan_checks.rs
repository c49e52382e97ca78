//! Checks of policies at plan time: deviations from the access model, and policies that are too
//! large. And the policy documents that a configuration can read.

use serde_json::{Value, json};

use crate::access::{create_policy, delete_policy, override_policies};
use crate::support::{PEOPLE, TestEnv, e2e_test};

fn policy(statement: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// The warnings of a plan, as `summary: detail`.
fn warnings_of_plan(env: &TestEnv) -> Vec<String> {
    let warnings = env.plan().outcome.warnings();
    warnings
        .iter()
        .map(|warning| format!("{}: {}", warning.summary, warning.detail))
        .collect()
}

e2e_test! {
    /// A wide policy is accepted; missing permissions, and a policy that cannot be read, are a
    /// warning.
    fn base_policies_checked_at_plan(env) {
        env.configure(PEOPLE);
        let wide = policy(&json!({"Sid": "AllOfS3", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}));
        let wide = create_policy(env, "all-of-s3", &wide);
        override_policies(env, None, &[&wide]);
        env.aws.clear_log();
        // The role's own policies deny what the base policy allows in excess.
        assert_eq!(warnings_of_plan(env), Vec::<String>::new());

        // This boundary denies jobs.
        let narrow = policy(&json!({"Sid": "OwnOnly", "Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::*/group/*"}));
        let narrow = create_policy(env, "narrow", &narrow);
        override_policies(env, Some(&narrow), &[&wide]);
        let warnings = warnings_of_plan(env);
        let restricted = warnings.iter().find(|each| each.starts_with("Member permissions are restricted"));
        assert!(restricted.is_some_and(|each| each.contains("training job")), "{warnings:?}");

        // A policy that cannot be read is not an error.
        override_policies(env, None, &[&wide]);
        for action in ["GetAccountAuthorizationDetails", "GetPolicy"] {
            env.aws.fault(&json!({
                "mode": "error", "service": "iam", "action": action, "times": 100, "code": "AccessDenied",
                "message": format!("not authorized to perform: iam:{action}"),
            }));
        }
        let warnings = warnings_of_plan(env);
        let counts = env.aws.clear_faults();
        assert!(counts.iter().all(|times| *times > 0), "{counts:?}");
        let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
        assert!(warning.starts_with("Policies not checked") && warning.contains(&wide), "{warning}");

        // A policy that does not exist yet is not, either: the same run might create it.
        override_policies(env, None, &["arn:aws:iam::123456789012:policy/to-be-made"]);
        assert_eq!(warnings_of_plan(env), Vec::<String>::new());

        delete_policy(env, &wide);
        delete_policy(env, &narrow);
        assert_eq!(env.aws.account_state()["roles"], json!({}), "a plan creates nothing");
    }
}

e2e_test! {
    /// More approved subnets than fit into a role's policy are an error with the numbers.
    fn policy_size_checked_at_plan(env) {
        env.configure(PEOPLE);
        let subnets: Vec<String> = (0..400).map(|n| format!("subnet-{n:017x}")).collect();
        let text = format!("provider \"mlspace\" {{\n  notebook_defaults {{\n    subnet_ids = {}\n  }}\n}}\n", json!(subnets));
        env.work.write("settings_override.tf", &text);
        let plan = env.work.plan(&[]);
        plan.outcome.assert_error(&["characters", "IAM allows 6144", "approve fewer subnets"]);
    }
}

/// Policy documents by data source and by function. The data source uses the provider's settings.
const DOCUMENTS: &str = r#"
data "mlspace_caller" "current" {}

data "mlspace_policy_document" "user" {
  kind = "user"
  user = "alice"
}

data "mlspace_policy_document" "group" {
  kind     = "group"
  group    = "analysts"
  datasets = []
}

variable "endpoint" {
  type = object({
    service = string
    buckets = optional(list(string))
    tables  = optional(list(string))
  })
  default = { service = "s3", buckets = ["mlspace-*"] }
}

locals {
  account = {
    account_id = data.mlspace_caller.current.account_id
    region     = data.mlspace_caller.current.region
  }
  user = provider::mlspace::policy_documents("user", merge(local.account, {
    data_bucket = data.mlspace_caller.current.data_bucket
    kms_key_id  = KEY
    user        = "alice"

    subnet_ids         = SUBNETS
    security_group_ids = GROUPS
  }))
}

output "same" { value = data.mlspace_policy_document.user.json == local.user[0] }
output "size" { value = data.mlspace_policy_document.user.size == provider::mlspace::policy_size(local.user[0]) }
output "none" { value = [data.mlspace_policy_document.group.json, length(data.mlspace_policy_document.group.documents)] }
output "endpoint" { value = provider::mlspace::endpoint_policy(merge(local.account, var.endpoint)) }
output "layout" { value = provider::mlspace::subnet_layout("10.0.0.0/20", 2, { private = provider::mlspace::studio_ip_plan({ users = 100 }).balanced_prefix }) }
"#;

e2e_test! {
    /// Are generated without a change in AWS; wrong arguments of a kind are errors before any call.
    fn policy_document_data_source(env) {
        let key = json!(env.aws.seeded("kms_key_arn")).to_string();
        let documents = DOCUMENTS
            .replace("KEY", &key)
            .replace("SUBNETS", &env.aws.seed["subnet_ids"].to_string())
            .replace("GROUPS", &env.aws.seed["security_group_ids"].to_string());
        env.configure(&documents);
        env.apply().assert_ok();
        env.plan().assert_empty();
        let shown = env.work.run(&["output", "-json"]);
        let outputs: Value = serde_json::from_str(&shown.stdout).expect("JSON");
        assert_eq!(outputs["same"]["value"], true, "{outputs}");
        assert_eq!(outputs["size"]["value"], true, "{outputs}");
        assert_eq!(outputs["none"]["value"], json!([null, 0]), "{outputs}");
        assert_eq!(outputs["layout"]["value"], json!({"private": ["10.0.0.0/24", "10.0.1.0/24"]}));
        let endpoint = outputs["endpoint"]["value"].as_str().expect("a document");
        assert!(endpoint.contains("arn:aws:s3:::mlspace-*"), "{endpoint}");
        assert_eq!(env.aws.writes(), Vec::<String>::new());

        // With account and region given, there is no call.
        env.aws.clear_log();
        env.configure(r#"
data "mlspace_policy_document" "trust" {
  kind       = "trust"
  account_id = "123456789012"
  region     = "us-east-1"
}
"#);
        env.apply().assert_ok();
        assert_eq!(env.aws.calls(), Vec::<String>::new());

        for (arguments, says) in [
            ("kind = \"sticker\"", "permissions_boundary"),
            ("kind = \"user\"", "name of the user"),
            ("kind = \"user\"\n user = \"alice\"\n project = \"fraud\"", "do not support `project`"),
            ("kind = \"user\"\n user = \"al*\"", "al*"),
        ] {
            env.configure(&format!("data \"mlspace_policy_document\" \"x\" {{\n {arguments}\n}}\n"));
            env.work.plan(&[]).outcome.assert_error(&[says]);
        }
    }
}
