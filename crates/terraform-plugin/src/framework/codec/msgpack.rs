//! The msgpack encoding of values, as Terraform's `cty` library defines it.

use std::collections::BTreeMap;

use rmp::{Marker, decode as read, encode as write};

use super::mismatch;
use crate::framework::{
    number::{Number, Wire},
    path::Step,
    types::Type,
    value::Value,
    value_error::ValueError,
};

/// Decodes a value of the type. An empty slice is null.
pub(crate) fn decode(bytes: &[u8], ty: &Type) -> Result<Value, ValueError> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let mut rest = bytes;
    let value = decode_value(&mut rest, ty)?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(ValueError::new("the encoding has trailing bytes"))
    }
}

fn truncated<E>(_: E) -> ValueError {
    ValueError::new("the encoding ends too early or is malformed")
}

fn take<'a>(rest: &mut &'a [u8], len: usize) -> Result<&'a [u8], ValueError> {
    let (taken, left) = rest.split_at_checked(len).ok_or_else(|| truncated(()))?;
    *rest = left;
    Ok(taken)
}

fn length(
    len: Result<u32, read::ValueReadError<impl read::RmpReadErr>>,
) -> Result<usize, ValueError> {
    usize::try_from(len.map_err(truncated)?).map_err(truncated)
}

fn string(rest: &mut &[u8]) -> Result<String, ValueError> {
    let len = length(read::read_str_len(rest))?;
    let bytes = take(rest, len)?;
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|_| ValueError::new("a string is not UTF-8"))
}

/// Reads a nil as null and any extension as unknown, whatever the type. The content of an extension
/// (refinements of the unknown value) is skipped.
fn null_or_unknown(rest: &mut &[u8]) -> Result<Option<Value>, ValueError> {
    let first = *rest.first().ok_or_else(|| truncated(()))?;
    match Marker::from_u8(first) {
        Marker::Null => {
            take(rest, 1)?;
            Ok(Some(Value::Null))
        }
        Marker::FixExt1
        | Marker::FixExt2
        | Marker::FixExt4
        | Marker::FixExt8
        | Marker::FixExt16
        | Marker::Ext8
        | Marker::Ext16
        | Marker::Ext32 => {
            let meta = read::read_ext_meta(rest).map_err(truncated)?;
            take(rest, usize::try_from(meta.size).map_err(truncated)?)?;
            Ok(Some(Value::Unknown))
        }
        _ => Ok(None),
    }
}

fn decode_value(rest: &mut &[u8], ty: &Type) -> Result<Value, ValueError> {
    if let Some(value) = null_or_unknown(rest)? {
        return Ok(value);
    }
    match ty {
        Type::Bool => read::read_bool(rest)
            .map(Value::Bool)
            .map_err(|_| ValueError::new("expected bool")),
        Type::String => string(rest)
            .map(Value::String)
            .map_err(|error| ValueError::new(format!("expected string: {error}"))),
        Type::Number => decode_number(rest).map(Value::Number),
        Type::List(element) => decode_elements(rest, element).map(Value::List),
        Type::Set(element) => decode_elements(rest, element).map(Value::set),
        Type::Tuple(types) => {
            if length(read::read_array_len(rest))? != types.len() {
                return Err(ValueError::new(format!(
                    "expected {ty}, found another number of elements"
                )));
            }
            let types = types.iter().enumerate();
            types
                .map(|(index, ty)| decode_value(rest, ty).map_err(|error| error.under_index(index)))
                .collect::<Result<_, _>>()
                .map(Value::Tuple)
        }
        Type::Map(element) => decode_map(rest, element).map(Value::Map),
        Type::Object(types) => decode_object(rest, types).map(Value::Object),
        Type::Dynamic => {
            if length(read::read_array_len(rest))? != 2 {
                return Err(ValueError::new("expected a pair of type and value"));
            }
            let len = length(read::read_bin_len(rest))?;
            let json = serde_json::from_slice(take(rest, len)?)
                .map_err(|_| ValueError::new("a type is not JSON"))?;
            let own = Type::from_json(&json).map_err(|error| ValueError::new(error.to_string()))?;
            let value = decode_value(rest, &own)?;
            Ok(Value::Dynamic(Box::new(own), Box::new(value)))
        }
    }
}

fn decode_number(rest: &mut &[u8]) -> Result<Number, ValueError> {
    let first = *rest.first().ok_or_else(|| truncated(()))?;
    let number = match Marker::from_u8(first) {
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => string(rest)?.parse(),
        Marker::F32 => Number::from_exact_f64(read::read_f32(rest).map_err(truncated)?.into()),
        Marker::F64 => Number::from_exact_f64(read::read_f64(rest).map_err(truncated)?),
        Marker::U64 => Ok(Number::from(read::read_u64(rest).map_err(truncated)?)),
        _ => Ok(Number::from(
            read::read_int::<i64, _>(rest).map_err(|_| ValueError::new("expected number"))?,
        )),
    };
    number.map_err(|error| ValueError::new(error.to_string()))
}

fn decode_elements(rest: &mut &[u8], ty: &Type) -> Result<Vec<Value>, ValueError> {
    let len = length(read::read_array_len(rest))?;
    // The length is untrusted, so no memory is reserved for it. (`Result` has no exact size hint,
    // so `collect` does not reserve either.)
    (0..len)
        .map(|index| decode_value(rest, ty).map_err(|error| error.under_index(index)))
        .collect()
}

fn decode_map(rest: &mut &[u8], ty: &Type) -> Result<BTreeMap<String, Value>, ValueError> {
    let len = length(read::read_map_len(rest))?;
    let mut entries = BTreeMap::new();
    for _ in 0..len {
        let key = string(rest)?;
        let value = decode_value(rest, ty).map_err(|error| error.under(Step::Key(key.clone())))?;
        if entries.insert(key.clone(), value).is_some() {
            return Err(ValueError::new("is a duplicate key").under(Step::Key(key)));
        }
    }
    Ok(entries)
}

fn decode_object(
    rest: &mut &[u8],
    types: &BTreeMap<String, Type>,
) -> Result<BTreeMap<String, Value>, ValueError> {
    let len = length(read::read_map_len(rest))?;
    let mut attributes = BTreeMap::new();
    for _ in 0..len {
        let name = string(rest)?;
        let fault = |error: ValueError| error.under(Step::Attribute(name.clone()));
        let ty = types
            .get(&name)
            .ok_or_else(|| fault(ValueError::new("is not in the schema")))?;
        let value = decode_value(rest, ty).map_err(fault)?;
        if attributes.insert(name.clone(), value).is_some() {
            return Err(fault(ValueError::new("is a duplicate key")));
        }
    }
    for name in types.keys() {
        attributes.entry(name.clone()).or_insert(Value::Null);
    }
    Ok(attributes)
}

/// Encodes a value of the type.
pub(crate) fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, ValueError> {
    let mut out = Vec::new();
    encode_value(&mut out, value, ty)?;
    Ok(out)
}

fn unwritable<E>(_: E) -> ValueError {
    ValueError::new("the value is too large to encode")
}

fn count(len: usize) -> Result<u32, ValueError> {
    u32::try_from(len).map_err(unwritable)
}

fn encode_value(out: &mut Vec<u8>, value: &Value, ty: &Type) -> Result<(), ValueError> {
    match (ty, value) {
        (_, Value::Null) => write::write_nil(out).map_err(unwritable),
        (_, Value::Unknown) => {
            write::write_ext_meta(out, 1, 0).map_err(unwritable)?;
            out.push(0);
            Ok(())
        }
        (Type::Bool, Value::Bool(boolean)) => write::write_bool(out, *boolean).map_err(unwritable),
        (Type::String, Value::String(text)) => write::write_str(out, text).map_err(unwritable),
        (Type::Number, Value::Number(number)) => match number.wire() {
            Wire::Int(int) => write::write_sint(out, int).map(drop).map_err(unwritable),
            Wire::Uint(uint) => write::write_uint(out, uint).map(drop).map_err(unwritable),
            Wire::Float(float) => write::write_f64(out, float).map_err(unwritable),
            Wire::String(text) => write::write_str(out, text).map_err(unwritable),
        },
        (Type::List(ty), Value::List(elements)) | (Type::Set(ty), Value::Set(elements)) => {
            write::write_array_len(out, count(elements.len())?).map_err(unwritable)?;
            let mut elements = elements.iter().enumerate();
            elements.try_for_each(|(index, value)| {
                encode_value(out, value, ty).map_err(|error| error.under_index(index))
            })
        }
        (Type::Tuple(types), Value::Tuple(elements)) if types.len() == elements.len() => {
            write::write_array_len(out, count(elements.len())?).map_err(unwritable)?;
            let mut pairs = elements.iter().zip(types).enumerate();
            pairs.try_for_each(|(index, (value, ty))| {
                encode_value(out, value, ty).map_err(|error| error.under_index(index))
            })
        }
        (Type::Map(ty), Value::Map(entries)) => {
            write::write_map_len(out, count(entries.len())?).map_err(unwritable)?;
            entries.iter().try_for_each(|(key, value)| {
                write::write_str(out, key).map_err(unwritable)?;
                encode_value(out, value, ty).map_err(|error| error.under(Step::Key(key.clone())))
            })
        }
        (Type::Object(types), Value::Object(attributes)) => {
            if let Some(name) = attributes.keys().find(|name| !types.contains_key(*name)) {
                return Err(
                    ValueError::new("is not in the schema").under(Step::Attribute(name.clone()))
                );
            }
            write::write_map_len(out, count(types.len())?).map_err(unwritable)?;
            types.iter().try_for_each(|(name, ty)| {
                write::write_str(out, name).map_err(unwritable)?;
                encode_value(out, value.attribute(name), ty)
                    .map_err(|error| error.under(Step::Attribute(name.clone())))
            })
        }
        (Type::Dynamic, Value::Dynamic(own, value)) => {
            write::write_array_len(out, 2).map_err(unwritable)?;
            write::write_bin(out, &own.to_json_bytes()).map_err(unwritable)?;
            encode_value(out, value, own)
        }
        (ty, value) => Err(mismatch(ty, value)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::arbitrary;
    use super::*;

    #[test]
    fn decode_reads_numbers_from_integers_floats_and_strings() {
        let number = |bytes: &[u8]| {
            decode(bytes, &Type::Number)
                .unwrap()
                .as_number()
                .unwrap()
                .to_string()
        };
        assert_eq!(number(b"\x05"), "5");
        assert_eq!(number(b"\xff"), "-1");
        assert_eq!(number(b"\xcb\x40\x14\0\0\0\0\0\0"), "5");
        assert_eq!(number(b"\xca\x3f\x00\0\0"), "0.5");
        assert_eq!(number(b"\xa35.0"), "5");
        assert_eq!(
            number(b"\xb990071992547409930000000.1"),
            "90071992547409930000000.1"
        );
        assert_eq!(
            number(b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
            "18446744073709551615"
        );
        assert!(decode(b"\xcb\x7f\xf8\0\0\0\0\0\0", &Type::Number).is_err());
    }

    #[test]
    fn decode_reads_every_extension_as_unknown() {
        assert_eq!(decode(b"\xd4\0\0", &Type::String).unwrap(), Value::Unknown);
        // ext8, 5 bytes, type 12: a map with refinement 1 (not null) and an unassigned refinement
        // 99.
        assert_eq!(
            decode(b"\xc7\x05\x0c\x82\x01\xc2\x63\xc0", &Type::String).unwrap(),
            Value::Unknown
        );
        assert!(decode(b"\xc7\xff\x0c\x82", &Type::String).is_err());
        assert_eq!(encode(&Value::Unknown, &Type::Bool).unwrap(), b"\xd4\0\0");
    }

    #[test]
    fn encode_writes_absent_attributes_as_nil() {
        let ty = Type::object([("a", Type::String), ("b", Type::Bool)]);
        let bytes = encode(&Value::object([("b", Value::from(true))]), &ty).unwrap();
        assert_eq!(bytes, b"\x82\xa1a\xc0\xa1b\xc3");
        assert_eq!(decode(b"", &ty).unwrap(), Value::Null);
        assert_eq!(
            decode(b"\x81\xa1c\xc0", &ty).unwrap_err().to_string(),
            "`c`: is not in the schema"
        );
        assert_eq!(
            decode(b"\x82\xa1b\xc3\xa1b\xc2", &ty)
                .unwrap_err()
                .to_string(),
            "`b`: is a duplicate key"
        );
        assert!(encode(&Value::object([("c", Value::Null)]), &ty).is_err());
    }

    #[test]
    fn decode_reserves_no_memory_for_lengths() {
        assert!(decode(b"\xdd\xff\xff\xff\xff", &Type::list(Type::String)).is_err());
        assert!(decode(b"\xdb\xff\xff\xff\xff", &Type::String).is_err());
        assert!(decode(b"\x01\x01", &Type::Number).is_err());
    }

    #[test]
    fn encode_is_readable_by_another_implementation() {
        let ty = Type::object([("a", Type::list(Type::Number)), ("d", Type::Dynamic)]);
        let value = Value::object([
            ("a", Value::list([1, 300])),
            (
                "d",
                Value::Dynamic(Box::new(Type::String), Box::new(Value::from("x"))),
            ),
        ]);
        let bytes = encode(&value, &ty).unwrap();
        let seen = rmpv::decode::read_value(&mut bytes.as_slice()).unwrap();
        assert_eq!(seen["a"][1].as_i64(), Some(300));
        assert_eq!(seen["d"][0].as_slice(), Some(&b"\"string\""[..]));
        assert_eq!(seen["d"][1].as_str(), Some("x"));
    }

    proptest! {
        #[test]
        fn decode_inverts_encode((ty, value) in arbitrary::typed(true)) {
            let bytes = encode(&value, &ty).unwrap();
            prop_assert_eq!(decode(&bytes, &ty).unwrap(), value);
        }

        #[test]
        fn decode_never_panics_on_random_bytes(ty in arbitrary::types(), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            drop(decode(&bytes, &ty));
        }

        #[test]
        fn decode_never_panics_on_damaged_values((ty, value) in arbitrary::typed(true), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = encode(&value, &ty).unwrap();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            drop(decode(&bytes, &ty));
            drop(decode(&bytes[..at], &ty));
        }
    }
}
