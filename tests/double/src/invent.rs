//! Values for what AWS would decide: always the same for the same configuration.
//!
//! A value comes from the tables of [`answers`], else from a rule on the attribute's name. Two resources
//! of one type that are configured alike get the same id, since nothing tells them apart here.

use sha2::{Digest, Sha256};
use terraform_plugin::framework::{
    Attribute, Type, Value,
    schema::{Body, Shape},
};

use crate::{account::Account, answers};

/// Bytes of a hash in an id, twice as many characters.
const HASH: usize = 9;
/// How many templates may stand for one another in a row; none of ours comes near.
const DEPTH: usize = 8;

/// What is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Resource,
    DataSource,
}

/// One resource or data source, of which some values are unknown.
pub(crate) struct Thing<'a> {
    subject: Subject,
    ty: &'a str,
    object: &'a Value,
    account: &'a Account,
    seed: String,
}

impl<'a> Thing<'a> {
    pub(crate) fn new(
        subject: Subject,
        ty: &'a str,
        object: &'a Value,
        account: &'a Account,
    ) -> Self {
        Self {
            subject,
            ty,
            object,
            account,
            seed: format!("{} {ty} {object:?}", account.id),
        }
    }

    fn region(&self) -> &str {
        let own = self.object.attribute("region").as_str();
        own.filter(|region| !region.is_empty())
            .unwrap_or(&self.account.region)
    }

    /// Hexadecimal digits that belong to this thing and purpose.
    fn hash(&self, purpose: &str) -> String {
        let digest = Sha256::digest(format!("{} {purpose}", self.seed));
        let bytes = digest.iter().take(HASH);
        let mut text: String = bytes.map(|byte| format!("{byte:02x}")).collect();
        text.truncate(17);
        text
    }

    /// A value for an attribute, given its path without indexes, such as `dns_entry.dns_name`.
    fn value(&self, path: &str, ty: &Type) -> Value {
        let given = answers::find(self.subject, self.ty, path);
        match (ty, given) {
            (Type::List(element) | Type::Set(element), Some(templates)) => {
                let elements = templates
                    .iter()
                    .map(|template| typed(&self.expand(template, DEPTH), element));
                match ty {
                    Type::Set(_) => Value::set(elements),
                    _ => Value::list(elements),
                }
            }
            (Type::List(element), None) if answers::has_parts(self.subject, self.ty, path) => {
                Value::list([self.value(path, element)])
            }
            (Type::Set(element), None) if answers::has_parts(self.subject, self.ty, path) => {
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
            (Type::String, _) => Value::from(self.text(path, DEPTH)),
            (Type::Number | Type::Bool, given) => {
                let text = given.and_then(|templates| templates.first()).unwrap_or(&"");
                typed(&self.expand(text, DEPTH), ty)
            }
        }
    }

    /// The text of an attribute.
    fn text(&self, path: &str, depth: usize) -> String {
        let template = answers::find(self.subject, self.ty, path)
            .and_then(|templates| templates.first().copied())
            .or_else(|| answers::by_name(path));
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
            _ if name.ends_with("_id") => answers::ID_PREFIXES
                .iter()
                .find(|(noun, _)| name.trim_end_matches("_id").ends_with(noun))
                .map_or_else(
                    || self.hash(path),
                    |(_, prefix)| format!("{prefix}-{}", self.hash(path)),
                ),
            _ => String::new(),
        }
    }

    /// The service and the rest of a type's name: `s3` and `bucket_policy` of `aws_s3_bucket_policy`.
    fn service(&self) -> (&str, &str) {
        let name = self.ty.trim_start_matches("aws_");
        name.split_once('_').unwrap_or((name, name))
    }

    /// What the configuration names it by, else something of its own.
    fn natural_id(&self, depth: usize) -> String {
        let own = answers::NATURAL_KEYS
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

    /// The value of one of our own attributes as text, made up when it is unknown.
    fn attribute(&self, name: &str, depth: usize) -> String {
        match self.object.attribute(name) {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => match depth.checked_sub(1) {
                Some(depth) => self.text(name, depth),
                None => self.hash(name),
            },
        }
    }

    /// Fills in a template: `{region}`, `{account}`, `{partition}`, `{dns}` (the domain of AWS's names), `{zone}` (what
    /// ids of zones begin with), `{hash}` with any suffix, `{uuid}`, `{last:name}` (what follows an attribute's last
    /// slash or colon) or an attribute's name.
    fn expand(&self, template: &str, depth: usize) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
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

/// Text as a value of a simple type; empty text is zero or false.
fn typed(text: &str, ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::from(text == "true"),
        Type::Number => Value::from(text.parse::<i64>().unwrap_or_default()),
        _ => Value::from(text),
    }
}

/// The object with every unknown part filled in.
pub(crate) fn fill(thing: &Thing<'_>, body: &Body, object: &Value) -> Value {
    level(thing, body, object, "")
}

fn level(thing: &Thing<'_>, body: &Body, object: &Value, above: &str) -> Value {
    let Value::Object(entries) = object else {
        return object.clone();
    };
    let entries = entries.iter().map(|(name, value)| {
        let path = format!("{above}{name}");
        let filled = match (body.attribute(name), body.block(name)) {
            (Some(attribute), _) => filled(thing, attribute, value, &path),
            (None, Some(block)) => each(value, &|object| {
                level(thing, block.body(), object, &format!("{path}."))
            }),
            (None, None) => value.clone(),
        };
        (name.as_str(), filled)
    });
    Value::object(entries)
}

fn filled(thing: &Thing<'_>, attribute: &Attribute, value: &Value, path: &str) -> Value {
    match (value, attribute.shape()) {
        (Value::Unknown, Shape::Plain(ty)) => thing.value(path, ty),
        (Value::Unknown, Shape::Nested(..)) => thing.value(path, &attribute.ty()),
        (_, Shape::Nested(_, inner)) => each(value, &|object| {
            level(thing, inner, object, &format!("{path}."))
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
