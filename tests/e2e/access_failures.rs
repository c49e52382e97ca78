//! What can only be known at apply: the error says what to do, and nothing made is lost from state.

use serde_json::json;

use crate::support::{PEOPLE, Stage, TEAM, notebook, scenario};

/// Repairs nothing, and checks that the next apply of the same configuration gets there.
#[track_caller]
fn converges_afterwards(stage: &Stage) {
    stage.aws.clear_faults();
    stage.apply().assert_ok();
    stage.plan().assert_empty();
    stage.strike();
}

scenario! {
    /// A table that the same configuration might make is missing: the plan goes through, the apply names it, and what
    /// does not need it is made and stays known.
    fn missing_table_of_datasets(stage) {
        let table = "mlspace-datasets";
        stage.configure(TEAM);
        remove_table(stage, table);
        let planned = stage.work.plan(&[]);
        planned.outcome.assert_ok();
        stage.apply().assert_error(&[table]);
        for address in ["mlspace_project.fraud", "mlspace_membership.alice"] {
            assert!(stage.work.state(address).is_some(), "{address} was lost");
        }
        assert!(stage.work.state("mlspace_dataset.cards").is_none());
        make_table(stage, table, ["scope", "name"]);
        converges_afterwards(stage);
    }
}

scenario! {
    /// A table that only the last step needs is missing: what was made before stays known.
    fn missing_table_of_schedules(stage) {
        let table = "mlspace-resource-schedule";
        stage.configure(TEAM);
        remove_table(stage, table);
        stage.apply().assert_error(&[table]);
        for address in ["mlspace_project.fraud", "mlspace_membership.alice", "mlspace_notebook.alice"] {
            assert!(stage.work.state(address).is_some(), "{address} was lost");
        }
        make_table(stage, table, ["resourceId", "resourceType"]);
        converges_afterwards(stage);
    }
}

/// Makes a table with these two keys, and waits until it can be used.
fn make_table(stage: &Stage, name: &str, [hash, range]: [&str; 2]) {
    stage.aws.aws(
        "dynamodb",
        "CreateTable",
        json!({
            "TableName": name,
            "AttributeDefinitions": [
                {"AttributeName": hash, "AttributeType": "S"},
                {"AttributeName": range, "AttributeType": "S"},
            ],
            "KeySchema": [
                {"AttributeName": hash, "KeyType": "HASH"},
                {"AttributeName": range, "KeyType": "RANGE"},
            ],
            "BillingMode": "PAY_PER_REQUEST",
        }),
    );
    for _ in 0..3 {
        stage
            .aws
            .aws("dynamodb", "DescribeTable", json!({"TableName": name}));
    }
}

fn remove_table(stage: &Stage, name: &str) {
    stage
        .aws
        .aws("dynamodb", "DeleteTable", json!({"TableName": name}));
}

scenario! {
    /// The same for the bucket: without it no dataset is recorded.
    fn missing_bucket(stage) {
        stage.configure(TEAM);
        let path = format!("/{}", stage.aws.seeded("data_bucket"));
        stage.aws.s3(&json!({"method": "DELETE", "path": path}));
        stage.apply().assert_error(&[stage.aws.seeded("data_bucket")]);
        assert_eq!(stage.aws.world()["tables"]["mlspace-datasets"], json!([]));
        stage.aws.s3(&json!({"method": "PUT", "path": path}));
        converges_afterwards(stage);
    }
}

scenario! {
    /// A refused call is named; the resource is kept as far as it came.
    fn access_denied(stage) {
        const DENIED: [(&str, &str); 6] = [
            ("iam", "CreatePolicy"),
            ("iam", "CreateRole"),
            ("iam", "AttachRolePolicy"),
            ("iam", "PutRolePolicy"),
            ("dynamodb", "PutItem"),
            ("sagemaker", "CreateNotebookInstance"),
        ];
        for (service, action) in DENIED {
            stage.configure(TEAM);
            stage.aws.fault(&json!({
                "mode": "error",
                "service": service,
                "action": action,
                "times": 100,
                "code": if service == "dynamodb" || service == "sagemaker" { "AccessDeniedException" } else { "AccessDenied" },
                "message": format!("User is not authorized to perform: {service}:{action}"),
            }));
            let outcome = stage.apply();
            let struck = stage.aws.clear_faults();
            assert!(struck.iter().any(|times| *times > 0), "{service}:{action} was never called");
            outcome.assert_error(&[&format!("{service}:{action}")]);
            stage.apply().assert_ok();
            stage.plan().assert_empty();
            stage.strike();
        }
    }
}

scenario! {
    /// A role, policy or instance of someone else's in the way is left alone, and named.
    fn objects_of_others_in_the_way(stage) {
        stage.converge(PEOPLE);
        let role = stage.attribute("mlspace_membership.alice", "role_name");
        stage.strike();

        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}],
        });
        let params = json!({"RoleName": role, "AssumeRolePolicyDocument": trust.to_string()});
        stage.aws.aws("iam", "CreateRole", params);
        let theirs = stage.aws.world()["roles"].clone();
        stage.apply().assert_error(&[role.as_str().expect("a name")]);
        assert_eq!(stage.aws.world()["roles"], theirs, "someone else's role stays as it is");
        assert!(stage.work.state("mlspace_project.fraud").is_some());
        stage.aws.aws("iam", "DeleteRole", json!({"RoleName": role}));

        let document = json!({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
        }).to_string();
        let params = json!({"PolicyName": "MLSpace-user-alice", "PolicyDocument": document});
        stage.aws.aws("iam", "CreatePolicy", params);
        stage.apply().assert_error(&["MLSpace-user-alice"]);
        let arn = "arn:aws:iam::123456789012:policy/MLSpace-user-alice";
        let kept = &stage.aws.world()["policies"][arn]["document"];
        assert_eq!(kept.to_string(), serde_json::from_str::<serde_json::Value>(&document).expect("JSON").to_string());
        stage.aws.aws("iam", "DeletePolicy", json!({"PolicyArn": arn}));
        converges_afterwards(stage);
    }
}

scenario! {
    /// A notebook needs its user to be a member.
    fn notebook_of_a_stranger(stage) {
        let text = notebook("instance_type = \"ml.t3.medium\"")
            .replace("user    = mlspace_membership.alice.user", "user    = \"mallory\"");
        stage.converge(PEOPLE);
        stage.configure(&text);
        let plan = stage.work.plan(&[]);
        plan.outcome.assert_error(&["mallory", "member"]);
        assert_eq!(stage.aws.world()["notebooks"], json!({}));
        stage.configure(PEOPLE);
        stage.strike();
    }
}

scenario! {
    /// An instance that fails to start is in the state, with the reason in the error.
    fn notebook_that_fails(stage) {
        stage.configure(TEAM);
        stage.aws.set_notebook("alice-fraud", "fail_next", "insufficient capacity for ml.t3.medium");
        stage.apply().assert_error(&["insufficient capacity"]);
        assert!(stage.work.state("mlspace_notebook.alice").is_some());
        converges_afterwards(stage);
    }
}

scenario! {
    /// Time runs out while an instance starts: the error says so, and the instance isn't lost.
    fn notebook_that_takes_too_long(stage) {
        stage.aws.pace(u32::MAX);
        stage.configure(&notebook("instance_type = \"ml.t3.medium\"\n timeouts {\n create = \"3s\"\n }"));
        stage.apply().assert_error(&["alice-fraud", "Pending"]);
        assert!(stage.work.state("mlspace_notebook.alice").is_some());
        stage.aws.pace(1);
        stage.configure(TEAM);
        converges_afterwards(stage);
    }
}

scenario! {
    /// Projects with members and datasets with objects aren't destroyed by accident.
    fn destroy_refuses(stage) {
        stage.converge(TEAM);
        stage.aws.put_object("project/fraud/datasets/cards-2026/part-0001.csv");
        stage.work.destroy().assert_error(&["force_destroy"]);
        let kept = stage.work.state("mlspace_dataset.cards").expect("still there");
        assert_eq!(kept["id"], "project/fraud/cards-2026");

        // Someone else's member keeps the project, and is named.
        let force = TEAM.replace("scope       = mlspace_project.fraud.name", "scope       = mlspace_project.fraud.name\n  force_destroy = true");
        stage.configure(&force);
        stage.apply().assert_ok();
        let row = json!({"project": {"S": "fraud"}, "user": {"S": "zoe"}, "permissions": {"L": []}, "role": {"S": ""}});
        stage.aws.aws("dynamodb", "PutItem", json!({"TableName": "mlspace-project-users", "Item": row}));
        stage.work.destroy().assert_error(&["zoe"]);
        assert!(stage.work.state("mlspace_project.fraud").is_some());
        assert!(stage.work.state("mlspace_dataset.cards").is_none());
        let key = json!({"project": {"S": "fraud"}, "user": {"S": "zoe"}});
        stage.aws.aws("dynamodb", "DeleteItem", json!({"TableName": "mlspace-project-users", "Key": key}));
        stage.strike();
    }
}

scenario! {
    /// With `force_destroy`, every object, version and unfinished upload goes.
    fn force_destroy_of_many_objects(stage) {
        let bucket = stage.aws.seeded("data_bucket").to_owned();
        let versioned = "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>";
        stage.aws.s3(&json!({"method": "PUT", "path": format!("/{bucket}"), "query": "versioning", "body": versioned}));
        let force = TEAM.replace("scope       = mlspace_project.fraud.name", "scope       = mlspace_project.fraud.name\n  force_destroy = true");
        stage.converge(&force);
        let prefix = "project/fraud/datasets/cards-2026/";
        for n in 0..1100 {
            stage.aws.put_object(&format!("{prefix}part-{n:05}"));
        }
        stage.aws.put_object(&format!("{prefix}part-00000"));
        let doomed = format!("/{bucket}/{prefix}part-00001");
        stage.aws.s3(&json!({"method": "DELETE", "path": doomed}));
        // A neighbour whose name begins alike is none of our business.
        stage.aws.put_object("project/fraud/datasets/cards-2026-old/keep.csv");
        stage.work.destroy().assert_ok();
        let objects = &stage.aws.world()["buckets"][&bucket]["objects"];
        assert_eq!(*objects, json!({"project/fraud/datasets/cards-2026-old/keep.csv": 1}));
    }
}
