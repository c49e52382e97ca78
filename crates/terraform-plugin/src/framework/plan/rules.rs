//! Rules for configurations, plans and results of an apply.

use std::collections::HashSet;

use super::nulls;
use crate::framework::{
    diagnostics::{Diagnostics, sentence},
    path::Path,
    resource::provider_bug,
    schema::{Attribute, Block, Body, Shape},
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
pub(crate) fn inconsistent_plan(
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

/// Keeps the planned values, with a warning, where the result of an apply has other ones: someone
/// changed the object outside of Terraform between plan and apply. Terraform would reject the
/// result, and an error would mark a new resource as tainted. The next refresh reads the actual
/// values, so that the next plan shows a difference in what the configuration sets.
///
/// Attributes of the identity are not kept: they do not change.
pub(crate) fn keep_planned(body: &Body, planned: &Value, result: &mut Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    if planned.is_null() || result.is_null() {
        return diagnostics;
    }
    let attributes = body.attributes().iter();
    let names = attributes
        .filter(|attribute| !attribute.is_identity())
        .map(Attribute::name)
        .chain(body.blocks().iter().map(Block::name));
    for name in names {
        let (before, after) = (planned.attribute(name), result.attribute(name));
        if after.find_unknown().is_some() || mismatch(before, after, &Path::root()).is_none() {
            continue;
        }
        diagnostics.warning(
            name,
            "Changed outside of Terraform",
            format!(
                "`{name}` has another value than planned: the object was changed outside of \
                 Terraform after the plan was made. The state has the planned value until the next \
                 refresh. Run `terraform plan` to see the difference."
            ),
        );
        result.set_attribute(name, filled(before, after));
    }
    diagnostics
}

/// The planned value, with its unknown parts from the result.
fn filled(planned: &Value, result: &Value) -> Value {
    match planned {
        Value::Unknown => result.clone(),
        Value::Object(parts) => Value::object(
            parts
                .iter()
                .map(|(name, part)| (name, filled(part, result.attribute(name)))),
        ),
        Value::Map(parts) => Value::map(parts.iter().map(|(key, part)| {
            let path = Path::root().key(key);
            (key, filled(part, result.at(&path)))
        })),
        Value::List(parts) => Value::list(parts.iter().enumerate().map(|(index, part)| {
            let path = Path::root().index(index);
            filled(part, result.at(&path))
        })),
        // Unknown elements of a set have no counterparts, and can turn out equal to known ones.
        Value::Set(parts) => {
            Value::set(parts.iter().filter(|part| part.is_wholly_known()).cloned())
        }
        _ => planned.clone(),
    }
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
            let result: HashSet<&Value> = b.iter().collect();
            let lost = a
                .iter()
                .any(|element| element.is_wholly_known() && !result.contains(element));
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
    use crate::framework::schema::{Nesting, Schema, ValidationError};
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
    fn keep_planned_fills_in_what_the_plan_does_not_know() {
        let rule = [Attribute::number("port").optional()];
        let schema = Schema::new(0)
            .attributes([
                Attribute::string("name")
                    .required()
                    .requires_replace()
                    .identity(),
                Attribute::string("created_at").computed(),
                Attribute::string("url").computed(),
                Attribute::map("tags", Type::String).optional(),
                Attribute::set("groups", Type::String).optional(),
            ])
            .blocks([Block::list("rule", rule)]);
        let object = |name: &str, created_at: &str, tags, groups, port: Value| {
            Value::object([
                ("name", Value::from(name)),
                ("created_at", Value::from(created_at)),
                ("url", Value::Unknown),
                ("tags", Value::map::<&str, Value>(tags)),
                ("groups", Value::set::<Value>(groups)),
                ("rule", Value::list([Value::object([("port", port)])])),
            ])
        };
        let (x, y) = (Value::from("x"), Value::from("y"));
        let planned = object(
            "a",
            "monday",
            [("k", x.clone()), ("l", Value::Unknown)],
            [x.clone(), Value::Unknown],
            Value::Unknown,
        );
        let mut result = object(
            "b",
            "tuesday",
            [("k", y.clone()), ("l", y.clone())],
            [y.clone(), y.clone()],
            Value::from(1),
        );
        result.set_attribute("url", Value::from("u"));
        let warnings = keep_planned(schema.body(), &planned, &mut result);
        let paths: Vec<_> = warnings
            .iter()
            .filter_map(|each| each.path.clone())
            .collect();
        assert_eq!(paths, ["created_at", "tags", "groups"].map(Path::from));
        assert!(!warnings.has_errors());
        let mut expected = object(
            "b",
            "monday",
            [("k", x.clone()), ("l", y)],
            [x.clone(), x],
            Value::from(1),
        );
        expected.set_attribute("url", Value::from("u"));
        assert_eq!(result, expected);
        assert_eq!(check_applied(&planned, &result).unwrap().iter().count(), 1);
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
