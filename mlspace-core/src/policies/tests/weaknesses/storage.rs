//! The data bucket, and the ways to it.

use super::*;

fn object(action: &str, key: &str) -> Request {
    ask(action, &format!("{BUCKET}/{key}"))
}

#[test]
fn w15_what_is_shared_is_read_by_all_and_written_by_none() {
    let write = ["s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"];
    let ancestor = ancestor([
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
        allows(&ancestor, &object(action, key));
        refuses(&ours(), &object(action, key));
    }
    let delete = object("s3:DeleteObject", "group/datasets/cards/x");
    allows(&ancestor, &delete);
    refuses(&own(), &delete);
    allows(&own(), &object("s3:GetObject", "global/datasets/rates/x"));
    allows(&own(), &object("s3:PutObject", "group/datasets/cards/x"));
}

/// The bucket's policy, asked about a role of its account that may everything by its own.
fn bucket(document: &Document) -> PolicySet {
    PolicySet::new()
        .identity("base", &everything())
        .resource("bucket", document)
}

#[test]
fn w22_the_bucket_holds_to_its_key_and_to_tls() {
    let ancestor = Document::new([Statement::deny("")
        .principal(Principal::Any)
        .actions(["s3:*"])
        .resources([BUCKET.to_owned(), format!("{BUCKET}/*")])
        .when(Operator::Bool, "aws:SecureTransport", ["false"])]);
    let account = Account::new("123456789012", "us-east-1");
    let key = "arn:aws:kms:us-east-1:123456789012:key/k1";
    let platform = texts(&["arn:aws:iam::123456789012:role/platform"]);
    let ours = bucket_policy(&BucketAccess {
        account: &account,
        bucket: "mlspace-data-123456789012",
        endpoint_ids: &[],
        exempt_principal_arns: &platform,
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
        allows(&bucket(&ancestor), &request);
        refuses(&bucket(&ours), &request);
    }
    allows(&bucket(&ours), &named(key));
    allows(&bucket(&ours), &put());
    let plain = put().context("aws:SecureTransport", ["false"]);
    refuses(&bucket(&ancestor), &plain);
    refuses(&bucket(&ours), &plain);
}

#[test]
fn w23_nothing_is_carried_out_through_an_endpoint() {
    // What AWS makes of an endpoint without a policy.
    let ancestor = Document::new([Statement::allow("")
        .principal(Principal::Any)
        .actions(["*"])
        .resources(["*"])]);
    let account = Account::new("123456789012", "us-east-1");
    let buckets = texts(&["mlspace-*"]);
    let ours = endpoint_policy(&account, EndpointService::S3 { buckets: &buckets }).unwrap();
    let through = |policy: &Document| {
        PolicySet::new()
            .identity("base", &everything())
            .endpoint("endpoint", policy)
    };
    // A bucket of the caller's choice, with keys of his own in another account that owns it.
    let out = ask("s3:PutObject", "arn:aws:s3:::loot/x").resource_account("123456789012");
    allows(&through(&ancestor), &out);
    refuses(&through(&ours), &out);
    let thief = Caller::from_arn("arn:aws:iam::444455556666:user/thief").unwrap();
    let carried = Request::new(thief, "s3:PutObject", "arn:aws:s3:::mlspace-x/x")
        .resource_account("444455556666");
    allows(&through(&ancestor), &carried);
    refuses(&through(&ours), &carried);
    let own = object("s3:PutObject", "project/foo/x").resource_account("123456789012");
    allows(&through(&ours), &own);
}
