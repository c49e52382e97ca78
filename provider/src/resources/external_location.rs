//! `mlspace_external_location`: a named part of a bucket outside of the platform.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::external_location::{ExternalLocation, ExternalLocationSpec};
use mlspace_core::name::LocationName;
use mlspace_core::ownership::{Kind, Object};
use serde::{Deserialize, Serialize};
use terraform_plugin::framework::model::at_most_one;

use crate::attributes::{drift_attribute, id_attribute, plan_drift};
use crate::client::Client;
use crate::mapping::{self, StateModel, StringList};
use crate::ownership;
use crate::validators;
use terraform_plugin::framework::{
    Attribute, Block, Call, Change, Diagnostics, Failed, Field, Plan, Resource, Schema, Type,
};

/// The resource type.
#[derive(Debug)]
pub(crate) struct ExternalLocationResource;

/// State and configuration of an external location.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ExternalLocationModel {
    id: Field<String>,
    name: Field<String>,
    #[serde(with = "at_most_one")]
    s3: Field<S3Model>,
    drift: Field<Vec<String>>,
}

/// The `s3` block.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct S3Model {
    bucket: Field<String>,
    prefixes: StringList,
    kms_key_arn: Field<String>,
}

#[async_trait]
impl Resource<Client> for ExternalLocationResource {
    type Model = ExternalLocationModel;

    fn type_name(&self) -> &'static str {
        "mlspace_external_location"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "An external location: a part of a bucket outside of the platform, under a name by which \
                 `mlspace_grant` opens it to projects, members and groups. The location by itself opens nothing, and \
                 neither bucket nor key are changed: they stay with whoever manages them. The permissions boundary has \
                 to name the bucket (`granted_buckets`) and its key (`granted_key_arns`).",
            )
            .attributes([
                id_attribute("the location's name."),
                Attribute::string("name")
                    .required()
                    .requires_replace()
                    .identity()
                    .describe(
                        "Name of the location, unique on the platform: 1 to 63 ASCII letters, digits and inner hyphens. \
                         Changing it replaces the location.",
                    )
                    .validate(validators::parses_as::<LocationName>),
                drift_attribute(),
            ])
            .blocks([s3_block()])
    }

    fn validate(&self, config: &ExternalLocationModel, diagnostics: &mut Diagnostics) {
        let prefixes = config.s3.as_option().map(|s3| &s3.prefixes);
        if config.s3.is_null() {
            diagnostics.error(
                "s3",
                "Missing block",
                "an external location consists of the objects of a bucket: add the block `s3`",
            );
        } else if prefixes
            .and_then(Field::as_option)
            .is_some_and(Vec::is_empty)
        {
            diagnostics.error(
                "s3",
                "Empty list of prefixes",
                "`prefixes` is empty: list at least one prefix, or remove the attribute for the whole bucket",
            );
        }
    }

    async fn modify_plan(
        &self,
        client: Option<&Client>,
        call: &Call,
        plan: &mut Plan<ExternalLocationModel>,
    ) {
        plan_drift(
            plan.prior.as_ref().map(|prior| &prior.drift),
            &mut plan.proposed.drift,
        );
        if plan.prior.is_none() {
            plan.proposed.id = plan.proposed.name.clone();
        }
        let (Some(client), Ok(spec)) = (client, plan.proposed.spec()) else {
            return;
        };
        let locations = &client.external_locations;
        let exists = plan.prior.is_some();
        let outcome = locations.plan(&spec, exists, &ownership::run(call)).await;
        mapping::planned(outcome, &mut plan.diagnostics);
    }

    fn review(
        &self,
        call: &Call,
        state: &ExternalLocationModel,
        change: Change,
        diagnostics: &mut Diagnostics,
    ) {
        let name = mapping::string_or_default(&state.name);
        let object = Object::new(Kind::ExternalLocation, name);
        ownership::review(call, &object, change, diagnostics);
    }

    async fn create(
        &self,
        client: &Client,
        call: &mut Call,
        planned: ExternalLocationModel,
    ) -> Result<ExternalLocationModel, Failed<ExternalLocationModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "create");
        let outcome = client.external_locations.create(&operation, &spec).await;
        mapping::created(call, planned, outcome)
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        state: ExternalLocationModel,
    ) -> Result<Option<ExternalLocationModel>, Diagnostics> {
        let name = mapping::parse(&state.name, "name")?;
        let location = client
            .external_locations
            .read(&name)
            .await
            .map_err(|error| mapping::diagnostics(&error))?;
        if let Some(location) = &location {
            ownership::observe(call, location);
        }
        Ok(location.map(|location| state.with(&location)))
    }

    async fn update(
        &self,
        client: &Client,
        call: &mut Call,
        _prior: ExternalLocationModel,
        planned: ExternalLocationModel,
    ) -> Result<ExternalLocationModel, Failed<ExternalLocationModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "update");
        let outcome = client.external_locations.update(&operation, &spec).await;
        mapping::applied(call, planned, outcome)
    }

    async fn delete(
        &self,
        client: &Client,
        call: &mut Call,
        state: ExternalLocationModel,
    ) -> Result<(), Failed<ExternalLocationModel>> {
        let name = mapping::parse(&state.name, "name")?;
        let operation = mapping::operation(call, "delete");
        client
            .external_locations
            .delete(&operation, &name)
            .await
            .map_err(|error| mapping::diagnostics(&error).into())
    }

    async fn import_state(
        &self,
        _: &Client,
        _: &mut Call,
        id: &str,
    ) -> Result<ExternalLocationModel, Diagnostics> {
        let name: LocationName = mapping::parse_id(id, "the location's name")?;
        Ok(ExternalLocationModel {
            name: Field::Known(name.to_string()),
            ..ExternalLocationModel::default()
        })
    }

    async fn import_identity(
        &self,
        client: &Client,
        call: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<ExternalLocationModel, Diagnostics> {
        self.import_state(client, call, mapping::identity_part(identity, "name"))
            .await
    }
}

impl ExternalLocationModel {
    /// What the core is asked for; an error while something that it needs is unknown.
    fn spec(&self) -> Result<ExternalLocationSpec, Diagnostics> {
        let s3 = mapping::required(&self.s3, "s3")?;
        let mut prefixes = match &s3.prefixes {
            Field::Unknown => return Err(mapping::missing_value("s3")),
            field => mapping::optional_strings(field, "s3")?.unwrap_or_default(),
        };
        prefixes.sort();
        Ok(ExternalLocationSpec {
            name: mapping::parse(&self.name, "name")?,
            bucket: mapping::required(&s3.bucket, "s3")?,
            prefixes,
            kms_key_arn: match &s3.kms_key_arn {
                Field::Null => None,
                field => Some(mapping::required(field, "s3")?),
            },
        })
    }
}

impl StateModel for ExternalLocationModel {
    type Object = ExternalLocation;

    fn with(mut self, location: &ExternalLocation) -> Self {
        let spec = &location.spec;
        self.id = Field::Known(spec.name.to_string());
        self.name = Field::Known(spec.name.to_string());
        self.s3 = Field::Known(S3Model {
            bucket: Field::Known(spec.bucket.clone()),
            prefixes: if spec.prefixes.is_empty() {
                Field::Null
            } else {
                mapping::strings(&spec.prefixes)
            },
            kms_key_arn: spec.kms_key_arn.clone().into(),
        });
        self.drift = Field::Known(location.drift.clone());
        self
    }
}

/// The `s3` block.
fn s3_block() -> Block {
    Block::at_most_one(
        "s3",
        [
            Attribute::string("bucket")
                .required()
                .describe(
                    "Name of the bucket, which has to exist: not the platform's data bucket. It can be in another \
                     account, whose bucket policy then has to allow the roles of the members.",
                )
                .validate(validators::bucket_name),
            Attribute::set("prefixes", Type::String)
                .optional()
                .describe(
                    "Prefixes of the objects, each with its last `/`: ASCII letters, digits and `_ . = -`. Without them, \
                     the location is the whole bucket.",
                )
                .validate(validators::each(validators::location_prefix)),
            Attribute::string("kms_key_arn")
                .optional()
                .describe(
                    "ARN of the key that encrypts the objects, which members can use for them. Its policy has to leave \
                     permissions to IAM, as the default one does.",
                )
                .validate(validators::kms_key_arn),
        ],
    )
    .describe("Objects of a bucket. Required.")
}
