//! `policy_lint(policy, kind)`: the findings of the linter in a policy.

use iam_policy::lint::{LintOptions, LintTarget, Severity, lint};
use iam_policy::{Document, Violation};

use super::arguments;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct PolicyLint;

/// The attributes of a finding, which are all strings.
const ATTRIBUTES: [&str; 7] = [
    "rule",
    "slug",
    "severity",
    "statement",
    "pointer",
    "why",
    "remedy",
];

impl Function for PolicyLint {
    fn name(&self) -> &'static str {
        "policy_lint"
    }

    fn signature(&self) -> Signature {
        let finding = Type::object(ATTRIBUTES.map(|name| (name, Type::String)));
        Signature::new(Type::list(finding))
            .summary("Finds mistakes in an IAM policy")
            .describe(
                "Finds statements whose effect differs from what they appear to say: conditions on keys that requests of \
                 an action do not have, multiple required keys in one Deny, set operators on single values, and others. \
                 Also finds what AWS would refuse, such as a resource that is no ARN. \
                 Returns a list of findings, each with `rule`, `slug` (see the guide on lint rules), `severity` (`error` or `warning`), `statement` (its `Sid`, \
                 if it has one), `pointer` (into the policy, RFC 6901), `why` and `remedy`. Of what AWS would refuse, \
                 only `severity` and `why` are not empty. The list is empty if there are no findings.",
            )
            .parameter(Parameter::new("policy", Type::String).describe("Policy as JSON."))
            .parameter(
                Parameter::new("kind", Type::String)
                    .describe(format!("Kind of the policy: {}.", arguments::kinds())),
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
        // A document that is too large is also a finding of a rule.
        let refused = document
            .check(kind)
            .into_iter()
            .filter(|violation| !matches!(violation, Violation::Size { .. }))
            .map(|violation| {
                let severity = Severity::Error.to_string();
                let why = format!("AWS would refuse it: {violation}");
                let empty = String::new;
                [empty(), empty(), severity, empty(), empty(), why, empty()]
            });
        let found = lint(&[policy], &LintOptions::default())
            .into_iter()
            .map(|finding| {
                [
                    finding.id().to_string(),
                    finding.slug().to_owned(),
                    finding.severity().to_string(),
                    finding.location.sid.unwrap_or_default(),
                    finding.location.pointer,
                    finding.why,
                    finding.remedy,
                ]
            });
        let row = |values: [String; 7]| {
            Value::object(ATTRIBUTES.into_iter().zip(values.map(Value::from)))
        };
        Ok(Value::list(refused.chain(found).map(row)))
    }
}
