//! The pages of the Terraform modules: each README is written by hand, but for what it quotes and the list of inputs and
//! outputs.
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

/// The line before the list.
const BEGIN: &str = "<!-- inputs and outputs -->";
/// The line after it.
const END: &str = "<!-- end of inputs and outputs -->";
/// More inputs than this, and nobody reads them any more.
const MOST_INPUTS: usize = 14;

/// What is wrong with a module's documentation.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ModuleError {
    /// The README doesn't say where the list belongs.
    #[error("has no `{BEGIN}` with `{END}` after it")]
    NoPlace,
    /// A file is not Terraform.
    #[error("cannot be read: {0}")]
    Syntax(String),
    /// Something that a reader must know is missing.
    #[error("`{name}` has no {what}")]
    Lacks {
        /// The variable or output.
        name: String,
        /// What is missing.
        what: &'static str,
    },
    /// Too many inputs.
    #[error(
        "has {0} variables, more than {MOST_INPUTS}: group some in an object, or decide for the reader"
    )]
    TooMany(usize),
}

/// The READMEs as they should be. Every module has one.
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
                .map_err(|error| fault(path, error))?;
        }
        if interface.inputs.len() > MOST_INPUTS {
            return Err(fault(&module, ModuleError::TooMany(interface.inputs.len())));
        }
        let text = quote::fill(root, &module, &page, &text)?;
        let text = fill(&text, &interface).map_err(|error| fault(&page, error))?;
        pages.insert(page, text);
    }
    Ok(pages)
}

fn fault(path: &Path, error: ModuleError) -> DocsError {
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

/// The text with the list as it should be.
fn fill(text: &str, interface: &Interface) -> Result<String, ModuleError> {
    let (before, rest) = text.split_once(BEGIN).ok_or(ModuleError::NoPlace)?;
    let (_, after) = rest.split_once(END).ok_or(ModuleError::NoPlace)?;
    Ok(format!(
        "{before}{BEGIN}\n\n{}\n{END}{after}",
        tables::render(interface)
    ))
}

#[cfg(test)]
mod tests;
