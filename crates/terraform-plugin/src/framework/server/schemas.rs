//! Converts schemas and signatures to messages of the protocol.

use crate::{
    framework::{
        function::{Parameter, Signature},
        schema::{Attribute, Block, BlockNesting, Body, Nesting, Schema, SchemaKind, Shape},
        types::Type,
    },
    protocol::tfplugin6::{
        self as proto, StringKind,
        schema::{nested_block::NestingMode as BlockMode, object::NestingMode},
    },
};

pub(super) fn schema(kind: SchemaKind, schema: &Schema) -> proto::Schema {
    let block = proto::schema::Block {
        version: schema.version(),
        description: schema.description().to_owned(),
        deprecated: schema.deprecation().is_some(),
        deprecation_message: schema.deprecation().unwrap_or_default().to_owned(),
        ..body(kind, schema.body())
    };
    proto::Schema {
        version: schema.version(),
        block: Some(block),
    }
}

fn body(kind: SchemaKind, body: &Body) -> proto::schema::Block {
    proto::schema::Block {
        attributes: body
            .attributes()
            .iter()
            .map(|each| attribute(kind, each))
            .collect(),
        block_types: body.blocks().iter().map(|each| block(kind, each)).collect(),
        description_kind: StringKind::Markdown.into(),
        ..Default::default()
    }
}

fn attribute(kind: SchemaKind, attribute: &Attribute) -> proto::schema::Attribute {
    let nested_type = match attribute.shape() {
        Shape::Plain(_) => None,
        Shape::Nested(nesting, inner) => Some(proto::schema::Object {
            attributes: inner
                .attributes()
                .iter()
                .map(|each| self::attribute(kind, each))
                .collect(),
            nesting: match nesting {
                Nesting::Single => NestingMode::Single,
                Nesting::List => NestingMode::List,
                Nesting::Set => NestingMode::Set,
                Nesting::Map => NestingMode::Map,
            }
            .into(),
        }),
    };
    proto::schema::Attribute {
        name: attribute.name().to_owned(),
        // Terraform rejects the schema if a nested attribute also has a type.
        r#type: if nested_type.is_some() {
            Vec::new()
        } else {
            attribute.ty().to_json_bytes()
        },
        nested_type,
        description: attribute.description().to_owned(),
        description_kind: StringKind::Markdown.into(),
        required: attribute.is_required(),
        optional: attribute.is_optional(),
        // An attribute with a default is computed for Terraform, because its planned value differs
        // from a null configuration. A provider configuration is not planned, and Terraform rejects
        // computed attributes in it.
        computed: attribute.is_computed() && kind != SchemaKind::Provider,
        sensitive: attribute.is_sensitive(),
        write_only: false,
        deprecated: attribute.deprecation().is_some(),
        deprecation_message: attribute.deprecation().unwrap_or_default().to_owned(),
    }
}

fn block(kind: SchemaKind, block: &Block) -> proto::schema::NestedBlock {
    proto::schema::NestedBlock {
        type_name: block.name().to_owned(),
        block: Some(proto::schema::Block {
            description: block.description().to_owned(),
            ..body(kind, block.body())
        }),
        nesting: match block.nesting() {
            BlockNesting::Single => BlockMode::Single,
            BlockNesting::List => BlockMode::List,
            BlockNesting::Set => BlockMode::Set,
        }
        .into(),
        min_items: block.min_items().into(),
        max_items: block.max_items().into(),
    }
}

/// The identity schema, for resources that have an identity. The resource's own attributes are
/// required for an import by identity, and those of the provider are optional.
pub(super) fn identity(schema: &Schema) -> Option<proto::ResourceIdentitySchema> {
    let mut identity_attributes: Vec<_> = schema
        .identity_attributes()
        .map(
            |attribute| proto::resource_identity_schema::IdentityAttribute {
                name: attribute.name().to_owned(),
                r#type: attribute.ty().to_json_bytes(),
                required_for_import: true,
                optional_for_import: false,
                description: attribute.description().to_owned(),
            },
        )
        .collect();
    if identity_attributes.is_empty() {
        return None;
    }
    identity_attributes.extend(schema.identity_scope().iter().map(|attribute| {
        proto::resource_identity_schema::IdentityAttribute {
            name: attribute.name.to_owned(),
            r#type: Type::String.to_json_bytes(),
            required_for_import: false,
            optional_for_import: true,
            description: attribute.description.to_owned(),
        }
    }));
    Some(proto::ResourceIdentitySchema {
        version: schema.identity_version(),
        identity_attributes,
    })
}

pub(super) fn function(signature: &Signature) -> proto::Function {
    proto::Function {
        parameters: signature.parameters().iter().map(parameter).collect(),
        variadic_parameter: signature.variadic_parameter().map(parameter),
        r#return: Some(proto::function::Return {
            r#type: signature.result().to_json_bytes(),
        }),
        summary: signature.summary_text().to_owned(),
        description: signature.description().to_owned(),
        description_kind: StringKind::Markdown.into(),
        deprecation_message: String::new(),
    }
}

fn parameter(parameter: &Parameter) -> proto::function::Parameter {
    proto::function::Parameter {
        name: parameter.name().to_owned(),
        r#type: parameter.ty().to_json_bytes(),
        allow_null_value: parameter.is_nullable(),
        // Terraform does not call the function with unknown arguments; the result is then unknown.
        allow_unknown_values: false,
        description: parameter.description().to_owned(),
        description_kind: StringKind::Markdown.into(),
    }
}
