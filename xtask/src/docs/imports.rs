//! Examples of imports: the command is written by hand, the import blocks follow from it.

use std::path::PathBuf;

use terraform_plugin::framework::Schema;

use super::{DocsError, Pages, examples::Examples};

/// The three forms in which the example of a resource can be imported.
#[derive(Debug)]
pub(super) struct ImportExamples {
    folder: PathBuf,
    command: String,
    by_id: String,
    by_identity: Option<String>,
}

impl ImportExamples {
    /// Reads `import.sh` of the resource `name`. Its first command gives the address and the id of the
    /// import blocks; the identity is made of the parts of this id.
    pub(super) fn of(
        name: &str,
        schema: &Schema,
        examples: &Examples<'_>,
    ) -> Result<Self, DocsError> {
        let command = examples.text(&format!("resources/{name}/import.sh"), "resource")?;
        let wrong = |reason: String| DocsError::Import {
            resource: name.to_owned(),
            reason,
        };
        let (address, id) = first_import(&command).ok_or_else(|| {
            wrong("has no line of the form `terraform import ADDRESS ID`".to_owned())
        })?;
        let identity = identity(schema, id).ok_or_else(|| {
            wrong(format!(
                "imports `{id}`, which does not have a part for each attribute of the identity"
            ))
        })?;
        Ok(Self {
            folder: PathBuf::from(format!("examples/resources/{name}")),
            by_id: format!("import {{\n  to = {address}\n  id = \"{id}\"\n}}\n"),
            by_identity: (!identity.is_empty()).then(|| identity_block(address, &identity)),
            command,
        })
    }

    /// The command, as written by hand.
    pub(super) fn command(&self) -> &str {
        &self.command
    }

    /// The import block with the id.
    pub(super) fn by_id(&self) -> &str {
        &self.by_id
    }

    /// The import block with the identity, of a resource that has one.
    pub(super) fn by_identity(&self) -> Option<&str> {
        self.by_identity.as_deref()
    }

    /// The import blocks as files of the Registry's layout.
    pub(super) fn files(self) -> Pages {
        let mut files = Pages::from([(self.folder.join("import-by-string-id.tf"), self.by_id)]);
        if let Some(block) = self.by_identity {
            files.insert(self.folder.join("import-by-identity.tf"), block);
        }
        files
    }
}

/// The values of the required identity attributes. An id has them in order, with slashes between
/// them; of one attribute, it is the value.
fn identity(schema: &Schema, id: &str) -> Option<Vec<(String, String)>> {
    let names: Vec<&str> = schema
        .identity_attributes()
        .filter(|attribute| attribute.is_required())
        .map(|attribute| attribute.name())
        .collect();
    let names = if names.is_empty() {
        schema
            .identity_attributes()
            .map(|attribute| attribute.name())
            .collect()
    } else {
        names
    };
    let values: Vec<&str> = match names.len() {
        0 => Vec::new(),
        1 => vec![id],
        _ => id.split('/').collect(),
    };
    (values.len() == names.len()).then(|| {
        names
            .into_iter()
            .map(str::to_owned)
            .zip(values.into_iter().map(str::to_owned))
            .collect()
    })
}

/// Address and id of the first `terraform import` command.
fn first_import(script: &str) -> Option<(&str, &str)> {
    script.lines().find_map(|line| {
        let (address, id) = line
            .trim()
            .strip_prefix("terraform import ")?
            .split_once(' ')?;
        Some((address, id.trim_matches(['"', '\''])))
    })
}

/// The block, formatted as `terraform fmt` does: equals signs of neighbouring lines are aligned.
fn identity_block(address: &str, identity: &[(String, String)]) -> String {
    let width = identity.iter().map(|(name, _)| name.len()).max();
    let width = width.unwrap_or_default();
    let lines: String = identity
        .iter()
        .map(|(name, value)| format!("    {name:width$} = \"{value}\"\n"))
        .collect();
    format!("import {{\n  to = {address}\n  identity = {{\n{lines}  }}\n}}\n")
}
