//! From nothing to everything and back: create, plan again, destroy.

use serde_json::json;

use crate::support::{TEAM, scenario};

scenario! {
    /// The four resources come to be, nothing more is planned, and destroying leaves nothing.
    fn four_resources(stage) {
        stage.converge(TEAM);

        let project = "mlspace_project.fraud";
        assert_eq!(stage.attribute(project, "id"), "fraud");
        let arn = stage.attribute(project, "policy_arn");
        assert_eq!(arn, "arn:aws:iam::123456789012:policy/MLSpace-project-fraud");
        let created = stage.attribute(project, "created_at");
        assert!(!created.is_null());

        let member = "mlspace_membership.alice";
        assert_eq!(stage.attribute(member, "id"), "fraud/alice");
        let role = stage.attribute(member, "role_name");
        let role = role.as_str().expect("a name");
        assert!(role.starts_with("MLSpace-fraud-"), "{role}");
        assert_eq!(
            stage.attribute(member, "role_arn"),
            format!("arn:aws:iam::123456789012:role/{role}")
        );

        let dataset = "mlspace_dataset.cards";
        assert_eq!(stage.attribute(dataset, "id"), "project/fraud/cards-2026");
        let prefix = "project/fraud/datasets/cards-2026/";
        assert_eq!(stage.attribute(dataset, "prefix"), prefix);
        let location = format!("s3://{}/{prefix}", stage.aws.seeded("data_bucket"));
        assert_eq!(stage.attribute(dataset, "location"), location);

        let notebook = "mlspace_notebook.alice";
        assert_eq!(stage.attribute(notebook, "status"), "InService");
        assert_eq!(
            stage.attribute(notebook, "role_arn"),
            stage.attribute(member, "role_arn")
        );

        stage.strike();
    }
}

scenario! {
    /// What stands in the account is what the access model says.
    fn what_stands_in_aws(stage) {
        stage.converge(TEAM);
        let world = stage.aws.world();

        let roles = world["roles"].as_object().expect("roles");
        assert_eq!(roles.len(), 1);
        let (name, role) = roles.iter().next().expect("one role");
        assert_eq!(role["boundary"], stage.aws.seed["permissions_boundary_arn"]);
        assert_eq!(
            role["tags"],
            json!({"system": "MLSpace", "project": "fraud", "user": "alice", "dynamic-user-role": "true"})
        );
        let attached = role["attached"].to_string();
        for policy in ["mlspace-notebook-base", "MLSpace-project-fraud", "MLSpace-user-alice"] {
            assert!(attached.contains(policy), "{policy} isn't in {attached}");
        }
        let trust = role["trust"].to_string();
        assert!(trust.contains("sagemaker.amazonaws.com"), "{trust}");
        assert!(trust.contains("aws:SourceAccount"), "{trust}");
        assert!(!trust.contains("sts:TagSession"), "{trust}");
        let inline = role["inline"].to_string();
        assert!(inline.contains("iam:PassRole"), "{inline}");
        assert!(inline.contains(&format!("role/{name}\"")), "{inline}");

        let tables = &world["tables"];
        let project = &tables["mlspace-projects"][0];
        assert_eq!(project["name"]["S"], "fraud");
        assert_eq!(project["suspended"]["BOOL"], false);
        assert!(project["createdAt"]["N"].as_str().is_some_and(|at| at.parse::<i64>().is_ok()));
        let member = &tables["mlspace-project-users"][0];
        assert_eq!(member["permissions"], json!({"L": [{"S": "MO"}]}));
        assert_eq!(member["role"]["S"], format!("arn:aws:iam::123456789012:role/{name}"));
        let dataset = &tables["mlspace-datasets"][0];
        assert_eq!(dataset["scope"]["S"], "fraud");
        assert_eq!(dataset["type"]["S"], "project");
        let schedule = &tables["mlspace-resource-schedule"][0];
        assert_eq!(schedule["resourceId"]["S"], "alice-fraud");
        assert_eq!(schedule["resourceType"]["S"], "notebook-instance");

        let tags = &world["notebooks"]["alice-fraud"]["tags"];
        for (key, value) in [("system", "MLSpace"), ("project", "fraud"), ("user", "alice")] {
            assert_eq!(tags[key], value);
        }
        let notebook = stage.aws.aws(
            "sagemaker",
            "DescribeNotebookInstance",
            json!({"NotebookInstanceName": "alice-fraud"}),
        );
        assert_eq!(notebook["RootAccess"], "Disabled");
        assert_eq!(notebook["DirectInternetAccess"], "Disabled");
        assert_eq!(
            notebook["InstanceMetadataServiceConfiguration"],
            json!({"MinimumInstanceMetadataServiceVersion": "2"})
        );
        stage.strike();
    }
}

scenario! {
    /// What the platform is made of may be made in the same apply: its settings are unknown in the first plan.
    fn settings_made_in_the_same_apply(stage) {
        stage.provider_from_resources();
        stage.converge(TEAM);
        let world = stage.aws.world();
        let boundary = &stage.aws.seed["permissions_boundary_arn"];
        let roles = world["roles"].as_object().expect("roles");
        assert!(!roles.is_empty());
        assert!(roles.values().all(|role| role["boundary"] == *boundary), "{roles:?}");
        stage.strike();
    }
}

scenario! {
    /// One person in two projects has two roles and one policy, which goes with the last role.
    fn a_person_in_two_projects(stage) {
        let both = r#"
resource "mlspace_project" "these" {
  for_each   = toset(["fraud", "churn"])
  name       = each.key
  created_by = "alice"
}

resource "mlspace_membership" "alice" {
  for_each = mlspace_project.these
  project  = each.value.name
  user     = "alice"
}
"#;
        let user_policy = "arn:aws:iam::123456789012:policy/MLSpace-user-alice";
        stage.converge(both);
        let world = stage.aws.world();
        assert_eq!(world["roles"].as_object().map(serde_json::Map::len), Some(2));
        assert!(world["policies"][user_policy].is_object());

        stage.converge(&both.replace(r#""fraud", "churn""#, r#""fraud""#));
        let world = stage.aws.world();
        assert_eq!(world["roles"].as_object().map(serde_json::Map::len), Some(1));
        assert!(world["policies"][user_policy].is_object());

        stage.strike();
    }
}

scenario! {
    /// Datasets of every type have their own prefix, and groups keep theirs in place.
    fn datasets_of_every_type(stage) {
        let all = |groups: &str| format!(r#"
resource "mlspace_project" "fraud" {{
  name       = "fraud"
  created_by = "alice"
}}
resource "mlspace_dataset" "global" {{
  name       = "holidays"
  type       = "global"
  created_by = "alice"
}}
resource "mlspace_dataset" "private" {{
  name       = "scratch"
  type       = "private"
  scope      = "alice"
  created_by = "alice"
}}
resource "mlspace_dataset" "group" {{
  name       = "shared"
  type       = "group"
  groups     = {groups}
  created_by = "alice"
}}
"#);
        stage.converge(&all(r#"["analysts", "auditors"]"#));
        let ids = [
            ("global", "global/holidays", "global/datasets/holidays/"),
            ("private", "private/alice/scratch", "private/alice/datasets/scratch/"),
            ("group", "group/shared", "group/datasets/shared/"),
        ];
        for (name, id, prefix) in ids {
            let address = format!("mlspace_dataset.{name}");
            assert_eq!(stage.attribute(&address, "id"), id);
            assert_eq!(stage.attribute(&address, "prefix"), prefix);
        }
        let rows = stage.aws.world()["tables"]["mlspace-group-datasets"].to_string();
        assert!(rows.contains("analysts") && rows.contains("auditors"), "{rows}");

        stage.configure(&all(r#"["analysts"]"#));
        stage.plan().assert_only("mlspace_dataset.group", &["update"]);
        stage.apply().assert_ok();
        stage.plan().assert_empty();
        let rows = stage.aws.world()["tables"]["mlspace-group-datasets"].to_string();
        assert!(rows.contains("analysts") && !rows.contains("auditors"), "{rows}");
        stage.strike();
    }
}

scenario! {
    /// The caller's account is known, a role's name can be computed, and neither changes anything.
    fn data_source_and_function(stage) {
        stage.configure(r#"
data "mlspace_caller" "current" {}
output "account" { value = data.mlspace_caller.current.account_id }
output "role" { value = provider::mlspace::role_name("MLSpace", "fraud", "alice") }
"#);
        stage.apply().assert_ok();
        stage.plan().assert_empty();
        let shown = stage.work.run(&["output", "-json"]);
        let outputs: serde_json::Value = serde_json::from_str(&shown.stdout).expect("JSON");
        assert_eq!(outputs["account"]["value"], "123456789012");
        let role = outputs["role"]["value"].as_str().expect("a name").to_owned();
        assert_eq!(role.len(), 64 - 1, "63 characters: {role}");
        assert_eq!(stage.aws.writes(), Vec::<String>::new());
    }
}

scenario! {
    /// Terraform starts the provider for validation too; that is no reason to call AWS.
    fn no_call_before_one_is_needed(stage) {
        stage.configure(TEAM);
        stage.aws.clear_log();
        let done = stage.work.run(&["validate", "-json"]);
        assert_eq!(done.code, Some(0), "{}", done.stdout);
        assert_eq!(stage.aws.calls(), Vec::<String>::new());
    }
}
