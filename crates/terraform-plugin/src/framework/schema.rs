//! Schemas: what attributes and blocks a thing has, and how they behave when it is planned.
//!
//! A schema is a value built with a few chained calls; [`Schema::check`] holds it against the rules that Terraform
//! applies when it loads a provider (a schema that breaks one takes the whole provider down) and some of our own.

mod attribute;
mod block;
mod check;

pub use attribute::{Attribute, Nesting, PlanBehavior, Shape, ValidationError, Validator};
pub use block::{Block, BlockNesting, parse_duration};
pub use check::{SchemaError, SchemaKind};

use std::{collections::BTreeMap, time::Duration};

use super::{types::Type, value::Value};

/// The attributes and blocks of a provider, resource or data source.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    version: i64,
    description: String,
    deprecation: Option<String>,
    body: Body,
}

/// Attributes and blocks of one level.
#[derive(Debug, Clone, Default)]
pub struct Body {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) blocks: Vec<Block>,
}

impl Schema {
    /// An empty schema. States written with a lower version are upgraded before use; begin at 0.
    #[must_use]
    pub fn new(version: i64) -> Self {
        Self {
            version,
            ..Self::default()
        }
    }

    /// Says in Markdown what the thing is.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Marks the thing as deprecated, saying what to use instead.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.deprecation = Some(message.into());
        self
    }

    /// Adds attributes.
    #[must_use]
    pub fn attributes(mut self, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        self.body.attributes.extend(attributes);
        self
    }

    /// Adds blocks.
    #[must_use]
    pub fn blocks(mut self, blocks: impl IntoIterator<Item = Block>) -> Self {
        self.body.blocks.extend(blocks);
        self
    }

    /// The version of the state's shape.
    #[must_use]
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// The description in Markdown.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The deprecation message, if the thing is deprecated.
    #[must_use]
    pub fn deprecation(&self) -> Option<&str> {
        self.deprecation.as_deref()
    }

    /// Attributes and blocks at the top.
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.body
    }

    /// The type of the objects that the schema describes.
    #[must_use]
    pub fn ty(&self) -> Type {
        self.body.ty()
    }

    /// The type of the resource identity: an object of the attributes marked with [`Attribute::identity`].
    /// `None` when there are none.
    #[must_use]
    pub fn identity_type(&self) -> Option<Type> {
        let attributes: BTreeMap<_, _> = self
            .identity_attributes()
            .map(|attribute| (attribute.name().to_owned(), attribute.ty()))
            .collect();
        (!attributes.is_empty()).then_some(Type::Object(attributes))
    }

    /// The attributes that identify a resource.
    pub fn identity_attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.body
            .attributes
            .iter()
            .filter(|attribute| attribute.is_identity())
    }

    /// The block that sets timeouts, if the schema has one.
    #[must_use]
    pub fn timeouts_block(&self) -> Option<&Block> {
        self.body
            .blocks
            .iter()
            .find(|block| block.default_timeouts().is_some())
    }

    /// The timeouts in force for an object: its own where it sets them, else the schema's defaults.
    #[must_use]
    pub fn timeouts(&self, object: &Value) -> BTreeMap<String, Duration> {
        let Some((block, defaults)) = self
            .timeouts_block()
            .and_then(|block| Some((block, block.default_timeouts()?)))
        else {
            return BTreeMap::new();
        };
        let set = object.attribute(block.name());
        defaults
            .iter()
            .map(|(operation, default)| {
                let own = set.attribute(operation).as_str().and_then(parse_duration);
                (operation.clone(), own.unwrap_or(*default))
            })
            .collect()
    }
}

impl Body {
    /// The attributes, in the order of declaration.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The blocks, in the order of declaration.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name() == name)
    }

    /// The block of that name.
    #[must_use]
    pub fn block(&self, name: &str) -> Option<&Block> {
        self.blocks.iter().find(|block| block.name() == name)
    }

    /// The type of an object with these attributes and blocks.
    #[must_use]
    pub fn ty(&self) -> Type {
        let attributes = self
            .attributes
            .iter()
            .map(|attribute| (attribute.name().to_owned(), attribute.ty()));
        let blocks = self
            .blocks
            .iter()
            .map(|block| (block.name().to_owned(), block.ty()));
        Type::Object(attributes.chain(blocks).collect())
    }

    /// Puts empty collections where repeatable blocks are null: Terraform knows no null blocks.
    pub(crate) fn settle(&self, object: &mut Value) {
        let Value::Object(entries) = object else {
            return;
        };
        for block in &self.blocks {
            let Some(value) = entries.get_mut(block.name()) else {
                continue;
            };
            match value {
                Value::Null => *value = block.nesting().absent(),
                Value::Object(_) => block.body().settle(value),
                Value::List(elements) | Value::Set(elements) => {
                    elements
                        .iter_mut()
                        .for_each(|element| block.body().settle(element));
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        Schema::new(0)
            .attributes([Attribute::string("name")
                .required()
                .requires_replace()
                .identity()])
            .blocks([
                Block::list("rule", [Attribute::number("port").optional()]),
                Block::timeouts(&[("create", "20m"), ("delete", "1h")]),
            ])
    }

    #[test]
    fn types_follow_from_the_schema() {
        assert_eq!(
            schema().ty().to_string(),
            "object({name = string, rule = list(object({port = number})), timeouts = object({create = string, delete = string})})"
        );
        assert_eq!(
            schema().identity_type().unwrap().to_string(),
            "object({name = string})"
        );
        assert_eq!(Schema::new(0).identity_type(), None);
    }

    #[test]
    fn timeouts_fall_back_to_the_defaults() {
        let object = Value::object([("timeouts", Value::object([("create", Value::from("90s"))]))]);
        let timeouts = schema().timeouts(&object);
        assert_eq!(timeouts["create"], Duration::from_secs(90));
        assert_eq!(timeouts["delete"], Duration::from_secs(3600));
    }

    #[test]
    fn null_repeatable_blocks_become_empty() {
        let mut object = Value::object([("rule", Value::Null), ("timeouts", Value::Null)]);
        schema().body().settle(&mut object);
        assert_eq!(object.attribute("rule"), &Value::List(vec![]));
        assert_eq!(object.attribute("timeouts"), &Value::Null);
    }
}
