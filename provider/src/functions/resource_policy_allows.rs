//! `resource_policy_allows(policy, principal, action, resource, context)`: whether a resource's own policy lets somebody in.

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
            .summary("Whether the policy of a bucket, key or role lets a request through")
            .describe(
                "Decides a request by the policy of its resource, for a principal whose own policies allow everything: \
                 what remains is what the resource says. Within an account a bucket is open to such a principal \
                 unless its policy denies; a key or a role's trust must allow; from another account any resource must \
                 allow. Services have no policies of their own. Use it in checks and tests of what a resource's \
                 policy is meant to hold; for a policy of a VPC endpoint, which limits like an identity policy, use \
                 `policy_allows`.",
            )
            .parameter(Parameter::new("policy", Type::String).describe("The resource's policy as JSON."))
            .parameter(Parameter::new("principal", Type::String).describe(
                "ARN of the role or user that asks, or the name of an AWS service such as `cloudtrail.amazonaws.com`.",
            ))
            .parameter(Parameter::new("action", Type::String).describe("The action, such as `s3:GetObject`."))
            .parameter(Parameter::new("resource", Type::String).describe("ARN of the resource."))
            .parameter(
                Parameter::new("context", Type::map(Type::list(Type::String))).describe(
                    "Values of condition keys, such as `{ \"aws:SecureTransport\" = [\"false\"] }`. Keys that are not \
                     given are absent from the request. `aws:ResourceAccount` says whose the resource is where its ARN \
                     doesn't, as with buckets; without it, the resource is the principal's own.",
                ),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let policy: Document = arguments::parsed(&arguments, 0)?;
        let caller = principal(arguments::text(&arguments, 1)?)?;
        let (action, resource) = (
            arguments::text(&arguments, 2)?,
            arguments::text(&arguments, 3)?,
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
        let everything = Document::new([Statement::allow("Everything")
            .actions(["*"])
            .resources(["*"])]);
        let set = PolicySet::new()
            .identity("the principal's policies", &everything)
            .resource("the resource's policy", &policy);
        Ok(Value::Bool(set.decide(&request).is_allowed()))
    }
}

/// A principal by ARN, or a service by its name.
fn principal(text: &str) -> Result<Caller, FunctionError> {
    let is_service = text.contains(".amazonaws.com") && !text.contains([':', '/', '*', ' ']);
    if is_service {
        Ok(Caller::Service(text.to_owned()))
    } else {
        Caller::from_arn(text).map_err(|error| FunctionError::argument(1, error.to_string()))
    }
}
