//! Guardrails that allow, and policies of resources.

use super::*;

const CONSUMER: &str = "arn:aws:iam::444455556666:role/model-exec";
const OBJECT: &str = "arn:aws:s3:::acme-data/project/fraud/x";

fn document(id: &str) -> Document {
    guardrail_for(id, &parameters()).unwrap()
}

fn request(caller: &str, action: &str, resource: &str, context: &[(&str, &str)]) -> Request {
    context.iter().fold(
        Request::new(role(caller), action, resource).resource_account("111122223333"),
        |request, (key, value)| request.context(*key, [*value]),
    )
}

fn everything() -> Document {
    crate::policies::tests::allow_all("*")
}

#[test]
fn bucket_requires_endpoint_tls_and_key() {
    let inside = [
        ("aws:SourceVpce", "vpce-s3"),
        ("aws:SecureTransport", "true"),
        ("s3:TlsVersion", "1.3"),
    ];
    let set = PolicySet::new()
        .identity("all", &everything())
        .resource("bucket", &document("G22"));
    let allowed = |caller: &str, action: &str, context: &[(&str, &str)]| {
        set.decide(&request(caller, action, OBJECT, context))
            .is_allowed()
    };
    assert!(allowed(EXEC, "s3:GetObject", &inside));
    assert!(!allowed(EXEC, "s3:GetObject", &inside[1..]));
    assert!(!allowed(
        EXEC,
        "s3:GetObject",
        &[("aws:SourceVpce", "vpce-x")]
    ));
    assert!(!allowed(
        EXEC,
        "s3:GetObject",
        &[inside[0], ("aws:SecureTransport", "false")]
    ));
    assert!(!allowed(
        EXEC,
        "s3:GetObject",
        &[inside[0], ("s3:TlsVersion", "1.1")]
    ));
    assert!(allowed(
        EXEC,
        "s3:GetObject",
        &[("aws:ViaAWSService", "true")]
    ));
    assert!(allowed(PLATFORM, "s3:GetObject", &[]));
    assert!(!allowed(
        PLATFORM,
        "s3:GetObject",
        &[("aws:SecureTransport", "false")]
    ));
    assert!(allowed(CONSUMER, "s3:GetObject", &inside));
    assert!(!allowed(
        "arn:aws:iam::444455556666:role/other",
        "s3:GetObject",
        &inside
    ));
    assert!(!allowed(CONSUMER, "s3:PutObject", &inside));
    let key = "s3:x-amz-server-side-encryption-aws-kms-key-id";
    let with = |more: (&'static str, &'static str)| [&inside[..], &[more]].concat();
    assert!(allowed(EXEC, "s3:PutObject", &inside));
    assert!(allowed(EXEC, "s3:PutObject", &with((key, KEY))));
    assert!(!allowed(
        EXEC,
        "s3:PutObject",
        &with((key, "arn:aws:kms:eu-west-1:999900001111:key/x"))
    ));
    assert!(!allowed(
        EXEC,
        "s3:PutObject",
        &with(("s3:x-amz-server-side-encryption", "AES256"))
    ));
    let change = |caller: &str| {
        let request = request(
            caller,
            "s3:PutBucketPolicy",
            "arn:aws:s3:::acme-data",
            &inside,
        );
        set.decide(&request).is_allowed()
    };
    assert!(change(PLATFORM) && !change(EXEC));
}

#[test]
fn key_separates_users_and_administrators() {
    let set = PolicySet::new().resource("key", &document("G23"));
    let allowed = |caller: &str, action: &str, context: &[(&str, &str)]| {
        set.decide(&request(caller, action, KEY, context))
            .is_allowed()
    };
    let inside = [("aws:SourceVpce", "vpce-kms")];
    assert!(allowed(EXEC, "kms:Decrypt", &inside));
    assert!(!allowed(EXEC, "kms:Decrypt", &[]));
    assert!(allowed(
        EXEC,
        "kms:Decrypt",
        &[("aws:ViaAWSService", "true")]
    ));
    assert!(allowed(EXEC, "kms:DescribeKey", &[]));
    assert!(!allowed(EXEC, "kms:PutKeyPolicy", &inside));
    assert!(allowed(PLATFORM, "kms:GetKeyRotationStatus", &[]));
    assert!(allowed(PLATFORM, "kms:PutKeyPolicy", &[]));
    assert!(!allowed(PLATFORM, "kms:Decrypt", &inside));
    assert!(allowed(
        EXEC,
        "kms:CreateGrant",
        &[("kms:GrantIsForAWSResource", "true")]
    ));
    for caller in [EXEC, PLATFORM] {
        assert!(!allowed(caller, "kms:CreateGrant", &[]));
        assert!(!allowed(
            caller,
            "kms:CreateGrant",
            &[("kms:GrantIsForAWSResource", "false")]
        ));
    }
    assert!(!allowed(
        "arn:aws:iam::111122223333:role/ml-exec",
        "kms:Decrypt",
        &inside
    ));
    let reader = set.identity("all", &everything());
    let allowed = |action: &str| {
        reader
            .decide(&request(CONSUMER, action, KEY, &inside))
            .is_allowed()
    };
    assert!(allowed("kms:Decrypt") && !allowed("kms:Encrypt"));
}

#[test]
fn key_rejects_principals_with_both_roles() {
    let both = parameters_with(json!({"exec_role_arns": [PLATFORM]}));
    let error = guardrail_for("G23", &both).unwrap_err();
    insta::assert_snapshot!(error, @"the principal `arn:aws:iam::111122223333:role/platform/terraform` cannot be used in a policy: it administers the key, so it must not use it");
}

#[test]
fn log_group_key_is_limited_to_the_account() {
    let set = PolicySet::new().resource("key", &document("G25"));
    let allowed = |service: &str, group: &str| {
        let caller = Caller::Service(service.to_owned());
        let request = Request::new(caller, "kms:Encrypt", KEY)
            .resource_account("111122223333")
            .context("kms:EncryptionContext:aws:logs:arn", [group]);
        set.decide(&request).is_allowed()
    };
    let (logs, group) = (
        "logs.eu-west-1.amazonaws.com",
        "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/sagemaker/x",
    );
    assert!(allowed(logs, group));
    assert!(!allowed(
        logs,
        "arn:aws:logs:eu-west-1:999900001111:log-group:/aws/sagemaker/x"
    ));
    assert!(!allowed("logs.us-east-1.amazonaws.com", group));
}

#[test]
fn endpoints_are_limited_to_the_account() {
    let allowed = |id: &str, action: &str, resource: &str, owner: &str| {
        let request = request(EXEC, action, resource, &[]).resource_account(owner);
        PolicySet::new()
            .identity("all", &everything())
            .resource(
                "theirs",
                &Document::new([Statement::allow("All")
                    .principal(iam_policy::Principal::Any)
                    .actions(["*"])
                    .resources(["*"])]),
            )
            .endpoint("endpoint", &document(id))
            .decide(&request)
            .is_allowed()
    };
    assert!(allowed("G24", "s3:PutObject", OBJECT, "111122223333"));
    assert!(allowed(
        "G24_vpce_s3",
        "s3:ListBucket",
        "arn:aws:s3:::acme-data",
        "111122223333"
    ));
    assert!(!allowed("G24", "s3:PutObject", OBJECT, "999900001111"));
    assert!(!allowed(
        "G24",
        "s3:PutObject",
        "arn:aws:s3:::evil/x",
        "111122223333"
    ));
    let layers = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/x";
    assert!(allowed("G24", "s3:GetObject", layers, "999900001111"));
    assert!(!allowed("G24", "s3:PutObject", layers, "999900001111"));
    let model = "arn:aws:sagemaker:eu-west-1:111122223333:model/x";
    assert!(allowed(
        "G24_vpce_sagemaker",
        "sagemaker:DescribeModel",
        model,
        "111122223333"
    ));
    assert!(!allowed(
        "G24_vpce_sagemaker",
        "sagemaker:DescribeModel",
        model,
        "999900001111"
    ));
}

#[test]
fn roles_are_passed_and_trusted_by_name() {
    let all = everything();
    let set = PolicySet::new()
        .identity("all", &all)
        .identity("pass", &document("G28"));
    let allowed = |passed: &str| {
        let context = [("iam:PassedToService", "sagemaker.amazonaws.com")];
        set.decide(&request(EXEC, "iam:PassRole", passed, &context))
            .is_allowed()
    };
    assert!(allowed(EXEC) && !allowed("arn:aws:iam::111122223333:role/admin"));
    let trust = PolicySet::new().resource("trust", &document("G29"));
    let allowed = |account: &str| {
        let caller = Caller::Service("sagemaker.amazonaws.com".to_owned());
        let source = format!("arn:aws:sagemaker:eu-west-1:{account}:notebook-instance/x");
        let request = Request::new(caller, "sts:AssumeRole", EXEC)
            .resource_account("111122223333")
            .context("aws:SourceAccount", [account])
            .context("aws:SourceArn", [source]);
        trust.decide(&request).is_allowed()
    };
    assert!(allowed("111122223333") && !allowed("999900001111"));
}

#[test]
fn observability_and_model_packages_are_limited() {
    let set = PolicySet::new().identity("observe", &document("G21"));
    let put = |namespace: &str| {
        let context = [("cloudwatch:namespace", namespace)];
        set.decide(&request(EXEC, "cloudwatch:PutMetricData", "*", &context))
            .is_allowed()
    };
    assert!(put("/aws/sagemaker/TrainingJobs") && put("acme/models") && !put("AWS/EC2"));
    assert!(
        set.decide(&request(EXEC, "cloudwatch:GetMetricData", "*", &[]))
            .is_allowed()
    );
    let renamed = guardrail_for("G21", &parameters_with(json!({"name_prefix": "globex"}))).unwrap();
    assert!(renamed.to_json().contains("alarm:globex-*"));
    let set = PolicySet::new()
        .identity("all", &everything())
        .resource("group", &document("G32"));
    let package = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/acme-cards/1";
    let allowed = |action: &str| {
        set.decide(&request(CONSUMER, action, package, &[]))
            .is_allowed()
    };
    assert!(allowed("sagemaker:DescribeModelPackage") && !allowed("sagemaker:UpdateModelPackage"));
}
