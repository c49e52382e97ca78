//! `policy_size(policy)`: the characters of a policy as IAM counts them.

use iam_policy::Document;

use super::arguments;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct PolicySize;

impl Function for PolicySize {
    fn name(&self) -> &'static str {
        "policy_size"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::Number)
            .summary("Characters of an IAM policy as IAM counts them")
            .describe(
                "Counts a policy's characters as IAM does for its quotas: in its shortest form, without white space \
                 between its parts. A managed policy may have 6,144, a role's inline policies 10,240 together.",
            )
            .parameter(Parameter::new("policy", Type::String).describe("The policy as JSON."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let policy: Document = arguments::parsed(&arguments, 0)?;
        Ok(Value::from(
            u64::try_from(policy.size()).unwrap_or(u64::MAX),
        ))
    }
}
