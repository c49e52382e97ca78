//! Converts schemas from the form of `terraform providers schema -json` to that of the framework.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;
use serde_json::Value as Json;
use terraform_plugin::framework::{Attribute, Block, Nesting, Schema, Type, ValidationError};

/// A schema file cannot be read or converted.
#[derive(Debug, thiserror::Error)]
#[error("schema `{file}`: {problem}")]
pub(crate) struct InvalidSchema {
    file: String,
    problem: String,
}

/// A schema file.
#[derive(Debug, Deserialize)]
struct Stored {
    block: StoredBlock,
}

/// The attributes and blocks of one nesting level.
#[derive(Debug, Deserialize)]
struct StoredBlock {
    attributes: BTreeMap<String, StoredAttribute>,
    block_types: BTreeMap<String, StoredNested>,
}

#[derive(Debug, Deserialize)]
struct StoredAttribute {
    #[serde(rename = "type")]
    ty: Option<Json>,
    nested_type: Option<StoredObject>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    computed: bool,
}

#[derive(Debug, Deserialize)]
struct StoredObject {
    nesting_mode: String,
    attributes: BTreeMap<String, StoredAttribute>,
}

#[derive(Debug, Deserialize)]
struct StoredNested {
    nesting_mode: String,
    block: StoredBlock,
    #[serde(default)]
    min_items: u32,
    #[serde(default)]
    max_items: u32,
}

/// The kind of object that a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SchemaKind {
    Provider,
    Resource,
    DataSource,
}

/// Reads a schema file.
pub(crate) fn read(file: &Path, kind: SchemaKind) -> Result<Schema, InvalidSchema> {
    let invalid = |problem: String| InvalidSchema {
        file: file.display().to_string(),
        problem,
    };
    let text = std::fs::read(file).map_err(|error| invalid(error.to_string()))?;
    let stored: Stored =
        serde_json::from_slice(&text).map_err(|error| invalid(error.to_string()))?;
    let (attributes, blocks) = level(stored.block, &Context::top(kind)).map_err(invalid)?;
    Ok(Schema::new(0).attributes(attributes).blocks(blocks))
}

/// The position of an attribute in a schema.
struct Context {
    kind: SchemaKind,
    top: bool,
    in_set: bool,
}

impl Context {
    const fn top(kind: SchemaKind) -> Self {
        Self {
            kind,
            top: true,
            in_set: false,
        }
    }

    const fn inside(&self, set: bool) -> Self {
        Self {
            kind: self.kind,
            top: false,
            in_set: self.in_set || set,
        }
    }
}

fn level(stored: StoredBlock, context: &Context) -> Result<(Vec<Attribute>, Vec<Block>), String> {
    let attributes = attributes(stored.attributes, context)?;
    let blocks = stored
        .block_types
        .into_iter()
        .map(|(name, stored)| block(name, stored, context))
        .collect::<Result<_, _>>()?;
    Ok((attributes, blocks))
}

fn attributes(
    stored: BTreeMap<String, StoredAttribute>,
    context: &Context,
) -> Result<Vec<Attribute>, String> {
    stored
        .into_iter()
        .map(|(name, stored)| attribute(name, stored, context))
        .collect()
}

fn attribute(
    name: String,
    stored: StoredAttribute,
    context: &Context,
) -> Result<Attribute, String> {
    // The bindings declare `id` of resources as optional, but it can never be set.
    let is_id = name == "id" && context.top && context.kind == SchemaKind::Resource;
    let optional = stored.optional && !(is_id && stored.computed);
    let made = match (stored.ty, stored.nested_type) {
        (Some(ty), None) => {
            let ty = Type::from_json(&ty).map_err(|error| format!("`{name}`: {error}"))?;
            Attribute::new(name.as_str(), ty)
        }
        (None, Some(object)) => {
            let nesting = match object.nesting_mode.as_str() {
                "single" => Nesting::Single,
                "list" => Nesting::List,
                "set" => Nesting::Set,
                "map" => Nesting::Map,
                other => return Err(format!("unknown nesting mode `{other}` of `{name}`")),
            };
            let inside = context.inside(nesting == Nesting::Set);
            let inner = attributes(object.attributes, &inside)?;
            Attribute::nested(name.as_str(), nesting, inner)
        }
        _ => return Err(format!("`{name}` does not have exactly one type")),
    };
    let made = made.allow_null_elements();
    // The framework has no computed attributes in sets, so they stay null there.
    let computed = stored.computed && !context.in_set;
    Ok(match (stored.required, optional, computed) {
        (true, _, _) => made.required(),
        (false, true, true) => made.optional_computed().use_state_for_unknown(),
        (false, true, false) => made.optional(),
        (false, false, true) => made.computed().use_state_for_unknown(),
        (false, false, false) => made.optional().validate(move |_| {
            Err(ValidationError::new(format!(
                "the provider computes `{name}`: remove it from the configuration"
            )))
        }),
    })
}

fn block(name: String, stored: StoredNested, context: &Context) -> Result<Block, String> {
    let inside = context.inside(stored.nesting_mode == "set");
    let (attributes, blocks) = level(stored.block, &inside)?;
    let made = match stored.nesting_mode.as_str() {
        "single" => Block::single(name, attributes),
        "list" => Block::list(name, attributes),
        "set" => Block::set(name, attributes),
        other => return Err(format!("unknown nesting mode `{other}` of `{name}`")),
    };
    Ok(made
        .blocks(blocks)
        .max(stored.max_items)
        .min(stored.min_items))
}

#[cfg(test)]
pub(crate) fn from_json(json: Json, kind: SchemaKind) -> Result<Schema, String> {
    let stored: Stored = serde_json::from_value(json).map_err(|error| error.to_string())?;
    let (attributes, blocks) = level(stored.block, &Context::top(kind))?;
    Ok(Schema::new(0).attributes(attributes).blocks(blocks))
}
