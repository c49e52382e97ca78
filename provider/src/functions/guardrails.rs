//! `guardrails()`: which guardrails there are, what they need, and where they can go.

use iam_policy::PolicyType;
use mlspace_core::policies::GUARDRAILS;

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
            ("title", Type::String),
            ("kinds", Type::list(Type::String)),
            ("parameters", Type::list(Type::String)),
        ]);
        Signature::new(Type::map(guardrail))
            .summary("The ready-made guardrails by id")
            .describe(
                "Lists what `guardrail` makes: by id the `title`, the `kinds` of policies that it can go into, in the \
                 words of `pack_policies`, and the `parameters` that it cannot do without.",
            )
    }

    fn call(&self, _: Vec<Value>) -> Result<Value, FunctionError> {
        let texts = |texts: Vec<&str>| Value::list(texts.into_iter().map(Value::from));
        Ok(Value::map(GUARDRAILS.iter().map(|guardrail| {
            let kinds = guardrail
                .kinds
                .iter()
                .copied()
                .map(PolicyType::as_str)
                .collect();
            let about = Value::object([
                ("title", Value::from(guardrail.title)),
                ("kinds", texts(kinds)),
                ("parameters", texts(guardrail.parameters.to_vec())),
            ]);
            (guardrail.id, about)
        })))
    }
}
