//! `mlspace_identity_center_group`.

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
    let name = json!({"GivenName": user_name, "FamilyName": "Example"});
    let user = create(
        env,
        "CreateUser",
        json!({"UserName": user_name, "DisplayName": user_name, "Name": name}),
    );
    let membership = json!({"GroupId": group["GroupId"], "MemberId": {"UserId": user["UserId"]}});
    create(env, "CreateGroupMembership", membership);
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
