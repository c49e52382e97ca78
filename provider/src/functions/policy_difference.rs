//! `policy_difference(before, after, principal_arn, context)`: what identity policies allow that
//! others do not.

use iam_policy::prove::{Change, difference};

use super::policy_proves::{identity, principal, with_context};
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct PolicyDifference;

impl Function for PolicyDifference {
    fn name(&self) -> &'static str {
        "policy_difference"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::list(Type::String))
            .summary("What identity policies allow that others do not")
            .describe(
                "Lists in words what a principal gains and loses when its identity policies change: a pattern of actions \
                 and resources on each line, with a shortest request that only one side allows. An empty list is a proof \
                 that both sides allow the same requests. What is not decided is an element that begins with \
                 `not decided`.",
            )
            .parameter(Parameter::new("before", Type::list(Type::String)).describe("Identity policies as JSON."))
            .parameter(Parameter::new("after", Type::list(Type::String)).describe("Identity policies as JSON."))
            .parameter(
                Parameter::new("principal_arn", Type::String).describe("ARN of the role or user that makes the requests."),
            )
            .parameter(
                Parameter::new("context", Type::map(Type::list(Type::String))).describe(
                    "Values of condition keys that all requests have; without values, the key is missing. All other \
                     keys can have any value, or be missing.",
                ),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let (before, after) = (identity(&arguments, 0)?, identity(&arguments, 1)?);
        let question = with_context(principal(&arguments, 2)?, &arguments, 3);
        let found = difference(&before, &after, &question);
        let lines = |verb: &'static str, all: Vec<Change>| {
            all.into_iter()
                .map(move |change| format!("{verb} {change}"))
        };
        let reason = found
            .not_decided
            .map(|reason| format!("not decided whether more differs: {reason}"));
        let all = lines("gains", found.gained)
            .chain(lines("loses", found.lost))
            .chain(reason);
        Ok(Value::List(all.map(Value::String).collect()))
    }
}
