//! Any data source: answered by rule, from the provider's configuration.

use async_trait::async_trait;
use terraform_plugin::framework::{AnyDataSource, Attribute, Call, Diagnostics, Schema, Value};

use crate::{
    account::Account,
    invent::{Subject, Thing, fill},
};

/// A data source of the double's.
pub(crate) struct DoubledDataSource {
    name: &'static str,
    schema: Schema,
}

impl DoubledDataSource {
    pub(crate) const fn new(name: &'static str, schema: Schema) -> Self {
        Self { name, schema }
    }
}

/// What the configuration leaves to the provider, marked as still to be answered.
fn questions(schema: &Schema, config: &Value) -> Value {
    let mut open = config.clone();
    let attributes = schema.body().attributes().iter();
    for name in attributes
        .filter(|each| each.is_computed())
        .map(Attribute::name)
    {
        if config.attribute(name).is_null() {
            open.set_attribute(name, Value::Unknown);
        }
    }
    open
}

#[async_trait]
impl AnyDataSource<Account> for DoubledDataSource {
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
                "policy documents come from the mlspace provider's functions",
                "the double makes none, and modules shall not write their own: see the functions \
                 `policy_documents`, `bucket_policy`, `key_policy` and `endpoint_policy`",
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
        let open = questions(schema, config);
        let thing = Thing::new(Subject::DataSource, self.name, &open, account);
        Ok(fill(&thing, schema.body(), &open))
    }
}
