//! Hash tables with keys that compare without ASCII case: action names, services, condition keys.
//!
//! `HashMap<UniCase<String>, V>` would do the same, but it hashes the key at each lookup. Here, the
//! hash of a condition key is computed once with the key, and lookups make up most of a decision.

use crate::caseless::caseless_hash;

/// A hash table with lookups that neither allocate nor require lower case.
#[derive(Debug, Clone)]
pub(super) struct CaselessMap<V> {
    /// Indexes into `entries`, with linear probing. The length is a power of two and at least twice
    /// the number of entries, so every probe ends at a free slot.
    slots: Vec<Option<u32>>,
    entries: Vec<Entry<V>>,
}

#[derive(Debug, Clone)]
struct Entry<V> {
    hash: u64,
    key: String,
    value: V,
}

impl<V> Default for CaselessMap<V> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            entries: Vec::new(),
        }
    }
}

impl<V> CaselessMap<V> {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&V> {
        self.get_hashed(key, caseless_hash(key))
    }

    /// The value of a key whose [`caseless_hash`] is known.
    pub(super) fn get_hashed(&self, key: &str, hash: u64) -> Option<&V> {
        let at = self.position(key, hash)?;
        self.entries.get(at).map(|entry| &entry.value)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    fn position(&self, key: &str, hash: u64) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut slot = hash as usize & mask;
        loop {
            let at = (*self.slots.get(slot)?)? as usize;
            let entry = self.entries.get(at)?;
            if entry.hash == hash && same(&entry.key, key) {
                return Some(at);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Adds a key, or replaces its value.
    pub(super) fn insert(&mut self, key: String, value: V) {
        let hash = caseless_hash(&key);
        let known = self.position(&key, hash);
        if let Some(entry) = known.and_then(|at| self.entries.get_mut(at)) {
            entry.value = value;
            return;
        }
        self.entries.push(Entry { hash, key, value });
        let count = self.entries.len();
        if count * 2 > self.slots.len() {
            self.slots = vec![None; (count * 4).next_power_of_two()];
            (0..count).for_each(|at| self.place(at));
        } else {
            self.place(count - 1);
        }
    }

    /// Puts the index of an entry into the first free slot.
    fn place(&mut self, at: usize) {
        let Some(entry) = self.entries.get(at) else {
            return;
        };
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = entry.hash as usize & mask;
        while let Some(taken) = self.slots.get_mut(slot) {
            if taken.is_none() {
                *taken = u32::try_from(at).ok();
                return;
            }
            slot = (slot + 1) & mask;
        }
    }
}

/// Compares the exact spelling first, which is the usual case.
fn same(a: &str, b: &str) -> bool {
    a == b || a.eq_ignore_ascii_case(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn get_ignores_case() {
        let mut map = CaselessMap::default();
        for n in 0..1_000 {
            map.insert(format!("aws:Key{n}"), n);
        }
        assert_eq!(map.len(), 1_000);
        for n in 0..1_000 {
            assert_eq!(map.get(&format!("AWS:key{n}")), Some(&n));
        }
        map.insert("AWS:KEY7".to_owned(), 1);
        assert_eq!((map.get("aws:key7"), map.len()), (Some(&1), 1_000));
        assert_eq!(map.get("aws:key1000"), None);
        assert_eq!(CaselessMap::<u8>::default().get(""), None);
    }

    #[test]
    fn get_folds_letters_only() {
        let mut map = CaselessMap::default();
        map.insert("a[b@c".to_owned(), ());
        assert!(map.get("A[B@C").is_some());
        assert!(map.get("a{b`c").is_none());
    }

    proptest! {
        #[test]
        fn get_agrees_with_eq_ignore_ascii_case(a in "[a-cA-C:/é]{0,20}", b in "[a-cA-C:/é]{0,20}") {
            for (a, b) in [(&a, &b), (&a, &a.to_ascii_uppercase())] {
                let mut map = CaselessMap::default();
                map.insert(a.clone(), ());
                prop_assert_eq!(map.get(b).is_some(), a.eq_ignore_ascii_case(b));
            }
        }
    }
}
