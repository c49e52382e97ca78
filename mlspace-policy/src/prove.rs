//! `prove` and `diff`: decide about all requests of a kind, with a request as counterexample.

use iam_policy::evaluate::PolicySet;
use iam_policy::prove::{
    Answer, Change, Counterexample, Difference, Question, difference, prove_in_all_readings,
};
use iam_policy::{Conditions, Document};
use serde_json::{Value, json};

use crate::arguments::{Diff, Prove, QuestionFlags};
use crate::evaluate;
use crate::input::{self, InputError};
use crate::output::{CommandOutput, Format, Lines};

pub(crate) fn run(options: &Prove) -> Result<CommandOutput, InputError> {
    let question = question(&options.question)?;
    let loaded = evaluate::load(&options.policies)?;
    let answer = prove_in_all_readings(&loaded.set, &question);
    let passed = answer.holds();
    let output = match options.format {
        Format::Text => CommandOutput::new(text(&answer), passed),
        Format::Json => CommandOutput::json(&answer_json(&answer), passed),
    };
    Ok(CommandOutput {
        notes: loaded.notes,
        ..output
    })
}

pub(crate) fn diff(options: &Diff) -> Result<CommandOutput, InputError> {
    let question = question(&options.question)?;
    let set = |files: &[std::path::PathBuf]| -> Result<PolicySet, InputError> {
        let mut set = PolicySet::new();
        for path in files {
            for policy in input::policies(path)?.found {
                set = set.identity(&policy.label, &policy.document);
            }
        }
        Ok(set)
    };
    let found = difference(&set(&options.before)?, &set(&options.after)?, &question);
    let passed = found.is_none();
    Ok(match options.format {
        Format::Text => CommandOutput::new(format!("{found}\n"), passed),
        Format::Json => CommandOutput::json(&difference_json(&found), passed),
    })
}

/// The question that flags ask.
fn question(flags: &QuestionFlags) -> Result<Question, InputError> {
    let mut question = Question::of_principals(&flags.principal)
        .map_err(|error| InputError::Other(error.to_string()))?
        .actions(&flags.action)
        .not_actions(&flags.not_action)
        .resources(&flags.resource)
        .not_resources(&flags.not_resource);
    if let Some(conditions) = &flags.when {
        question = question.conditions(&parsed(conditions)?);
    }
    for (key, value) in &flags.principal_tag {
        question = question.principal_tag(key, value);
    }
    for key in &flags.any_principal_tag {
        question = question.any_principal_tag(key);
    }
    let mut keys: Vec<&str> = flags.context.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let same = flags.context.iter().filter(|(other, _)| other == key);
        question = question.context(key, same.map(|(_, value)| value.as_str()));
    }
    Ok(if flags.beyond_tables {
        question.beyond_tables()
    } else {
        question
    })
}

/// A `Condition` block.
fn parsed(text: &str) -> Result<Conditions, InputError> {
    let invalid = |reason: String| {
        InputError::Other(format!(
            "`--when` is not the Condition block of a statement: {reason}"
        ))
    };
    let block: Value = serde_json::from_str(text).map_err(|error| invalid(error.to_string()))?;
    let document = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": block,
    }});
    let document =
        Document::parse(&document.to_string()).map_err(|error| invalid(error.to_string()))?;
    let statement = document.statements.into_iter().next();
    Ok(statement
        .map(|statement| statement.conditions)
        .unwrap_or_default())
}

fn text(answer: &Answer) -> String {
    let mut lines = Lines::default();
    match answer {
        Answer::Holds => lines.add(0, "PROVED: no such request is allowed"),
        Answer::NotDecided(reason) => lines.add(0, format!("NOT DECIDED: {reason}")),
        Answer::Refuted(found) => {
            let request = &found.request;
            lines.add(0, "REFUTED: this request is allowed");
            lines.add(2, format!("{} on {}", request.action(), request.resource()));
            lines.add(2, format!("by {}", request.caller()));
            for (key, values) in found.context() {
                lines.add(4, format!("{key} = {}", values.join(", ")));
            }
            for source in &found.decision.deciding {
                lines.add(2, format!("{source} allows it"));
            }
        }
    }
    lines.into_text()
}

fn answer_json(answer: &Answer) -> Value {
    match answer {
        Answer::Holds => json!({"answer": "proved"}),
        Answer::NotDecided(reason) => {
            json!({"answer": "not decided", "reason": reason.to_string()})
        }
        Answer::Refuted(found) => json!({"answer": "refuted", "request": request_json(found)}),
    }
}

fn request_json(found: &Counterexample) -> Value {
    let context = found.context();
    let context: serde_json::Map<String, Value> = context
        .into_iter()
        .map(|(key, values)| (key, json!(values)))
        .collect();
    let deciding = found.decision.deciding.iter();
    json!({
        "principal": found.request.caller().to_string(),
        "action": found.request.action(),
        "resource": found.request.resource(),
        "context": context,
        "allowed_by": deciding.map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn difference_json(found: &Difference) -> Value {
    let changes = |all: &[Change]| -> Vec<Value> {
        let change = |change: &Change| {
            json!({
                "action": change.action,
                "resource": change.resource,
                "example": request_json(&change.example),
            })
        };
        all.iter().map(change).collect()
    };
    json!({
        "gained": changes(&found.gained),
        "lost": changes(&found.lost),
        "not_decided": found.not_decided.as_ref().map(ToString::to_string),
    })
}
