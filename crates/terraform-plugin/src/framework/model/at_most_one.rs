//! Model fields for a [`Block::at_most_one`](crate::framework::Block::at_most_one), for use with
//! `#[serde(with = "…")]`: a list with at most one object in the schema, a [`Field`] in the model.
//!
//! The field is null if the block is absent, and unknown if it is a `dynamic` block of unknown
//! length.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::Field;

/// Serializes the field as a list.
///
/// # Errors
/// If the object cannot be serialized.
pub fn serialize<T: Serialize, S: Serializer>(
    field: &Field<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let list = match field.as_ref() {
        Field::Null => Field::Known(Vec::new()),
        Field::Unknown => Field::Unknown,
        Field::Known(object) => Field::Known(vec![object]),
    };
    list.serialize(serializer)
}

/// Deserializes the field from a list.
///
/// # Errors
/// If the list has more than one element, or the element cannot be deserialized.
pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Field<T>, D::Error> {
    let mut list = match Field::<Vec<T>>::deserialize(deserializer)? {
        Field::Null => return Ok(Field::Null),
        Field::Unknown => return Ok(Field::Unknown),
        Field::Known(list) => list,
    };
    let object = list.pop();
    if list.is_empty() {
        Ok(object.into())
    } else {
        Err(D::Error::custom("expected at most one element"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::{
        model::{from_value, to_value},
        value::Value,
    };

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Model {
        #[serde(with = "super")]
        rule: Field<Rule>,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Rule {
        port: Field<i64>,
    }

    #[test]
    fn at_most_one_represents_absent_unknown_and_present_blocks() {
        let rule = |port| Value::object([("port", Value::from(port))]);
        for (list, field) in [
            (Value::List(vec![]), Field::Null),
            (Value::Unknown, Field::Unknown),
            (
                Value::list([rule(1)]),
                Field::Known(Rule { port: 1.into() }),
            ),
        ] {
            let model = Model { rule: field };
            let value = Value::object([("rule", list)]);
            assert_eq!(to_value(&model).unwrap(), value);
            assert_eq!(from_value::<Model>(&value).unwrap(), model);
        }
        let two = Value::object([("rule", Value::list([rule(1), rule(2)]))]);
        assert!(from_value::<Model>(&two).is_err());
    }
}
