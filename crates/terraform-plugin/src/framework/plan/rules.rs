//! What must hold of configurations, plans and results, whoever made them.

use crate::framework::{
    diagnostics::Diagnostics,
    path::Path,
    resource::provider_bug,
    schema::{Attribute, Body, Shape},
    value::Value,
};

/// Checks a configuration against the schema: values for computed attributes are refused, which Terraform itself does
/// not do, and the attributes' own checks are run on what is known.
pub(crate) fn check_config(
    body: &Body,
    config: &Value,
    path: &Path,
    diagnostics: &mut Diagnostics,
) {
    for attribute in body.attributes() {
        let at = path.attribute(attribute.name());
        let value = config.attribute(attribute.name());
        if value.is_null() {
            continue;
        }
        if !attribute.is_configurable() {
            diagnostics.error(
                at,
                format!("`{}` cannot be set", attribute.name()),
                "its value is decided by the provider: remove it from the configuration",
            );
            continue;
        }
        check_attribute(attribute, value, &at, diagnostics);
    }
    for block in body.blocks() {
        let at = path.attribute(block.name());
        each_object(config.attribute(block.name()), &at, &mut |object, at| {
            check_config(block.body(), object, at, diagnostics);
        });
    }
}

/// Refuses values for write-only attributes, for a Terraform that would store them.
pub(crate) fn refuse_write_only(body: &Body, config: &Value, diagnostics: &mut Diagnostics) {
    for attribute in body
        .attributes()
        .iter()
        .filter(|attribute| attribute.is_write_only())
    {
        if !config.attribute(attribute.name()).is_null() {
            diagnostics.error(
                Path::root().attribute(attribute.name()),
                format!("`{}` cannot be set with this terraform", attribute.name()),
                "write-only attributes need terraform 1.11 or newer: upgrade it or leave the attribute out",
            );
        }
    }
}

fn check_attribute(attribute: &Attribute, value: &Value, at: &Path, diagnostics: &mut Diagnostics) {
    if value.is_unknown() {
        return;
    }
    if let Err(fault) = attribute.check_value(value) {
        diagnostics.error(
            at,
            format!("invalid `{}`", attribute.name()),
            fault.to_string(),
        );
    }
    if let Shape::Nested(_, inner) = attribute.shape() {
        each_object(value, at, &mut |object, at| {
            check_config(inner, object, at, diagnostics)
        });
    }
}

fn each_object(value: &Value, path: &Path, visit: &mut dyn FnMut(&Value, &Path)) {
    match value {
        Value::Object(_) => visit(value, path),
        Value::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                visit(element, &path.index(index));
            }
        }
        Value::Map(entries) => {
            for (key, element) in entries {
                visit(element, &path.key(key));
            }
        }
        // Elements of sets have no address.
        Value::Set(elements) => elements.iter().for_each(|element| visit(element, path)),
        _ => {}
    }
}

/// The first attribute for which the plan holds neither what the configuration says nor what was there: only the
/// provider's own attributes may be planned freely.
pub(super) fn unfaithful(
    body: &Body,
    config: &Value,
    prior: &Value,
    planned: &Value,
) -> Option<Path> {
    body.attributes()
        .iter()
        .filter(|attribute| {
            !attribute.is_write_only() && matches!(attribute.shape(), Shape::Plain(_))
        })
        .find(|attribute| {
            let name = attribute.name();
            let (config, planned) = (config.attribute(name), planned.attribute(name));
            let free = attribute.is_computed() && config.is_null();
            !free && planned != config && planned != prior.attribute(name)
        })
        .map(|attribute| Path::root().attribute(attribute.name()))
}

/// Checks what an apply returned against its plan, by the rules that Terraform applies to it: nothing is unknown, and
/// what the plan knew came back as it was. Ours names the attribute and says that the provider is to blame.
pub(crate) fn check_applied(planned: &Value, result: &Value) -> Option<Diagnostics> {
    if let Some(path) = result.find_unknown() {
        return Some(provider_bug(path, "a value is still unknown after apply"));
    }
    mismatch(planned, result, &Path::root())
        .map(|path| provider_bug(path, "apply returned another value than was planned"))
}

/// Where the result contradicts the plan. Plans may hold unknown parts, which agree with everything.
pub(super) fn mismatch(planned: &Value, result: &Value, path: &Path) -> Option<Path> {
    match (planned, result) {
        (Value::Unknown, _) => None,
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => a
            .iter()
            .zip(b.values())
            .find_map(|((name, planned), result)| mismatch(planned, result, &path.attribute(name))),
        (Value::Map(a), Value::Map(b)) if a.keys().eq(b.keys()) => a
            .iter()
            .zip(b.values())
            .find_map(|((key, planned), result)| mismatch(planned, result, &path.key(key))),
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b))
            if a.len() == b.len() =>
        {
            a.iter()
                .zip(b)
                .enumerate()
                .find_map(|(index, (planned, result))| {
                    mismatch(planned, result, &path.index(index))
                })
        }
        // With unknown elements a set may shrink when they turn out equal; each known element must have survived.
        (Value::Set(a), Value::Set(b)) if !planned.is_wholly_known() => {
            let lost = a
                .iter()
                .any(|element| element.is_wholly_known() && !b.contains(element));
            (lost || b.len() > a.len()).then(|| path.clone())
        }
        (Value::Dynamic(a, planned), Value::Dynamic(b, result)) if a == b => {
            mismatch(planned, result, path)
        }
        (planned, result) => (planned != result).then(|| path.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::schema::{Attribute, Block, Nesting, Schema, ValidationError};
    use crate::framework::types::Type;

    fn messages(schema: &Schema, config: &Value) -> Vec<String> {
        let mut diagnostics = Diagnostics::new();
        check_config(schema.body(), config, &Path::root(), &mut diagnostics);
        diagnostics
            .into_iter()
            .map(|diagnostic| {
                format!(
                    "{}: {}",
                    diagnostic.path.unwrap_or_default(),
                    diagnostic.summary
                )
            })
            .collect()
    }

    #[test]
    fn computed_attributes_cannot_be_configured_at_any_depth() {
        let schema = Schema::new(0)
            .attributes([
                Attribute::string("arn").computed(),
                Attribute::string("zone").optional_computed(),
                Attribute::nested("limits", Nesting::Map, [Attribute::string("id").computed()])
                    .optional(),
            ])
            .blocks([Block::list("rule", [Attribute::string("id").computed()])]);
        let id = |value: Value| Value::object([("id", value)]);
        let config = Value::object([
            ("arn", Value::Unknown),
            ("zone", Value::from("a")),
            ("limits", Value::map([("x", id(Value::from("1")))])),
            ("rule", Value::list([id(Value::Null), id(Value::from("2"))])),
        ]);
        assert_eq!(
            messages(&schema, &config),
            [
                "arn: `arn` cannot be set",
                "limits[\"x\"].id: `id` cannot be set",
                "rule[1].id: `id` cannot be set"
            ]
        );
    }

    #[test]
    fn checks_skip_null_and_unknown_values() {
        let schema = Schema::new(0).attributes([Attribute::list("names", Type::String)
            .optional()
            .validate(|_| Err(ValidationError::new("never right: leave it out")))]);
        for value in [Value::Null, Value::Unknown] {
            assert!(messages(&schema, &Value::object([("names", value)])).is_empty());
        }
        let config = Value::object([("names", Value::list(["x"]))]);
        assert_eq!(messages(&schema, &config), ["names: invalid `names`"]);
    }

    #[test]
    fn apply_must_keep_what_the_plan_knew() {
        let object = |a: Value, s: Value| Value::object([("a", a), ("s", s)]);
        let planned = object(
            Value::Unknown,
            Value::set([Value::from("x"), Value::Unknown]),
        );
        let good = object(Value::Null, Value::set(["x", "y"]));
        assert_eq!(check_applied(&planned, &good), None);
        assert_eq!(
            check_applied(&planned, &object(Value::Null, Value::set(["x"]))),
            None
        );
        let path = |planned: &Value, result: &Value| {
            check_applied(planned, result)
                .unwrap()
                .iter()
                .next()
                .unwrap()
                .path
                .clone()
                .unwrap()
                .to_string()
        };
        assert_eq!(
            path(&planned, &object(Value::Null, Value::set(["y", "z"]))),
            "s"
        );
        assert_eq!(
            path(&planned, &object(Value::Unknown, Value::set(["x"]))),
            "a"
        );
        assert_eq!(
            path(&good, &object(Value::from(1), Value::set(["x", "y"]))),
            "a"
        );
    }
}
