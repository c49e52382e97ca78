//! Values of the Terraform language.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{
    number::Number,
    path::{Path, Step},
    types::Type,
};

/// A value of any [`Type`].
#[derive(Debug, Clone)]
pub enum Value {
    /// Not set.
    Null,
    /// Not known yet. Terraform's refinements of unknown values are accepted and dropped.
    Unknown,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(String),
    /// Elements in order.
    List(Vec<Value>),
    /// Distinct elements without order.
    Set(Vec<Value>),
    /// Elements by key.
    Map(BTreeMap<String, Value>),
    /// Attributes by name.
    Object(BTreeMap<String, Value>),
    /// Elements of different types, in order.
    Tuple(Vec<Value>),
    /// A value with its type, for an attribute of dynamic type.
    Dynamic(Box<Type>, Box<Value>),
}

static NULL: Value = Value::Null;

impl Value {
    /// An object with the given attributes.
    #[must_use]
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    }

    /// A map with the given elements.
    #[must_use]
    pub fn map<K: Into<String>, V: Into<Self>>(elements: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Map(
            elements
                .into_iter()
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        )
    }

    /// A list with the given elements.
    #[must_use]
    pub fn list<V: Into<Self>>(elements: impl IntoIterator<Item = V>) -> Self {
        Self::List(elements.into_iter().map(Into::into).collect())
    }

    /// A set with the given elements, without duplicates.
    #[must_use]
    pub fn set<V: Into<Self>>(elements: impl IntoIterator<Item = V>) -> Self {
        let elements: Vec<Self> = elements.into_iter().map(Into::into).collect();
        let mut seen = HashSet::with_capacity(elements.len());
        // Two unknown elements can turn out to be different, so neither is a duplicate.
        let distinct: Vec<bool> = elements
            .iter()
            .map(|element| !element.is_wholly_known() || seen.insert(element))
            .collect();
        let pairs = elements.into_iter().zip(distinct);
        Self::Set(
            pairs
                .filter_map(|(element, distinct)| distinct.then_some(element))
                .collect(),
        )
    }

    /// Whether the value is null.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether the value itself is unknown. A known collection can still have unknown elements.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether the value and everything inside is known.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        self.find_unknown().is_none()
    }

    /// The path of the first unknown part, if any.
    #[must_use]
    pub fn find_unknown(&self) -> Option<Path> {
        let inside = |step: Option<Step>, value: &Self| {
            value.find_unknown().map(|rest| {
                step.into_iter()
                    .chain(rest.steps().iter().cloned())
                    .collect::<Path>()
            })
        };
        match self {
            Self::Unknown => Some(Path::root()),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => None,
            Self::List(elements) | Self::Tuple(elements) => {
                elements.iter().enumerate().find_map(|(index, value)| {
                    inside(Path::root().index(index).steps().first().cloned(), value)
                })
            }
            Self::Set(elements) => elements
                .iter()
                .any(|value| !value.is_wholly_known())
                .then(Path::root),
            Self::Map(elements) => elements
                .iter()
                .find_map(|(key, value)| inside(Some(Step::Key(key.clone())), value)),
            Self::Object(attributes) => attributes
                .iter()
                .find_map(|(name, value)| inside(Some(Step::Attribute(name.clone())), value)),
            Self::Dynamic(_, value) => value.find_unknown(),
        }
    }

    /// The value with every unknown part replaced by null. Terraform requires states to be known,
    /// even after a failure.
    #[must_use]
    pub fn unknown_to_null(self) -> Self {
        let all = |elements: Vec<Self>| elements.into_iter().map(Self::unknown_to_null);
        let each = |entries: BTreeMap<String, Self>| {
            entries
                .into_iter()
                .map(|(key, value)| (key, value.unknown_to_null()))
                .collect()
        };
        match self {
            Self::Unknown => Self::Null,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => self,
            Self::List(elements) => Self::List(all(elements).collect()),
            Self::Tuple(elements) => Self::Tuple(all(elements).collect()),
            Self::Set(elements) => Self::set(all(elements)),
            Self::Map(elements) => Self::Map(each(elements)),
            Self::Object(attributes) => Self::Object(each(attributes)),
            Self::Dynamic(ty, value) => Self::Dynamic(ty, Box::new(value.unknown_to_null())),
        }
    }

    /// The attribute of an object; null if it is absent or this is not an object.
    #[must_use]
    pub fn attribute(&self, name: &str) -> &Self {
        match self {
            Self::Object(attributes) => attributes.get(name).unwrap_or(&NULL),
            _ => &NULL,
        }
    }

    /// Sets the attribute of an object. Does nothing if this is not an object.
    pub fn set_attribute(&mut self, name: &str, value: Self) {
        if let Self::Object(attributes) = self {
            attributes.insert(name.to_owned(), value);
        }
    }

    /// The value at a path; null if the path does not exist.
    #[must_use]
    pub fn at(&self, path: &Path) -> &Self {
        path.steps()
            .iter()
            .fold(self, |value, step| match (value, step) {
                (Self::Object(entries), Step::Attribute(name)) => {
                    entries.get(name).unwrap_or(&NULL)
                }
                (Self::Map(entries), Step::Key(key)) => entries.get(key).unwrap_or(&NULL),
                (Self::List(elements) | Self::Tuple(elements), Step::Index(index)) => {
                    usize::try_from(*index)
                        .ok()
                        .and_then(|index| elements.get(index))
                        .unwrap_or(&NULL)
                }
                _ => &NULL,
            })
    }

    /// The value as a string, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value as a boolean, if it is one.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The value as a number, if it is one.
    #[must_use]
    pub const fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The elements of a list, set or tuple.
    #[must_use]
    pub fn as_elements(&self) -> Option<&[Self]> {
        match self {
            Self::List(elements) | Self::Set(elements) | Self::Tuple(elements) => Some(elements),
            _ => None,
        }
    }

    /// The entries of a map or object.
    #[must_use]
    pub const fn as_entries(&self) -> Option<&BTreeMap<String, Self>> {
        match self {
            Self::Map(entries) | Self::Object(entries) => Some(entries),
            _ => None,
        }
    }
}

/// The order of elements in a set does not matter.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) | (Self::Unknown, Self::Unknown) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::List(a), Self::List(b)) | (Self::Tuple(a), Self::Tuple(b)) => a == b,
            (Self::Set(a), Self::Set(b)) => a == b || same_elements(a, b),
            (Self::Map(a), Self::Map(b)) | (Self::Object(a), Self::Object(b)) => a == b,
            (Self::Dynamic(a, x), Self::Dynamic(b, y)) => a == b && x == y,
            _ => false,
        }
    }
}

impl Eq for Value {}

fn same_elements(a: &[Value], b: &[Value]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    // How often each element occurs: unknown ones can occur more than once.
    let mut counts: HashMap<&Value, usize> = HashMap::with_capacity(b.len());
    for element in b {
        let count = counts.entry(element).or_default();
        *count = count.saturating_add(1);
    }
    a.iter().all(|element| match counts.get_mut(element) {
        Some(count) if *count > 0 => {
            *count = count.saturating_sub(1);
            true
        }
        _ => false,
    })
}

/// Equal values have equal hashes: that of a set does not depend on the order of its elements.
impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Null | Self::Unknown => {}
            Self::Bool(boolean) => boolean.hash(state),
            Self::Number(number) => number.hash(state),
            Self::String(text) => text.hash(state),
            Self::List(elements) | Self::Tuple(elements) => elements.hash(state),
            Self::Set(elements) => {
                let sum = elements.iter().fold(0_u64, |sum, element| {
                    let mut hasher = DefaultHasher::new();
                    element.hash(&mut hasher);
                    sum.wrapping_add(hasher.finish())
                });
                sum.hash(state);
            }
            Self::Map(entries) | Self::Object(entries) => entries.hash(state),
            // Types follow from values closely enough.
            Self::Dynamic(_, value) => value.hash(state),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::from(i64::from(number))
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl<V: Into<Self>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<V: Into<Self>> From<Vec<V>> for Value {
    fn from(elements: Vec<V>) -> Self {
        Self::list(elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_has_no_order_and_no_duplicates() {
        assert_eq!(Value::set(["a", "b", "a"]), Value::set(["b", "a"]));
        assert_ne!(Value::set(["a", "b"]), Value::set(["a", "c"]));
        assert_ne!(Value::list(["a", "b"]), Value::list(["b", "a"]));
        assert_eq!(
            Value::set([Value::Unknown, Value::Unknown])
                .as_elements()
                .map(<[_]>::len),
            Some(2)
        );
    }

    /// Comparing each element with each other one would take many minutes.
    #[test]
    fn set_of_many_elements_is_compared_by_hash() {
        let name = |number: usize| Value::from(format!("group-{number}"));
        let count = 100_000;
        let doubled = Value::set((0..count).chain(0..count).map(name));
        let reversed = Value::set((0..count).rev().map(name));
        assert_eq!(doubled.as_elements().map(<[_]>::len), Some(count));
        assert_eq!(doubled, reversed);
        assert_eq!(
            Value::set([doubled.clone(), reversed.clone()]),
            Value::set([reversed])
        );
        assert_ne!(doubled, Value::set((1..=count).map(name)));
    }

    #[test]
    fn equal_values_have_equal_hashes() {
        let hash = |value: &Value| {
            let mut hasher = DefaultHasher::new();
            value.hash(&mut hasher);
            hasher.finish()
        };
        let number = |text: &str| Value::Number(text.parse().unwrap());
        let set = |elements: [Value; 2]| Value::list([Value::set(elements)]);
        for (a, b) in [
            (number("5.0"), Value::from(5)),
            (number("-0"), number("0.0")),
            (number("0.10"), number("0.1")),
            (number("1e30"), number("1000000000000000000000000000000")),
            (
                set([Value::from("a"), Value::Unknown]),
                set([Value::Unknown, Value::from("a")]),
            ),
        ] {
            assert_eq!(a, b);
            assert_eq!(hash(&a), hash(&b), "{a:?}");
        }
    }

    #[test]
    fn find_unknown_and_unknown_to_null_agree() {
        let value = Value::object([
            ("a", Value::from("x")),
            ("b", Value::list([Value::from("y"), Value::Unknown])),
            ("c", Value::set([Value::Unknown])),
        ]);
        assert_eq!(value.find_unknown().unwrap().to_string(), "b[1]");
        let known = value.unknown_to_null();
        assert!(known.is_wholly_known());
        assert_eq!(known.at(&Path::from("b").index(0)), &Value::from("y"));
        assert_eq!(known.at(&Path::from("b").index(7)), &Value::Null);
    }
}
