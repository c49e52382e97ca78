//! Changes outside of Terraform: the next plan shows them, and the next apply repairs them.

use serde_json::{Value, json};

use crate::support::{TEAM, TestEnv, assert_same_account, e2e_test, without_timestamps};

const PROJECT_POLICY: &str = "arn:aws:iam::123456789012:policy/MLSpace-project-fraud";
const USER_POLICY: &str = "arn:aws:iam::123456789012:policy/MLSpace-user-alice";

/// Verifies that the plan is exactly this change, and that its apply restores the account.
#[track_caller]
fn verify_drift_repaired(env: &TestEnv, original: &Value, address: &str, actions: &[&str]) {
    env.plan().assert_only(address, actions);
    env.apply().assert_ok();
    env.plan().assert_empty();
    assert_same_account(env.aws.account_state(), original.clone());
}

fn role(env: &TestEnv) -> String {
    let name = env.attribute("mlspace_membership.alice", "role_name");
    name.as_str().expect("a name").to_owned()
}

const UPDATE: &[&str] = &["update"];
const CREATE: &[&str] = &["create"];

e2e_test! {
    /// A policy with other statements is drift; the same statements in another order are not.
    fn project_policy(env) {
        env.apply_and_verify(TEAM);
        let original = env.aws.account_state();
        let put = |document: &Value| {
            let params = json!({
                "PolicyArn": PROJECT_POLICY,
                "PolicyDocument": document.to_string(),
                "SetAsDefault": "true",
            });
            env.aws.call("iam", "CreatePolicyVersion", params)
        };
        let mut document = original["policies"][PROJECT_POLICY]["document"].clone();
        document["Statement"].as_array_mut().expect("statements").reverse();
        put(&document);
        env.plan().assert_empty();

        let everything = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
        document["Statement"].as_array_mut().expect("statements").push(everything.clone());
        put(&document);
        verify_drift_repaired(env, &original, "mlspace_project.fraud", UPDATE);
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// A role that lost a policy, gained one, or has another inline policy.
    fn role_policies(env) {
        env.apply_and_verify(TEAM);
        let original = env.aws.account_state();
        let role = role(env);
        let member = "mlspace_membership.alice";

        for policy in [PROJECT_POLICY, USER_POLICY, env.aws.seeded("base_policy_arn")] {
            let params = json!({"RoleName": role, "PolicyArn": policy});
            env.aws.call("iam", "DetachRolePolicy", params);
            verify_drift_repaired(env, &original, member, UPDATE);
        }

        let admin = json!({
            "RoleName": role,
            "PolicyName": "admin",
            "PolicyDocument": json!({
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
            }).to_string(),
        });
        env.aws.call("iam", "PutRolePolicy", admin);
        verify_drift_repaired(env, &original, member, UPDATE);

        let names = original["roles"][&role]["inline"].as_object().expect("inline policies").clone();
        let ours = names.keys().next().expect("the pass-role policy");
        env.aws.call("iam", "DeleteRolePolicy", json!({"RoleName": role, "PolicyName": ours}));
        verify_drift_repaired(env, &original, member, UPDATE);
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// A role's tags, trust policy and boundary.
    fn role_settings(env) {
        env.apply_and_verify(TEAM);
        let original = env.aws.account_state();
        let role = role(env);
        let member = "mlspace_membership.alice";

        let tags = json!([{"Key": "project", "Value": "churn"}]);
        env.aws.call("iam", "TagRole", json!({"RoleName": role, "Tags": tags}));
        verify_drift_repaired(env, &original, member, UPDATE);

        env.aws.call("iam", "DeleteRolePermissionsBoundary", json!({"RoleName": role}));
        verify_drift_repaired(env, &original, member, UPDATE);

        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": ["sagemaker.amazonaws.com", "ec2.amazonaws.com"]},
            }],
        });
        let params = json!({"RoleName": role, "PolicyDocument": trust.to_string()});
        env.aws.call("iam", "UpdateAssumeRolePolicy", params);
        verify_drift_repaired(env, &original, member, UPDATE);
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// A record that was deleted, or edited.
    fn records(env) {
        env.apply_and_verify(TEAM);
        let original = env.aws.account_state();

        let key = json!({"project": {"S": "fraud"}, "user": {"S": "alice"}});
        env.aws.call("dynamodb", "DeleteItem", json!({"TableName": "mlspace-project-users", "Key": key}));
        verify_drift_repaired(env, &original, "mlspace_membership.alice", UPDATE);

        let key = json!({"name": {"S": "fraud"}});
        env.aws.call("dynamodb", "DeleteItem", json!({"TableName": "mlspace-projects", "Key": key}));
        verify_drift_repaired(env, &original, "mlspace_project.fraud", UPDATE);

        let key = json!({"scope": {"S": "fraud"}, "name": {"S": "cards-2026"}});
        env.aws.call("dynamodb", "DeleteItem", json!({"TableName": "mlspace-datasets", "Key": key}));
        verify_drift_repaired(env, &original, "mlspace_dataset.cards", CREATE);

        let edit = json!({
            "TableName": "mlspace-datasets",
            "Key": key,
            "UpdateExpression": "SET description = :d",
            "ExpressionAttributeValues": {":d": {"S": "another description"}},
        });
        env.aws.call("dynamodb", "UpdateItem", edit);
        verify_drift_repaired(env, &original, "mlspace_dataset.cards", UPDATE);
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Attributes that other programs add to a record are kept by our updates.
    fn unknown_attributes_of_records(env) {
        env.apply_and_verify(TEAM);
        let edit = json!({
            "TableName": "mlspace-projects",
            "Key": {"name": {"S": "fraud"}},
            "UpdateExpression": "SET costCenter = :c",
            "ExpressionAttributeValues": {":c": {"S": "4711"}},
        });
        env.aws.call("dynamodb", "UpdateItem", edit);
        env.plan().assert_empty();
        env.apply_and_verify(&TEAM.replace("Card fraud models", "Models against card fraud"));
        let record = &env.aws.account_state()["tables"]["mlspace-projects"][0];
        assert_eq!(record["costCenter"]["S"], "4711");
        assert_eq!(record["description"]["S"], "Models against card fraud");
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// A notebook that was stopped, lost a tag, was deleted, or failed.
    fn notebook(env) {
        let running = TEAM.replace("volume_size     = 20", "volume_size     = 20\n  running         = true");
        env.apply_and_verify(&running);
        let original = env.aws.account_state();
        let address = "mlspace_notebook.alice";
        let named = json!({"NotebookInstanceName": "alice-fraud"});

        env.aws.call("sagemaker", "StopNotebookInstance", named.clone());
        env.aws.finish_transitions();
        verify_drift_repaired(env, &original, address, UPDATE);

        let arn = "arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/alice-fraud";
        let params = json!({"ResourceArn": arn, "TagKeys": ["user"]});
        env.aws.call("sagemaker", "DeleteTags", params);
        verify_drift_repaired(env, &original, address, UPDATE);

        env.aws.set_notebook("alice-fraud", "Stopped", "");
        env.aws.call("sagemaker", "DeleteNotebookInstance", named);
        env.aws.finish_transitions();
        verify_drift_repaired(env, &original, address, CREATE);

        env.aws.set_notebook("alice-fraud", "Failed", "out of capacity");
        let changes = env.plan().changes();
        assert_eq!(changes.len(), 1, "{changes:?}");
        env.apply().assert_ok();
        env.plan().assert_empty();
        let found = without_timestamps(env.aws.account_state());
        assert_eq!(found["notebooks"], without_timestamps(original)["notebooks"]);
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// A role that was deleted with its policies.
    fn role_deleted(env) {
        env.apply_and_verify(TEAM);
        let original = env.aws.account_state();
        let role = role(env);
        for policy in original["roles"][&role]["attached"].as_array().expect("policies") {
            env.aws.call("iam", "DetachRolePolicy", json!({"RoleName": role, "PolicyArn": policy}));
        }
        for name in original["roles"][&role]["inline"].as_object().expect("policies").keys() {
            env.aws.call("iam", "DeleteRolePolicy", json!({"RoleName": role, "PolicyName": name}));
        }
        env.aws.call("iam", "DeleteRole", json!({"RoleName": role}));
        verify_drift_repaired(env, &original, "mlspace_membership.alice", UPDATE);
        env.destroy_and_verify();
    }
}
