//! Reference pages of the provider.

use std::{fmt::Write as _, path::PathBuf};

use terraform_plugin::framework::{Parameter, Schema, Signature};

use super::{Catalogue, DocsError, Pages, examples::Examples, fields, imports::ImportExamples};

/// Path of a page in the repository, and its content.
type Page = (PathBuf, String);

/// Renders the index and a page for each resource, data source, ephemeral resource and function.
pub(super) fn reference(
    catalogue: &Catalogue,
    examples: &Examples<'_>,
) -> Result<Pages, DocsError> {
    let provider = &catalogue.name;
    let mut pages = Pages::from([index(catalogue, examples)?]);
    for (name, schema) in &catalogue.resources {
        let imports = ImportExamples::of(name, schema, examples)?;
        pages.extend([resource(provider, name, schema, &imports, examples)?]);
        pages.extend(imports.files());
    }
    for (name, schema) in &catalogue.data_sources {
        pages.extend([data_source(provider, name, schema, examples)?]);
    }
    for (name, schema) in &catalogue.ephemeral_resources {
        pages.extend([ephemeral_resource(provider, name, schema, examples)?]);
    }
    for (name, signature) in &catalogue.functions {
        pages.extend([function(provider, name, signature, examples)?]);
    }
    Ok(pages)
}

fn index(catalogue: &Catalogue, examples: &Examples<'_>) -> Result<Page, DocsError> {
    let name = &catalogue.name;
    let description = described(
        &format!("provider `{name}`"),
        catalogue.provider.description(),
    )?;
    let example = examples.text("provider/provider.tf", "provider")?;
    let mut text = head(&format!("{name} Provider"), &description);
    let _ = write!(text, "# {name} Provider\n\n{description}\n\n");
    let guides = examples.guides()?;
    if !guides.is_empty() {
        text.push_str("## Guides\n\n");
        for (title, name) in guides {
            let _ = writeln!(text, "- [{title}](guides/{name}.md)");
        }
        text.push('\n');
    }
    push_example(&mut text, &example);
    text.push_str(&fields::section(
        &format!("provider `{name}`"),
        catalogue.provider.body(),
    )?);
    Ok((PathBuf::from("docs/index.md"), text))
}

fn resource(
    provider: &str,
    name: &str,
    schema: &Schema,
    imports: &ImportExamples,
    examples: &Examples<'_>,
) -> Result<Page, DocsError> {
    let folder = format!("resources/{name}");
    let mut text = schema_page(
        provider,
        name,
        "Resource",
        schema,
        &examples.text(&format!("{folder}/resource.tf"), "resource")?,
    )?;
    text.push_str("\n## Import\n");
    if let Some(example) = imports.by_identity() {
        text.push_str("\nBy identity, with Terraform 1.12 or newer:\n");
        push_code(&mut text, "terraform", example.trim_end());
        text.push_str("\nThe identity is made of:\n\n");
        for attribute in schema.identity_attributes() {
            let _ = writeln!(
                text,
                "- `{}` ({})",
                attribute.name(),
                fields::kind(&attribute.ty())
            );
        }
        for attribute in schema.identity_scope() {
            let _ = writeln!(
                text,
                "- `{}` (String, Optional) {}",
                attribute.name, attribute.description
            );
        }
    }
    text.push_str("\nBy id, in the configuration:\n");
    push_code(&mut text, "terraform", imports.by_id().trim_end());
    text.push_str("\nBy id, on the command line:\n");
    push_code(&mut text, "shell", imports.command());
    Ok((page_path("resources", provider, name), text))
}

fn data_source(
    provider: &str,
    name: &str,
    schema: &Schema,
    examples: &Examples<'_>,
) -> Result<Page, DocsError> {
    let example = examples.text(
        &format!("data-sources/{name}/data-source.tf"),
        "data source",
    )?;
    let text = schema_page(provider, name, "Data Source", schema, &example)?;
    Ok((page_path("data-sources", provider, name), text))
}

fn ephemeral_resource(
    provider: &str,
    name: &str,
    schema: &Schema,
    examples: &Examples<'_>,
) -> Result<Page, DocsError> {
    let example = examples.text(
        &format!("ephemeral-resources/{name}/ephemeral-resource.tf"),
        "ephemeral resource",
    )?;
    let text = schema_page(provider, name, "Ephemeral Resource", schema, &example)?;
    Ok((page_path("ephemeral-resources", provider, name), text))
}

/// The common part of the pages of resources, data sources and ephemeral resources.
fn schema_page(
    provider: &str,
    name: &str,
    kind: &str,
    schema: &Schema,
    example: &str,
) -> Result<String, DocsError> {
    let description = described(&format!("`{name}`"), schema.description())?;
    let mut text = head(&format!("{name} {kind} - {provider}"), &description);
    let _ = write!(text, "# {name} ({kind})\n\n{description}\n\n");
    if let Some(message) = schema.deprecation() {
        let _ = write!(text, "~> **Deprecated:** {message}\n\n");
    }
    push_example(&mut text, example);
    text.push_str(&fields::section(&format!("`{name}`"), schema.body())?);
    Ok(text)
}

fn function(
    provider: &str,
    name: &str,
    signature: &Signature,
    examples: &Examples<'_>,
) -> Result<Page, DocsError> {
    let owner = format!("function `{name}`");
    let summary = described(&owner, signature.summary_text())?;
    let description = described(&owner, signature.description())?;
    let example = examples.text(&format!("functions/{name}/function.tf"), "function")?;
    let mut text = head(&format!("{name} function - {provider}"), &summary);
    let _ = write!(text, "# function: {name}\n\n{description}\n\n");
    push_example(&mut text, &example);
    let mut parameters: Vec<String> = signature
        .parameters()
        .iter()
        .map(|parameter| format!("{} {}", parameter.name(), parameter.ty()))
        .collect();
    parameters.extend(
        signature
            .variadic_parameter()
            .map(|parameter| format!("{} {}...", parameter.name(), parameter.ty())),
    );
    let _ = write!(
        text,
        "## Signature\n\n```text\n{name}({}) {}\n```\n",
        parameters.join(", "),
        signature.result()
    );
    let all: Vec<&Parameter> = signature
        .parameters()
        .iter()
        .chain(signature.variadic_parameter())
        .collect();
    if !all.is_empty() {
        text.push_str("\n## Arguments\n\n");
    }
    for (number, parameter) in (1_usize..).zip(all) {
        let description = described(
            &format!("parameter `{}` of {owner}", parameter.name()),
            parameter.description(),
        )?;
        let mut kinds = vec![fields::kind(parameter.ty())];
        kinds.extend((number > signature.parameters().len()).then(|| "Variadic".to_owned()));
        kinds.extend(parameter.is_nullable().then(|| "Nullable".to_owned()));
        let _ = writeln!(
            text,
            "{number}. `{}` ({}) {description}",
            parameter.name(),
            kinds.join(", ")
        );
    }
    Ok((PathBuf::from(format!("docs/functions/{name}.md")), text))
}

/// Front matter for the Registry. Its description is the first paragraph.
fn head(title: &str, description: &str) -> String {
    let first: Vec<&str> = description
        .lines()
        .take_while(|line| !line.trim().is_empty())
        .collect();
    format!(
        "---\npage_title: \"{title}\"\nsubcategory: \"\"\ndescription: |-\n  {}\n---\n\n",
        first.join("\n  ")
    )
}

fn push_example(text: &mut String, example: &str) {
    text.push_str("## Example Usage\n");
    push_code(text, "terraform", example);
    text.push('\n');
}

fn push_code(text: &mut String, language: &str, code: &str) {
    let _ = write!(text, "\n```{language}\n{code}\n```\n");
}

fn described(owner: &str, description: &str) -> Result<String, DocsError> {
    match description.trim() {
        "" => Err(DocsError::Undescribed(owner.to_owned())),
        text => Ok(text.to_owned()),
    }
}

/// The Registry leaves the provider's name out of pages' names.
fn page_path(kind: &str, provider: &str, name: &str) -> PathBuf {
    let short = name
        .strip_prefix(provider)
        .and_then(|rest| rest.strip_prefix('_'))
        .unwrap_or(name);
    PathBuf::from(format!("docs/{kind}/{short}.md"))
}
