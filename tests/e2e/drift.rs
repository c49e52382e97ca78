//! What someone else changed is seen by the next plan, and mended by the next apply.

use serde_json::{Value, json};

use crate::support::{Stage, TEAM, scenario};

const PROJECT_POLICY: &str = "arn:aws:iam::123456789012:policy/MLSpace-project-fraud";
const USER_POLICY: &str = "arn:aws:iam::123456789012:policy/MLSpace-user-alice";

/// Plans exactly this change, applies it, and checks that the account is as it was.
#[track_caller]
fn seen_and_mended(stage: &Stage, good: &Value, address: &str, actions: &[&str]) {
    stage.plan().assert_only(address, actions);
    stage.apply().assert_ok();
    stage.plan().assert_empty();
    let mut now = stage.aws.world();
    let mut good = good.clone();
    for world in [&mut now, &mut good] {
        // Times of change and numbers of policy versions differ, as they should.
        for policy in world["policies"]
            .as_object_mut()
            .expect("policies")
            .values_mut()
        {
            policy["versions"] = Value::Null;
        }
        for table in world["tables"]
            .as_object_mut()
            .expect("tables")
            .values_mut()
        {
            for item in table.as_array_mut().expect("items") {
                let item = item.as_object_mut().expect("an item");
                for time in ["createdAt", "lastUpdatedAt", "terminationTime"] {
                    item.remove(time);
                }
            }
        }
    }
    assert_eq!(now, good);
}

fn role(stage: &Stage) -> String {
    let name = stage.attribute("mlspace_membership.alice", "role_name");
    name.as_str().expect("a name").to_owned()
}

const UPDATE: &[&str] = &["update"];
const CREATE: &[&str] = &["create"];

scenario! {
    /// An edited project policy is drift; the same policy in other words is not.
    fn project_policy_edited(stage) {
        stage.converge(TEAM);
        let good = stage.aws.world();
        let put = |document: &Value| {
            let params = json!({
                "PolicyArn": PROJECT_POLICY,
                "PolicyDocument": document.to_string(),
                "SetAsDefault": "true",
            });
            stage.aws.aws("iam", "CreatePolicyVersion", params)
        };
        let mut document = good["policies"][PROJECT_POLICY]["document"].clone();
        document["Statement"].as_array_mut().expect("statements").reverse();
        put(&document);
        stage.plan().assert_empty();

        let everything = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
        document["Statement"].as_array_mut().expect("statements").push(everything.clone());
        put(&document);
        seen_and_mended(stage, &good, "mlspace_project.fraud", UPDATE);
        stage.strike();
    }
}

scenario! {
    /// A role that lost a policy, gained one, or carries another inline policy.
    fn role_policies(stage) {
        stage.converge(TEAM);
        let good = stage.aws.world();
        let role = role(stage);
        let member = "mlspace_membership.alice";

        for policy in [PROJECT_POLICY, USER_POLICY, stage.aws.seeded("base_policy_arn")] {
            let params = json!({"RoleName": role, "PolicyArn": policy});
            stage.aws.aws("iam", "DetachRolePolicy", params);
            seen_and_mended(stage, &good, member, UPDATE);
        }

        let admin = json!({
            "RoleName": role,
            "PolicyName": "admin",
            "PolicyDocument": json!({
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
            }).to_string(),
        });
        stage.aws.aws("iam", "PutRolePolicy", admin);
        seen_and_mended(stage, &good, member, UPDATE);

        let names = good["roles"][&role]["inline"].as_object().expect("inline policies").clone();
        let ours = names.keys().next().expect("the pass-role policy");
        stage.aws.aws("iam", "DeleteRolePolicy", json!({"RoleName": role, "PolicyName": ours}));
        seen_and_mended(stage, &good, member, UPDATE);
        stage.strike();
    }
}

scenario! {
    /// A role's tags, trust and boundary.
    fn role_itself(stage) {
        stage.converge(TEAM);
        let good = stage.aws.world();
        let role = role(stage);
        let member = "mlspace_membership.alice";

        let tags = json!([{"Key": "project", "Value": "churn"}]);
        stage.aws.aws("iam", "TagRole", json!({"RoleName": role, "Tags": tags}));
        seen_and_mended(stage, &good, member, UPDATE);

        stage.aws.aws("iam", "DeleteRolePermissionsBoundary", json!({"RoleName": role}));
        seen_and_mended(stage, &good, member, UPDATE);

        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": ["sagemaker.amazonaws.com", "ec2.amazonaws.com"]},
            }],
        });
        let params = json!({"RoleName": role, "PolicyDocument": trust.to_string()});
        stage.aws.aws("iam", "UpdateAssumeRolePolicy", params);
        seen_and_mended(stage, &good, member, UPDATE);
        stage.strike();
    }
}

scenario! {
    /// A record that was deleted, or edited.
    fn records(stage) {
        stage.converge(TEAM);
        let good = stage.aws.world();

        let key = json!({"project": {"S": "fraud"}, "user": {"S": "alice"}});
        stage.aws.aws("dynamodb", "DeleteItem", json!({"TableName": "mlspace-project-users", "Key": key}));
        seen_and_mended(stage, &good, "mlspace_membership.alice", UPDATE);

        let key = json!({"name": {"S": "fraud"}});
        stage.aws.aws("dynamodb", "DeleteItem", json!({"TableName": "mlspace-projects", "Key": key}));
        seen_and_mended(stage, &good, "mlspace_project.fraud", UPDATE);

        let key = json!({"scope": {"S": "fraud"}, "name": {"S": "cards-2026"}});
        stage.aws.aws("dynamodb", "DeleteItem", json!({"TableName": "mlspace-datasets", "Key": key}));
        seen_and_mended(stage, &good, "mlspace_dataset.cards", CREATE);

        let edit = json!({
            "TableName": "mlspace-datasets",
            "Key": key,
            "UpdateExpression": "SET description = :d",
            "ExpressionAttributeValues": {":d": {"S": "someone else's words"}},
        });
        stage.aws.aws("dynamodb", "UpdateItem", edit);
        seen_and_mended(stage, &good, "mlspace_dataset.cards", UPDATE);
        stage.strike();
    }
}

scenario! {
    /// What other programs keep in a record survives our updates.
    fn foreign_attributes_survive(stage) {
        stage.converge(TEAM);
        let edit = json!({
            "TableName": "mlspace-projects",
            "Key": {"name": {"S": "fraud"}},
            "UpdateExpression": "SET costCenter = :c",
            "ExpressionAttributeValues": {":c": {"S": "4711"}},
        });
        stage.aws.aws("dynamodb", "UpdateItem", edit);
        stage.plan().assert_empty();
        stage.converge(&TEAM.replace("Card fraud models", "Models against card fraud"));
        let record = &stage.aws.world()["tables"]["mlspace-projects"][0];
        assert_eq!(record["costCenter"]["S"], "4711");
        assert_eq!(record["description"]["S"], "Models against card fraud");
        stage.strike();
    }
}

scenario! {
    /// A notebook that was stopped, lost a tag, failed, or is gone.
    fn notebook(stage) {
        stage.converge(TEAM);
        let good = stage.aws.world();
        let address = "mlspace_notebook.alice";
        let named = json!({"NotebookInstanceName": "alice-fraud"});

        stage.aws.aws("sagemaker", "StopNotebookInstance", named.clone());
        stage.aws.settle();
        seen_and_mended(stage, &good, address, UPDATE);

        let arn = "arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/alice-fraud";
        let params = json!({"ResourceArn": arn, "TagKeys": ["user"]});
        stage.aws.aws("sagemaker", "DeleteTags", params);
        seen_and_mended(stage, &good, address, UPDATE);

        stage.aws.set_notebook("alice-fraud", "Stopped", "");
        stage.aws.aws("sagemaker", "DeleteNotebookInstance", named);
        stage.aws.settle();
        seen_and_mended(stage, &good, address, CREATE);

        stage.aws.set_notebook("alice-fraud", "Failed", "out of capacity");
        let changes = stage.plan().changes();
        assert_eq!(changes.len(), 1, "{changes:?}");
        stage.apply().assert_ok();
        stage.plan().assert_empty();
        assert_eq!(stage.aws.world()["notebooks"], good["notebooks"]);
        stage.strike();
    }
}

scenario! {
    /// A role that was deleted outright, with everything on it.
    fn role_deleted(stage) {
        stage.converge(TEAM);
        let good = stage.aws.world();
        let role = role(stage);
        for policy in good["roles"][&role]["attached"].as_array().expect("policies") {
            stage.aws.aws("iam", "DetachRolePolicy", json!({"RoleName": role, "PolicyArn": policy}));
        }
        for name in good["roles"][&role]["inline"].as_object().expect("policies").keys() {
            stage.aws.aws("iam", "DeleteRolePolicy", json!({"RoleName": role, "PolicyName": name}));
        }
        stage.aws.aws("iam", "DeleteRole", json!({"RoleName": role}));
        seen_and_mended(stage, &good, "mlspace_membership.alice", UPDATE);
        stage.strike();
    }
}
