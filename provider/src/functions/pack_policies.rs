//! `pack_policies(policies, kind, documents)`: statements packed into as few documents as they need.

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
            .summary("Packs IAM policies into documents that fit their carrier")
            .describe(
                "Packs the statements of policies into documents, none larger than its kind may be. Statements are \
                 merged only where the meaning stays, and the same input gives the same documents. It is an error, \
                 with the arithmetic, when there is no room for them.",
            )
            .parameter(Parameter::new("policies", Type::list(Type::String)).describe("The policies as JSON."))
            .parameter(
                Parameter::new("kind", Type::String)
                    .describe(format!("The kind of policy to make: {}.", arguments::kinds())),
            )
            .parameter(
                Parameter::new("documents", Type::Number).describe("How many documents there is room for."),
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
        .map_err(|error| FunctionError::argument(0, error.to_string()))?;
        Ok(Value::list(
            packed
                .iter()
                .map(|document| Value::from(document.to_json())),
        ))
    }
}
