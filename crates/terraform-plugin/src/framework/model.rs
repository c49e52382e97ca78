//! Typed models: serde structs for objects.
//!
//! A field of the struct has the name of an attribute or block. `Option<T>` represents null as
//! `None` and cannot represent unknown values; [`Field<T>`] represents both. Lists, sets and
//! repeatable blocks are `Vec`s (sets can also be `BTreeSet`s), maps are `BTreeMap`s, single blocks
//! are `Option`s of structs, blocks that can occur at most once are [`Field`]s with
//! `#[serde(with = "at_most_one")]`, and enums without data are strings.

pub mod at_most_one;
mod de;
mod field;
mod ser;

pub use field::Field;

use serde::{Serialize, de::DeserializeOwned};

use super::{codec, types::Type, value::Value, value_error::ValueError};

/// Deserializes a model from an object.
///
/// # Errors
/// If an attribute is missing, has another type, or is unknown and the model cannot represent that.
pub fn from_value<M: DeserializeOwned>(value: &Value) -> Result<M, ValueError> {
    M::deserialize(de::ValueDeserializer(value))
}

/// Serializes a model to an untyped value: sequences are lists, and records are objects.
///
/// # Errors
/// If the model contains a value for which Terraform has no type, such as bytes.
pub fn to_value<M: Serialize + ?Sized>(model: &M) -> Result<Value, ValueError> {
    model.serialize(ser::ValueSerializer)
}

/// Serializes a model to a value of the given type.
///
/// # Errors
/// As [`to_value`], and if the fields of the model are not the attributes of the type.
pub fn to_typed_value<M: Serialize + ?Sized>(model: &M, ty: &Type) -> Result<Value, ValueError> {
    codec::coerce(to_value(model)?, ty)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde::Deserialize;

    use super::*;
    use crate::framework::path::Path;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Size {
        Small,
        Large,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Rule {
        port: u16,
        open: Field<bool>,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Model {
        name: String,
        note: Option<String>,
        url: Field<String>,
        size: Size,
        ratio: f64,
        rule: Vec<Rule>,
        zones: BTreeSet<String>,
        tags: Field<BTreeMap<String, Field<String>>>,
        limits: Option<Rule>,
    }

    fn ty() -> Type {
        let rule = Type::object([("port", Type::Number), ("open", Type::Bool)]);
        Type::object([
            ("name", Type::String),
            ("note", Type::String),
            ("url", Type::String),
            ("size", Type::String),
            ("ratio", Type::Number),
            ("rule", Type::list(rule.clone())),
            ("zones", Type::set(Type::String)),
            ("tags", Type::map(Type::String)),
            ("limits", rule),
        ])
    }

    fn model() -> Model {
        Model {
            name: "n".to_owned(),
            note: None,
            url: Field::Unknown,
            size: Size::Large,
            ratio: 0.1,
            rule: vec![Rule {
                port: 80,
                open: Field::Null,
            }],
            zones: ["b".to_owned(), "a".to_owned()].into(),
            tags: Field::Known(
                [
                    ("k".to_owned(), Field::Unknown),
                    ("l".to_owned(), "v".into()),
                ]
                .into(),
            ),
            limits: Some(Rule {
                port: 1,
                open: true.into(),
            }),
        }
    }

    #[test]
    fn models_round_trip_with_null_and_unknown_values() {
        let value = to_typed_value(&model(), &ty()).unwrap();
        assert_eq!(value.attribute("url"), &Value::Unknown);
        assert_eq!(value.attribute("note"), &Value::Null);
        assert_eq!(value.attribute("size"), &Value::from("large"));
        assert_eq!(
            value.attribute("ratio").as_number().unwrap().to_string(),
            "0.1"
        );
        assert_eq!(value.attribute("zones"), &Value::set(["a", "b"]));
        assert_eq!(value.at(&Path::from("tags").key("k")), &Value::Unknown);
        assert_eq!(from_value::<Model>(&value).unwrap(), model());
    }

    #[test]
    fn from_value_requires_a_field_for_unknown() {
        let mut value = to_typed_value(&model(), &ty()).unwrap();
        value.set_attribute("note", Value::Unknown);
        let error = from_value::<Model>(&value).unwrap_err();
        assert_eq!(error.to_string(), "`note`: the value is not known yet");
        let mut value = to_typed_value(&model(), &ty()).unwrap();
        value.set_attribute(
            "rule",
            Value::list([Value::object([
                ("port", Value::from(70_000)),
                ("open", Value::Null),
            ])]),
        );
        assert_eq!(
            from_value::<Model>(&value).unwrap_err().path.to_string(),
            "rule[0].port"
        );
    }

    #[test]
    fn to_typed_value_requires_the_attributes_of_the_type() {
        let Type::Object(mut types) = ty() else {
            unreachable!()
        };
        types.insert("extra".to_owned(), Type::Bool);
        let error = to_typed_value(&model(), &Type::Object(types.clone())).unwrap_err();
        assert_eq!(error.to_string(), "`extra`: is missing");
        types.remove("extra");
        types.remove("name");
        let error = to_typed_value(&model(), &Type::Object(types)).unwrap_err();
        assert_eq!(error.to_string(), "`name`: is not in the schema");
    }

    #[test]
    fn field_works_with_other_formats() {
        let rule: Rule = serde_json::from_str(r#"{"port":1,"open":true}"#).unwrap();
        assert_eq!(rule.open, Field::Known(true));
        assert_eq!(
            serde_json::from_str::<Field<bool>>("null").unwrap(),
            Field::Null
        );
        assert_eq!(
            serde_json::to_string(&Field::<bool>::Unknown).unwrap(),
            "null"
        );
    }

    #[test]
    fn from_value_rejects_integers_out_of_range() {
        assert!(from_value::<i64>(&Value::from(u64::MAX)).is_err());
        assert!(from_value::<u8>(&Value::from(-1)).is_err());
        assert_eq!(from_value::<u64>(&Value::from(u64::MAX)).unwrap(), u64::MAX);
        assert!(from_value::<i64>(&Value::Number("1.5".parse().unwrap())).is_err());
    }
}
