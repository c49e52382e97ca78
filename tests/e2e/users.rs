//! `mlspace_user`: its whole life with the roles and the notebook of a member, and what is refused.

use serde_json::{Value, json};

use crate::support::{TestEnv, e2e_test, notebook};

const ALICE: &str = r#"
resource "mlspace_user" "alice" {
  name  = "alice"
  email = "alice@example.com"
}
"#;

/// A second owner of alice's project.
const BOB: &str = r#"
resource "mlspace_membership" "bob" {
  project = mlspace_project.fraud.name
  user    = "bob"
  owner   = true
}
"#;

fn suspended(text: &str) -> String {
    text.replace("example.com\"", "example.com\"\n  suspended = true")
}

fn record(env: &TestEnv) -> Value {
    let users = &env.aws.account_state()["tables"]["mlspace-users"];
    let all = users.as_array().expect("a table");
    let alice = all.iter().find(|item| item["username"]["S"] == "alice");
    alice.expect("a record").clone()
}

/// Whether the roles that carry the user's policy are denied everything, and the notebook's tag and
/// status.
fn state(env: &TestEnv) -> (bool, bool, String) {
    let account = env.aws.account_state();
    let policies = account["policies"].as_object().expect("policies");
    let policy = policies
        .iter()
        .find(|(arn, _)| arn.ends_with("/MLSpace-user-alice"));
    let policy = policy.expect("the user's policy").1.to_string();
    let instance = &account["notebooks"]["alice-fraud"];
    let status = instance["status"].as_str().unwrap_or_default();
    (
        policy.contains("Suspended"),
        instance.to_string().contains("mlspace-suspended"),
        status.to_owned(),
    )
}

e2e_test! {
    /// Created, planned empty, suspended, seen when the web application does so, imported, resumed,
    /// destroyed.
    fn user_lives(env) {
        let address = "mlspace_user.alice";
        let all = [&notebook("  instance_type = \"ml.t3.medium\""), BOB, ALICE].concat();
        env.apply_and_verify(&all);
        assert_eq!(record(env)["displayName"], json!({"S": "alice"}));
        assert_eq!(state(env), (false, false, "InService".to_owned()));

        env.configure(&suspended(&all));
        env.plan().assert_only(address, &["update"]);
        env.apply_and_verify(&suspended(&all));
        assert_eq!(state(env), (true, true, "Stopped".to_owned()));
        assert_eq!(record(env)["suspended"], json!({"BOOL": true}));
        assert!(record(env).get("unfinished").is_none());

        env.work.forget(address);
        env.work.write("imports.tf", &format!("import {{\n  to = {address}\n  id = \"alice\"\n}}\n"));
        env.apply().assert_ok();
        env.plan().assert_empty();
        env.work.write("imports.tf", "");

        env.apply_and_verify(&all);
        assert_eq!(state(env), (false, false, "Stopped".to_owned()));
        // Somebody suspends in the web application, which changes the record only: the next apply
        // undoes it.
        env.aws.call("dynamodb", "UpdateItem", json!({
            "TableName": "mlspace-users",
            "Key": {"username": {"S": "alice"}},
            "UpdateExpression": "SET suspended = :value, nickname = :nick",
            "ExpressionAttributeValues": {":value": {"BOOL": true}, ":nick": {"S": "al"}},
        }));
        env.apply_and_verify(&all);
        assert_eq!(record(env)["suspended"], json!({"BOOL": false}));
        assert_eq!(record(env)["nickname"], json!({"S": "al"}));
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Refused: bad values, the last owner's suspension, a user who exists, and the removal of a member.
    fn user_bad_input(env) {
        for (from, to, words) in [
            ("\"alice\"", "\"al*ce\"", "al*ce"),
            ("alice@example.com", "alice", "e-mail address"),
        ] {
            env.configure(&ALICE.replace(from, to));
            env.work.plan(&[]).outcome.assert_error(&[words]);
        }
        let people = [crate::support::PEOPLE, ALICE].concat();
        env.apply_and_verify(&people);
        env.configure(&suspended(&people));
        env.work.plan(&[]).outcome.assert_error(&["last owner of `fraud`", "allow_ownerless_projects"]);

        env.configure(crate::support::PEOPLE);
        env.apply().assert_error(&["project fraud"]);
        env.work.forget("mlspace_user.alice");
        env.configure(&people);
        env.work.plan(&[]).outcome.assert_error(&["to = mlspace_user.NAME", "id = \"alice\""]);
        env.work.write("imports.tf", "import {\n  to = mlspace_user.alice\n  id = \"alice\"\n}\n");
        env.apply().assert_ok();
        env.work.write("imports.tf", "");
        let said = suspended(&people).replace("suspended = true", "suspended = true\n  allow_ownerless_projects = true");
        env.apply_and_verify(&said);
        env.configure("");
        env.apply().assert_ok();
        env.aws.assert_pristine();
    }
}
