//! `policy_allows(policies, principal_arn, action, resource, context)`: what IAM would decide.

use iam_policy::evaluate::{Caller, PolicySet, Request};

use super::arguments;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct PolicyAllows;

impl Function for PolicyAllows {
    fn name(&self) -> &'static str {
        "policy_allows"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::Bool)
            .summary("Whether identity policies allow a request")
            .describe(
                "Decides a request by the identity policies of its principal, as IAM does: an explicit Deny wins, and \
                 without an Allow the request is denied. Use it in checks and tests of what a policy is meant to do. \
                 Boundaries, resource policies and service control policies have no say in it.",
            )
            .parameter(
                Parameter::new("policies", Type::list(Type::String))
                    .describe("The principal's identity policies as JSON."),
            )
            .parameter(
                Parameter::new("principal_arn", Type::String).describe("ARN of the role or user that asks."),
            )
            .parameter(
                Parameter::new("action", Type::String).describe("The action, such as `s3:GetObject`."),
            )
            .parameter(Parameter::new("resource", Type::String).describe("ARN of the resource."))
            .parameter(
                Parameter::new("context", Type::map(Type::list(Type::String))).describe(
                    "Values of condition keys, such as `{ \"aws:RequestTag/project\" = [\"fraud\"] }`. Keys that are \
                     not given are absent from the request.",
                ),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let policies = arguments::policies(&arguments, 0)?;
        let caller = Caller::from_arn(arguments::text(&arguments, 1)?)
            .map_err(|error| FunctionError::argument(1, error.to_string()))?;
        let (action, resource) = (
            arguments::text(&arguments, 2)?,
            arguments::text(&arguments, 3)?,
        );
        let mut request = Request::new(caller, action, resource);
        for (key, values) in arguments::context(&arguments, 4) {
            request = request.context(key, values);
        }
        let set = policies
            .iter()
            .enumerate()
            .fold(PolicySet::new(), |set, (place, policy)| {
                set.identity(&format!("policy {}", place + 1), policy)
            });
        Ok(Value::Bool(set.decide(&request).is_allowed()))
    }
}
