//! Lint of the policies of resources.

use super::*;
use iam_policy::Document;

fn assert_no_findings(label: &str, policy_type: PolicyType, document: &Document) {
    assert_eq!(findings(label, policy_type, document), [""; 0], "{label}");
}

#[test]
fn resource_policies_have_no_findings() {
    let key = "arn:aws:kms:us-east-1:123456789012:key/k1";
    let role = |name: &str| format!("arn:aws:iam::123456789012:role/{name}");
    let platform = [role("platform"), role("admin/*")];
    let members = [role("MLSpace-*")];
    let readers = strings(&["arn:aws:iam::444455556666:role/reader"]);
    for (region, partition) in [
        ("us-east-1", "aws"),
        ("us-gov-west-1", "aws-us-gov"),
        ("cn-north-1", "aws-cn"),
    ] {
        let account = Account::new("123456789012", region);
        assert_eq!(account.partition, partition);
        for endpoints in [&[][..], &strings(&["vpce-1"])] {
            for key_arn in [None, Some(key)] {
                for readers in [&[][..], &readers] {
                    let access = BucketAccess {
                        account: &account,
                        bucket: "mlspace-data-123456789012",
                        endpoint_ids: endpoints,
                        exempt_principal_arns: &platform,
                        member_role_arns: None,
                        kms_key_arn: key_arn,
                        reader_arns: readers,
                        delivered_by: &[],
                    };
                    assert_no_findings(
                        "bucket",
                        PolicyType::Bucket,
                        &bucket_policy(&access).unwrap(),
                    );
                }
            }
            let logs = strings(&["/aws/sagemaker/"]);
            for (users, readers, logs) in [
                (&members[..], &readers[..], &logs[..]),
                (&members, &[], &[]),
                (&[], &[], &logs),
            ] {
                let access = KeyAccess {
                    account: &account,
                    administrator_arns: &platform,
                    user_arns: users,
                    reader_arns: readers,
                    endpoint_ids: endpoints,
                    log_group_prefixes: logs,
                    used_by: &[],
                };
                assert_no_findings("key", PolicyType::Key, &key_policy(&access).unwrap());
            }
        }
        let (buckets, tables) = (strings(&["mlspace-*"]), strings(&["mlspace-projects"]));
        for service in [
            EndpointService::S3 { buckets: &buckets },
            EndpointService::DynamoDb { tables: &tables },
            EndpointService::Interface,
            EndpointService::Registry,
        ] {
            assert_no_findings(
                "endpoint",
                PolicyType::Endpoint,
                &endpoint_policy(&account, service).unwrap(),
            );
        }
        // Like a bucket's policy, a log group's policy names principals and resources.
        assert_no_findings(
            "log group",
            PolicyType::Bucket,
            &log_group_policy(&account, "/mlspace/").unwrap(),
        );
    }
}
