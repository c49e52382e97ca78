//! Validators for values of the platform and of AWS. The rules of the core are in the core.

use std::fmt::Display;

use mlspace_core::layout;
use mlspace_core::policies::{Category, document_template_in};
use mlspace_core::tags::{SYSTEM, check_policy_tag_value};
use terraform_plugin::framework::{ValidationError, Value};

pub(crate) use terraform_plugin::framework::validators::{
    between, duration_between, each, http_url, join_quoted, one_of, parses_as,
};

/// Runs a check of the core on a string value.
fn check_string<E: Display>(
    value: &Value,
    check: impl FnOnce(&str) -> Result<(), E>,
) -> Result<(), ValidationError> {
    match value {
        Value::String(string) => check(string).map_err(ValidationError::new),
        _ => Ok(()),
    }
}

/// Validates the description of a project: printable ASCII, as MLSpace requires.
pub(crate) fn project_description(value: &Value) -> Result<(), ValidationError> {
    check_string(value, mlspace_core::project::check_description)
}

/// Validates a user's e-mail address.
pub(crate) fn email(value: &Value) -> Result<(), ValidationError> {
    check_string(value, mlspace_core::user::check_email)
}

/// Validates the name of a user that MLSpace shows.
pub(crate) fn display_name(value: &Value) -> Result<(), ValidationError> {
    check_string(value, mlspace_core::user::check_display_name)
}

/// Validates the name of a lifecycle configuration.
pub(crate) fn lifecycle_config_name(value: &Value) -> Result<(), ValidationError> {
    check_string(value, mlspace_core::lifecycle_config::check_name)
}

/// Validates the name of a domain of Studio.
pub(crate) fn studio_domain_name(value: &Value) -> Result<(), ValidationError> {
    check_string(value, mlspace_core::studio::check_name)
}

/// Validates the id of a domain of Studio.
pub(crate) fn studio_domain_id(value: &Value) -> Result<(), ValidationError> {
    check_string(value, mlspace_core::studio::check_domain_id)
}

/// Validates the id of an identity store.
pub(crate) fn identity_store_id(value: &Value) -> Result<(), ValidationError> {
    check_string(value, mlspace_core::identity_center::check_store_id)
}

/// Validates text that may not be empty.
pub(crate) fn not_empty(value: &Value) -> Result<(), ValidationError> {
    check_string(value, |string| match string.is_empty() {
        true => Err("the value is empty"),
        false => Ok(()),
    })
}

/// Validates the name of a space of Studio.
pub(crate) fn studio_space_name(value: &Value) -> Result<(), ValidationError> {
    check_string(value, mlspace_core::studio::check_space_name)
}

/// Validates a landing page of Studio.
pub(crate) fn studio_landing_uri(value: &Value) -> Result<(), ValidationError> {
    check_string(value, mlspace_core::studio::check_landing_uri)
}

/// Validates the ARN of a role that SageMaker runs apps with.
pub(crate) fn execution_role_arn(value: &Value) -> Result<(), ValidationError> {
    check_string(value, layout::check_role_arn)
}

/// Validates the URL of a git repository.
pub(crate) fn git_repository(value: &Value) -> Result<(), ValidationError> {
    check_string(value, mlspace_core::lifecycle_config::check_repository)
}

/// Validates the value of the system tag.
pub(crate) fn tag_value(value: &Value) -> Result<(), ValidationError> {
    check_string(value, |string| check_policy_tag_value(SYSTEM, string))
}

/// Validates the prefix of IAM names.
pub(crate) fn iam_prefix(value: &Value) -> Result<(), ValidationError> {
    check_string(value, layout::check_iam_prefix)
}

/// Validates the name of a bucket.
pub(crate) fn bucket_name(value: &Value) -> Result<(), ValidationError> {
    check_string(value, layout::check_bucket_name)
}

/// Validates a prefix of an external location.
pub(crate) fn location_prefix(value: &Value) -> Result<(), ValidationError> {
    check_string(value, mlspace_core::external_location::check_prefix)
}

/// Validates the ARN of the key of an external location.
pub(crate) fn kms_key_arn(value: &Value) -> Result<(), ValidationError> {
    check_string(value, mlspace_core::external_location::check_key)
}

/// Validates the ARN of a managed policy.
pub(crate) fn policy_arn(value: &Value) -> Result<(), ValidationError> {
    check_string(value, layout::check_policy_arn)
}

/// Names the block, which Terraform does not show beside the line in it.
fn in_assume_role<E: Display>(checked: Result<(), E>) -> Result<(), String> {
    checked.map_err(|error| format!("In the block `assume_role`, {error}"))
}

/// Validates the ARN of a role to assume.
pub(crate) fn role_arn(value: &Value) -> Result<(), ValidationError> {
    check_string(value, |string| {
        in_assume_role(layout::check_role_arn(string))
    })
}

/// Validates the name of a schedule group.
pub(crate) fn schedule_group(value: &Value) -> Result<(), ValidationError> {
    check_string(value, |string| {
        in_termination(mlspace_core::schedule::check_group(string))
    })
}

/// Validates the ARN of the role with which schedules stop notebooks.
pub(crate) fn stop_role_arn(value: &Value) -> Result<(), ValidationError> {
    check_string(value, |string| {
        in_termination(layout::check_role_arn(string))
    })
}

/// Validates the name of a time zone.
pub(crate) fn time_zone(value: &Value) -> Result<(), ValidationError> {
    check_string(value, |string| {
        in_termination(mlspace_core::schedule::check_time_zone(string))
    })
}

fn in_termination<E: Display>(checked: Result<(), E>) -> Result<(), String> {
    checked.map_err(|error| format!("In the block `termination`, {error}"))
}

/// Validates the name of a role session.
pub(crate) fn session_name(value: &Value) -> Result<(), ValidationError> {
    check_string(value, |string| {
        in_assume_role(layout::check_session_name(string))
    })
}

/// Validates the external id of a role's trust policy.
pub(crate) fn external_id(value: &Value) -> Result<(), ValidationError> {
    check_string(value, |string| {
        in_assume_role(layout::check_external_id(string))
    })
}

/// Validates the id of an AWS account.
pub(crate) fn account_id(value: &Value) -> Result<(), ValidationError> {
    check_string(value, layout::check_account_id)
}

/// Validates the form of an AWS region.
pub(crate) fn region(value: &Value) -> Result<(), ValidationError> {
    check_string(value, layout::check_region)
}

/// Validates the type of a notebook instance.
pub(crate) fn instance_type(value: &Value) -> Result<(), ValidationError> {
    check_string(value, mlspace_core::notebook::check_instance_type)
}

/// Validates the name of a kind of policy document.
pub(crate) fn kind_of_document(value: &Value) -> Result<(), ValidationError> {
    check_string(value, |string| {
        document_template_in(Category::Document, string).map(drop)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(
        validator: impl Fn(&Value) -> Result<(), ValidationError>,
        valid: &[&str],
        invalid: &[&str],
    ) {
        for string in valid {
            assert_eq!(validator(&Value::from(*string)), Ok(()), "{string}");
        }
        for string in invalid {
            assert!(validator(&Value::from(*string)).is_err(), "{string}");
        }
    }

    #[test]
    fn role_arn_names_the_block() {
        let error = role_arn(&Value::from("deploy")).unwrap_err();
        assert!(error.to_string().contains("`assume_role`"), "{error}");
        let role = Value::from("arn:aws:iam::123456789012:role/deploy");
        assert_eq!(role_arn(&role), Ok(()));
    }

    #[test]
    fn tag_value_rejects_wildcards_and_long_values() {
        let long = "a".repeat(257);
        accepts(
            tag_value,
            &["MLSpace", "two words", "a_.:/=+-@"],
            &["", "a*", "ä", &long],
        );
    }
}
