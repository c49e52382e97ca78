//! The access table as requests.

mod edges;
mod workloads;

use super::{Member, OTHER_DATASET, PROJECTS, SHARED_DATASET, USERS};
use crate::policies::actions::{OBJECT, OBJECT_KEEP, OBJECT_READ};
use crate::policies::tests::{project, user};
use iam_policy::evaluate::Request;

/// A request, and whether it is allowed.
pub(super) struct Case {
    pub(super) what: String,
    pub(super) request: Request,
    pub(super) allowed: bool,
    /// Denied only implicitly: a base policy that allows everything allows it.
    pub(super) base_policy_can_allow: bool,
    /// Allowed by the permissions boundary, and so decided by the role's own policies.
    pub(super) allowed_by_boundary: bool,
    /// The resource belongs to another account, which lets everybody use it.
    pub(super) open_to_all: bool,
}

fn case(what: impl Into<String>, request: Request, allowed: bool) -> Case {
    Case {
        what: what.into(),
        request,
        allowed,
        base_policy_can_allow: false,
        allowed_by_boundary: allowed,
        open_to_all: false,
    }
}

pub(super) fn access_cases(member: &Member<'_>) -> Vec<Case> {
    let mut all = objects(member);
    all.extend(other_region(member));
    all.extend(listing(member));
    all.extend(workloads::creating(member));
    all.extend(workloads::endpoints(member));
    all.extend(workloads::operating(member));
    all.extend(tagging(member));
    all.extend(denied(member));
    all.extend(passing(member));
    all.extend(edges::side_doors(member));
    all.extend(edges::names_and_models(member));
    all.extend(edges::logs_and_images(member));
    all.extend(edges::public_data(member));
    all.extend(edges::domain_and_search(member));
    all
}

fn others(member: &Member<'_>) -> (&'static str, &'static str) {
    let other = |all: [&'static str; 2], own: &str| if all[0] == own { all[1] } else { all[0] };
    (
        other(PROJECTS, member.project.as_str()),
        other(USERS, member.user.as_str()),
    )
}

fn objects(member: &Member<'_>) -> Vec<Case> {
    let (p, u, (q, v)) = (&member.project, &member.user, others(member));
    let bucket = &member.deployment.bucket;
    let mut all = Vec::new();
    let mut add = |key: String, actions: &[&str], within_boundary: bool| {
        for action in OBJECT.iter().chain(&[
            "s3:PutObjectAcl",
            "s3:GetObjectVersion",
            "s3:DeleteObjectVersion",
        ]) {
            let allowed = actions.contains(action);
            let request = member.request(action, &format!("arn:aws:s3:::{bucket}/{key}"));
            // The boundary leaves groups and publishers to the role's own policies.
            let shared = key.starts_with("group/datasets/");
            let open = within_boundary
                && OBJECT.contains(action)
                && !(shared && *action == "s3:DeleteObject");
            all.push(Case {
                // Groups cannot delete; a base policy can allow it for what is shared with the user.
                base_policy_can_allow: *action == "s3:DeleteObject"
                    && key.starts_with(&format!("group/datasets/{SHARED_DATASET}/")),
                allowed_by_boundary: allowed || open,
                ..case(format!("{action} {key}"), request, allowed)
            });
        }
    };
    for own in [
        format!("project/{p}/datasets/d/x"),
        format!("project/{p}/"),
        format!("private/{u}/datasets/d/x"),
    ] {
        add(own, &OBJECT, false);
    }
    add(
        format!("group/datasets/{SHARED_DATASET}/x"),
        &OBJECT_KEEP,
        true,
    );
    add(format!("group/datasets/{OTHER_DATASET}/x"), &[], true);
    for shared in ["global/datasets/d/x", "global-read-only/resources/x"] {
        add(shared.to_owned(), &OBJECT_READ, true);
    }
    for denied in [
        format!("project/{q}/datasets/d/x"),
        format!("private/{v}/datasets/d/x"),
        format!("project/{p}x/d"),
        format!("private/{u}x/d"),
        format!("project/{p}"),
        format!("Project/{p}/x"),
        format!("project/{}/x", p.as_str().to_uppercase()),
        "index/x".to_owned(),
        "mlspace-report/x.csv".to_owned(),
        "globals/x".to_owned(),
        "group/x".to_owned(),
        "x".to_owned(),
    ] {
        add(denied, &[], false);
    }
    for other in [
        "arn:aws:s3:::another-bucket/project/alpha/x",
        "arn:aws:s3:::mlspace-data/x",
    ] {
        all.push(case(
            format!("s3:GetObject {other}"),
            member.request("s3:GetObject", other),
            false,
        ));
    }
    all
}

fn listing(member: &Member<'_>) -> Vec<Case> {
    let (p, u, (q, v)) = (&member.project, &member.user, others(member));
    let arn = format!("arn:aws:s3:::{}", member.deployment.bucket);
    let list = |prefix: &str| {
        member
            .request("s3:ListBucket", &arn)
            .context("s3:prefix", [prefix])
    };
    let named =
        |prefix: String, allowed: bool| case(format!("list `{prefix}`"), list(&prefix), allowed);
    let mut all = Vec::new();
    for prefix in [
        format!("project/{p}/"),
        format!("project/{p}/datasets/d/"),
        format!("private/{u}/"),
        format!("group/datasets/{SHARED_DATASET}/"),
        "global/".to_owned(),
        "global/datasets/d/".to_owned(),
        "global-read-only/".to_owned(),
    ] {
        all.push(named(prefix, true));
    }
    for prefix in [
        "",
        "p",
        "project/",
        "private/",
        "group/",
        "group/datasets/",
        "group/datasets/c",
        "global",
        "index/",
    ] {
        all.push(named(prefix.to_owned(), false));
    }
    for (prefix, allowed) in [
        // It would also list the keys of `{p}x` and `{u}x`.
        (format!("project/{p}"), false),
        (format!("private/{u}"), false),
        (format!("project/{q}/"), false),
        (format!("private/{v}/"), false),
    ] {
        all.push(named(prefix, allowed));
    }
    all.push(Case {
        allowed_by_boundary: true,
        ..named(format!("group/datasets/{OTHER_DATASET}/"), false)
    });
    all.push(case(
        "list without a prefix",
        member.request("s3:ListBucket", &arn),
        false,
    ));
    let versions = member
        .request("s3:ListBucketVersions", &arn)
        .context("s3:prefix", [format!("project/{p}/")]);
    all.push(case("list versions", versions, false));
    for prefix in [
        format!("project/{p}/"),
        format!("private/{u}/"),
        format!("group/datasets/{SHARED_DATASET}/"),
    ] {
        let request = member.request("s3:ListBucket", "arn:aws:s3:::another-bucket");
        all.push(case(
            format!("list `{prefix}` of another bucket"),
            request.context("s3:prefix", [&prefix]),
            false,
        ));
    }
    all.push(case(
        "list another bucket",
        member.request("s3:ListBucket", "arn:aws:s3:::another-bucket"),
        false,
    ));
    all
}

fn tagged(member: &Member<'_>, request: Request) -> Request {
    request
        .request_tag("system", "MLSpace")
        .request_tag("project", member.project.as_str())
        .request_tag("user", member.user.as_str())
}

fn wrong_tags(member: &Member<'_>) -> [(&'static str, Vec<String>); 3] {
    let (q, v) = others(member);
    let near = |own: &str, other: &str| {
        vec![
            other.to_owned(),
            own.to_uppercase(),
            format!("{own}x"),
            String::new(),
            "*".to_owned(),
        ]
    };
    [
        ("system", near("MLSpace", "Other")),
        ("project", near(member.project.as_str(), q)),
        ("user", near(member.user.as_str(), v)),
    ]
}

fn owned(member: &Member<'_>, request: Request) -> Request {
    request
        .resource_tag("system", "MLSpace")
        .resource_tag("project", member.project.as_str())
        .resource_tag("user", member.user.as_str())
}

fn tagging(member: &Member<'_>) -> Vec<Case> {
    let (q, v) = others(member);
    let add = member.request("sagemaker:AddTags", &sagemaker(member, "training-job"));
    let creating = add
        .clone()
        .context("sagemaker:TaggingAction", ["CreateTrainingJob"]);
    let existing = owned(member, add);
    let mut all = vec![
        case(
            "sagemaker:AddTags while creating",
            tagged(member, creating.clone()),
            true,
        ),
        case(
            "sagemaker:AddTags while creating with one's own tags only",
            creating.clone().request_tag("team", "x"),
            true,
        ),
        case(
            "sagemaker:AddTags to an existing resource",
            existing.clone().request_tag("team", "x"),
            false,
        ),
        case(
            "sagemaker:AddTags moving to another project",
            existing.clone().request_tag("project", q),
            false,
        ),
        case(
            "sagemaker:AddTags moving to another user",
            existing.request_tag("user", v),
            false,
        ),
        case(
            "take over: AddTags to another's",
            tagged(
                member,
                member
                    .request("sagemaker:AddTags", &sagemaker(member, "model"))
                    .resource_tag("project", q),
            ),
            false,
        ),
    ];
    for tag in ["project", "user", "system"] {
        let untag = owned(
            member,
            member.request("sagemaker:DeleteTags", &sagemaker(member, "model")),
        )
        .context("aws:TagKeys", [tag]);
        all.push(self::case(format!("DeleteTags {tag}"), untag, false));
    }
    all
}

/// Requests in another region that would be allowed in the deployment's region.
fn other_region(member: &Member<'_>) -> Vec<Case> {
    let ask = |action: &str| {
        let job = format!(
            "arn:aws:sagemaker:eu-west-1:123456789012:training-job/{}-x",
            member.project
        );
        member.request(action, &job)
    };
    let (key, _) = keys(member);
    let deployment = member.deployment;
    let first = |ids: &[String]| ids.first().cloned().unwrap_or_else(|| "x".to_owned());
    let create = tagged(member, ask("sagemaker:CreateTrainingJob"))
        .context("sagemaker:VpcSubnets", [first(&deployment.subnets)])
        .context("sagemaker:VpcSecurityGroupIds", [first(&deployment.groups)])
        .context("sagemaker:VolumeKmsKeyArn", [&key])
        .context("sagemaker:OutputKmsKeyArn", [&key]);
    let add = ask("sagemaker:AddTags").context("sagemaker:TaggingAction", ["CreateTrainingJob"]);
    let describe = owned(member, ask("sagemaker:DescribeTrainingJob"));
    [create, tagged(member, add), describe]
        .into_iter()
        .map(|request| Case {
            // The region is limited by the Allow statements only.
            base_policy_can_allow: true,
            allowed_by_boundary: true,
            ..case(
                format!("{} in another region", request.action()),
                request,
                false,
            )
        })
        .collect()
}

/// Requests that are denied for all tags.
fn denied(member: &Member<'_>) -> Vec<Case> {
    let role = member.role_arn();
    let role = role.as_str();
    let (key, _) = keys(member);
    let bucket = format!("arn:aws:s3:::{}", member.deployment.bucket);
    let table = "arn:aws:dynamodb:us-east-1:123456789012:table/mlspace-project-users";
    let policy = "arn:aws:iam::123456789012:policy/MLSpace-project-alpha";
    let of = |kind: &str| sagemaker(member, kind);
    let requests: Vec<(&str, String)> = vec![
        ("sagemaker:ListModels", "*".into()),
        ("sagemaker:ListTrainingJobs", "*".into()),
        ("sagemaker:ListEndpoints", "*".into()),
        ("sagemaker:Search", "*".into()),
        ("sagemaker:CreateDomain", of("domain")),
        ("sagemaker:CreateUserProfile", of("user-profile")),
        ("sagemaker:CreatePresignedDomainUrl", of("user-profile")),
        ("sagemaker:CreateNotebookInstance", of("notebook-instance")),
        (
            "sagemaker:CreatePresignedNotebookInstanceUrl",
            of("notebook-instance"),
        ),
        ("sagemaker:UpdateNotebookInstance", of("notebook-instance")),
        ("sagemaker:DeleteNotebookInstance", of("notebook-instance")),
        ("sagemaker:StartNotebookInstance", of("notebook-instance")),
        (
            "sagemaker:CreateNotebookInstanceLifecycleConfig",
            of("notebook-instance-lifecycle-config"),
        ),
        ("sagemaker:CreateLabelingJob", of("labeling-job")),
        ("sagemaker:CreateCompilationJob", of("compilation-job")),
        ("sagemaker:CreatePipeline", of("pipeline")),
        (
            "sagemaker:PutModelPackageGroupPolicy",
            of("model-package-group"),
        ),
        ("iam:GetRole", role.into()),
        ("iam:CreateRole", role.into()),
        ("iam:TagRole", role.into()),
        ("iam:UntagRole", role.into()),
        ("iam:AttachRolePolicy", role.into()),
        ("iam:DetachRolePolicy", role.into()),
        ("iam:PutRolePolicy", role.into()),
        ("iam:DeleteRolePolicy", role.into()),
        ("iam:PutRolePermissionsBoundary", role.into()),
        ("iam:DeleteRolePermissionsBoundary", role.into()),
        ("iam:UpdateAssumeRolePolicy", role.into()),
        ("iam:CreatePolicyVersion", policy.into()),
        ("iam:ListRoles", "*".into()),
        (
            "sts:AssumeRole",
            "arn:aws:iam::123456789012:role/admin".into(),
        ),
        ("kms:PutKeyPolicy", key.clone()),
        ("kms:ScheduleKeyDeletion", key.clone()),
        ("kms:DisableKey", key.clone()),
        ("kms:CreateKey", "*".into()),
        (
            "kms:UpdateAlias",
            "arn:aws:kms:us-east-1:123456789012:alias/ml".into(),
        ),
        ("kms:RevokeGrant", key.clone()),
        ("dynamodb:GetItem", table.into()),
        ("dynamodb:PutItem", table.into()),
        ("dynamodb:Scan", table.into()),
        ("s3:PutBucketPolicy", bucket.clone()),
        ("s3:DeleteBucket", bucket.clone()),
        ("s3:PutEncryptionConfiguration", bucket.clone()),
        ("s3:PutLifecycleConfiguration", bucket),
        ("s3:ListAllMyBuckets", "*".into()),
        ("s3:CreateBucket", "arn:aws:s3:::exfiltration".into()),
    ];
    // The member's own tags must not allow any of these requests.
    let mut all: Vec<Case> = requests
        .into_iter()
        .map(|(action, resource)| Case {
            // The boundary names services and the tags of resources, not every action.
            allowed_by_boundary: action.starts_with("sagemaker:"),
            ..case(
                format!("{action} {resource}"),
                tagged(member, owned(member, member.request(action, &resource))),
                false,
            )
        })
        .collect();
    let grant = member
        .request("kms:CreateGrant", &key)
        .context("kms:GrantIsForAWSResource", ["false"]);
    all.push(Case {
        allowed_by_boundary: true,
        ..case("kms:CreateGrant to anybody", grant, false)
    });
    let without_context = member.request("kms:CreateGrant", &key);
    all.push(Case {
        allowed_by_boundary: true,
        ..case(
            "kms:CreateGrant to whom is not said",
            without_context,
            false,
        )
    });
    all
}

fn passing(member: &Member<'_>) -> Vec<Case> {
    let (q, v) = others(member);
    let deployment = member.deployment;
    let pass = |role: &str, service: &str| {
        member
            .request("iam:PassRole", role)
            .context("iam:PassedToService", [service])
    };
    let own = member.role_arn();
    let colleague = deployment.role_arn(&member.project, &user(v));
    let elsewhere = deployment.role_arn(&project(q), &member.user);
    let service = "sagemaker.amazonaws.com";
    let colleagues = case("pass a colleague's role", pass(&colleague, service), false);
    vec![
        case("pass its own role", pass(&own, service), true),
        case(
            "pass its own role to Lambda",
            pass(&own, "lambda.amazonaws.com"),
            false,
        ),
        case(
            "pass its own role without a service",
            member.request("iam:PassRole", &own),
            false,
        ),
        case(
            "pass its user's role in another project",
            pass(&elsewhere, service),
            false,
        ),
        case(
            "pass any role",
            pass("arn:aws:iam::123456789012:role/admin", service),
            false,
        ),
        Case {
            allowed_by_boundary: true,
            ..colleagues
        },
    ]
}

/// ARN of a SageMaker resource of the type.
fn sagemaker(member: &Member<'_>, kind: &str) -> String {
    let project = &member.project;
    format!("arn:aws:sagemaker:us-east-1:123456789012:{kind}/{project}-x")
}

/// The approved key, and another one.
pub(super) fn keys(member: &Member<'_>) -> (String, String) {
    let other =
        "arn:aws:kms:us-east-1:123456789012:key/ffffffff-0000-0000-0000-000000000000".to_owned();
    (
        member
            .deployment
            .key
            .clone()
            .unwrap_or_else(|| other.clone()),
        other,
    )
}
