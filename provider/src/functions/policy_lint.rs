//! `policy_lint(policy, kind)`: what the linter finds in a policy.

use iam_policy::Document;
use iam_policy::lint::{LintOptions, LintTarget, lint};

use super::arguments;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct PolicyLint;

/// The attributes of a finding, all of them text.
const ATTRIBUTES: [&str; 6] = ["rule", "severity", "statement", "pointer", "why", "remedy"];

impl Function for PolicyLint {
    fn name(&self) -> &'static str {
        "policy_lint"
    }

    fn signature(&self) -> Signature {
        let finding = Type::object(ATTRIBUTES.map(|name| (name, Type::String)));
        Signature::new(Type::list(finding))
            .summary("Finds what an IAM policy says but does not do")
            .describe(
                "Looks for statements that do something other than they say: conditions on keys that an action does \
                 not carry, several required keys in one Deny, set operators on single values and the like. Gives \
                 a list of findings, each with `rule`, `severity` (`error` or `warning`), `statement` (its `Sid`, if \
                 it has one), `pointer` (into the policy, RFC 6901), `why` and `remedy`; an empty list is a clean \
                 policy.",
            )
            .parameter(Parameter::new("policy", Type::String).describe("The policy as JSON."))
            .parameter(
                Parameter::new("kind", Type::String)
                    .describe(format!("The kind of policy that it is: {}.", arguments::kinds())),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let document: Document = arguments::parsed(&arguments, 0)?;
        let kind = arguments::kind(&arguments, 1)?;
        let policy = LintTarget {
            label: "policy",
            policy_type: kind,
            document: &document,
        };
        let findings = lint(&[policy], &LintOptions::default())
            .into_iter()
            .map(|finding| {
                let values = [
                    finding.id().to_string(),
                    finding.severity().to_string(),
                    finding.location.sid.unwrap_or_default(),
                    finding.location.pointer,
                    finding.why,
                    finding.remedy,
                ];
                Value::object(ATTRIBUTES.into_iter().zip(values.map(Value::from)))
            });
        Ok(Value::list(findings))
    }
}
