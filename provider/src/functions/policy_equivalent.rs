//! `policy_equivalent(a, b)`: whether two policies have the same meaning.

use iam_policy::Document;

use super::arguments;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct PolicyEquivalent;

impl Function for PolicyEquivalent {
    fn name(&self) -> &'static str {
        "policy_equivalent"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::Bool)
            .summary("Whether two IAM policies have the same meaning")
            .describe(
                "Compares two policies by meaning: the order of statements and values, single values in place of lists, \
                 the case of actions, `Sid`s and duplicates make no difference.",
            )
            .parameter(Parameter::new("a", Type::String).describe("First policy as JSON."))
            .parameter(Parameter::new("b", Type::String).describe("Second policy as JSON."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let a: Document = arguments::parsed(&arguments, 0)?;
        let b: Document = arguments::parsed(&arguments, 1)?;
        Ok(Value::Bool(a.equivalent(&b)))
    }
}
