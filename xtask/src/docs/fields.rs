//! The schema section of a page: attributes and blocks in groups, followed by nested schemas.

use std::fmt::Write as _;

use terraform_plugin::framework::{
    Attribute, Block, Nesting, Type, Value,
    schema::{BlockNesting, Body, Shape},
};

use super::DocsError;

/// An attribute or block: its line in the list, and its nested schema.
struct Field<'a> {
    /// Index in [`GROUPS`].
    group: usize,
    line: String,
    /// Kind of anchor, name and schema.
    nested: Option<(&'a str, &'a str, &'a Body)>,
}

const GROUPS: [&str; 3] = ["Required", "Optional", "Read-Only"];

/// Renders the section for the schema of `owner`.
pub(super) fn section(owner: &str, body: &Body) -> Result<String, DocsError> {
    let mut text = String::from("## Schema\n");
    if body.attributes().is_empty() && body.blocks().is_empty() {
        text.push_str("\nThere is nothing to set or to read.\n");
    }
    level(&mut text, owner, &[], body)?;
    Ok(text)
}

/// Renders one level of nesting, followed by the levels below it.
fn level(text: &mut String, owner: &str, path: &[&str], body: &Body) -> Result<(), DocsError> {
    let fields = fields(owner, path, body)?;
    for (number, title) in GROUPS.iter().enumerate() {
        let mut lines = fields
            .iter()
            .filter(|field| field.group == number)
            .peekable();
        if lines.peek().is_some() {
            // Headings are in the page's table of contents, which is to list the top level only.
            text.push_str(&if path.is_empty() {
                format!("\n### {title}\n\n")
            } else {
                format!("\n{title}:\n\n")
            });
            lines.for_each(|field| text.push_str(&field.line));
        }
    }
    for (kind, name, body) in fields.iter().filter_map(|field| field.nested) {
        let path: Vec<&str> = path.iter().copied().chain([name]).collect();
        let anchor = anchor(kind, &path);
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n<a id=\"{anchor}\"></a>\n### Nested Schema for `{}`\n",
            path.join(".")
        );
        level(text, owner, &path, body)?;
    }
    Ok(())
}

fn fields<'a>(owner: &str, path: &[&str], body: &'a Body) -> Result<Vec<Field<'a>>, DocsError> {
    let attributes = body
        .attributes()
        .iter()
        .map(|attribute| of_attribute(owner, path, attribute));
    let blocks = body
        .blocks()
        .iter()
        .map(|block| of_block(owner, path, block));
    attributes.chain(blocks).collect()
}

fn of_attribute<'a>(
    owner: &str,
    path: &[&str],
    attribute: &'a Attribute,
) -> Result<Field<'a>, DocsError> {
    let name = attribute.name();
    let mut kinds = vec![attribute_kind(attribute)];
    for (holds, word) in [
        (attribute.is_sensitive(), "Sensitive"),
        (attribute.deprecation().is_some(), "Deprecated"),
    ] {
        kinds.extend(holds.then(|| word.to_owned()));
    }
    let description = attribute.description();
    let mut sentences = vec![described(owner, path, name, description)?];
    // Defaults and replacement come from the schema, unless the description mentions them.
    if let Some(value) = attribute
        .default_value()
        .filter(|_| !description.contains("Default"))
    {
        sentences.push(format!("Default: `{}`.", literal(value)));
    }
    if attribute.replaces_on_change() && !description.contains("replaces") {
        sentences.push("Changing it replaces the resource.".to_owned());
    }
    if let Some(message) = attribute.deprecation() {
        sentences.push(format!("**Deprecated:** {message}"));
    }
    let nested = match attribute.shape() {
        Shape::Plain(_) => None,
        Shape::Nested(_, body) => Some(("nestedatt", name, body)),
    };
    let group = if attribute.is_required() {
        0
    } else {
        usize::from(!attribute.is_optional()).saturating_add(1)
    };
    Ok(field(group, path, name, &kinds, &sentences, nested))
}

fn of_block<'a>(owner: &str, path: &[&str], block: &'a Block) -> Result<Field<'a>, DocsError> {
    let name = block.name();
    let kind = match block.nesting() {
        BlockNesting::Single => "Block",
        BlockNesting::List => "Block List",
        BlockNesting::Set => "Block Set",
    };
    let mut kinds = vec![kind.to_owned()];
    if block.nesting() != BlockNesting::Single {
        kinds.extend((block.min_items() > 0).then(|| format!("Min: {}", block.min_items())));
        kinds.extend((block.max_items() > 0).then(|| format!("Max: {}", block.max_items())));
    }
    let sentences = [described(owner, path, name, block.description())?];
    let nested = Some(("nestedblock", name, block.body()));
    Ok(field(
        usize::from(block.min_items() == 0),
        path,
        name,
        &kinds,
        &sentences,
        nested,
    ))
}

fn field<'a>(
    group: usize,
    path: &[&str],
    name: &str,
    kinds: &[String],
    sentences: &[String],
    nested: Option<(&'a str, &'a str, &'a Body)>,
) -> Field<'a> {
    let mut line = format!("- `{name}` ({}) {}", kinds.join(", "), sentences.join(" "));
    if let Some((kind, name, _)) = nested {
        let path: Vec<&str> = path.iter().copied().chain([name]).collect();
        let _ = write!(
            line,
            " (see [below for nested schema](#{}))",
            anchor(kind, &path)
        );
    }
    line.push('\n');
    Field {
        group,
        line,
        nested,
    }
}

fn anchor(kind: &str, path: &[&str]) -> String {
    format!("{kind}--{}", path.join("--"))
}

/// The description, with further lines indented so that they stay in the list item.
fn described(
    owner: &str,
    path: &[&str],
    name: &str,
    description: &str,
) -> Result<String, DocsError> {
    if description.trim().is_empty() {
        let full: Vec<&str> = path.iter().copied().chain([name]).collect();
        return Err(DocsError::Undescribed(format!(
            "`{}` of {owner}",
            full.join(".")
        )));
    }
    let lines: Vec<&str> = description.trim().lines().collect();
    Ok(lines.join("\n  "))
}

fn attribute_kind(attribute: &Attribute) -> String {
    match attribute.shape() {
        Shape::Plain(ty) => kind(ty),
        Shape::Nested(Nesting::Single, _) => "Attributes".to_owned(),
        Shape::Nested(Nesting::List, _) => "Attributes List".to_owned(),
        Shape::Nested(Nesting::Set, _) => "Attributes Set".to_owned(),
        Shape::Nested(Nesting::Map, _) => "Attributes Map".to_owned(),
    }
}

/// A type in words, such as `List of String`.
pub(super) fn kind(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(element) => format!("List of {}", kind(element)),
        Type::Set(element) => format!("Set of {}", kind(element)),
        Type::Map(element) => format!("Map of {}", kind(element)),
        Type::Object(_) => format!("Object: `{ty}`"),
        Type::Tuple(_) => format!("Tuple: `{ty}`"),
    }
}

/// A value in the syntax of Terraform. Strings have the escapes of Rust, which suffices for defaults.
fn literal(value: &Value) -> String {
    match value {
        Value::Null | Value::Unknown => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::String(value) => format!("{value:?}"),
        Value::List(elements) | Value::Set(elements) | Value::Tuple(elements) => {
            let elements: Vec<String> = elements.iter().map(literal).collect();
            format!("[{}]", elements.join(", "))
        }
        Value::Map(entries) | Value::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{key} = {}", literal(value)))
                .collect();
            if entries.is_empty() {
                "{}".to_owned()
            } else {
                format!("{{ {} }}", entries.join(", "))
            }
        }
        Value::Dynamic(_, value) => literal(value),
    }
}
