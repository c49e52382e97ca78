//! `explain`: describes policies in words, statement by statement.

use iam_policy::{Clause, Document, Effect, Statement, Version};

use crate::arguments::Explain;
use crate::describe;
use crate::input::{self, InputError};
use crate::output::{CommandOutput, Lines, count};

pub(crate) fn run(options: &Explain) -> Result<CommandOutput, InputError> {
    let policies = input::each(&options.files)?;
    let mut lines = Lines::default();
    for policy in &policies.found {
        lines.gap();
        document(&mut lines, &policy.label, &policy.document);
    }
    Ok(CommandOutput {
        text: lines.into_text(),
        passed: policies.unreadable.is_empty(),
        notes: policies.into_notes(),
    })
}

fn document(lines: &mut Lines, label: &str, document: &Document) {
    let statements = count(document.statements.len(), "statement");
    lines.add(0, format!("{label}: {statements}"));
    if document.version == Version::V2008 {
        lines.add(2, "Version 2008-10-17: `${…}` is plain text in it.");
    }
    for (index, statement) in document.statements.iter().enumerate() {
        lines.gap();
        explain(lines, index, statement, document.version);
    }
}

fn explain(lines: &mut Lines, index: usize, statement: &Statement, version: Version) {
    let name = statement.sid.as_ref().map(|sid| format!(" `{sid}`"));
    let verb = match statement.effect {
        Effect::Allow => "allows",
        Effect::Deny => "denies",
    };
    let number = index + 1;
    lines.add(0, format!("{number}.{} {verb}", name.unwrap_or_default()));
    if let Some(clause) = &statement.principals {
        let (lead, link) = match clause {
            Clause::Only(_) => ("", "the following:"),
            Clause::Except(_) => ("everyone but", "the following:"),
        };
        if !lead.is_empty() {
            lines.add(3, lead);
        }
        for principal in describe::principals(clause, statement.effect) {
            lines.add(5, principal);
        }
        lines.add(3, link);
    }
    patterns(lines, &statement.actions, "every action");
    if let Some(resources) = &statement.resources {
        lines.add(3, "on");
        patterns(lines, resources, "every resource");
    }
    if !statement.conditions.is_empty() {
        let all = if statement.conditions.len() > 1 {
            "when all of this holds"
        } else {
            "when"
        };
        lines.add(3, all);
        for condition in &statement.conditions {
            lines.add(5, describe::condition(condition));
        }
    }
    for (variable, default) in describe::variables(statement, version) {
        let key = describe::key(&variable);
        let without = match default {
            Some(default) => format!("where that is missing, for `{default}`"),
            None => "where that is missing, nothing matches, or the whole statement does not apply: AWS's guide says both".to_owned(),
        };
        lines.add(
            3,
            format!("`{variable}` as a variable stands for {key} of each request; {without}."),
        );
    }
}

fn patterns(lines: &mut Lines, clause: &Clause<String>, everything: &str) {
    match clause {
        Clause::Only(values) if values.contains("*") => lines.add(5, everything),
        Clause::Only(values) => values.iter().for_each(|value| lines.add(5, value)),
        Clause::Except(values) => {
            lines.add(5, format!("{everything} but"));
            values.iter().for_each(|value| lines.add(7, value));
        }
    }
}
