//! Policy documents by name: `policy_documents(kind, parameters)`, and `bucket_policy`,
//! `key_policy` and `endpoint_policy`, which generate one document.

use iam_policy::Document;
use mlspace_core::policies::{
    self, Category, DocumentError, DocumentTemplate, document_template, document_templates,
};

use super::arguments;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function for any document.
#[derive(Debug)]
pub(crate) struct PolicyDocuments;

/// The function for a policy of a resource.
#[derive(Debug)]
pub(crate) struct ResourcePolicy {
    name: &'static str,
    template: &'static str,
    summary: &'static str,
    description: &'static str,
}

/// `bucket_policy(parameters)`.
pub(crate) const BUCKET_POLICY: ResourcePolicy = ResourcePolicy {
    name: "bucket_policy",
    template: "bucket",
    summary: "The policy of an S3 bucket",
    description: "Generates the policy of a bucket for data or logs. It denies requests without TLS 1.2, and changes of the \
                  bucket's configuration except by `exempt_principal_arns`. With `endpoint_ids` it denies access to data outside \
                  these VPC endpoints, and with `kms_key_arn` uploads with another key. Readers in other accounts can read and \
                  list. The services in `delivered_by` can write logs of this account, through any endpoint and with any key.",
};

/// `key_policy(parameters)`.
pub(crate) const KEY_POLICY: ResourcePolicy = ResourcePolicy {
    name: "key_policy",
    template: "key",
    summary: "The policy of a KMS key",
    description: "Generates the policy of a key. Administrators cannot use the key, and users cannot administer it. Grants are \
                  for AWS services only. With `endpoint_ids` the key can be used through these VPC endpoints only, which suits \
                  the key of a bucket but not of volumes. The account keeps its permissions, so that access to the key cannot \
                  be lost.",
};

/// `endpoint_policy(parameters)`.
pub(crate) const ENDPOINT_POLICY: ResourcePolicy = ResourcePolicy {
    name: "endpoint_policy",
    template: "endpoint",
    summary: "The policy of a VPC endpoint",
    description: "Generates the policy of a VPC endpoint. It allows the account's principals and resources only. The endpoint of \
                  S3 allows the named buckets, and reading from AWS's buckets with image layers and JumpStart models; that of \
                  DynamoDB the named tables; those of ECR also pulling AWS's images.",
};

impl Function for PolicyDocuments {
    fn name(&self) -> &'static str {
        "policy_documents"
    }

    fn signature(&self) -> Signature {
        let documents = document_templates(Category::Document);
        let kinds: Vec<String> = documents
            .iter()
            .map(|template| {
                let required: Vec<String> = template
                    .required_parameters()
                    .map(|known| format!("`{}`", known.name))
                    .collect();
                format!(
                    "- `{}`: {}. Requires {}.",
                    template.id,
                    template.description,
                    required.join(", ")
                )
            })
            .collect();
        let mut parameters: Vec<_> = documents
            .iter()
            .flat_map(DocumentTemplate::parameters)
            .collect();
        parameters.sort_by_key(|parameter| parameter.name);
        parameters.dedup_by_key(|parameter| parameter.name);
        let parameters: Vec<String> = parameters.into_iter().map(parameter_line).collect();
        Signature::new(Type::list(Type::String))
            .summary("The platform's policies, by kind")
            .describe(format!(
                "Generates the documents that the provider's resources and the modules attach, without calls to AWS: usually one, \
                 multiple if one would be too large, and none if there is nothing to allow or deny (a group without datasets, no \
                 denied service). It also generates the guardrails of the function `guardrail`, by their ids.\n\nKinds:\n\n{}\n\nParameters:\n\n{}",
                kinds.join("\n"),
                parameters.join("\n")
            ))
            .parameter(Parameter::new("kind", Type::String).describe("Kind of document, such as `project`."))
            .parameter(Parameter::new("parameters", Type::Dynamic).describe(
                "An object of parameters. Parameters that are null are ignored; unknown ones are rejected.",
            ))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let template = document_template(arguments::string(&arguments, 0)?)
            .map_err(|error| FunctionError::argument(0, error.to_string()))?;
        let documents = documents(template, &arguments, 1)?;
        Ok(Value::list(
            documents
                .iter()
                .map(|document| Value::from(document.to_json())),
        ))
    }
}

impl Function for ResourcePolicy {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self) -> Signature {
        let parameters: Vec<String> = self
            .template()
            .into_iter()
            .flat_map(|template| {
                let required = template
                    .required_parameters()
                    .map(|parameter| format!("{} Required.", parameter_line(parameter)));
                required.chain(template.optional_parameters().map(parameter_line))
            })
            .collect();
        Signature::new(Type::String)
            .summary(self.summary)
            .describe(format!(
                "{}\n\nParameters:\n\n{}",
                self.description,
                parameters.join("\n")
            ))
            .parameter(Parameter::new("parameters", Type::Dynamic).describe(
                "An object of parameters. Parameters that are null are ignored; unknown ones are rejected.",
            ))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let template = self
            .template()
            .map_err(|error| FunctionError::new(error.to_string()))?;
        let documents = documents(template, &arguments, 0)?;
        let document = documents
            .first()
            .ok_or_else(|| FunctionError::new("the policy has no statements"))?;
        Ok(Value::from(document.to_json()))
    }
}

impl ResourcePolicy {
    fn template(&self) -> Result<&'static DocumentTemplate, DocumentError> {
        document_template(self.template)
    }
}

/// The documents for the parameters in an argument.
fn documents(
    template: &DocumentTemplate,
    arguments: &[Value],
    index: usize,
) -> Result<Vec<Document>, FunctionError> {
    template
        .documents(&arguments::json(arguments, index))
        .map_err(|error| FunctionError::argument(index, error.to_string()))
}

/// A line of documentation about a parameter.
pub(super) fn parameter_line(parameter: &policies::Parameter) -> String {
    let policies::Parameter {
        name,
        parameter_type,
        description,
        ..
    } = parameter;
    format!(
        "- `{name}` ({}): {description}.",
        parameter_type.description()
    )
}
