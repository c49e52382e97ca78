//! Names of projects, users, datasets, groups and notebooks.
//!
//! Names become part of S3 keys, IAM policy resources, IAM names, tags and DynamoDB keys. Each kind is
//! therefore a separate type that only parsing creates. No valid name contains an IAM wildcard (`*`,
//! `?`), a policy variable (`${…}`), a separator (`/`, `:`), white space or a character outside ASCII:
//! a permission for one name never matches the data of another.
//!
//! ```
//! use mlspace_core::name::ProjectName;
//!
//! let project: ProjectName = "fraud".parse()?;
//! assert_eq!(project.as_str(), "fraud");
//! assert!("fraud*".parse::<ProjectName>().is_err());
//! # Ok::<(), mlspace_core::name::NameError>(())
//! ```

mod error;
#[cfg(test)]
mod tests;

pub use error::{NameError, NameKind};

/// Words of the storage layout and of MLSpace's routes, which cannot be names of projects, users or
/// groups. Case is ignored.
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
        if !first.is_ascii_alphanumeric() {
            return Err(NameError::Start {
                kind,
                name: name.to_owned(),
                found: first,
            });
        }
        if let Some(last) = name
            .chars()
            .last()
            .filter(|c| self.alphanumeric_end && !c.is_ascii_alphanumeric())
        {
            return Err(NameError::End {
                kind,
                name: name.to_owned(),
                found: last,
            });
        }
        if self
            .reserved
            .iter()
            .any(|word| same_ignoring_case(word, name))
        {
            return Err(NameError::Reserved {
                kind,
                name: name.to_owned(),
            });
        }
        Ok(())
    }
}

macro_rules! name_type {
    ($(#[$doc:meta])* $type:ident, $rule:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(String);

        impl $type {
            const RULE: Rule = $rule;

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

name_type!(
    /// Name of a project: 1 to 24 ASCII letters and digits, none of [`RESERVED`].
    ProjectName,
    Rule {
        kind: NameKind::Project,
        max: 24,
        extra: |_| false,
        allowed: "ASCII letters and digits",
        alphanumeric_end: true,
        reserved: RESERVED
    }
);

name_type!(
    /// Name of a user: 1 to 64 ASCII letters, digits and `_ . @ + -`, starting with a letter or digit,
    /// none of [`RESERVED`].
    ///
    /// `,` and `=` are refused although IAM allows them: MLSpace replaces both with `-`, which would make
    /// such names ambiguous.
    UserName,
    Rule {
        kind: NameKind::User,
        max: 64,
        extra: |c| matches!(c, '_' | '.' | '@' | '+' | '-'),
        allowed: "ASCII letters, digits and `_ . @ + -`",
        alphanumeric_end: false,
        reserved: RESERVED
    }
);

name_type!(
    /// Name of a dataset: 1 to 255 ASCII letters, digits and `-`, starting with a letter or digit.
    DatasetName,
    Rule {
        kind: NameKind::Dataset,
        max: 255,
        extra: |c| c == '-',
        allowed: "ASCII letters, digits and `-`",
        alphanumeric_end: false,
        reserved: &[]
    }
);

name_type!(
    /// Name of a group of users: 1 to 24 ASCII letters and digits, none of [`RESERVED`].
    GroupName,
    Rule {
        kind: NameKind::Group,
        max: 24,
        extra: |_| false,
        allowed: "ASCII letters and digits",
        alphanumeric_end: true,
        reserved: RESERVED
    }
);

name_type!(
    /// Name of a notebook instance: 1 to 63 ASCII letters, digits and `-`, starting and ending with a
    /// letter or digit.
    ///
    /// This is SageMaker's rule (`CreateNotebookInstance`, `NotebookInstanceName`:
    /// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateNotebookInstance.html>).
    NotebookName,
    Rule {
        kind: NameKind::Notebook,
        max: 63,
        extra: |c| c == '-',
        allowed: "ASCII letters, digits and `-`",
        alphanumeric_end: true,
        reserved: &[]
    }
);
