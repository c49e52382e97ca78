//! Pages of the Terraform modules. Each README is written by hand, except for its quotations and the list of inputs
//! and outputs.
//!
//! ```text
//! <!-- inputs and outputs -->
//! (written from the module's variables, outputs and requirements)
//! <!-- end of inputs and outputs -->
//! ```

mod interface;
mod tables;

use std::path::{Path, PathBuf};

use interface::Interface;

use super::{DocsError, Pages, files, quote};

/// Line before the list.
const BEGIN: &str = "<!-- inputs and outputs -->";
/// Line after the list.
const END: &str = "<!-- end of inputs and outputs -->";
/// Largest number of inputs that a reader can be expected to survey.
const MAX_INPUTS: usize = 14;

/// Error in the documentation of a module.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ModuleError {
    /// The README has no markers for the list.
    #[error("has no `{BEGIN}` with `{END}` after it")]
    NoMarkers,
    /// A file is not valid HCL.
    #[error("cannot be read: {0}")]
    Syntax(String),
    /// A required property is missing.
    #[error("`{name}` has no {what}")]
    Missing {
        /// The variable or output.
        name: String,
        /// The missing property.
        what: &'static str,
    },
    /// The module has too many inputs.
    #[error(
        "has {0} variables, more than {MAX_INPUTS}: group some in an object, or replace some with constants"
    )]
    TooMany(usize),
}

/// Renders the READMEs. Every module needs one.
pub(super) fn pages(root: &Path) -> Result<Pages, DocsError> {
    let mut pages = Pages::new();
    for module in files::entries(root, "modules")? {
        let sources = sources(root, &module)?;
        if sources.is_empty() {
            continue;
        }
        let page = module.join("README.md");
        let text = files::read(root, &page)?.ok_or_else(|| DocsError::NoExample {
            path: page.clone(),
            kind: "module",
        })?;
        let mut interface = Interface::default();
        for path in &sources {
            let source = files::read(root, path)?.unwrap_or_default();
            interface
                .read(&source)
                .map_err(|error| module_error(path, error))?;
        }
        if interface.inputs.len() > MAX_INPUTS {
            return Err(module_error(
                &module,
                ModuleError::TooMany(interface.inputs.len()),
            ));
        }
        let text = quote::fill(root, &module, &page, &text)?;
        let text = fill(&text, &interface).map_err(|error| module_error(&page, error))?;
        pages.insert(page, text);
    }
    Ok(pages)
}

fn module_error(path: &Path, error: ModuleError) -> DocsError {
    DocsError::Module {
        path: path.to_owned(),
        error,
    }
}

fn sources(root: &Path, module: &Path) -> Result<Vec<PathBuf>, DocsError> {
    if !root.join(module).is_dir() {
        return Ok(Vec::new());
    }
    let files = files::entries(root, &module.to_string_lossy())?;
    Ok(files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ext| ext == "tf"))
        .collect())
}

/// Replaces the list in `text`.
fn fill(text: &str, interface: &Interface) -> Result<String, ModuleError> {
    let (before, rest) = text.split_once(BEGIN).ok_or(ModuleError::NoMarkers)?;
    let (_, after) = rest.split_once(END).ok_or(ModuleError::NoMarkers)?;
    Ok(format!(
        "{before}{BEGIN}\n\n{}\n{END}{after}",
        tables::render(interface)
    ))
}

#[cfg(test)]
mod tests;
