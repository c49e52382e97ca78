//! Checks of account ids, ARNs of IAM, and the parameters of STS `AssumeRole`.

use thiserror::Error;

/// A value that does not have the form that AWS requires.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{}` is not a valid {what}: {remedy}", value.escape_debug())]
pub struct MalformedValue {
    value: String,
    what: &'static str,
    remedy: String,
}

impl MalformedValue {
    /// The value, what it was to be, and what to write.
    pub(super) fn new(value: &str, what: &'static str, remedy: impl Into<String>) -> Self {
        Self {
            value: value.to_owned(),
            what,
            remedy: remedy.into(),
        }
    }
}

/// Checks the id of an AWS account: twelve digits.
///
/// # Errors
/// [`MalformedValue`] otherwise.
pub fn check_account_id(id: &str) -> Result<(), MalformedValue> {
    if id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(MalformedValue::new(
        id,
        "AWS account id",
        "write its twelve digits, in quotes because of leading zeros",
    ))
}

/// Checks the ARN of a managed policy, of an account or of AWS (*IAM identifiers*:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>).
///
/// # Errors
/// [`MalformedValue`] otherwise.
pub fn check_policy_arn(arn: &str) -> Result<(), MalformedValue> {
    let owned = |account: &str| account == "aws" || check_account_id(account).is_ok();
    if iam_arn(arn, "policy/").is_some_and(|(account, name)| owned(account) && is_name(name, 128)) {
        return Ok(());
    }
    Err(MalformedValue::new(
        arn,
        "ARN of a managed policy",
        "write one like `arn:aws:iam::123456789012:policy/NAME`",
    ))
}

/// Checks the ARN of an IAM role, with or without a path.
///
/// # Errors
/// [`MalformedValue`] otherwise.
pub fn check_role_arn(arn: &str) -> Result<(), MalformedValue> {
    let valid = iam_arn(arn, "role/")
        .is_some_and(|(account, name)| check_account_id(account).is_ok() && is_name(name, 64));
    if valid {
        return Ok(());
    }
    Err(MalformedValue::new(
        arn,
        "ARN of a role",
        "write one like `arn:aws:iam::123456789012:role/NAME`",
    ))
}

/// Checks the name of a role session, by the rule of the parameter `RoleSessionName`
/// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>).
///
/// # Errors
/// [`MalformedValue`] otherwise.
pub fn check_session_name(name: &str) -> Result<(), MalformedValue> {
    if name.len() >= 2 && is_name(name, 64) {
        return Ok(());
    }
    Err(MalformedValue::new(
        name,
        "session name",
        "write 2 to 64 ASCII letters, digits and `_ + = , . @ -`",
    ))
}

/// Checks an external id, by the rule of the parameter `ExternalId`
/// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>).
///
/// The error does not contain the id, which some treat as a secret.
///
/// # Errors
/// [`MalformedValue`] otherwise.
pub fn check_external_id(id: &str) -> Result<(), MalformedValue> {
    let allowed = |c: char| is_name_char(c) || matches!(c, ':' | '/');
    if (2..=1224).contains(&id.len()) && id.chars().all(allowed) {
        return Ok(());
    }
    Err(MalformedValue::new(
        "external_id",
        "external id",
        "write 2 to 1224 ASCII letters, digits and `_ + = , . @ : / -`",
    ))
}

/// The account, and the name without its path, of an ARN of IAM whose resource begins with `kind`.
fn iam_arn<'a>(arn: &'a str, kind: &str) -> Option<(&'a str, &'a str)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else {
        return None;
    };
    let path = resource.strip_prefix(kind)?;
    let valid = partition.starts_with("aws") && path.chars().all(|c| c.is_ascii_graphic());
    valid.then(|| (*account, path.rsplit('/').next().unwrap_or_default()))
}

fn is_name(name: &str, max: usize) -> bool {
    (1..=max).contains(&name.len()) && name.chars().all(is_name_char)
}

/// The characters of IAM names.
fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '=' | ',' | '.' | '@' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(check: impl Fn(&str) -> Result<(), MalformedValue>, valid: &[&str], invalid: &[&str]) {
        for value in valid {
            assert_eq!(check(value), Ok(()), "{value}");
        }
        for value in invalid {
            assert!(check(value).is_err(), "{value}");
        }
    }

    #[test]
    fn check_account_id_takes_twelve_digits() {
        table(
            check_account_id,
            &["123456789012", "000000000001"],
            &["", "12345678901", "1234567890123", "12345678901a", "१२३४"],
        );
    }

    #[test]
    fn check_policy_arn_accepts_every_partition() {
        table(
            check_policy_arn,
            &[
                "arn:aws:iam::123456789012:policy/x",
                "arn:aws-us-gov:iam::aws:policy/service-role/AmazonSageMakerFullAccess",
            ],
            &[
                "",
                "x",
                "arn:aws:iam::123456789012:role/x",
                "arn:gcp:iam::123456789012:policy/x",
                "arn:aws:iam::12345:policy/x",
                "arn:aws:iam::123456789012:policy/",
                "arn:aws:iam::123456789012:policy/x*",
            ],
        );
    }

    #[test]
    fn check_role_arn_rejects_other_principals() {
        let long = format!("arn:aws:iam::123456789012:role/{}", "r".repeat(65));
        table(
            check_role_arn,
            &[
                "arn:aws:iam::123456789012:role/deploy",
                "arn:aws-cn:iam::123456789012:role/aws-reserved/sso/Admin_1a",
            ],
            &[
                "deploy",
                "",
                "arn:aws:iam::123456789012:user/x",
                "arn:aws:sts::123456789012:assumed-role/x/y",
                "arn:aws:iam::aws:role/x",
                "arn:aws:iam::123456789012:role/a b",
                "arn:aws:iam::123456789012:role/p q/a",
                &long,
            ],
        );
    }

    #[test]
    fn check_session_name_follows_sts() {
        let longest = "s".repeat(64);
        let long = "s".repeat(65);
        table(
            check_session_name,
            &["mlspace", "ci@main-1", &longest],
            &["", "m", "my session", "a/b", "größe", &long],
        );
    }

    #[test]
    fn check_external_id_hides_the_id() {
        let long = "e".repeat(1225);
        table(
            check_external_id,
            &["42", "org:team/1"],
            &["", "1", "a b", &long],
        );
        let error = check_external_id("very secret!").unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
