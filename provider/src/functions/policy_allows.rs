//! `policy_allows(policies, principal_arn, action, resource, context)`: IAM's decision on a
//! request.

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
                "Evaluates a request against the identity policies of its principal, like IAM: an explicit Deny wins, and \
                 without an Allow the request is denied. Use it to check and test policies. Permissions boundaries, \
                 resource policies and service control policies are not evaluated.",
            )
            .parameter(
                Parameter::new("policies", Type::list(Type::String))
                    .describe("Identity policies of the principal as JSON."),
            )
            .parameter(
                Parameter::new("principal_arn", Type::String).describe("ARN of the role or user that makes the request."),
            )
            .parameter(
                Parameter::new("action", Type::String).describe("Action, such as `s3:GetObject`."),
            )
            .parameter(Parameter::new("resource", Type::String).describe("ARN of the resource."))
            .parameter(
                Parameter::new("context", Type::map(Type::list(Type::String))).describe(
                    "Values of condition keys, such as `{ \"aws:RequestTag/project\" = [\"fraud\"] }`. All other keys \
                     are absent from the request.",
                ),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let policies = arguments::policies(&arguments, 0)?;
        let caller = Caller::from_arn(arguments::string(&arguments, 1)?)
            .map_err(|error| arguments::invalid(1, error))?;
        let (action, resource) = (
            arguments::string(&arguments, 2)?,
            arguments::string(&arguments, 3)?,
        );
        let mut request = Request::new(caller, action, resource);
        for (key, values) in arguments::context(&arguments, 4) {
            request = request.context(key, values);
        }
        let set = policies
            .iter()
            .enumerate()
            .fold(PolicySet::new(), |set, (position, policy)| {
                set.identity(&format!("policy {}", position + 1), policy)
            });
        Ok(Value::Bool(set.decide(&request).is_allowed()))
    }
}
