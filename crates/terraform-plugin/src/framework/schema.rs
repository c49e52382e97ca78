//! Schemas: the attributes and blocks of a provider, resource or data source, and how they are
//! planned.
//!
//! [`Schema::check`] checks a schema by the rules that Terraform applies when it loads a provider
//! (a single violation makes the whole provider unusable), and by additional rules of the
//! framework.

mod attribute;
mod block;
mod check;

pub use attribute::{Attribute, Nesting, PlanBehavior, Shape, ValidationError, Validator};
pub use block::{Block, BlockNesting, parse_duration};
pub use check::{SchemaError, SchemaKind};

use std::{collections::BTreeMap, time::Duration};

use super::{path::Path, provider::ScopeAttribute, types::Type, value::Value};

/// The attributes and blocks of a provider, resource or data source.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    version: i64,
    description: String,
    deprecation: Option<String>,
    body: Body,
    identity_scope: &'static [ScopeAttribute],
    identity_version: i64,
}

/// Attributes and blocks of one level.
#[derive(Debug, Clone, Default)]
pub struct Body {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) blocks: Vec<Block>,
}

impl Schema {
    /// An empty schema. Versions start at 0. States with a lower version are upgraded before use.
    #[must_use]
    pub fn new(version: i64) -> Self {
        Self {
            version,
            ..Self::default()
        }
    }

    /// Sets the description in Markdown.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Marks the type as deprecated. The message names the replacement.
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

    /// The schema version.
    #[must_use]
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// The description in Markdown.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The deprecation message, if the type is deprecated.
    #[must_use]
    pub fn deprecation(&self) -> Option<&str> {
        self.deprecation.as_deref()
    }

    /// The attributes and blocks of the top level.
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.body
    }

    /// The type of the objects that the schema describes.
    #[must_use]
    pub fn ty(&self) -> Type {
        self.body.ty()
    }

    /// The type of the resource identity: an object of the attributes marked with
    /// [`Attribute::identity`], and of those of the provider. `None` if the resource has none.
    #[must_use]
    pub fn identity_type(&self) -> Option<Type> {
        let mut attributes: BTreeMap<_, _> = self
            .identity_attributes()
            .map(|attribute| (attribute.name().to_owned(), attribute.ty()))
            .collect();
        if attributes.is_empty() {
            return None;
        }
        let scope = self.identity_scope.iter();
        attributes.extend(scope.map(|attribute| (attribute.name.to_owned(), Type::String)));
        Some(Type::Object(attributes))
    }

    /// The attributes of the resource identity that come from the provider.
    #[must_use]
    pub const fn identity_scope(&self) -> &'static [ScopeAttribute] {
        self.identity_scope
    }

    /// Version of the resource identity.
    #[must_use]
    pub const fn identity_version(&self) -> i64 {
        self.identity_version
    }

    /// Adds the provider's attributes to the resource identity.
    pub(crate) fn scoped(mut self, scope: &'static [ScopeAttribute], version: i64) -> Self {
        self.identity_scope = scope;
        self.identity_version = version;
        self
    }

    /// The attributes that identify a resource within the provider's account or service.
    pub fn identity_attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.body
            .attributes
            .iter()
            .filter(|attribute| attribute.is_identity())
    }

    /// The timeouts block, if the schema has one.
    #[must_use]
    pub fn timeouts_block(&self) -> Option<&Block> {
        self.body
            .blocks
            .iter()
            .find(|block| block.default_timeouts().is_some())
    }

    /// The timeouts of an object: those that it sets, else the schema's defaults.
    #[must_use]
    pub fn timeouts(&self, object: &Value) -> BTreeMap<String, Duration> {
        let Some((block, defaults)) = self
            .timeouts_block()
            .and_then(|block| Some((block, block.default_timeouts()?)))
        else {
            return BTreeMap::new();
        };
        // The block is a list with at most one object.
        let set = object.at(&Path::from(block.name()).index(0));
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

    /// Replaces unknown single blocks by objects of unknown values, which is how Terraform itself
    /// sends them. A model can then read the block like one that is set.
    pub(crate) fn expand_unknown_blocks(&self, object: &mut Value) {
        let Value::Object(entries) = object else {
            return;
        };
        let single = |block: &&Block| block.nesting() == BlockNesting::Single;
        for block in self.blocks.iter().filter(single) {
            if let Some(value) = entries.get_mut(block.name()) {
                if value.is_unknown() {
                    *value = block.body().unknown();
                }
                block.body().expand_unknown_blocks(value);
            }
        }
    }

    /// An object in which everything is unknown.
    fn unknown(&self) -> Value {
        let attributes = self.attributes.iter().map(Attribute::name);
        let names = attributes.chain(self.blocks.iter().map(Block::name));
        Value::object(names.map(|name| (name, Value::Unknown)))
    }

    /// Replaces null by an empty collection in repeatable blocks, which Terraform requires not to
    /// be null.
    pub(crate) fn normalize(&self, object: &mut Value) {
        let Value::Object(entries) = object else {
            return;
        };
        for block in &self.blocks {
            let Some(value) = entries.get_mut(block.name()) else {
                continue;
            };
            match value {
                Value::Null => *value = block.nesting().absent(),
                Value::Object(_) => block.body().normalize(value),
                Value::List(elements) | Value::Set(elements) => {
                    elements
                        .iter_mut()
                        .for_each(|element| block.body().normalize(element));
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
    fn schema_types_follow_from_attributes_and_blocks() {
        assert_eq!(
            schema().ty().to_string(),
            "object({name = string, rule = list(object({port = number})), timeouts = list(object({create = string, delete = string}))})"
        );
        assert_eq!(
            schema().identity_type().unwrap().to_string(),
            "object({name = string})"
        );
        assert_eq!(Schema::new(0).identity_type(), None);
    }

    #[test]
    fn timeouts_fall_back_to_the_defaults() {
        let block = Value::object([("create", Value::from("90s"))]);
        let object = Value::object([("timeouts", Value::list([block]))]);
        let timeouts = schema().timeouts(&object);
        assert_eq!(timeouts["create"], Duration::from_secs(90));
        assert_eq!(timeouts["delete"], Duration::from_secs(3600));
    }

    #[test]
    fn expand_unknown_blocks_reaches_nested_blocks() {
        let inner = Block::single("inner", [Attribute::bool("on").optional()]);
        let schema = Schema::new(0).blocks([
            Block::single("outer", [Attribute::string("name").optional()]).blocks([inner]),
            Block::list("rule", [Attribute::number("port").optional()]),
        ]);
        let mut object = Value::object([("outer", Value::Unknown), ("rule", Value::Unknown)]);
        schema.body().expand_unknown_blocks(&mut object);
        let inner = Value::object([("on", Value::Unknown)]);
        assert_eq!(
            object.attribute("outer"),
            &Value::object([("name", Value::Unknown), ("inner", inner)])
        );
        assert_eq!(object.attribute("rule"), &Value::Unknown);
    }

    #[test]
    fn normalize_empties_null_repeatable_blocks() {
        let mut object = Value::object([("rule", Value::Null), ("timeouts", Value::Null)]);
        schema().body().normalize(&mut object);
        assert_eq!(object.attribute("rule"), &Value::List(vec![]));
        assert_eq!(object.attribute("timeouts"), &Value::List(vec![]));
    }
}
