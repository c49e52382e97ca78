//! Any resource: planned from its schema, kept in Terraform's state.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::Value as Json;
use terraform_plugin::framework::{
    AnyResource, Attribute, Call, Diagnostics, Path, Schema, Value,
    resource::{FailedValue, Planned},
};

use crate::{
    account::Account,
    invent::{Subject, Thing, fill},
};

/// Attributes that hold JSON, in whichever resource they stand.
const JSON: [&str; 4] = ["policy", "assume_role_policy", "policy_document", "content"];
/// Attributes that give a thing its name: another value means another thing.
const NAMES: [&str; 8] = [
    "name",
    "name_prefix",
    "bucket",
    "bucket_prefix",
    "vpc_id",
    "cidr_block",
    "alarm_name",
    "key_id",
];

/// A resource of the double's.
pub(crate) struct DoubledResource {
    name: &'static str,
    schema: Schema,
}

impl DoubledResource {
    pub(crate) const fn new(name: &'static str, schema: Schema) -> Self {
        Self { name, schema }
    }

    fn filled(&self, account: &Account, planned: &Value) -> Value {
        let thing = Thing::new(Subject::Resource, self.name, planned, account);
        fill(&thing, self.schema.body(), planned)
    }
}

/// The provider's default tags under the resource's own.
fn all_tags(account: &Account, tags: &Value) -> Value {
    match tags {
        Value::Unknown => Value::Unknown,
        Value::Map(own) => {
            let mut all: BTreeMap<String, Value> = defaults(account);
            all.extend(own.clone());
            Value::Map(all)
        }
        _ => Value::Map(defaults(account)),
    }
}

fn defaults(account: &Account) -> BTreeMap<String, Value> {
    let tags = account.default_tags.iter();
    tags.map(|(key, value)| (key.clone(), Value::from(value.as_str())))
        .collect()
}

/// Refuses text that should be JSON and is not, as AWS would.
fn check_json(attributes: &[Attribute], config: &Value, diagnostics: &mut Diagnostics) {
    for name in JSON {
        let declared = attributes.iter().any(|attribute| attribute.name() == name);
        let Some(text) = config.attribute(name).as_str().filter(|_| declared) else {
            continue;
        };
        if let Err(problem) = serde_json::from_str::<Json>(text) {
            diagnostics.error(
                name,
                format!("`{name}` is no JSON"),
                format!("{problem}: AWS takes a JSON document here"),
            );
        }
    }
}

#[async_trait]
impl AnyResource<Account> for DoubledResource {
    fn type_name(&self) -> &'static str {
        self.name
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        // `content` is JSON in the policies of Organizations, and anything elsewhere.
        if self.name.contains("policy") || self.name.contains("iam") || self.name.contains("kms") {
            check_json(self.schema.body().attributes(), config, diagnostics);
        }
    }

    async fn modify_plan(
        &self,
        schema: &Schema,
        client: Option<&Account>,
        _: &Call,
        (config, prior, proposed): (&Value, &Value, &Value),
        _: bool,
    ) -> Result<Planned, Diagnostics> {
        let mut planned = proposed.clone();
        let has = |name: &str| schema.body().attribute(name).is_some();
        if let Some(account) = client {
            if has("tags_all") && has("tags") && config.attribute("tags_all").is_null() {
                planned.set_attribute("tags_all", all_tags(account, proposed.attribute("tags")));
            }
            if has("region") && proposed.attribute("region").is_unknown() {
                planned.set_attribute("region", Value::from(account.region.as_str()));
            }
        }
        let renamed = |name: &&str| {
            let given = config.attribute(name);
            !prior.is_null() && !given.is_null() && given != prior.attribute(name)
        };
        Ok(Planned {
            proposed: planned,
            replace: NAMES
                .iter()
                .filter(|name| has(name) && renamed(name))
                .map(|name| Path::from(*name))
                .collect(),
            diagnostics: Diagnostics::new(),
        })
    }

    async fn plan_destroy(&self, _: Option<&Account>, _: &Call, _: &Value, _: &mut Diagnostics) {}

    async fn create(
        &self,
        _: &Schema,
        account: &Account,
        _: &mut Call,
        planned: &Value,
    ) -> Result<Value, FailedValue> {
        Ok(self.filled(account, planned))
    }

    async fn read(
        &self,
        _: &Schema,
        _: &Account,
        _: &mut Call,
        state: &Value,
    ) -> Result<Option<Value>, Diagnostics> {
        Ok(Some(state.clone()))
    }

    async fn update(
        &self,
        _: &Schema,
        account: &Account,
        _: &mut Call,
        _: &Value,
        planned: &Value,
    ) -> Result<Value, FailedValue> {
        Ok(self.filled(account, planned))
    }

    async fn delete(
        &self,
        _: &Schema,
        _: &Account,
        _: &mut Call,
        _: &Value,
    ) -> Result<(), FailedValue> {
        Ok(())
    }

    fn import_state(&self, _: &Schema, id: &str) -> Result<Value, Diagnostics> {
        Err(nothing_to_import(id))
    }

    fn import_identity(
        &self,
        _: &Schema,
        _: &BTreeMap<String, String>,
    ) -> Result<Value, Diagnostics> {
        Err(nothing_to_import(self.name))
    }

    fn upgrade_state(&self, _: i64, state: Json) -> Result<Json, Diagnostics> {
        Ok(state)
    }
}

fn nothing_to_import(what: &str) -> Diagnostics {
    Diagnostics::of_error(
        "",
        "the double has nothing to import",
        format!("`{what}` would have to exist in AWS, and there is none behind the double"),
    )
}
