//! `generate`: policies of the platform, and guardrails, from their parameters.

use mlspace_core::policies::{
    self, DOCUMENT_KINDS, DOCUMENT_PARAMETERS, GUARDRAILS, ParameterForm, Parameters,
};
use serde_json::{Map, Value};

use crate::arguments::Generate;
use crate::documents;
use crate::input::{self, InputError};
use crate::output::{Answer, Lines};

pub(crate) fn run(options: &Generate) -> Result<Answer, InputError> {
    let Some(name) = &options.kind else {
        return Ok(Answer::new(kinds(), true));
    };
    let wrong = |error: &dyn std::fmt::Display| InputError::Other(error.to_string());
    let mut parameters = match &options.parameters {
        Some(path) => {
            let file = path.display().to_string();
            serde_json::from_str::<Map<String, Value>>(&input::text(path)?)
                .map_err(|source| InputError::Json { file, source })?
        }
        None => Map::new(),
    };
    for (name, text) in &options.set {
        parameters.insert(name.clone(), value(name, text)?);
    }
    let parameters = Value::Object(parameters);
    let made = if GUARDRAILS.iter().any(|known| name.starts_with(known.id)) {
        let given = Parameters::from_json(&parameters).map_err(|error| wrong(&error))?;
        vec![policies::guardrail(name, &given).map_err(|error| wrong(&error))?]
    } else {
        let kind = policies::document_kind(name).map_err(|error| wrong(&error))?;
        kind.documents(&parameters).map_err(|error| wrong(&error))?
    };
    Ok(Answer::new(documents::as_text(&made), true))
}

/// A value as its parameter holds it; of guardrails, which say nothing of theirs, as it looks.
fn value(name: &str, text: &str) -> Result<Value, InputError> {
    let known = DOCUMENT_PARAMETERS.iter().find(|known| known.name == name);
    let list = || text.split(',').map(Value::from).collect();
    let json = || {
        serde_json::from_str(text).map_err(|error| {
            InputError::Other(format!(
                "the value of `{name}` is not the JSON that it should be: {error}"
            ))
        })
    };
    match known.map(|known| known.form) {
        _ if text.starts_with(['[', '{']) => json(),
        Some(ParameterForm::Text) => Ok(text.into()),
        Some(ParameterForm::Texts) => Ok(list()),
        Some(ParameterForm::Switch | ParameterForm::Names) => json(),
        None if name.ends_with("_seconds") => json(),
        None if name.ends_with('s') => Ok(list()),
        None => Ok(text.into()),
    }
}

/// The kinds that there are, each with what it needs.
fn kinds() -> String {
    let mut lines = Lines::default();
    let named = |lines: &mut Lines, name: &str, title: &str, parameters: &[&str]| {
        lines.add(0, format!("{name}: {title}"));
        if !parameters.is_empty() {
            lines.add(4, parameters.join(", "));
        }
    };
    for kind in DOCUMENT_KINDS {
        let needs: Vec<&str> = kind.required().collect();
        named(&mut lines, kind.name, kind.title, &needs);
    }
    lines.gap();
    for guardrail in GUARDRAILS {
        named(
            &mut lines,
            guardrail.id,
            guardrail.title,
            guardrail.parameters,
        );
    }
    lines.into_text()
}
