//! `guardrails()`: the guardrails, their parameters and the policy types that they fit.

use iam_policy::PolicyType;
use mlspace_core::policies::{Category, document_templates};

use terraform_plugin::framework::{Function, FunctionError, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct Guardrails;

impl Function for Guardrails {
    fn name(&self) -> &'static str {
        "guardrails"
    }

    fn signature(&self) -> Signature {
        let guardrail = Type::object([
            ("kinds", Type::list(Type::String)),
            ("optional_parameters", Type::list(Type::String)),
            ("parameters", Type::list(Type::String)),
            ("slug", Type::String),
            ("title", Type::String),
        ]);
        Signature::new(Type::map(guardrail))
            .summary("The ready-made guardrails by id")
            .describe(
                "Lists the guardrails that `guardrail` generates. Each id has the guardrail's readable name, \
                 `slug`; its description, `title`; the policy types that it fits, `kinds`, as `pack_policies` \
                 names them; the required `parameters`; and the `optional_parameters`.",
            )
    }

    fn call(&self, _: Vec<Value>) -> Result<Value, FunctionError> {
        let strings = |strings: Vec<&str>| Value::list(strings.into_iter().map(Value::from));
        let guardrails = document_templates(Category::Guardrail);
        Ok(Value::map(guardrails.iter().map(|template| {
            let kinds = template
                .policy_types
                .iter()
                .copied()
                .map(PolicyType::as_str);
            let required = template.required_parameters().map(|known| known.name);
            let optional = template.optional_parameters().map(|known| known.name);
            let about = Value::object([
                ("kinds", strings(kinds.collect())),
                ("optional_parameters", strings(optional.collect())),
                ("parameters", strings(required.collect())),
                ("slug", Value::from(template.slug)),
                ("title", Value::from(template.description)),
            ]);
            (template.id, about)
        })))
    }
}
