//! A user as it should be.

use crate::aws::Error;
use crate::name::UserName;
use crate::records::UserRecord;

/// Most characters of an e-mail address (RFC 5321, section 4.5.3.1.3: a path has at most 256 octets,
/// with its angle brackets).
const EMAIL_MAX: usize = 254;

/// Most characters of a display name: what an identity provider's display name has at most (IAM
/// Identity Center's API, `User`, `DisplayName`).
const DISPLAY_NAME_MAX: usize = 1024;

/// A user as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserSpec {
    /// The name, as in memberships.
    pub name: UserName,
    /// The name that MLSpace shows; by default that of the user.
    pub display_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Whether the user administers MLSpace.
    pub admin: bool,
    /// Whether the user is denied everything.
    pub suspended: bool,
    /// Whether a suspension may leave projects without an owner.
    pub allow_ownerless_projects: bool,
}

impl UserSpec {
    /// A user of this name, and nothing else.
    #[must_use]
    pub fn new(name: UserName) -> Self {
        Self {
            name,
            display_name: None,
            email: None,
            admin: false,
            suspended: false,
            allow_ownerless_projects: false,
        }
    }

    /// The name that MLSpace shows.
    fn shown(&self) -> &str {
        self.display_name.as_deref().unwrap_or(self.name.as_str())
    }

    /// The record of the user as it should be. Permissions of MLSpace beside administration, and the
    /// time of the creation, stay as `before` has them; a new record is created `now`.
    pub(super) fn record(&self, before: Option<&UserRecord>, now: i64) -> UserRecord {
        let permissions = before.cloned().unwrap_or_default();
        UserRecord {
            username: self.name.to_string(),
            email: self.email.clone().unwrap_or_default(),
            display_name: self.shown().to_owned(),
            suspended: self.suspended,
            permissions: match permissions.is_admin() == self.admin {
                true => permissions.permissions,
                false => permissions.permissions_with(self.admin),
            },
            created_at: before.map_or(now, |before| before.created_at),
        }
    }

    /// Checks what no call is needed for.
    pub(super) fn check(&self) -> Result<(), Error> {
        if let Some(email) = &self.email {
            check_email(email)?;
        }
        if let Some(name) = &self.display_name {
            check_display_name(name)?;
        }
        Ok(())
    }
}

/// A value that no record can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {remedy}")]
pub struct UserSpecError {
    attribute: &'static str,
    message: String,
    remedy: &'static str,
}

impl From<UserSpecError> for Error {
    fn from(error: UserSpecError) -> Self {
        Self::Invalid {
            attribute: Some(error.attribute),
            message: error.message,
            remedy: error.remedy.to_owned(),
        }
    }
}

/// Checks an e-mail address: one `@` with something on both sides, and nothing that breaks a line or a
/// header. Whether it can be delivered to is not checked.
///
/// # Errors
/// [`UserSpecError`].
pub fn check_email(email: &str) -> Result<(), UserSpecError> {
    let wrong = |message: String| UserSpecError {
        attribute: "email",
        message,
        remedy: "write an address such as `alice@example.com`",
    };
    let shown = email.escape_debug();
    if email.chars().count() > EMAIL_MAX {
        return Err(wrong(format!(
            "the e-mail address has more than {EMAIL_MAX} characters"
        )));
    }
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c);
    if email.contains(odd) {
        return Err(wrong(format!(
            "`{shown}` has characters that no address has here: white space or one of `<>,;\"`"
        )));
    }
    match email.split_once('@') {
        Some((local, domain))
            if !local.is_empty() && !domain.is_empty() && !domain.contains('@') =>
        {
            Ok(())
        }
        _ => Err(wrong(format!("`{shown}` is not an e-mail address"))),
    }
}

/// Checks a display name: 1 to 1,024 characters, none of them a control character.
///
/// # Errors
/// [`UserSpecError`].
pub fn check_display_name(name: &str) -> Result<(), UserSpecError> {
    let wrong = |message: String| UserSpecError {
        attribute: "display_name",
        message,
        remedy: "write 1 to 1,024 characters on one line, or remove the attribute",
    };
    if name.trim().is_empty() {
        return Err(wrong("the display name is empty".to_owned()));
    }
    if name.chars().count() > DISPLAY_NAME_MAX {
        return Err(wrong(format!(
            "the display name has more than {DISPLAY_NAME_MAX} characters"
        )));
    }
    if name.contains(char::is_control) {
        return Err(wrong(format!(
            "the display name `{}` has a control character",
            name.escape_debug()
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_email_accepts_addresses_only() {
        for good in ["a@b", "alice.o'neil+x@example.co.uk", "bücher@example.com"] {
            assert_eq!(check_email(good), Ok(()), "{good}");
        }
        let long = format!("{}@example.com", "a".repeat(250));
        for bad in [
            "", "alice", "@b", "a@", "a@b@c", "a b@c", "a@b\n", "<a@b>", &long,
        ] {
            assert!(check_email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn check_display_name_accepts_one_line() {
        assert_eq!(check_display_name("Zoë von Ångström"), Ok(()));
        for bad in ["", " ", "a\nb", &"x".repeat(1025)] {
            assert!(check_display_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn record_keeps_what_the_configuration_does_not_say() {
        let before = UserRecord {
            permissions: vec!["other".to_owned()],
            created_at: 7,
            ..UserRecord::default()
        };
        let spec = UserSpec {
            admin: true,
            ..UserSpec::new("alice".parse().unwrap())
        };
        let record = spec.record(Some(&before), 9);
        assert_eq!(record.permissions, ["PMO", "other"]);
        assert_eq!(
            (record.created_at, record.display_name.as_str()),
            (7, "alice")
        );
        assert_eq!(spec.record(None, 9).created_at, 9);
    }
}
