//! Documents by kind: `policy_documents(kind, parameters)`, and `bucket_policy`, `key_policy` and `endpoint_policy`, which make one document.

use iam_policy::Document;
use mlspace_core::policies::{
    DOCUMENT_KINDS, DocumentKind, DocumentKindError, ParameterForm, document_kind,
};

use super::arguments;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function for any kind.
#[derive(Debug)]
pub(crate) struct PolicyDocuments;

/// The function for a kind that has one document.
#[derive(Debug)]
pub(crate) struct ResourcePolicy {
    name: &'static str,
    kind: &'static str,
    summary: &'static str,
    description: &'static str,
}

/// `bucket_policy(parameters)`.
pub(crate) const BUCKET_POLICY: ResourcePolicy = ResourcePolicy {
    name: "bucket_policy",
    kind: "bucket",
    summary: "The policy of an S3 bucket",
    description: "Makes the policy of a bucket, be it for data or for logs. It denies requests without TLS 1.2, and changes of the \
                  bucket's configuration by others than `exempt_principal_arns`. With `endpoint_ids` it denies data to everybody who \
                  comes another way, with `kms_key_arn` uploads under another key. Readers of other accounts may read and list. \
                  The services in `delivered_by` may write logs for this account, whatever their endpoint and key.",
};

/// `key_policy(parameters)`.
pub(crate) const KEY_POLICY: ResourcePolicy = ResourcePolicy {
    name: "key_policy",
    kind: "key",
    summary: "The policy of a KMS key",
    description: "Makes the policy of a key. Who administers it cannot use it, and who uses it cannot administer it; grants are \
                  for AWS services only. With `endpoint_ids` it can be used through these VPC endpoints only, which suits the \
                  key of a bucket, not of volumes. The account itself keeps its rights, so that the key cannot be lost.",
};

/// `endpoint_policy(parameters)`.
pub(crate) const ENDPOINT_POLICY: ResourcePolicy = ResourcePolicy {
    name: "endpoint_policy",
    kind: "endpoint",
    summary: "The policy of a VPC endpoint",
    description: "Makes the policy of a VPC endpoint: the account's principals reach the account's resources through it, and \
                  nobody else anything. The endpoint of S3 leads to the named buckets, and for reading to those of AWS that hold \
                  image layers and JumpStart's models; that of DynamoDB to the named tables; those of ECR also to AWS's images.",
};

impl Function for PolicyDocuments {
    fn name(&self) -> &'static str {
        "policy_documents"
    }

    fn signature(&self) -> Signature {
        let kinds: Vec<String> = DOCUMENT_KINDS
            .iter()
            .map(|kind| {
                let needs: Vec<String> = kind.required().map(|name| format!("`{name}`")).collect();
                format!(
                    "- `{}`: {}. Needs {}.",
                    kind.name,
                    kind.title,
                    needs.join(", ")
                )
            })
            .collect();
        let mut parameters: Vec<_> = DOCUMENT_KINDS
            .iter()
            .flat_map(DocumentKind::parameters)
            .collect();
        parameters.sort_by_key(|parameter| parameter.name);
        parameters.dedup_by_key(|parameter| parameter.name);
        let parameters: Vec<String> = parameters
            .into_iter()
            .map(|parameter| listed(parameter.name, parameter.form, parameter.title))
            .collect();
        Signature::new(Type::list(Type::String))
            .summary("The platform's policies, by kind")
            .describe(format!(
                "Makes the documents that the provider's resources write and that modules attach, without asking AWS: one as a \
                 rule, several where one would be too large, none where there is nothing to say (a group without datasets, no \
                 service denied).\n\nKinds:\n\n{}\n\nParameters:\n\n{}",
                kinds.join("\n"),
                parameters.join("\n")
            ))
            .parameter(Parameter::new("kind", Type::String).describe("The kind of document, such as `project`."))
            .parameter(Parameter::new("parameters", Type::Dynamic).describe(
                "An object of parameters. Those that are null are left out; one that the kind does not take is refused.",
            ))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let kind = document_kind(arguments::string(&arguments, 0)?)
            .map_err(|error| FunctionError::argument(0, error.to_string()))?;
        let documents = documents(kind, &arguments, 1)?;
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
        let required: Vec<&str> = self
            .kind()
            .map_or_else(|_| Vec::new(), |kind| kind.required().collect());
        let parameters: Vec<String> = self
            .kind()
            .into_iter()
            .flat_map(DocumentKind::parameters)
            .map(|parameter| {
                let line = listed(parameter.name, parameter.form, parameter.title);
                if required.contains(&parameter.name) {
                    format!("{line} Required.")
                } else {
                    line
                }
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
                "An object of parameters. Those that are null are left out; unknown ones are refused.",
            ))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let kind = self
            .kind()
            .map_err(|error| FunctionError::new(error.to_string()))?;
        let documents = documents(kind, &arguments, 0)?;
        let document = documents
            .first()
            .ok_or_else(|| FunctionError::new("there is nothing to say in the policy"))?;
        Ok(Value::from(document.to_json()))
    }
}

impl ResourcePolicy {
    fn kind(&self) -> Result<&'static DocumentKind, DocumentKindError> {
        document_kind(self.kind)
    }
}

/// The documents of the kind for the parameters in an argument.
fn documents(
    kind: &DocumentKind,
    arguments: &[Value],
    index: usize,
) -> Result<Vec<Document>, FunctionError> {
    kind.documents(&arguments::json(arguments, index))
        .map_err(|error| FunctionError::argument(index, error.to_string()))
}

/// A line of documentation about a parameter.
fn listed(name: &str, form: ParameterForm, title: &str) -> String {
    format!("- `{name}` ({}): {title}.", form.words())
}
