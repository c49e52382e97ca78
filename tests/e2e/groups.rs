//! `mlspace_group`: its whole life with what is shared with it, and what is refused.

use serde_json::{Value, json};

use crate::support::{PEOPLE, TestEnv, e2e_test};

const GROUP: &str = r#"
resource "mlspace_user" "alice" {
  name = "alice"
}

resource "mlspace_user" "bob" {
  name = "bob"
}

resource "mlspace_group" "risk" {
  name        = "risk"
  description = "Risk"
  members     = [mlspace_user.alice.name]
}

resource "mlspace_dataset" "cards" {
  name   = "cards"
  type   = "group"
  groups = [mlspace_group.risk.name]
}
"#;

const BOTH: &str = "[mlspace_user.alice.name, mlspace_user.bob.name]";

fn table(env: &TestEnv, name: &str) -> Vec<Value> {
    let tables = &env.aws.account_state()["tables"];
    tables[name].as_array().expect("a table").clone()
}

/// The actions of the history, with their users.
fn history(env: &TestEnv) -> Vec<String> {
    let rows = table(env, "mlspace-group-membership-history");
    let mut told: Vec<String> = rows
        .iter()
        .map(|row| {
            let text = |name: &str| row[name]["S"].as_str().expect("a string").to_owned();
            format!("{} {}", text("action"), text("user"))
        })
        .collect();
    told.sort();
    told
}

/// A member of the project beside alice.
const BOB: &str = r#"
resource "mlspace_membership" "bob" {
  project = mlspace_project.fraud.name
  user    = "bob"
}
"#;

/// How many roles have the group's policy.
fn carriers(env: &TestEnv) -> usize {
    let account = env.aws.account_state();
    let roles = account["roles"].as_object().expect("roles");
    let has = |role: &&Value| role.to_string().contains("policy/MLSpace-group-risk");
    roles.values().filter(has).count()
}

e2e_test! {
    /// Created, planned empty, joined and left, changed in the web application, imported, destroyed.
    fn group_lives(env) {
        let address = "mlspace_group.risk";
        let all = [PEOPLE, BOB, GROUP].concat();
        env.apply_and_verify(&all);
        assert_eq!(table(env, "mlspace-groups")[0]["description"], json!({"S": "Risk"}));
        assert_eq!(carriers(env), 1);

        let both = all.replace("[mlspace_user.alice.name]", BOTH).replace("\"Risk\"", "\"Risks\"");
        env.configure(&both);
        env.plan().assert_only(address, &["update"]);
        env.apply_and_verify(&both);
        assert_eq!(carriers(env), 2);
        assert!(table(env, "mlspace-groups")[0].get("terraformChanging").is_none());

        env.work.forget(address);
        env.work.write("imports.tf", &format!("import {{\n  to = {address}\n  id = \"risk\"\n}}\n"));
        env.apply().assert_ok();
        env.plan().assert_empty();
        env.work.write("imports.tf", "");

        // Somebody adds a user in the web application, and an attribute that is not Terraform's.
        env.aws.call("dynamodb", "UpdateItem", json!({
            "TableName": "mlspace-groups",
            "Key": {"name": {"S": "risk"}},
            "UpdateExpression": "SET nickname = :nick",
            "ExpressionAttributeValues": {":nick": {"S": "r"}},
        }));
        env.aws.call("dynamodb", "PutItem", json!({
            "TableName": "mlspace-group-users",
            "Item": {"group": {"S": "risk"}, "user": {"S": "carol"}},
        }));
        env.plan().assert_only(address, &["update"]);
        env.apply_and_verify(&all);
        assert_eq!(carriers(env), 1);
        assert_eq!(table(env, "mlspace-groups")[0]["nickname"], json!({"S": "r"}));
        env.destroy_and_verify();
        assert_eq!(
            history(env),
            ["ADDED alice", "ADDED bob", "GROUP_DELETED alice", "REMOVED bob", "REMOVED carol"]
        );
    }
}

e2e_test! {
    /// Refused: bad values, users who do not exist, a group that exists, and the removal of one in use.
    fn group_bad_input(env) {
        for (from, to, words) in [
            ("\"risk\"", "\"ri*k\"", "ri*k"),
            ("\"Risk\"", "\"Ri\\nsk\"", "description"),
        ] {
            env.configure(&GROUP.replace(from, to));
            env.work.plan(&[]).outcome.assert_error(&[words]);
        }
        env.apply_and_verify(GROUP);
        env.configure(&GROUP.replace("[mlspace_user.alice.name]", "[\"carol\"]"));
        env.work.plan(&[]).outcome.assert_error(&["no user `carol`", "mlspace_user.NAME.name"]);

        let literal = GROUP.replace("[mlspace_group.risk.name]", "[\"risk\"]");
        env.apply_and_verify(&literal);
        let start = literal.find("resource \"mlspace_group\"").expect("the group");
        let end = literal.find("resource \"mlspace_dataset\"").expect("the dataset");
        let without = [&literal[..start], &literal[end..]].concat();
        env.configure(&without);
        env.apply().assert_error(&["dataset `group/cards`"]);
        env.work.forget("mlspace_group.risk");
        env.configure(&literal);
        env.work.plan(&[]).outcome.assert_error(&["to = mlspace_group.NAME", "id = \"risk\""]);
        env.work.write("imports.tf", "import {\n  to = mlspace_group.risk\n  id = \"risk\"\n}\n");
        env.apply().assert_ok();
        env.work.write("imports.tf", "");
        env.configure("");
        env.apply().assert_ok();
        env.aws.assert_pristine();
    }
}
