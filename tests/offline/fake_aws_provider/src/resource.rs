//! Any resource: planned by its schema, stored in Terraform's state only.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::Value as Json;
use terraform_plugin::framework::{
    AnyResource, Attribute, Call, Diagnostics, Path, Schema, Value,
    resource::{FailedValue, Planned},
};

use crate::{
    account::Account,
    computed::{ResourceInstance, TypeKind, fill_computed},
};

/// Attributes that hold JSON, in any type with `policy`, `iam` or `kms` in its name.
const JSON_ATTRIBUTES: [&str; 4] = ["policy", "assume_role_policy", "policy_document", "content"];
/// Attributes whose change requires replacement.
const FORCE_REPLACEMENT: [&str; 8] = [
    "name",
    "name_prefix",
    "bucket",
    "bucket_prefix",
    "vpc_id",
    "cidr_block",
    "alarm_name",
    "key_id",
];

/// A resource of any type, defined by its schema.
pub(crate) struct FakeResource {
    name: &'static str,
    schema: Schema,
}

impl FakeResource {
    pub(crate) const fn new(name: &'static str, schema: Schema) -> Self {
        Self { name, schema }
    }

    fn applied(&self, account: &Account, planned: &Value) -> Value {
        let instance = ResourceInstance::new(TypeKind::Resource, self.name, planned, account);
        fill_computed(&instance, self.schema.body(), planned)
    }
}

/// The provider's default tags, overridden by the tags of the resource.
fn all_tags(account: &Account, tags: &Value) -> Value {
    match tags {
        Value::Unknown => Value::Unknown,
        Value::Map(own) => {
            let mut all: BTreeMap<String, Value> = default_tags(account);
            all.extend(own.clone());
            Value::Map(all)
        }
        _ => Value::Map(default_tags(account)),
    }
}

fn default_tags(account: &Account) -> BTreeMap<String, Value> {
    let tags = account.default_tags.iter();
    tags.map(|(key, value)| (key.clone(), Value::from(value.as_str())))
        .collect()
}

/// Rejects strings that AWS requires to be JSON and are not.
fn check_json(attributes: &[Attribute], config: &Value, diagnostics: &mut Diagnostics) {
    for name in JSON_ATTRIBUTES {
        let declared = attributes.iter().any(|attribute| attribute.name() == name);
        let Some(text) = config.attribute(name).as_str().filter(|_| declared) else {
            continue;
        };
        if let Err(problem) = serde_json::from_str::<Json>(text) {
            diagnostics.error(
                name,
                "Invalid JSON",
                format!(
                    "The value of `{name}` is not valid JSON: {problem}. Set it to a JSON document."
                ),
            );
        }
    }
}

#[async_trait]
impl AnyResource<Account> for FakeResource {
    fn type_name(&self) -> &'static str {
        self.name
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        // `content` is JSON in the policies of AWS Organizations, but not in most other types.
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
        // Without a client, the provider's configuration is not known yet, so these stay unknown.
        if let Some(account) = client {
            if has("tags_all") && has("tags") && config.attribute("tags_all").is_null() {
                planned.set_attribute("tags_all", all_tags(account, proposed.attribute("tags")));
            }
            if has("region") && proposed.attribute("region").is_unknown() {
                planned.set_attribute("region", Value::from(account.region.as_str()));
            }
        }
        let changed = |name: &&str| {
            let given = config.attribute(name);
            !prior.is_null() && !given.is_null() && given != prior.attribute(name)
        };
        Ok(Planned {
            proposed: planned,
            replace: FORCE_REPLACEMENT
                .iter()
                .filter(|name| has(name) && changed(name))
                .map(|name| Path::from(*name))
                .collect(),
            diagnostics: Diagnostics::new(),
            private: None,
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
        Ok(self.applied(account, planned))
    }

    async fn read(
        &self,
        _: &Schema,
        _: &Account,
        _: &mut Call,
        state: &Value,
    ) -> Result<Option<Value>, Diagnostics> {
        // There is no AWS to refresh from.
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
        Ok(self.applied(account, planned))
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

    async fn import_state(
        &self,
        _: &Schema,
        _: &Account,
        _: &mut Call,
        id: &str,
    ) -> Result<Value, Diagnostics> {
        Err(import_not_supported(id))
    }

    async fn import_identity(
        &self,
        _: &Schema,
        _: &Account,
        _: &mut Call,
        _: &BTreeMap<String, String>,
    ) -> Result<Value, Diagnostics> {
        Err(import_not_supported(self.name))
    }

    fn upgrade_state(&self, _: i64, state: Json) -> Result<Json, Diagnostics> {
        Ok(state)
    }
}

fn import_not_supported(what: &str) -> Diagnostics {
    Diagnostics::of_error(
        "",
        "Import is not supported",
        format!(
            "The fake AWS provider cannot import `{what}`: its resources exist in Terraform's state only."
        ),
    )
}
