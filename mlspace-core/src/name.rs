//! Names of projects, users, datasets, groups and notebooks.
//!
//! A name ends up in S3 keys, IAM policy resources, IAM names, tags and DynamoDB keys, so each kind is a type of its own that can only be
//! made by parsing. No accepted name holds an IAM wildcard (`*`, `?`), a policy variable (`${…}`), a separator (`/`, `:`), white space or
//! anything outside ASCII: what is granted for one name can therefore never match another's data.
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

/// Words that mean something in the storage layout or in MLSpace's routes, so that no project, user or group may bear them.
/// They are compared without regard to case.
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

/// Whether two names differ at most in the case of their letters.
///
/// IAM compares names without regard to case while S3 and DynamoDB do not; two such names would share a policy but no data.
pub fn same_ignoring_case(a: impl AsRef<str>, b: impl AsRef<str>) -> bool {
    a.as_ref().eq_ignore_ascii_case(b.as_ref())
}

/// What a kind of name allows.
struct Rule {
    kind: NameKind,
    /// Longest accepted name, in characters.
    max: usize,
    /// Whether a character other than a letter or digit may occur.
    extra: fn(char) -> bool,
    /// `allowed` in words, for messages.
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
        // Every character is ASCII from here on: bytes and characters count alike.
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

            /// Checks `name` and wraps it.
            ///
            /// # Errors
            /// [`NameError`] when the name breaks the rule of its kind.
            pub fn new(name: impl Into<String>) -> Result<Self, NameError> {
                let name = name.into();
                Self::RULE.check(&name)?;
                Ok(Self(name))
            }

            /// The name as text.
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
    /// A project: 1 to 24 ASCII letters and digits, none of [`RESERVED`].
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
    /// A user: 1 to 64 of ASCII letters, digits and `_ . @ + -`, starting with a letter or digit, none of [`RESERVED`].
    ///
    /// `,` and `=` are refused although IAM takes them: MLSpace writes both as `-`, so that names with them would be ambiguous.
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
    /// A dataset: 1 to 255 of ASCII letters, digits and `-`, starting with a letter or digit.
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
    /// A group of users: 1 to 24 ASCII letters and digits, none of [`RESERVED`].
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
    /// A notebook instance: 1 to 63 of ASCII letters, digits and `-`, starting and ending with a letter or digit.
    ///
    /// This is SageMaker's own rule (`CreateNotebookInstance`, `NotebookInstanceName`:
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
