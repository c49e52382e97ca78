//! `guardrail(id, parameters)`: a ready-made preventive policy.

use mlspace_core::policies::{self, Category, DocumentTemplate, document_template_in};

use super::arguments;
use super::documents::parameter_line;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct Guardrail;

fn names<'a>(parameters: impl Iterator<Item = &'a policies::Parameter>) -> String {
    let names: Vec<String> = parameters
        .map(|known| format!("`{}`", known.name))
        .collect();
    names.join(", ")
}

/// A line of documentation about a guardrail.
fn guardrail_line(template: &DocumentTemplate) -> String {
    let required = names(template.required_parameters());
    let required = if required.is_empty() {
        "no parameters".to_owned()
    } else {
        required
    };
    format!(
        "- `{}` `{}`: {} ({}). Requires {required}.",
        template.id, template.slug, template.description, template.used_as
    )
}

impl Function for Guardrail {
    fn name(&self) -> &'static str {
        "guardrail"
    }

    fn signature(&self) -> Signature {
        let guardrails = policies::document_templates(Category::Guardrail);
        let list: Vec<String> = guardrails.iter().map(guardrail_line).collect();
        let mut parameters: Vec<_> = guardrails
            .iter()
            .flat_map(DocumentTemplate::parameters)
            .collect();
        parameters.sort_by_key(|parameter| parameter.name);
        parameters.dedup_by_key(|parameter| parameter.name);
        let parameters: Vec<String> = parameters.into_iter().map(parameter_line).collect();
        Signature::new(Type::String)
            .summary("A ready-made guardrail as an IAM policy")
            .describe(format!(
                "Generates a preventive guardrail for machine-learning accounts as a policy document. Each \
                 required condition is a separate Deny. Every guardrail accepts `account_id`, `region`, \
                 `partition` and `name_prefix`. Guardrails that deny accept `exempt_principal_arns`, to which \
                 the denials do not apply. Other parameters that the guardrail does not have are rejected; \
                 `guardrails` lists them.\n\nGuardrails:\n\n{}\n\nParameters:\n\n{}",
                list.join("\n"),
                parameters.join("\n")
            ))
            .parameter(
                Parameter::new("id", Type::String)
                    .describe("Id or slug of the guardrail, such as `G02` or `require-vpc`."),
            )
            .parameter(Parameter::new("parameters", Type::Dynamic).describe(
                "An object of parameters. Parameters that are null are ignored; unknown ones are rejected.",
            ))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let id = arguments::string(&arguments, 0)?;
        let parameters = arguments::json(&arguments, 1);
        document_template_in(Category::Guardrail, id)
            .map_err(|error| FunctionError::argument(0, error.to_string()))?;
        let document = policies::guardrail(id, &parameters)
            .map_err(|error| FunctionError::argument(1, error.to_string()))?;
        Ok(Value::from(document.to_json()))
    }
}
