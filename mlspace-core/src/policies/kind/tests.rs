//! Documents asked for in words.

use serde_json::{Value, json};

use super::*;
use iam_policy::evaluate::{Caller, PolicySet, Request};
use iam_policy::lint::{LintOptions, LintTarget, lint};

fn deployment(more: Value) -> Value {
    let mut all = json!({
        "account_id": "123456789012",
        "region": "us-east-1",
        "data_bucket": "mlspace-data",
        "subnet_ids": ["subnet-0a"],
        "security_group_ids": ["sg-0a"],
        "kms_key_id": "alias/ml",
    });
    let more = more.as_object().unwrap().clone();
    all.as_object_mut().unwrap().extend(more);
    all
}

fn account(region: &str, more: Value) -> Value {
    let mut all = json!({"account_id": "123456789012", "region": region});
    let more = more.as_object().unwrap().clone();
    all.as_object_mut().unwrap().extend(more);
    all
}

fn make(kind: &str, parameters: &Value) -> Result<Vec<Document>, DocumentKindError> {
    document_kind(kind)?.documents(parameters)
}

/// What each kind needs beside the deployment.
fn examples() -> Vec<(&'static str, Value)> {
    let role = "arn:aws:iam::123456789012:role/platform";
    vec![
        ("project", json!({"project": "fraud", "suspended": true})),
        ("user", json!({"user": "alice"})),
        ("group", json!({"group": "analysts", "datasets": ["cards"]})),
        ("pass_role", json!({"project": "fraud", "user": "alice"})),
        ("trust", json!({})),
        ("permissions_boundary", json!({})),
        ("notebook_base", json!({})),
        ("attribute", json!({})),
        (
            "attribute_role",
            json!({"project": "fraud", "user": "alice"}),
        ),
        ("suspension", json!({"projects": ["fraud"]})),
        (
            "provider",
            json!({"permissions_boundary_arn": "arn:aws:iam::123456789012:policy/b", "table_names": {"projects": "p", "logs": "l"}}),
        ),
        (
            "provider_boundary",
            json!({"permissions_boundary_arn": "arn:aws:iam::123456789012:policy/b"}),
        ),
        ("platform_admin", json!({"table_names": {"projects": "p"}})),
        ("team_admin", json!({"projects": ["fraud", "atms"]})),
        ("data_scientist", json!({"endpoint_ids": ["vpce-1"]})),
        ("auditor", json!({"log_group_prefix": "/mlspace/"})),
        (
            "people_trust",
            json!({
                "principal_arns": [role],
                "saml_provider_arn": "arn:aws:iam::123456789012:saml-provider/corp",
                "web_identity_provider_arn": "arn:aws:iam::123456789012:oidc-provider/gitlab.example.com",
                "web_identity_subjects": ["project_path:acme/platform:ref_type:branch:ref:main"],
            }),
        ),
        (
            "instance_types",
            json!({"notebook_instance_types": ["ml.t3.*"]}),
        ),
        ("volume_key", json!({"exempt_instance_types": ["ml.g5.*"]})),
        ("denied_services", json!({"services": ["emr", "bedrock"]})),
        ("log_groups", json!({"log_group_prefix": "/aws/vpc/"})),
        ("flow_logs", json!({"log_group": "/aws/vpc/mlspace"})),
        ("flow_logs_trust", json!({})),
        ("trail_trust", json!({})),
        ("trail_log", json!({"log_group": "/mlspace/trail"})),
        ("alarm_topic", json!({"topic": "mlspace-alarms"})),
        (
            "bucket",
            json!({"bucket": "logs", "delivered_by": ["cloudtrail", "flow-logs", "s3-access-logs"]}),
        ),
        (
            "key",
            json!({"administrator_arns": [role], "log_group_prefixes": ["/aws/"], "used_by": ["cloudtrail", "flow-logs", "alarms"]}),
        ),
        (
            "endpoint",
            json!({"service": "s3", "buckets": ["mlspace-*"]}),
        ),
    ]
}

fn parameters(kind: &str, own: &Value) -> Value {
    match kind {
        "bucket" | "key" | "endpoint" => account("us-east-1", own.clone()),
        _ => deployment(own.clone()),
    }
}

#[test]
fn every_kind_makes_documents_that_fit_their_use() {
    let examples = examples();
    assert_eq!(
        DOCUMENT_KINDS
            .iter()
            .map(|kind| kind.name)
            .collect::<Vec<_>>(),
        examples.iter().map(|(kind, _)| *kind).collect::<Vec<_>>()
    );
    for (name, own) in &examples {
        let kind = document_kind(name).unwrap();
        let documents = kind.documents(&parameters(name, own)).unwrap();
        assert!(!documents.is_empty(), "{name}");
        for document in documents {
            if let Some(used) = kind.policy {
                assert_eq!(document.check(used), [], "{name}");
            }
            assert!(
                document
                    .statements
                    .iter()
                    .all(|statement| statement.sid.is_some()),
                "{name}"
            );
        }
    }
}

#[test]
fn no_document_is_faulty() {
    for (name, own) in examples() {
        let kind = document_kind(name).unwrap();
        // Together, since a guardrail may be spread over the documents of one role.
        let documents = kind.documents(&parameters(name, &own)).unwrap();
        let under = documents.iter().map(|document| LintTarget {
            label: name,
            policy_type: kind.policy.unwrap_or(PolicyType::Bucket),
            document,
        });
        let findings = lint(&under.collect::<Vec<_>>(), &LintOptions::default());
        assert!(findings.is_empty(), "{name}: {findings:?}");
    }
}

#[test]
fn every_partition_has_its_own_arns() {
    for (region, partition) in [
        ("us-gov-west-1", "aws-us-gov"),
        ("cn-north-1", "aws-cn"),
        ("us-east-1", "aws"),
    ] {
        for (name, own) in examples() {
            let own = Value::to_string(&own).replace("arn:aws:", &format!("arn:{partition}:"));
            let mut all = parameters(name, &serde_json::from_str(&own).unwrap());
            all["region"] = json!(region);
            all["partition"] = json!(partition);
            for document in make(name, &all).unwrap() {
                for arn in document.to_json().split("\"arn:").skip(1) {
                    assert!(
                        arn.starts_with(&format!("{partition}:")),
                        "{name}: arn:{arn}"
                    );
                }
            }
        }
    }
    let logs = account(
        "cn-north-1",
        json!({"administrator_arns": [], "log_group_prefixes": ["/aws/"]}),
    );
    let key = make("key", &logs).unwrap().remove(0).to_json();
    assert!(key.contains("logs.cn-north-1.amazonaws.com.cn"), "{key}");
}

#[test]
fn names_of_parameters_are_known_and_in_order() {
    let names: Vec<_> = DOCUMENT_PARAMETERS.iter().map(|known| known.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    for kind in DOCUMENT_KINDS {
        for name in kind.needs.iter().chain(kind.takes) {
            assert!(names.contains(name), "{}: {name}", kind.name);
        }
    }
}

#[test]
fn null_is_not_given() {
    let plain = account("us-east-1", json!({"bucket": "data"}));
    let nulls = account(
        "us-east-1",
        json!({"bucket": "data", "partition": null, "endpoint_ids": null, "kms_key_arn": null, "delivered_by": null}),
    );
    assert_eq!(make("bucket", &nulls), make("bucket", &plain));
    let missing = make("bucket", &account("us-east-1", json!({"bucket": null})));
    assert!(matches!(
        missing,
        Err(DocumentKindError::Missing { name: "bucket", .. })
    ));
}

#[test]
fn wrong_parameters_are_told_by_name() {
    let error = |kind: &str, parameters: Value| make(kind, &parameters).unwrap_err().to_string();
    let cases = [
        error("role", json!({})),
        error("bucket", json!([])),
        error(
            "bucket",
            account(
                "us-east-1",
                json!({"bucket": "data", "endpoint_id": ["vpce-1"]}),
            ),
        ),
        error(
            "bucket",
            account(
                "us-east-1",
                json!({"bucket": "data", "endpoint_ids": "vpce-1"}),
            ),
        ),
        error(
            "bucket",
            account("us-east-1", json!({"bucket": "data", "endpoint_ids": [1]})),
        ),
        error(
            "bucket",
            account(
                "us-east-1",
                json!({"bucket": "data", "delivered_by": ["config"]}),
            ),
        ),
        error(
            "bucket",
            json!({"account_id": 123_456_789_012_u64, "region": "us-east-1", "bucket": "data"}),
        ),
        error(
            "bucket",
            json!({"account_id": "1234", "region": "us-east-1", "bucket": "data"}),
        ),
        error("bucket", account("virginia", json!({"bucket": "data"}))),
        error(
            "bucket",
            account("cn-north-1", json!({"bucket": "data", "partition": "aws"})),
        ),
        error("endpoint", account("us-east-1", json!({"service": "s3"}))),
        error(
            "endpoint",
            account("us-east-1", json!({"service": "sts", "buckets": ["data"]})),
        ),
        error("endpoint", account("us-east-1", json!({"service": "S3*"}))),
        error("project", deployment(json!({"project": "fr*"}))),
        error("pass_role", deployment(json!({"project": "fraud"}))),
        error(
            "pass_role",
            deployment(json!({"role_arn": "arn:aws:iam::123456789012:role/*"})),
        ),
    ];
    insta::assert_snapshot!(cases.join("\n"));
}

#[test]
fn deliverers_come_through_the_denials_and_others_do_not() {
    let own = json!({
        "bucket": "logs",
        "endpoint_ids": ["vpce-1"],
        "kms_key_arn": "arn:aws:kms:us-east-1:123456789012:key/a",
        "delivered_by": ["cloudtrail", "flow-logs", "s3-access-logs"],
    });
    let policy = make("bucket", &account("us-east-1", own))
        .unwrap()
        .remove(0);
    let decide = |caller: Caller, secure: &str, source: &[&str]| {
        let request = Request::new(
            caller,
            "s3:PutObject",
            "arn:aws:s3:::logs/org/AWSLogs/123456789012/x",
        )
        .resource_account("123456789012")
        .context("aws:SecureTransport", [secure])
        .context("aws:SourceAccount", source.first().copied())
        .context("aws:SourceArn", source.get(1).copied())
        .context("s3:x-amz-server-side-encryption", ["AES256"])
        .context("s3:x-amz-acl", ["bucket-owner-full-control"]);
        let policies = PolicySet::new().resource("bucket", &policy);
        policies.decide(&request).is_allowed()
    };
    let service = |name: &str| Caller::Service(name.to_owned());
    let own = "123456789012";
    for (name, arn) in [
        (
            "cloudtrail",
            "arn:aws:cloudtrail:eu-west-1:123456789012:trail/all",
        ),
        ("delivery.logs", "arn:aws:logs:us-east-1:123456789012:x"),
        ("logging.s3", "arn:aws:s3:::data"),
    ] {
        let name = format!("{name}.amazonaws.com");
        assert!(decide(service(&name), "true", &[own, arn]), "{name}");
        assert!(!decide(service(&name), "false", &[own, arn]), "{name}");
        assert!(!decide(service(&name), "true", &[]), "{name}");
        let foreign = ["444455556666", &arn.replace(own, "444455556666")];
        assert!(!decide(service(&name), "true", &foreign), "{name}");
    }
    assert!(!decide(service("config.amazonaws.com"), "true", &[own]));
    let person = Caller::from_arn("arn:aws:iam::123456789012:root").unwrap();
    assert!(!decide(person, "true", &[own]));
}
