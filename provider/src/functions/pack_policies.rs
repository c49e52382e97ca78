//! `pack_policies(policies, kind, documents)`: packs statements into as few documents as possible.

use iam_policy::{PackTarget, pack};

use super::arguments;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct PackPolicies;

impl Function for PackPolicies {
    fn name(&self) -> &'static str {
        "pack_policies"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::list(Type::String))
            .summary("Packs IAM policies into documents within IAM's size limits")
            .describe(
                "Packs the statements of policies into documents within the size limit of their kind. Statements are \
                 merged only if the meaning stays the same, and the same input results in the same documents. If they do \
                 not fit, the error shows the sizes.",
            )
            .parameter(Parameter::new("policies", Type::list(Type::String)).describe("Policies as JSON."))
            .parameter(
                Parameter::new("kind", Type::String)
                    .describe(format!("Kind of the resulting policies: {}.", arguments::kinds())),
            )
            .parameter(
                Parameter::new("documents", Type::Number).describe("Maximum number of documents."),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let policies = arguments::policies(&arguments, 0)?;
        let kind = arguments::kind(&arguments, 1)?;
        let documents = arguments::count(&arguments, 2)?;
        let packed = pack(
            &policies,
            PackTarget {
                policy_type: kind,
                documents,
            },
        )
        .map_err(|error| arguments::invalid(0, error))?;
        Ok(Value::list(
            packed
                .iter()
                .map(|document| Value::from(document.to_json())),
        ))
    }
}
