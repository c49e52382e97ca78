//! `mlspace_external_location` and `mlspace_grant`: their whole life, what a grant writes into the roles
//! of members, and what is refused.

use serde_json::{Value, json};

use crate::support::{PEOPLE, TestEnv, e2e_test, without_timestamps};

const LAKE: &str = r#"
resource "mlspace_external_location" "lake" {
  name = "lake"

  s3 {
    bucket   = "analytics-lake"
    prefixes = ["curated/cards/"]
  }
}
"#;

const GRANT: &str = r#"
resource "mlspace_grant" "fraud" {
  location = mlspace_external_location.lake.name
  project  = mlspace_project.fraud.name
}
"#;

/// A second member.
const BOB: &str = r#"
resource "mlspace_membership" "bob" {
  project = mlspace_project.fraud.name
  user    = "bob"
}
"#;

/// Destroys everything, which leaves nothing but the bucket.
fn destroy(env: &TestEnv) {
    env.work.destroy().assert_ok();
    env.aws.delete_bucket("analytics-lake");
    env.aws.assert_pristine();
}

/// The records of locations.
fn locations(env: &TestEnv) -> Value {
    env.aws.account_state()["tables"]["mlspace-resource-metadata"].clone()
}

/// The inline policies of a member's role, as text.
fn inline(env: &TestEnv, member: &str) -> String {
    let role = env.attribute(&format!("mlspace_membership.{member}"), "role_name");
    let role = role.as_str().expect("a name");
    env.aws.account_state()["roles"][role]["inline"].to_string()
}

fn with(parts: &[&str]) -> String {
    parts.concat()
}

e2e_test! {
    /// Created, planned empty, changed in place, imported, destroyed.
    fn external_location_lives(env) {
        let address = "mlspace_external_location.lake";
        env.aws.create_bucket("analytics-lake");
        env.apply_and_verify(LAKE);
        assert_eq!(env.attribute(address, "id"), "lake");
        let record = &locations(env)[0];
        assert_eq!(record["resourceType"], json!({"S": "external-location"}), "{record}");

        let changed = LAKE.replace(
            "\"curated/cards/\"]",
            "\"curated/cards/\", \"curated/rates/\"]\n    kms_key_arn = \"arn:aws:kms:us-east-1:123456789012:key/lake\"",
        );
        env.configure(&changed);
        env.plan().assert_only(address, &["update"]);
        env.apply_and_verify(&changed);

        env.work.forget(address);
        env.work.write("imports.tf", &format!("import {{\n  to = {address}\n  id = \"lake\"\n}}\n"));
        env.apply().assert_ok();
        env.plan().assert_empty();
        destroy(env);
        assert_eq!(locations(env), json!([]));
    }
}

e2e_test! {
    /// Refused by the plan: the platform's bucket, prefixes that a policy reads otherwise, no block. A
    /// missing bucket is a warning first, since the same run may create it, and then an error.
    fn external_location_bad_input(env) {
        let data = env.aws.seeded("data_bucket").to_owned();
        for (from, to, words) in [
            ("analytics-lake", data.as_str(), "platform's data bucket"),
            ("curated/cards/", "curated/*", "characters"),
            ("curated/cards/", "curated", "end with"),
            ("curated/cards/", "s3://lake/", "URL"),
            ("prefixes = [\"curated/cards/\"]", "prefixes = []", "empty"),
        ] {
            env.configure(&LAKE.replace(from, to));
            env.work.plan(&[]).outcome.assert_error(&[words]);
        }
        env.configure("resource \"mlspace_external_location\" \"lake\" {\n  name = \"lake\"\n}\n");
        env.work.plan(&[]).outcome.assert_error(&["s3"]);

        env.configure(LAKE);
        let planned = env.work.plan(&[]).outcome;
        planned.assert_ok();
        assert_eq!(planned.warnings()[0].summary, "Bucket not found");
        env.apply().assert_error(&["bucket `analytics-lake` does not exist"]);
        assert_eq!(locations(env), json!([]));
    }
}

e2e_test! {
    /// Created, planned empty, changed in place, imported, removed; members who join later have it, and
    /// memberships see no drift.
    fn grant_lives(env) {
        let address = "mlspace_grant.fraud";
        env.aws.create_bucket("analytics-lake");
        env.apply_and_verify(&with(&[PEOPLE, LAKE]));
        let before = inline(env, "alice");
        env.configure(&with(&[PEOPLE, LAKE, GRANT]));
        env.plan().assert_only(address, &["create"]);
        env.apply_and_verify(&with(&[PEOPLE, LAKE, GRANT]));
        assert_eq!(
            env.attribute(address, "opens"),
            "Every member of project `fraud` can list and read the objects under `s3://analytics-lake/curated/cards/`."
        );
        assert!(inline(env, "alice").contains("analytics-lake/curated/cards/*"));
        assert!(!inline(env, "alice").contains("GrantWrite"));

        // Somebody joins.
        env.apply_and_verify(&with(&[PEOPLE, BOB, LAKE, GRANT]));
        assert!(inline(env, "bob").contains("analytics-lake/curated/cards/*"));

        let writes = GRANT.replace("project  =", "access   = \"read_write\"\n  project  =");
        env.configure(&with(&[PEOPLE, BOB, LAKE, &writes]));
        env.plan().assert_only(address, &["update"]);
        env.apply_and_verify(&with(&[PEOPLE, BOB, LAKE, &writes]));
        let opens = env.attribute(address, "opens");
        assert!(opens.as_str().is_some_and(|text| text.contains("write and delete")), "{opens}");

        env.work.forget(address);
        env.work.write("imports.tf", &format!("import {{\n  to = {address}\n  id = \"lake/project/fraud\"\n}}\n"));
        env.apply().assert_ok();
        env.plan().assert_empty();
        env.work.write("imports.tf", "");

        env.apply_and_verify(&with(&[PEOPLE, BOB, LAKE]));
        assert_eq!(inline(env, "alice"), before);
        destroy(env);
    }
}

e2e_test! {
    /// All at once, in no order but that of the references; then the location changes for all.
    fn grant_with_everything_at_once(env) {
        env.aws.create_bucket("analytics-lake");
        let alice = "resource \"mlspace_grant\" \"alice\" {\n  location = mlspace_external_location.lake.name\n  \
                     project = mlspace_project.fraud.name\n  user = \"alice\"\n  access = \"read_write\"\n}\n";
        let all = with(&[PEOPLE, BOB, LAKE, GRANT, alice]);
        env.apply_and_verify(&all);
        assert!(inline(env, "alice").contains("GrantWrite"));
        assert!(inline(env, "bob").contains("analytics-lake/curated/cards/*"));
        let moved = all.replace("curated/cards/", "curated/rates/");
        env.apply_and_verify(&moved);
        for member in ["alice", "bob"] {
            let policy = inline(env, member);
            assert!(policy.contains("curated/rates/*") && !policy.contains("curated/cards"), "{policy}");
        }
        destroy(env);
        assert_eq!(locations(env), json!([]));
    }
}

e2e_test! {
    /// An edited policy is drift of the membership, an entry that is gone a new grant.
    fn grant_drift_is_corrected(env) {
        env.aws.create_bucket("analytics-lake");
        let all = with(&[PEOPLE, LAKE, GRANT]);
        env.apply_and_verify(&all);
        let policy = inline(env, "alice");
        let role = env.attribute("mlspace_membership.alice", "role_name");
        env.aws.call("iam", "PutRolePolicy", json!({
            "RoleName": role,
            "PolicyName": "SMPassRolePolicy",
            "PolicyDocument": json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}).to_string(),
        }));
        env.plan().assert_only("mlspace_membership.alice", &["update"]);
        env.apply_and_verify(&all);
        assert_eq!(inline(env, "alice"), policy);

        env.aws.call("dynamodb", "UpdateItem", json!({
            "TableName": "mlspace-resource-metadata",
            "Key": {"resourceType": {"S": "external-location"}, "resourceId": {"S": "lake"}},
            "UpdateExpression": "REMOVE grants",
        }));
        env.apply_and_verify(&all);
        assert_eq!(inline(env, "alice"), policy);
        destroy(env);
    }
}

e2e_test! {
    /// Refused: a project or a location that does not exist, a second grant of the same, a location
    /// that is still granted, and a combination of attributes that is nobody.
    fn grant_bad_input(env) {
        env.aws.create_bucket("analytics-lake");
        env.configure(&with(&[PEOPLE, LAKE, &GRANT.replace("mlspace_project.fraud.name", "\"nosuch\"")]));
        env.apply().assert_error(&["`nosuch`"]);
        env.configure(&with(&[PEOPLE, LAKE, &GRANT.replace("mlspace_external_location.lake.name", "\"pond\"")]));
        env.apply().assert_error(&["external location `pond` does not exist"]);
        for (body, words) in [
            ("", "Invalid combination"),
            ("  group = \"risk\"\n  user = \"alice\"\n", "Invalid combination"),
            ("  project = \"fraud\"\n  access = \"write\"\n", "access"),
        ] {
            env.configure(&with(&[PEOPLE, LAKE, &format!("resource \"mlspace_grant\" \"x\" {{\n  location = \"lake\"\n{body}}}\n")]));
            env.work.plan(&[]).outcome.assert_error(&[words]);
        }
        env.apply_and_verify(&with(&[PEOPLE, LAKE, GRANT]));
        let twice = with(&[PEOPLE, LAKE, GRANT, &GRANT.replace("\"fraud\"", "\"again\"")]);
        env.configure(&twice);
        env.work.plan(&[]).outcome.assert_error(&["lake/project/fraud"]);

        // Without a reference, Terraform deletes the location while the grant is there.
        let literal = GRANT.replace("mlspace_external_location.lake.name", "\"lake\"");
        env.configure(&with(&[PEOPLE, &literal]));
        env.apply().assert_error(&["external location `lake`", "still used by", "lake/project/fraud"]);
        env.configure(&with(&[PEOPLE, LAKE, GRANT]));
        env.apply().assert_ok();
        env.plan().assert_empty();
        destroy(env);
    }
}

e2e_test! {
    /// The plan warns of a bucket policy that refuses the members, and names its statement.
    fn grant_refused_by_bucket_policy(env) {
        env.aws.create_bucket("analytics-lake");
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "OnlyAnalytics", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::analytics-lake/*",
            "Condition": {"StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/analytics-*"}},
        }]});
        env.aws.s3(&json!({"method": "PUT", "path": "/analytics-lake", "query": "policy", "body": policy.to_string()}));
        env.apply_and_verify(&with(&[PEOPLE, LAKE]));
        env.configure(&with(&[PEOPLE, LAKE, GRANT]));
        let planned = env.work.plan(&[]).outcome;
        planned.assert_ok();
        let warnings = planned.warnings();
        assert!(
            warnings.iter().any(|each| each.summary == "Grant does not get through"
                && each.detail.contains("`OnlyAnalytics`")
                && each.detail.contains("fraud/alice")),
            "{warnings:#?}"
        );
    }
}

e2e_test! {
    /// A call fails anywhere in the middle: the next apply has the result of an uninterrupted one.
    fn grant_interrupted_converges(env) {
        env.aws.create_bucket("analytics-lake");
        let (before, all) = (with(&[PEOPLE, LAKE]), with(&[PEOPLE, LAKE, GRANT]));
        env.apply_and_verify(&all);
        let expected = without_timestamps(env.aws.account_state());
        env.apply_and_verify(&before);
        for (service, action) in [("iam", "PutRolePolicy"), ("dynamodb", "UpdateItem")] {
            env.aws.fault(&json!({
                "mode": "error",
                "service": service,
                "action": action,
                "code": "AccessDeniedException",
                "times": 1,
            }));
            env.configure(&all);
            assert_eq!(env.apply().code, Some(1), "{action}");
            env.aws.clear_faults();
            env.apply().assert_ok();
            env.plan().assert_empty();
            assert_eq!(without_timestamps(env.aws.account_state()), expected, "{action}");
            env.apply_and_verify(&before);
        }
        destroy(env);
    }
}

e2e_test! {
    /// A second workspace with the same configuration takes nothing over and leaves all as it is.
    fn grant_of_another_state(env) {
        env.aws.create_bucket("analytics-lake");
        let all = with(&[PEOPLE, LAKE, GRANT]);
        env.apply_and_verify(&all);
        let before = env.aws.account_state();
        let done = env.work.run(&["workspace", "new", "second"]);
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        let literal = all
            .replace("mlspace_external_location.lake.name", "\"lake\"")
            .replace("mlspace_project.fraud.name", "\"fraud\"");
        env.configure(&literal);
        let refused = env.work.plan(&[]).outcome;
        for address in ["mlspace_external_location.lake", "mlspace_grant.fraud"] {
            let errors = refused.errors();
            let error = errors.iter().find(|error| error.address == address);
            let error = error.unwrap_or_else(|| panic!("{address}: {errors:#?}"));
            assert_eq!(error.summary, "Resource already exists");
        }
        assert_eq!(env.apply().code, Some(1));
        env.work.destroy().assert_ok();
        assert_eq!(env.aws.account_state(), before);
    }
}
