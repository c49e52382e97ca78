//! Reasons why a name is invalid.

use thiserror::Error;

/// Kind of a name, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A project.
    Project,
    /// A user.
    User,
    /// A dataset.
    Dataset,
    /// A group of users.
    Group,
    /// A notebook instance.
    Notebook,
    /// An external location.
    Location,
}

impl std::fmt::Display for NameKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Project => "project",
            Self::User => "user",
            Self::Dataset => "dataset",
            Self::Group => "group",
            Self::Notebook => "notebook",
            Self::Location => "location",
        })
    }
}

/// Reason why a name is invalid. Each message states the rule and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// The name has no characters.
    #[error("a {kind} name must not be empty: write at least one letter or digit")]
    Empty {
        /// The kind of name.
        kind: NameKind,
    },
    /// The name has too many characters.
    #[error("a {kind} name has at most {max} characters, this one has {len}: shorten it")]
    TooLong {
        /// The kind of name.
        kind: NameKind,
        /// The length of the longest valid name, in characters.
        max: usize,
        /// The length of the name, in characters.
        len: usize,
    },
    /// The name contains a character that its kind does not allow.
    #[error("the {kind} name `{}` holds {}, but only {allowed} are allowed: remove or replace it", visible(name), describe(*found))]
    Character {
        /// The kind of name.
        kind: NameKind,
        /// The refused name.
        name: String,
        /// The first refused character.
        found: char,
        /// The allowed characters, in words.
        allowed: &'static str,
    },
    /// The name does not start with a letter or digit.
    #[error(
        "the {kind} name `{name}` starts with `{found}`: start it with an ASCII letter or digit"
    )]
    Start {
        /// The kind of name.
        kind: NameKind,
        /// The refused name.
        name: String,
        /// Its first character.
        found: char,
    },
    /// The name does not end with a letter or digit.
    #[error("the {kind} name `{name}` ends with `{found}`: end it with an ASCII letter or digit")]
    End {
        /// The kind of name.
        kind: NameKind,
        /// The refused name.
        name: String,
        /// Its last character.
        found: char,
    },
    /// The name is a word of the storage layout or of MLSpace's routes.
    #[error("`{name}` is reserved and cannot name a {kind}: choose another name")]
    Reserved {
        /// The kind of name.
        kind: NameKind,
        /// The refused name.
        name: String,
    },
}

impl NameError {
    /// The rule that the name breaks and what to do, which the message joins by a colon.
    pub fn rule_and_remedy(&self) -> (String, String) {
        let text = self.to_string();
        match text.rsplit_once(": ") {
            Some((rule, remedy)) => (rule.to_owned(), remedy.to_owned()),
            None => (text, "choose another name".to_owned()),
        }
    }
}

/// The name with control characters escaped.
fn visible(name: &str) -> String {
    name.escape_debug().to_string()
}

/// The character itself when it is visible, otherwise its code point.
fn describe(found: char) -> String {
    if found.is_ascii_graphic() {
        format!("`{found}`")
    } else {
        format!("the character U+{:04X}", u32::from(found))
    }
}
