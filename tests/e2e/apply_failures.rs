//! Failures that only an apply can find: the error says what to do, and no created object is lost
//! from the state.

use serde_json::json;

use crate::support::{PEOPLE, TEAM, TestEnv, e2e_test, notebook};

/// Verifies that the next apply of the same configuration succeeds without any repair.
#[track_caller]
fn verify_recovery(env: &TestEnv) {
    env.aws.clear_faults();
    env.apply().assert_ok();
    env.plan().assert_empty();
    env.destroy_and_verify();
}

e2e_test! {
    /// The same configuration might create the missing table, so the plan succeeds. The apply names
    /// it, and what does not need it is created and in the state.
    fn datasets_table_missing(env) {
        let table = "mlspace-datasets";
        env.configure(TEAM);
        delete_table(env, table);
        let planned = env.work.plan(&[]);
        planned.outcome.assert_ok();
        env.apply().assert_error(&[table]);
        for address in ["mlspace_project.fraud", "mlspace_membership.alice"] {
            assert!(env.work.state(address).is_some(), "{address} was lost");
        }
        assert!(env.work.state("mlspace_dataset.cards").is_none());
        create_table(env, table, ["scope", "name"]);
        verify_recovery(env);
    }
}

e2e_test! {
    /// Only the last step of a notebook needs the table: a warning, since an error would let
    /// Terraform replace the notebook.
    fn schedules_table_missing(env) {
        let table = "mlspace-resource-schedule";
        env.configure(TEAM);
        delete_table(env, table);
        let done = env.apply();
        done.assert_ok();
        let warnings = done.warnings();
        assert!(warnings.iter().any(|each| each.detail.contains(table)), "{warnings:?}");
        create_table(env, table, ["resourceId", "resourceType"]);
        let address = "mlspace_notebook.alice";
        env.plan().assert_only(address, &["update"]);
        verify_recovery(env);
    }
}

/// Creates a table with these two keys, and waits until it is active.
fn create_table(env: &TestEnv, name: &str, [hash, range]: [&str; 2]) {
    env.aws.call(
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
        env.aws
            .call("dynamodb", "DescribeTable", json!({"TableName": name}));
    }
}

fn delete_table(env: &TestEnv, name: &str) {
    env.aws
        .call("dynamodb", "DeleteTable", json!({"TableName": name}));
}

e2e_test! {
    /// Without the bucket, no dataset is recorded.
    fn data_bucket_missing(env) {
        env.configure(TEAM);
        let path = format!("/{}", env.aws.seeded("data_bucket"));
        env.aws.s3(&json!({"method": "DELETE", "path": path}));
        env.apply().assert_error(&[env.aws.seeded("data_bucket")]);
        assert_eq!(env.aws.account_state()["tables"]["mlspace-datasets"], json!([]));
        env.aws.s3(&json!({"method": "PUT", "path": path}));
        verify_recovery(env);
    }
}

e2e_test! {
    /// The error names the denied call, and what was created before it is in the state.
    fn access_denied(env) {
        const DENIED: [(&str, &str); 6] = [
            ("iam", "CreatePolicy"),
            ("iam", "CreateRole"),
            ("iam", "AttachRolePolicy"),
            ("iam", "PutRolePolicy"),
            ("dynamodb", "PutItem"),
            ("sagemaker", "CreateNotebookInstance"),
        ];
        for (service, action) in DENIED {
            env.configure(TEAM);
            env.aws.fault(&json!({
                "mode": "error",
                "service": service,
                "action": action,
                "times": 100,
                "code": if service == "dynamodb" || service == "sagemaker" { "AccessDeniedException" } else { "AccessDenied" },
                "message": format!("User is not authorized to perform: {service}:{action}"),
            }));
            let outcome = env.apply();
            let counts = env.aws.clear_faults();
            assert!(counts.iter().any(|times| *times > 0), "{service}:{action} was never called");
            outcome.assert_error(&[&format!("{service}:{action}")]);
            env.apply().assert_ok();
            env.plan().assert_empty();
            env.destroy_and_verify();
        }
    }
}

e2e_test! {
    /// An existing role or policy of someone else is left unchanged, and the error names it.
    fn names_taken_by_others(env) {
        env.apply_and_verify(PEOPLE);
        let role = env.attribute("mlspace_membership.alice", "role_name");
        env.destroy_and_verify();

        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}],
        });
        let params = json!({"RoleName": role, "AssumeRolePolicyDocument": trust.to_string()});
        env.aws.call("iam", "CreateRole", params);
        let theirs = env.aws.account_state()["roles"].clone();
        env.apply().assert_error(&[role.as_str().expect("a name")]);
        assert_eq!(env.aws.account_state()["roles"], theirs, "someone else's role is unchanged");
        assert_eq!(env.work.state("mlspace_project.fraud"), None, "the plan finds it");
        env.aws.call("iam", "DeleteRole", json!({"RoleName": role}));

        let document = json!({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
        }).to_string();
        let params = json!({"PolicyName": "MLSpace-user-alice", "PolicyDocument": document});
        env.aws.call("iam", "CreatePolicy", params);
        env.apply().assert_error(&["MLSpace-user-alice"]);
        let arn = "arn:aws:iam::123456789012:policy/MLSpace-user-alice";
        let kept = &env.aws.account_state()["policies"][arn]["document"];
        assert_eq!(kept.to_string(), serde_json::from_str::<serde_json::Value>(&document).expect("JSON").to_string());
        env.aws.call("iam", "DeletePolicy", json!({"PolicyArn": arn}));
        verify_recovery(env);
    }
}

e2e_test! {
    /// A notebook's user must be a member.
    fn notebook_of_non_member(env) {
        let text = notebook("instance_type = \"ml.t3.medium\"")
            .replace("user    = mlspace_membership.alice.user", "user    = \"mallory\"");
        env.apply_and_verify(PEOPLE);
        env.configure(&text);
        let plan = env.work.plan(&[]);
        plan.outcome.assert_error(&["mallory", "member"]);
        assert_eq!(env.aws.account_state()["notebooks"], json!({}));
        env.configure(PEOPLE);
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// The instance is in the state, and the error contains the reason.
    fn notebook_fails_to_start(env) {
        env.configure(TEAM);
        env.aws.set_notebook("alice-fraud", "fail_next", "insufficient capacity for ml.t3.medium");
        let failed = env.apply();
        failed.assert_error(&["insufficient capacity", "next plan replaces it", "terraform untaint"]);
        assert!(env.work.state("mlspace_notebook.alice").is_some());
        verify_recovery(env);
    }
}

e2e_test! {
    /// Projects with members and datasets with objects are not destroyed by accident.
    fn destroy_of_non_empty_resources(env) {
        env.apply_and_verify(TEAM);
        env.aws.put_object("project/fraud/datasets/cards-2026/part-0001.csv");
        env.work.destroy().assert_error(&["force_destroy"]);
        let kept = env.work.state("mlspace_dataset.cards").expect("still there");
        assert_eq!(kept["id"], "project/fraud/cards-2026");

        // A membership that Terraform does not manage keeps the project, and the error names it.
        let force = TEAM.replace("scope       = mlspace_project.fraud.name", "scope       = mlspace_project.fraud.name\n  force_destroy = true");
        env.configure(&force);
        env.apply().assert_ok();
        let item = json!({"project": {"S": "fraud"}, "user": {"S": "zoe"}, "permissions": {"L": []}, "role": {"S": ""}});
        env.aws.call("dynamodb", "PutItem", json!({"TableName": "mlspace-project-users", "Item": item}));
        env.work.destroy().assert_error(&["zoe"]);
        assert!(env.work.state("mlspace_project.fraud").is_some());
        assert!(env.work.state("mlspace_dataset.cards").is_none());
        let key = json!({"project": {"S": "fraud"}, "user": {"S": "zoe"}});
        env.aws.call("dynamodb", "DeleteItem", json!({"TableName": "mlspace-project-users", "Key": key}));
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// With `force_destroy`, every object, version and unfinished upload is deleted.
    fn force_destroy_of_many_objects(env) {
        let bucket = env.aws.seeded("data_bucket").to_owned();
        let versioned = "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>";
        env.aws.s3(&json!({"method": "PUT", "path": format!("/{bucket}"), "query": "versioning", "body": versioned}));
        let force = TEAM.replace("scope       = mlspace_project.fraud.name", "scope       = mlspace_project.fraud.name\n  force_destroy = true");
        env.apply_and_verify(&force);
        let prefix = "project/fraud/datasets/cards-2026/";
        for n in 0..1100 {
            env.aws.put_object(&format!("{prefix}part-{n:05}"));
        }
        env.aws.put_object(&format!("{prefix}part-00000"));
        let doomed = format!("/{bucket}/{prefix}part-00001");
        env.aws.s3(&json!({"method": "DELETE", "path": doomed}));
        // A dataset whose name begins the same is not touched.
        env.aws.put_object("project/fraud/datasets/cards-2026-old/keep.csv");
        env.work.destroy().assert_ok();
        let objects = &env.aws.account_state()["buckets"][&bucket]["objects"];
        assert_eq!(*objects, json!({"project/fraud/datasets/cards-2026-old/keep.csv": 1}));
    }
}
