//! Terraform's type constraints.

use std::{collections::BTreeMap, fmt};

use serde_json::{Value as Json, json};

use super::value::Value;

/// Maximum nesting of a type that Terraform sends.
const MAX_DEPTH: usize = 64;

/// A type constraint of the Terraform language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A string.
    String,
    /// A number of any size.
    Number,
    /// A boolean.
    Bool,
    /// Any type; each value has its own.
    Dynamic,
    /// Elements of one type, in order.
    List(Box<Type>),
    /// Distinct elements of one type, without order.
    Set(Box<Type>),
    /// Elements of one type by string key.
    Map(Box<Type>),
    /// Named attributes, each of its own type.
    Object(BTreeMap<String, Type>),
    /// Elements in order, each of its own type.
    Tuple(Vec<Type>),
}

/// An invalid type in Terraform's JSON notation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a valid type constraint")]
pub struct TypeError(String);

impl Type {
    /// A list of the given type.
    #[must_use]
    pub fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    /// A set of the given type.
    #[must_use]
    pub fn set(element: Self) -> Self {
        Self::Set(Box::new(element))
    }

    /// A map of the given type.
    #[must_use]
    pub fn map(element: Self) -> Self {
        Self::Map(Box::new(element))
    }

    /// An object with the given attributes.
    #[must_use]
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, ty)| (name.into(), ty))
                .collect(),
        )
    }

    /// Whether the type is or contains the dynamic type.
    #[must_use]
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::String | Self::Number | Self::Bool => false,
            Self::Dynamic => true,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_dynamic(),
            Self::Object(attributes) => attributes.values().any(Self::has_dynamic),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic),
        }
    }

    /// The type in the JSON notation of the protocol, such as `["list","string"]`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::String => json!("string"),
            Self::Number => json!("number"),
            Self::Bool => json!("bool"),
            Self::Dynamic => json!("dynamic"),
            Self::List(element) => json!(["list", element.to_json()]),
            Self::Set(element) => json!(["set", element.to_json()]),
            Self::Map(element) => json!(["map", element.to_json()]),
            Self::Object(attributes) => {
                let attributes: BTreeMap<_, _> = attributes
                    .iter()
                    .map(|(name, ty)| (name, ty.to_json()))
                    .collect();
                json!(["object", attributes])
            }
            Self::Tuple(elements) => json!([
                "tuple",
                elements.iter().map(Self::to_json).collect::<Vec<_>>()
            ]),
        }
    }

    /// [`Type::to_json`] as bytes, as in the schemas of the protocol.
    #[must_use]
    pub fn to_json_bytes(&self) -> Vec<u8> {
        self.to_json().to_string().into_bytes()
    }

    /// Parses the JSON notation.
    ///
    /// # Errors
    /// If the JSON is not a valid type constraint, or is nested too deeply.
    pub fn from_json(json: &Json) -> Result<Self, TypeError> {
        Self::from_json_at(json, 0)
    }

    fn from_json_at(json: &Json, depth: usize) -> Result<Self, TypeError> {
        let fault = || TypeError(json.to_string().chars().take(80).collect());
        if depth > MAX_DEPTH {
            return Err(fault());
        }
        if let Some(name) = json.as_str() {
            return match name {
                "string" => Ok(Self::String),
                "number" => Ok(Self::Number),
                "bool" => Ok(Self::Bool),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(fault()),
            };
        }
        let inner = |json: &Json| Self::from_json_at(json, depth.saturating_add(1));
        match json.as_array().map(Vec::as_slice) {
            // A third element lists the optional attributes of the constraint. They are ignored,
            // since a value has all attributes.
            Some([Json::String(kind), of] | [Json::String(kind), of, Json::Array(_)]) => {
                match (kind.as_str(), of) {
                    ("list", of) => Ok(Self::list(inner(of)?)),
                    ("set", of) => Ok(Self::set(inner(of)?)),
                    ("map", of) => Ok(Self::map(inner(of)?)),
                    ("object", Json::Object(attributes)) => attributes
                        .iter()
                        .map(|(name, ty)| Ok((name.clone(), inner(ty)?)))
                        .collect::<Result<_, _>>()
                        .map(Self::Object),
                    ("tuple", Json::Array(elements)) => elements
                        .iter()
                        .map(inner)
                        .collect::<Result<_, _>>()
                        .map(Self::Tuple),
                    _ => Err(fault()),
                }
            }
            _ => Err(fault()),
        }
    }

    /// The most specific type of a value, for use where the constraint is dynamic.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null | Value::Unknown => Self::Dynamic,
            Value::Bool(_) => Self::Bool,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::List(elements) => {
                Self::common(elements.iter()).map_or_else(|| Self::tuple_of(elements), Self::list)
            }
            Value::Set(elements) => {
                Self::set(Self::common(elements.iter()).unwrap_or(Self::Dynamic))
            }
            Value::Map(elements) => {
                Self::common(elements.values()).map_or_else(|| Self::object_of(elements), Self::map)
            }
            Value::Object(attributes) => Self::object_of(attributes),
            Value::Tuple(elements) => Self::tuple_of(elements),
            Value::Dynamic(ty, _) => (**ty).clone(),
        }
    }

    fn tuple_of(elements: &[Value]) -> Self {
        Self::Tuple(elements.iter().map(Self::of).collect())
    }

    fn object_of(attributes: &BTreeMap<String, Value>) -> Self {
        Self::Object(
            attributes
                .iter()
                .map(|(name, value)| (name.clone(), Self::of(value)))
                .collect(),
        )
    }

    fn common<'a>(mut values: impl Iterator<Item = &'a Value>) -> Option<Self> {
        let first = Self::of(values.next()?);
        values
            .all(|value| Self::of(value) == first)
            .then_some(first)
    }
}

/// Formats the type in the notation of the Terraform language.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Number => f.write_str("number"),
            Self::Bool => f.write_str("bool"),
            Self::Dynamic => f.write_str("any"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Set(element) => write!(f, "set({element})"),
            Self::Map(element) => write!(f, "map({element})"),
            Self::Object(attributes) => {
                f.write_str("object({")?;
                for (position, (name, ty)) in attributes.iter().enumerate() {
                    write!(f, "{}{name} = {ty}", if position == 0 { "" } else { ", " })?;
                }
                f.write_str("})")
            }
            Self::Tuple(elements) => {
                f.write_str("tuple([")?;
                for (position, ty) in elements.iter().enumerate() {
                    write!(f, "{}{ty}", if position == 0 { "" } else { ", " })?;
                }
                f.write_str("])")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_round_trips_through_json() {
        let ty = Type::object([
            ("a", Type::list(Type::String)),
            ("b", Type::Tuple(vec![Type::Bool, Type::Dynamic])),
            ("c", Type::set(Type::map(Type::Number))),
        ]);
        let text = String::from_utf8(ty.to_json_bytes()).unwrap();
        assert_eq!(
            text,
            r#"["object",{"a":["list","string"],"b":["tuple",["bool","dynamic"]],"c":["set",["map","number"]]}]"#
        );
        assert_eq!(
            Type::from_json(&serde_json::from_str(&text).unwrap()).unwrap(),
            ty
        );
        assert_eq!(
            ty.to_string(),
            "object({a = list(string), b = tuple([bool, any]), c = set(map(number))})"
        );
    }

    #[test]
    fn from_json_rejects_invalid_types() {
        assert!(Type::from_json(&json!(["object", {"a": "string"}, ["a"]])).is_ok());
        for json in [
            json!("text"),
            json!(["list"]),
            json!(["object", []]),
            json!(1),
            json!(["tuple", {}]),
        ] {
            assert!(Type::from_json(&json).is_err(), "{json}");
        }
        let deep = (0..100).fold(json!("string"), |inner, _| json!(["list", inner]));
        assert!(Type::from_json(&deep).is_err());
    }
}
