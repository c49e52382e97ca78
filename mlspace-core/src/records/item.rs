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

/// Typed access to the attributes of an item. A missing attribute has MLSpace's default; an
/// attribute of another type is an error.
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

    /// A string, empty when missing.
    ///
    /// # Errors
    /// When it is not a string.
    pub fn string_or_empty(self, name: &str) -> Result<String, Malformed> {
        match self.get(name) {
            None => Ok(String::new()),
            Some(_) => self.string(name),
        }
    }

    /// A boolean, false when missing.
    ///
    /// # Errors
    /// When it is not a boolean.
    pub fn bool(self, name: &str) -> Result<bool, Malformed> {
        match self.get(name) {
            None => Ok(false),
            Some(value) => value
                .as_bool()
                .copied()
                .map_err(|_| Self::wrong(name, "boolean")),
        }
    }

    /// A whole number; fractions are rounded down. `None` when missing.
    ///
    /// # Errors
    /// When it is not a number or does not fit into 64 bits.
    pub fn integer(self, name: &str) -> Result<Option<i64>, Malformed> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let wrong = || Self::wrong(name, "number");
        let number = value.as_n().map_err(|_| wrong())?;
        number
            .parse()
            .ok()
            .or_else(|| floor(number))
            .ok_or_else(wrong)
            .map(Some)
    }

    /// A list or set of strings, empty when missing.
    ///
    /// # Errors
    /// When it is something else.
    pub fn strings(self, name: &str) -> Result<Vec<String>, Malformed> {
        let wrong = || Self::wrong(name, "list of strings");
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(AttributeValue::Ss(values)) => Ok(values.clone()),
            Some(AttributeValue::L(values)) => values
                .iter()
                .map(|value| value.as_s().cloned().map_err(|_| wrong()))
                .collect(),
            Some(_) => Err(wrong()),
        }
    }

    /// A map. `None` when missing.
    ///
    /// # Errors
    /// When it is something else.
    pub fn map(self, name: &str) -> Result<Option<&'a Item>, Malformed> {
        self.get(name)
            .map(|value| value.as_m().map_err(|_| Self::wrong(name, "map")))
            .transpose()
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

    #[test]
    fn integer_rounds_fractions_down() {
        for (stored, read) in [
            ("1700000000", 1_700_000_000),
            ("1700000000.987654", 1_700_000_000),
            ("1.7E9", 1_700_000_000),
        ] {
            let item = ItemBuilder::new()
                .value("t", AttributeValue::N(stored.to_owned()))
                .build();
            assert_eq!(View(&item).integer("t"), Ok(Some(read)), "{stored}");
        }
        let huge = ItemBuilder::new()
            .value("t", AttributeValue::N("1E40".to_owned()))
            .build();
        assert!(View(&huge).integer("t").is_err());
    }

    #[test]
    fn view_refuses_other_types() {
        let item = ItemBuilder::new()
            .string("suspended", "yes")
            .integer("name", 3)
            .build();
        assert!(View(&item).bool("suspended").is_err());
        assert!(View(&item).string("name").is_err());
        assert!(View(&item).string_or_empty("name").is_err());
        assert_eq!(View(&item).bool("absent"), Ok(false));
    }

    #[test]
    fn strings_reads_lists_and_sets() {
        let strings = vec!["MO".to_owned()];
        let item = ItemBuilder::new()
            .strings("list", &strings)
            .value("set", AttributeValue::Ss(strings.clone()))
            .build();
        assert_eq!(View(&item).strings("list"), Ok(strings.clone()));
        assert_eq!(View(&item).strings("set"), Ok(strings));
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
