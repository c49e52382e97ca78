//! Names of projects, users, datasets, groups and notebooks.
//!
//! Names become part of S3 keys, IAM policy resources, IAM names, tags and DynamoDB keys. Each kind is
//! therefore a separate type that only parsing creates. No valid name contains an IAM wildcard (`*`,
//! `?`), a policy variable (`${…}`), a separator (`/`, `:`), a quote, a control character or a
//! character outside ASCII, and none is `.` or `..`: a permission for one name never matches the data
//! of another.
//!
//! Within this rule, the types accept every name that exists in MLSpace. What this platform adds is
//! held to the narrower rule of `check_new`, so that MLSpace's web application accepts it too.
//!
//! ```
//! use mlspace_core::name::ProjectName;
//!
//! let project: ProjectName = "fraud".parse()?;
//! assert_eq!(project.as_str(), "fraud");
//! assert!("fraud*".parse::<ProjectName>().is_err());
//! assert!("datasets".parse::<ProjectName>()?.check_new().is_err());
//! # Ok::<(), mlspace_core::name::NameError>(())
//! ```

mod error;
#[cfg(test)]
mod tests;

pub use error::{NameError, NameKind};

/// Words of the storage layout and of MLSpace's routes, which cannot be names of new projects, users
/// or groups. Case counts, as in MLSpace, S3 and DynamoDB.
pub const RESERVED: &[&str] = &[
    "create",
    "datasets",
    "global",
    "global-read-only",
    "group",
    "index",
    "logs",
    "mlspace-report",
    "private",
    "project",
];

/// Whether two names are equal, case ignored.
///
/// IAM ignores the case of names, S3 and DynamoDB do not: two such names would share a policy but no
/// data.
pub fn same_ignoring_case(a: impl AsRef<str>, b: impl AsRef<str>) -> bool {
    a.as_ref().eq_ignore_ascii_case(b.as_ref())
}

/// Rule for one kind of name.
struct Rule {
    kind: NameKind,
    /// Length of the longest valid name, in characters.
    max: usize,
    /// Whether a character other than a letter or digit is allowed.
    extra: fn(char) -> bool,
    /// The allowed characters in words, for messages.
    allowed: &'static str,
    /// Whether the first character must be a letter or a digit.
    alphanumeric_start: bool,
    /// Whether the last character must be a letter or a digit.
    alphanumeric_end: bool,
    reserved: &'static [&'static str],
}

impl Rule {
    fn check(&self, name: &str) -> Result<(), NameError> {
        let kind = self.kind;
        let Some(first) = name.chars().next() else {
            return Err(NameError::Empty { kind });
        };
        let fits = |c: char| c.is_ascii_alphanumeric() || (self.extra)(c);
        if let Some(found) = name.chars().find(|c| !fits(*c)) {
            return Err(NameError::Character {
                kind,
                name: name.to_owned(),
                found,
                allowed: self.allowed,
            });
        }
        // Every character is ASCII from here on, so that the length in bytes is the length in
        // characters.
        if name.len() > self.max {
            return Err(NameError::TooLong {
                kind,
                max: self.max,
                len: name.len(),
            });
        }
        // A space at an end does not show.
        if first == ' ' || self.alphanumeric_start && !first.is_ascii_alphanumeric() {
            return Err(NameError::Start {
                kind,
                name: name.to_owned(),
                found: first,
            });
        }
        if let Some(last) = name
            .chars()
            .last()
            .filter(|c| *c == ' ' || self.alphanumeric_end && !c.is_ascii_alphanumeric())
        {
            return Err(NameError::End {
                kind,
                name: name.to_owned(),
                found: last,
            });
        }
        // Programs that treat keys as paths resolve them to another prefix.
        if matches!(name, "." | "..") || self.reserved.contains(&name) {
            return Err(NameError::Reserved {
                kind,
                name: name.to_owned(),
            });
        }
        Ok(())
    }
}

macro_rules! name_type {
    ($(#[$doc:meta])* $type:ident, $rule:expr, new: $new:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(String);

        impl $type {
            const RULE: Rule = $rule;
            const NEW: Rule = $new;

            /// Length of the longest name, in characters.
            pub const MAX_LEN: usize = Self::RULE.max;

            /// Parses a name.
            ///
            /// # Errors
            /// [`NameError`] when the name is invalid.
            pub fn new(name: impl Into<String>) -> Result<Self, NameError> {
                let name = name.into();
                Self::RULE.check(&name)?;
                Ok(Self(name))
            }

            /// Checks the rule for names that are new to the platform.
            ///
            /// # Errors
            /// [`NameError`] when only an existing object can have this name.
            pub fn check_new(&self) -> Result<(), NameError> {
                Self::NEW.check(&self.0)
            }

            /// The name as a string.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $type {
            type Err = NameError;

            fn from_str(name: &str) -> Result<Self, NameError> {
                Self::new(name)
            }
        }

        impl TryFrom<String> for $type {
            type Error = NameError;

            fn try_from(name: String) -> Result<Self, NameError> {
                Self::new(name)
            }
        }

        impl TryFrom<&str> for $type {
            type Error = NameError;

            fn try_from(name: &str) -> Result<Self, NameError> {
                Self::new(name)
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> Self {
                name.0
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

/// Letters and digits.
const ALPHANUMERIC: &str = "ASCII letters and digits";

/// The rule of projects and groups, which is MLSpace's.
const fn alphanumeric(kind: NameKind, reserved: &'static [&'static str]) -> Rule {
    Rule {
        kind,
        max: 24,
        extra: |_| false,
        allowed: ALPHANUMERIC,
        alphanumeric_start: true,
        alphanumeric_end: true,
        reserved,
    }
}

const USER: Rule = Rule {
    kind: NameKind::User,
    // What `{prefix}-user-` leaves of the 128 characters of a policy's name for the shortest prefix.
    max: 121,
    extra: |c| matches!(c, '_' | '.' | '@' | '+' | '-'),
    allowed: "ASCII letters, digits and `_ . @ + -`",
    alphanumeric_start: false,
    alphanumeric_end: false,
    reserved: &[],
};

const DATASET: Rule = Rule {
    kind: NameKind::Dataset,
    max: 255,
    extra: |c| matches!(c, '_' | '.' | '-' | '+' | '=' | '@' | ',' | ' '),
    allowed: "ASCII letters, digits, spaces and `_ . - + = @ ,`",
    alphanumeric_start: false,
    alphanumeric_end: false,
    reserved: &[],
};

const NOTEBOOK: Rule = Rule {
    kind: NameKind::Notebook,
    max: 63,
    extra: |c| c == '-',
    allowed: "ASCII letters, digits and `-`",
    alphanumeric_start: true,
    alphanumeric_end: true,
    reserved: &[],
};

const LOCATION: Rule = Rule {
    kind: NameKind::Location,
    ..NOTEBOOK
};

name_type!(
    /// Name of a project: 1 to 24 ASCII letters and digits. New names are none of [`RESERVED`].
    ProjectName,
    alphanumeric(NameKind::Project, &[]),
    new: alphanumeric(NameKind::Project, RESERVED)
);

name_type!(
    /// Name of a user: 1 to 121 ASCII letters, digits and `_ . @ + -`. New names have at most 64
    /// characters, start with a letter or digit, and are none of [`RESERVED`].
    ///
    /// The user's policy is named `{prefix}-user-{user}`, so that longer prefixes leave less room: 115
    /// characters with MLSpace's.
    ///
    /// `,` and `=` are refused although IAM allows them: MLSpace replaces both with `-`, which would make
    /// such names ambiguous.
    UserName,
    USER,
    new: Rule {
        max: 64,
        alphanumeric_start: true,
        reserved: RESERVED,
        ..USER
    }
);

name_type!(
    /// Name of a dataset: 1 to 255 ASCII letters, digits, spaces and `_ . - + = @ ,`, without spaces at
    /// the ends. New names have ASCII letters, digits and `-`, and start with a letter or digit.
    ///
    /// MLSpace records as a dataset whatever folder a notebook writes, and does not check the name.
    DatasetName,
    DATASET,
    new: Rule {
        extra: |c| c == '-',
        allowed: "ASCII letters, digits and `-`",
        alphanumeric_start: true,
        ..DATASET
    }
);

name_type!(
    /// Name of a group of users: 1 to 24 ASCII letters and digits. New names are none of [`RESERVED`].
    GroupName,
    alphanumeric(NameKind::Group, &[]),
    new: alphanumeric(NameKind::Group, RESERVED)
);

name_type!(
    /// Name of a notebook instance: 1 to 63 ASCII letters, digits and `-`, starting and ending with a
    /// letter or digit.
    ///
    /// This is SageMaker's rule (`CreateNotebookInstance`, `NotebookInstanceName`:
    /// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateNotebookInstance.html>).
    NotebookName,
    NOTEBOOK,
    new: NOTEBOOK
);

name_type!(
    /// Name of an external location: 1 to 63 ASCII letters, digits and `-`, starting and ending with a
    /// letter or digit.
    LocationName,
    LOCATION,
    new: LOCATION
);
