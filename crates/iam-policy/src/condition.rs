//! Condition keys and condition blocks.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::caseless::caseless_hash;
use super::operator::ConditionOperator;

/// The name of a context key, such as `aws:RequestTag/project`.
///
/// Names compare without ASCII case, as in IAM, and keep their original spelling.
/// That includes the tag key after the slash: "Tag keys are not case-sensitive" in conditions
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>).
#[derive(Clone)]
pub struct ConditionKey {
    name: String,
    /// The hash of the name, without ASCII case. Keys are compared often, and most comparisons end
    /// with the hash.
    hash: u64,
}

impl ConditionKey {
    /// The name in its original spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// A hash that is equal for names that differ in case only.
    pub(crate) fn caseless_hash(&self) -> u64 {
        self.hash
    }

    fn folded(&self) -> impl Iterator<Item = u8> + '_ {
        self.name.bytes().map(|b| b.to_ascii_lowercase())
    }
}

impl From<&str> for ConditionKey {
    fn from(name: &str) -> Self {
        Self::from(name.to_owned())
    }
}

impl From<String> for ConditionKey {
    fn from(name: String) -> Self {
        let hash = caseless_hash(&name);
        Self { name, hash }
    }
}

impl fmt::Debug for ConditionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ConditionKey").field(&self.name).finish()
    }
}

impl fmt::Display for ConditionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartialEq for ConditionKey {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.name.eq_ignore_ascii_case(&other.name)
    }
}

impl Eq for ConditionKey {}

impl PartialOrd for ConditionKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ConditionKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(other.folded())
    }
}

impl Hash for ConditionKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// A condition: an operator, a key and the values that the key is compared with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Condition {
    /// The operator.
    pub operator: ConditionOperator,
    /// The context key.
    pub key: ConditionKey,
    /// The values: any may match, or none for a negated operator.
    pub values: BTreeSet<String>,
}

/// The condition block of a statement: all its conditions must hold. Sorted by operator and key,
/// each pair once.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Conditions {
    all: Vec<Condition>,
    /// Operators without a key, which AWS rejects. None is the operator of a condition.
    without_keys: BTreeSet<ConditionOperator>,
}

impl Conditions {
    /// Adds a condition. Values for the same operator and key are combined, because a JSON block
    /// can contain the pair only once.
    pub fn insert(&mut self, condition: Condition) {
        self.without_keys.remove(&condition.operator);
        let place = self
            .all
            .binary_search_by(|c| (c.operator, &c.key).cmp(&(condition.operator, &condition.key)));
        match place {
            Ok(at) => {
                if let Some(same) = self.all.get_mut(at) {
                    same.values.extend(condition.values);
                }
            }
            Err(at) => self.all.insert(at, condition),
        }
    }

    /// The condition with this operator and key.
    #[must_use]
    pub fn get(&self, operator: ConditionOperator, key: &ConditionKey) -> Option<&Condition> {
        let place = self
            .all
            .binary_search_by(|c| (c.operator, &c.key).cmp(&(operator, key)));
        place.ok().and_then(|at| self.all.get(at))
    }

    /// Adds an operator without keys, as in `"StringEquals": {}`, unless it has one. It has no
    /// effect on decisions.
    pub fn insert_without_keys(&mut self, operator: ConditionOperator) {
        if self.all.iter().all(|one| one.operator != operator) {
            self.without_keys.insert(operator);
        }
    }

    /// The operators that have no key.
    pub fn without_keys(&self) -> impl Iterator<Item = ConditionOperator> + '_ {
        self.without_keys.iter().copied()
    }

    /// The conditions in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Condition> {
        self.all.iter()
    }

    /// Whether there are no conditions, so that the statement applies in any context.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The number of pairs of operator and key.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }
}

impl<'a> IntoIterator for &'a Conditions {
    type Item = &'a Condition;
    type IntoIter = std::slice::Iter<'a, Condition>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromIterator<Condition> for Conditions {
    fn from_iter<I: IntoIterator<Item = Condition>>(conditions: I) -> Self {
        let mut sorted: Vec<Condition> = conditions.into_iter().collect();
        // Sorted once, because inserting one by one moves half of the conditions each time.
        sorted.sort_by(|a, b| (a.operator, &a.key).cmp(&(b.operator, &b.key)));
        sorted.dedup_by(|next, kept| {
            let same = (kept.operator, &kept.key) == (next.operator, &next.key);
            if same {
                kept.values.append(&mut next.values);
            }
            same
        });
        Self {
            all: sorted,
            without_keys: BTreeSet::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Operator;

    fn condition(key: &str, value: &str) -> Condition {
        let operator = Operator::StringEquals.into();
        Condition {
            operator,
            key: key.into(),
            values: [value.to_owned()].into(),
        }
    }

    #[test]
    fn condition_key_ignores_case() {
        let key = ConditionKey::from("aws:SourceVpce");
        assert_eq!(key, ConditionKey::from("AWS:sourcevpce"));
        assert_ne!(key, ConditionKey::from("aws:SourceVpc"));
        assert_eq!(key.as_str(), "aws:SourceVpce");
    }

    #[test]
    fn conditions_combine_pairs() {
        let all: Conditions = [
            condition("b", "1"),
            condition("a", "2"),
            condition("B", "3"),
        ]
        .into_iter()
        .collect();
        assert_eq!(all.len(), 2);
        let keys: Vec<_> = all.iter().map(|c| c.key.as_str()).collect();
        assert_eq!(keys, ["a", "b"]);
        let b = all.get(Operator::StringEquals.into(), &"b".into()).unwrap();
        assert_eq!(b.values.len(), 2);
    }
}
