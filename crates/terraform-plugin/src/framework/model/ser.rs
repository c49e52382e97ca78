//! Serializes models to values.

use std::collections::BTreeMap;

use serde::ser::{
    Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple,
    SerializeTupleStruct, Serializer,
};

use super::field::UNKNOWN;
use crate::framework::{number::Number, path::Step, value::Value, value_error::ValueError};

/// A serializer that writes an untyped value.
pub(super) struct ValueSerializer;

fn unsupported<T>(what: &str) -> Result<T, ValueError> {
    Err(ValueError::new(format!(
        "{what} cannot be represented as a Terraform value"
    )))
}

macro_rules! integers {
    ($($method:ident $int:ty),*) => {
        $(fn $method(self, value: $int) -> Result<Value, ValueError> {
            value.to_string().parse::<Number>().map(Value::Number).map_err(|error| ValueError::new(error.to_string()))
        })*
    };
}

impl Serializer for ValueSerializer {
    type Ok = Value;
    type Error = ValueError;
    type SerializeSeq = Sequence;
    type SerializeTuple = Sequence;
    type SerializeTupleStruct = Sequence;
    type SerializeTupleVariant = Impossible<Value, ValueError>;
    type SerializeMap = Record;
    type SerializeStruct = Record;
    type SerializeStructVariant = Impossible<Value, ValueError>;

    integers! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128
    }

    fn serialize_bool(self, value: bool) -> Result<Value, ValueError> {
        Ok(Value::Bool(value))
    }

    fn serialize_f32(self, value: f32) -> Result<Value, ValueError> {
        // Through a string: the shortest form of 0.1_f32 is "0.1", that of the same value as f64 is
        // "0.10000000149011612".
        self.serialize_f64(value.to_string().parse().unwrap_or(f64::NAN))
    }

    fn serialize_f64(self, value: f64) -> Result<Value, ValueError> {
        Number::from_shortest_f64(value)
            .map(Value::Number)
            .map_err(|error| ValueError::new(error.to_string()))
    }

    fn serialize_char(self, value: char) -> Result<Value, ValueError> {
        Ok(Value::String(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Result<Value, ValueError> {
        Ok(Value::from(value))
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<Value, ValueError> {
        unsupported("a byte string")
    }

    fn serialize_none(self) -> Result<Value, ValueError> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, ValueError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, ValueError> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<Value, ValueError> {
        Ok(if name == UNKNOWN {
            Value::Unknown
        } else {
            Value::Null
        })
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Value, ValueError> {
        Ok(Value::from(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<Value, ValueError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<Value, ValueError> {
        unsupported("an enum with data")
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Sequence, ValueError> {
        Ok(Sequence(Vec::new()))
    }

    fn serialize_tuple(self, _len: usize) -> Result<Sequence, ValueError> {
        Ok(Sequence(Vec::new()))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _len: usize,
    ) -> Result<Sequence, ValueError> {
        Ok(Sequence(Vec::new()))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleVariant, ValueError> {
        unsupported("an enum with data")
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Record, ValueError> {
        Ok(Record {
            entries: BTreeMap::new(),
            key: None,
        })
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Record, ValueError> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStructVariant, ValueError> {
        unsupported("an enum with data")
    }
}

/// The elements serialized so far.
pub(super) struct Sequence(Vec<Value>);

impl Sequence {
    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
        let index = self.0.len();
        self.0.push(
            value
                .serialize(ValueSerializer)
                .map_err(|error| error.under_index(index))?,
        );
        Ok(())
    }
}

macro_rules! sequence {
    ($($of:ident $method:ident),*) => {
        $(impl $of for Sequence {
            type Ok = Value;
            type Error = ValueError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
                self.add(value)
            }

            fn end(self) -> Result<Value, ValueError> {
                Ok(Value::List(self.0))
            }
        })*
    };
}

sequence! { SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field }

/// The entries serialized so far.
pub(super) struct Record {
    entries: BTreeMap<String, Value>,
    key: Option<String>,
}

impl SerializeMap for Record {
    type Ok = Value;
    type Error = ValueError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), ValueError> {
        match key.serialize(ValueSerializer)? {
            Value::String(key) => self.key = Some(key),
            Value::Number(key) => self.key = Some(key.to_string()),
            _ => return unsupported("a key that is not a string or number"),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
        let key = self
            .key
            .take()
            .ok_or_else(|| ValueError::new("a value without a key"))?;
        let value = value
            .serialize(ValueSerializer)
            .map_err(|error| error.under(Step::Key(key.clone())))?;
        self.entries.insert(key, value);
        Ok(())
    }

    fn end(self) -> Result<Value, ValueError> {
        Ok(Value::Object(self.entries))
    }
}

impl SerializeStruct for Record {
    type Ok = Value;
    type Error = ValueError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), ValueError> {
        let value = value
            .serialize(ValueSerializer)
            .map_err(|error| error.under(Step::Attribute(name.to_owned())))?;
        self.entries.insert(name.to_owned(), value);
        Ok(())
    }

    fn end(self) -> Result<Value, ValueError> {
        Ok(Value::Object(self.entries))
    }
}
