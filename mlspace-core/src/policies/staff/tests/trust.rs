//! The trust policy of roles of staff and of Terraform.

use super::*;

const SSO: &str = "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_DataScientist_0123456789abcdef";
const SAML: &str = "arn:aws:iam::123456789012:saml-provider/corp";
const OIDC: &str = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
const ROLE: &str = "arn:aws:iam::123456789012:role/platform/mlspace-data-scientist";

fn account() -> Account {
    Account::new("123456789012", "us-east-1")
}

fn trust_policy(trust: &StaffTrust<'_>) -> Document {
    staff_trust_policy(&account(), trust).unwrap()
}

fn is_trusted(document: &Document, request: &Request) -> bool {
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
fn principals_pass_on_only_their_own_tag() {
    let pattern = vec![SSO.replace("0123456789abcdef", "*")];
    let exact = vec![SSO.to_owned()];
    for principal_arns in [&pattern, &exact] {
        let trust = trust_policy(&StaffTrust {
            principal_arns,
            ..StaffTrust::default()
        });
        assert!(is_trusted(&trust, &assumed_by(SSO, "sts:AssumeRole")));
        let other = "arn:aws:iam::123456789012:role/somebody";
        assert!(!is_trusted(&trust, &assumed_by(other, "sts:AssumeRole")));
        let foreign = SSO.replace("123456789012", "444455556666");
        assert!(!is_trusted(&trust, &assumed_by(&foreign, "sts:AssumeRole")));
        let tag = || assumed_by(SSO, "sts:TagSession").principal_tag("user", "alice");
        assert!(is_trusted(&trust, &tag().request_tag("user", "alice")));
        assert!(!is_trusted(&trust, &tag().request_tag("user", "bob")));
        assert!(!is_trusted(&trust, &tag().request_tag("project", "fraud")));
        assert!(!is_trusted(&trust, &tag()));
        let more = tag()
            .request_tag("user", "alice")
            .request_tag("project", "fraud");
        assert!(!is_trusted(&trust, &more));
        let nameless = assumed_by(SSO, "sts:TagSession").request_tag("user", "alice");
        assert!(!is_trusted(&trust, &nameless));
    }
}

#[test]
fn identity_providers_require_their_audience() {
    let subjects = vec!["repo:acme/ml-platform:ref:refs/heads/main".to_owned()];
    let trust = trust_policy(&StaffTrust {
        saml_provider_arn: Some(SAML),
        web_identity: Some(WebIdentity {
            provider_arn: OIDC,
            audience: "sts.amazonaws.com",
            subjects: &subjects,
        }),
        ..StaffTrust::default()
    });
    let federated = |provider: &str, action: &str| {
        Request::new(Caller::Federated(provider.to_owned()), action, ROLE)
    };
    let saml = federated(SAML, "sts:AssumeRoleWithSAML");
    let page = "https://signin.aws.amazon.com/saml";
    assert!(is_trusted(
        &trust,
        &saml.clone().context("SAML:aud", [page])
    ));
    assert!(!is_trusted(&trust, &saml));
    let tag = federated(SAML, "sts:TagSession").context("SAML:aud", [page]);
    assert!(is_trusted(
        &trust,
        &tag.clone().request_tag("user", "alice")
    ));
    assert!(!is_trusted(&trust, &tag.request_tag("project", "fraud")));
    let issuer = "token.actions.githubusercontent.com";
    let token = |subject: &str, audience: &str| {
        federated(OIDC, "sts:AssumeRoleWithWebIdentity")
            .context(format!("{issuer}:sub").as_str(), [subject])
            .context(format!("{issuer}:aud").as_str(), [audience])
    };
    assert!(is_trusted(
        &trust,
        &token(&subjects[0], "sts.amazonaws.com")
    ));
    assert!(!is_trusted(&trust, &token(&subjects[0], "other")));
    let pull = "repo:acme/ml-platform:pull_request";
    assert!(!is_trusted(&trust, &token(pull, "sts.amazonaws.com")));
}

#[test]
fn saml_audience_depends_on_the_partition() {
    for (region, page) in [
        ("us-east-1", "https://signin.aws.amazon.com/saml"),
        ("us-gov-west-1", "https://signin.amazonaws-us-gov.com/saml"),
        ("cn-north-1", "https://signin.amazonaws.cn/saml"),
    ] {
        let trust = StaffTrust {
            saml_provider_arn: Some(SAML),
            ..StaffTrust::default()
        };
        let account = Account::new("123456789012", region);
        let json = staff_trust_policy(&account, &trust).unwrap().to_json();
        assert!(json.contains(page), "{json}");
    }
}

#[test]
fn staff_trust_policy_rejects_wildcards() {
    let (all, any) = (
        vec!["*".to_owned()],
        vec!["arn:aws:iam::*:role/x".to_owned()],
    );
    let (wide, none) = (vec!["*:main".to_owned()], Vec::new());
    let web = |provider_arn: &'static str, subjects| StaffTrust {
        web_identity: Some(WebIdentity {
            provider_arn,
            audience: "sts.amazonaws.com",
            subjects,
        }),
        ..StaffTrust::default()
    };
    let principals = |principal_arns| StaffTrust {
        principal_arns,
        ..StaffTrust::default()
    };
    for trust in [
        StaffTrust::default(),
        principals(&all),
        principals(&any),
        StaffTrust {
            saml_provider_arn: Some("*"),
            ..StaffTrust::default()
        },
        web(OIDC, &wide),
        web(OIDC, &none),
        web(SAML, &wide),
    ] {
        assert!(staff_trust_policy(&account(), &trust).is_err(), "{trust:?}");
    }
}

#[test]
fn staff_trust_policy_has_no_findings() {
    let pattern = vec![SSO.replace("0123456789abcdef", "*")];
    let subjects = vec!["repo:acme/ml-platform:ref:refs/heads/main".to_owned()];
    let document = trust_policy(&StaffTrust {
        principal_arns: &pattern,
        saml_provider_arn: Some(SAML),
        web_identity: Some(WebIdentity {
            provider_arn: OIDC,
            audience: "sts.amazonaws.com",
            subjects: &subjects,
        }),
    });
    assert_eq!(findings("trust", PolicyType::Trust, &document), [""; 0]);
    assert_eq!(document.check(PolicyType::Trust), []);
}

/// Every customer of an identity provider such as GitHub has tokens with subjects `repo:…`.
#[test]
fn staff_trust_policy_asks_for_an_owner_before_a_wildcard() {
    let accepted = |subject: &str| {
        let subjects = vec!["repo:acme/fixed".to_owned(), subject.to_owned()];
        let trust = StaffTrust {
            web_identity: Some(WebIdentity {
                provider_arn: OIDC,
                audience: "sts.amazonaws.com",
                subjects: &subjects,
            }),
            ..StaffTrust::default()
        };
        staff_trust_policy(&account(), &trust).is_ok()
    };
    for subject in [
        "repo:acme/ml-platform:ref:refs/heads/main",
        "repo:acme/*",
        "repo:acme/ml-*:environment:production",
        "organization:acme:*",
        "project_path:acme/ml:ref_type:branch:ref:*",
        "exactly-this",
    ] {
        assert!(accepted(subject), "{subject}");
    }
    for subject in [
        "*",
        "repo:*",
        "repo:*/ml-platform:*",
        "repo:acme*",
        "repo:/*",
        "organization:*:project:acme",
        "acme*",
    ] {
        assert!(!accepted(subject), "{subject}");
    }
}
