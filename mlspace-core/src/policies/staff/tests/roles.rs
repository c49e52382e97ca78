//! Requests that each staff role is allowed and denied.

use super::*;

#[test]
fn platform_admin_operates_the_platform() {
    allowed(
        "platform admin",
        &[
            ("sagemaker:ListNotebookInstances", "*", HERE),
            ("sagemaker:DescribeNotebookInstance", NOTEBOOK, HERE),
            ("sagemaker:StopNotebookInstance", NOTEBOOK, CAROL),
            ("sagemaker:StartNotebookInstance", NOTEBOOK, CAROL),
            ("sagemaker:DeleteNotebookInstance", NOTEBOOK, ALICE),
            (
                "sagemaker:StopTrainingJob",
                "arn:aws:sagemaker:us-east-1:123456789012:training-job/x",
                CAROL,
            ),
            (
                "sagemaker:DeleteEndpoint",
                "arn:aws:sagemaker:us-east-1:123456789012:endpoint/x",
                CAROL,
            ),
            ("iam:GetRole", MEMBER, HERE),
            ("iam:GetPolicyVersion", POLICY, HERE),
            ("iam:AttachRolePolicy", MEMBER, DENY_ALL),
            ("iam:DetachRolePolicy", OTHER_MEMBER, DENY_ALL),
            (
                "dynamodb:Query",
                "arn:aws:dynamodb:us-east-1:123456789012:table/mlspace-project-users/index/ReverseLookup",
                HERE,
            ),
            (
                "dynamodb:Scan",
                "arn:aws:dynamodb:us-east-1:123456789012:table/mlspace-projects",
                HERE,
            ),
            ("kms:Decrypt", TABLES_KEY, THROUGH_TABLES),
            ("cloudwatch:DescribeAlarms", "*", HERE),
            (
                "logs:GetLogEvents",
                "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/NotebookInstances:log-stream:alice-fraud/LifecycleConfigOnStart",
                HERE,
            ),
        ],
    );
    not_allowed(
        "platform admin",
        &[
            ("sagemaker:StopNotebookInstance", NOTEBOOK, OTHER_SYSTEM),
            ("sagemaker:StopNotebookInstance", NOTEBOOK, HERE),
            ("sagemaker:UpdateNotebookInstance", NOTEBOOK, ALICE),
            ("sagemaker:CreateNotebookInstanceLifecycleConfig", "*", HERE),
            (
                "iam:AttachRolePolicy",
                "arn:aws:iam::123456789012:role/platform/mlspace-terraform",
                DENY_ALL,
            ),
            (
                "dynamodb:GetItem",
                "arn:aws:dynamodb:us-east-1:123456789012:table/mlspace-users",
                HERE,
            ),
            (
                "logs:GetLogEvents",
                "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/NotebookInstances:log-stream:alice-fraud/jupyter.log",
                HERE,
            ),
            (
                "logs:GetLogEvents",
                "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/TrainingJobs:log-stream:x/algo-1",
                HERE,
            ),
        ],
    );
}

#[test]
fn team_admin_is_limited_to_own_projects() {
    let members = &format!("{TABLES}/mlspace-project-users");
    let datasets = &format!("{TABLES}/mlspace-datasets");
    allowed(
        "team admin",
        &[
            ("sagemaker:DescribeNotebookInstance", NOTEBOOK, ALICE),
            ("sagemaker:StopNotebookInstance", NOTEBOOK, ALICE),
            (
                "sagemaker:StopTrainingJob",
                "arn:aws:sagemaker:us-east-1:123456789012:training-job/x",
                ALICE,
            ),
            ("iam:AttachRolePolicy", MEMBER, DENY_ALL),
            ("dynamodb:Query", members, FRAUD),
            ("dynamodb:GetItem", datasets, FRAUD),
            ("kms:Decrypt", TABLES_KEY, THROUGH_TABLES),
        ],
    );
    not_allowed(
        "team admin",
        &[
            ("sagemaker:DescribeNotebookInstance", NOTEBOOK, CAROL),
            ("sagemaker:DescribeNotebookInstance", NOTEBOOK, HERE),
            ("sagemaker:StopNotebookInstance", NOTEBOOK, CAROL),
            ("sagemaker:StopNotebookInstance", NOTEBOOK, OTHER_SYSTEM),
            ("sagemaker:StartNotebookInstance", NOTEBOOK, ALICE),
            ("sagemaker:ListNotebookInstances", "*", HERE),
            ("iam:AttachRolePolicy", OTHER_MEMBER, DENY_ALL),
            // A project whose name starts with the name of the team's project.
            (
                "iam:AttachRolePolicy",
                "arn:aws:iam::123456789012:role/MLSpace-fraudulent-0123456789ab",
                DENY_ALL,
            ),
            ("dynamodb:Query", members, CHURN),
            ("dynamodb:Query", members, HERE),
            ("dynamodb:Scan", members, FRAUD),
            (
                "dynamodb:Query",
                "arn:aws:dynamodb:us-east-1:123456789012:table/mlspace-project-users/index/ReverseLookup",
                FRAUD,
            ),
            (
                "dynamodb:Query",
                "arn:aws:dynamodb:us-east-1:123456789012:table/mlspace-group-users",
                FRAUD,
            ),
        ],
    );
}

#[test]
fn data_scientist_is_limited_to_own_notebooks() {
    let open = "sagemaker:CreatePresignedNotebookInstanceUrl";
    let job = &format!("{SAGEMAKER}:training-job/x");
    let studio = "sagemaker:CreatePresignedDomainUrl";
    let profile = &format!("{SAGEMAKER}:user-profile/d-1abc/fraud-alice");
    allowed(
        "data scientist",
        &[
            (open, NOTEBOOK, ALICE),
            (studio, profile, ALICE),
            ("sagemaker:StartNotebookInstance", NOTEBOOK, ALICE),
            ("sagemaker:StopNotebookInstance", NOTEBOOK, ALICE),
            ("sagemaker:DescribeNotebookInstance", NOTEBOOK, ALICE),
            ("sagemaker:DescribeTrainingJob", job, ALICE),
            ("sagemaker:StopTrainingJob", job, ALICE),
        ],
    );
    denied(
        "data scientist",
        &[
            (open, NOTEBOOK, CAROL),
            (open, NOTEBOOK, OTHER_SYSTEM),
            (open, NOTEBOOK, HERE),
            (studio, profile, CAROL),
            (studio, profile, OTHER_SYSTEM),
            (studio, profile, HERE),
            ("sagemaker:UpdateUserProfile", profile, ALICE),
            ("sagemaker:StartNotebookInstance", NOTEBOOK, CAROL),
            ("sagemaker:StopNotebookInstance", NOTEBOOK, CAROL),
            ("sagemaker:UpdateNotebookInstance", NOTEBOOK, ALICE),
            ("sagemaker:DeleteNotebookInstance", NOTEBOOK, ALICE),
            ("sagemaker:CreateNotebookInstance", NOTEBOOK, ALICE),
            ("sagemaker:CreateTrainingJob", job, HERE),
            ("sagemaker:AddTags", NOTEBOOK, ALICE),
            (
                "sagemaker:InvokeEndpoint",
                &format!("{SAGEMAKER}:endpoint/x"),
                ALICE,
            ),
        ],
    );
    not_allowed(
        "data scientist",
        &[
            ("sagemaker:ListNotebookInstances", "*", HERE),
            ("sagemaker:DescribeTrainingJob", job, CAROL),
            ("iam:AttachRolePolicy", MEMBER, DENY_ALL),
            (
                "dynamodb:GetItem",
                "arn:aws:dynamodb:us-east-1:123456789012:table/mlspace-projects",
                HERE,
            ),
        ],
    );
    let elsewhere: Context = &[
        ("aws:ResourceTag/system", "MLSpace"),
        ("aws:ResourceTag/user", "alice"),
        ("aws:SourceVpce", "vpce-2"),
    ];
    denied("data scientist", &[(open, NOTEBOOK, elsewhere)]);
}

#[test]
fn data_scientist_opens_nothing_of_a_suspended_project() {
    let profile = &format!("{SAGEMAKER}:user-profile/d-1abc/fraud-alice");
    let suspended: Context = &[
        ("aws:ResourceTag/system", "MLSpace"),
        ("aws:ResourceTag/user", "alice"),
        ("aws:ResourceTag/mlspace-suspended", "true"),
        ("aws:SourceVpce", "vpce-1"),
    ];
    denied(
        "data scientist",
        &[
            (
                "sagemaker:CreatePresignedNotebookInstanceUrl",
                NOTEBOOK,
                suspended,
            ),
            ("sagemaker:StartNotebookInstance", NOTEBOOK, suspended),
            ("sagemaker:CreatePresignedDomainUrl", profile, suspended),
        ],
    );
    allowed(
        "data scientist",
        &[("sagemaker:StopNotebookInstance", NOTEBOOK, suspended)],
    );
}

#[test]
fn data_scientist_reads_logs_of_named_projects() {
    let stream = |group: &str, name: &str| {
        format!(
            "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/{group}:log-stream:{name}"
        )
    };
    let read = "logs:GetLogEvents";
    allowed(
        "data scientist",
        &[
            (read, &stream("TrainingJobs", "fraud-fit/algo-1-1"), HERE),
            (read, &stream("ProcessingJobs", "fraud-x/algo-1-1"), HERE),
            (read, &stream("Endpoints/fraud-scorer", "v1/i-1"), HERE),
        ],
    );
    not_allowed(
        "data scientist",
        &[
            (read, &stream("TrainingJobs", "churn-fit/algo-1-1"), HERE),
            (read, &stream("TrainingJobs", "frauds-x/algo-1-1"), HERE),
            (read, &stream("Endpoints/churn-scorer", "v1/i-1"), HERE),
            (
                "logs:PutLogEvents",
                &stream("TrainingJobs", "fraud-fit/x"),
                HERE,
            ),
        ],
    );
}

#[test]
fn data_scientist_without_user_tag_owns_nothing() {
    let account = Account::new("123456789012", "us-east-1");
    let own = in_account(&account, |context| {
        data_scientist_policy(context, &[], &["fraud".parse().unwrap()]).unwrap()
    });
    let caller = || Caller::from_arn("arn:aws:iam::123456789012:role/somebody").unwrap();
    let open = |tag: Option<&str>| {
        let request = Request::new(
            caller(),
            "sagemaker:CreatePresignedNotebookInstanceUrl",
            NOTEBOOK,
        )
        .resource_tag("system", "MLSpace")
        .resource_tag("user", "alice");
        let request = match tag {
            Some(name) => request.principal_tag("user", name),
            None => request,
        };
        PolicySet::new()
            .identity("own", &own)
            .decide(&request)
            .is_allowed()
    };
    assert!(open(Some("alice")));
    for other in [None, Some("bob"), Some("Alice"), Some("")] {
        assert!(!open(other), "{other:?}");
    }
}

#[test]
fn auditor_reads_configuration_and_records() {
    let trail = "arn:aws:logs:us-east-1:123456789012:log-group:/mlspace/trail:log-stream:123456789012_CloudTrail_us-east-1";
    let jobs =
        "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/TrainingJobs:log-stream:x";
    allowed(
        "auditor",
        &[
            ("iam:GetRolePolicy", MEMBER, HERE),
            ("iam:GetAccountAuthorizationDetails", "*", HERE),
            ("s3:GetBucketPolicy", BUCKET, HERE),
            ("s3:GetEncryptionConfiguration", BUCKET, HERE),
            ("kms:GetKeyPolicy", KEY, HERE),
            ("cloudtrail:LookupEvents", "*", HERE),
            ("cloudtrail:GetTrailStatus", "*", HERE),
            ("sagemaker:DescribeNotebookInstance", NOTEBOOK, CAROL),
            ("sagemaker:ListTrainingJobs", "*", HERE),
            ("ec2:DescribeFlowLogs", "*", HERE),
            (
                "dynamodb:Scan",
                &format!("{TABLES}/mlspace-group-users"),
                HERE,
            ),
            ("kms:Decrypt", TABLES_KEY, THROUGH_TABLES),
            ("logs:FilterLogEvents", trail, HERE),
        ],
    );
    denied("auditor", &[("logs:GetLogEvents", jobs, HERE)]);
    not_allowed(
        "auditor",
        &[
            ("s3:ListBucket", BUCKET, HERE),
            ("sagemaker:StopNotebookInstance", NOTEBOOK, ALICE),
            ("iam:AttachRolePolicy", MEMBER, DENY_ALL),
            ("iam:CreateUser", "arn:aws:iam::123456789012:user/x", HERE),
            ("cloudtrail:StopLogging", "*", HERE),
            ("kms:Decrypt", TABLES_KEY, HERE),
            ("dynamodb:Scan", &format!("{TABLES}/mlspace-users"), HERE),
        ],
    );
}
