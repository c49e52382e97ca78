//! Rules for configurations, plans and results of an apply.

use super::nulls;
use crate::framework::{
    diagnostics::{Diagnostics, sentence},
    path::Path,
    resource::provider_bug,
    schema::{Attribute, Body, Shape},
    value::Value,
};

/// Checks a configuration against the schema: rejects values of computed attributes, which
/// Terraform itself accepts in some places, and null elements of collections, and runs the
/// attributes' validators on known values.
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
                &at,
                "Read-only attribute",
                format!("The provider sets the value of `{at}`. Remove it from the configuration."),
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

fn check_attribute(attribute: &Attribute, value: &Value, at: &Path, diagnostics: &mut Diagnostics) {
    if value.is_unknown() {
        return;
    }
    if let Err(error) = attribute.check_value(value) {
        diagnostics.error(at, "Invalid value", sentence(&error.to_string()));
    }
    let nulls = !attribute.allows_null_elements();
    match attribute.shape() {
        Shape::Plain(_) if nulls => nulls::check_all(value, at, diagnostics),
        // The attributes inside are checked one by one.
        Shape::Nested(..) if nulls => nulls::check_elements(value, at, diagnostics),
        _ => {}
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
        // Elements of sets have no address, so the path is that of the set.
        Value::Set(elements) => elements.iter().for_each(|element| visit(element, path)),
        _ => {}
    }
}

/// The first attribute whose planned value is neither the configured nor the prior one. Terraform
/// allows other values only for computed attributes that are not configured.
pub(super) fn inconsistent_plan(
    body: &Body,
    config: &Value,
    prior: &Value,
    planned: &Value,
) -> Option<Path> {
    body.attributes()
        .iter()
        .filter(|attribute| matches!(attribute.shape(), Shape::Plain(_)))
        .find(|attribute| {
            let name = attribute.name();
            let (config, planned) = (config.attribute(name), planned.attribute(name));
            let provider_decides = attribute.is_computed() && config.is_null();
            !provider_decides && planned != config && planned != prior.attribute(name)
        })
        .map(|attribute| Path::root().attribute(attribute.name()))
}

/// Checks the result of an apply against its plan, by Terraform's own rules: no value is unknown,
/// and every value that the plan knew is unchanged. Checking here names the attribute in an error
/// that asks for a bug report.
pub(crate) fn check_applied(planned: &Value, result: &Value) -> Option<Diagnostics> {
    if let Some(path) = result.find_unknown() {
        return Some(provider_bug(
            path,
            "A value is still unknown after the apply.",
        ));
    }
    mismatch(planned, result, &Path::root()).map(|path| {
        provider_bug(
            path,
            "The apply returned a value other than the planned one.",
        )
    })
}

/// The path at which the result contradicts the plan. Unknown parts of the plan match any value.
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
        // Unknown elements can turn out equal to each other or to known ones, so the set can shrink
        // but not grow, and every known element must still be in it.
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
    fn check_config_rejects_computed_attributes_at_any_depth() {
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
                "arn: Read-only attribute",
                "limits[\"x\"].id: Read-only attribute",
                "rule[1].id: Read-only attribute"
            ]
        );
    }

    #[test]
    fn check_config_skips_null_and_unknown_values() {
        let schema = Schema::new(0).attributes([Attribute::list("names", Type::String)
            .optional()
            .validate(|_| Err(ValidationError::new("Always invalid.")))]);
        for value in [Value::Null, Value::Unknown] {
            assert!(messages(&schema, &Value::object([("names", value)])).is_empty());
        }
        let config = Value::object([("names", Value::list(["x"]))]);
        assert_eq!(messages(&schema, &config), ["names: Invalid value"]);
    }

    #[test]
    fn check_config_rejects_null_elements() {
        let inner = [Attribute::list("ports", Type::Number).optional()];
        let schema = Schema::new(0)
            .attributes([
                Attribute::map("tags", Type::String).optional(),
                Attribute::list("labels", Type::map(Type::String))
                    .optional()
                    .allow_null_elements(),
                Attribute::nested("limits", Nesting::List, inner.clone()).optional(),
            ])
            .blocks([Block::list("rule", inner)]);
        let ports = |port| Value::object([("ports", Value::list([port]))]);
        let config = Value::object([
            (
                "tags",
                Value::map([("a", Value::Null), ("b", Value::Unknown)]),
            ),
            ("labels", Value::list([Value::Null])),
            (
                "limits",
                Value::list([Value::Null, ports(Value::Null), ports(Value::from(1))]),
            ),
            ("rule", Value::list([ports(Value::Null)])),
        ]);
        assert_eq!(
            messages(&schema, &config),
            [
                "tags[\"a\"]: Null element",
                "limits[0]: Null element",
                "limits[1].ports[0]: Null element",
                "rule[0].ports[0]: Null element",
            ]
        );
    }

    #[test]
    fn check_config_rejects_numbers_that_are_not_integers() {
        let schema = Schema::new(0).attributes([
            Attribute::integer("size").optional(),
            Attribute::number("ratio").optional(),
        ]);
        for (number, valid) in [
            ("20", true),
            ("20.0", true),
            ("-9223372036854775808", true),
            ("20.5", false),
            ("1e19", false),
            ("1e30", false),
            ("9223372036854775808", false),
        ] {
            let number = Value::Number(number.parse().unwrap());
            let config = Value::object([("size", number.clone()), ("ratio", number)]);
            let expected: &[&str] = if valid { &[] } else { &["size: Invalid value"] };
            assert_eq!(messages(&schema, &config), expected, "{config:?}");
        }
    }

    #[test]
    fn check_applied_requires_the_planned_values() {
        let object = |a: Value, s: Value| Value::object([("a", a), ("s", s)]);
        let planned = object(
            Value::Unknown,
            Value::set([Value::from("x"), Value::Unknown]),
        );
        let result = object(Value::Null, Value::set(["x", "y"]));
        assert_eq!(check_applied(&planned, &result), None);
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
            path(&result, &object(Value::from(1), Value::set(["x", "y"]))),
            "a"
        );
    }
}
