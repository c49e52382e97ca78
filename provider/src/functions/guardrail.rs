//! `guardrail(id, parameters)`: a ready-made preventive policy.

use mlspace_core::policies::{self, GUARDRAILS, Parameters};

use super::arguments;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct Guardrail;

impl Function for Guardrail {
    fn name(&self) -> &'static str {
        "guardrail"
    }

    fn signature(&self) -> Signature {
        let list: Vec<String> = GUARDRAILS
            .iter()
            .map(|guardrail| {
                let needs: Vec<String> = guardrail
                    .parameters
                    .iter()
                    .map(|name| format!("`{name}`"))
                    .collect();
                let needs = if needs.is_empty() {
                    "nothing".to_owned()
                } else {
                    needs.join(", ")
                };
                format!(
                    "- `{}`: {} ({}). Needs {needs}.",
                    guardrail.id, guardrail.title, guardrail.carrier
                )
            })
            .collect();
        Signature::new(Type::String)
            .summary("A ready-made guardrail as an IAM policy")
            .describe(format!(
                "Makes a preventive guardrail for machine-learning accounts as a policy document. Each required \
                 condition is a Deny of its own. Parameters that a guardrail has no use for are ignored, so that one \
                 object can serve them all; `exempt_principal_arns` spares the named principals where a guardrail \
                 denies.\n\n{}",
                list.join("\n")
            ))
            .parameter(Parameter::new("id", Type::String).describe("The guardrail's id, such as `G01`."))
            .parameter(
                Parameter::new("parameters", Type::Dynamic)
                    .describe("An object of parameters, each a string, a number, a truth value or a list of strings."),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let id = arguments::string(&arguments, 0)?;
        let given = arguments::json(&arguments, 1);
        let parameters = Parameters::from_json(&given)
            .map_err(|error| FunctionError::argument(1, error.to_string()))?;
        let document = policies::guardrail(id, &parameters).map_err(|error| {
            let argument = usize::from(GUARDRAILS.iter().any(|known| id.starts_with(known.id)));
            FunctionError::argument(argument, error.to_string())
        })?;
        Ok(Value::from(document.to_json()))
    }
}
