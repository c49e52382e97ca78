//! The reference pages under `docs/`, written from the provider's schemas and from `examples/`.
//!
//! The layout is the one that the Terraform Registry reads
//! (<https://developer.hashicorp.com/terraform/registry/providers/docs>): `index.md`, and a page in
//! `resources/`, `data-sources/` and `functions/` for each thing. The guide on lint rules is
//! written from the table of rules. Other pages under `guides/` and the README are written by hand,
//! but what they quote from `examples/` is kept up to date here, and so are the lists of inputs and
//! outputs of `modules/`.
//!
//! What a page needs and doesn't find is an error: a thing without an example, an attribute without
//! a description, an example of a thing that no longer exists.

mod catalogue;
mod examples;
mod fields;
mod files;
mod lint_rules;
mod modules;
mod page;
mod quote;

pub(crate) use catalogue::Catalogue;

use std::{collections::BTreeMap, io, path::Path, path::PathBuf};

/// Files by their path relative to the repository's root.
pub(crate) type Pages = BTreeMap<PathBuf, String>;

/// Why the pages can't be written, or aren't what they should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocsError {
    /// A file can't be read or written.
    #[error("`{}`: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// An attribute, block, parameter or thing isn't described.
    #[error("{0} has no description: add one in its schema")]
    Undescribed(String),
    /// A page needs an example that isn't there.
    #[error("`{}` is missing: every {kind} is shown in an example", .path.display())]
    NoExample {
        /// Where the example should be.
        path: PathBuf,
        /// What it should be an example of.
        kind: &'static str,
    },
    /// There is an example of something that the provider doesn't have.
    #[error("`{}` is an example of nothing that the provider has: remove it", .0.display())]
    Orphan(PathBuf),
    /// A quotation has no end.
    #[error("`{}` quotes `{quoted}` without `{end}` after it", .path.display(), end = quote::END)]
    OpenQuote {
        /// The page.
        path: PathBuf,
        /// The file that it quotes.
        quoted: String,
    },
    /// A module's page can't be written.
    #[error("`{}` {error}", .path.display())]
    Module {
        /// The file at fault.
        path: PathBuf,
        /// What is wrong with it.
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
    /// Pages differ from what would be written.
    #[error("out of date, run `make docs`: {}", list(.0))]
    Drift(Vec<PathBuf>),
}

fn list(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths
        .iter()
        .map(|path| format!("`{}`", path.display()))
        .collect();
    names.join(", ")
}

/// All pages as they should be.
///
/// # Errors
/// When a page lacks something, or a file can't be read.
pub(crate) fn render(root: &Path, catalogue: &Catalogue) -> Result<Pages, DocsError> {
    let examples = examples::Examples::new(root);
    examples.check_orphans(catalogue)?;
    let mut pages = page::reference(catalogue, &examples)?;
    for (path, page) in &catalogue.guides {
        pages.insert(PathBuf::from(*path), page()?);
    }
    pages.extend(quote::pages(root)?);
    pages.extend(modules::pages(root)?);
    Ok(pages)
}

/// Writes the pages, and removes those of things that are gone. Returns the files that changed.
///
/// # Errors
/// As [`render`], or when a file can't be written.
pub(crate) fn write(root: &Path, catalogue: &Catalogue) -> Result<Vec<PathBuf>, DocsError> {
    let pages = render(root, catalogue)?;
    let changed = files::differing(root, &pages)?;
    for path in &changed {
        files::put(root, path, pages.get(path))?;
    }
    Ok(changed)
}

/// Compares the pages with what would be written.
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
