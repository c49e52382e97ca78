//! Everything together: the rows of the access model asked of a platform as its modules make it, with all policies that bear
//! on a request: the member's own, base policies, boundary, bucket, keys, and the endpoint that the request comes through.
//!
//! Terraform makes the platform on the fake AWS provider (`tests/offline/fake_aws_provider`), in each partition.

mod platform;

use iam_policy::Document;
use iam_policy::evaluate::{Caller, PolicySet, Request};
use serde_json::json;

use super::attached::Role;
use super::rows::{Row, request, row, rows};
use platform::{Made, Model};

const REGIONS: [&str; 3] = ["us-east-1", "us-gov-west-1", "cn-north-1"];
const ELSEWHERE: &str = "vpce-99999999999999999";
const NOTHING: [&str; 0] = [];

/// Fails with all rows that are decided otherwise than they should be.
#[track_caller]
fn assert_all(made: &Made, label: &str, asked: &[(Row, PolicySet)], least: usize) {
    let wrong: Vec<String> = asked
        .iter()
        .filter_map(|(row, policies)| {
            let decision = policies.decide(&row.request);
            (decision.is_allowed() != row.may)
                .then(|| format!("{} {label}: {}: {decision}", made.region(), row.what))
        })
        .collect();
    let count = asked.len();
    assert!(count > least, "only {count} rows");
    assert!(
        wrong.is_empty(),
        "{} of {count} rows are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Every row of every member, through the endpoint of its service.
fn within(made: &Made, roles: &[Role]) -> Vec<(Row, PolicySet)> {
    let all = roles.iter().flat_map(|role| {
        rows(&made.platform, role).into_iter().map(move |mut row| {
            row.what = format!("{}/{}: {}", role.project, role.user, row.what);
            row.request = made.through_endpoint(row.request);
            let policies = made.layers(role.policies.clone(), &row.request);
            (row, policies)
        })
    });
    all.collect()
}

/// What members may do with the data bucket, done the wrong way.
fn around(made: &Made, roles: &[Role]) -> Vec<(Row, PolicySet)> {
    let mut all = Vec::new();
    for (row, policies) in within(made, roles) {
        if !row.may || !row.request.action().starts_with("s3:") {
            continue;
        }
        let mut wrong = |how: &str, request: Request| {
            let what = format!("{} {how}", row.what);
            let row = super::rows::row(what, request, false);
            all.push((row, policies.clone()));
        };
        let vpce = "aws:SourceVpce";
        wrong(
            "from the internet",
            row.request.clone().context(vpce, NOTHING),
        );
        wrong(
            "through another network",
            row.request.clone().context(vpce, [ELSEWHERE]),
        );
        wrong(
            "by plain HTTP",
            row.request
                .clone()
                .context("aws:SecureTransport", ["false"]),
        );
        wrong(
            "by old TLS",
            row.request.clone().context("s3:TlsVersion", ["1.1"]),
        );
        if row.request.action() == "s3:PutObject" {
            let header = "s3:x-amz-server-side-encryption";
            wrong(
                "with S3's own key",
                row.request.clone().context(header, ["AES256"]),
            );
            wrong(
                "with another key",
                row.request.clone().context(header, ["aws:kms"]).context(
                    format!("{header}-aws-kms-key-id"),
                    [made.account.kms_arn("another")],
                ),
            );
        }
    }
    all
}

/// What members do with the keys.
fn keys(made: &Made, roles: &[Role]) -> Vec<(Row, PolicySet)> {
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
            for row in [
                row(format!("{action} of the data key by S3"), by_s3, true),
                row(format!("{action} of the data key"), through, true),
                row(format!("{action} of another key"), another, false),
            ] {
                let policies = made.layers(role.policies.clone(), &row.request);
                all.push((row, policies));
            }
        }
        let grant =
            made.through_endpoint(request(role, "kms:CreateGrant", made.platform.key.as_str()));
        for (what, for_service) in [("for a service", "true"), ("for itself", "false")] {
            let grant = grant
                .clone()
                .context("kms:GrantIsForAWSResource", [for_service]);
            let row = row(
                format!("a grant of the key {what}"),
                grant,
                for_service == "true",
            );
            let policies = made.layers(role.policies.clone(), &row.request);
            all.push((row, policies));
        }
    }
    all
}

/// What those do who are no members, however much their own policies allow.
fn strangers(made: &Made) -> Vec<(Row, PolicySet)> {
    let all = Document::parse(
        &json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}).to_string(),
    )
    .expect("a policy");
    let everything = || PolicySet::new().identity("everything", &all);
    let account = &made.account;
    let object = account.object_arn(&made.platform.bucket, "project/alpha/datasets/cards/x");
    let foreign = format!("arn:{}:iam::999999999999:role/x", account.partition);
    let asks = |arn: &str, action: &str, resource: &str, owner: &str| {
        Request::new(Caller::from_arn(arn).expect("an ARN"), action, resource)
            .resource_account(owner)
            .context("aws:SecureTransport", ["true"])
            .context("s3:TlsVersion", ["1.3"])
    };
    let admin = account.role_arn("admin");
    let own = account.account_id.as_str();
    let mut all = Vec::new();
    let mut add = |what: &str, request: Request, may: bool| {
        let policies = made.layers(everything(), &request);
        all.push((row(what, request, may), policies));
    };
    for action in ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"] {
        add(
            &format!("{action} by another role from the internet"),
            asks(&admin, action, &object, own),
            false,
        );
        add(
            &format!("{action} by another account"),
            asks(&foreign, action, &object, own),
            false,
        );
        add(
            &format!("{action} by another account through the endpoint"),
            made.through_endpoint(asks(&foreign, action, &object, own)),
            false,
        );
        add(
            &format!("{action} by the role of the platform from anywhere"),
            asks(&account.role_arn("platform"), action, &object, own),
            true,
        );
        let theirs = account.object_arn("theirs", "x");
        add(
            &format!("{action} out of the network into a bucket of others"),
            made.through_endpoint(asks(&admin, action, &theirs, "999999999999")),
            false,
        );
    }
    add(
        "the bucket's policy, changed by another role through the endpoint",
        made.through_endpoint(asks(
            &admin,
            "s3:PutBucketPolicy",
            &account.bucket_arn(&made.platform.bucket),
            own,
        )),
        false,
    );
    add(
        "the data key used by another account through the endpoint",
        made.through_endpoint(asks(&foreign, "kms:Decrypt", &made.data_key, own)),
        false,
    );
    all
}

/// In every partition and for both models, members may do what the access model says and nothing else, through the
/// platform's own endpoints and with its own keys only; and nobody else may.
#[test]
fn all_policies_together() {
    for made in Made::in_regions(&REGIONS) {
        for model in [Model::PerPrincipal, Model::Attribute] {
            let roles = made.roles(model);
            let label = format!("{model:?}");
            assert_all(&made, &label, &within(&made, &roles), 1_000);
            assert_all(&made, &label, &around(&made, &roles), 200);
            assert_all(&made, &label, &keys(&made, &roles), 30);
        }
        assert_all(&made, "strangers", &strangers(&made), 15);
    }
}
