//! Access cases about passing roles, and of what is denied whatever the tags are.

use mlspace_core::layout::role_name;

use super::cases::{AccessCase, PlatformNames, case, on_own, request, requesting_own, sagemaker};
use super::roles::Role;

pub(super) fn passing(role: &Role) -> Vec<AccessCase> {
    let pass = |arn: &str, service: &str| {
        request(role, "iam:PassRole", arn).context("iam:PassedToService", [service])
    };
    let arn_of = |project: &str, user: &str| {
        let name = role_name(
            "MLSpace",
            &project.parse().expect("a name"),
            &user.parse().expect("a name"),
        );
        role.account.role_arn(&name.expect("a role's name"))
    };
    let service = "sagemaker.amazonaws.com";
    let mut all = vec![
        case("pass its own role", pass(&role.arn, service), true),
        case(
            "pass its own role to no service",
            request(role, "iam:PassRole", role.arn.as_str()),
            false,
        ),
        case(
            "pass an administrator",
            pass(&role.account.role_arn("admin"), service),
            false,
        ),
    ];
    for other in [
        "lambda.amazonaws.com",
        "ec2.amazonaws.com",
        "sagemaker.amazonaws.com.evil",
    ] {
        all.push(case(
            format!("pass its own role to {other}"),
            pass(&role.arn, other),
            false,
        ));
    }
    for project in ["alpha", "alphabeta"] {
        for user in ["ali", "alice", "alice2"] {
            if (project, user) != (role.project.as_str(), role.user.as_str()) {
                let request = pass(&arn_of(project, user), service);
                all.push(case(
                    format!("pass the role of {project}/{user}"),
                    request,
                    false,
                ));
            }
        }
    }
    all
}

pub(super) fn always_denied(platform: &PlatformNames, role: &Role) -> Vec<AccessCase> {
    let table = role.account.table_arn("mlspace-project-users");
    let admin = role.account.role_arn("admin");
    let policy = role
        .account
        .policy_arn(&format!("MLSpace-project-{}", role.project));
    let bucket = role.account.bucket_arn(&platform.bucket);
    let groups: [(&str, &str, &[&str]); 8] = [
        (
            "iam",
            &role.arn,
            &[
                "GetRole",
                "TagRole",
                "UntagRole",
                "AttachRolePolicy",
                "DetachRolePolicy",
                "PutRolePolicy",
                "DeleteRolePolicy",
                "PutRolePermissionsBoundary",
                "DeleteRolePermissionsBoundary",
                "UpdateAssumeRolePolicy",
                "CreateRole",
            ],
        ),
        (
            "iam",
            &policy,
            &[
                "CreatePolicyVersion",
                "SetDefaultPolicyVersion",
                "DeletePolicy",
                "TagPolicy",
            ],
        ),
        ("iam", "*", &["ListRoles", "CreateUser", "CreateAccessKey"]),
        (
            "kms",
            &platform.key,
            &[
                "PutKeyPolicy",
                "ScheduleKeyDeletion",
                "DisableKey",
                "UpdateAlias",
                "RevokeGrant",
                "TagResource",
            ],
        ),
        (
            "dynamodb",
            &table,
            &[
                "GetItem",
                "PutItem",
                "UpdateItem",
                "DeleteItem",
                "Query",
                "Scan",
                "DeleteTable",
            ],
        ),
        (
            "s3",
            &bucket,
            &[
                "PutBucketPolicy",
                "DeleteBucketPolicy",
                "DeleteBucket",
                "PutEncryptionConfiguration",
                "PutLifecycleConfiguration",
                "PutBucketVersioning",
                "PutBucketPublicAccessBlock",
            ],
        ),
        ("sts", &admin, &["AssumeRole", "TagSession"]),
        (
            "sagemaker",
            "*",
            &[
                "ListModels",
                "ListTrainingJobs",
                "ListNotebookInstances",
                "Search",
            ],
        ),
    ];
    let mut all = Vec::new();
    for (service, resource, actions) in groups {
        for action in actions {
            let action = format!("{service}:{action}");
            // The role's own tags on every resource must not allow any of it.
            let request = requesting_own(role, on_own(role, request(role, &action, resource)));
            all.push(case(format!("{action} {resource}"), request, false));
        }
    }
    let administration = [
        "CreateNotebookInstance",
        "UpdateNotebookInstance",
        "DeleteNotebookInstance",
        "StartNotebookInstance",
        "CreatePresignedNotebookInstanceUrl",
    ];
    for action in administration {
        let action = format!("sagemaker:{action}");
        let request = requesting_own(
            role,
            on_own(
                role,
                request(role, &action, sagemaker(role, "notebook-instance")),
            ),
        );
        all.push(case(action, request, false));
    }
    for (action, kind) in [
        ("CreateDomain", "domain"),
        ("CreatePipeline", "pipeline"),
        ("CreateLabelingJob", "labeling-job"),
    ] {
        let action = format!("sagemaker:{action}");
        let request = requesting_own(role, request(role, &action, sagemaker(role, kind)));
        all.push(case(action, request, false));
    }
    all
}
