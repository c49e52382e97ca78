//! Policies of resources: defaults and invalid values.

mod lint;
mod trail;

use super::*;
use crate::layout::Account;
use crate::policies::tests::{findings, strings};
use iam_policy::PolicyType;

fn bucket<'a>(account: &'a Account, readers: &'a [String]) -> BucketAccess<'a> {
    BucketAccess {
        account,
        bucket: "mlspace-data",
        endpoint_ids: &[],
        exempt_principal_arns: &[],
        member_role_arns: None,
        kms_key_arn: None,
        reader_arns: readers,
        delivered_by: &[],
    }
}

#[test]
fn bucket_policy_always_requires_tls() {
    let account = Account::new("123456789012", "us-east-1");
    let policy = bucket_policy(&bucket(&account, &[])).unwrap();
    let sids: Vec<_> = policy
        .statements
        .iter()
        .filter_map(|statement| statement.sid.as_deref())
        .collect();
    assert_eq!(sids, ["DenyPlainHttp", "DenyOldTls", "DenyTampering"]);
    assert_eq!(policy.check(PolicyType::Bucket), []);
}

#[test]
fn bucket_policy_compares_patterns_in_a_condition() {
    let account = Account::new("123456789012", "us-east-1");
    let readers = strings(&["arn:aws:iam::444455556666:role/ml-*"]);
    let policy = bucket_policy(&bucket(&account, &readers))
        .unwrap()
        .to_json();
    assert!(
        policy.contains(r#""Principal":{"AWS":"444455556666"}"#),
        "{policy}"
    );
    assert!(
        policy.contains(r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/ml-*"}"#),
        "{policy}"
    );
}

#[test]
fn principals_must_have_an_account() {
    let account = Account::new("123456789012", "us-east-1");
    for bad in [
        "*",
        "arn:aws:iam::*:role/x",
        "arn:*:iam::123456789012:role/x",
        "${aws:userid}",
        "arn:aws:s3:::x",
    ] {
        let readers = strings(&[bad]);
        assert!(bucket_policy(&bucket(&account, &readers)).is_err(), "{bad}");
        let key = KeyAccess {
            account: &account,
            administrator_arns: &[],
            user_arns: &readers,
            reader_arns: &[],
            endpoint_ids: &[],
            log_group_prefixes: &[],
            used_by: &[],
        };
        assert!(key_policy(&key).is_err(), "{bad}");
    }
}

#[test]
fn key_policy_allows_cloudwatch_logs() {
    let account = Account::new("123456789012", "us-east-1");
    let admins = strings(&["arn:aws:iam::123456789012:role/platform"]);
    let key = KeyAccess {
        account: &account,
        administrator_arns: &admins,
        user_arns: &[],
        reader_arns: &[],
        endpoint_ids: &[],
        log_group_prefixes: &strings(&["/aws/sagemaker/", "/mlspace/"]),
        used_by: &[],
    };
    let policy = key_policy(&key).unwrap();
    assert_eq!(policy.check(PolicyType::Key), []);
    let json = policy.to_json();
    assert!(json.contains("logs.us-east-1.amazonaws.com"), "{json}");
    for prefix in ["/aws/sagemaker/", "/mlspace/"] {
        assert!(json.contains(&format!("log-group:{prefix}*")), "{json}");
    }
    let wild = KeyAccess {
        log_group_prefixes: &strings(&["*"]),
        ..key
    };
    key_policy(&wild).unwrap_err();
}

#[test]
fn endpoint_policy_rejects_wildcards() {
    let account = Account::new("123456789012", "us-east-1");
    let tables = strings(&["mlspace-projects"]);
    let policy = endpoint_policy(&account, EndpointService::DynamoDb { tables: &tables }).unwrap();
    assert_eq!(policy.check(PolicyType::Endpoint), []);
    assert!(policy.to_json().contains("table/mlspace-projects/index/*"));
    for bad in ["*", "a*b", "*-data"] {
        let names = strings(&[bad]);
        let services = [
            EndpointService::S3 { buckets: &names },
            EndpointService::DynamoDb { tables: &names },
        ];
        for service in services {
            assert!(endpoint_policy(&account, service).is_err(), "{bad}");
        }
    }
}

#[test]
fn log_group_policy_is_limited_to_the_account() {
    let account = Account::new("123456789012", "us-east-1");
    let policy = log_group_policy(&account, "/mlspace/vpc")
        .unwrap()
        .to_json();
    insta::assert_snapshot!(policy, @r#"{"Version":"2012-10-17","Statement":[{"Sid":"DeliverLogs","Effect":"Allow","Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:us-east-1:123456789012:log-group:/mlspace/vpc*:log-stream:*","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"},"ArnLike":{"aws:SourceArn":"arn:aws:logs:us-east-1:123456789012:*"}}}]}"#);
    log_group_policy(&account, "${x}").unwrap_err();
}
