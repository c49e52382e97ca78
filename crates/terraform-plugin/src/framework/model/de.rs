//! Deserializes models from values.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
    value::BorrowedStrDeserializer,
};

use super::field::FIELD;
use crate::framework::{number::Wire, path::Step, value::Value, value_error::ValueError};

/// A deserializer that reads from a value.
pub(super) struct ValueDeserializer<'a>(pub(super) &'a Value);

impl<'de> Deserializer<'de> for ValueDeserializer<'de> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Unknown => Err(ValueError::new("the value is not known yet")),
            Value::Bool(boolean) => visitor.visit_bool(*boolean),
            Value::Number(number) => match number.wire() {
                Wire::Int(int) => visitor.visit_i64(int),
                Wire::Uint(uint) => visitor.visit_u64(uint),
                Wire::Float(float) => visitor.visit_f64(float),
                Wire::String(_) => visitor.visit_f64(number.to_f64()),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::List(elements) | Value::Set(elements) | Value::Tuple(elements) => visitor
                .visit_seq(Elements {
                    elements: elements.iter(),
                    index: 0,
                }),
            Value::Map(entries) => visitor.visit_map(Entries {
                entries: entries.iter(),
                current: None,
                map: true,
            }),
            Value::Object(entries) => visitor.visit_map(Entries {
                entries: entries.iter(),
                current: None,
                map: false,
            }),
            Value::Dynamic(_, value) => ValueDeserializer(value).deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            Value::Unknown => Err(ValueError::new("the value is not known yet")),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        match self.0 {
            Value::Null if name == FIELD => visitor.visit_unit(),
            Value::Unknown if name == FIELD => visitor.visit_none(),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        match self.0 {
            Value::String(text) => visitor.visit_enum(Variant(text)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier
    }
}

struct Elements<'a> {
    elements: std::slice::Iter<'a, Value>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = ValueError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ValueError> {
        let Some(value) = self.elements.next() else {
            return Ok(None);
        };
        let index = self.index;
        self.index = index.saturating_add(1);
        seed.deserialize(ValueDeserializer(value))
            .map(Some)
            .map_err(|error| error.under_index(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.elements.len())
    }
}

struct Entries<'a> {
    entries: std::collections::btree_map::Iter<'a, String, Value>,
    current: Option<(&'a String, &'a Value)>,
    map: bool,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = ValueError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ValueError> {
        self.current = self.entries.next();
        self.current
            .map(|(key, _)| seed.deserialize(BorrowedStrDeserializer::new(key)))
            .transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, ValueError> {
        let (key, value) = self
            .current
            .take()
            .ok_or_else(|| ValueError::new("a value without a key"))?;
        seed.deserialize(ValueDeserializer(value)).map_err(|error| {
            error.under(if self.map {
                Step::Key(key.clone())
            } else {
                Step::Attribute(key.clone())
            })
        })
    }
}

struct Variant<'a>(&'a str);

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = ValueError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), ValueError> {
        let variant = seed.deserialize(BorrowedStrDeserializer::<ValueError>::new(self.0))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = ValueError;

    fn unit_variant(self) -> Result<(), ValueError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        _seed: T,
    ) -> Result<T::Value, ValueError> {
        Err(self.data())
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _len: usize,
        _visitor: V,
    ) -> Result<V::Value, ValueError> {
        Err(self.data())
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, ValueError> {
        Err(self.data())
    }
}

impl Variant<'_> {
    fn data(&self) -> ValueError {
        ValueError::new(format!("`{}` cannot carry data", self.0))
    }
}
