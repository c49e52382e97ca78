//! Condition keys by number, and their values in a request.

use super::super::request::Request;
use super::caseless_map::CaselessMap;
use crate::ConditionKey;

/// The number of a condition key.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyId(usize);

/// The condition keys that the policies name.
#[derive(Debug, Clone, Default)]
pub(super) struct KeyTable(CaselessMap<KeyId>);

impl KeyTable {
    /// Returns the number of the key, and assigns one to a new key.
    pub(super) fn intern(&mut self, key: &ConditionKey) -> KeyId {
        if let Some(known) = self.0.get_hashed(key.as_str(), key.caseless_hash()) {
            return *known;
        }
        let next = KeyId(self.0.len());
        self.0.insert(key.as_str().to_owned(), next);
        next
    }

    /// Reads the values of all keys of the request.
    pub(super) fn read<'r>(&self, request: &'r Request) -> KeyValues<'r> {
        let mut values = KeyValues::missing(self.0.len());
        for (key, found) in request.entries() {
            if let Some(known) = self.0.get_hashed(key.as_str(), key.caseless_hash()) {
                values.set(*known, found);
            }
        }
        values
    }
}

/// The number of keys whose values need no allocation: enough for most sets of policies.
const INLINE: usize = 32;

/// A request's values for the keys that the policies name.
pub(super) struct KeyValues<'r> {
    inline: [&'r [String]; INLINE],
    overflow: Vec<&'r [String]>,
}

impl<'r> KeyValues<'r> {
    /// For patterns without variables.
    pub(super) fn none() -> Self {
        Self::missing(0)
    }

    fn missing(keys: usize) -> Self {
        Self {
            inline: [&[]; INLINE],
            overflow: vec![&[]; keys.saturating_sub(INLINE)],
        }
    }

    fn set(&mut self, KeyId(at): KeyId, values: &'r [String]) {
        let slot = match at.checked_sub(INLINE) {
            None => self.inline.get_mut(at),
            Some(at) => self.overflow.get_mut(at),
        };
        if let Some(slot) = slot {
            *slot = values;
        }
    }

    /// All values; none when the key is missing.
    pub(super) fn all(&self, KeyId(at): KeyId) -> &'r [String] {
        let slot = match at.checked_sub(INLINE) {
            None => self.inline.get(at),
            Some(at) => self.overflow.get(at),
        };
        slot.copied().unwrap_or_default()
    }

    /// The value, if there is exactly one, as policy variables require.
    pub(super) fn only(&self, key: KeyId) -> Option<&'r str> {
        match self.all(key) {
            [one] => Some(one),
            _ => None,
        }
    }
}
