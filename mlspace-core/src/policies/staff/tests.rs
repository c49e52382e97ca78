//! Staff roles are allowed and denied the right requests, also with a policy that allows
//! everything.

mod roles;
mod trust;

use super::*;
use crate::layout::Account;
use crate::policies::tests::{allow_all, findings};
use crate::policies::{ApprovedNetwork, PlatformAccess, PolicyContext, ProviderTables};
use iam_policy::evaluate::{Caller, PolicySet, Request};
use iam_policy::{Document, PolicyType};

const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
const TABLES_KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/tables";
const SAGEMAKER: &str = "arn:aws:sagemaker:us-east-1:123456789012";
const NOTEBOOK: &str = "arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/alice-fraud";
const OBJECT: &str = "arn:aws:s3:::mlspace-data-123456789012/project/fraud/datasets/cards/a";
const BUCKET: &str = "arn:aws:s3:::mlspace-data-123456789012";
const MEMBER: &str = "arn:aws:iam::123456789012:role/MLSpace-fraud-0123456789abcdef";
const OTHER_MEMBER: &str = "arn:aws:iam::123456789012:role/MLSpace-churn-0123456789abcdef";
const POLICY: &str = "arn:aws:iam::123456789012:policy/MLSpace-project-fraud";
const TABLES: &str = "arn:aws:dynamodb:us-east-1:123456789012:table";

type Context = &'static [(&'static str, &'static str)];

const ALICE: Context = &[
    ("aws:ResourceTag/system", "MLSpace"),
    ("aws:ResourceTag/project", "fraud"),
    ("aws:ResourceTag/user", "alice"),
];
const CAROL: Context = &[
    ("aws:ResourceTag/system", "MLSpace"),
    ("aws:ResourceTag/project", "churn"),
    ("aws:ResourceTag/user", "carol"),
];
const OTHER_SYSTEM: Context = &[
    ("aws:ResourceTag/system", "Other"),
    ("aws:ResourceTag/project", "fraud"),
    ("aws:ResourceTag/user", "alice"),
];
const DENY_ALL: Context = &[("iam:PolicyARN", "arn:aws:iam::aws:policy/AWSDenyAll")];
const ADMINISTRATOR: Context = &[(
    "iam:PolicyARN",
    "arn:aws:iam::aws:policy/AdministratorAccess",
)];
const FRAUD: Context = &[("dynamodb:LeadingKeys", "fraud")];
const CHURN: Context = &[("dynamodb:LeadingKeys", "churn")];
const THROUGH_TABLES: Context = &[("kms:ViaService", "dynamodb.us-east-1.amazonaws.com")];
const THROUGH_S3: Context = &[("kms:ViaService", "s3.us-east-1.amazonaws.com")];
const HERE: Context = &[];

fn in_account<T>(account: &Account, then: impl Fn(&PolicyContext<'_>) -> T) -> T {
    let subnets = ["subnet-1".to_owned()];
    let groups = ["sg-1".to_owned()];
    then(&PolicyContext {
        account,
        system_tag: "MLSpace",
        iam_prefix: "MLSpace",
        data_bucket: "mlspace-data-123456789012",
        network: Some(ApprovedNetwork {
            subnet_ids: &subnets,
            security_group_ids: &groups,
        }),
        kms_key: Some(KEY),
        platform: PlatformAccess::default(),
    })
}

fn access() -> StaffAccess<'static> {
    StaffAccess {
        table_key_arn: Some(TABLES_KEY),
        ..StaffAccess::default()
    }
}

fn all(context: &PolicyContext<'_>, access: &StaffAccess<'_>) -> [(&'static str, Document); 4] {
    let projects = ["fraud".parse().unwrap(), "atms".parse().unwrap()];
    let endpoints = ["vpce-1".to_owned()];
    [
        (
            "platform admin",
            platform_admin_policy(context, access).unwrap(),
        ),
        (
            "team admin",
            team_admin_policy(context, access, &projects).unwrap(),
        ),
        (
            "data scientist",
            data_scientist_policy(context, &endpoints, &projects).unwrap(),
        ),
        (
            "auditor",
            auditor_policy(context, access, "/mlspace/").unwrap(),
        ),
    ]
}

/// Whether the role, used by alice, is allowed a request: with its own policy, and with an
/// additional policy that allows everything.
fn decisions(role: &str, action: &str, resource: &str, context: Context) -> (bool, bool) {
    let account = Account::new("123456789012", "us-east-1");
    let documents = in_account(&account, |context| all(context, &access()));
    let (_, own) = documents.iter().find(|(name, _)| *name == role).unwrap();
    let broad = allow_all("*");
    let caller = Caller::from_arn("arn:aws:iam::123456789012:role/somebody").unwrap();
    let request = Request::new(caller, action, resource)
        .principal_tag("user", "alice")
        .context("aws:SourceVpce", ["vpce-1"]);
    let request = context.iter().fold(request, |request, (key, value)| {
        match key.strip_prefix("aws:ResourceTag/") {
            Some(tag) => request.resource_tag(tag, *value),
            None => request.context(*key, [*value]),
        }
    });
    let alone = PolicySet::new().identity("own", own);
    let with_broad = alone.clone().identity("broad", &broad);
    (
        alone.decide(&request).is_allowed(),
        with_broad.decide(&request).is_allowed(),
    )
}

fn allowed(role: &str, cases: &[(&str, &str, Context)]) {
    for (action, resource, context) in cases {
        let (alone, _) = decisions(role, action, resource, context);
        assert!(alone, "{role}: {action} on {resource} with {context:?}");
    }
}

/// Denied at least implicitly.
fn not_allowed(role: &str, cases: &[(&str, &str, Context)]) {
    for (action, resource, context) in cases {
        let (alone, _) = decisions(role, action, resource, context);
        assert!(!alone, "{role}: {action} on {resource} with {context:?}");
    }
}

/// Denied explicitly, so that an additional policy cannot allow it.
fn denied(role: &str, cases: &[(&str, &str, Context)]) {
    not_allowed(role, cases);
    for (action, resource, context) in cases {
        let (_, with_broad) = decisions(role, action, resource, context);
        assert!(
            !with_broad,
            "{role} with a broad policy: {action} on {resource} with {context:?}"
        );
    }
}

#[test]
fn staff_roles_cannot_access_data() {
    for role in ["platform admin", "team admin", "data scientist", "auditor"] {
        denied(
            role,
            &[
                ("s3:GetObject", OBJECT, HERE),
                ("s3:GetObjectVersion", OBJECT, HERE),
                ("s3:PutObject", OBJECT, HERE),
                ("s3:DeleteObject", OBJECT, HERE),
                ("kms:Decrypt", KEY, HERE),
                ("kms:Decrypt", KEY, THROUGH_S3),
                ("kms:GenerateDataKey", KEY, THROUGH_S3),
                ("kms:CreateGrant", KEY, HERE),
            ],
        );
    }
    for role in ["platform admin", "team admin", "auditor"] {
        denied(
            role,
            &[
                (
                    "sagemaker:CreatePresignedNotebookInstanceUrl",
                    NOTEBOOK,
                    ALICE,
                ),
                ("sagemaker:CreatePresignedDomainUrl", "*", HERE),
                (
                    "sagemaker:InvokeEndpoint",
                    "arn:aws:sagemaker:us-east-1:123456789012:endpoint/cards",
                    ALICE,
                ),
            ],
        );
    }
}

#[test]
fn staff_roles_cannot_add_members() {
    for role in ["platform admin", "team admin", "data scientist", "auditor"] {
        not_allowed(
            role,
            &[
                ("iam:CreateRole", MEMBER, HERE),
                ("iam:PutRolePolicy", MEMBER, HERE),
                ("iam:AttachRolePolicy", MEMBER, ADMINISTRATOR),
                ("iam:AttachRolePolicy", MEMBER, HERE),
                ("iam:DetachRolePolicy", MEMBER, ADMINISTRATOR),
                ("iam:UpdateAssumeRolePolicy", MEMBER, HERE),
                ("iam:DeleteRolePermissionsBoundary", MEMBER, HERE),
                ("iam:CreatePolicyVersion", POLICY, HERE),
                ("iam:PassRole", MEMBER, HERE),
                ("sts:AssumeRole", MEMBER, HERE),
                ("sagemaker:AddTags", NOTEBOOK, ALICE),
                ("sagemaker:DeleteTags", NOTEBOOK, ALICE),
                ("sagemaker:CreateNotebookInstance", NOTEBOOK, HERE),
                (
                    "sagemaker:CreateTrainingJob",
                    "arn:aws:sagemaker:us-east-1:123456789012:training-job/x",
                    HERE,
                ),
                (
                    "dynamodb:PutItem",
                    "arn:aws:dynamodb:us-east-1:123456789012:table/mlspace-project-users",
                    FRAUD,
                ),
                (
                    "dynamodb:DeleteItem",
                    "arn:aws:dynamodb:us-east-1:123456789012:table/mlspace-project-users",
                    FRAUD,
                ),
                ("kms:PutKeyPolicy", KEY, HERE),
                ("kms:ScheduleKeyDeletion", KEY, HERE),
                ("s3:PutBucketPolicy", BUCKET, HERE),
            ],
        );
    }
}

#[test]
fn staff_policies_are_valid_in_every_partition() {
    for (region, partition) in [
        ("us-east-1", "aws"),
        ("us-gov-west-1", "aws-us-gov"),
        ("cn-north-1", "aws-cn"),
    ] {
        let account = Account::new("123456789012", region);
        for key in [None, Some(TABLES_KEY)] {
            let access = StaffAccess {
                table_key_arn: key.filter(|_| partition == "aws"),
                ..StaffAccess::default()
            };
            let documents = in_account(&account, |context| {
                let other = PolicyContext {
                    kms_key: None,
                    ..*context
                };
                all(&other, &access)
            });
            for (name, document) in &documents {
                for policy_type in [PolicyType::Managed, PolicyType::Boundary] {
                    assert_eq!(findings(name, policy_type, document), [""; 0], "{name}");
                    assert_eq!(document.check(policy_type), [], "{name}");
                }
                assert!(document.statements.iter().all(|s| s.sid.is_some()));
                let json = document.to_json();
                let arns = json.matches("arn:").count();
                assert_eq!(arns, json.matches(&format!("arn:{partition}:")).count());
            }
        }
    }
}

#[test]
fn staff_policies_reject_wildcards() {
    let account = Account::new("123456789012", "us-east-1");
    in_account(&account, |context| {
        let wild = StaffAccess {
            table_key_arn: Some("*"),
            ..StaffAccess::default()
        };
        let tables = StaffAccess {
            tables: ProviderTables {
                projects: "*",
                ..ProviderTables::default()
            },
            ..StaffAccess::default()
        };
        for access in [wild, tables] {
            assert!(platform_admin_policy(context, &access).is_err());
            assert!(auditor_policy(context, &access, "/mlspace/").is_err());
        }
        assert!(auditor_policy(context, &access(), "*").is_err());
        assert!(data_scientist_policy(context, &["*".to_owned()], &[]).is_err());
        let none = team_admin_policy(context, &access(), &[]).unwrap_err();
        assert!(none.to_string().contains("name the projects"), "{none}");
    });
}
