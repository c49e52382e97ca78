//! Rules for schemas.
//!
//! Terraform checks names, nesting, item counts, and which of required, optional and computed an
//! attribute is, when it loads a provider, and rejects the whole provider (`InternalValidate` in
//! its package `configschema`). The other rules keep the framework's planning well-defined.

use super::{Attribute, Block, BlockNesting, Body, Nesting, PlanBehavior, Schema, Shape};
use crate::framework::{codec, path::Path, types::Type};

/// The kind of object that a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaKind {
    /// The provider's own configuration.
    Provider,
    /// A managed resource.
    Resource,
    /// A data source.
    DataSource,
    /// An ephemeral resource.
    EphemeralResource,
}

/// A schema that violates a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("schema of `{schema}`: {}{problem}", at(.path))]
pub struct SchemaError {
    /// The provider, resource, data source or function.
    pub schema: String,
    /// The invalid attribute or block.
    pub path: Path,
    /// The violated rule.
    pub problem: String,
}

fn at(path: &Path) -> String {
    if path.is_root() {
        String::new()
    } else {
        format!("`{path}` ")
    }
}

/// Names that Terraform reserves in every block of the kind.
fn reserved(kind: SchemaKind) -> &'static [&'static str] {
    match kind {
        SchemaKind::Provider => &["alias", "version"],
        SchemaKind::Resource | SchemaKind::DataSource | SchemaKind::EphemeralResource => &[
            "connection",
            "count",
            "depends_on",
            "for_each",
            "lifecycle",
            "provider",
            "provisioner",
        ],
    }
}

impl Schema {
    /// Checks the schema by the rules for managed resources.
    ///
    /// # Errors
    /// The first violation of a rule, with the path of the attribute or block.
    pub fn check(&self, name: &str) -> Result<(), SchemaError> {
        self.check_as(SchemaKind::Resource, name)
    }

    /// Checks the schema by the rules for its kind.
    ///
    /// # Errors
    /// The first violation of a rule, with the path of the attribute or block.
    pub fn check_as(&self, kind: SchemaKind, name: &str) -> Result<(), SchemaError> {
        let fault = |(path, problem): Fault| SchemaError {
            schema: name.to_owned(),
            path,
            problem,
        };
        if self.version() < 0 {
            return Err(fault((Path::root(), "has a negative version".to_owned())));
        }
        if self.deprecation() == Some("") {
            return Err(fault((
                Path::root(),
                "is deprecated without a message".to_owned(),
            )));
        }
        let twice = |attribute: &&Attribute| {
            let scope = self.identity_scope().iter();
            scope
                .into_iter()
                .any(|other| other.name == attribute.name())
        };
        if let Some(attribute) = self.identity_attributes().find(twice) {
            return Err(fault((
                Path::from(attribute.name()),
                "is part of the identity and has the name of an attribute of the provider's"
                    .to_owned(),
            )));
        }
        let reserved = reserved(kind);
        let names = self.body().names();
        if let Some(name) = names.iter().find(|name| reserved.contains(name)) {
            return Err(fault((
                Path::from(*name),
                "has a name that Terraform reserves".to_owned(),
            )));
        }
        check_body(
            self.body(),
            &Path::root(),
            &Context {
                kind,
                in_set: false,
                top: true,
            },
        )
        .map_err(fault)
    }
}

type Fault = (Path, String);

struct Context {
    kind: SchemaKind,
    in_set: bool,
    top: bool,
}

impl Body {
    fn names(&self) -> Vec<&str> {
        let attributes = self.attributes.iter().map(Attribute::name);
        attributes
            .chain(self.blocks.iter().map(Block::name))
            .collect()
    }
}

fn check_body(body: &Body, path: &Path, context: &Context) -> Result<(), Fault> {
    let names = body.names();
    for (position, name) in names.iter().enumerate() {
        let at = path.attribute(*name);
        let well_formed = name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        if name.is_empty() || !well_formed {
            return Err((
                at,
                "has a name with characters other than lower-case letters, digits and `_`"
                    .to_owned(),
            ));
        }
        if names
            .iter()
            .skip(position.saturating_add(1))
            .any(|other| other == name)
        {
            return Err((at, "is declared twice".to_owned()));
        }
    }
    for attribute in &body.attributes {
        let at = path.attribute(attribute.name());
        if let Some(problem) = attribute_problem(attribute, &names, context) {
            return Err((at, problem.to_owned()));
        }
        if let Shape::Nested(nesting, inner) = attribute.shape() {
            if inner.attributes.is_empty() {
                return Err((at, "has no nested attributes".to_owned()));
            }
            check_body(inner, &at, &context.inside(*nesting == Nesting::Set))?;
        }
    }
    for block in &body.blocks {
        let at = path.attribute(block.name());
        if let Some(problem) = block_problem(block, context) {
            return Err((at, problem));
        }
        check_body(
            block.body(),
            &at,
            &context.inside(block.nesting() == BlockNesting::Set),
        )?;
    }
    Ok(())
}

impl Context {
    const fn inside(&self, set: bool) -> Self {
        Self {
            kind: self.kind,
            in_set: self.in_set || set,
            top: false,
        }
    }
}

fn attribute_problem(
    attribute: &Attribute,
    siblings: &[&str],
    context: &Context,
) -> Option<&'static str> {
    let ty = attribute.ty();
    let computed_only = attribute.computed && !attribute.optional && !attribute.required;
    let rules = [
        (
            !(attribute.required || attribute.optional || attribute.computed),
            "must be required, optional or computed",
        ),
        (
            attribute.required && attribute.optional,
            "cannot be required and optional",
        ),
        (
            attribute.required && attribute.computed,
            "cannot be required and computed",
        ),
        (
            attribute.default.is_some() && !attribute.optional,
            "has a default and must therefore be optional",
        ),
        (
            attribute.default.is_some() && attribute.plan_behavior != PlanBehavior::MarkUnknown,
            "has a default, so its value cannot be kept from the state or derived",
        ),
        (
            attribute
                .default
                .as_ref()
                .is_some_and(|value| !value.is_wholly_known() || !codec::can_coerce(value, &ty)),
            "has a default of another type",
        ),
        (
            attribute
                .default
                .as_ref()
                .is_some_and(|value| attribute.check_value(value).is_err()),
            "has a default that its validators reject",
        ),
        (
            context.in_set && attribute.is_computed(),
            "is computed, which attributes in a set cannot be",
        ),
        (
            !attribute.computed && attribute.plan_behavior != PlanBehavior::MarkUnknown,
            "is not computed, so its value cannot be kept from the state or derived",
        ),
        (
            matches!(&attribute.plan_behavior, PlanBehavior::DerivedFrom(names)
                if names.is_empty() || names.iter().any(|name| name == attribute.name() || !siblings.contains(&name.as_str()))),
            "is derived from an attribute or block that is not its sibling",
        ),
        (
            attribute.requires_replace && (computed_only || context.kind != SchemaKind::Resource),
            "requires replacement, which only configurable attributes of resources can",
        ),
        (
            attribute.identity
                && !(context.top && context.kind == SchemaKind::Resource && ty == Type::String),
            "is part of the identity, which only top-level strings of resources can be",
        ),
        (
            attribute.identity && attribute.is_configurable() && !attribute.requires_replace,
            "is part of the identity, so a change must require replacement",
        ),
        (
            context.kind == SchemaKind::Provider && attribute.computed,
            "is computed, which attributes of a provider configuration cannot be",
        ),
        (
            attribute.deprecation() == Some(""),
            "is deprecated without a message",
        ),
        (
            dynamic_in_collection(&ty),
            "has a dynamic type inside a collection",
        ),
        (
            context.in_set && ty.has_dynamic(),
            "has a dynamic type, which attributes in a set cannot have",
        ),
    ];
    rules
        .into_iter()
        .find_map(|(broken, problem)| broken.then_some(problem))
}

fn dynamic_in_collection(ty: &Type) -> bool {
    match ty {
        Type::String | Type::Number | Type::Bool | Type::Dynamic => false,
        Type::List(element) | Type::Set(element) | Type::Map(element) => element.has_dynamic(),
        Type::Object(attributes) => attributes.values().any(dynamic_in_collection),
        Type::Tuple(elements) => elements.iter().any(dynamic_in_collection),
    }
}

fn block_problem(block: &Block, context: &Context) -> Option<String> {
    let (min, max) = (block.min_items(), block.max_items());
    if let Some(operation) = block.invalid_timeout(context.kind) {
        return Some(format!(
            "has an invalid operation or default for `{operation}`"
        ));
    }
    let problem = match block.nesting() {
        BlockNesting::Single if min != max || max > 1 => "is single, so it can occur at most once",
        BlockNesting::List | BlockNesting::Set if max > 0 && min > max => {
            "requires more blocks than it allows"
        }
        _ if block.default_timeouts().is_some()
            && !(context.top && context.kind != SchemaKind::Provider) =>
        {
            "sets timeouts, which only resources and data sources have"
        }
        _ => return None,
    };
    Some(problem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::schema::ValidationError;

    fn problem(kind: SchemaKind, schema: Schema) -> String {
        schema.check_as(kind, "thing").unwrap_err().to_string()
    }

    fn of(attribute: Attribute) -> String {
        problem(SchemaKind::Resource, Schema::new(0).attributes([attribute]))
    }

    #[test]
    fn check_accepts_a_valid_schema() {
        let schema = Schema::new(1)
            .attributes([
                Attribute::string("name")
                    .required()
                    .requires_replace()
                    .identity(),
                Attribute::string("arn")
                    .computed()
                    .use_state_for_unknown()
                    .identity(),
                Attribute::string("url")
                    .computed()
                    .derived_from(&["name", "rule"]),
                Attribute::number("size").optional().default(5),
                Attribute::string("secret").optional().sensitive(),
                Attribute::nested(
                    "limits",
                    Nesting::Map,
                    [Attribute::bool("hard").optional_computed()],
                )
                .optional(),
            ])
            .blocks([
                Block::list("rule", [Attribute::string("id").computed()])
                    .min(1)
                    .max(3),
                Block::set("tag", [Attribute::string("key").required()]),
                Block::timeouts(&[("create", "1m")]),
            ]);
        schema.check("thing").unwrap();
    }

    #[test]
    fn check_names_the_invalid_attribute() {
        assert_eq!(
            of(Attribute::string("a")),
            "schema of `thing`: `a` must be required, optional or computed"
        );
        let cases = [
            Attribute::string("Name").required(),
            Attribute::string("").required(),
            Attribute::string("count").required(),
            Attribute::string("a").required().optional(),
            Attribute::string("a").required().computed(),
            Attribute::string("a").required().default("x"),
            Attribute::string("a").computed().default("x"),
            Attribute::string("a").optional().default(1),
            Attribute::string("a")
                .optional()
                .default("x")
                .validate(|_| Err(ValidationError::new("Always invalid."))),
            Attribute::string("a").optional().use_state_for_unknown(),
            Attribute::string("a").computed().derived_from(&["b"]),
            Attribute::string("a").computed().derived_from(&["a"]),
            Attribute::string("a").computed().requires_replace(),
            Attribute::number("a")
                .required()
                .requires_replace()
                .identity(),
            Attribute::string("a").required().identity(),
            Attribute::string("a").required().deprecated(""),
            Attribute::set("a", Type::Dynamic).required(),
            Attribute::nested("a", Nesting::Set, [Attribute::string("b").computed()]).required(),
            Attribute::nested("a", Nesting::Single, []).required(),
        ];
        for attribute in cases {
            let name = attribute.name().to_owned();
            assert!(of(attribute).contains(&format!("`{name}")), "{name}");
        }
    }

    #[test]
    fn check_rejects_invalid_blocks_and_kinds() {
        let cases = [
            (
                SchemaKind::Resource,
                Schema::new(0).blocks([Block::single("b", []).max(2)]),
            ),
            (
                SchemaKind::Resource,
                Schema::new(0).blocks([Block::list("b", []).min(3).max(2)]),
            ),
            (
                SchemaKind::Resource,
                Schema::new(0).blocks([Block::timeouts(&[("create", "soon")])]),
            ),
            (
                SchemaKind::Resource,
                Schema::new(0).blocks([Block::timeouts(&[("explode", "1m")])]),
            ),
            (
                SchemaKind::Resource,
                Schema::new(0).blocks([Block::set("b", [Attribute::bool("c").computed()])]),
            ),
            (
                SchemaKind::Resource,
                Schema::new(0).blocks([Block::list("b", []), Block::list("b", [])]),
            ),
            (SchemaKind::Resource, Schema::new(-1)),
            (
                SchemaKind::Provider,
                Schema::new(0).attributes([Attribute::string("alias").optional()]),
            ),
            (
                SchemaKind::Provider,
                Schema::new(0).attributes([Attribute::string("b").optional_computed()]),
            ),
            (
                SchemaKind::Provider,
                Schema::new(0).blocks([Block::timeouts(&[("create", "1m")])]),
            ),
            (
                SchemaKind::DataSource,
                Schema::new(0).attributes([Attribute::string("b").required().requires_replace()]),
            ),
        ];
        for (kind, schema) in cases {
            assert!(problem(kind, schema).starts_with("schema of `thing`"));
        }
    }
}
