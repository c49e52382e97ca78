//! Who takes on the roles of people and of Terraform, and the role and topic of the trail.

use super::*;
use iam_policy::PolicyType;
use iam_policy::evaluate::{Caller, PolicySet, Request};
use iam_policy::lint::{Finding, LintOptions, LintTarget, lint};

const SSO: &str = "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_DataScientist_0123456789abcdef";
const SAML: &str = "arn:aws:iam::123456789012:saml-provider/corp";
const OIDC: &str = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
const ROLE: &str = "arn:aws:iam::123456789012:role/platform/mlspace-data-scientist";

fn account() -> Account {
    Account::new("123456789012", "us-east-1")
}

fn trusted(trust: &PeopleTrust<'_>) -> Document {
    people_trust_policy(&account(), trust).unwrap()
}

fn lets_in(document: &Document, request: &Request) -> bool {
    PolicySet::new()
        .resource("trust", document)
        .decide(request)
        .is_allowed()
}

fn assumed_by(arn: &str, action: &str) -> Request {
    let caller = Caller::Role {
        arn: arn.to_owned(),
        session: None,
    };
    Request::new(caller, action, ROLE)
}

#[test]
fn principals_hand_down_their_own_name_only() {
    let pattern = vec![SSO.replace("0123456789abcdef", "*")];
    let exact = vec![SSO.to_owned()];
    for principal_arns in [&pattern, &exact] {
        let trust = trusted(&PeopleTrust {
            principal_arns,
            ..PeopleTrust::default()
        });
        assert!(lets_in(&trust, &assumed_by(SSO, "sts:AssumeRole")));
        let other = "arn:aws:iam::123456789012:role/somebody";
        assert!(!lets_in(&trust, &assumed_by(other, "sts:AssumeRole")));
        let foreign = SSO.replace("123456789012", "444455556666");
        assert!(!lets_in(&trust, &assumed_by(&foreign, "sts:AssumeRole")));
        let tag = || assumed_by(SSO, "sts:TagSession").principal_tag("user", "alice");
        assert!(lets_in(&trust, &tag().request_tag("user", "alice")));
        assert!(!lets_in(&trust, &tag().request_tag("user", "bob")));
        assert!(!lets_in(&trust, &tag().request_tag("project", "fraud")));
        assert!(!lets_in(&trust, &tag()));
        let more = tag()
            .request_tag("user", "alice")
            .request_tag("project", "fraud");
        assert!(!lets_in(&trust, &more));
        let nameless = assumed_by(SSO, "sts:TagSession").request_tag("user", "alice");
        assert!(!lets_in(&trust, &nameless));
    }
}

#[test]
fn identity_providers_are_held_to_their_audience() {
    let subjects = vec!["repo:acme/ml-platform:ref:refs/heads/main".to_owned()];
    let trust = trusted(&PeopleTrust {
        saml_provider_arn: Some(SAML),
        web_identity: Some(WebIdentity {
            provider_arn: OIDC,
            audience: "sts.amazonaws.com",
            subjects: &subjects,
        }),
        ..PeopleTrust::default()
    });
    let federated = |provider: &str, action: &str| {
        Request::new(Caller::Federated(provider.to_owned()), action, ROLE)
    };
    let saml = federated(SAML, "sts:AssumeRoleWithSAML");
    let page = "https://signin.aws.amazon.com/saml";
    assert!(lets_in(&trust, &saml.clone().context("SAML:aud", [page])));
    assert!(!lets_in(&trust, &saml));
    let tag = federated(SAML, "sts:TagSession").context("SAML:aud", [page]);
    assert!(lets_in(&trust, &tag.clone().request_tag("user", "alice")));
    assert!(!lets_in(&trust, &tag.request_tag("project", "fraud")));
    let issuer = "token.actions.githubusercontent.com";
    let token = |subject: &str, audience: &str| {
        federated(OIDC, "sts:AssumeRoleWithWebIdentity")
            .context(format!("{issuer}:sub").as_str(), [subject])
            .context(format!("{issuer}:aud").as_str(), [audience])
    };
    assert!(lets_in(&trust, &token(&subjects[0], "sts.amazonaws.com")));
    assert!(!lets_in(&trust, &token(&subjects[0], "other")));
    let pull = "repo:acme/ml-platform:pull_request";
    assert!(!lets_in(&trust, &token(pull, "sts.amazonaws.com")));
}

#[test]
fn saml_users_sign_in_where_the_partition_says() {
    for (region, page) in [
        ("us-east-1", "https://signin.aws.amazon.com/saml"),
        ("us-gov-west-1", "https://signin.amazonaws-us-gov.com/saml"),
        ("cn-north-1", "https://signin.amazonaws.cn/saml"),
    ] {
        let trust = PeopleTrust {
            saml_provider_arn: Some(SAML),
            ..PeopleTrust::default()
        };
        let account = Account::new("123456789012", region);
        let json = people_trust_policy(&account, &trust).unwrap().to_json();
        assert!(json.contains(page), "{json}");
    }
}

#[test]
fn nobody_unknown_is_trusted() {
    let (all, any) = (
        vec!["*".to_owned()],
        vec!["arn:aws:iam::*:role/x".to_owned()],
    );
    let (wide, none) = (vec!["*:main".to_owned()], Vec::new());
    let web = |provider_arn: &'static str, subjects| PeopleTrust {
        web_identity: Some(WebIdentity {
            provider_arn,
            audience: "sts.amazonaws.com",
            subjects,
        }),
        ..PeopleTrust::default()
    };
    let principals = |principal_arns| PeopleTrust {
        principal_arns,
        ..PeopleTrust::default()
    };
    for trust in [
        PeopleTrust::default(),
        principals(&all),
        principals(&any),
        PeopleTrust {
            saml_provider_arn: Some("*"),
            ..PeopleTrust::default()
        },
        web(OIDC, &wide),
        web(OIDC, &none),
        web(SAML, &wide),
    ] {
        assert!(
            people_trust_policy(&account(), &trust).is_err(),
            "{trust:?}"
        );
    }
}

#[test]
fn the_trail_writes_its_own_streams_only() {
    let policy = trail_log_policy(&account(), "/mlspace/trail").unwrap();
    let writes = |group: &str, stream: &str| {
        let arn =
            format!("arn:aws:logs:us-east-1:123456789012:log-group:{group}:log-stream:{stream}");
        let request = Request::new(Caller::from_arn(ROLE).unwrap(), "logs:PutLogEvents", arn);
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
    let service =
        |name: &str| Request::new(Caller::Service(name.to_owned()), "sts:AssumeRole", ROLE);
    assert!(lets_in(&trust, &service("cloudtrail.amazonaws.com")));
    assert!(!lets_in(&trust, &service("sagemaker.amazonaws.com")));
}

#[test]
fn alarms_of_the_account_are_published() {
    let policy = alarm_topic_policy(&account(), "mlspace-alarms").unwrap();
    let topic = "arn:aws:sns:us-east-1:123456789012:mlspace-alarms";
    let publish = |account: &str, alarm: &str| {
        let caller = Caller::Service("cloudwatch.amazonaws.com".to_owned());
        let request = Request::new(caller, "sns:Publish", topic)
            .context("aws:SourceAccount", [account])
            .context("aws:SourceArn", [alarm]);
        lets_in(&policy, &request)
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
    assert!(!lets_in(&policy, &plain));
    assert!(alarm_topic_policy(&account(), "*").is_err());
}

#[test]
fn they_have_no_findings() {
    let pattern = vec![SSO.replace("0123456789abcdef", "*")];
    let subjects = vec!["repo:acme/ml-platform:ref:refs/heads/main".to_owned()];
    let everybody = PeopleTrust {
        principal_arns: &pattern,
        saml_provider_arn: Some(SAML),
        web_identity: Some(WebIdentity {
            provider_arn: OIDC,
            audience: "sts.amazonaws.com",
            subjects: &subjects,
        }),
    };
    for (kind, document) in [
        (PolicyType::Trust, trusted(&everybody)),
        (PolicyType::Trust, trail_trust_policy()),
        (
            PolicyType::Boundary,
            trail_log_policy(&account(), "/mlspace/trail").unwrap(),
        ),
        (
            PolicyType::Managed,
            trail_log_policy(&account(), "/mlspace/trail").unwrap(),
        ),
        // A topic's policy is a resource's, as a bucket's is.
        (
            PolicyType::Bucket,
            alarm_topic_policy(&account(), "mlspace-alarms").unwrap(),
        ),
    ] {
        let policy = LintTarget {
            label: "policy",
            policy_type: kind,
            document: &document,
        };
        let found: Vec<String> = lint(&[policy], &LintOptions::default())
            .iter()
            .map(Finding::to_string)
            .collect();
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(document.check(kind), []);
    }
}
