//! The JSON encoding of stored states.

use serde_json::Value as Json;

use crate::framework::{
    number::Number, path::Step, types::Type, value::Value, value_error::ValueError,
};

/// Decodes a stored state of the type. Attributes that are not in the type are dropped and absent
/// ones are null, so attributes can be added and removed without a new schema version.
pub(crate) fn decode_json(bytes: &[u8], ty: &Type) -> Result<Value, ValueError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ValueError::new("the JSON is not UTF-8"))?;
    let json = serde_json::from_str(&quote_numbers(text))
        .map_err(|error| ValueError::new(format!("the JSON is malformed: {error}")))?;
    decode_json_value(&json, ty)
}

/// As [`decode_json`], for parsed JSON.
pub(crate) fn decode_json_value(json: &Json, ty: &Type) -> Result<Value, ValueError> {
    match (ty, json) {
        (_, Json::Null) => Ok(Value::Null),
        (Type::Bool, Json::Bool(boolean)) => Ok(Value::Bool(*boolean)),
        (Type::String, Json::String(text)) => Ok(Value::from(text.as_str())),
        // Terraform's language converts between primitive types. Doing the same here lets the type
        // of an attribute change without a new schema version.
        (Type::Bool, Json::String(text)) if text == "true" || text == "false" => {
            Ok(Value::Bool(text == "true"))
        }
        (Type::String, Json::Bool(boolean)) => Ok(Value::String(boolean.to_string())),
        (Type::String, Json::Number(number)) => Ok(Value::String(number.to_string())),
        (Type::Number, Json::Number(number)) => parse_number(&number.to_string()),
        (Type::Number, Json::String(text)) => parse_number(text),
        (Type::List(element), Json::Array(elements)) => {
            decode_elements(elements, element).map(Value::List)
        }
        (Type::Set(element), Json::Array(elements)) => {
            decode_elements(elements, element).map(Value::set)
        }
        (Type::Tuple(types), Json::Array(elements)) if types.len() == elements.len() => {
            let pairs = elements.iter().zip(types).enumerate();
            pairs
                .map(|(index, (json, ty))| {
                    decode_json_value(json, ty).map_err(|error| error.under_index(index))
                })
                .collect::<Result<_, _>>()
                .map(Value::Tuple)
        }
        (Type::Map(element), Json::Object(entries)) => entries
            .iter()
            .map(|(key, json)| {
                let value = decode_json_value(json, element)
                    .map_err(|error| error.under(Step::Key(key.clone())))?;
                Ok((key.clone(), value))
            })
            .collect::<Result<_, _>>()
            .map(Value::Map),
        (Type::Object(types), Json::Object(entries)) => types
            .iter()
            .map(|(name, ty)| {
                let value = entries
                    .get(name)
                    .map_or(Ok(Value::Null), |json| decode_json_value(json, ty));
                Ok((
                    name.clone(),
                    value.map_err(|error| error.under(Step::Attribute(name.clone())))?,
                ))
            })
            .collect::<Result<_, _>>()
            .map(Value::Object),
        (Type::Dynamic, Json::Object(pair)) => match (pair.get("type"), pair.get("value")) {
            (Some(own), Some(json)) => {
                let own =
                    Type::from_json(own).map_err(|error| ValueError::new(error.to_string()))?;
                let value = decode_json_value(json, &own)?;
                Ok(Value::Dynamic(Box::new(own), Box::new(value)))
            }
            _ => Err(ValueError::new("expected an object with type and value")),
        },
        (ty, json) => Err(ValueError::new(format!(
            "expected {ty}, found {}",
            kind(json)
        ))),
    }
}

fn decode_elements(elements: &[Json], ty: &Type) -> Result<Vec<Value>, ValueError> {
    let elements = elements.iter().enumerate();
    elements
        .map(|(index, json)| decode_json_value(json, ty).map_err(|error| error.under_index(index)))
        .collect()
}

fn parse_number(text: &str) -> Result<Value, ValueError> {
    text.parse::<Number>()
        .map(Value::Number)
        .map_err(|error| ValueError::new(error.to_string()))
}

const fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

/// Quotes all numbers except short integers: the JSON parser would round them to doubles, while
/// [`decode_json_value`] parses numbers in strings exactly.
///
/// (The feature `arbitrary_precision` of `serde_json` would do this too, but features apply to a
/// whole build: it changes the behaviour of every other crate that uses `serde_json`.)
fn quote_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        let (before, token) = rest.split_at(start);
        out.push_str(before);
        let (token, after) = token.split_at(token_len(token));
        let short = token.len() <= 18
            && token
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-');
        if token.starts_with('"')
            || short
            || serde_json::from_str::<serde_json::Number>(token).is_err()
        {
            out.push_str(token);
        } else {
            out.push('"');
            out.push_str(token);
            out.push('"');
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The length of the string or number at the start of `text`.
fn token_len(text: &str) -> usize {
    if !text.starts_with('"') {
        let end =
            text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E')));
        return end.unwrap_or(text.len());
    }
    let mut escaped = false;
    for (position, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return position.saturating_add(1),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::arbitrary;
    use super::*;

    /// The JSON that Terraform stores for a value.
    fn write(value: &Value) -> String {
        let list = |elements: &[Value]| {
            format!(
                "[{}]",
                elements.iter().map(write).collect::<Vec<_>>().join(",")
            )
        };
        match value {
            Value::Null | Value::Unknown => "null".to_owned(),
            Value::Bool(boolean) => boolean.to_string(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => Json::from(text.as_str()).to_string(),
            Value::List(elements) | Value::Set(elements) | Value::Tuple(elements) => list(elements),
            Value::Map(entries) | Value::Object(entries) => {
                let entry = |(key, value): (&String, &Value)| {
                    format!("{}:{}", Json::from(key.as_str()), write(value))
                };
                format!(
                    "{{{}}}",
                    entries.iter().map(entry).collect::<Vec<_>>().join(",")
                )
            }
            Value::Dynamic(ty, value) => {
                format!("{{\"value\":{},\"type\":{}}}", write(value), ty.to_json())
            }
        }
    }

    #[test]
    fn decode_json_accepts_added_and_removed_attributes() {
        let ty = Type::object([("a", Type::String), ("new", Type::Bool)]);
        let value = decode_json(br#"{"a":"x","gone":[1,{"deep":null}]}"#, &ty).unwrap();
        assert_eq!(
            value,
            Value::object([("a", Value::from("x")), ("new", Value::Null)])
        );
    }

    #[test]
    fn decode_json_reads_numbers_exactly() {
        let ty = Type::object([("n", Type::list(Type::Number)), ("s", Type::String)]);
        let text = r#"{"n":[0.1,90071992547409930000001,-5,1e3,"7"],"s":"1.5 \" 2.5, 0.1"}"#;
        let value = decode_json(text.as_bytes(), &ty).unwrap();
        let numbers: Vec<_> = value
            .attribute("n")
            .as_elements()
            .unwrap()
            .iter()
            .map(|n| n.as_number().unwrap().to_string())
            .collect();
        assert_eq!(
            numbers,
            ["0.1", "90071992547409930000001", "-5", "1000", "7"]
        );
        assert_eq!(value.attribute("s").as_str(), Some("1.5 \" 2.5, 0.1"));
    }

    #[test]
    fn decode_json_reports_the_path_of_a_mismatch() {
        let ty = Type::object([("a", Type::list(Type::Bool))]);
        let error = decode_json(br#"{"a":[true,[]]}"#, &ty).unwrap_err();
        assert_eq!(error.to_string(), "`a[1]`: expected bool, found an array");
        for broken in [&b"{"[..], b"\xff", b"1..2", b"[-", &b"[".repeat(5000)] {
            assert!(decode_json(broken, &ty).is_err());
        }
    }

    proptest! {
        #[test]
        fn decode_json_reads_any_state((ty, value) in arbitrary::typed(false)) {
            // In JSON, a null of dynamic type has no type, so `typed` generates none.
            let text = write(&value);
            prop_assert_eq!(decode_json(text.as_bytes(), &ty).unwrap(), value);
        }

        #[test]
        fn decode_json_never_panics(ty in arbitrary::types(), text in "[\\[\\]{}\",:0-9.eE+\\-a\\\\ntrue é]{0,40}") {
            drop(decode_json(text.as_bytes(), &ty));
        }
    }
}
