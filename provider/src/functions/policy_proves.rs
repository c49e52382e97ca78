//! `policy_proves(policies, principal_arn, actions, resources, context)`: whether identity policies
//! never allow requests of a kind.

use iam_policy::evaluate::PolicySet;
use iam_policy::prove::{Question, prove_in_all_readings};

use super::arguments;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct PolicyProves;

impl Function for PolicyProves {
    fn name(&self) -> &'static str {
        "policy_proves"
    }

    fn signature(&self) -> Signature {
        let patterns = || Type::list(Type::String);
        Signature::new(Type::String)
            .summary("Proof that identity policies never allow requests of a kind")
            .describe(
                "Decides whether identity policies allow any request of their principal with these actions and \
                 resources, in any context. The result begins with `proved`, with `refuted` and a request that is \
                 allowed, or with `not decided` and the reason. Use it in tests and in checks: \
                 `startswith(provider::mlspace::policy_proves(…), \"proved\")`. The principal has the given tags only, and \
                 for services with a table of actions, requests are those that AWS lists. Permissions boundaries, \
                 resource policies and service control policies are not evaluated.",
            )
            .parameter(
                Parameter::new("policies", Type::list(Type::String))
                    .describe("Identity policies of the principal as JSON."),
            )
            .parameter(
                Parameter::new("principal_arn", Type::String).describe("ARN of the role or user that makes the requests. With wildcards (`*`, `?`) behind the account, such as \
                     `arn:aws:iam::123456789012:role/MLSpace-*`, all roles or users whose ARN matches.",
                ),
            )
            .parameter(
                Parameter::new("actions", patterns())
                    .describe("Patterns of actions, such as `s3:*`. Without any, all actions."),
            )
            .parameter(
                Parameter::new("resources", patterns())
                    .describe("Patterns of resources. Without any, all resources of the principal's account."),
            )
            .parameter(
                Parameter::new("not_resources", patterns()).describe("Patterns of resources to leave out."),
            )
            .parameter(
                Parameter::new("context", Type::map(patterns())).describe(
                    "Values of condition keys that all requests have, such as \
                     `{ \"aws:PrincipalTag/project\" = [\"fraud\"] }`; without values, the key is missing. All other keys \
                     can have any value, or be missing.",
                ),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let set = identity(&arguments, 0)?;
        let question = principal(&arguments, 1)?
            .actions(arguments::strings(&arguments, 2)?)
            .resources(arguments::strings(&arguments, 3)?)
            .not_resources(arguments::strings(&arguments, 4)?);
        let question = with_context(question, &arguments, 5);
        Ok(Value::String(
            prove_in_all_readings(&set, &question).to_string(),
        ))
    }
}

/// The identity policies of an argument.
pub(super) fn identity(arguments: &[Value], index: usize) -> Result<PolicySet, FunctionError> {
    let policies = arguments::policies(arguments, index)?;
    let numbered = policies.iter().enumerate();
    Ok(numbered.fold(PolicySet::new(), |set, (position, policy)| {
        set.identity(&format!("policy {}", position + 1), policy)
    }))
}

/// The question about all requests of the principal in an argument.
pub(super) fn principal(arguments: &[Value], index: usize) -> Result<Question, FunctionError> {
    Question::of_principals(arguments::string(arguments, index)?)
        .map_err(|error| arguments::invalid(index, error))
}

/// The question with the context in an argument.
pub(super) fn with_context(question: Question, arguments: &[Value], index: usize) -> Question {
    let entries = arguments::context(arguments, index);
    entries.fold(question, |question, (key, values)| {
        question.context(key, values)
    })
}
