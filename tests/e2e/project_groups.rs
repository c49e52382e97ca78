//! `mlspace_project_group`: its whole life with members who join and leave, and what is refused.

use serde_json::{Value, json};

use crate::support::{PEOPLE, TestEnv, e2e_test};

const GROUP: &str = r#"
resource "mlspace_group" "risk" {
  name    = "risk"
  members = ["bob", "carol"]
}

resource "mlspace_project_group" "risk" {
  project = mlspace_project.fraud.name
  group   = mlspace_group.risk.name
}
"#;

/// bob as a member by name.
const BOB: &str = r#"
resource "mlspace_membership" "bob" {
  project = mlspace_project.fraud.name
  user    = "bob"
}
"#;

/// Who has a role in the project, by the tags of roles.
fn with_roles(env: &TestEnv) -> Vec<String> {
    let account = env.aws.account_state();
    let roles = account["roles"].as_object().expect("roles");
    let all = ["alice", "bob", "carol", "dana"];
    let has = |user: &str| {
        let tagged =
            |role: &Value| role["tags"]["project"] == "fraud" && role["tags"]["user"] == user;
        roles.values().any(tagged)
    };
    all.into_iter()
        .filter(|user| has(user))
        .map(str::to_owned)
        .collect()
}

fn table(env: &TestEnv, name: &str) -> Vec<Value> {
    let tables = &env.aws.account_state()["tables"];
    tables[name].as_array().expect("a table").clone()
}

e2e_test! {
    /// Created, planned empty, joined and left in an apply and in the web application, beside a membership
    /// by name, made owners, imported, destroyed.
    fn project_group_lives(env) {
        let address = "mlspace_project_group.risk";
        let all = [PEOPLE, GROUP].concat();
        env.apply_and_verify(&all);
        assert_eq!(with_roles(env), ["alice", "bob", "carol"]);
        assert_eq!(table(env, "mlspace-project-users").len(), 1, "as MLSpace records it");

        // In one apply, by the group's own change.
        let joined = all.replace("[\"bob\", \"carol\"]", "[\"carol\", \"dana\"]");
        env.configure(&joined);
        env.plan().assert_only("mlspace_group.risk", &["update"]);
        env.apply_and_verify(&joined);
        assert_eq!(with_roles(env), ["alice", "carol", "dana"]);

        // By name as well, and no more by name.
        env.apply_and_verify(&[&all, BOB].concat());
        assert_eq!(with_roles(env), ["alice", "bob", "carol"]);
        env.apply_and_verify(&all);
        assert_eq!(with_roles(env), ["alice", "bob", "carol"]);

        env.work.forget(address);
        env.work.write("imports.tf", &format!("import {{\n  to = {address}\n  id = \"fraud/risk\"\n}}\n"));
        env.apply().assert_ok();
        env.plan().assert_empty();
        env.work.write("imports.tf", "");

        // Somebody adds a user in the web application, where Terraform leaves the members alone.
        let ignoring = all.replace(
            "members = [\"bob\", \"carol\"]",
            "members = [\"bob\", \"carol\"]\n  lifecycle {\n    ignore_changes = [members]\n  }",
        );
        env.apply_and_verify(&ignoring);
        env.aws.call("dynamodb", "PutItem", json!({
            "TableName": "mlspace-group-users",
            "Item": {"group": {"S": "risk"}, "user": {"S": "dana"}},
        }));
        env.aws.call("dynamodb", "DeleteItem", json!({
            "TableName": "mlspace-group-users",
            "Key": {"group": {"S": "risk"}, "user": {"S": "bob"}},
        }));
        env.plan().assert_only(address, &["update"]);
        let owners = ignoring.replace(
            "group   = mlspace_group.risk.name",
            "group   = mlspace_group.risk.name\n  owner   = true",
        );
        env.apply_and_verify(&owners);
        assert_eq!(with_roles(env), ["alice", "carol", "dana"]);
        let rows = table(env, "mlspace-project-groups");
        assert_eq!(rows[0]["permissions"], json!({"L": [{"S": "MO"}]}));
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Refused: bad names, a group that does not exist, one that is a member already, and the last owners.
    fn project_group_bad_input(env) {
        let all = [PEOPLE, GROUP].concat();
        env.configure(&all.replace("mlspace_group.risk.name", "\"ri*k\""));
        env.work.plan(&[]).outcome.assert_error(&["ri*k"]);
        env.configure(&all.replace("mlspace_group.risk.name", "\"ops\""));
        env.apply().assert_error(&["no group `ops`"]);

        let owning = all
            .replace("  owner   = true\n", "")
            .replace("mlspace_group.risk.name", "mlspace_group.risk.name\n  owner   = true");
        env.apply_and_verify(&owning);
        env.configure(&owning.replace("[\"bob\", \"carol\"]", "[]"));
        env.work.plan(&[]).outcome.assert_error(&["last owners of `fraud`"]);
        env.configure(&owning.replace("\n  owner   = true", ""));
        env.work.plan(&[]).outcome.assert_error(&["last owners of `fraud`"]);
        env.work.forget("mlspace_project_group.risk");
        env.configure(&owning);
        let outcome = env.work.plan(&[]).outcome;
        outcome.assert_error(&["to = mlspace_project_group.NAME", "id = \"fraud/risk\""]);
        env.work.write("imports.tf", "import {\n  to = mlspace_project_group.risk\n  id = \"fraud/risk\"\n}\n");
        let allowed = owning.replace("owner   = true", "owner   = true\n  allow_ownerless_projects = true");
        env.configure(&allowed);
        env.apply().assert_ok();
        env.work.write("imports.tf", "");
        env.configure("");
        env.apply().assert_ok();
        env.aws.assert_pristine();
    }
}
