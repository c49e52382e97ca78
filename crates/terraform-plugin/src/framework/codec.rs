//! Encodes and decodes values, directed by the type in the schema.
//!
//! Terraform sends values as msgpack and stored states as JSON. In both, the type determines how
//! data is read: a number can be encoded as an integer, float or string, sets and tuples look like
//! lists, and an object looks like a map.

mod json;
mod msgpack;

pub(crate) use json::{decode_json, decode_json_value};
pub(crate) use msgpack::{decode, encode};

use super::{path::Step, types::Type, value::Value, value_error::ValueError};

fn mismatch(ty: &Type, value: &Value) -> ValueError {
    ValueError::new(format!("expected {ty}, found {}", kind(value)))
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Unknown => "an unknown value",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::List(_) => "a list",
        Value::Set(_) => "a set",
        Value::Map(_) => "a map",
        Value::Object(_) => "an object",
        Value::Tuple(_) => "a tuple",
        Value::Dynamic(..) => "a value with its own type",
    }
}

/// Whether [`coerce`] succeeds.
pub(crate) fn can_coerce(value: &Value, ty: &Type) -> bool {
    coerce(value.clone(), ty).is_ok()
}

/// Coerces an untyped value to a type: sequences become lists, sets or tuples, and records become
/// maps or objects. An object must have exactly the attributes of its type.
pub(crate) fn coerce(value: Value, ty: &Type) -> Result<Value, ValueError> {
    match (ty, value) {
        (_, value @ (Value::Null | Value::Unknown))
        | (Type::Dynamic, value @ Value::Dynamic(..))
        | (Type::Bool, value @ Value::Bool(_))
        | (Type::Number, value @ Value::Number(_))
        | (Type::String, value @ Value::String(_)) => Ok(value),
        (Type::Dynamic, value) => {
            let own = Type::of(&value);
            Ok(Value::Dynamic(
                Box::new(own.clone()),
                Box::new(coerce(value, &own)?),
            ))
        }
        (
            Type::List(element),
            Value::List(elements) | Value::Set(elements) | Value::Tuple(elements),
        ) => Ok(Value::List(coerce_all(elements, element)?)),
        (
            Type::Set(element),
            Value::List(elements) | Value::Set(elements) | Value::Tuple(elements),
        ) => Ok(Value::set(coerce_all(elements, element)?)),
        (Type::Tuple(types), Value::List(elements) | Value::Tuple(elements))
            if types.len() == elements.len() =>
        {
            let pairs = elements.into_iter().zip(types).enumerate();
            pairs
                .map(|(index, (value, ty))| {
                    coerce(value, ty).map_err(|error| error.under_index(index))
                })
                .collect::<Result<_, _>>()
                .map(Value::Tuple)
        }
        (Type::Map(element), Value::Map(entries) | Value::Object(entries)) => entries
            .into_iter()
            .map(|(key, value)| match coerce(value, element) {
                Ok(value) => Ok((key, value)),
                Err(error) => Err(error.under(Step::Key(key))),
            })
            .collect::<Result<_, _>>()
            .map(Value::Map),
        (Type::Object(types), Value::Map(mut entries) | Value::Object(mut entries)) => {
            let attributes = types
                .iter()
                .map(|(name, ty)| {
                    let value = entries
                        .remove(name)
                        .ok_or_else(|| ValueError::new("is missing"));
                    value
                        .and_then(|value| coerce(value, ty))
                        .map(|value| (name.clone(), value))
                        .map_err(|error| error.under(Step::Attribute(name.clone())))
                })
                .collect::<Result<_, _>>()?;
            match entries.into_keys().next() {
                Some(name) => {
                    Err(ValueError::new("is not in the schema").under(Step::Attribute(name)))
                }
                None => Ok(Value::Object(attributes)),
            }
        }
        (ty, value) => Err(mismatch(ty, &value)),
    }
}

fn coerce_all(elements: Vec<Value>, ty: &Type) -> Result<Vec<Value>, ValueError> {
    let elements = elements.into_iter().enumerate();
    elements
        .map(|(index, value)| coerce(value, ty).map_err(|error| error.under_index(index)))
        .collect()
}

#[cfg(test)]
pub(crate) mod arbitrary {
    //! Arbitrary types and values of these types, for property tests.

    use proptest::prelude::*;

    use super::*;
    use crate::framework::number::Number;

    pub(crate) fn types() -> impl Strategy<Value = Type> {
        let leaf = prop_oneof![
            Just(Type::String),
            Just(Type::Number),
            Just(Type::Bool),
            Just(Type::Dynamic)
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                inner.clone().prop_map(Type::list),
                inner.clone().prop_map(Type::set),
                inner.clone().prop_map(Type::map),
                prop::collection::btree_map("[a-z_]{1,6}", inner.clone(), 0..4)
                    .prop_map(Type::Object),
                prop::collection::vec(inner, 0..3).prop_map(Type::Tuple),
            ]
        })
    }

    fn numbers() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            proptest::num::f64::NORMAL
                .prop_map(|double| Number::from_exact_f64(double).unwrap().into()),
            "-?[0-9]{1,40}\\.[0-9]{1,9}".prop_map(|text| text.parse::<Number>().unwrap().into()),
        ]
    }

    /// Values of the type, with unknown parts if `unknowns` is set.
    pub(crate) fn values(ty: &Type, unknowns: bool) -> BoxedStrategy<Value> {
        let known: BoxedStrategy<Value> = match ty {
            Type::String => any::<String>().prop_map(Value::from).boxed(),
            Type::Number => numbers().boxed(),
            Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
            Type::Dynamic => {
                let leaf = prop_oneof![
                    Just(Type::String),
                    Just(Type::list(Type::Bool)),
                    Just(Type::Number)
                ];
                leaf.prop_flat_map(move |ty| {
                    values(&ty, unknowns).prop_map(move |value| {
                        Value::Dynamic(Box::new(ty.clone()), Box::new(value))
                    })
                })
                .boxed()
            }
            Type::List(element) => prop::collection::vec(values(element, unknowns), 0..4)
                .prop_map(Value::List)
                .boxed(),
            Type::Set(element) => prop::collection::vec(values(element, unknowns), 0..4)
                .prop_map(Value::set)
                .boxed(),
            Type::Map(element) => {
                prop::collection::btree_map(any::<String>(), values(element, unknowns), 0..4)
                    .prop_map(Value::Map)
                    .boxed()
            }
            Type::Object(types) => {
                let names: Vec<_> = types.keys().cloned().collect();
                let each: Vec<_> = types.values().map(|ty| values(ty, unknowns)).collect();
                each.prop_map(move |values| {
                    Value::Object(names.iter().cloned().zip(values).collect())
                })
                .boxed()
            }
            Type::Tuple(types) => {
                let each: Vec<_> = types.iter().map(|ty| values(ty, unknowns)).collect();
                each.prop_map(Value::Tuple).boxed()
            }
        };
        let unknown = if unknowns {
            Value::Unknown
        } else {
            Value::Null
        };
        prop_oneof![6 => known, 1 => Just(Value::Null), 1 => Just(unknown)].boxed()
    }

    /// A type and a value of it.
    pub(crate) fn typed(unknowns: bool) -> impl Strategy<Value = (Type, Value)> {
        types().prop_flat_map(move |ty| {
            values(&ty, unknowns).prop_map(move |value| (ty.clone(), value))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn coerce_converts_untyped_values() {
        let ty = Type::object([
            ("tags", Type::set(Type::String)),
            ("labels", Type::map(Type::Number)),
        ]);
        let untyped = Value::map([
            ("tags", Value::list(["b", "a", "b"])),
            ("labels", Value::object([("x", Value::from(1))])),
        ]);
        let typed = coerce(untyped, &ty).unwrap();
        assert_eq!(typed.attribute("tags"), &Value::set(["a", "b"]));
        assert_eq!(typed.attribute("labels"), &Value::map([("x", 1)]));
    }

    #[test]
    fn coerce_reports_the_path_of_a_mismatch() {
        let ty = Type::object([("a", Type::list(Type::object([("b", Type::Bool)])))]);
        let error = |inner: Value| {
            coerce(Value::object([("a", Value::list([inner]))]), &ty)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            error(Value::object([("b", Value::from("x"))])),
            "`a[0].b`: expected bool, found a string"
        );
        assert_eq!(error(Value::object::<&str>([])), "`a[0].b`: is missing");
        assert_eq!(
            error(Value::object([("b", Value::Null), ("c", Value::Null)])),
            "`a[0].c`: is not in the schema"
        );
    }

    proptest! {
        #[test]
        fn coerce_keeps_typed_values((ty, value) in arbitrary::typed(true)) {
            prop_assert_eq!(coerce(value.clone(), &ty).unwrap(), value);
        }
    }
}
