//! `mlspace_policy_document`: the platform's documents by kind, with the provider's settings filled in.

use async_trait::async_trait;
use iam_policy::Document;
use mlspace_core::aws::Settings;
use mlspace_core::policies::{
    DOCUMENT_KINDS, DOCUMENT_PARAMETERS, DocumentKind, DocumentKindError, DocumentParameter,
    ParameterForm, document_kind,
};
use serde_json::{Map, Value as Json, json};

use crate::client::Client;
use crate::mapping;
use crate::validators;
use terraform_plugin::framework::{
    AnyDataSource, Attribute, Call, Diagnostics, Schema, Type, Value,
};

/// The data source. Its arguments are the parameters of the kinds, whose table is in the core: hence no typed model.
#[derive(Debug)]
pub(crate) struct PolicyDocumentDataSource;

/// Parameters that are never arguments: they follow from the provider's settings, and the partition from the region.
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

/// Parameters that are asked of AWS where they are not given.
const FROM_CALLER: [&str; 2] = ["account_id", "region"];

fn arguments() -> impl Iterator<Item = &'static DocumentParameter> {
    DOCUMENT_PARAMETERS
        .iter()
        .filter(|parameter| !FROM_SETTINGS.contains(&parameter.name))
}

fn argument(parameter: &DocumentParameter) -> Attribute {
    let name = parameter.name;
    let attribute = match parameter.form {
        ParameterForm::Text => Attribute::string(name),
        ParameterForm::Texts => Attribute::list(name, Type::String),
        ParameterForm::Switch => Attribute::bool(name),
        ParameterForm::Names => Attribute::map(name, Type::String),
    };
    let mut kinds = DOCUMENT_KINDS.iter().filter(|kind| takes(kind, name));
    let title = parameter.title;
    attribute
        .optional()
        .describe(if FROM_CALLER.contains(&name) {
            format!("{}; the caller's unless given.", capitalised(title))
        } else {
            let kinds: Vec<String> = kinds
                .by_ref()
                .map(|kind| format!("`{}`", kind.name))
                .collect();
            format!("{}. Of the kinds {}.", capitalised(title), kinds.join(", "))
        })
}

fn capitalised(title: &str) -> String {
    let mut letters = title.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

fn takes(kind: &DocumentKind, parameter: &str) -> bool {
    kind.parameters().any(|known| known.name == parameter)
}

#[async_trait]
impl AnyDataSource<Client> for PolicyDocumentDataSource {
    fn type_name(&self) -> &'static str {
        "mlspace_policy_document"
    }

    fn schema(&self) -> Schema {
        let kinds: Vec<String> = DOCUMENT_KINDS
            .iter()
            .map(|kind| format!("- `{}`: {}.", kind.name, kind.title))
            .collect();
        Schema::new(0)
            .describe(format!(
                "The policy documents that the platform consists of, made for the provider's settings: its bucket, names, approved network \
                 and key. Without `account_id` and `region` it asks STS who the caller is, and nothing else of AWS. The function \
                 `policy_documents` makes the same without a configured provider.\n\nKinds:\n\n{}",
                kinds.join("\n")
            ))
            .attributes([Attribute::string("kind")
                .required()
                .describe("The kind of document, such as `permissions_boundary`.")
                .validate(validators::kind_of_document)])
            .attributes(arguments().map(argument))
            .attributes([
                Attribute::string("json")
                    .computed()
                    .describe("The first document as JSON; null when there is nothing to say."),
                Attribute::list("documents", Type::String)
                    .computed()
                    .describe("All documents as JSON: one as a rule, several where one would be too large."),
                Attribute::number("size")
                    .computed()
                    .describe("Characters of all documents together, as IAM counts them."),
            ])
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        let Some(Ok(kind)) = config.attribute("kind").as_str().map(document_kind) else {
            return;
        };
        for parameter in arguments() {
            let name = parameter.name;
            let given = !matches!(config.attribute(name), Value::Null);
            if given && !takes(kind, name) {
                diagnostics.error(
                    name,
                    "Argument of another kind",
                    format!(
                        "documents of the kind `{}` take no `{name}`: remove it",
                        kind.name
                    ),
                );
            }
            let needed = kind.required().any(|needed| needed == name);
            if !given && needed && !FROM_CALLER.contains(&name) {
                diagnostics.error(
                    name,
                    "Missing argument",
                    format!(
                        "documents of the kind `{}` need `{name}`: {}",
                        kind.name, parameter.title
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
        let kind = document_kind(kind).map_err(|error| refused(&error))?;
        let mut parameters = of_settings(client.clients.settings());
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
        parameters.retain(|name, value| !value.is_null() && takes(kind, name));
        let documents = kind
            .documents(&Json::Object(parameters))
            .map_err(|error| refused(&error))?;
        Ok(with(config.clone(), &documents))
    }
}

/// The settings as parameters.
fn of_settings(settings: &Settings) -> Map<String, Json> {
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
fn with(mut config: Value, documents: &[Document]) -> Value {
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

fn refused(error: &DocumentKindError) -> Diagnostics {
    // What follows from the settings is no attribute here.
    let attribute = error
        .parameter()
        .filter(|name| arguments().any(|parameter| parameter.name == *name));
    Diagnostics::of_error(
        attribute.unwrap_or_default(),
        "No such document",
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
    fn every_parameter_is_an_argument_or_a_setting() {
        let settings = of_settings(&Settings::default());
        for name in FROM_SETTINGS {
            let known = DOCUMENT_PARAMETERS
                .iter()
                .any(|parameter| parameter.name == name);
            assert!(known, "{name}");
            assert!(settings.contains_key(name) || name == "partition", "{name}");
        }
        assert_eq!(settings.len() + 1, FROM_SETTINGS.len());
    }

    #[test]
    fn arguments_of_other_kinds_and_missing_ones_are_told() {
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
        assert_eq!(
            faults(&[
                ("kind", Value::from("user")),
                ("project", Value::from("fraud"))
            ]),
            [
                "documents of the kind `user` take no `project`: remove it",
                "documents of the kind `user` need `user`: name of the user",
            ]
        );
    }
}
