//! Change of each attribute: in place, or by replacement.

use serde_json::json;

use crate::support::{PEOPLE, TestEnv, e2e_test, notebook};

/// Verifies that the plan is these actions on this resource, applies it, and verifies that the next
/// plan is empty.
#[track_caller]
fn change(env: &TestEnv, text: &str, address: &str, actions: &[&str]) {
    env.configure(text);
    let plan = env.plan();
    plan.assert_only(address, actions);
    let in_place = actions == UPDATE;
    assert!(
        !(in_place && plan.is_unknown(address, "id")),
        "the id cannot change in place"
    );
    env.apply().assert_ok();
    env.plan().assert_empty();
}

const UPDATE: &[&str] = &["update"];
const REPLACE: &[&str] = &["delete", "create"];

e2e_test! {
    /// Description, termination and suspension change in place; the name forces replacement.
    fn project(env) {
        let project = |body: &str| format!(
            "resource \"mlspace_project\" \"p\" {{\n  created_by = \"alice\"\n{body}\n}}\n"
        );
        let address = "mlspace_project.p";
        env.apply_and_verify(&project(r#"name = "fraud""#));
        let created = env.attribute(address, "created_at");

        change(env, &project("name = \"fraud\"\n description = \"Cards\""), address, UPDATE);
        assert_eq!(env.attribute(address, "description"), "Cards");
        assert_eq!(env.attribute(address, "created_at"), created);

        let termination = "name = \"fraud\"\n description = \"Cards\"\n termination {\n default_notebook_stop_time = \"17:00\"\n allow_notebook_owner_override = true\n default_endpoint_ttl_hours = 168\n }";
        change(env, &project(termination), address, UPDATE);
        let record = env.aws.account_state()["tables"]["mlspace-projects"][0].to_string();
        assert!(record.contains("terminationConfiguration"), "{record}");
        let shorter = termination.replace("168", "24");
        change(env, &project(&shorter), address, UPDATE);
        change(env, &project("name = \"fraud\""), address, UPDATE);

        let suspended = "name = \"fraud\"\n suspended = true";
        change(env, &project(suspended), address, UPDATE);
        let policy = "arn:aws:iam::123456789012:policy/MLSpace-project-fraud";
        let document = env.aws.account_state()["policies"][policy]["document"].to_string();
        assert!(document.contains(r#""Effect":"Deny""#), "{document}");
        change(env, &project("name = \"fraud\""), address, UPDATE);

        change(env, &project("name = \"claims\""), address, REPLACE);
        assert_eq!(env.attribute(address, "id"), "claims");
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Ownership changes in place; user and project force replacement.
    fn membership(env) {
        let address = "mlspace_membership.alice";
        env.apply_and_verify(PEOPLE);
        let role = env.attribute(address, "role_arn");
        change(env, &PEOPLE.replace("owner   = true", "owner   = false"), address, UPDATE);
        assert_eq!(env.attribute(address, "role_arn"), role);
        let record = &env.aws.account_state()["tables"]["mlspace-project-users"][0];
        assert_eq!(record["permissions"], json!({"L": []}));
        change(env, &PEOPLE.replace("user    = \"alice\"", "user    = \"bob\""), address, REPLACE);
        assert_eq!(env.attribute(address, "id"), "fraud/bob");
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// The description changes in place; name and scope force replacement.
    fn dataset(env) {
        let dataset = |name: &str, description: &str| format!(
            r#"{PEOPLE}
resource "mlspace_dataset" "d" {{
  name        = "{name}"
  type        = "project"
  scope       = mlspace_project.fraud.name
  description = "{description}"
  created_by  = "alice"
}}
"#
        );
        let address = "mlspace_dataset.d";
        env.apply_and_verify(&dataset("cards", "first"));
        change(env, &dataset("cards", "second"), address, UPDATE);
        let record = &env.aws.account_state()["tables"]["mlspace-datasets"][0];
        assert_eq!(record["description"]["S"], "second");
        change(env, &dataset("cards-2027", "second"), address, REPLACE);
        assert_eq!(env.attribute(address, "id"), "project/fraud/cards-2027");
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// An instance stops and starts in place, and is restarted after updates that need a stop.
    fn notebook_in_place(env) {
        let address = "mlspace_notebook.alice";
        let status = |env: &TestEnv| env.attribute(address, "status");
        let small = "instance_type = \"ml.t3.medium\"\n volume_size = 20";
        env.apply_and_verify(&notebook(small));
        assert_eq!(status(env), "InService");

        // Needs a stop: the plan warns, and the instance is started again.
        let large = "instance_type = \"ml.t3.large\"\n volume_size = 20";
        env.configure(&notebook(large));
        let plan = env.plan();
        plan.assert_only(address, UPDATE);
        assert!(!plan.is_unknown(address, "status"), "it runs before and after");
        let warnings = plan.outcome.warnings();
        assert!(
            warnings.iter().any(|each| format!("{each:?}").to_lowercase().contains("stop")),
            "{warnings:?}"
        );
        env.aws.clear_log();
        env.apply().assert_ok();
        assert_eq!(status(env), "InService");
        let calls = env.aws.writes();
        for call in ["StopNotebookInstance", "UpdateNotebookInstance", "StartNotebookInstance"] {
            assert!(calls.contains(&format!("sagemaker:{call}")), "{call}: {calls:?}");
        }
        env.plan().assert_empty();

        let bigger = "instance_type = \"ml.t3.large\"\n volume_size = 40";
        change(env, &notebook(bigger), address, UPDATE);

        // Does not need a stop.
        let tagged = format!("{bigger}\n tags = {{ team = \"cards\" }}");
        env.aws.clear_log();
        change(env, &notebook(&tagged), address, UPDATE);
        let calls = env.aws.writes();
        assert!(!calls.contains(&"sagemaker:StopNotebookInstance".to_owned()), "{calls:?}");
        let tags = env.aws.account_state()["notebooks"]["alice-fraud"]["tags"].clone();
        assert_eq!(tags["team"], "cards");
        change(env, &notebook(bigger), address, UPDATE);
        let tags = env.aws.account_state()["notebooks"]["alice-fraud"]["tags"].clone();
        assert!(tags["team"].is_null(), "{tags}");
        assert_eq!(tags["project"], "fraud");

        let timed = format!("{bigger}\n daily_stop_time = \"19:00\"");
        change(env, &notebook(&timed), address, UPDATE);
        assert_eq!(env.aws.account_state()["tables"]["mlspace-resource-schedule"].as_array().map(Vec::len), Some(1));
        change(env, &notebook(bigger), address, UPDATE);
        assert_eq!(env.aws.account_state()["tables"]["mlspace-resource-schedule"], json!([]));

        let stopped = format!("{bigger}\n running = false");
        change(env, &notebook(&stopped), address, UPDATE);
        assert_eq!(status(env), "Stopped");
        let stopped = format!("{small}\n running = false").replace("20", "40");
        change(env, &notebook(&stopped), address, UPDATE);
        assert_eq!(status(env), "Stopped", "an update does not start a stopped instance");
        change(env, &notebook(&stopped.replace("false", "true")), address, UPDATE);
        assert_eq!(status(env), "InService");
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// A lifecycle configuration is added and removed in place.
    fn notebook_lifecycle_configuration(env) {
        let address = "mlspace_notebook.alice";
        let config = json!({"NotebookInstanceLifecycleConfigName": "setup", "OnStart": [{"Content": "ZWNobyBoaQ=="}]});
        env.aws.call("sagemaker", "CreateNotebookInstanceLifecycleConfig", config);
        let plain = "instance_type = \"ml.t3.medium\"";
        env.apply_and_verify(&notebook(plain));
        let with = format!("{plain}\n lifecycle_config_name = \"setup\"");
        change(env, &notebook(&with), address, UPDATE);
        let describe = || env.aws.call(
            "sagemaker",
            "DescribeNotebookInstance",
            json!({"NotebookInstanceName": "alice-fraud"}),
        );
        assert_eq!(describe()["NotebookInstanceLifecycleConfigName"], "setup");
        change(env, &notebook(plain), address, UPDATE);
        assert!(describe()["NotebookInstanceLifecycleConfigName"].is_null());
        env.work.destroy().assert_ok();
    }
}

e2e_test! {
    /// Name, network and key force replacement.
    fn notebook_replacement(env) {
        let address = "mlspace_notebook.alice";
        let plain = "instance_type = \"ml.t3.medium\"";
        env.apply_and_verify(&notebook(plain));
        let subnets = env.aws.seed["subnet_ids"].as_array().expect("subnets").clone();
        let describe = || env.aws.call(
            "sagemaker",
            "DescribeNotebookInstance",
            json!({"NotebookInstanceName": "alice-fraud"}),
        );
        let present = describe()["SubnetId"].clone();
        let other = subnets.iter().find(|each| **each != present).expect("another subnet");
        let moved = format!("{plain}\n subnet_id = {other}");
        change(env, &notebook(&moved), address, REPLACE);
        assert_eq!(describe()["SubnetId"], *other);
        let renamed = notebook(&moved).replace("\"alice-fraud\"", "\"alice-two\"");
        change(env, &renamed, address, REPLACE);
        assert_eq!(env.attribute(address, "id"), "alice-two");
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Stops the project's notebooks, and tags them so that nobody opens them meanwhile.
    fn project_suspension_stops_notebooks(env) {
        let text = notebook("instance_type = \"ml.t3.medium\"");
        env.apply_and_verify(&text);
        let suspended = text.replace("created_by  = \"alice\"", "created_by  = \"alice\"\n  suspended = true");
        env.configure(&suspended);
        env.work.run(&["apply", "-auto-approve", "-json", "-target=mlspace_project.fraud"]).assert_ok();
        env.aws.finish_transitions();
        let tag = |env: &TestEnv| env.aws.account_state()["notebooks"]["alice-fraud"]["tags"]["mlspace-suspended"].clone();
        assert_eq!(env.aws.account_state()["notebooks"]["alice-fraud"]["status"], "Stopped");
        assert_eq!(tag(env), "true");
        env.configure(&text);
        env.work.run(&["apply", "-auto-approve", "-json", "-target=mlspace_project.fraud"]).assert_ok();
        assert_eq!(tag(env), serde_json::Value::Null);
        env.destroy_and_verify();
    }
}
