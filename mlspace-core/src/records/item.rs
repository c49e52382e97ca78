//! Items and their attributes.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::aws::Error;

/// An item, by attribute name.
pub type Item = HashMap<String, AttributeValue>;

/// The key of an item. All keys of the platform are strings.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key(Vec<(&'static str, String)>);

impl Key {
    /// A key of one attribute.
    #[must_use]
    pub fn hash(name: &'static str, value: impl Into<String>) -> Self {
        Self(vec![(name, value.into())])
    }

    /// This key with a range attribute.
    #[must_use]
    pub fn range(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// The key as attributes.
    #[must_use]
    pub fn attributes(&self) -> Item {
        self.0
            .iter()
            .map(|(name, value)| ((*name).to_owned(), AttributeValue::S(value.clone())))
            .collect()
    }

    /// The name of the hash attribute.
    pub(super) fn hash_name(&self) -> &'static str {
        self.0.first().map_or("", |(name, _)| name)
    }

    /// The key of `item`, of the same attributes as this one.
    pub(super) fn same_of(&self, item: &Item) -> Option<Self> {
        let attributes = self.0.iter().map(|(name, _)| {
            let value = item.get(*name)?.as_s().ok()?;
            Some((*name, value.clone()))
        });
        attributes.collect::<Option<_>>().map(Self)
    }

    /// Whether `item` has this key.
    pub(super) fn is_of(&self, item: &Item) -> bool {
        self.0.iter().all(|(name, value)| {
            item.get(*name)
                .and_then(|found| found.as_s().ok())
                .is_some_and(|found| found == value)
        })
    }
}

/// The values, as in `` `fraud`, `alice` ``.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self
            .0
            .iter()
            .map(|(_, value)| format!("`{value}`"))
            .collect();
        f.write_str(&parts.join(", "))
    }
}

/// An attribute that is missing or has another type than expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("has no {expected} in its attribute `{attribute}`")]
pub struct Malformed {
    /// The attribute's name.
    pub attribute: String,
    /// The expected type.
    pub expected: &'static str,
}

impl Malformed {
    /// The error that names the item.
    #[must_use]
    pub fn of(self, table: &str, key: &Key) -> Error {
        Error::Record {
            table: table.to_owned(),
            key: key.to_string(),
            problem: self.to_string(),
        }
    }
}

/// Typed access to the attributes of an item, which can be written by other programs or by hand.
/// Methods with an error are for attributes that decide something; the others read what has an
/// unexpected type as missing.
#[derive(Debug, Clone, Copy)]
pub struct View<'a>(pub &'a Item);

impl<'a> View<'a> {
    fn wrong(name: &str, expected: &'static str) -> Malformed {
        Malformed {
            attribute: name.to_owned(),
            expected,
        }
    }

    /// The attribute, unless it is missing or null.
    fn get(self, name: &str) -> Option<&'a AttributeValue> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A required string.
    ///
    /// # Errors
    /// When it is missing or not a string.
    pub fn string(self, name: &str) -> Result<String, Malformed> {
        self.get(name)
            .and_then(|value| value.as_s().ok())
            .cloned()
            .ok_or_else(|| Self::wrong(name, "string"))
    }

    /// A string or a number as text.
    pub fn text(self, name: &str) -> Option<String> {
        match self.get(name)? {
            AttributeValue::S(text) | AttributeValue::N(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// As [`View::text`], empty when missing.
    pub fn text_or_empty(self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    /// A boolean, false when missing. The words `true` and `false` and the numbers 1 and 0 are
    /// booleans too.
    ///
    /// # Errors
    /// When it is something else.
    pub fn bool(self, name: &str) -> Result<bool, Malformed> {
        let wrong = || Self::wrong(name, "boolean");
        match self.get(name) {
            None => Ok(false),
            Some(AttributeValue::Bool(value)) => Ok(*value),
            Some(AttributeValue::S(text) | AttributeValue::N(text)) => {
                match text.trim().to_ascii_lowercase().as_str() {
                    "true" | "1" => Ok(true),
                    "false" | "0" => Ok(false),
                    _ => Err(wrong()),
                }
            }
            Some(_) => Err(wrong()),
        }
    }

    /// A whole number, also as a string; fractions are rounded down.
    pub fn integer(self, name: &str) -> Option<i64> {
        let text = self.text(name)?;
        let number = text.trim();
        number.parse().ok().or_else(|| floor(number))
    }

    /// A list or set of strings, empty when missing. A single string is a list of one.
    ///
    /// # Errors
    /// When it is something else.
    pub fn strings(self, name: &str) -> Result<Vec<String>, Malformed> {
        let wrong = || Self::wrong(name, "list of strings");
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(AttributeValue::S(value)) => Ok(vec![value.clone()]),
            Some(AttributeValue::Ss(values)) => Ok(values.clone()),
            Some(AttributeValue::L(values)) => values
                .iter()
                .map(|value| value.as_s().cloned().map_err(|_| wrong()))
                .collect(),
            Some(_) => Err(wrong()),
        }
    }

    /// A map.
    pub fn map(self, name: &str) -> Option<&'a Item> {
        self.get(name).and_then(|value| value.as_m().ok())
    }

    /// Whether the attribute is a string.
    pub fn is_string(self, name: &str) -> bool {
        self.get(name).is_some_and(AttributeValue::is_s)
    }
}

/// The integer part of a decimal number: MLSpace writes some times as floats.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked, and the fraction is dropped on purpose"
)]
fn floor(number: &str) -> Option<i64> {
    let value: f64 = number.parse().ok()?;
    (value.abs() < 9.0e15).then(|| value.floor() as i64)
}

/// Builds an item from typed values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ItemBuilder(Item);

impl ItemBuilder {
    /// An empty item.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a string.
    #[must_use]
    pub fn string(self, name: &str, value: impl Into<String>) -> Self {
        self.value(name, AttributeValue::S(value.into()))
    }

    /// Sets a boolean.
    #[must_use]
    pub fn bool(self, name: &str, value: bool) -> Self {
        self.value(name, AttributeValue::Bool(value))
    }

    /// Sets a whole number.
    #[must_use]
    pub fn integer(self, name: &str, value: i64) -> Self {
        self.value(name, AttributeValue::N(value.to_string()))
    }

    /// Sets a list of strings.
    #[must_use]
    pub fn strings(self, name: &str, values: &[String]) -> Self {
        self.value(name, list(values))
    }

    /// Sets any value.
    #[must_use]
    pub fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// The item.
    #[must_use]
    pub fn build(self) -> Item {
        self.0
    }
}

/// A list of strings. MLSpace stores them as DynamoDB's list type and not as a string set.
pub(super) fn list(values: &[String]) -> AttributeValue {
    AttributeValue::L(values.iter().cloned().map(AttributeValue::S).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> AttributeValue {
        AttributeValue::N(text.to_owned())
    }

    fn string(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn item(value: AttributeValue) -> Item {
        ItemBuilder::new().value("a", value).build()
    }

    #[test]
    fn integer_rounds_fractions_down() {
        for (stored, read) in [
            (number("1700000000"), Some(1_700_000_000)),
            (number("1700000000.987654"), Some(1_700_000_000)),
            (number("1.7E9"), Some(1_700_000_000)),
            (string("168"), Some(168)),
            (string(" 168.5 "), Some(168)),
            (number("1E40"), None),
            (string("soon"), None),
            (AttributeValue::Bool(true), None),
            (AttributeValue::Null(true), None),
        ] {
            let item = item(stored.clone());
            assert_eq!(View(&item).integer("a"), read, "{stored:?}");
        }
    }

    #[test]
    fn bool_reads_words_and_numbers() {
        for (stored, read) in [
            (AttributeValue::Bool(true), Some(true)),
            (string("True"), Some(true)),
            (string("false"), Some(false)),
            (number("1"), Some(true)),
            (number("0"), Some(false)),
            (AttributeValue::Null(true), Some(false)),
            (string("yes"), None),
            (number("2"), None),
            (AttributeValue::L(Vec::new()), None),
        ] {
            let item = item(stored.clone());
            assert_eq!(View(&item).bool("a").ok(), read, "{stored:?}");
        }
        assert_eq!(View(&Item::new()).bool("a"), Ok(false));
    }

    #[test]
    fn text_reads_numbers() {
        assert_eq!(View(&item(number("5"))).text("a").as_deref(), Some("5"));
        assert_eq!(View(&item(AttributeValue::Bool(true))).text("a"), None);
        assert_eq!(View(&Item::new()).text_or_empty("a"), "");
        assert!(View(&item(number("5"))).string("a").is_err());
    }

    #[test]
    fn strings_reads_lists_and_sets() {
        let strings = vec!["MO".to_owned()];
        let item = ItemBuilder::new()
            .strings("list", &strings)
            .value("set", AttributeValue::Ss(strings.clone()))
            .build();
        assert_eq!(View(&item).strings("list"), Ok(strings.clone()));
        assert_eq!(View(&item).strings("set"), Ok(strings.clone()));
        let single = ItemBuilder::new().string("a", "MO").build();
        assert_eq!(View(&single).strings("a"), Ok(strings));
        let odd = AttributeValue::L(vec![AttributeValue::Bool(true)]);
        let odd = ItemBuilder::new().value("a", odd).build();
        assert!(View(&odd).strings("a").is_err());
    }

    #[test]
    fn key_matches_its_item() {
        let key = Key::hash("project", "fraud").range("user", "alice");
        assert!(key.is_of(&key.attributes()));
        assert!(
            !key.is_of(
                &Key::hash("project", "fraud")
                    .range("user", "bob")
                    .attributes()
            )
        );
        assert_eq!(key.to_string(), "`fraud`, `alice`");
    }
}
