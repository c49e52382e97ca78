//! Policies of KMS keys.

mod service;

pub use service::KeyService;

use crate::layout::Account;
use crate::policies::context::{PolicyError, check_log_group, sized};
use crate::policies::statements::actions::USE_KEY;
use crate::policies::statements::network_perimeter::NetworkPerimeter;
use crate::policies::statements::principals::{check_principals, with_principals};
use iam_policy::{Document, Operator, PolicyType, Principal, Statement};

/// Parameters of [`key_policy`]. All principals are ARNs, or patterns of ARNs, of roles and users.
#[derive(Clone, Copy, Debug)]
pub struct KeyAccess<'a> {
    /// The account and region.
    pub account: &'a Account,
    /// Principals that administer the key and cannot use it: roles that deploy the platform, not
    /// roles that work with data.
    pub administrator_arns: &'a [String],
    /// Principals that use the key, also through AWS services on their behalf.
    pub user_arns: &'a [String],
    /// Principals in other accounts that decrypt with the key.
    pub reader_arns: &'a [String],
    /// Ids of the VPC endpoints through which the key can be used. If empty, it can be used from
    /// anywhere. Only for the key of a bucket: AWS services encrypt volumes under grants, outside
    /// the endpoints.
    pub endpoint_ids: &'a [String],
    /// Prefixes of the names of log groups that CloudWatch Logs can encrypt with the key, such as
    /// `/aws/sagemaker/`.
    pub log_group_prefixes: &'a [String],
    /// Other services that encrypt with the key on their own.
    pub used_by: &'a [KeyService],
}

/// All actions except using the key. Reading its settings is included, as Terraform does so at
/// every refresh.
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

/// Using the key, without describing it.
const ENCRYPT_AND_DECRYPT: [&str; 4] = [
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
];

/// The policy of a KMS key. It allows the account, administrators, users, and AWS services on their
/// behalf; optionally readers in other accounts, CloudWatch Logs and other services. Optionally it
/// restricts use of the key to VPC endpoints.
///
/// The account itself keeps all permissions, as AWS advises, so that access to the key cannot be
/// lost. Its principals have them only if their own policies allow it. Administrators, like users,
/// can create grants for AWS services but not for themselves.
///
/// Source: *Key policies in AWS KMS*
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>).
///
/// # Errors
/// [`PolicyError`] when a value is invalid, a principal is both administrator and user, or the roles
/// do not fit.
pub fn key_policy(access: &KeyAccess<'_>) -> Result<Document, PolicyError> {
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
        return Err(PolicyError::Value {
            what: "principal",
            value: both.clone(),
            expected: "it administers the key, so it must not use it",
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
    let mut allow = |sid: &str, arns: &[String], actions: &[&str]| {
        if !arns.is_empty() {
            let statement =
                with_principals(Statement::allow(sid), arns, &access.account.account_id);
            statements.push(statement.actions(actions.to_vec()).resources(["*"]));
        }
    };
    allow("Administrators", access.administrator_arns, &ADMINISTER);
    allow("Users", access.user_arns, &USE_KEY);
    allow(
        "Readers",
        access.reader_arns,
        &["kms:Decrypt", "kms:DescribeKey"],
    );
    if !access.user_arns.is_empty() {
        let services = |sid: &str| {
            with_principals(
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
        statements.push(allow_cloudwatch_logs(
            access.account,
            access.log_group_prefixes,
        )?);
    }
    for service in access.used_by {
        statements.extend(service.statements(access.account));
    }
    let perimeter = NetworkPerimeter {
        endpoint_ids: access.endpoint_ids,
        exempt_principal_arns: access.administrator_arns,
    };
    statements.extend(
        perimeter.deny_outside_endpoints(
            Statement::deny("DenyAroundEndpoints")
                .principal(Principal::Any)
                .actions(ENCRYPT_AND_DECRYPT)
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

/// Allows CloudWatch Logs to use the key for log groups of the account and region whose names start
/// with one of these prefixes. The log group is the encryption context. AWS's own example also
/// allows `kms:Describe*`, which has no effect: no request to describe a key has an encryption
/// context.
///
/// Source: *Encrypt log data in CloudWatch Logs using AWS KMS*
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>).
pub(in crate::policies) fn allow_cloudwatch_logs<P: AsRef<str>>(
    account: &Account,
    prefixes: &[P],
) -> Result<Statement, PolicyError> {
    for prefix in prefixes {
        check_log_group(prefix.as_ref())?;
    }
    // Unlike the other service principals here, this one has the partition's own domain.
    let domain = match account.partition.as_str() {
        "aws-cn" => "amazonaws.com.cn",
        _ => "amazonaws.com",
    };
    Ok(Statement::allow("CloudWatchLogs")
        .principal(Principal::service(format!(
            "logs.{}.{domain}",
            account.region
        )))
        .actions(ENCRYPT_AND_DECRYPT)
        .resources(["*"])
        .when(
            Operator::ArnLike,
            "kms:EncryptionContext:aws:logs:arn",
            prefixes
                .iter()
                .map(|prefix| account.log_group_arn(&format!("{}*", prefix.as_ref()))),
        ))
}
