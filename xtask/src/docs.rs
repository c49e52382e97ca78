//! The reference pages under `docs/`, written from the provider's schemas and from `examples/`.
//!
//! The layout is the one that the Terraform Registry reads
//! (<https://developer.hashicorp.com/terraform/registry/providers/docs>): `index.md`, and a page in
//! `resources/`, `data-sources/`, `ephemeral-resources/` and `functions/` for each thing. The guide on lint rules is
//! written from the table of rules. Other pages under `guides/` and the README are written by hand,
//! but what they quote from `examples/` is kept up to date here, and so are the lists of inputs and
//! outputs of `modules/`.
//!
//! The import blocks next to the example of a resource are written from its `import.sh`.
//!
//! Missing content is an error: a resource, data source, ephemeral resource or function without an
//! example, an attribute
//! without a description, an example of a resource that no longer exists.

mod catalogue;
mod examples;
mod fields;
mod files;
mod imports;
mod lint_rules;
mod modules;
mod page;
mod quote;

pub(crate) use catalogue::Catalogue;

use std::{collections::BTreeMap, io, path::Path, path::PathBuf};

/// Files by their path relative to the repository's root.
pub(crate) type Pages = BTreeMap<PathBuf, String>;

/// Reason why the pages cannot be written or are out of date.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocsError {
    /// A file cannot be read or written.
    #[error("`{}`: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A resource, attribute, block or parameter has no description.
    #[error("{0} has no description: add one in its schema")]
    Undescribed(String),
    /// An example is missing.
    #[error("`{}` is missing: every {kind} needs an example", .path.display())]
    NoExample {
        /// The path of the example.
        path: PathBuf,
        /// The subject of the example.
        kind: &'static str,
    },
    /// An example of an import cannot be used.
    #[error("`examples/resources/{resource}/import.sh` {reason}")]
    Import {
        /// The type name of the resource.
        resource: String,
        /// What is wrong, as the end of a sentence.
        reason: String,
    },
    /// The subject of an example is not in the provider.
    #[error("the subject of the example `{}` is not in the provider: remove the example", .0.display())]
    Orphan(PathBuf),
    /// A quotation has no end.
    #[error("`{}` quotes `{quoted}` without `{end}` after it", .path.display(), end = quote::END)]
    OpenQuote {
        /// The page.
        path: PathBuf,
        /// The file that it quotes.
        quoted: String,
    },
    /// The page of a module cannot be written.
    #[error("`{}` {error}", .path.display())]
    Module {
        /// The file with the error.
        path: PathBuf,
        /// The error.
        error: modules::ModuleError,
    },
    /// An example of a lint rule is not a policy.
    #[error("the example of lint rule {rule} is not a policy: {error}")]
    LintExample {
        /// The id of the rule.
        rule: &'static str,
        /// The reason.
        error: iam_policy::ParseError,
    },
    /// Pages are out of date.
    #[error("out of date, run `make docs`: {}", join(.0))]
    Drift(Vec<PathBuf>),
}

/// Joins paths, each in backticks.
fn join(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths
        .iter()
        .map(|path| format!("`{}`", path.display()))
        .collect();
    names.join(", ")
}

/// Renders all pages.
///
/// # Errors
/// When content is missing or a file cannot be read.
pub(crate) fn render(root: &Path, catalogue: &Catalogue) -> Result<Pages, DocsError> {
    let examples = examples::Examples::new(root);
    examples.check_orphans(catalogue)?;
    let mut pages = page::reference(catalogue, &examples)?;
    pages.extend(quote::pages(root)?);
    pages.extend(modules::pages(root)?);
    // Last, since the generated guides are in the directory of those that are written by hand.
    for (path, page) in &catalogue.guides {
        pages.insert(PathBuf::from(*path), page()?);
    }
    Ok(pages)
}

/// Writes the pages and removes those of former resources. Returns the files that changed.
///
/// # Errors
/// As [`render`], or when a file cannot be written.
pub(crate) fn write(root: &Path, catalogue: &Catalogue) -> Result<Vec<PathBuf>, DocsError> {
    let pages = render(root, catalogue)?;
    let changed = files::differing(root, &pages)?;
    for path in &changed {
        files::put(root, path, pages.get(path))?;
    }
    Ok(changed)
}

/// Compares the pages on disk with the rendered ones.
///
/// # Errors
/// As [`render`], or [`DocsError::Drift`].
pub(crate) fn check(root: &Path, catalogue: &Catalogue) -> Result<(), DocsError> {
    let changed = files::differing(root, &render(root, catalogue)?)?;
    if changed.is_empty() {
        Ok(())
    } else {
        Err(DocsError::Drift(changed))
    }
}

#[cfg(test)]
mod tests;
