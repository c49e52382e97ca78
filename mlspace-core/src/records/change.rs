//! Changes to single attributes under a condition.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// What an update sets and removes, and the state it expects to find. Names and values go through
/// placeholders, so that `DynamoDB`'s reserved words don't matter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
    sets: Vec<String>,
    removes: Vec<String>,
    conditions: Vec<String>,
}

impl Change {
    /// A change of nothing, expecting nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn name(&mut self, attribute: &str) -> String {
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), attribute.to_owned());
        placeholder
    }

    fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// Sets an attribute.
    #[must_use]
    pub fn set(mut self, attribute: &str, value: AttributeValue) -> Self {
        let (name, value) = (self.name(attribute), self.value(value));
        self.sets.push(format!("{name} = {value}"));
        self
    }

    /// Sets a string.
    #[must_use]
    pub fn set_text(self, attribute: &str, value: impl Into<String>) -> Self {
        self.set(attribute, AttributeValue::S(value.into()))
    }

    /// Sets a whole number.
    #[must_use]
    pub fn set_integer(self, attribute: &str, value: i64) -> Self {
        self.set(attribute, AttributeValue::N(value.to_string()))
    }

    /// Sets a truth value.
    #[must_use]
    pub fn set_flag(self, attribute: &str, value: bool) -> Self {
        self.set(attribute, AttributeValue::Bool(value))
    }

    /// Sets a list of strings.
    #[must_use]
    pub fn set_texts(self, attribute: &str, values: &[String]) -> Self {
        self.set(attribute, super::item::list(values))
    }

    /// Removes an attribute.
    #[must_use]
    pub fn remove(mut self, attribute: &str) -> Self {
        let name = self.name(attribute);
        self.removes.push(name);
        self
    }

    /// Expects the attribute to be there: with the hash attribute, the item to exist.
    #[must_use]
    pub fn expect_present(mut self, attribute: &str) -> Self {
        let name = self.name(attribute);
        self.conditions.push(format!("attribute_exists({name})"));
        self
    }

    /// Expects the attribute to be as it was read: this value, or missing.
    #[must_use]
    pub fn expect(mut self, attribute: &str, seen: Option<&AttributeValue>) -> Self {
        let name = self.name(attribute);
        let condition = match seen {
            Some(value) => format!("{name} = {}", self.value(value.clone())),
            None => format!("attribute_not_exists({name})"),
        };
        self.conditions.push(condition);
        self
    }

    /// Whether nothing would be set or removed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty() && self.removes.is_empty()
    }

    /// The update expression.
    #[must_use]
    pub fn update_expression(&self) -> Option<String> {
        let clause = |word: &str, parts: &[String]| {
            (!parts.is_empty()).then(|| format!("{word} {}", parts.join(", ")))
        };
        let clauses: Vec<String> = [clause("SET", &self.sets), clause("REMOVE", &self.removes)]
            .into_iter()
            .flatten()
            .collect();
        (!clauses.is_empty()).then(|| clauses.join(" "))
    }

    /// The condition expression.
    #[must_use]
    pub fn condition_expression(&self) -> Option<String> {
        (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "))
    }

    /// The names behind the placeholders.
    #[must_use]
    pub fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    /// The values behind the placeholders.
    #[must_use]
    pub fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_hold_placeholders_only() {
        let seen = AttributeValue::N("7".to_owned());
        let change = Change::new()
            .set_text("description", "d")
            .set_flag("suspended", true)
            .remove("role")
            .expect_present("name")
            .expect("lastUpdatedAt", Some(&seen))
            .expect("metadata", None);
        assert_eq!(
            change.update_expression().as_deref(),
            Some("SET #n0 = :v0, #n1 = :v1 REMOVE #n2")
        );
        assert_eq!(
            change.condition_expression().as_deref(),
            Some("attribute_exists(#n3) AND #n4 = :v2 AND attribute_not_exists(#n5)")
        );
        assert_eq!(change.names().unwrap()["#n4"], "lastUpdatedAt");
        assert_eq!(change.values().unwrap()[":v2"], seen);
    }

    #[test]
    fn an_empty_change_has_no_expressions() {
        let change = Change::new();
        assert!(change.is_empty());
        assert_eq!(change.update_expression(), None);
        assert_eq!(change.condition_expression(), None);
        assert_eq!(change.names(), None);
    }
}
