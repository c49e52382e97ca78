//! What the plan says about policies before any is made: what departs from the access model, and what does not fit. And
//! the documents that a configuration can ask for.

use serde_json::{Value, json};

use crate::access::{make_policy, remove_policy, settle_on};
use crate::support::{PEOPLE, Stage, scenario};

fn policy(statement: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// Plans [`PEOPLE`] with these settings.
fn warnings_of_plan(stage: &Stage) -> Vec<String> {
    let warnings = stage.plan().outcome.warnings();
    warnings
        .iter()
        .map(|warning| format!("{}: {}", warning.summary, warning.detail))
        .collect()
}

scenario! {
    /// A base policy that opens what members may not reach is refused, one that can't be read or takes too much away is told.
    fn base_policies_are_judged(stage) {
        stage.configure(PEOPLE);
        let wide = policy(&json!({"Sid": "AllOfS3", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}));
        let wide = make_policy(stage, "all-of-s3", &wide);
        settle_on(stage, None, &[&wide]);
        stage.aws.clear_log();
        let plan = stage.work.plan(&[]);
        plan.outcome.assert_error(&["fraud/alice", "group datasets", "AllOfS3", &wide, "base_policy_arns"]);

        // A boundary closes it again; this one closes jobs, too.
        let narrow = policy(&json!({"Sid": "OwnOnly", "Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::*/group/*"}));
        let narrow = make_policy(stage, "narrow", &narrow);
        settle_on(stage, Some(&narrow), &[&wide]);
        let warnings = warnings_of_plan(stage);
        let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
        assert!(warning.starts_with("Less than members may") && warning.contains("training job"), "{warning}");

        // What can't be read is no reason to stop.
        settle_on(stage, None, &[&wide]);
        for action in ["GetAccountAuthorizationDetails", "GetPolicy"] {
            stage.aws.fault(&json!({
                "mode": "error", "service": "iam", "action": action, "times": 100, "code": "AccessDenied",
                "message": format!("not authorized to perform: iam:{action}"),
            }));
        }
        let warnings = warnings_of_plan(stage);
        let struck = stage.aws.clear_faults();
        assert!(struck.iter().all(|times| *times > 0), "{struck:?}");
        let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
        assert!(warning.starts_with("Policies not checked") && warning.contains(&wide), "{warning}");

        // Nor is what isn't there yet: the same run may make it.
        settle_on(stage, None, &["arn:aws:iam::123456789012:policy/to-be-made"]);
        assert_eq!(warnings_of_plan(stage), Vec::<String>::new());

        remove_policy(stage, &wide);
        remove_policy(stage, &narrow);
        assert_eq!(stage.aws.world()["roles"], json!({}), "a plan makes nothing");
    }
}

scenario! {
    /// More approved subnets than a role's policy holds are refused with the arithmetic.
    fn policies_that_do_not_fit(stage) {
        stage.configure(PEOPLE);
        let subnets: Vec<String> = (0..400).map(|n| format!("subnet-{n:017x}")).collect();
        let text = format!("provider \"mlspace\" {{\n  notebook_defaults {{\n    subnet_ids = {}\n  }}\n}}\n", json!(subnets));
        stage.work.write("settings_override.tf", &text);
        let plan = stage.work.plan(&[]);
        plan.outcome.assert_error(&["characters", "IAM takes 10240", "approve fewer subnets"]);
    }
}

/// Documents by data source and by function: those of the data source for the provider's settings.
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
  }))
}

output "same" { value = data.mlspace_policy_document.user.json == local.user[0] }
output "size" { value = data.mlspace_policy_document.user.size == provider::mlspace::policy_size(local.user[0]) }
output "none" { value = [data.mlspace_policy_document.group.json, length(data.mlspace_policy_document.group.documents)] }
output "endpoint" { value = provider::mlspace::endpoint_policy(merge(local.account, var.endpoint)) }
output "layout" { value = provider::mlspace::subnet_layout("10.0.0.0/20", 2, { private = provider::mlspace::studio_ip_plan({ users = 100 }).balanced_prefix }) }
"#;

scenario! {
    /// Documents are made without a change in AWS; what a kind doesn't take is refused before AWS is asked.
    fn documents_by_kind(stage) {
        let key = json!(stage.aws.seeded("kms_key_arn")).to_string();
        stage.configure(&DOCUMENTS.replace("KEY", &key));
        stage.apply().assert_ok();
        stage.plan().assert_empty();
        let shown = stage.work.run(&["output", "-json"]);
        let outputs: Value = serde_json::from_str(&shown.stdout).expect("JSON");
        assert_eq!(outputs["same"]["value"], true, "{outputs}");
        assert_eq!(outputs["size"]["value"], true, "{outputs}");
        assert_eq!(outputs["none"]["value"], json!([null, 0]), "{outputs}");
        assert_eq!(outputs["layout"]["value"], json!({"private": ["10.0.0.0/24", "10.0.1.0/24"]}));
        let endpoint = outputs["endpoint"]["value"].as_str().expect("a document");
        assert!(endpoint.contains("arn:aws:s3:::mlspace-*"), "{endpoint}");
        assert_eq!(stage.aws.writes(), Vec::<String>::new());

        // With account and region given, nobody is asked.
        stage.aws.clear_log();
        stage.configure(r#"
data "mlspace_policy_document" "trust" {
  kind       = "trust"
  account_id = "123456789012"
  region     = "us-east-1"
}
"#);
        stage.apply().assert_ok();
        assert_eq!(stage.aws.calls(), Vec::<String>::new());

        for (arguments, says) in [
            ("kind = \"sticker\"", "permissions_boundary"),
            ("kind = \"user\"", "name of the user"),
            ("kind = \"user\"\n user = \"alice\"\n project = \"fraud\"", "take no `project`"),
            ("kind = \"user\"\n user = \"al*\"", "al*"),
        ] {
            stage.configure(&format!("data \"mlspace_policy_document\" \"x\" {{\n {arguments}\n}}\n"));
            stage.work.plan(&[]).outcome.assert_error(&[says]);
        }
    }
}
