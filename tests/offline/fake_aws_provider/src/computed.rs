//! Values of computed attributes: always the same for the same configuration.
//!
//! A value comes from a template in [`fixtures`], else from a rule for the attribute's name. Two
//! resources of one type with equal configurations get the same id: only their addresses differ,
//! and a provider does not know those.

use sha2::{Digest, Sha256};
use terraform_plugin::framework::{
    Attribute, Type, Value,
    schema::{Body, Shape},
};

use crate::{account::Account, fixtures};

/// Bytes of a hash in an id; each is two hexadecimal digits.
const HASH_BYTES: usize = 9;
/// Digits of a hash in an id, as in AWS's own ids (`vpc-` and 17 digits).
const HASH_DIGITS: usize = 17;
/// Limit for templates that refer to other attributes; it only guards against cycles.
const MAX_DEPTH: usize = 8;

/// The kind of a Terraform type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TypeKind {
    Resource,
    DataSource,
}

/// One resource or data source whose computed attributes are unknown.
pub(crate) struct ResourceInstance<'a> {
    kind: TypeKind,
    ty: &'a str,
    object: &'a Value,
    account: &'a Account,
    seed: String,
}

impl<'a> ResourceInstance<'a> {
    pub(crate) fn new(
        kind: TypeKind,
        ty: &'a str,
        object: &'a Value,
        account: &'a Account,
    ) -> Self {
        Self {
            kind,
            ty,
            object,
            account,
            // All that distinguishes two instances here: a provider does not know their addresses.
            seed: format!("{} {ty} {object:?}", account.id),
        }
    }

    fn region(&self) -> &str {
        let own = self.object.attribute("region").as_str();
        own.filter(|region| !region.is_empty())
            .unwrap_or(&self.account.region)
    }

    /// Hexadecimal digits that depend on this instance and a purpose.
    fn hash(&self, purpose: &str) -> String {
        let digest = Sha256::digest(format!("{} {purpose}", self.seed));
        let bytes = digest.iter().take(HASH_BYTES);
        let mut text: String = bytes.map(|byte| format!("{byte:02x}")).collect();
        text.truncate(HASH_DIGITS);
        text
    }

    /// A value for an attribute, given its path without indexes, such as `dns_entry.dns_name`.
    fn value(&self, path: &str, ty: &Type) -> Value {
        let given = fixtures::find(self.kind, self.ty, path);
        match (ty, given) {
            (Type::List(element) | Type::Set(element), Some(templates)) => {
                let elements = templates
                    .iter()
                    .map(|template| typed(&self.expand(template, MAX_DEPTH), element));
                match ty {
                    Type::Set(_) => Value::set(elements),
                    _ => Value::list(elements),
                }
            }
            // No template for the list itself, but for attributes of its objects: one object.
            (Type::List(element), None) if fixtures::has_nested(self.kind, self.ty, path) => {
                Value::list([self.value(path, element)])
            }
            (Type::Set(element), None) if fixtures::has_nested(self.kind, self.ty, path) => {
                Value::set([self.value(path, element)])
            }
            (Type::List(_), None) => Value::List(Vec::new()),
            (Type::Set(_), None) => Value::Set(Vec::new()),
            (Type::Tuple(types), _) => {
                Value::Tuple(types.iter().map(|ty| self.value(path, ty)).collect())
            }
            (Type::Map(_), _) => Value::map::<String, Value>([]),
            (Type::Object(attributes), _) => Value::object(
                attributes
                    .iter()
                    .map(|(name, ty)| (name.as_str(), self.value(&format!("{path}.{name}"), ty))),
            ),
            (Type::Dynamic, _) => Value::Null,
            (Type::String, _) => Value::from(self.string(path, MAX_DEPTH)),
            (Type::Number | Type::Bool, given) => {
                let text = given.and_then(|templates| templates.first()).unwrap_or(&"");
                typed(&self.expand(text, MAX_DEPTH), ty)
            }
        }
    }

    /// The value of a string attribute.
    fn string(&self, path: &str, depth: usize) -> String {
        let template = fixtures::find(self.kind, self.ty, path)
            .and_then(|templates| templates.first().copied())
            .or_else(|| fixtures::by_name(path));
        if let Some(template) = template {
            return self.expand(template, depth);
        }
        let name = path.rsplit('.').next().unwrap_or(path);
        match name {
            "id" => self.natural_id(depth),
            "arn" => {
                let (service, kind) = self.service();
                let id = self.attribute("id", depth);
                self.expand(
                    &format!(
                        "arn:{{partition}}:{service}:{{region}}:{{account}}:{kind}/{}",
                        id.rsplit('/').next().unwrap_or(&id)
                    ),
                    depth,
                )
            }
            "name" => match self.object.attribute("name_prefix").as_str() {
                Some(prefix) => format!("{prefix}{}", self.hash(name)),
                None => format!("terraform-{}", self.hash(name)),
            },
            _ if name.ends_with("_arn") => {
                let (service, _) = self.service();
                let kind = name.trim_end_matches("_arn");
                self.expand(
                    &format!(
                        "arn:{{partition}}:{service}:{{region}}:{{account}}:{kind}/{}",
                        self.hash(path)
                    ),
                    depth,
                )
            }
            _ if name.ends_with("_id") => fixtures::ID_PREFIXES
                .iter()
                .find(|(noun, _)| name.trim_end_matches("_id").ends_with(noun))
                .map_or_else(
                    || self.hash(path),
                    |(_, prefix)| format!("{prefix}-{}", self.hash(path)),
                ),
            _ => String::new(),
        }
    }

    /// The service and the rest of a type's name: `s3` and `bucket_policy` in
    /// `aws_s3_bucket_policy`.
    fn service(&self) -> (&str, &str) {
        let name = self.ty.trim_start_matches("aws_");
        name.split_once('_').unwrap_or((name, name))
    }

    /// The id: an argument that names the resource, else a hash.
    fn natural_id(&self, depth: usize) -> String {
        let own = fixtures::NATURAL_KEYS
            .iter()
            .find_map(|key| self.object.attribute(key).as_str());
        match own {
            Some(own) => own.to_owned(),
            None if !self.object.attribute("name_prefix").is_null() => {
                self.attribute("name", depth)
            }
            None => self.hash("id"),
        }
    }

    /// The value of an attribute of this instance as a string, computed if it is unknown.
    fn attribute(&self, name: &str, depth: usize) -> String {
        match self.object.attribute(name) {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => match depth.checked_sub(1) {
                Some(depth) => self.string(name, depth),
                None => self.hash(name),
            },
        }
    }

    /// Replaces the placeholders of a template: `{region}`, `{account}`, `{partition}`, `{dns}`
    /// (the domain of AWS's DNS names), `{zone}` (the prefix of zone ids), `{hash}` with any
    /// suffix, `{uuid}`, `{last:name}` (the part of an attribute after its last slash or colon),
    /// or the name of an attribute.
    fn expand(&self, template: &str, depth: usize) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            // A missing `}` would be a mistake in a template; the rest is then the name.
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            text.push_str(&self.placeholder(name, depth));
            rest = tail;
        }
        text.push_str(rest);
        text
    }

    fn placeholder(&self, name: &str, depth: usize) -> String {
        let region = self.region();
        match name {
            "region" => region.to_owned(),
            "account" => self.account.id.clone(),
            "partition" => Account::partition(region).to_owned(),
            "dns" => Account::dns_suffix(region).to_owned(),
            "zone" => Account::zone_prefix(region),
            "uuid" => {
                // A UUID of version 4 has 30 free digits, more than one hash.
                let digits = format!("{}{}", self.hash("uuid"), self.hash("uuid2"));
                let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
                format!(
                    "{}-{}-4{}-8{}-{}",
                    part(0, 8),
                    part(8, 12),
                    part(12, 15),
                    part(15, 18),
                    part(18, 30)
                )
            }
            _ if name.starts_with("hash") => self.hash(name),
            _ => match name.strip_prefix("last:") {
                Some(name) => {
                    let whole = self.attribute(name, depth);
                    whole
                        .rsplit(['/', ':'])
                        .next()
                        .unwrap_or_default()
                        .to_owned()
                }
                None => self.attribute(name, depth),
            },
        }
    }
}

/// A string as a value of a simple type; an empty string is zero or false.
fn typed(text: &str, ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::from(text == "true"),
        Type::Number => Value::from(text.parse::<i64>().unwrap_or_default()),
        _ => Value::from(text),
    }
}

/// The object with a value for every unknown attribute.
pub(crate) fn fill_computed(instance: &ResourceInstance<'_>, body: &Body, object: &Value) -> Value {
    fill_level(instance, body, object, "")
}

fn fill_level(instance: &ResourceInstance<'_>, body: &Body, object: &Value, prefix: &str) -> Value {
    let Value::Object(entries) = object else {
        return object.clone();
    };
    let entries = entries.iter().map(|(name, value)| {
        let path = format!("{prefix}{name}");
        let filled = match (body.attribute(name), body.block(name)) {
            (Some(attribute), _) => fill_attribute(instance, attribute, value, &path),
            (None, Some(block)) => each(value, &|object| {
                fill_level(instance, block.body(), object, &format!("{path}."))
            }),
            (None, None) => value.clone(),
        };
        (name.as_str(), filled)
    });
    Value::object(entries)
}

fn fill_attribute(
    instance: &ResourceInstance<'_>,
    attribute: &Attribute,
    value: &Value,
    path: &str,
) -> Value {
    match (value, attribute.shape()) {
        (Value::Unknown, Shape::Plain(ty)) => instance.value(path, ty),
        (Value::Unknown, Shape::Nested(..)) => instance.value(path, &attribute.ty()),
        (_, Shape::Nested(_, inner)) => each(value, &|object| {
            fill_level(instance, inner, object, &format!("{path}."))
        }),
        (_, Shape::Plain(_)) => value.clone(),
    }
}

/// Applies `change` to each of the objects that a block or nested attribute holds.
fn each(value: &Value, change: &dyn Fn(&Value) -> Value) -> Value {
    match value {
        Value::List(elements) => Value::List(elements.iter().map(change).collect()),
        Value::Set(elements) => Value::set(elements.iter().map(change)),
        Value::Map(entries) => Value::map(
            entries
                .iter()
                .map(|(key, element)| (key.as_str(), change(element))),
        ),
        Value::Object(_) => change(value),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests;
