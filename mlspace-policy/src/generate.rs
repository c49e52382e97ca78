//! `generate`: policies of the platform and guardrails, from their parameters.

use mlspace_core::policies::{
    Category, DocumentTemplate, ParameterType, document_template, document_templates,
};
use serde_json::{Map, Value};

use crate::arguments::Generate;
use crate::documents;
use crate::input::{self, InputError};
use crate::output::{CommandOutput, Lines};

pub(crate) fn run(options: &Generate) -> Result<CommandOutput, InputError> {
    let Some(name) = &options.kind else {
        return Ok(CommandOutput::new(catalogue(), true));
    };
    let template = document_template(name).map_err(|error| InputError::Other(error.to_string()))?;
    let mut parameters = match &options.parameters {
        Some(path) => {
            let file = path.display().to_string();
            serde_json::from_str::<Map<String, Value>>(&input::text(path)?)
                .map_err(|source| InputError::Json { file, source })?
        }
        None => Map::new(),
    };
    for (name, text) in &options.set {
        parameters.insert(name.clone(), value(template, name, text)?);
    }
    let made = template
        .documents(&Value::Object(parameters))
        .map_err(|error| InputError::Other(error.to_string()))?;
    Ok(CommandOutput::new(documents::to_json(&made), true))
}

/// The value of `--set` for a parameter of this type.
fn value(template: &DocumentTemplate, name: &str, text: &str) -> Result<Value, InputError> {
    let json = || {
        serde_json::from_str(text).map_err(|error| {
            InputError::Other(format!("the value of `{name}` is not valid JSON: {error}"))
        })
    };
    let known = template.parameters().find(|known| known.is_called(name));
    match known.map(|known| known.parameter_type) {
        _ if text.starts_with(['[', '{']) => json(),
        Some(ParameterType::StringList) => Ok(text.split(',').map(Value::from).collect()),
        Some(ParameterType::Bool | ParameterType::Number | ParameterType::StringMap) => json(),
        // The template rejects unknown parameters.
        Some(ParameterType::String) | None => Ok(text.into()),
    }
}

/// All documents and guardrails, with their required parameters.
fn catalogue() -> String {
    let mut lines = Lines::default();
    let add = |lines: &mut Lines, template: &DocumentTemplate, name: &str| {
        lines.add(0, format!("{name}: {}", template.description));
        let required: Vec<&str> = template
            .required_parameters()
            .map(|known| known.name)
            .collect();
        if !required.is_empty() {
            lines.add(4, required.join(", "));
        }
    };
    for template in document_templates(Category::Document) {
        add(&mut lines, template, template.id);
    }
    lines.gap();
    for template in document_templates(Category::Guardrail) {
        let name = format!("{} {}", template.id, template.slug);
        add(&mut lines, template, &name);
    }
    lines.into_text()
}
