//! `policy_size(policy)`: the size of a policy in characters, as IAM counts them.

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
            .summary("Size of an IAM policy in characters, as IAM counts them")
            .describe(
                "Counts the characters of a policy like IAM does for its quotas: in the shortest form, without white space \
                 between elements. The quota is 6,144 for a managed policy, and 10,240 for all inline policies of a role.",
            )
            .parameter(Parameter::new("policy", Type::String).describe("Policy as JSON."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let policy: Document = arguments::parsed(&arguments, 0)?;
        Ok(Value::from(
            u64::try_from(policy.size()).unwrap_or(u64::MAX),
        ))
    }
}
