//! Inputs and outputs of a module as Markdown.

use super::interface::{Input, Interface};

/// Length of the longest type or default in the table, in characters. Longer ones follow the table.
const INLINE: usize = 48;

/// Renders requirements, inputs and outputs.
pub(super) fn render(interface: &Interface) -> String {
    let mut text = requirements(interface);
    if !interface.inputs.is_empty() {
        text.push_str(&inputs(interface));
    }
    if !interface.outputs.is_empty() {
        text.push_str("\n## Outputs\n\n| output | what it is |\n|---|---|\n");
        for output in &interface.outputs {
            let sensitive = if output.sensitive { " Sensitive." } else { "" };
            let description = cell(&output.description);
            text.push_str(&format!(
                "| `{}` | {description}{sensitive} |\n",
                output.name
            ));
        }
    }
    text
}

fn requirements(interface: &Interface) -> String {
    let all: Vec<String> = interface
        .requirements
        .iter()
        .map(|(what, version)| match what.contains('/') {
            true => format!("`{what}` {version}"),
            false => format!("{what} {version}"),
        })
        .collect();
    if all.is_empty() {
        String::new()
    } else {
        format!("Needs {}.\n", all.join(", "))
    }
}

fn inputs(interface: &Interface) -> String {
    let mut text =
        "\n## Inputs\n\n| input | type | default | what it decides |\n|---|---|---|---|\n"
            .to_owned();
    let (required, optional): (Vec<&Input>, Vec<&Input>) = interface
        .inputs
        .iter()
        .partition(|input| input.default.is_none());
    let mut below = String::new();
    for input in required.into_iter().chain(optional) {
        let default = match &input.default {
            None => "required".to_owned(),
            Some(default) if is_short(default) => code(default),
            Some(_) => "below".to_owned(),
        };
        let ty = if is_short(&input.ty) {
            code(&input.ty)
        } else {
            format!("{}, below", code(&outline(&input.ty)))
        };
        let description = cell(&input.description);
        text.push_str(&format!(
            "| `{}` | {ty} | {default} | {description} |\n",
            input.name
        ));
        let long = |value: &str| !is_short(value);
        if long(&input.ty) {
            below.push_str(&format!(
                "\nType of `{}`:\n\n```terraform\n{}\n```\n",
                input.name,
                unindented(&input.ty)
            ));
        }
        if let Some(default) = input.default.as_deref().filter(|default| long(default)) {
            below.push_str(&format!(
                "\nDefault of `{}`:\n\n```terraform\n{}\n```\n",
                input.name,
                unindented(default)
            ));
        }
    }
    text + &below
}

fn is_short(source: &str) -> bool {
    !source.contains('\n') && source.chars().count() <= INLINE
}

/// A type without its attributes: `map(object)`.
fn outline(ty: &str) -> String {
    match ty.split_once("object(") {
        Some((before, _)) => {
            let open = before.matches('(').count();
            format!("{before}object{}", ")".repeat(open))
        }
        None => ty.split('(').next().unwrap_or(ty).to_owned(),
    }
}

/// Removes the common indentation of all lines except the first.
fn unindented(source: &str) -> String {
    let shared = source
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len().saturating_sub(line.trim_start().len()))
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = source
        .lines()
        .enumerate()
        .map(|(number, line)| match number {
            0 => line,
            _ => line.get(shared..).unwrap_or_default(),
        })
        .collect();
    lines.join("\n")
}

fn code(source: &str) -> String {
    format!("`{}`", cell(source))
}

/// Escapes a string for a table cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
