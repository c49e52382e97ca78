//! Each attribute changes in place or replaces, as designed.

use serde_json::json;

use crate::support::{PEOPLE, Stage, notebook, scenario};

/// Plans one change, checks that it is this action on this resource, applies it, and checks
/// that nothing is left to do.
#[track_caller]
fn change(stage: &Stage, text: &str, address: &str, actions: &[&str]) {
    stage.configure(text);
    let plan = stage.plan();
    plan.assert_only(address, actions);
    let stays = actions == UPDATE;
    assert!(
        !(stays && plan.is_unknown(address, "id")),
        "the id can't change in place"
    );
    stage.apply().assert_ok();
    stage.plan().assert_empty();
}

const UPDATE: &[&str] = &["update"];
const REPLACE: &[&str] = &["delete", "create"];

scenario! {
    /// A project's description, termination and suspension change in place; its name replaces.
    fn project(stage) {
        let project = |body: &str| format!(
            "resource \"mlspace_project\" \"p\" {{\n  created_by = \"alice\"\n{body}\n}}\n"
        );
        let address = "mlspace_project.p";
        stage.converge(&project(r#"name = "fraud""#));
        let created = stage.attribute(address, "created_at");

        change(stage, &project("name = \"fraud\"\n description = \"Cards\""), address, UPDATE);
        assert_eq!(stage.attribute(address, "description"), "Cards");
        assert_eq!(stage.attribute(address, "created_at"), created);

        let termination = "name = \"fraud\"\n description = \"Cards\"\n termination {\n default_notebook_stop_time = \"17:00\"\n allow_notebook_owner_override = true\n default_endpoint_ttl_hours = 168\n }";
        change(stage, &project(termination), address, UPDATE);
        let record = stage.aws.world()["tables"]["mlspace-projects"][0].to_string();
        assert!(record.contains("terminationConfiguration"), "{record}");
        let shorter = termination.replace("168", "24");
        change(stage, &project(&shorter), address, UPDATE);
        change(stage, &project("name = \"fraud\""), address, UPDATE);

        let suspended = "name = \"fraud\"\n suspended = true";
        change(stage, &project(suspended), address, UPDATE);
        let policy = "arn:aws:iam::123456789012:policy/MLSpace-project-fraud";
        let document = stage.aws.world()["policies"][policy]["document"].to_string();
        assert!(document.contains(r#""Effect":"Deny""#), "{document}");
        change(stage, &project("name = \"fraud\""), address, UPDATE);

        change(stage, &project("name = \"claims\""), address, REPLACE);
        assert_eq!(stage.attribute(address, "id"), "claims");
        stage.strike();
    }
}

scenario! {
    /// Ownership changes in place; another user or project is another membership.
    fn membership(stage) {
        let address = "mlspace_membership.alice";
        stage.converge(PEOPLE);
        let role = stage.attribute(address, "role_arn");
        change(stage, &PEOPLE.replace("owner   = true", "owner   = false"), address, UPDATE);
        assert_eq!(stage.attribute(address, "role_arn"), role);
        let record = &stage.aws.world()["tables"]["mlspace-project-users"][0];
        assert_eq!(record["permissions"], json!({"L": []}));
        change(stage, &PEOPLE.replace("user    = \"alice\"", "user    = \"bob\""), address, REPLACE);
        assert_eq!(stage.attribute(address, "id"), "fraud/bob");
        stage.strike();
    }
}

scenario! {
    /// A dataset's description changes in place; its name and scope replace.
    fn dataset(stage) {
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
        stage.converge(&dataset("cards", "first"));
        change(stage, &dataset("cards", "second"), address, UPDATE);
        let record = &stage.aws.world()["tables"]["mlspace-datasets"][0];
        assert_eq!(record["description"]["S"], "second");
        change(stage, &dataset("cards-2027", "second"), address, REPLACE);
        assert_eq!(stage.attribute(address, "id"), "project/fraud/cards-2027");
        stage.strike();
    }
}

scenario! {
    /// An instance stops and starts in place, and runs again after updates that need a stop.
    fn notebook_in_place(stage) {
        let address = "mlspace_notebook.alice";
        let status = |stage: &Stage| stage.attribute(address, "status");
        let small = "instance_type = \"ml.t3.medium\"\n volume_size = 20";
        stage.converge(&notebook(small));
        assert_eq!(status(stage), "InService");

        // Needs a stop: the plan warns, and the instance runs again in the end.
        let large = "instance_type = \"ml.t3.large\"\n volume_size = 20";
        stage.configure(&notebook(large));
        let plan = stage.plan();
        plan.assert_only(address, UPDATE);
        let warnings = plan.outcome.warnings();
        assert!(
            warnings.iter().any(|each| format!("{each:?}").to_lowercase().contains("stop")),
            "{warnings:?}"
        );
        stage.aws.clear_log();
        stage.apply().assert_ok();
        assert_eq!(status(stage), "InService");
        let calls = stage.aws.writes();
        for call in ["StopNotebookInstance", "UpdateNotebookInstance", "StartNotebookInstance"] {
            assert!(calls.contains(&format!("sagemaker:{call}")), "{call}: {calls:?}");
        }
        stage.plan().assert_empty();

        let bigger = "instance_type = \"ml.t3.large\"\n volume_size = 40";
        change(stage, &notebook(bigger), address, UPDATE);

        // Needs none.
        let tagged = format!("{bigger}\n tags = {{ team = \"cards\" }}");
        stage.aws.clear_log();
        change(stage, &notebook(&tagged), address, UPDATE);
        let calls = stage.aws.writes();
        assert!(!calls.contains(&"sagemaker:StopNotebookInstance".to_owned()), "{calls:?}");
        let tags = stage.aws.world()["notebooks"]["alice-fraud"]["tags"].clone();
        assert_eq!(tags["team"], "cards");
        change(stage, &notebook(bigger), address, UPDATE);
        let tags = stage.aws.world()["notebooks"]["alice-fraud"]["tags"].clone();
        assert!(tags["team"].is_null(), "{tags}");
        assert_eq!(tags["project"], "fraud");

        let timed = format!("{bigger}\n daily_stop_time = \"19:00\"");
        change(stage, &notebook(&timed), address, UPDATE);
        assert_eq!(stage.aws.world()["tables"]["mlspace-resource-schedule"].as_array().map(Vec::len), Some(1));
        change(stage, &notebook(bigger), address, UPDATE);
        assert_eq!(stage.aws.world()["tables"]["mlspace-resource-schedule"], json!([]));

        let stopped = format!("{bigger}\n running = false");
        change(stage, &notebook(&stopped), address, UPDATE);
        assert_eq!(status(stage), "Stopped");
        let stopped = format!("{small}\n running = false").replace("20", "40");
        change(stage, &notebook(&stopped), address, UPDATE);
        assert_eq!(status(stage), "Stopped", "an update of a stopped instance leaves it stopped");
        change(stage, &notebook(&stopped.replace("false", "true")), address, UPDATE);
        assert_eq!(status(stage), "InService");
        stage.strike();
    }
}

scenario! {
    /// A lifecycle configuration comes and goes in place.
    fn notebook_lifecycle_configuration(stage) {
        let address = "mlspace_notebook.alice";
        let config = json!({"NotebookInstanceLifecycleConfigName": "setup", "OnStart": [{"Content": "ZWNobyBoaQ=="}]});
        stage.aws.aws("sagemaker", "CreateNotebookInstanceLifecycleConfig", config);
        let plain = "instance_type = \"ml.t3.medium\"";
        stage.converge(&notebook(plain));
        let with = format!("{plain}\n lifecycle_config_name = \"setup\"");
        change(stage, &notebook(&with), address, UPDATE);
        let describe = || stage.aws.aws(
            "sagemaker",
            "DescribeNotebookInstance",
            json!({"NotebookInstanceName": "alice-fraud"}),
        );
        assert_eq!(describe()["NotebookInstanceLifecycleConfigName"], "setup");
        change(stage, &notebook(plain), address, UPDATE);
        assert!(describe()["NotebookInstanceLifecycleConfigName"].is_null());
        stage.work.destroy().assert_ok();
    }
}

scenario! {
    /// Another name, network or key is another instance.
    fn notebook_replacement(stage) {
        let address = "mlspace_notebook.alice";
        let plain = "instance_type = \"ml.t3.medium\"";
        stage.converge(&notebook(plain));
        let subnets = stage.aws.seed["subnet_ids"].as_array().expect("subnets").clone();
        let describe = || stage.aws.aws(
            "sagemaker",
            "DescribeNotebookInstance",
            json!({"NotebookInstanceName": "alice-fraud"}),
        );
        let present = describe()["SubnetId"].clone();
        let other = subnets.iter().find(|each| **each != present).expect("another subnet");
        let moved = format!("{plain}\n subnet_id = {other}");
        change(stage, &notebook(&moved), address, REPLACE);
        assert_eq!(describe()["SubnetId"], *other);
        let renamed = notebook(&moved).replace("\"alice-fraud\"", "\"alice-two\"");
        change(stage, &renamed, address, REPLACE);
        assert_eq!(stage.attribute(address, "id"), "alice-two");
        stage.strike();
    }
}

scenario! {
    /// Suspending a project stops its notebooks; they aren't started again behind its back.
    fn suspending_stops_notebooks(stage) {
        let text = notebook("instance_type = \"ml.t3.medium\"");
        stage.converge(&text);
        let suspended = text.replace("created_by  = \"alice\"", "created_by  = \"alice\"\n  suspended = true");
        stage.configure(&suspended);
        stage.work.run(&["apply", "-auto-approve", "-json", "-target=mlspace_project.fraud"]).assert_ok();
        stage.aws.settle();
        assert_eq!(stage.aws.world()["notebooks"]["alice-fraud"]["status"], "Stopped");
        stage.strike();
    }
}
