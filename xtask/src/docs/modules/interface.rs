//! Inputs, outputs and requirements of a module, read from its source.

use hcl_edit::{
    expr::Expression,
    structure::{Block, Body},
};

use super::ModuleError;

/// Inputs, outputs and requirements, in the order of the source.
#[derive(Debug, Default)]
pub(super) struct Interface {
    pub(super) inputs: Vec<Input>,
    pub(super) outputs: Vec<Output>,
    /// Requirements with their version constraints, such as `hashicorp/aws` and `>= 5.0`.
    pub(super) requirements: Vec<(String, String)>,
}

/// A variable.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) name: String,
    /// The type as written, on one or multiple lines.
    pub(super) ty: String,
    /// The default as written; `None` when the variable is required.
    pub(super) default: Option<String>,
    pub(super) description: String,
}

/// An output.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) sensitive: bool,
}

impl Interface {
    /// Adds the declarations of a file.
    pub(super) fn read(&mut self, source: &str) -> Result<(), ModuleError> {
        let body: Body = source
            .parse()
            .map_err(|error: hcl_edit::parser::Error| ModuleError::Syntax(error.to_string()))?;
        for block in body.blocks() {
            let label = block.labels.first().map(|label| label.as_str().to_owned());
            match (block.ident.as_str(), label) {
                ("variable", Some(name)) => self.inputs.push(input(block, name)?),
                ("output", Some(name)) => self.outputs.push(output(block, name)?),
                ("terraform", _) => self.require(block),
                _ => {}
            }
        }
        Ok(())
    }

    fn require(&mut self, terraform: &Block) {
        if let Some(version) = text(&terraform.body, "required_version") {
            self.requirements.push(("Terraform".to_owned(), version));
        }
        for block in terraform.body.get_blocks("required_providers") {
            for provider in block.body.attributes() {
                let Some(object) = provider.value.as_object() else {
                    continue;
                };
                let entry = |name: &str| {
                    object
                        .iter()
                        .find(|(key, _)| key.as_ident().is_some_and(|ident| ident.as_str() == name))
                        .and_then(|(_, value)| value.expr().as_str())
                        .unwrap_or_default()
                        .to_owned()
                };
                self.requirements.push((entry("source"), entry("version")));
            }
        }
    }
}

fn input(block: &Block, name: String) -> Result<Input, ModuleError> {
    let ty = source(&block.body, "type").ok_or_else(|| missing(&name, "type"))?;
    let description =
        text(&block.body, "description").ok_or_else(|| missing(&name, "description"))?;
    Ok(Input {
        ty,
        default: source(&block.body, "default"),
        description,
        name,
    })
}

fn output(block: &Block, name: String) -> Result<Output, ModuleError> {
    let description =
        text(&block.body, "description").ok_or_else(|| missing(&name, "description"))?;
    let sensitive = block.body.get_attribute("sensitive");
    Ok(Output {
        sensitive: sensitive.and_then(|attribute| attribute.value.as_bool()) == Some(true),
        description,
        name,
    })
}

fn missing(name: &str, what: &'static str) -> ModuleError {
    ModuleError::Missing {
        name: name.to_owned(),
        what,
    }
}

/// Expression of an attribute, as written.
fn source(body: &Body, name: &str) -> Option<String> {
    let attribute = body.get_attribute(name)?;
    Some(attribute.value.to_string().trim().to_owned())
}

/// String value of an attribute, on one line; `None` when it is absent or empty.
fn text(body: &Body, name: &str) -> Option<String> {
    let text = match &body.get_attribute(name)?.value {
        Expression::String(text) => text.value().to_string(),
        // Descriptions cannot contain references: a template is a string with escapes.
        Expression::StringTemplate(template) => template.to_string(),
        Expression::HeredocTemplate(heredoc) => heredoc.template.to_string(),
        _ => return None,
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}
