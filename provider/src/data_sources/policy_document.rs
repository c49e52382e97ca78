//! `mlspace_policy_document`: the platform's documents by name, for the provider's settings.

use async_trait::async_trait;
use iam_policy::Document;
use mlspace_core::aws::Settings;
use mlspace_core::policies::{
    Category, DocumentError, DocumentTemplate, Parameter, ParameterType, document_template_in,
    document_templates,
};
use serde_json::{Map, Value as Json, json};

use crate::client::Client;
use crate::mapping;
use crate::validators;
use terraform_plugin::framework::{
    AnyDataSource, Attribute, Call, Diagnostics, Schema, Type, Value,
};

/// The data source. It has no typed model, since its arguments are the parameters of the catalogue.
#[derive(Debug)]
pub(crate) struct PolicyDocumentDataSource;

/// Parameters that are not arguments: they follow from the provider's settings, and the partition
/// from the region.
const FROM_SETTINGS: [&str; 10] = [
    "base_policy_arns",
    "data_bucket",
    "iam_resource_prefix",
    "kms_key_id",
    "partition",
    "permissions_boundary_arn",
    "security_group_ids",
    "subnet_ids",
    "system_tag",
    "table_names",
];

/// Parameters that default to the account and region of the caller.
const FROM_CALLER: [&str; 2] = ["account_id", "region"];

/// Parameters of all documents, sorted by name.
fn parameters() -> Vec<&'static Parameter> {
    let templates = document_templates(Category::Document);
    let mut all: Vec<_> = templates
        .iter()
        .flat_map(DocumentTemplate::parameters)
        .collect();
    all.sort_by_key(|parameter| parameter.name);
    all.dedup_by_key(|parameter| parameter.name);
    all
}

fn arguments() -> impl Iterator<Item = &'static Parameter> {
    parameters()
        .into_iter()
        .filter(|parameter| !FROM_SETTINGS.contains(&parameter.name))
}

fn template(kind: &str) -> Result<&'static DocumentTemplate, DocumentError> {
    document_template_in(Category::Document, kind)
}

fn argument(parameter: &Parameter) -> Attribute {
    let name = parameter.name;
    let attribute = match parameter.parameter_type {
        ParameterType::String => Attribute::string(name),
        ParameterType::StringList => Attribute::list(name, Type::String),
        ParameterType::Bool => Attribute::bool(name),
        ParameterType::Number => Attribute::number(name),
        ParameterType::StringMap => Attribute::map(name, Type::String),
    };
    let templates = document_templates(Category::Document).iter();
    let users = templates.filter(|template| template.has_parameter(name));
    let description = capitalized(parameter.description);
    attribute
        .optional()
        .describe(if FROM_CALLER.contains(&name) {
            format!("{description}, by default that of the caller.")
        } else {
            let kinds: Vec<String> = users.map(|template| format!("`{}`", template.id)).collect();
            format!("{description}. For the kinds {}.", kinds.join(", "))
        })
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[async_trait]
impl AnyDataSource<Client> for PolicyDocumentDataSource {
    fn type_name(&self) -> &'static str {
        "mlspace_policy_document"
    }

    fn schema(&self) -> Schema {
        let kinds: Vec<String> = document_templates(Category::Document)
            .iter()
            .map(|template| format!("- `{}`: {}.", template.id, template.description))
            .collect();
        Schema::new(0)
            .describe(format!(
                "Policy documents of the platform, generated for the provider's settings: its bucket, names, approved network and key. \
                 Without `account_id` and `region` it calls STS for the caller's identity; there are no other calls to AWS. The \
                 function `policy_documents` generates the same documents without a configured provider.\n\nKinds:\n\n{}",
                kinds.join("\n")
            ))
            .attributes([Attribute::string("kind")
                .required()
                .describe("Kind of document, such as `permissions_boundary`.")
                .validate(validators::kind_of_document)])
            .attributes(arguments().map(argument))
            .attributes([
                Attribute::string("json")
                    .computed()
                    .describe("First document as JSON; null if there is none."),
                Attribute::list("documents", Type::String)
                    .computed()
                    .describe("All documents as JSON: usually one, multiple if one would be too large."),
                Attribute::integer("size")
                    .computed()
                    .describe("Number of characters of all documents, as IAM counts them."),
            ])
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        let Some(Ok(template)) = config.attribute("kind").as_str().map(template) else {
            return;
        };
        for parameter in arguments() {
            let name = parameter.name;
            let value = config.attribute(name);
            // An unknown value can turn out to be null.
            let given = !matches!(value, Value::Null);
            if given && !value.is_unknown() && !template.has_parameter(name) {
                diagnostics.error(
                    name,
                    "Unsupported argument",
                    format!(
                        "Documents of the kind `{}` do not support `{name}`. Remove it.",
                        template.id
                    ),
                );
            }
            let required = template
                .required_parameters()
                .any(|required| required.name == name);
            if !given && required && !FROM_CALLER.contains(&name) {
                diagnostics.error(
                    name,
                    "Missing argument",
                    format!(
                        "Documents of the kind `{}` require `{name}`: {}.",
                        template.id, parameter.description
                    ),
                );
            }
        }
    }

    async fn read(
        &self,
        _schema: &Schema,
        client: &Client,
        _cx: &mut Call,
        config: &Value,
    ) -> Result<Value, Diagnostics> {
        let kind = config.attribute("kind").as_str().unwrap_or_default();
        let template = template(kind).map_err(|error| diagnostics_of(&error))?;
        let mut parameters = settings_parameters(client.clients.settings());
        for parameter in arguments() {
            let value = mapping::json(config.attribute(parameter.name));
            parameters.insert(parameter.name.to_owned(), value);
        }
        if FROM_CALLER
            .iter()
            .any(|name| parameters.get(*name).is_none_or(Json::is_null))
        {
            let account = client.clients.account().await;
            let account = account.map_err(|error| mapping::diagnostics(&error))?;
            for (name, value) in FROM_CALLER
                .iter()
                .zip([&account.account_id, &account.region])
            {
                if parameters.get(*name).is_none_or(Json::is_null) {
                    parameters.insert((*name).to_owned(), json!(value));
                }
            }
        }
        parameters.retain(|name, value| !value.is_null() && template.has_parameter(name));
        let documents = template
            .documents(&Json::Object(parameters))
            .map_err(|error| diagnostics_of(&error))?;
        Ok(with_results(config.clone(), &documents))
    }
}

/// The settings as parameters.
fn settings_parameters(settings: &Settings) -> Map<String, Json> {
    let defaults = &settings.notebook_defaults;
    let tables: Map<String, Json> = settings
        .table_names
        .entries()
        .into_iter()
        .map(|(key, name)| (key.to_owned(), json!(name)))
        .collect();
    [
        ("base_policy_arns", json!(settings.base_policy_arns)),
        ("data_bucket", json!(settings.data_bucket)),
        ("iam_resource_prefix", json!(settings.iam_resource_prefix)),
        ("kms_key_id", json!(defaults.kms_key_id)),
        (
            "permissions_boundary_arn",
            json!(settings.permissions_boundary_arn),
        ),
        ("security_group_ids", json!(defaults.security_group_ids)),
        ("subnet_ids", json!(defaults.subnet_ids)),
        ("system_tag", json!(settings.system_tag)),
        ("table_names", Json::Object(tables)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into_iter()
    .collect()
}

/// The configuration with its results.
fn with_results(mut config: Value, documents: &[Document]) -> Value {
    let texts: Vec<String> = documents.iter().map(Document::to_json).collect();
    let size: usize = documents.iter().map(Document::size).sum();
    let first = texts
        .first()
        .map_or(Value::Null, |text| Value::from(text.as_str()));
    config.set_attribute("json", first);
    config.set_attribute("documents", Value::list(texts));
    let size = Value::from(u64::try_from(size).unwrap_or(u64::MAX));
    config.set_attribute("size", size);
    config
}

fn diagnostics_of(error: &DocumentError) -> Diagnostics {
    // Parameters from the provider's settings are not attributes of this data source.
    let attribute = error
        .parameter()
        .filter(|name| arguments().any(|parameter| parameter.name == *name));
    Diagnostics::of_error(
        attribute.unwrap_or_default(),
        "Invalid policy document",
        error.to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(given: &[(&str, Value)]) -> Value {
        let mut config = Value::object(arguments().map(|parameter| (parameter.name, Value::Null)));
        for (name, value) in given {
            config.set_attribute(name, value.clone());
        }
        config
    }

    fn faults(given: &[(&str, Value)]) -> Vec<String> {
        let mut diagnostics = Diagnostics::new();
        AnyDataSource::validate(&PolicyDocumentDataSource, &config(given), &mut diagnostics);
        diagnostics
            .iter()
            .map(|fault| fault.detail.clone())
            .collect()
    }

    #[test]
    fn parameters_are_arguments_or_settings() {
        let settings = settings_parameters(&Settings::default());
        for name in FROM_SETTINGS {
            let known = parameters().iter().any(|parameter| parameter.name == name);
            assert!(known, "{name}");
            assert!(settings.contains_key(name) || name == "partition", "{name}");
        }
        assert_eq!(settings.len() + 1, FROM_SETTINGS.len());
    }

    #[test]
    fn validate_reports_unsupported_and_missing_arguments() {
        assert_eq!(
            faults(&[
                ("kind", Value::from("user")),
                ("user", Value::from("alice"))
            ]),
            [""; 0]
        );
        assert_eq!(
            faults(&[("kind", Value::from("user")), ("user", Value::Unknown)]),
            [""; 0]
        );
        assert_eq!(faults(&[("kind", Value::Unknown)]), [""; 0]);
        let unknown: Vec<(&str, Value)> = arguments()
            .map(|parameter| (parameter.name, Value::Unknown))
            .chain([("kind", Value::from("user"))])
            .collect();
        assert_eq!(faults(&unknown), [""; 0]);
        assert_eq!(
            faults(&[
                ("kind", Value::from("user")),
                ("project", Value::from("fraud"))
            ]),
            [
                "Documents of the kind `user` do not support `project`. Remove it.",
                "Documents of the kind `user` require `user`: name of the user.",
            ]
        );
    }
}
