//! Policies of the trail's role and of the topic for alarms.

use super::*;
use iam_policy::Document;
use iam_policy::evaluate::{Caller, PolicySet, Request};

const TRAIL_ROLE: &str = "arn:aws:iam::123456789012:role/platform/mlspace-trail";

fn account() -> Account {
    Account::new("123456789012", "us-east-1")
}

fn is_allowed_by(document: &Document, request: &Request) -> bool {
    PolicySet::new()
        .resource("policy", document)
        .decide(request)
        .is_allowed()
}

#[test]
fn trail_log_policy_is_limited_to_own_streams() {
    let policy = trail_log_policy(&account(), "/mlspace/trail").unwrap();
    let writes = |group: &str, stream: &str| {
        let arn =
            format!("arn:aws:logs:us-east-1:123456789012:log-group:{group}:log-stream:{stream}");
        let request = Request::new(
            Caller::from_arn(TRAIL_ROLE).unwrap(),
            "logs:PutLogEvents",
            arn,
        );
        PolicySet::new()
            .identity("role", &policy)
            .boundary("role", &policy)
            .decide(&request)
            .is_allowed()
    };
    let own = "123456789012_CloudTrail_us-east-1_2";
    assert!(writes("/mlspace/trail", own));
    assert!(!writes("/mlspace/trail", "other"));
    assert!(!writes("/aws/sagemaker/TrainingJobs", own));
    assert!(trail_log_policy(&account(), "*").is_err());
    let trust = trail_trust_policy();
    let service = |name: &str| {
        Request::new(
            Caller::Service(name.to_owned()),
            "sts:AssumeRole",
            TRAIL_ROLE,
        )
    };
    assert!(is_allowed_by(&trust, &service("cloudtrail.amazonaws.com")));
    assert!(!is_allowed_by(&trust, &service("sagemaker.amazonaws.com")));
}

#[test]
fn alarm_topic_policy_is_limited_to_the_account() {
    let policy = alarm_topic_policy(&account(), "mlspace-alarms").unwrap();
    let topic = "arn:aws:sns:us-east-1:123456789012:mlspace-alarms";
    let publish = |account: &str, alarm: &str| {
        let caller = Caller::Service("cloudwatch.amazonaws.com".to_owned());
        let request = Request::new(caller, "sns:Publish", topic)
            .context("aws:SourceAccount", [account])
            .context("aws:SourceArn", [alarm]);
        is_allowed_by(&policy, &request)
    };
    let own = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:x";
    assert!(publish("123456789012", own));
    assert!(!publish("444455556666", own));
    assert!(!publish(
        "123456789012",
        &own.replace("123456789012", "444455556666")
    ));
    let root = Caller::from_arn("arn:aws:iam::123456789012:root").unwrap();
    let plain = Request::new(root, "sns:Publish", topic).context("aws:SecureTransport", ["false"]);
    assert!(!is_allowed_by(&policy, &plain));
    assert!(alarm_topic_policy(&account(), "*").is_err());
}

#[test]
fn trail_policies_have_no_findings() {
    let log_policy = trail_log_policy(&account(), "/mlspace/trail").unwrap();
    let topic_policy = alarm_topic_policy(&account(), "mlspace-alarms").unwrap();
    for (policy_type, document) in [
        (PolicyType::Trust, &trail_trust_policy()),
        (PolicyType::Boundary, &log_policy),
        (PolicyType::Managed, &log_policy),
        // Like a bucket's policy, a topic's policy names principals and resources.
        (PolicyType::Bucket, &topic_policy),
    ] {
        assert_eq!(findings("policy", policy_type, document), [""; 0]);
        assert_eq!(document.check(policy_type), []);
    }
}
