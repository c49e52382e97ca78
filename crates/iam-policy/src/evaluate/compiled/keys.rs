//! Condition keys by number, and the values that a request has for them.

use super::super::request::Request;
use super::fold::FoldedMap;
use crate::ConditionKey;

/// A condition key's number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key(usize);

/// The condition keys that the policies name.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys(FoldedMap<Key>);

impl Keys {
    /// The key's number, a new one at the first time.
    pub(super) fn intern(&mut self, key: &ConditionKey) -> Key {
        if let Some(known) = self.0.get_hashed(key.as_str(), key.folded_hash()) {
            return *known;
        }
        let next = Key(self.0.len());
        self.0.insert(key.as_str().to_owned(), next);
        next
    }

    /// Looks up every key of the request once.
    pub(super) fn read<'r>(&self, request: &'r Request) -> Values<'r> {
        let mut values = Values::missing(self.0.len());
        for (key, found) in request.entries() {
            if let Some(known) = self.0.get_hashed(key.as_str(), key.folded_hash()) {
                values.set(*known, found);
            }
        }
        values
    }
}

/// As many keys as most sets of policies name; their values need no memory of their own.
const FEW: usize = 32;

/// A request's values for the keys that the policies name.
pub(super) struct Values<'r> {
    few: [&'r [String]; FEW],
    more: Vec<&'r [String]>,
}

impl<'r> Values<'r> {
    /// For patterns without variables.
    pub(super) fn none() -> Self {
        Self::missing(0)
    }

    fn missing(keys: usize) -> Self {
        Self {
            few: [&[]; FEW],
            more: vec![&[]; keys.saturating_sub(FEW)],
        }
    }

    fn set(&mut self, Key(at): Key, values: &'r [String]) {
        let place = match at.checked_sub(FEW) {
            None => self.few.get_mut(at),
            Some(at) => self.more.get_mut(at),
        };
        if let Some(place) = place {
            *place = values;
        }
    }

    /// All values; none when the key is missing.
    pub(super) fn all(&self, Key(at): Key) -> &'r [String] {
        let place = match at.checked_sub(FEW) {
            None => self.few.get(at),
            Some(at) => self.more.get(at),
        };
        place.copied().unwrap_or_default()
    }

    /// The only value, as a policy variable needs it.
    pub(super) fn only(&self, key: Key) -> Option<&'r str> {
        match self.all(key) {
            [one] => Some(one),
            _ => None,
        }
    }
}
