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

/// Validates the description of a dataset.
pub(crate) fn dataset_description(value: &Value) -> Result<(), ValidationError> {
    check_string(value, mlspace_core::dataset::check_description)
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

/// Validates the ARN of a managed policy.
pub(crate) fn policy_arn(value: &Value) -> Result<(), ValidationError> {
    check_string(value, |string| {
        let parts: Vec<&str> = string.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", partition, "iam", "", _account, resource]
                if partition.starts_with("aws") && resource.starts_with("policy/") =>
            {
                Ok(())
            }
            _ => Err(format!(
                "`{}` is not a valid ARN of a managed policy. Use one like `arn:aws:iam::123456789012:policy/NAME`.",
                string.escape_debug()
            )),
        }
    })
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
    fn policy_arn_accepts_every_partition() {
        accepts(
            policy_arn,
            &[
                "arn:aws:iam::123456789012:policy/x",
                "arn:aws-us-gov:iam::aws:policy/service-role/AmazonSageMakerFullAccess",
            ],
            &[
                "",
                "x",
                "arn:aws:iam::123456789012:role/x",
                "arn:gcp:iam::1:policy/x",
            ],
        );
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
