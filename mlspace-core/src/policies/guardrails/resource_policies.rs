//! Guardrails that allow, and policies of resources.

use crate::layout::Account;
use crate::policies::catalog::DocumentError;
use crate::policies::catalog::arguments::Arguments;
use crate::policies::catalog::builders::resources::{bucket_of, key_of};
use crate::policies::catalog::template::Documents;
use crate::policies::resources::{EndpointService, allow_cloudwatch_logs, endpoint_policy};
use crate::policies::statements::principals::with_principals;
use iam_policy::{Document, Operator, Principal, Statement};

const SAGEMAKER_LOGS: &str = "/aws/sagemaker/";

fn account(arguments: &Arguments) -> Result<Account, DocumentError> {
    Ok(Account {
        partition: arguments.string("partition")?.to_owned(),
        account_id: arguments.string("account_id")?.to_owned(),
        region: arguments.string("region")?.to_owned(),
    })
}

/// Prefix of the names of the company's resources: `name_prefix`, or the bucket's name up to its
/// first hyphen.
fn name_prefix(arguments: &Arguments) -> Result<&str, DocumentError> {
    if let Some(prefix) = arguments.optional_string("name_prefix") {
        return Ok(prefix);
    }
    let bucket = arguments.optional_string("bucket");
    match bucket.and_then(|name| name.split('-').next()) {
        Some(first) if !first.is_empty() => Ok(first),
        _ => Err(arguments.missing("name_prefix")),
    }
}

/// One statement for each set of actions with the same resources and conditions: only PutMetricData
/// supports the namespace.
pub(super) fn observability(arguments: &Arguments) -> Documents {
    let (account, prefix) = (account(arguments)?, name_prefix(arguments)?);
    Ok(vec![Document::new([
        Statement::allow("PutOwnMetrics")
            .actions(["cloudwatch:PutMetricData"])
            .resources(["*"])
            .when(
                Operator::StringLike,
                "cloudwatch:namespace",
                [format!("{SAGEMAKER_LOGS}*"), format!("{prefix}/*")],
            ),
        Statement::allow("ReadMetrics")
            .actions([
                "cloudwatch:DescribeAlarms",
                "cloudwatch:GetMetricData",
                "cloudwatch:GetMetricStatistics",
                "cloudwatch:ListMetrics",
            ])
            .resources(["*"]),
        Statement::allow("OwnAlarms")
            .actions(["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"])
            .resources([account.arn("cloudwatch", &format!("alarm:{prefix}-*"))]),
        Statement::allow("OwnTopics")
            .actions(["sns:CreateTopic", "sns:Publish", "sns:Subscribe"])
            .resources([account.arn("sns", &format!("{prefix}-*"))]),
        Statement::allow("WriteLogs")
            .actions([
                "logs:CreateLogStream",
                "logs:GetLogEvents",
                "logs:PutLogEvents",
            ])
            .resources([account.log_group_arn(&format!("{SAGEMAKER_LOGS}*"))]),
        Statement::allow("ListLogs")
            .actions(["logs:DescribeLogGroups", "logs:DescribeLogStreams"])
            .resources(["*"]),
    ])])
}

/// The bucket's policy names only the partition of its account.
pub(super) fn bucket(arguments: &Arguments) -> Documents {
    arguments.non_empty_strings("endpoint_ids")?;
    arguments.non_empty_strings("exempt_principal_arns")?;
    let account = Account {
        partition: arguments.string("partition")?.to_owned(),
        account_id: String::new(),
        region: String::new(),
    };
    bucket_of(&account, arguments, None)
}

/// The key's policy names no region.
pub(super) fn key(arguments: &Arguments) -> Documents {
    for required in ["administrator_arns", "user_arns", "endpoint_ids"] {
        arguments.non_empty_strings(required)?;
    }
    let account = Account {
        partition: arguments.string("partition")?.to_owned(),
        account_id: arguments.string("account_id")?.to_owned(),
        region: String::new(),
    };
    key_of(&account, arguments)
}

pub(super) fn s3_endpoint(arguments: &Arguments) -> Documents {
    let buckets = [format!("{}-*", name_prefix(arguments)?)];
    let service = EndpointService::S3 { buckets: &buckets };
    Ok(vec![endpoint_policy(&account(arguments)?, service)?])
}

/// The policy of an interface endpoint names neither partition nor region.
pub(super) fn interface_endpoint(arguments: &Arguments) -> Documents {
    let account = Account {
        partition: String::new(),
        account_id: arguments.string("account_id")?.to_owned(),
        region: String::new(),
    };
    Ok(vec![endpoint_policy(&account, EndpointService::Interface)?])
}

/// A statement to add to a key policy that has the account and administrators.
pub(super) fn logs_key(arguments: &Arguments) -> Documents {
    let allow = allow_cloudwatch_logs(&account(arguments)?, &[SAGEMAKER_LOGS])?;
    Ok(vec![Document::new([allow])])
}

/// The setting `ExecutionRoleIdentityConfig` of a domain needs `sts:SetSourceIdentity`.
pub(super) fn trust(arguments: &Arguments) -> Documents {
    let account = account(arguments)?;
    Ok(vec![Document::new([Statement::allow("SageMaker")
        .principal(Principal::service("sagemaker.amazonaws.com"))
        .actions(["sts:AssumeRole", "sts:SetSourceIdentity"])
        .when(
            Operator::StringEquals,
            "aws:SourceAccount",
            [&account.account_id],
        )
        .when(
            Operator::ArnLike,
            "aws:SourceArn",
            [account.sagemaker_arn("*")],
        )])])
}

/// Other accounts can read and use model packages, but not approve them.
pub(super) fn model_packages(arguments: &Arguments) -> Documents {
    let (account, prefix) = (account(arguments)?, name_prefix(arguments)?);
    let consumers = arguments.non_empty_strings("consumer_role_arns")?;
    let consumer =
        |sid: &str| with_principals(Statement::allow(sid), consumers, &account.account_id);
    Ok(vec![Document::new([
        consumer("ReadGroup")
            .actions(["sagemaker:DescribeModelPackageGroup"])
            .resources([account.sagemaker_arn(&format!("model-package-group/{prefix}-*"))]),
        consumer("UsePackages")
            .actions([
                "sagemaker:CreateModel",
                "sagemaker:DescribeModelPackage",
                "sagemaker:ListModelPackages",
            ])
            .resources([account.sagemaker_arn(&format!("model-package/{prefix}-*/*"))]),
    ])])
}
