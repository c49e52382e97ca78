//! The access model against all policies of a platform together: the member's own, base policies,
//! boundary, bucket policy, key policies, and the policy of the endpoint that a request comes
//! through.
//!
//! Terraform applies the module `platform` with the fake AWS provider (`tests/offline/fake_aws_provider`), in each
//! partition.

mod platform;

use iam_policy::Document;
use iam_policy::evaluate::{Caller, PolicySet, Request};
use serde_json::json;

use super::cases::{AccessCase, access_cases, case, request};
use super::roles::Role;
use platform::{AppliedPlatform, PolicyModel};

const REGIONS: [&str; 3] = ["us-east-1", "us-gov-west-1", "cn-north-1"];
const ELSEWHERE: &str = "vpce-99999999999999999";
const NOTHING: [&str; 0] = [];

/// Fails with all cases whose decision is wrong.
#[track_caller]
fn assert_all(
    made: &AppliedPlatform,
    label: &str,
    cases: &[(AccessCase, PolicySet)],
    least: usize,
) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(case, policies)| {
            let decision = policies.decide(&case.request);
            (decision.is_allowed() != case.allowed).then(|| {
                format!(
                    "{} {label}: {}: {decision}",
                    made.region(),
                    case.description
                )
            })
        })
        .collect();
    let count = cases.len();
    assert!(count > least, "only {count} cases");
    assert!(
        wrong.is_empty(),
        "{} of {count} cases are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Every access case of every member, through the endpoint of its service.
fn member_requests(made: &AppliedPlatform, roles: &[Role]) -> Vec<(AccessCase, PolicySet)> {
    let all = roles.iter().flat_map(|role| {
        access_cases(&made.platform, role)
            .into_iter()
            .map(move |mut case| {
                case.description = format!("{}/{}: {}", role.project, role.user, case.description);
                case.request = made.through_endpoint(case.request);
                let policies = made.layers(role.policies.clone(), &case.request);
                (case, policies)
            })
    });
    all.collect()
}

/// Allowed requests to the data bucket that come another way than the platform requires.
fn bypass_attempts(made: &AppliedPlatform, roles: &[Role]) -> Vec<(AccessCase, PolicySet)> {
    let mut all = Vec::new();
    for (case, policies) in member_requests(made, roles) {
        if !case.allowed || !case.request.action().starts_with("s3:") {
            continue;
        }
        let mut bypass = |how: &str, request: Request| {
            let what = format!("{} {how}", case.description);
            let case = super::cases::case(what, request, false);
            all.push((case, policies.clone()));
        };
        let vpce = "aws:SourceVpce";
        bypass(
            "from the internet",
            case.request.clone().context(vpce, NOTHING),
        );
        bypass(
            "through another network",
            case.request.clone().context(vpce, [ELSEWHERE]),
        );
        bypass(
            "by plain HTTP",
            case.request
                .clone()
                .context("aws:SecureTransport", ["false"]),
        );
        bypass(
            "by old TLS",
            case.request.clone().context("s3:TlsVersion", ["1.1"]),
        );
        if case.request.action() == "s3:PutObject" {
            let header = "s3:x-amz-server-side-encryption";
            bypass(
                "with S3's own key",
                case.request.clone().context(header, ["AES256"]),
            );
            bypass(
                "with another key",
                case.request.clone().context(header, ["aws:kms"]).context(
                    format!("{header}-aws-kms-key-id"),
                    [made.account.kms_arn("another")],
                ),
            );
        }
    }
    all
}

/// Requests of members to the KMS keys.
fn key_requests(made: &AppliedPlatform, roles: &[Role]) -> Vec<(AccessCase, PolicySet)> {
    let mut all = Vec::new();
    for role in roles {
        for action in ["kms:Decrypt", "kms:GenerateDataKey"] {
            let bare = request(role, action, made.data_key.as_str());
            let through = made.through_endpoint(bare.clone());
            let another = request(role, action, made.account.kms_arn("another"));
            let another = made.through_endpoint(another);
            let by_s3 = bare
                .clone()
                .context("aws:ViaAWSService", ["true"])
                .context("kms:ViaService", [made.service_host("s3")]);
            for case in [
                case(format!("{action} of the data key by S3"), by_s3, true),
                case(format!("{action} of the data key"), through, true),
                case(format!("{action} of another key"), another, false),
            ] {
                let policies = made.layers(role.policies.clone(), &case.request);
                all.push((case, policies));
            }
        }
        let grant =
            made.through_endpoint(request(role, "kms:CreateGrant", made.platform.key.as_str()));
        for (what, for_service) in [("for a service", "true"), ("for itself", "false")] {
            let grant = grant
                .clone()
                .context("kms:GrantIsForAWSResource", [for_service]);
            let case = case(
                format!("a grant of the key {what}"),
                grant,
                for_service == "true",
            );
            let policies = made.layers(role.policies.clone(), &case.request);
            all.push((case, policies));
        }
    }
    all
}

/// Requests by principals that are not members and whose own policies allow everything.
fn outsiders(made: &AppliedPlatform) -> Vec<(AccessCase, PolicySet)> {
    let all = Document::parse(
        &json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}).to_string(),
    )
    .expect("a policy");
    let everything = || PolicySet::new().identity("everything", &all);
    let account = &made.account;
    let object = account.object_arn(&made.platform.bucket, "project/alpha/datasets/cards/x");
    let foreign = format!("arn:{}:iam::999999999999:role/x", account.partition);
    let request_by = |arn: &str, action: &str, resource: &str, owner: &str| {
        Request::new(Caller::from_arn(arn).expect("an ARN"), action, resource)
            .resource_account(owner)
            .context("aws:SecureTransport", ["true"])
            .context("s3:TlsVersion", ["1.3"])
    };
    let admin = account.role_arn("admin");
    let own = account.account_id.as_str();
    let mut all = Vec::new();
    let mut add = |what: &str, request: Request, allowed: bool| {
        let policies = made.layers(everything(), &request);
        all.push((case(what, request, allowed), policies));
    };
    for action in ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"] {
        add(
            &format!("{action} by another role from the internet"),
            request_by(&admin, action, &object, own),
            false,
        );
        add(
            &format!("{action} by another account"),
            request_by(&foreign, action, &object, own),
            false,
        );
        add(
            &format!("{action} by another account through the endpoint"),
            made.through_endpoint(request_by(&foreign, action, &object, own)),
            false,
        );
        add(
            &format!("{action} by the role of the platform from anywhere"),
            request_by(&account.role_arn("platform"), action, &object, own),
            true,
        );
        let theirs = account.object_arn("theirs", "x");
        add(
            &format!("{action} out of the network into a bucket of another account"),
            made.through_endpoint(request_by(&admin, action, &theirs, "999999999999")),
            false,
        );
    }
    add(
        "the bucket's policy, changed by another role through the endpoint",
        made.through_endpoint(request_by(
            &admin,
            "s3:PutBucketPolicy",
            &account.bucket_arn(&made.platform.bucket),
            own,
        )),
        false,
    );
    add(
        "the data key used by another account through the endpoint",
        made.through_endpoint(request_by(&foreign, "kms:Decrypt", &made.data_key, own)),
        false,
    );
    all
}

/// In every partition and for both policy models, members can do exactly what the access model
/// says, only through the platform's own endpoints and with its own keys; and others can do
/// nothing.
#[test]
fn platform_policies_match_access_model() {
    for made in AppliedPlatform::in_regions(&REGIONS) {
        for model in [PolicyModel::PerPrincipal, PolicyModel::Attribute] {
            let roles = made.roles(model);
            let label = format!("{model:?}");
            assert_all(&made, &label, &member_requests(&made, &roles), 1_000);
            assert_all(&made, &label, &bypass_attempts(&made, &roles), 200);
            assert_all(&made, &label, &key_requests(&made, &roles), 30);
        }
        assert_all(&made, "outsiders", &outsiders(&made), 15);
    }
}
