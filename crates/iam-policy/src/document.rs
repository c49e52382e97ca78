//! The policy document.

use super::error::{ParseError, ParseErrorKind};
use super::statement::Statement;
use super::{parse, print};
use std::fmt;
use std::str::FromStr;

/// The version of the policy language.
///
/// Source: "IAM JSON policy elements: Version"
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// `2008-10-17`, which AWS assumes when a document has no `Version`. It has no policy
    /// variables.
    V2008,
    /// `2012-10-17`, the current language.
    #[default]
    V2012,
}

impl Version {
    /// The date in the document.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2008 => "2008-10-17",
            Self::V2012 => "2012-10-17",
        }
    }
}

/// A policy document of any type.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Document {
    /// The language version.
    pub version: Version,
    /// The document's `Id`, which only resource policies use.
    pub id: Option<String>,
    /// The statements, in the order they are written.
    pub statements: Vec<Statement>,
}

impl Document {
    /// A document of version `2012-10-17`.
    pub fn new(statements: impl IntoIterator<Item = Statement>) -> Self {
        Self {
            version: Version::V2012,
            id: None,
            statements: statements.into_iter().collect(),
        }
    }

    /// Parses a document from JSON, in any of the forms that IAM accepts.
    ///
    /// Lists become sets, and elements can be in any order. A document without `Version` has
    /// version `2008-10-17`, as in IAM.
    ///
    /// # Errors
    ///
    /// The first error in the JSON, in the policy, or in the limits of size and depth, with its
    /// line, column and JSON pointer.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        parse::parse(text)
    }

    /// Parses a document from bytes of JSON, which must be UTF-8 without a byte order mark.
    ///
    /// # Errors
    ///
    /// As [`Document::parse`], and for bytes that are not UTF-8, with their position.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, ParseError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::parse(text),
            Err(error) => {
                let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let before = std::str::from_utf8(before).unwrap_or_default();
                Err(ParseError::new(
                    before,
                    before.len(),
                    "",
                    ParseErrorKind::Encoding,
                ))
            }
        }
    }

    /// The canonical JSON on one line: members in a fixed order, sorted lists, lists with one value
    /// as a string.
    #[must_use]
    pub fn to_json(&self) -> String {
        print::compact(self)
    }

    /// The canonical JSON, indented by two spaces.
    #[must_use]
    pub fn to_json_pretty(&self) -> String {
        print::pretty(self)
    }

    /// The size that AWS compares with its quotas: the characters of the JSON without white space.
    ///
    /// Source: "IAM and AWS STS quotas"
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
    #[must_use]
    pub fn size(&self) -> usize {
        self.to_json()
            .chars()
            .filter(|c| !c.is_whitespace())
            .count()
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json())
    }
}

impl FromStr for Document {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}
