//! Who manages an object: the token that tells Terraform states apart.
//!
//! Tags and names say which tenant an object belongs to. They do not say which state manages it:
//! two states that declare the same project agree on all of them. So every create gives its object
//! a random [`Token`], in the record or in a tag, and the caller keeps it with its state. An
//! operation acts on behalf of a [`Claim`], what the state knows of the token, and changes nothing
//! if the object has the token of another state.
//!
//! A create refuses an object that exists and is complete ([`Object::exists`]). It finishes what an
//! interrupted create left behind, and only that: such an object has no record yet, and its role or
//! policy has the token as a tag; a notebook has a tag that says so ([`Mark`]).

mod object;

pub use object::{Kind, Object};

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::aws::Error;
use crate::memory::Memory;
use crate::records::{Change, Item};
use crate::tags::{TOKEN, Tags};

/// Attribute of a record that contains the token. MLSpace ignores it.
const ATTRIBUTE: &str = "terraformToken";

/// What the tag of an unfinished object has in front of its token.
const UNFINISHED: &str = "unfinished/";

/// A random value that a create gives to an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new token.
    #[must_use]
    pub fn random() -> Self {
        Self(format!("{:032x}", fastrand::u128(..)))
    }

    /// A token as it was stored.
    #[must_use]
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The token in a record.
    pub(crate) fn of_item(item: &Item) -> Option<Self> {
        let value = item.get(ATTRIBUTE)?.as_s().ok()?;
        Some(Self(value.clone()))
    }

    /// The record with this token.
    pub(crate) fn mark(&self, mut item: Item) -> Item {
        item.insert(ATTRIBUTE.to_owned(), AttributeValue::S(self.0.clone()));
        item
    }

    /// The change that gives a record of an interrupted create this token. `hash` is the record's
    /// hash attribute.
    pub(crate) fn replacing(&self, hash: &str, item: &Item) -> Change {
        Change::new()
            .set_string(ATTRIBUTE, self.0.clone())
            .expect_present(hash)
            .expect(ATTRIBUTE, item.get(ATTRIBUTE))
    }

    /// The tag of a role or policy that a create with this token makes.
    pub(crate) fn tags(&self) -> Tags {
        Tags::from([(TOKEN, self.0.as_str())])
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The token in the tag of an object without a record, and whether its create is finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The token.
    pub token: Token,
    /// Whether the create has made its last call.
    pub finished: bool,
}

impl Mark {
    /// The mark in these tags.
    pub(crate) fn of(tags: &Tags) -> Option<Self> {
        let value = tags.get(TOKEN)?;
        let unfinished = value.strip_prefix(UNFINISHED);
        Some(Self {
            token: Token(unfinished.unwrap_or(value).to_owned()),
            finished: unfinished.is_none(),
        })
    }

    /// The tag that says so.
    pub(crate) fn tags(&self) -> Tags {
        let prefix = if self.finished { "" } else { UNFINISHED };
        Tags::from([(TOKEN, format!("{prefix}{}", self.token))])
    }
}

/// What the caller's state knows of an object's token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Claim {
    /// Nothing: the state was written before there were tokens, or lost what it knew. It takes the
    /// object as it is.
    #[default]
    Unknown,
    /// The object had no token when it was last read.
    NoToken,
    /// The object's token.
    Token(Token),
}

impl Claim {
    /// Whether an object with this token is the one that the state manages. An object without a
    /// token can be anybody's: MLSpace writes none, and neither did earlier versions.
    #[must_use]
    pub fn admits(&self, found: Option<&Token>) -> bool {
        match (self, found) {
            (Self::Unknown, _) | (_, None) => true,
            (Self::NoToken, Some(_)) => false,
            (Self::Token(own), Some(found)) => own == found,
        }
    }

    /// Refuses an object with the token of another state.
    pub(crate) fn check(&self, object: &Object, found: Option<&Token>) -> Result<(), Error> {
        if self.admits(found) {
            Ok(())
        } else {
            Err(object.foreign())
        }
    }

    /// The change of a record, `None` for none, made conditional on the record's token; a record
    /// without a token gets one. `hash` is the record's hash attribute.
    pub(crate) fn guard(&self, hash: &str, item: &Item, change: Option<Change>) -> Option<Change> {
        let stored = item.get(ATTRIBUTE);
        if stored.is_some() {
            return change.map(|change| change.expect(ATTRIBUTE, stored));
        }
        let change = change.unwrap_or_default().expect_present(hash);
        let token = self.token(None).to_string();
        Some(change.set_string(ATTRIBUTE, token).expect(ATTRIBUTE, None))
    }

    /// The token that the object has after a change: the one it has, else that of the state, else a
    /// new one.
    pub(crate) fn token(&self, found: Option<&Token>) -> Token {
        match (found, self) {
            (Some(token), _) | (None, Self::Token(token)) => token.clone(),
            (None, Self::Unknown | Self::NoToken) => Token::random(),
        }
    }
}

/// An object of the core that can have a token.
pub trait Owned {
    /// Its token.
    fn token(&self) -> Option<&Token>;

    /// What the state keeps of it for the next refresh.
    fn memory(&self) -> Option<&Memory> {
        None
    }
}

/// What the rest of the caller's run does with existing objects. A run can replace an object, or
/// remove one whose name is in the way of a new one.
#[async_trait]
pub trait Run: fmt::Debug + Send + Sync {
    /// Whether the run deletes its own object of this name before it creates one.
    fn replaces(&self, object: &Object) -> bool;

    /// Whether the run deletes the object and does not create it again.
    async fn removes(&self, object: &Object) -> bool;
}

/// A run that only creates.
#[derive(Debug, Clone, Copy, Default)]
pub struct OnlyCreates;

#[async_trait]
impl Run for OnlyCreates {
    fn replaces(&self, _: &Object) -> bool {
        false
    }

    async fn removes(&self, _: &Object) -> bool {
        false
    }
}

/// On whose behalf an operation acts.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What the state knows of the token of the operation's object.
    pub claim: Claim,
    /// The run that the operation is part of.
    pub run: Arc<dyn Run>,
}

impl Default for Caller {
    fn default() -> Self {
        Self {
            claim: Claim::Unknown,
            run: Arc::new(OnlyCreates),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_random_and_survives_a_record() {
        let token = Token::random();
        assert_ne!(token, Token::random());
        assert_eq!(Token::of_item(&token.mark(Item::new())), Some(token));
        assert_eq!(Token::of_item(&Item::new()), None);
    }

    #[test]
    fn mark_survives_a_tag() {
        for finished in [false, true] {
            let mark = Mark {
                token: Token::random(),
                finished,
            };
            assert_eq!(Mark::of(&mark.tags()), Some(mark));
        }
        assert_eq!(Mark::of(&Tags::new()), None);
    }

    #[test]
    fn claim_admits_its_own_token_and_none() {
        let (own, other) = (Token::random(), Token::random());
        for claim in [Claim::Unknown, Claim::NoToken, Claim::Token(own.clone())] {
            assert!(claim.admits(None), "{claim:?}");
        }
        assert!(Claim::Unknown.admits(Some(&other)));
        assert!(!Claim::NoToken.admits(Some(&other)));
        assert!(Claim::Token(own.clone()).admits(Some(&own)));
        assert!(!Claim::Token(own).admits(Some(&other)));
    }

    #[test]
    fn claim_keeps_tokens() {
        let (own, found) = (Token::random(), Token::random());
        let claim = Claim::Token(own.clone());
        assert_eq!(claim.token(None), own);
        assert_eq!(claim.token(Some(&own)), own);
        assert_eq!(Claim::Unknown.token(Some(&found)), found);
    }
}
