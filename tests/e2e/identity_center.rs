//! `mlspace_identity_center_group`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{TestEnv, e2e_test};

const STORE: &str = "d-0123456789";

const CONFIG: &str = r#"
data "mlspace_identity_center_group" "fraud" {
  identity_store_id = "d-0123456789"
  display_name      = "ML Fraud"
}

resource "mlspace_project" "fraud" {
  name = "fraud"
}

resource "mlspace_membership" "fraud" {
  for_each = toset(data.mlspace_identity_center_group.fraud.users)

  project = mlspace_project.fraud.name
  user    = each.key
}
"#;

/// Makes a call that creates something in the store; returns its answer.
pub(crate) fn create(env: &TestEnv, action: &str, mut params: Value) -> Value {
    params["IdentityStoreId"] = json!(STORE);
    env.aws.call("identitystore", action, params)
}

/// Creates a user and adds the user to a group.
pub(crate) fn add_member(env: &TestEnv, group: &Value, user_name: &str) {
    let user = create_user(env, user_name);
    join(env, group, &user);
}

/// Creates a user; returns the answer.
fn create_user(env: &TestEnv, user_name: &str) -> Value {
    let name = json!({"GivenName": user_name, "FamilyName": "Example"});
    create(
        env,
        "CreateUser",
        json!({"UserName": user_name, "DisplayName": user_name, "Name": name}),
    )
}

/// Adds a user to a group; returns the answer, with the id of the membership.
fn join(env: &TestEnv, group: &Value, user: &Value) -> Value {
    let membership = json!({"GroupId": group["GroupId"], "MemberId": {"UserId": user["UserId"]}});
    create(env, "CreateGroupMembership", membership)
}

/// Names of the roles in the account.
fn roles(env: &TestEnv) -> Vec<String> {
    let state = env.aws.account_state();
    let roles = state["roles"].as_object().expect("roles");
    roles.keys().cloned().collect()
}

e2e_test! {
    /// Who joins the group in the directory becomes a member; a group that does not exist is named.
    fn identity_center_group_has_members(env) {
        let group = create(env, "CreateGroup", json!({"DisplayName": "ML Fraud", "Description": "x"}));
        add_member(env, &group, "alice@example.com");
        let text = CONFIG;
        env.apply_and_verify(text);
        assert!(env.work.state("mlspace_membership.fraud[\"alice@example.com\"]").is_some());
        for user in ["bob", "cn=carol, ou"] {
            add_member(env, &group, user);
        }
        let changes = env.plan().changes();
        let created = |user: &str| (format!("mlspace_membership.fraud[\"{user}\"]"), vec!["create".to_owned()]);
        assert_eq!(changes, [created("bob"), created("cn-carol--ou")]);
        env.apply_and_verify(text);

        env.configure(&text.replace("ML Fraud", "ML Sales"));
        env.work.plan(&[]).outcome.assert_error(&["no group `ML Sales`", "display_name"]);
        env.configure(&text.replace(STORE, "d-1"));
        env.work.plan(&[]).outcome.assert_error(&["not the id of an identity store"]);
        env.configure(text);
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// The example of the guide: people in two groups have one user and one role; a name that MLSpace
    /// cannot have is told; who leaves the directory's group loses the role and the user.
    fn example_of_people_from_a_directory(env) {
        let group = |name: &str| create(env, "CreateGroup", json!({"DisplayName": name, "Description": "x"}));
        let (fraud, analysts) = (group("ML Fraud"), group("ML Analysts"));
        let alice = create_user(env, "alice@example.com");
        join(env, &fraud, &alice);
        join(env, &analysts, &alice);
        let bob = create_user(env, "bob@example.com");
        let of_bob = join(env, &analysts, &bob);
        add_member(env, &fraud, "o'brien@example.com");
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/people-from-directory");
        let read = |name: &str| fs::read_to_string(examples.join(name)).expect("the example");
        env.work.write("variables.tf", &read("variables.tf"));
        env.work.write("terraform.tfvars.json", &json!({"identity_store_id": STORE}).to_string());
        env.configure(&read("main.tf"));
        let applied = env.work.apply();
        applied.assert_ok();
        assert!(applied.stdout.contains("o'brien@example.com"), "{}", applied.stdout);
        env.plan().assert_empty();
        assert!(env.work.state("mlspace_user.this[\"alice@example.com\"]").is_some());
        assert_eq!(roles(env).len(), 3, "alice, bob and the lead: {:?}", roles(env));

        let left = json!({"IdentityStoreId": STORE, "MembershipId": of_bob["MembershipId"]});
        env.aws.call("identitystore", "DeleteGroupMembership", left);
        env.apply().assert_ok();
        env.plan().assert_empty();
        assert!(env.work.state("mlspace_user.this[\"bob@example.com\"]").is_none());
        assert_eq!(roles(env).len(), 2, "alice and the lead: {:?}", roles(env));
        env.destroy_and_verify();
    }
}
