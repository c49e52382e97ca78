//! Nested blocks.

use std::{collections::BTreeMap, time::Duration};

use super::check::SchemaKind;
use super::{Attribute, Body, ValidationError};
use crate::framework::{types::Type, value::Value};

/// The collection of a block's objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockNesting {
    /// At most one object; null if the block is absent.
    Single,
    /// Objects in order.
    List,
    /// Distinct objects without order.
    Set,
}

impl BlockNesting {
    /// The value of an absent block.
    pub(crate) const fn absent(self) -> Value {
        match self {
            Self::Single => Value::Null,
            Self::List => Value::List(Vec::new()),
            Self::Set => Value::Set(Vec::new()),
        }
    }
}

/// A block within a schema.
#[derive(Debug, Clone)]
pub struct Block {
    name: String,
    nesting: BlockNesting,
    body: Body,
    min: u32,
    max: u32,
    description: String,
    timeouts: Option<Vec<(String, Option<Duration>)>>,
    defaults: BTreeMap<String, Duration>,
}

impl Block {
    fn new(
        name: String,
        nesting: BlockNesting,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        Self {
            name,
            nesting,
            body: Body {
                attributes: attributes.into_iter().collect(),
                blocks: Vec::new(),
            },
            min: 0,
            max: 0,
            description: String::new(),
            timeouts: None,
            defaults: BTreeMap::new(),
        }
    }

    /// A block that can occur at most once, as an object. For the provider configuration: a resource
    /// should use [`Block::at_most_one`].
    #[must_use]
    pub fn single(
        name: impl Into<String>,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        Self::new(name.into(), BlockNesting::Single, attributes)
    }

    /// A block that can occur at most once, as a list. Models read it with
    /// [`at_most_one`](crate::framework::model::at_most_one).
    ///
    /// In a resource it replaces [`Block::single`]: for a `dynamic` block of unknown length, Terraform
    /// plans an object as present, and then rejects an apply in which it is absent. An unknown list
    /// can turn out empty.
    #[must_use]
    pub fn at_most_one(
        name: impl Into<String>,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        Self::list(name, attributes).max(1)
    }

    /// A repeatable block whose order matters.
    #[must_use]
    pub fn list(name: impl Into<String>, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        Self::new(name.into(), BlockNesting::List, attributes)
    }

    /// A repeatable block whose order does not matter. It cannot contain computed attributes,
    /// because elements of a set cannot be matched with those of the prior state.
    #[must_use]
    pub fn set(name: impl Into<String>, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        Self::new(name.into(), BlockNesting::Set, attributes)
    }

    /// The block `timeouts`, with pairs of an operation (`create`, `read`, `update`, `delete`) and
    /// its default timeout, such as `20m` or `1h30m`.
    ///
    /// The framework evaluates the block (see [`Call::timeout`](crate::framework::Call::timeout))
    /// and copies it from the plan to the state. Models do not need a field for it.
    #[must_use]
    pub fn timeouts(operations: &[(&str, &str)]) -> Self {
        let attributes = operations.iter().map(|(operation, default)| {
            Attribute::string(*operation)
                .optional()
                .describe(format!(
                    "Timeout, such as `90s`, `20m` or `1h30m`. Default: `{default}`."
                ))
                .validate(check_duration)
        });
        let timeouts: Vec<_> = operations
            .iter()
            .map(|(operation, default)| ((*operation).to_owned(), parse_duration(default)))
            .collect();
        let defaults = timeouts
            .iter()
            .filter_map(|(name, time)| Some((name.clone(), (*time)?)))
            .collect();
        Self {
            timeouts: Some(timeouts),
            defaults,
            ..Self::at_most_one("timeouts", attributes)
        }
        .describe("Timeouts of operations.")
    }

    /// Adds blocks inside the block.
    #[must_use]
    pub fn blocks(mut self, blocks: impl IntoIterator<Item = Self>) -> Self {
        self.body.blocks.extend(blocks);
        self
    }

    /// Sets the description in Markdown.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Sets the minimum number of blocks. Makes a single block required.
    #[must_use]
    pub const fn min(mut self, min: u32) -> Self {
        self.min = min;
        if matches!(self.nesting, BlockNesting::Single) {
            self.max = min;
        }
        self
    }

    /// Sets the maximum number of blocks; 0 for no limit.
    #[must_use]
    pub const fn max(mut self, max: u32) -> Self {
        self.max = max;
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The collection of its objects.
    #[must_use]
    pub const fn nesting(&self) -> BlockNesting {
        self.nesting
    }

    /// The attributes and blocks inside.
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.body
    }

    /// The minimum number of blocks.
    #[must_use]
    pub const fn min_items(&self) -> u32 {
        self.min
    }

    /// The maximum number of blocks; 0 for no limit.
    #[must_use]
    pub const fn max_items(&self) -> u32 {
        self.max
    }

    /// The description in Markdown.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The type of its value.
    #[must_use]
    pub fn ty(&self) -> Type {
        match self.nesting {
            BlockNesting::Single => self.body.ty(),
            BlockNesting::List => Type::list(self.body.ty()),
            BlockNesting::Set => Type::set(self.body.ty()),
        }
    }

    /// For the timeouts block: the default timeouts by operation.
    #[must_use]
    pub const fn default_timeouts(&self) -> Option<&BTreeMap<String, Duration>> {
        match self.timeouts {
            Some(_) => Some(&self.defaults),
            None => None,
        }
    }

    /// The first operation of the timeouts block that does not exist or has an invalid default.
    pub(super) fn invalid_timeout(&self, kind: SchemaKind) -> Option<&str> {
        let known: &[&str] = match kind {
            SchemaKind::EphemeralResource => &["open", "renew", "close"],
            _ => &["create", "read", "update", "delete"],
        };
        self.timeouts
            .iter()
            .flatten()
            .find_map(|(operation, default)| {
                (default.is_none() || !known.contains(&operation.as_str()))
                    .then_some(operation.as_str())
            })
    }
}

fn check_duration(value: &Value) -> Result<(), ValidationError> {
    let text = value.as_str().unwrap_or_default();
    match parse_duration(text) {
        Some(_) => Ok(()),
        None => Err(ValidationError::new(format!(
            "`{text}` is not a valid duration. Use numbers with units, as in `90s`, `20m` or `1h30m`."
        ))),
    }
}

/// Parses a positive duration in the usual notation of Terraform providers: numbers with the units
/// `h`, `m`, `s` and `ms`, as in `1h30m`. `None` for anything else.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let unit = tail
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(unit)?;
        let seconds = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return None,
        };
        let part = Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()?;
        total = total.checked_add(part)?;
        rest = tail;
    }
    (!total.is_zero()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_duration_accepts_numbers_with_units() {
        assert_eq!(parse_duration("20m"), Some(Duration::from_secs(1200)));
        assert_eq!(parse_duration("1h30m"), Some(Duration::from_secs(5400)));
        assert_eq!(parse_duration("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(parse_duration("250ms"), Some(Duration::from_millis(250)));
        for text in [
            "",
            "20",
            "m",
            "-5m",
            "5 m",
            "5d",
            "0s",
            "1..5s",
            "99999999999999999999h",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
