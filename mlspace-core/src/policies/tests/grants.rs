//! What grants open, and that they open nothing else.

use super::*;
use crate::policies::isolation::{Tenant, isolation_claims};
use iam_policy::Principal;
use iam_policy::Statement;
use iam_policy::evaluate::{Caller, PolicySet, Request};
use iam_policy::prove::{Question, prove};

const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/lake";
const OTHER_KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/other";

fn grant(bucket: &str, prefixes: &[&str], write: bool) -> BucketGrant {
    BucketGrant {
        bucket: bucket.to_owned(),
        prefixes: strings(prefixes),
        write,
        kms_key_arn: None,
    }
}

/// Grants of every form: two of one bucket, one of a whole bucket.
fn grants() -> Vec<BucketGrant> {
    vec![
        BucketGrant {
            kms_key_arn: Some(KEY.to_owned()),
            ..grant("lake", &["cards/", "rates/2026/"], false)
        },
        grant("lake", &["results/"], true),
        grant("archive", &[], false),
    ]
}

fn documents(grants: &[BucketGrant], attribute: bool) -> Vec<Document> {
    let deployment = Deployment::new();
    let context = deployment.context();
    let (project, user) = (project("fraud"), user("alice"));
    let role = deployment.role_arn(&project, &user);
    let access = ProjectAccess::default();
    let member = MemberAccess {
        grants,
        ..MemberAccess::new(&project, &user, &role, &access)
    };
    if attribute {
        vec![
            attribute_policy(&context).unwrap(),
            attribute_role_policy(&context, &member).unwrap(),
        ]
    } else {
        vec![
            project_policy(&context, &project, &access, false).unwrap(),
            user_policy(&context, &user).unwrap(),
            pass_role_policy(&context, &member).unwrap(),
        ]
    }
}

/// Alice's role with these grants, and a base policy that allows everything if `broad`.
fn role(grants: &[BucketGrant], attribute: bool, broad: bool) -> PolicySet {
    let all = documents(grants, attribute);
    let set = all.iter().fold(PolicySet::new(), |set, document| {
        set.identity("own", document)
    });
    if broad {
        set.identity("base", &allow_all("*"))
    } else {
        set
    }
}

fn ask(action: &str, resource: &str) -> Request {
    let deployment = Deployment::new();
    let role = deployment.role_arn(&project("fraud"), &user("alice"));
    Request::new(Caller::from_arn(&role).unwrap(), action, resource)
        .principal_tag("system", "MLSpace")
        .principal_tag("project", "fraud")
        .principal_tag("user", "alice")
        .context("aws:SecureTransport", ["true"])
}

fn list(bucket: &str, prefix: &str) -> Request {
    ask("s3:ListBucket", &format!("arn:aws:s3:::{bucket}")).context("s3:prefix", [prefix])
}

fn opened() -> Vec<Request> {
    vec![
        ask("s3:GetObject", "arn:aws:s3:::lake/cards/x"),
        ask("s3:GetObject", "arn:aws:s3:::lake/rates/2026/x"),
        list("lake", "cards/"),
        list("lake", "rates/2026/a"),
        ask("kms:Decrypt", KEY),
        ask("s3:GetObject", "arn:aws:s3:::lake/results/x"),
        ask("s3:PutObject", "arn:aws:s3:::lake/results/x"),
        ask("s3:DeleteObject", "arn:aws:s3:::lake/results/x"),
        list("lake", "results/"),
        ask("s3:GetObject", "arn:aws:s3:::archive/any/x"),
        list("archive", ""),
    ]
}

#[test]
fn grants_open_what_they_name() {
    for attribute in [false, true] {
        let set = role(&grants(), attribute, false);
        for request in opened() {
            let decision = set.decide(&request);
            assert!(decision.is_allowed(), "{request:?}: {decision}");
        }
        let none = role(&[], attribute, true);
        for request in opened() {
            assert!(!none.decide(&request).is_allowed(), "{request:?}");
        }
    }
}

#[test]
fn grants_open_nothing_else() {
    for attribute in [false, true] {
        let set = role(&grants(), attribute, true);
        for request in [
            ask("s3:GetObject", "arn:aws:s3:::lake/loans/x"),
            ask("s3:GetObject", "arn:aws:s3:::lake/rates/2025/x"),
            ask("s3:PutObject", "arn:aws:s3:::lake/cards/x"),
            ask("s3:DeleteObject", "arn:aws:s3:::archive/x"),
            ask("s3:GetObject", "arn:aws:s3:::lake2/cards/x"),
            ask("s3:GetBucketPolicy", "arn:aws:s3:::lake"),
            list("lake", ""),
            list("lake", "loans/"),
            list("lake", "card"),
            ask("kms:Decrypt", OTHER_KEY),
            ask(
                "s3:GetObject",
                "arn:aws:s3:::mlspace-data-123456789012/project/churn/x",
            ),
        ] {
            let decision = set.decide(&request);
            assert!(!decision.is_allowed(), "{request:?}: {decision}");
        }
    }
}

/// Reading does not need to encrypt with the key.
#[test]
fn read_grant_only_decrypts() {
    let set = role(&grants(), false, false);
    assert!(
        !set.decide(&ask("kms:GenerateDataKey", KEY)).is_allowed(),
        "a read grant"
    );
    let write = BucketGrant {
        kms_key_arn: Some(KEY.to_owned()),
        ..grant("lake", &["cards/"], true)
    };
    let set = role(&[write], false, false);
    assert!(set.decide(&ask("kms:GenerateDataKey", KEY)).is_allowed());
}

#[test]
fn boundary_limits_grants_to_its_buckets_and_keys() {
    let deployment = Deployment::new();
    let set = role(&grants(), false, false);
    let bounded = |buckets: &[String], keys: &[String]| {
        let context = PolicyContext {
            platform: PlatformAccess {
                granted_buckets: buckets,
                granted_key_arns: keys,
                ..PlatformAccess::default()
            },
            ..deployment.context()
        };
        set.clone()
            .boundary("boundary", &permissions_boundary(&context).unwrap())
    };
    let (none, all) = (
        bounded(&[], &[]),
        bounded(&strings(&["lake", "archive"]), &strings(&[KEY])),
    );
    for request in opened() {
        assert!(!none.decide(&request).is_allowed(), "{request:?}");
        let decision = all.decide(&request);
        assert!(decision.is_allowed(), "{request:?}: {decision}");
    }
}

/// The claims of isolation hold for all requests with grants, too: none of them concerns what a grant
/// names.
#[test]
fn grants_keep_tenants_isolated() {
    let deployment = Deployment::new();
    let context = deployment.context();
    let arn = deployment.role_arn(&project("fraud"), &user("alice"));
    let tenant = Tenant {
        project: "fraud".to_owned(),
        user: "alice".to_owned(),
        role_arn: arn.clone(),
        shared_datasets: Vec::new(),
    };
    let caller = Caller::from_arn(&arn).unwrap();
    let tags = |question: Question| {
        question
            .principal_tag("system", "MLSpace")
            .principal_tag("project", "fraud")
            .principal_tag("user", "alice")
    };
    for attribute in [false, true] {
        let open = |grants: &[BucketGrant]| -> Vec<&'static str> {
            let set = role(grants, attribute, true);
            isolation_claims(&context, &caller, &tenant, tags)
                .into_iter()
                .filter(|claim| !prove(&set, &claim.question).holds())
                .map(|claim| claim.what)
                .collect()
        };
        assert_eq!(open(&grants()), open(&[]), "attribute: {attribute}");
        // Nor is any other bucket open, whatever the request.
        let set = role(&grants(), attribute, true);
        let own = |bucket: &str| {
            [
                format!("arn:aws:s3:::{bucket}"),
                format!("arn:aws:s3:::{bucket}/*"),
            ]
        };
        let public = [
            "arn:aws:s3:::jumpstart-cache-prod-*",
            "arn:aws:s3:::sagemaker-example-files-prod-*",
            "arn:aws:s3:::sagemaker-sample-files*",
            "arn:aws:s3:::mlspace-data-123456789012*",
        ];
        let named = ["lake/cards/*", "lake/rates/2026/*", "lake/results/*"]
            .map(|objects| format!("arn:aws:s3:::{objects}"));
        let question = tags(Question::new(caller.clone()))
            .actions(["s3:*"])
            .resources(["arn:aws:s3:::*"])
            .not_resources(
                own("archive")
                    .into_iter()
                    .chain(named)
                    .chain(["arn:aws:s3:::lake".to_owned()])
                    .chain(public.map(str::to_owned)),
            );
        let answer = prove(&set, &question);
        assert!(answer.holds(), "{answer}");
    }
}

/// A bucket that denies the role is refused by its policy, although the grant allows it.
#[test]
fn bucket_policy_can_refuse_a_grant() {
    let policy = Document::new([Statement::deny("OnlyAnalytics")
        .principal(Principal::Any)
        .actions(["s3:GetObject"])
        .resources(["arn:aws:s3:::lake/*"])]);
    let set = role(&grants(), false, false).resource("the bucket's policy", &policy);
    let decision = set.decide(&ask("s3:GetObject", "arn:aws:s3:::lake/cards/x"));
    assert_eq!(
        decision.to_string(),
        "denied by statement `OnlyAnalytics` of resource policy `the bucket's policy`"
    );
}

/// A role has room for five grants, beside the dataset of a group and in the larger model: two locations
/// of one bucket, and three buckets with a key each.
#[test]
fn inline_policy_has_room_for_five_grants() {
    let deployment = Deployment::new();
    let context = deployment.context();
    let (project, user) = (project("fraud"), user("alice"));
    let role = deployment.role_arn(&project, &user);
    let access = ProjectAccess::default();
    let mut grants = vec![
        grant("analytics-lake-123456789012", &["curated/cards/"], false),
        grant("analytics-lake-123456789012", &["results/fraud/"], true),
    ];
    grants.extend((0..3).map(|n| BucketGrant {
        kms_key_arn: Some(format!("{KEY}-{n}")),
        ..grant(
            &format!("other-lake-{n}-123456789012"),
            &["curated/cards/"],
            false,
        )
    }));
    let datasets = [dataset("cards")];
    let member = MemberAccess {
        datasets: &datasets,
        grants: &grants,
        ..MemberAccess::new(&project, &user, &role, &access)
    };
    let size = attribute_role_policy(&context, &member).map(|policy| policy.size());
    assert!(size.is_ok(), "{size:?}");
}
