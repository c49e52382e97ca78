//! Policies of resources and of the roles of AWS services.

use super::super::arguments::{Arguments, invalid};
use super::super::error::DocumentError;
use super::super::template::Documents;
use super::deployment::{DEFAULT_NAME, account};
use crate::layout::{Account, check_iam_prefix};
use crate::policies::{
    BucketAccess, EndpointService, KeyAccess, KeyService, LogDeliverer, RepositoryAccess,
    alarm_topic_policy, bucket_policy, endpoint_policy, flow_log_policy, flow_log_trust,
    image_repository_policy, image_role_policy, key_policy, log_group_policy,
    package_domain_policy, package_repository_policy, stop_role_policy, stop_role_trust,
    trail_log_policy, trail_trust_policy,
};

pub(in super::super) fn log_groups(arguments: &Arguments) -> Documents {
    let prefix = arguments.string("log_group_prefix")?;
    Ok(vec![log_group_policy(&account(arguments)?, prefix)?])
}

pub(in super::super) fn flow_logs(arguments: &Arguments) -> Documents {
    let group = arguments.string("log_group")?;
    Ok(vec![flow_log_policy(&account(arguments)?, group)?])
}

pub(in super::super) fn flow_logs_trust(arguments: &Arguments) -> Documents {
    Ok(vec![flow_log_trust(&account(arguments)?)])
}

pub(in super::super) fn stop_role(arguments: &Arguments) -> Documents {
    let system_tag = arguments
        .optional_string("system_tag")
        .unwrap_or(DEFAULT_NAME);
    Ok(vec![stop_role_policy(&account(arguments)?, system_tag)?])
}

pub(in super::super) fn stop_role_trust_of(arguments: &Arguments) -> Documents {
    let group = arguments.string("schedule_group")?;
    Ok(vec![stop_role_trust(&account(arguments)?, group)?])
}

pub(in super::super) fn trail_trust(arguments: &Arguments) -> Documents {
    account(arguments)?;
    Ok(vec![trail_trust_policy()])
}

pub(in super::super) fn trail_log(arguments: &Arguments) -> Documents {
    let group = arguments.string("log_group")?;
    Ok(vec![trail_log_policy(&account(arguments)?, group)?])
}

pub(in super::super) fn alarm_topic(arguments: &Arguments) -> Documents {
    let topic = arguments.string("topic")?;
    Ok(vec![alarm_topic_policy(&account(arguments)?, topic)?])
}

pub(in super::super) fn image_repository(arguments: &Arguments) -> Documents {
    let account = account(arguments)?;
    Ok(vec![image_repository_policy(&repository(
        &account, arguments,
    )?)?])
}

pub(in super::super) fn image_role(arguments: &Arguments) -> Documents {
    let repositories = arguments.non_empty_strings("repositories")?;
    Ok(vec![image_role_policy(&account(arguments)?, repositories)?])
}

pub(in super::super) fn package_repository(arguments: &Arguments) -> Documents {
    let account = account(arguments)?;
    Ok(vec![package_repository_policy(&repository(
        &account, arguments,
    )?)?])
}

pub(in super::super) fn package_domain(arguments: &Arguments) -> Documents {
    let readers = arguments.non_empty_strings("reader_arns")?;
    Ok(vec![package_domain_policy(&account(arguments)?, readers)?])
}

fn repository<'a>(
    account: &'a Account,
    arguments: &'a Arguments,
) -> Result<RepositoryAccess<'a>, DocumentError> {
    Ok(RepositoryAccess {
        account,
        publisher_arns: arguments.non_empty_strings("publisher_arns")?,
        reader_arns: arguments.strings("reader_arns"),
    })
}

pub(in super::super) fn bucket(arguments: &Arguments) -> Documents {
    let account = account(arguments)?;
    let prefix = arguments
        .optional_string("iam_resource_prefix")
        .unwrap_or(DEFAULT_NAME);
    check_iam_prefix(prefix)?;
    let members = account.role_arn(&format!("{prefix}-*"));
    bucket_of(&account, arguments, Some(&members))
}

/// The policy of a bucket of the account.
pub(in crate::policies) fn bucket_of(
    account: &Account,
    arguments: &Arguments,
    member_role_arns: Option<&str>,
) -> Documents {
    Ok(vec![bucket_policy(&BucketAccess {
        account,
        member_role_arns,
        bucket: arguments.string("bucket")?,
        endpoint_ids: arguments.strings("endpoint_ids"),
        exempt_principal_arns: arguments.strings("exempt_principal_arns"),
        kms_key_arn: arguments.optional_string("kms_key_arn"),
        reader_arns: arguments.strings("reader_arns"),
        delivered_by: &arguments.choices("delivered_by", &LogDeliverer::NAMES)?,
    })?])
}

pub(in super::super) fn key(arguments: &Arguments) -> Documents {
    key_of(&account(arguments)?, arguments)
}

/// The policy of a key of the account.
pub(in crate::policies) fn key_of(account: &Account, arguments: &Arguments) -> Documents {
    Ok(vec![key_policy(&KeyAccess {
        account,
        administrator_arns: arguments.strings("administrator_arns"),
        user_arns: arguments.strings("user_arns"),
        reader_arns: arguments.strings("reader_arns"),
        endpoint_ids: arguments.strings("endpoint_ids"),
        log_group_prefixes: arguments.strings("log_group_prefixes"),
        used_by: &arguments.choices("used_by", &KeyService::NAMES)?,
    })?])
}

pub(in super::super) fn endpoint(arguments: &Arguments) -> Documents {
    let (buckets, tables) = (arguments.strings("buckets"), arguments.strings("tables"));
    let name = arguments.string("service")?;
    // Each of the two services needs its own list. A list of another service would have no effect.
    let (service, own_list) = match name {
        "s3" => (EndpointService::S3 { buckets }, Some("buckets")),
        "dynamodb" => (EndpointService::DynamoDb { tables }, Some("tables")),
        "ecr.api" | "ecr.dkr" => (EndpointService::Registry, None),
        other if is_service_name(other) => (EndpointService::Interface, None),
        other => {
            let other = other.escape_debug();
            return Err(invalid(
                "service",
                format!(
                    "`{other}` is not the name of a service: write it as in the endpoint's name, such as `sagemaker.api`"
                ),
            ));
        }
    };
    for (list, values) in [("buckets", buckets), ("tables", tables)] {
        if own_list == Some(list) && values.is_empty() {
            return Err(arguments.missing(list));
        }
        if own_list != Some(list) && !values.is_empty() {
            return Err(invalid(
                list,
                format!("the endpoint of `{name}` does not use it: remove it"),
            ));
        }
    }
    Ok(vec![endpoint_policy(&account(arguments)?, service)?])
}

fn is_service_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c);
    !name.is_empty() && name.chars().all(plain)
}
