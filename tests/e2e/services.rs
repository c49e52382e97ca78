//! Services, sharing and limits of projects.

use serde_json::{Value, json};

use crate::support::{TestEnv, e2e_test};

const ADDRESS: &str = "mlspace_project.fraud";
const OFFER: &str = r#"services = ["registry", "pipelines", "bedrock"]"#;

/// A project with this body, alice, and her notebook.
fn project(body: &str) -> String {
    notebook(body, "fraud-alice", "ml.t3.medium")
}

fn notebook(body: &str, name: &str, instance_type: &str) -> String {
    format!(
        r#"
resource "mlspace_project" "fraud" {{
  name       = "fraud"
  created_by = "alice"
{body}
}}

resource "mlspace_membership" "alice" {{
  project = mlspace_project.fraud.name
  user    = "alice"
  owner   = true
}}

resource "mlspace_notebook" "alice" {{
  name          = "{name}"
  project       = mlspace_membership.alice.project
  user          = mlspace_membership.alice.user
  instance_type = "{instance_type}"
  volume_size   = 20
  running       = false
}}
"#
    )
}

/// The inline policy of alice's role.
fn inline(env: &TestEnv) -> String {
    let state = env.aws.account_state();
    let roles = state["roles"].as_object().unwrap();
    let role = roles
        .iter()
        .find(|(name, _)| name.contains("MLSpace-fraud"));
    role.unwrap().1["inline"].to_string()
}

/// The project's record.
fn record(env: &TestEnv) -> Value {
    env.aws.account_state()["tables"]["mlspace-projects"][0].clone()
}

/// The warnings of a plan, as text.
fn warnings(env: &TestEnv) -> String {
    format!("{:?}", env.plan().outcome.warnings())
}

const EVERYTHING: &str = r#"
  sharing = "user"

  services {
    registry  = true
    pipelines = false

    bedrock {
      model_arns = ["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"]
    }
  }

  limits {
    max_runtime              = "1440m"
    max_warm_pool            = "30m"
    traffic_encryption       = true
    max_notebook_volume_size = 50

    instance_types {
      notebook = ["ml.t3.*"]
      training = ["ml.m5.*", "ml.g5.xlarge"]
    }
  }
"#;

e2e_test! {
    /// A project has no services, gets some with limits, changes them, and loses them: the members'
    /// roles follow with the project, and each next plan is empty.
    fn services_lifecycle(env) {
        env.provider(OFFER);
        env.apply_and_verify(&project(""));
        assert!(!inline(env).contains("ModelPackage"));
        assert_eq!(record(env)["access"], Value::Null);

        env.configure(&project(EVERYTHING));
        let plan = env.plan();
        plan.assert_only(ADDRESS, &["update"]);
        let text = format!("{:?}", plan.outcome.warnings());
        assert!(text.contains("Members gain access") && text.contains("alice"), "{text}");
        assert!(text.contains("register models") && text.contains("the role of `alice` gains `sagemaker:"), "{text}");
        env.apply().assert_ok();
        env.plan().assert_empty();
        assert!(inline(env).contains("ModelPackage"), "the member's role follows");
        assert!(inline(env).contains("LimitTrainingTypes"));
        assert_eq!(record(env)["access"]["M"]["sharing"], json!({"S": "user"}));

        // Narrower, and nothing opens.
        let narrow = EVERYTHING.replace(", \"ml.g5.xlarge\"", "").replace("registry  = true", "registry  = false");
        env.configure(&project(&narrow));
        assert!(!warnings(env).contains("Members gain access"));
        env.apply().assert_ok();
        env.plan().assert_empty();
        assert!(!inline(env).contains("ModelPackage"));

        // The platform no longer offers what the project has.
        env.provider("services = [\"registry\"]");
        env.work.plan(&[]).outcome.assert_error(&["does not offer", "bedrock"]);
        env.provider(OFFER);

        env.configure(&project(""));
        env.apply().assert_ok();
        env.plan().assert_empty();
        assert_eq!(record(env)["access"], Value::Null);
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// A record that was changed outside of Terraform is put back, and the members' roles with it.
    fn services_drift(env) {
        env.provider(OFFER);
        env.apply_and_verify(&project("services {\n registry = true\n }"));
        let key = json!({"name": {"S": "fraud"}});
        env.aws.call("dynamodb", "UpdateItem", json!({
            "TableName": "mlspace-projects",
            "Key": key,
            "UpdateExpression": "REMOVE #a",
            "ExpressionAttributeNames": {"#a": "access"},
        }));
        let plan = env.plan();
        let changed: Vec<String> = plan.changes().into_iter().map(|(address, _)| address).collect();
        assert!(changed.contains(&ADDRESS.to_owned()), "{changed:?}");
        env.apply().assert_ok();
        env.plan().assert_empty();
        assert!(inline(env).contains("ModelPackage"));
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Words that the catalogue does not know, options that are missing, limits beyond the
    /// platform's, and notebooks beyond limits are refused at plan.
    fn services_are_refused_at_plan(env) {
        let refuse = |env: &TestEnv, body: &str, parts: &[&str]| {
            env.configure(&project(body));
            env.work.plan(&[]).outcome.assert_error(parts);
        };
        env.provider("services = [\"registries\"]");
        refuse(env, "", &["registries", "registry, model_cards"]);
        env.provider("services = [\"bedrock\"]\n limits {\n instance_types {\n training = [\"ml.m5.*\"]\n notebook = [\"ml.t3.*\"]\n }\n }");
        refuse(env, "services {\n registry = true\n }", &["registry", "does not offer"]);
        refuse(env, "services {\n bedrock {\n model_arns = []\n }\n }", &["bedrock", "name the ARNs"]);
        refuse(env, "limits {\n instance_types {\n training = [\"ml.p4d.*\"]\n }\n }", &["ml.p4d.*", "platform"]);
        refuse(env, "limits {\n instance_types {\n training = [\"m5.large\"]\n }\n }", &["m5.large"]);
        env.configure(&notebook("", "fraud-alice", "ml.m5.large"));
        env.work.plan(&[]).outcome.assert_error(&["ml.m5.large", "ml.t3.*"]);
        env.configure(&notebook("", "alice", "ml.t3.medium"));
        assert!(warnings(env).contains("Notebook name without its project"));
        let other = "resource \"mlspace_project\" \"churn\" {\n name = \"churn\"\n }\n";
        env.apply_and_verify(other);
        env.configure(&format!("{other}{}", notebook("", "churn-alice", "ml.t3.medium")));
        env.work.plan(&[]).outcome.assert_error(&["churn-alice", "fraud-"]);
    }
}
