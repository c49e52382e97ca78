//! Policies of KMS keys.

use super::actions::USE_KEY;
use super::context::{GrantError, check_value, sized};
use super::delivery::KeyService;
use super::perimeter::{Perimeter, callers, check_principals};
use crate::layout::Account;
use iam_policy::{Document, Operator, PolicyType, Principal, Statement};

/// A key, and who may do what with it. All principals are ARNs, or patterns of ARNs, of roles and users.
#[derive(Clone, Copy, Debug)]
pub struct KeyAccess<'a> {
    /// The account and region.
    pub account: &'a Account,
    /// Who administers the key, and cannot use it: the roles that build the platform, none that works with data.
    pub administrator_arns: &'a [String],
    /// Who uses the key, and lets AWS services use it on their behalf.
    pub user_arns: &'a [String],
    /// Who of other accounts decrypts with it.
    pub reader_arns: &'a [String],
    /// The VPC endpoints through which the key may be used; when there is none, it may be used from anywhere. Only for the key of a bucket:
    /// volumes are encrypted by AWS services under grants.
    pub endpoint_ids: &'a [String],
    /// The first parts of the names of log groups that CloudWatch Logs may encrypt with the key, such as `/aws/sagemaker/`.
    pub log_group_prefixes: &'a [String],
    /// The other services that encrypt with the key on their own.
    pub used_by: &'a [KeyService],
}

/// Everything but using the key: reading its settings included, which Terraform does at every refresh.
const ADMINISTER: [&str; 15] = [
    "kms:CancelKeyDeletion",
    "kms:Create*",
    "kms:Delete*",
    "kms:Describe*",
    "kms:Disable*",
    "kms:Enable*",
    "kms:Get*",
    "kms:List*",
    "kms:Put*",
    "kms:Revoke*",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:Update*",
];

/// Using the key, without looking at it.
pub(super) const CRYPT: [&str; 4] = [
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
];

/// The policy of a key: the account, administrators, users, AWS services on their behalf, and, where wanted, readers of other accounts,
/// CloudWatch Logs, other services that deliver something encrypted, and the VPC endpoints it is bound to.
///
/// The account itself keeps all rights, as AWS advises, so that the key cannot be lost; its principals get them only by policies of their own.
/// Administrators can make grants for AWS services, like everybody who uses the key, but none for themselves.
///
/// Source: *Key policies in AWS KMS* (<https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>).
///
/// # Errors
/// [`GrantError`] when a value cannot stand in a policy, somebody is both administrator and user, or there are more roles than fit.
pub fn key_policy(access: &KeyAccess<'_>) -> Result<Document, GrantError> {
    for arns in [
        access.administrator_arns,
        access.user_arns,
        access.reader_arns,
    ] {
        check_principals(arns)?;
    }
    if let Some(both) = access
        .administrator_arns
        .iter()
        .find(|arn| access.user_arns.contains(arn) || access.reader_arns.contains(arn))
    {
        return Err(GrantError::Value {
            what: "principal",
            value: both.clone(),
            expected: "it administers the key, and so must not use it",
        });
    }
    let root = format!(
        "arn:{}:iam::{}:root",
        access.account.partition, access.account.account_id
    );
    let mut statements = vec![
        Statement::allow("Account")
            .principal(Principal::aws(root))
            .actions(["kms:*"])
            .resources(["*"]),
    ];
    let mut grant = |sid: &str, arns: &[String], actions: &[&str]| {
        if !arns.is_empty() {
            let allow = callers(Statement::allow(sid), arns, &access.account.account_id);
            statements.push(allow.actions(actions.to_vec()).resources(["*"]));
        }
    };
    grant("Administrators", access.administrator_arns, &ADMINISTER);
    grant("Users", access.user_arns, &USE_KEY);
    grant(
        "Readers",
        access.reader_arns,
        &["kms:Decrypt", "kms:DescribeKey"],
    );
    if !access.user_arns.is_empty() {
        let services = |sid: &str| {
            callers(
                Statement::allow(sid),
                access.user_arns,
                &access.account.account_id,
            )
            .resources(["*"])
            .when(Operator::Bool, "kms:GrantIsForAWSResource", ["true"])
        };
        statements.push(services("GrantsForServices").actions([
            "kms:CreateGrant",
            "kms:ListGrants",
            "kms:RevokeGrant",
        ]));
    }
    if !access.log_group_prefixes.is_empty() {
        statements.push(logs(access.account, access.log_group_prefixes)?);
    }
    for service in access.used_by {
        statements.extend(service.statements(access.account));
    }
    let perimeter = Perimeter {
        endpoint_ids: access.endpoint_ids,
        exempt_principal_arns: access.administrator_arns,
    };
    statements.extend(
        perimeter.closed(
            Statement::deny("DenyAroundEndpoints")
                .principal(Principal::Any)
                .actions(CRYPT)
                .resources(["*"]),
        )?,
    );
    statements.push(
        Statement::deny("DenyOwnGrants")
            .principal(Principal::Any)
            .actions(["kms:CreateGrant"])
            .resources(["*"])
            .when(
                Operator::Bool.if_exists(),
                "kms:GrantIsForAWSResource",
                ["false"],
            ),
    );
    sized(
        Document::new(statements),
        "the key's policy",
        PolicyType::Key,
        "name fewer roles, or use patterns",
    )
}

/// CloudWatch Logs, for log groups of the account and region. Each is the context of its encryption. AWS's own example adds `kms:Describe*`, which
/// grants nothing: no request to describe a key has such a context.
///
/// Source: *Encrypt log data in CloudWatch Logs using AWS KMS*
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>).
pub(super) fn logs<P: AsRef<str>>(
    account: &Account,
    prefixes: &[P],
) -> Result<Statement, GrantError> {
    for prefix in prefixes {
        check_value(
            "log group",
            prefix.as_ref(),
            "/_.#-",
            "write the first part of a log group's name",
        )?;
    }
    // Of the services named here, this one alone is called by the domain of its partition.
    let domain = match account.partition.as_str() {
        "aws-cn" => "amazonaws.com.cn",
        _ => "amazonaws.com",
    };
    Ok(Statement::allow("CloudWatchLogs")
        .principal(Principal::service(format!(
            "logs.{}.{domain}",
            account.region
        )))
        .actions(CRYPT)
        .resources(["*"])
        .when(
            Operator::ArnLike,
            "kms:EncryptionContext:aws:logs:arn",
            prefixes
                .iter()
                .map(|prefix| super::endpoint::log_groups(account, prefix.as_ref())),
        ))
}
