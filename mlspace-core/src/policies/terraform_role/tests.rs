//! The policy of the identity that runs Terraform allows every call of the provider, and no call
//! that would extend its own or a member's permissions.

mod boundary;

use std::fs;
use std::path::Path;

use super::*;
use crate::policies::tests::Deployment;
use iam_policy::PolicyType;
use iam_policy::evaluate::{Caller, PolicySet, Request};
use iam_policy::lint::{LintOptions, LintTarget, lint};

const BOUNDARY: &str = "arn:aws:iam::123456789012:policy/MLSpace-boundary";
static BASE: std::sync::LazyLock<Vec<String>> =
    std::sync::LazyLock::new(|| vec!["arn:aws:iam::123456789012:policy/ml-notebook".to_owned()]);

pub(in crate::policies) fn access() -> TerraformRoleAccess<'static> {
    TerraformRoleAccess {
        boundary_arn: Some(BOUNDARY),
        base_policy_arns: &BASE,
        ..TerraformRoleAccess::default()
    }
}

pub(super) const ROLE: &str = "arn:aws:iam::123456789012:role/MLSpace-fraud-0123456789abcdef";
const POLICY: &str = "arn:aws:iam::123456789012:policy/MLSpace-project-fraud";
const BUCKET: &str = "arn:aws:s3:::mlspace-data-123456789012";
const NOTEBOOK: &str = "arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/alice-fraud";
const LIFECYCLE_CONFIG: &str =
    "arn:aws:sagemaker:us-east-1:123456789012:notebook-instance-lifecycle-config/standard";
const TABLES: &str = "arn:aws:dynamodb:us-east-1:123456789012:table";

pub(super) type Context = &'static [(&'static str, &'static str)];

pub(super) const BOUNDED: Context = &[("iam:PermissionsBoundary", BOUNDARY)];
pub(super) const NEW_ROLE: Context = &[
    ("aws:RequestTag/system", "MLSpace"),
    ("iam:PermissionsBoundary", BOUNDARY),
];
pub(super) const ATTACH: Context = &[
    ("iam:PermissionsBoundary", BOUNDARY),
    ("iam:PolicyARN", POLICY),
];
const TAGGED: Context = &[("aws:ResourceTag/system", "MLSpace")];
pub(super) const NEW_NOTEBOOK: Context = &[
    ("aws:RequestTag/system", "MLSpace"),
    ("sagemaker:DirectInternetAccess", "Disabled"),
    ("sagemaker:MinimumInstanceMetadataServiceVersion", "2"),
    ("sagemaker:RootAccess", "Disabled"),
    (
        "sagemaker:VolumeKmsKeyArn",
        "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
    ),
    ("sagemaker:VpcSecurityGroupIds", "sg-0123456789abcdef0"),
    ("sagemaker:VpcSubnets", "subnet-00000000000000000"),
];
const NEW: Context = &[("aws:RequestTag/system", "MLSpace")];
const NEW_DOMAIN: Context = &[
    ("aws:RequestTag/system", "MLSpace"),
    ("sagemaker:AppNetworkAccessType", "VpcOnly"),
    (
        "sagemaker:VolumeKmsKeyArn",
        "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
    ),
    ("sagemaker:VpcSecurityGroupIds", "sg-0123456789abcdef0"),
    ("sagemaker:VpcSubnets", "subnet-00000000000000000"),
];
/// Types of Studio's resources with what describes, creates, changes and deletes them.
const STUDIO: &[(&str, &[&str])] = &[
    (
        "app",
        &[
            "sagemaker:DescribeApp",
            "sagemaker:CreateApp",
            "sagemaker:DeleteApp",
        ],
    ),
    (
        "domain",
        &[
            "sagemaker:DescribeDomain",
            "sagemaker:CreateDomain",
            "sagemaker:AddTags",
            "sagemaker:DeleteDomain",
            "sagemaker:DeleteTags",
            "sagemaker:UpdateDomain",
        ],
    ),
    (
        "space",
        &[
            "sagemaker:DescribeSpace",
            "sagemaker:CreateSpace",
            "sagemaker:AddTags",
            "sagemaker:DeleteSpace",
            "sagemaker:DeleteTags",
            "sagemaker:UpdateSpace",
        ],
    ),
    (
        "user-profile",
        &[
            "sagemaker:DescribeUserProfile",
            "sagemaker:CreateUserProfile",
            "sagemaker:AddTags",
            "sagemaker:DeleteTags",
            "sagemaker:DeleteUserProfile",
            "sagemaker:UpdateUserProfile",
        ],
    ),
];

/// The context of AddTags within a call that creates a resource.
fn tagging(create: &str) -> Context {
    match create {
        "sagemaker:CreateApp" => &[("sagemaker:TaggingAction", "CreateApp")],
        "sagemaker:CreateDomain" => &[("sagemaker:TaggingAction", "CreateDomain")],
        "sagemaker:CreateSpace" => &[("sagemaker:TaggingAction", "CreateSpace")],
        _ => &[("sagemaker:TaggingAction", "CreateUserProfile")],
    }
}

const LOCATION: Context = &[("dynamodb:LeadingKeys", "external-location")];
pub(super) const LISTED: Context = &[("s3:prefix", "project/fraud/datasets/cards/")];

/// The calls of the provider: action, resource and condition keys.
pub(super) fn calls() -> Vec<(&'static str, String, Context)> {
    let mut all: Vec<(&str, String, Context)> = Vec::new();
    let mut add = |resource: &str, context: Context, actions: &[&'static str]| {
        for action in actions {
            all.push((action, resource.to_owned(), context));
        }
    };
    add(
        "*",
        &[],
        &[
            "iam:GetAccountAuthorizationDetails",
            "iam:GetAccountSummary",
            "iam:ListPolicies",
            "sagemaker:ListApps",
            "sagemaker:ListDomains",
            "sagemaker:ListNotebookInstances",
            "sagemaker:ListSpaces",
            "sagemaker:ListUserProfiles",
            "tag:GetResources",
        ],
    );
    add(
        ROLE,
        &[],
        &[
            "iam:DeleteRole",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
        ],
    );
    add(ROLE, NEW_ROLE, &["iam:CreateRole"]);
    add(
        ROLE,
        &[("aws:RequestTag/system", "MLSpace")],
        &["iam:TagRole"],
    );
    add(
        ROLE,
        BOUNDED,
        &[
            "iam:DeleteRolePolicy",
            "iam:DetachRolePolicy",
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy",
            "iam:UpdateAssumeRolePolicy",
        ],
    );
    add(ROLE, ATTACH, &["iam:AttachRolePolicy"]);
    add(
        ROLE,
        &[("iam:PassedToService", "sagemaker.amazonaws.com")],
        &["iam:PassRole"],
    );
    add(
        POLICY,
        &[],
        &[
            "iam:CreatePolicy",
            "iam:CreatePolicyVersion",
            "iam:DeletePolicy",
            "iam:DeletePolicyVersion",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:ListEntitiesForPolicy",
            "iam:ListPolicyVersions",
            "iam:TagPolicy",
        ],
    );
    add(
        "arn:aws:iam::123456789012:group/staff",
        &[("iam:PolicyARN", POLICY)],
        &["iam:DetachGroupPolicy"],
    );
    add(
        "arn:aws:iam::123456789012:user/bob",
        &[("iam:PolicyARN", POLICY)],
        &["iam:DetachUserPolicy"],
    );
    add(
        NOTEBOOK,
        &[],
        &["sagemaker:DescribeNotebookInstance", "sagemaker:ListTags"],
    );
    add(
        NOTEBOOK,
        NEW_NOTEBOOK,
        &["sagemaker:CreateNotebookInstance"],
    );
    add(
        NOTEBOOK,
        &[("sagemaker:TaggingAction", "CreateNotebookInstance")],
        &["sagemaker:AddTags"],
    );
    add(
        NOTEBOOK,
        TAGGED,
        &[
            "sagemaker:AddTags",
            "sagemaker:DeleteNotebookInstance",
            "sagemaker:DeleteTags",
            "sagemaker:StartNotebookInstance",
            "sagemaker:StopNotebookInstance",
            "sagemaker:UpdateNotebookInstance",
        ],
    );
    add(
        LIFECYCLE_CONFIG,
        &[],
        &[
            "sagemaker:DescribeNotebookInstanceLifecycleConfig",
            "sagemaker:ListTags",
        ],
    );
    add(
        LIFECYCLE_CONFIG,
        &[("aws:RequestTag/system", "MLSpace")],
        &["sagemaker:CreateNotebookInstanceLifecycleConfig"],
    );
    add(
        LIFECYCLE_CONFIG,
        &[(
            "sagemaker:TaggingAction",
            "CreateNotebookInstanceLifecycleConfig",
        )],
        &["sagemaker:AddTags"],
    );
    add(
        LIFECYCLE_CONFIG,
        TAGGED,
        &[
            "sagemaker:AddTags",
            "sagemaker:DeleteNotebookInstanceLifecycleConfig",
            "sagemaker:UpdateNotebookInstanceLifecycleConfig",
        ],
    );
    for (kind, actions) in STUDIO {
        let resource = format!("arn:aws:sagemaker:us-east-1:123456789012:{kind}/d-1abc/x");
        let [describe, create, keep @ ..] = actions else {
            unreachable!()
        };
        add(&resource, &[], &[describe, "sagemaker:ListTags"]);
        let new = if *kind == "domain" { NEW_DOMAIN } else { NEW };
        add(&resource, new, &[create]);
        add(&resource, tagging(create), &["sagemaker:AddTags"]);
        let (emptying, keeping): (Vec<&str>, Vec<&str>) = keep
            .iter()
            .partition(|action| ["sagemaker:DeleteApp", "sagemaker:DeleteSpace"].contains(action));
        add(&resource, &[], &emptying);
        add(&resource, TAGGED, &keeping);
    }
    add(BUCKET, LISTED, &["s3:ListBucket", "s3:ListBucketVersions"]);
    add(BUCKET, &[], &["s3:ListBucketMultipartUploads"]);
    for prefix in ["project/fraud", "private/alice", "group", "global"] {
        add(
            &format!("{BUCKET}/{prefix}/datasets/cards/a"),
            &[],
            &[
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:DeleteObjectVersion",
            ],
        );
    }
    let written = [
        "mlspace-projects",
        "mlspace-project-users",
        "mlspace-project-groups",
        "mlspace-group-datasets",
        "mlspace-datasets",
        "mlspace-resource-schedule",
        "mlspace-users",
    ];
    for table in written {
        add(
            &format!("{TABLES}/{table}"),
            &[],
            &[
                "dynamodb:BatchGetItem",
                "dynamodb:ConditionCheckItem",
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:UpdateItem",
            ],
        );
    }
    let locations = format!("{TABLES}/mlspace-resource-metadata");
    add(
        &locations,
        &[],
        &[
            "dynamodb:BatchGetItem",
            "dynamodb:GetItem",
            "dynamodb:Query",
        ],
    );
    add(
        &locations,
        LOCATION,
        &[
            "dynamodb:DeleteItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
        ],
    );
    for table in [
        "mlspace-project-users",
        "mlspace-group-users",
        "mlspace-group-datasets",
    ] {
        add(&format!("{TABLES}/{table}"), &[], &["dynamodb:Scan"]);
        add(
            &format!("{TABLES}/{table}/index/ReverseLookup"),
            &[],
            &["dynamodb:Query"],
        );
    }
    all
}

fn allowed(action: &str, resource: &str, context: &[(&str, &str)]) -> bool {
    let deployment = Deployment::new();
    let policies = provider_policy(&deployment.context(), &access()).unwrap();
    let caller = Caller::from_arn("arn:aws:iam::123456789012:role/terraform").unwrap();
    let request = context.iter().fold(
        Request::new(caller, action, resource),
        |request, (key, value)| request.context(*key, [*value]),
    );
    policies
        .iter()
        .fold(PolicySet::new(), |set, policy| {
            set.identity("caller", policy)
        })
        .decide(&request)
        .is_allowed()
}

#[test]
fn provider_policy_allows_every_call() {
    for (action, resource, context) in calls() {
        assert!(allowed(action, &resource, context), "{action} {resource}");
    }
}

/// MLSpace's records of SageMaker resources are in the same table.
#[test]
fn only_locations_are_written_in_their_table() {
    let table = format!("{TABLES}/mlspace-resource-metadata");
    for context in [&[][..], &[("dynamodb:LeadingKeys", "training-job")]] {
        for action in [
            "dynamodb:DeleteItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
        ] {
            assert!(!allowed(action, &table, context), "{action} {context:?}");
        }
    }
}

#[test]
fn granted_buckets_and_keys_are_looked_at() {
    let deployment = Deployment::new();
    let (buckets, keys) = (
        ["lake".to_owned()],
        ["arn:aws:kms:us-east-1:123456789012:key/lake".to_owned()],
    );
    let context = PolicyContext {
        platform: crate::policies::PlatformAccess {
            granted_buckets: &buckets,
            granted_key_arns: &keys,
            ..crate::policies::PlatformAccess::default()
        },
        ..deployment.context()
    };
    let policies = provider_policy(&context, &access()).unwrap();
    let boundary = provider_boundary(&context, &access()).unwrap();
    let set = policies
        .iter()
        .fold(PolicySet::new(), |set, policy| set.identity("own", policy))
        .boundary("boundary", &boundary);
    let caller = Caller::from_arn("arn:aws:iam::123456789012:role/terraform").unwrap();
    for (action, resource, expected) in [
        ("s3:ListBucket", "arn:aws:s3:::lake", true),
        ("s3:GetBucketPolicy", "arn:aws:s3:::lake", true),
        ("s3:GetBucketPolicy", "arn:aws:s3:::other", false),
        ("s3:PutBucketPolicy", "arn:aws:s3:::lake", false),
        ("s3:GetObject", "arn:aws:s3:::lake/x", false),
        ("kms:GetKeyPolicy", keys[0].as_str(), true),
        ("kms:PutKeyPolicy", keys[0].as_str(), false),
        ("kms:Decrypt", keys[0].as_str(), false),
    ] {
        let decision = set.decide(&Request::new(caller.clone(), action, resource));
        assert_eq!(
            decision.is_allowed(),
            expected,
            "{action} {resource}: {decision}"
        );
    }
}

#[test]
fn table_key_is_allowed_through_dynamodb_only() {
    let deployment = Deployment::new();
    let key = "arn:aws:kms:us-east-1:123456789012:key/tables";
    let access = TerraformRoleAccess {
        table_key_arn: Some(key),
        ..access()
    };
    let policies = provider_policy(&deployment.context(), &access).unwrap();
    let boundary = provider_boundary(&deployment.context(), &access).unwrap();
    let decrypts = |service: Option<&str>| {
        let caller = Caller::from_arn("arn:aws:iam::123456789012:role/terraform").unwrap();
        let request = Request::new(caller, "kms:Decrypt", key).context("kms:ViaService", service);
        policies
            .iter()
            .fold(PolicySet::new(), |set, policy| set.identity("own", policy))
            .boundary("boundary", &boundary)
            .decide(&request)
            .is_allowed()
    };
    assert!(decrypts(Some("dynamodb.us-east-1.amazonaws.com")));
    assert!(!decrypts(Some("s3.us-east-1.amazonaws.com")));
    assert!(!decrypts(None));
}

#[test]
fn provider_policy_allows_shared_policies() {
    let deployment = Deployment::new();
    let context = deployment.context();
    let names = [
        crate::layout::attribute_policy_name(context.iam_prefix).unwrap(),
        crate::layout::suspension_policy_name(context.iam_prefix).unwrap(),
    ];
    for arn in names.map(|name| context.account.policy_arn(&name)) {
        for (action, ..) in calls().iter().filter(|(_, on, _)| on == POLICY) {
            assert!(allowed(action, &arn, &[]), "{action} {arn}");
        }
        let attach = [
            ("iam:PermissionsBoundary", BOUNDARY),
            ("iam:PolicyARN", arn.as_str()),
        ];
        assert!(allowed("iam:AttachRolePolicy", ROLE, &attach), "{arn}");
    }
    // The list of suspended projects and users is derived from the records, as are a project's owners.
    for table in [
        "mlspace-projects",
        "mlspace-project-groups",
        "mlspace-users",
        "mlspace-datasets",
        "mlspace-resource-schedule",
    ] {
        let table = format!("{TABLES}/{table}");
        assert!(allowed("dynamodb:Scan", &table, &[]), "{table}");
    }
}

#[test]
fn provider_policy_has_no_findings_with_one_key() {
    let deployment = Deployment::new();
    let key = "arn:aws:kms:us-east-1:123456789012:key/both";
    let context = PolicyContext {
        kms_key: Some(key),
        ..deployment.context()
    };
    let access = TerraformRoleAccess {
        table_key_arn: Some(key),
        ..access()
    };
    let documents = provider_policy(&context, &access).unwrap();
    let policies: Vec<LintTarget<'_>> = documents
        .iter()
        .map(|document| LintTarget {
            label: "provider",
            policy_type: PolicyType::Managed,
            document,
        })
        .collect();
    let findings = lint(&policies, &LintOptions::default());
    assert!(findings.is_empty(), "{findings:?}");
}

#[test]
fn provider_policy_requires_every_condition() {
    let optional = ["iam:DetachRolePolicy"];
    for (action, resource, context) in calls() {
        if optional.contains(&action) {
            continue;
        }
        for missing in 0..context.len() {
            let mut rest = context.to_vec();
            let (key, _) = rest.remove(missing);
            assert!(!allowed(action, &resource, &rest), "{action} without {key}");
            rest.push((key, "another"));
            assert!(
                !allowed(action, &resource, &rest),
                "{action} with another {key}"
            );
        }
    }
}

/// Calls outside of the platform.
pub(super) const DENIED: [(&str, &str); 24] = [
    // Whoever opens a notebook or Studio works as its member.
    ("sagemaker:CreatePresignedNotebookInstanceUrl", NOTEBOOK),
    (
        "sagemaker:CreatePresignedDomainUrl",
        "arn:aws:sagemaker:us-east-1:123456789012:user-profile/d-1abc/fraud-alice",
    ),
    ("iam:CreateRole", "arn:aws:iam::123456789012:role/admin"),
    (
        "iam:PutRolePolicy",
        "arn:aws:iam::123456789012:role/MLSpaces-x",
    ),
    (
        "iam:AttachRolePolicy",
        "arn:aws:iam::123456789012:role/terraform",
    ),
    ("iam:PassRole", "arn:aws:iam::123456789012:role/admin"),
    (
        "iam:CreatePolicyVersion",
        "arn:aws:iam::123456789012:policy/admins",
    ),
    // The limits themselves, although the boundary's name starts with the prefix.
    ("iam:CreatePolicyVersion", BOUNDARY),
    ("iam:DeletePolicy", BOUNDARY),
    (
        "iam:CreatePolicyVersion",
        "arn:aws:iam::123456789012:policy/ml-notebook",
    ),
    ("iam:DeleteRolePermissionsBoundary", ROLE),
    ("iam:CreateUser", "arn:aws:iam::123456789012:user/MLSpace-x"),
    (
        "s3:GetObject",
        "arn:aws:s3:::mlspace-data-123456789012/project/fraud/datasets/cards/a",
    ),
    (
        "s3:PutObject",
        "arn:aws:s3:::mlspace-data-123456789012/project/fraud/datasets/cards/a",
    ),
    (
        "s3:DeleteObject",
        "arn:aws:s3:::mlspace-data-123456789012/project/fraud/notes",
    ),
    (
        "s3:DeleteObject",
        "arn:aws:s3:::mlspace-data-123456789012x/global/datasets/a",
    ),
    ("s3:DeleteBucket", BUCKET),
    ("s3:PutBucketPolicy", BUCKET),
    (
        "dynamodb:GetItem",
        "arn:aws:dynamodb:us-east-1:123456789012:table/mlspace-app-configuration",
    ),
    (
        "dynamodb:DeleteTable",
        "arn:aws:dynamodb:us-east-1:123456789012:table/mlspace-projects",
    ),
    (
        "dynamodb:DeleteItem",
        "arn:aws:dynamodb:us-east-1:123456789012:table/mlspace-group-membership-history",
    ),
    (
        "sagemaker:CreateTrainingJob",
        "arn:aws:sagemaker:us-east-1:123456789012:training-job/x",
    ),
    ("sagemaker:DeleteNotebookInstance", NOTEBOOK),
    ("sts:AssumeRole", ROLE),
];

#[test]
fn provider_policy_denies_other_calls() {
    let all: Vec<(&str, &str)> = [BOUNDED, ATTACH, NEW_NOTEBOOK, LISTED].concat();
    for (action, resource) in DENIED {
        let context: Vec<_> = all
            .iter()
            .copied()
            .chain([("iam:PassedToService", "sagemaker.amazonaws.com")])
            .collect();
        assert!(!allowed(action, resource, &context), "{action} {resource}");
    }
    let mut root = [TAGGED, &[("sagemaker:RootAccess", "Enabled")]].concat();
    assert!(!allowed(
        "sagemaker:UpdateNotebookInstance",
        NOTEBOOK,
        &root
    ));
    root[1].1 = "Disabled";
    assert!(allowed("sagemaker:UpdateNotebookInstance", NOTEBOOK, &root));
    let domain = "arn:aws:sagemaker:us-east-1:123456789012:domain/d-1abc";
    let public = ("sagemaker:AppNetworkAccessType", "PublicInternetOnly");
    let public = [TAGGED, &[public]].concat();
    assert!(!allowed("sagemaker:UpdateDomain", domain, &public));
    let space = "arn:aws:sagemaker:us-east-1:123456789012:space/d-1abc/lab";
    let of_other_platform = ("aws:ResourceTag/system", "Other");
    assert!(!allowed(
        "sagemaker:DeleteSpace",
        space,
        &[of_other_platform]
    ));
    assert!(!allowed(
        "iam:DetachRolePolicy",
        "arn:aws:iam::123456789012:role/admin",
        &[(
            "iam:PolicyARN",
            "arn:aws:iam::aws:policy/AdministratorAccess"
        )]
    ));
}

/// Collects the calls in source files, which are named as in `.called("iam", "GetRole")`.
fn collect_calls(directory: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_calls(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            for call in text.split("called(\"").skip(1) {
                let mut parts = call.split('"');
                if let (Some(service), Some(", "), Some(action)) =
                    (parts.next(), parts.next(), parts.next())
                {
                    found.push(format!("{service}:{action}"));
                }
            }
        }
    }
}

#[test]
fn provider_policy_keeps_schedules_of_one_group() {
    let stop = "arn:aws:iam::123456789012:role/platform/mlspace-stop";
    let deployment = Deployment::new();
    let context = deployment.context();
    let access = TerraformRoleAccess {
        stop_schedules: Some(StopSchedules {
            group: "mlspace-stop",
            role_arn: stop,
        }),
        ..access()
    };
    let policies = provider_policy(&context, &access).unwrap();
    let boundary = provider_boundary(&context, &access).unwrap();
    let set = policies
        .iter()
        .fold(PolicySet::new(), |set, policy| set.identity("own", policy))
        .boundary("boundary", &boundary);
    let allows = |action: &str, resource: &str, service: Option<&str>| {
        let caller = Caller::from_arn("arn:aws:iam::123456789012:role/terraform").unwrap();
        let request =
            Request::new(caller, action, resource).context("iam:PassedToService", service);
        set.decide(&request).is_allowed()
    };
    let schedule =
        |group: &str| format!("arn:aws:scheduler:us-east-1:123456789012:schedule/{group}/alice");
    for call in ["Create", "Delete", "Get", "Update"] {
        let action = format!("scheduler:{call}Schedule");
        assert!(allows(&action, &schedule("mlspace-stop"), None), "{action}");
        assert!(!allows(&action, &schedule("default"), None), "{action}");
        assert!(
            !allows(&action, &schedule("mlspace-stop-2"), None),
            "{action}"
        );
    }
    let group = "arn:aws:scheduler:us-east-1:123456789012:schedule-group/mlspace-stop";
    assert!(!allows("scheduler:DeleteScheduleGroup", group, None));
    let scheduler = Some("scheduler.amazonaws.com");
    assert!(allows("iam:PassRole", stop, scheduler));
    assert!(!allows(
        "iam:PassRole",
        stop,
        Some("sagemaker.amazonaws.com")
    ));
    assert!(!allows("iam:PassRole", stop, None));
    assert!(!allows("iam:PassRole", ROLE, scheduler));
    for wrong in [
        StopSchedules {
            group: "*",
            role_arn: stop,
        },
        StopSchedules {
            group: "mlspace-stop",
            role_arn: "arn:aws:iam::123456789012:role/*",
        },
    ] {
        let access = TerraformRoleAccess {
            stop_schedules: Some(wrong),
            ..access
        };
        assert!(provider_policy(&context, &access).is_err());
        assert!(provider_boundary(&context, &access).is_err());
    }
}

#[test]
fn calls_cover_the_source_code() {
    let mut found = Vec::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    collect_calls(&source, &mut found);
    assert!(found.len() > 50, "{found:?}");
    let known = calls();
    // These need no permission, are authorized as their parts, or are not allowed on purpose (see
    // `provider_policy`).
    let others = [
        "sts:GetCallerIdentity",
        "dynamodb:TransactWriteItems",
        "iam:DeleteRolePermissionsBoundary",
        "iam:ListInstanceProfilesForRole",
        "iam:RemoveRoleFromInstanceProfile",
        // In `provider_policy_keeps_schedules_of_one_group`.
        "scheduler:CreateSchedule",
        "scheduler:DeleteSchedule",
        "scheduler:GetSchedule",
        "scheduler:UpdateSchedule",
        // In `provider_policy_keeps_budgets_of_projects_if_asked`, by other names.
        "budgets:CreateBudget",
        "budgets:CreateNotification",
        "budgets:DeleteBudget",
        "budgets:DeleteNotification",
        "budgets:DescribeBudget",
        "budgets:DescribeNotificationsForBudget",
        "budgets:DescribeSubscribersForNotification",
        "budgets:ListTagsForResource",
        "budgets:UpdateBudget",
        // In `provider_policy_reads_groups_of_identity_center_if_asked`.
        "identitystore:DescribeGroup",
        "identitystore:DescribeUser",
        "identitystore:GetGroupId",
        "identitystore:ListGroupMemberships",
        // Of people: whoever opens a notebook or Studio works as its member.
        "sagemaker:CreatePresignedDomainUrl",
        "sagemaker:CreatePresignedNotebookInstanceUrl",
        // Of buckets that can be granted only.
        "s3:GetBucketPolicy",
    ];
    for action in found {
        let covered =
            others.contains(&action.as_str()) || known.iter().any(|(known, ..)| *known == action);
        assert!(
            covered,
            "`{action}` is called, but not allowed by the policy"
        );
    }
}

#[test]
fn provider_policy_allows_removing_boundaries_without_one() {
    let deployment = Deployment::new();
    let access = TerraformRoleAccess::default();
    let policies = provider_policy(&deployment.context(), &access).unwrap();
    let policy: String = policies.iter().map(Document::to_json).collect();
    assert!(policy.contains("iam:DeleteRolePermissionsBoundary"));
    assert!(!policy.contains("iam:PermissionsBoundary"));
    assert!(!policy.contains("DenyRewriteLimits"));
}

#[test]
fn provider_policy_rejects_wildcards() {
    let deployment = Deployment::new();
    let wild = vec!["arn:aws:iam::aws:policy/*".to_owned()];
    let tables = ProviderTables {
        datasets: "*",
        ..ProviderTables::default()
    };
    for bad in [
        TerraformRoleAccess {
            boundary_arn: Some("*"),
            ..access()
        },
        TerraformRoleAccess {
            base_policy_arns: &wild,
            ..access()
        },
        TerraformRoleAccess { tables, ..access() },
    ] {
        let error = provider_policy(&deployment.context(), &bad).unwrap_err();
        assert!(
            error.to_string().contains("cannot be used in a policy"),
            "{error}"
        );
    }
}

#[test]
fn provider_policy_keeps_budgets_of_projects_if_asked() {
    let deployment = Deployment::new();
    let context = deployment.context();
    let allows = |budgets: bool, action: &str, resource: &str| {
        let access = TerraformRoleAccess {
            budgets,
            ..access()
        };
        let policies = provider_policy(&context, &access).unwrap();
        let boundary = provider_boundary(&context, &access).unwrap();
        let set = policies
            .iter()
            .fold(PolicySet::new(), |set, policy| set.identity("own", policy))
            .boundary("boundary", &boundary);
        let caller = Caller::from_arn("arn:aws:iam::123456789012:role/terraform").unwrap();
        let resource = format!("arn:aws:budgets::123456789012:{resource}");
        set.decide(&Request::new(caller, action, resource))
            .is_allowed()
    };
    let own = "budget/MLSpace-project-fraud";
    for call in [
        "ListTagsForResource",
        "ModifyBudget",
        "TagResource",
        "ViewBudget",
    ] {
        let action = format!("budgets:{call}");
        assert!(allows(true, &action, own), "{action}");
        assert!(!allows(false, &action, own), "{action}");
        assert!(!allows(true, &action, "budget/company"), "{action}");
    }
    for call in ["CreateBudgetAction", "ExecuteBudgetAction", "UntagResource"] {
        assert!(!allows(true, &format!("budgets:{call}"), own), "{call}");
    }
    assert!(!allows(true, "budgets:ViewBudget", "budget/MLSpace-other"));
}

#[test]
fn provider_policy_reads_groups_of_identity_center_if_asked() {
    let deployment = Deployment::new();
    let context = deployment.context();
    let allows = |identity_center: bool, action: &str| {
        let access = TerraformRoleAccess {
            identity_center,
            ..access()
        };
        let policies = provider_policy(&context, &access).unwrap();
        let boundary = provider_boundary(&context, &access).unwrap();
        let set = policies
            .iter()
            .fold(PolicySet::new(), |set, policy| set.identity("own", policy))
            .boundary("boundary", &boundary);
        let caller = Caller::from_arn("arn:aws:iam::123456789012:role/terraform").unwrap();
        let store = "arn:aws:identitystore::123456789012:identitystore/d-0123456789";
        set.decide(&Request::new(caller, action, store))
            .is_allowed()
    };
    for call in [
        "DescribeGroup",
        "DescribeUser",
        "GetGroupId",
        "ListGroupMemberships",
    ] {
        let action = format!("identitystore:{call}");
        assert!(allows(true, &action) && !allows(false, &action), "{action}");
    }
    for call in ["CreateGroupMembership", "DeleteUser", "UpdateGroup"] {
        assert!(!allows(true, &format!("identitystore:{call}")), "{call}");
    }
}
