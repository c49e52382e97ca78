//! What the policies of resources leave out where nothing is given, and what they refuse.

use super::*;
use iam_policy::PolicyType;

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|&value| value.to_owned()).collect()
}

fn bucket<'a>(account: &'a Account, readers: &'a [String]) -> BucketAccess<'a> {
    BucketAccess {
        account,
        bucket: "mlspace-data",
        endpoint_ids: &[],
        exempt_principal_arns: &[],
        kms_key_arn: None,
        reader_arns: readers,
        delivered_by: &[],
    }
}

#[test]
fn a_bucket_without_network_and_key_still_wants_tls() {
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
fn patterns_of_readers_become_their_accounts_and_a_condition() {
    let account = Account::new("123456789012", "us-east-1");
    let readers = texts(&["arn:aws:iam::444455556666:role/ml-*"]);
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
fn principals_have_an_account() {
    let account = Account::new("123456789012", "us-east-1");
    for bad in [
        "*",
        "arn:aws:iam::*:role/x",
        "arn:*:iam::123456789012:role/x",
        "${aws:userid}",
        "arn:aws:s3:::x",
    ] {
        let readers = texts(&[bad]);
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
fn a_key_serves_the_logs_where_wanted() {
    let account = Account::new("123456789012", "us-east-1");
    let admins = texts(&["arn:aws:iam::123456789012:role/platform"]);
    let key = KeyAccess {
        account: &account,
        administrator_arns: &admins,
        user_arns: &[],
        reader_arns: &[],
        endpoint_ids: &[],
        log_group_prefixes: &texts(&["/aws/sagemaker/", "/mlspace/"]),
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
        log_group_prefixes: &texts(&["*"]),
        ..key
    };
    key_policy(&wild).unwrap_err();
}

#[test]
fn endpoints_take_names_only() {
    let account = Account::new("123456789012", "us-east-1");
    let tables = texts(&["mlspace-projects"]);
    let policy = endpoint_policy(&account, EndpointService::DynamoDb { tables: &tables }).unwrap();
    assert_eq!(policy.check(PolicyType::Endpoint), []);
    assert!(policy.to_json().contains("table/mlspace-projects/index/*"));
    for bad in ["*", "a*b", "*-data"] {
        let names = texts(&[bad]);
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
fn log_groups_take_what_aws_delivers_for_the_account() {
    let account = Account::new("123456789012", "us-east-1");
    let policy = log_group_policy(&account, "/mlspace/vpc")
        .unwrap()
        .to_json();
    insta::assert_snapshot!(policy, @r#"{"Version":"2012-10-17","Statement":[{"Sid":"DeliverLogs","Effect":"Allow","Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:us-east-1:123456789012:log-group:/mlspace/vpc*:log-stream:*","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"},"ArnLike":{"aws:SourceArn":"arn:aws:logs:us-east-1:123456789012:*"}}}]}"#);
    log_group_policy(&account, "${x}").unwrap_err();
}
