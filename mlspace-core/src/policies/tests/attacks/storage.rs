//! The data bucket and its VPC endpoint.

use super::*;

fn object(action: &str, key: &str) -> Request {
    ask(action, &format!("{BUCKET}/{key}"))
}

#[test]
fn shared_prefixes_are_read_only() {
    let write = ["s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"];
    let mlspace = mlspace_role([
        Statement::allow("")
            .actions(write.into_iter().chain(["s3:DeleteObject"]))
            .resources([
                format!("{BUCKET}/private/alice/*"),
                format!("{BUCKET}/global/*"),
                format!("{BUCKET}/group/datasets/cards/*"),
            ]),
        Statement::allow("")
            .actions(write)
            .resources([format!("{BUCKET}/index/*")]),
    ]);
    for (action, key) in [
        ("s3:PutObject", "global/datasets/rates/x"),
        ("s3:DeleteObject", "global/datasets/rates/x"),
        ("s3:PutObject", "index/x"),
    ] {
        allows(&mlspace, &object(action, key));
        denies(&with_broad_base(), &object(action, key));
    }
    let delete = object("s3:DeleteObject", "group/datasets/cards/x");
    allows(&mlspace, &delete);
    denies(&membership(), &delete);
    allows(
        &membership(),
        &object("s3:GetObject", "global/datasets/rates/x"),
    );
    allows(
        &membership(),
        &object("s3:PutObject", "group/datasets/cards/x"),
    );
}

/// The bucket's policy, with a role of its account whose own policy allows everything.
fn bucket(document: &Document) -> PolicySet {
    PolicySet::new()
        .identity("base", &allow_all("*"))
        .resource("bucket", document)
}

#[test]
fn bucket_policy_requires_key_and_tls() {
    let mlspace = Document::new([Statement::deny("")
        .principal(Principal::Any)
        .actions(["s3:*"])
        .resources([BUCKET.to_owned(), format!("{BUCKET}/*")])
        .when(Operator::Bool, "aws:SecureTransport", ["false"])]);
    let account = Account::new("123456789012", "us-east-1");
    let key = "arn:aws:kms:us-east-1:123456789012:key/k1";
    let platform = strings(&["arn:aws:iam::123456789012:role/platform"]);
    let generated = bucket_policy(&BucketAccess {
        account: &account,
        bucket: "mlspace-data-123456789012",
        endpoint_ids: &[],
        exempt_principal_arns: &platform,
        member_role_arns: None,
        kms_key_arn: Some(key),
        reader_arns: &[],
        delivered_by: &[],
    })
    .unwrap();
    let put = || {
        object("s3:PutObject", "project/foo/x")
            .context("aws:SecureTransport", ["true"])
            .context("s3:TlsVersion", ["1.3"])
    };
    let named = |name: &str| {
        put()
            .context("s3:x-amz-server-side-encryption", ["aws:kms"])
            .context("s3:x-amz-server-side-encryption-aws-kms-key-id", [name])
    };
    let open = ask("s3:DeleteBucketPolicy", BUCKET)
        .context("aws:SecureTransport", ["true"])
        .context("s3:TlsVersion", ["1.3"]);
    for request in [
        named("arn:aws:kms:us-east-1:444455556666:key/theirs"),
        put().context("s3:x-amz-server-side-encryption", ["AES256"]),
        put().context("s3:TlsVersion", ["1.1"]),
        open,
    ] {
        allows(&bucket(&mlspace), &request);
        denies(&bucket(&generated), &request);
    }
    allows(&bucket(&generated), &named(key));
    allows(&bucket(&generated), &put());
    let plain = put().context("aws:SecureTransport", ["false"]);
    denies(&bucket(&mlspace), &plain);
    denies(&bucket(&generated), &plain);
}

#[test]
fn endpoint_policy_prevents_exfiltration() {
    // The default policy of an endpoint.
    let mlspace = Document::new([Statement::allow("")
        .principal(Principal::Any)
        .actions(["*"])
        .resources(["*"])]);
    let account = Account::new("123456789012", "us-east-1");
    let buckets = strings(&["mlspace-*"]);
    let generated = endpoint_policy(&account, EndpointService::S3 { buckets: &buckets }).unwrap();
    let through = |policy: &Document| {
        PolicySet::new()
            .identity("base", &allow_all("*"))
            .endpoint("endpoint", policy)
    };
    // A bucket outside of the deployment, and a caller from another account.
    let out = ask("s3:PutObject", "arn:aws:s3:::loot/x").resource_account("123456789012");
    allows(&through(&mlspace), &out);
    denies(&through(&generated), &out);
    let thief = Caller::from_arn("arn:aws:iam::444455556666:user/thief").unwrap();
    let carried = Request::new(thief, "s3:PutObject", "arn:aws:s3:::mlspace-x/x")
        .resource_account("444455556666");
    allows(&through(&mlspace), &carried);
    denies(&through(&generated), &carried);
    let own = object("s3:PutObject", "project/foo/x").resource_account("123456789012");
    allows(&through(&generated), &own);
}
