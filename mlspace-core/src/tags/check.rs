//! Rules for tags: those that users write, and the value of the tag `system`.
//!
//! The limits are those of AWS (*Tagging AWS resources*, "Tag naming limits and requirements":
//! <https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html>): keys of 1 to 128 and
//! values of up to 256 characters, letters, digits, spaces and `_ . : / = + - @`, at most 50 tags
//! on a resource.

use thiserror::Error;

use super::{RESERVED_KEYS, Tags};

/// Largest number of tags on an AWS resource.
const MAX_TAGS: usize = 50;
/// Longest key, in characters.
const MAX_KEY: usize = 128;
/// Longest value, in characters.
const MAX_VALUE: usize = 256;

/// A tag that AWS or the platform would refuse.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TagError {
    /// The key is one that the platform sets itself.
    #[error("the tag key `{key}` is set by the platform: remove it or use another key")]
    Reserved {
        /// The refused key.
        key: String,
    },
    /// The key starts with `aws:`.
    #[error("the tag key `{key}` starts with `aws:`, which AWS keeps for itself: use another key")]
    AwsPrefix {
        /// The refused key.
        key: String,
    },
    /// The key is empty.
    #[error("a tag key must not be empty: remove the tag or give it a key")]
    EmptyKey,
    /// The key is too long.
    #[error("the tag key `{key}` has {len} characters, at most {MAX_KEY} are allowed: shorten it")]
    KeyTooLong {
        /// The refused key.
        key: String,
        /// Its length in characters.
        len: usize,
    },
    /// The value is too long.
    #[error(
        "the value of the tag `{key}` has {len} characters, at most {MAX_VALUE} are allowed: shorten it"
    )]
    ValueTooLong {
        /// The tag's key.
        key: String,
        /// The value's length in characters.
        len: usize,
    },
    /// The key or the value contains a character that AWS refuses.
    #[error(
        "the tag `{}` contains the character U+{:04X}: only letters, digits, spaces and `_ . : / = + - @` are allowed",
        key.escape_debug(), u32::from(*found)
    )]
    Character {
        /// The tag's key.
        key: String,
        /// The first refused character.
        found: char,
    },
    /// The value cannot be compared with in a policy.
    #[error(
        "the value `{}` of the tag `{key}` cannot be used in a policy: write 1 to {MAX_VALUE} ASCII letters, digits, spaces and `_ . : / = + - @`",
        value.escape_debug()
    )]
    PolicyValue {
        /// The tag's key.
        key: String,
        /// The rejected value.
        value: String,
    },
    /// There are too many tags.
    #[error(
        "{count} tags are too many: at most {max} can be set in addition to the platform's own"
    )]
    TooMany {
        /// The number of tags given.
        count: usize,
        /// Largest number that can be given.
        max: usize,
    },
    /// There are too many tags together with those that others set.
    #[error(
        "the resource would have {count} tags with its own {own}, the provider's `default_tags` and those of the \
         platform, but AWS allows {MAX_TAGS}: remove some"
    )]
    TooManyTogether {
        /// The number of all tags.
        count: usize,
        /// How many of them are the resource's own.
        own: usize,
    },
    /// Two keys differ only in case.
    #[error(
        "the tag keys `{first}` and `{second}` differ only in case, which IAM refuses: keep one of them"
    )]
    CaseCollision {
        /// One of the keys.
        first: String,
        /// The other.
        second: String,
    },
}

/// Checks tags from a configuration, before the platform adds its own.
///
/// The limits are AWS's (*Tagging AWS resources*, "Tag naming limits and requirements":
/// <https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html>): keys of 1 to 128 and
/// values of up to 256 characters, letters, digits, spaces and `_ . : / = + - @`, at most 50 tags
/// in all, of which the platform needs four. The platform's keys and the prefix `aws:` are refused
/// in any case, as IAM compares keys without regard to case.
///
/// # Errors
/// The first [`TagError`] found, in key order.
pub fn check_user_tags(tags: &Tags) -> Result<(), TagError> {
    for (key, value) in tags.iter() {
        check_tag(key, value)?;
    }
    let mut folded: Vec<(String, &str)> = tags
        .iter()
        .map(|(key, _)| (key.to_lowercase(), key))
        .collect();
    folded.sort();
    // Sorted by the folded key, keys that differ only in case are neighbors.
    for pair in folded.windows(2) {
        if let [(a, first), (b, second)] = pair
            && a == b
        {
            return Err(TagError::CaseCollision {
                first: (*first).to_owned(),
                second: (*second).to_owned(),
            });
        }
    }
    let max = MAX_TAGS - RESERVED_KEYS.len();
    if tags.len() > max {
        Err(TagError::TooMany {
            count: tags.len(),
            max,
        })
    } else {
        Ok(())
    }
}

/// Checks the number of all tags of a resource, `own` of which its configuration sets.
///
/// # Errors
/// [`TagError::TooManyTogether`] for more than AWS allows.
#[cfg(feature = "aws")]
pub(crate) fn check_together(all: &Tags, own: usize) -> Result<(), TagError> {
    match all.len() {
        count if count > MAX_TAGS => Err(TagError::TooManyTogether { count, own }),
        _ => Ok(()),
    }
}

/// Checks the value of a tag that policies compare with, such as the value of `system`.
///
/// Of the characters that AWS allows in tags, only ASCII ones are accepted. None of them is a
/// wildcard or begins a policy variable.
///
/// # Errors
/// [`TagError::PolicyValue`] when the value is empty, too long or contains another character.
pub fn check_policy_tag_value(key: &str, value: &str) -> Result<(), TagError> {
    let length = 1..=MAX_VALUE;
    if length.contains(&value.chars().count())
        && value.chars().all(|c| c.is_ascii() && is_allowed(c))
    {
        return Ok(());
    }
    Err(TagError::PolicyValue {
        key: key.to_owned(),
        value: value.to_owned(),
    })
}

fn check_tag(key: &str, value: &str) -> Result<(), TagError> {
    let (key_len, value_len) = (key.chars().count(), value.chars().count());
    if key.is_empty() {
        return Err(TagError::EmptyKey);
    }
    if key_len > MAX_KEY {
        return Err(TagError::KeyTooLong {
            key: key.to_owned(),
            len: key_len,
        });
    }
    if value_len > MAX_VALUE {
        return Err(TagError::ValueTooLong {
            key: key.to_owned(),
            len: value_len,
        });
    }
    if let Some(found) = key.chars().chain(value.chars()).find(|c| !is_allowed(*c)) {
        return Err(TagError::Character {
            key: key.to_owned(),
            found,
        });
    }
    // White space around a reserved key would make a look-alike that people take for the real one.
    let folded = key.trim().to_lowercase();
    if RESERVED_KEYS.contains(&folded.as_str()) {
        return Err(TagError::Reserved {
            key: key.to_owned(),
        });
    }
    if folded.starts_with("aws:") {
        return Err(TagError::AwsPrefix {
            key: key.to_owned(),
        });
    }
    Ok(())
}

fn is_allowed(c: char) -> bool {
    c.is_alphanumeric() || c == ' ' || matches!(c, '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@')
}
