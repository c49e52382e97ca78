//! Create, empty plan, destroy.

use serde_json::json;

use crate::support::{TEAM, e2e_test};

e2e_test! {
    /// Computed attributes after creation, and an empty account after the destruction.
    fn four_resources(env) {
        env.apply_and_verify(TEAM);

        let project = "mlspace_project.fraud";
        assert_eq!(env.attribute(project, "id"), "fraud");
        let arn = env.attribute(project, "policy_arn");
        assert_eq!(arn, "arn:aws:iam::123456789012:policy/MLSpace-project-fraud");
        let created = env.attribute(project, "created_at");
        assert!(!created.is_null());

        let member = "mlspace_membership.alice";
        assert_eq!(env.attribute(member, "id"), "fraud/alice");
        let role = env.attribute(member, "role_name");
        let role = role.as_str().expect("a name");
        assert!(role.starts_with("MLSpace-fraud-"), "{role}");
        assert_eq!(
            env.attribute(member, "role_arn"),
            format!("arn:aws:iam::123456789012:role/{role}")
        );

        let dataset = "mlspace_dataset.cards";
        assert_eq!(env.attribute(dataset, "id"), "project/fraud/cards-2026");
        let prefix = "project/fraud/datasets/cards-2026/";
        assert_eq!(env.attribute(dataset, "prefix"), prefix);
        let location = format!("s3://{}/{prefix}", env.aws.seeded("data_bucket"));
        assert_eq!(env.attribute(dataset, "location"), location);

        let notebook = "mlspace_notebook.alice";
        assert_eq!(env.attribute(notebook, "status"), "InService");
        assert_eq!(
            env.attribute(notebook, "role_arn"),
            env.attribute(member, "role_arn")
        );

        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Role, records, tags and notebook settings in AWS.
    fn four_resources_in_aws(env) {
        env.apply_and_verify(TEAM);
        let account = env.aws.account_state();

        let roles = account["roles"].as_object().expect("roles");
        assert_eq!(roles.len(), 1);
        let (name, role) = roles.iter().next().expect("one role");
        assert_eq!(role["boundary"], env.aws.seed["permissions_boundary_arn"]);
        let mut tags = role["tags"].clone();
        let token = tags.as_object_mut().expect("tags").remove("mlspace-token");
        assert!(token.is_some(), "{role}");
        assert_eq!(
            tags,
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

        let tables = &account["tables"];
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

        let tags = &account["notebooks"]["alice-fraud"]["tags"];
        for (key, value) in [("system", "MLSpace"), ("project", "fraud"), ("user", "alice")] {
            assert_eq!(tags[key], value);
        }
        let notebook = env.aws.call(
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
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Resources of the same apply provide the settings, which are unknown in the first plan.
    fn provider_settings_unknown_at_plan(env) {
        env.provider_from_resources();
        env.apply_and_verify(TEAM);
        let account = env.aws.account_state();
        let boundary = &env.aws.seed["permissions_boundary_arn"];
        let roles = account["roles"].as_object().expect("roles");
        assert!(!roles.is_empty());
        assert!(roles.values().all(|role| role["boundary"] == *boundary), "{roles:?}");
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Has two roles and one policy, which is deleted with the last role.
    fn user_in_two_projects(env) {
        let both = r#"
resource "mlspace_project" "all" {
  for_each   = toset(["fraud", "churn"])
  name       = each.key
  created_by = "alice"
}

resource "mlspace_membership" "alice" {
  for_each = mlspace_project.all
  project  = each.value.name
  user     = "alice"
}
"#;
        let user_policy = "arn:aws:iam::123456789012:policy/MLSpace-user-alice";
        env.apply_and_verify(both);
        let account = env.aws.account_state();
        assert_eq!(account["roles"].as_object().map(serde_json::Map::len), Some(2));
        assert!(account["policies"][user_policy].is_object());

        env.apply_and_verify(&both.replace(r#""fraud", "churn""#, r#""fraud""#));
        let account = env.aws.account_state();
        assert_eq!(account["roles"].as_object().map(serde_json::Map::len), Some(1));
        assert!(account["policies"][user_policy].is_object());

        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Each has its prefix; the groups of a dataset change in place.
    fn datasets_of_every_type(env) {
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
        env.apply_and_verify(&all(r#"["analysts", "auditors"]"#));
        let ids = [
            ("global", "global/holidays", "global/datasets/holidays/"),
            ("private", "private/alice/scratch", "private/alice/datasets/scratch/"),
            ("group", "group/shared", "group/datasets/shared/"),
        ];
        for (name, id, prefix) in ids {
            let address = format!("mlspace_dataset.{name}");
            assert_eq!(env.attribute(&address, "id"), id);
            assert_eq!(env.attribute(&address, "prefix"), prefix);
        }
        let items = env.aws.account_state()["tables"]["mlspace-group-datasets"].to_string();
        assert!(items.contains("analysts") && items.contains("auditors"), "{items}");

        env.configure(&all(r#"["analysts"]"#));
        env.plan().assert_only("mlspace_dataset.group", &["update"]);
        env.apply().assert_ok();
        env.plan().assert_empty();
        let items = env.aws.account_state()["tables"]["mlspace-group-datasets"].to_string();
        assert!(items.contains("analysts") && !items.contains("auditors"), "{items}");
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// The caller's account and a role's name, without any change.
    fn caller_and_role_name(env) {
        env.configure(r#"
data "mlspace_caller" "current" {}
output "account" { value = data.mlspace_caller.current.account_id }
output "role" { value = provider::mlspace::role_name("MLSpace", "fraud", "alice") }
"#);
        env.apply().assert_ok();
        env.plan().assert_empty();
        let shown = env.work.run(&["output", "-json"]);
        let outputs: serde_json::Value = serde_json::from_str(&shown.stdout).expect("JSON");
        assert_eq!(outputs["account"]["value"], "123456789012");
        let role = outputs["role"]["value"].as_str().expect("a name").to_owned();
        assert_eq!(role.len(), 64 - 1, "63 characters: {role}");
        assert_eq!(env.aws.writes(), Vec::<String>::new());
    }
}

e2e_test! {
    /// Terraform starts the provider for validation; it must not call AWS.
    fn validate_makes_no_calls(env) {
        env.configure(TEAM);
        env.aws.clear_log();
        let done = env.work.run(&["validate", "-json"]);
        assert_eq!(done.code, Some(0), "{}", done.stdout);
        assert_eq!(env.aws.calls(), Vec::<String>::new());
    }
}
