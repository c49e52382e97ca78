//! What is granted, and the policies of resources.

use super::parameters::{GuardrailError, Reader};
use crate::layout::Account;
use crate::policies::endpoint::{EndpointService, endpoint_policy, log_groups};
use crate::policies::key::{self, KeyAccess, key_policy};
use crate::policies::perimeter::callers;
use crate::policies::{BucketAccess, GrantError, bucket_policy};
use iam_policy::{Document, Operator, Principal, Statement};

type Statements = Result<Vec<Statement>, GuardrailError>;

const SAGEMAKER_LOGS: &str = "/aws/sagemaker/";

fn account(parameters: &Reader<'_>) -> Result<Account, GuardrailError> {
    Ok(Account {
        partition: parameters.one("partition")?,
        account_id: parameters.one("account_id")?,
        region: parameters.one("region")?,
    })
}

fn statements(parameters: &Reader<'_>, document: Result<Document, GrantError>) -> Statements {
    document
        .map(|document| document.statements)
        .map_err(|error| parameters.grant(error))
}

/// The first part of the names of what is the company's own: `name_prefix`, or else that of the bucket's name, up to its first hyphen.
fn name_prefix(parameters: &Reader<'_>) -> Result<String, GuardrailError> {
    if parameters.optional("name_prefix")?.is_some() {
        return parameters.one("name_prefix");
    }
    let bucket = parameters
        .optional("bucket")?
        .and_then(|names| names.into_iter().next());
    match bucket.as_deref().and_then(|name| name.split('-').next()) {
        Some(first) if !first.is_empty() => Ok(first.to_owned()),
        _ => parameters.one("name_prefix"),
    }
}

/// One statement for each set of actions that has the same resources and conditions: only PutMetricData knows the namespace.
pub(super) fn observability(parameters: &Reader<'_>) -> Statements {
    let (account, prefix) = (account(parameters)?, name_prefix(parameters)?);
    let local = |service: &str, resource: &str| {
        format!(
            "arn:{}:{service}:{}:{}:{resource}",
            account.partition, account.region, account.account_id
        )
    };
    Ok(vec![
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
            .resources([local("cloudwatch", &format!("alarm:{prefix}-*"))]),
        Statement::allow("OwnTopics")
            .actions(["sns:CreateTopic", "sns:Publish", "sns:Subscribe"])
            .resources([local("sns", &format!("{prefix}-*"))]),
        Statement::allow("WriteLogs")
            .actions([
                "logs:CreateLogStream",
                "logs:GetLogEvents",
                "logs:PutLogEvents",
            ])
            .resources([log_groups(&account, SAGEMAKER_LOGS)]),
        Statement::allow("ListLogs")
            .actions(["logs:DescribeLogGroups", "logs:DescribeLogStreams"])
            .resources(["*"]),
    ])
}

pub(super) fn bucket(parameters: &Reader<'_>) -> Statements {
    let account = Account {
        partition: parameters.one("partition")?,
        account_id: String::new(),
        region: String::new(),
    };
    let name = parameters.one("bucket")?;
    let key = parameters.one("data_key_arn")?;
    let readers = parameters
        .optional("consumer_role_arns")?
        .unwrap_or_default();
    let policy = bucket_policy(&BucketAccess {
        account: &account,
        bucket: &name,
        endpoint_ids: &parameters.list("s3_vpce_ids")?,
        exempt_principal_arns: &parameters.list("exempt_principal_arns")?,
        kms_key_arn: Some(&key),
        reader_arns: &readers,
        delivered_by: &[],
    });
    statements(parameters, policy)
}

pub(super) fn key(parameters: &Reader<'_>) -> Statements {
    let account = Account {
        partition: parameters.one("partition")?,
        account_id: parameters.one("account_id")?,
        region: String::new(),
    };
    let readers = parameters
        .optional("consumer_role_arns")?
        .unwrap_or_default();
    let policy = key_policy(&KeyAccess {
        account: &account,
        administrator_arns: &parameters.list("exempt_principal_arns")?,
        user_arns: &parameters.list("exec_role_arns")?,
        reader_arns: &readers,
        endpoint_ids: &parameters.list("kms_vpce_ids")?,
        log_group_prefixes: &[],
        used_by: &[],
    });
    statements(parameters, policy)
}

pub(super) fn s3_endpoint(parameters: &Reader<'_>) -> Statements {
    let buckets = [format!("{}-*", name_prefix(parameters)?)];
    let service = EndpointService::S3 { buckets: &buckets };
    let policy = endpoint_policy(&account(parameters)?, service);
    statements(parameters, policy)
}

pub(super) fn interface_endpoint(parameters: &Reader<'_>) -> Statements {
    let account = Account {
        partition: String::new(),
        account_id: parameters.one("account_id")?,
        region: String::new(),
    };
    let policy = endpoint_policy(&account, EndpointService::Interface);
    statements(parameters, policy)
}

/// To be added to a key policy that has the account and administrators.
pub(super) fn logs_key(parameters: &Reader<'_>) -> Statements {
    let statement = key::logs(&account(parameters)?, &[SAGEMAKER_LOGS]);
    Ok(vec![statement.map_err(|error| parameters.grant(error))?])
}

/// Setting the source identity is what `ExecutionRoleIdentityConfig` of a domain needs.
pub(super) fn trust(parameters: &Reader<'_>) -> Statements {
    let account = account(parameters)?;
    Ok(vec![
        Statement::allow("SageMaker")
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
            ),
    ])
}

/// Other accounts read and use model packages; none of them approves one.
pub(super) fn model_packages(parameters: &Reader<'_>) -> Statements {
    let (account, prefix) = (account(parameters)?, name_prefix(parameters)?);
    let consumers = parameters.list("consumer_role_arns")?;
    let consumer = |sid: &str| callers(Statement::allow(sid), &consumers, &account.account_id);
    Ok(vec![
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
    ])
}
