//! Changes to single attributes under a condition.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// The attributes that an update sets and removes, and the state that it expects. Its expressions
/// use placeholders for names and values, so that DynamoDB's reserved words can be attributes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    sets: Vec<(String, AttributeValue)>,
    removes: Vec<String>,
    expectations: Vec<Expectation>,
}

/// One part of the state that a change expects.
#[derive(Debug, Clone, PartialEq)]
enum Expectation {
    /// The attribute exists.
    Present(String),
    /// The attribute has this value.
    Equal(String, AttributeValue),
    /// The attribute does not exist.
    Missing(String),
}

impl Change {
    /// An empty change without expectations.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets an attribute.
    #[must_use]
    pub fn set(mut self, attribute: &str, value: AttributeValue) -> Self {
        self.sets.push((attribute.to_owned(), value));
        self
    }

    /// Sets a string.
    #[must_use]
    pub fn set_string(self, attribute: &str, value: impl Into<String>) -> Self {
        self.set(attribute, AttributeValue::S(value.into()))
    }

    /// Sets a whole number.
    #[must_use]
    pub fn set_integer(self, attribute: &str, value: i64) -> Self {
        self.set(attribute, AttributeValue::N(value.to_string()))
    }

    /// Sets a boolean.
    #[must_use]
    pub fn set_bool(self, attribute: &str, value: bool) -> Self {
        self.set(attribute, AttributeValue::Bool(value))
    }

    /// Sets a list of strings.
    #[must_use]
    pub fn set_strings(self, attribute: &str, values: &[String]) -> Self {
        self.set(attribute, super::item::list(values))
    }

    /// Removes an attribute.
    #[must_use]
    pub fn remove(mut self, attribute: &str) -> Self {
        self.removes.push(attribute.to_owned());
        self
    }

    /// Expects the attribute to exist. For the hash attribute this means that the item exists.
    #[must_use]
    pub fn expect_present(mut self, attribute: &str) -> Self {
        self.expectations
            .push(Expectation::Present(attribute.to_owned()));
        self
    }

    /// Expects the attribute to have the value that was read, or to be missing.
    #[must_use]
    pub fn expect(mut self, attribute: &str, seen: Option<&AttributeValue>) -> Self {
        let attribute = attribute.to_owned();
        self.expectations.push(match seen {
            Some(value) => Expectation::Equal(attribute, value.clone()),
            None => Expectation::Missing(attribute),
        });
        self
    }

    /// Whether the change sets and removes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty() && self.removes.is_empty()
    }

    /// The change in DynamoDB's expression language.
    #[must_use]
    pub fn expressions(&self) -> Expressions {
        let mut wire = Expressions::default();
        let sets: Vec<String> = self
            .sets
            .iter()
            .map(|(name, value)| format!("{} = {}", wire.name(name), wire.value(value)))
            .collect();
        let removes: Vec<String> = self.removes.iter().map(|name| wire.name(name)).collect();
        let conditions: Vec<String> = self
            .expectations
            .iter()
            .map(|expectation| match expectation {
                Expectation::Present(name) => format!("attribute_exists({})", wire.name(name)),
                Expectation::Missing(name) => format!("attribute_not_exists({})", wire.name(name)),
                Expectation::Equal(name, value) => {
                    format!("{} = {}", wire.name(name), wire.value(value))
                }
            })
            .collect();
        let clause = |word: &str, parts: &[String]| {
            (!parts.is_empty()).then(|| format!("{word} {}", parts.join(", ")))
        };
        let clauses: Vec<String> = [clause("SET", &sets), clause("REMOVE", &removes)]
            .into_iter()
            .flatten()
            .collect();
        wire.update = (!clauses.is_empty()).then(|| clauses.join(" "));
        wire.condition = (!conditions.is_empty()).then(|| conditions.join(" AND "));
        wire
    }

    /// The item after the change; `None` when it is not in the expected state. `item` is the item
    /// before the change; without one, a new item with the attributes `key` is created.
    #[cfg(test)]
    pub(super) fn applied(
        &self,
        item: Option<&super::Item>,
        key: super::Item,
    ) -> Option<super::Item> {
        let get = |name: &String| item.and_then(|item| item.get(name));
        let expected = self
            .expectations
            .iter()
            .all(|expectation| match expectation {
                Expectation::Present(name) => get(name).is_some(),
                Expectation::Missing(name) => get(name).is_none(),
                Expectation::Equal(name, value) => get(name) == Some(value),
            });
        expected.then(|| {
            let mut item = item.cloned().unwrap_or(key);
            item.extend(self.sets.iter().cloned());
            item.retain(|name, _| !self.removes.contains(name));
            item
        })
    }
}

/// A change in DynamoDB's expression language. Empty parts are `None`, because DynamoDB refuses
/// empty expressions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expressions {
    /// The update expression.
    pub update: Option<String>,
    /// The condition expression.
    pub condition: Option<String>,
    /// The names behind the placeholders.
    pub names: Option<HashMap<String, String>>,
    /// The values behind the placeholders.
    pub values: Option<HashMap<String, AttributeValue>>,
}

impl Expressions {
    fn name(&mut self, attribute: &str) -> String {
        let names = self.names.get_or_insert_default();
        let placeholder = format!("#n{}", names.len());
        names.insert(placeholder.clone(), attribute.to_owned());
        placeholder
    }

    fn value(&mut self, value: &AttributeValue) -> String {
        let values = self.values.get_or_insert_default();
        let placeholder = format!(":v{}", values.len());
        values.insert(placeholder.clone(), value.clone());
        placeholder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_contain_only_placeholders() {
        let seen = AttributeValue::N("7".to_owned());
        let wire = Change::new()
            .set_string("description", "d")
            .set_bool("suspended", true)
            .remove("role")
            .expect_present("name")
            .expect("lastUpdatedAt", Some(&seen))
            .expect("metadata", None)
            .expressions();
        assert_eq!(
            wire.update.as_deref(),
            Some("SET #n0 = :v0, #n1 = :v1 REMOVE #n2")
        );
        assert_eq!(
            wire.condition.as_deref(),
            Some("attribute_exists(#n3) AND #n4 = :v2 AND attribute_not_exists(#n5)")
        );
        assert_eq!(wire.names.unwrap()["#n4"], "lastUpdatedAt");
        assert_eq!(wire.values.unwrap()[":v2"], seen);
    }

    #[test]
    fn empty_change_has_no_expressions() {
        let change = Change::new();
        assert!(change.is_empty());
        assert_eq!(change.expressions(), Expressions::default());
    }

    #[test]
    fn applied_checks_expectations_first() {
        let item = super::super::Item::from([("a".to_owned(), AttributeValue::Bool(true))]);
        let change = Change::new().set_bool("b", true).expect("a", None);
        assert_eq!(change.applied(Some(&item), Default::default()), None);
        let created = change.applied(None, Default::default()).unwrap();
        assert_eq!(created["b"], AttributeValue::Bool(true));
    }
}
