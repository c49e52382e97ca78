//! `resource_policy_allows(policy, principal, action, resource, context)`: whether a resource
//! policy allows a request.

use iam_policy::evaluate::{Caller, PolicySet, Request};
use iam_policy::{Document, Statement};

use super::arguments;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct ResourcePolicyAllows;

impl Function for ResourcePolicyAllows {
    fn name(&self) -> &'static str {
        "resource_policy_allows"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::Bool)
            .summary("Whether the policy of a bucket, key or role allows a request")
            .describe(
                "Evaluates a request against the policy of its resource, for a principal whose own policies allow \
                 everything. Within an account, a bucket is open to such a principal unless its policy denies the \
                 request, while the policy of a key and the trust policy of a role must allow it; for a principal of \
                 another account, every resource policy must allow it. Services have no policies of their own. Use it to \
                 check and test resource policies. For the policy of a VPC endpoint, which limits requests like an \
                 identity policy, use `policy_allows`.",
            )
            .parameter(Parameter::new("policy", Type::String).describe("Policy of the resource as JSON."))
            .parameter(Parameter::new("principal", Type::String).describe(
                "ARN of the role or user that makes the request, or the name of an AWS service such as \
                 `cloudtrail.amazonaws.com`.",
            ))
            .parameter(Parameter::new("action", Type::String).describe("Action, such as `s3:GetObject`."))
            .parameter(Parameter::new("resource", Type::String).describe("ARN of the resource."))
            .parameter(
                Parameter::new("context", Type::map(Type::list(Type::String))).describe(
                    "Values of condition keys, such as `{ \"aws:SecureTransport\" = [\"false\"] }`. All other keys are \
                     absent from the request. `aws:ResourceAccount` is the account of a resource whose ARN does not \
                     contain it, such as a bucket; without it, the resource belongs to the principal's account.",
                ),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let policy: Document = arguments::parsed(&arguments, 0)?;
        let caller = principal(arguments::string(&arguments, 1)?)?;
        let (action, resource) = (
            arguments::string(&arguments, 2)?,
            arguments::string(&arguments, 3)?,
        );
        let mut request = Request::new(caller, action, resource);
        for (key, values) in arguments::context(&arguments, 4) {
            request = match values.as_slice() {
                [account] if key.eq_ignore_ascii_case("aws:ResourceAccount") => {
                    request.resource_account(*account)
                }
                _ => request.context(key, values),
            };
        }
        // Allows everything, so that the resource policy alone decides.
        let everything = Document::new([Statement::allow("Everything")
            .actions(["*"])
            .resources(["*"])]);
        let set = PolicySet::new()
            .identity("the principal's policies", &everything)
            .resource("the resource's policy", &policy);
        Ok(Value::Bool(set.decide(&request).is_allowed()))
    }
}

/// The principal with this ARN, or the service with this name.
fn principal(name: &str) -> Result<Caller, FunctionError> {
    let is_service = name.contains(".amazonaws.com") && !name.contains([':', '/', '*', ' ']);
    if is_service {
        Ok(Caller::Service(name.to_owned()))
    } else {
        Caller::from_arn(name).map_err(|error| arguments::invalid(1, error))
    }
}
