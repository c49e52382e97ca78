//! Serializes models to values.

use std::collections::BTreeMap;

use serde::ser::{
    Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple,
    SerializeTupleStruct, Serializer,
};

use super::{ModelError, field::UNKNOWN};
use crate::framework::{number::Number, path::Step, value::Value};

/// A serializer that writes an untyped value.
pub(super) struct ValueSerializer;

fn unsupported<T>(what: &str) -> Result<T, ModelError> {
    Err(ModelError::new(format!(
        "{what} cannot be represented as a Terraform value"
    )))
}

macro_rules! integers {
    ($($method:ident $int:ty),*) => {
        $(fn $method(self, value: $int) -> Result<Value, ModelError> {
            value.to_string().parse::<Number>().map(Value::Number).map_err(|error| ModelError::new(error.to_string()))
        })*
    };
}

impl Serializer for ValueSerializer {
    type Ok = Value;
    type Error = ModelError;
    type SerializeSeq = Sequence;
    type SerializeTuple = Sequence;
    type SerializeTupleStruct = Sequence;
    type SerializeTupleVariant = Impossible<Value, ModelError>;
    type SerializeMap = Record;
    type SerializeStruct = Record;
    type SerializeStructVariant = Impossible<Value, ModelError>;

    integers! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128
    }

    fn serialize_bool(self, value: bool) -> Result<Value, ModelError> {
        Ok(Value::Bool(value))
    }

    fn serialize_f32(self, value: f32) -> Result<Value, ModelError> {
        // Through a string: the shortest form of 0.1_f32 is "0.1", that of the same value as f64 is
        // "0.10000000149011612".
        self.serialize_f64(value.to_string().parse().unwrap_or(f64::NAN))
    }

    fn serialize_f64(self, value: f64) -> Result<Value, ModelError> {
        Number::from_shortest_f64(value)
            .map(Value::Number)
            .map_err(|error| ModelError::new(error.to_string()))
    }

    fn serialize_char(self, value: char) -> Result<Value, ModelError> {
        Ok(Value::String(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Result<Value, ModelError> {
        Ok(Value::from(value))
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<Value, ModelError> {
        unsupported("a byte string")
    }

    fn serialize_none(self) -> Result<Value, ModelError> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, ModelError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, ModelError> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<Value, ModelError> {
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
    ) -> Result<Value, ModelError> {
        Ok(Value::from(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<Value, ModelError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<Value, ModelError> {
        unsupported("an enum with data")
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Sequence, ModelError> {
        Ok(Sequence(Vec::new()))
    }

    fn serialize_tuple(self, _len: usize) -> Result<Sequence, ModelError> {
        Ok(Sequence(Vec::new()))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _len: usize,
    ) -> Result<Sequence, ModelError> {
        Ok(Sequence(Vec::new()))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleVariant, ModelError> {
        unsupported("an enum with data")
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Record, ModelError> {
        Ok(Record {
            entries: BTreeMap::new(),
            key: None,
        })
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Record, ModelError> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStructVariant, ModelError> {
        unsupported("an enum with data")
    }
}

/// The elements serialized so far.
pub(super) struct Sequence(Vec<Value>);

impl Sequence {
    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ModelError> {
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
            type Error = ModelError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ModelError> {
                self.add(value)
            }

            fn end(self) -> Result<Value, ModelError> {
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
    type Error = ModelError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), ModelError> {
        match key.serialize(ValueSerializer)? {
            Value::String(key) => self.key = Some(key),
            Value::Number(key) => self.key = Some(key.to_string()),
            _ => return unsupported("a key that is not a string or number"),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ModelError> {
        let key = self
            .key
            .take()
            .ok_or_else(|| ModelError::new("a value without a key"))?;
        let value = value
            .serialize(ValueSerializer)
            .map_err(|error| error.under(Step::Key(key.clone())))?;
        self.entries.insert(key, value);
        Ok(())
    }

    fn end(self) -> Result<Value, ModelError> {
        Ok(Value::Object(self.entries))
    }
}

impl SerializeStruct for Record {
    type Ok = Value;
    type Error = ModelError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), ModelError> {
        let value = value
            .serialize(ValueSerializer)
            .map_err(|error| error.under(Step::Attribute(name.to_owned())))?;
        self.entries.insert(name.to_owned(), value);
        Ok(())
    }

    fn end(self) -> Result<Value, ModelError> {
        Ok(Value::Object(self.entries))
    }
}
