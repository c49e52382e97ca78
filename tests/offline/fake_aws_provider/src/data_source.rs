//! Any data source: its values follow from its own and the provider's configuration.

use async_trait::async_trait;
use terraform_plugin::framework::{AnyDataSource, Attribute, Call, Diagnostics, Schema, Value};

use crate::{
    account::Account,
    computed::{ResourceInstance, TypeKind, fill_computed},
};

/// A data source of any type, defined by its schema.
pub(crate) struct FakeDataSource {
    name: &'static str,
    schema: Schema,
}

impl FakeDataSource {
    pub(crate) const fn new(name: &'static str, schema: Schema) -> Self {
        Self { name, schema }
    }
}

/// The configuration, with its computed attributes unknown unless they are set.
fn with_unknowns(schema: &Schema, config: &Value) -> Value {
    let mut object = config.clone();
    let attributes = schema.body().attributes().iter();
    for name in attributes
        .filter(|each| each.is_computed())
        .map(Attribute::name)
    {
        if config.attribute(name).is_null() {
            object.set_attribute(name, Value::Unknown);
        }
    }
    object
}

#[async_trait]
impl AnyDataSource<Account> for FakeDataSource {
    fn type_name(&self) -> &'static str {
        self.name
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    fn validate(&self, _: &Value, diagnostics: &mut Diagnostics) {
        if self.name == "aws_iam_policy_document" {
            diagnostics.error(
                "",
                "Unsupported data source",
                "Policy documents come from the functions of the mlspace provider. Use \
                 `policy_documents`, `bucket_policy`, `key_policy` or `endpoint_policy`.",
            );
        }
    }

    async fn read(
        &self,
        schema: &Schema,
        account: &Account,
        _: &mut Call,
        config: &Value,
    ) -> Result<Value, Diagnostics> {
        let object = with_unknowns(schema, config);
        let instance = ResourceInstance::new(TypeKind::DataSource, self.name, &object, account);
        Ok(fill_computed(&instance, schema.body(), &object))
    }
}
