//! Subjects of the reference pages.

use super::{DocsError, lint_rules};
use terraform_plugin::framework::{Provider, Schema, Signature};

/// Schemas and signatures of a provider, sorted by name.
#[derive(Debug, Clone)]
pub(crate) struct Catalogue {
    /// The provider's name, such as `mlspace`.
    pub(crate) name: String,
    /// The provider's own configuration.
    pub(crate) provider: Schema,
    /// The resources, by type name.
    pub(crate) resources: Vec<(String, Schema)>,
    /// The data sources, by type name.
    pub(crate) data_sources: Vec<(String, Schema)>,
    /// The ephemeral resources, by type name.
    pub(crate) ephemeral_resources: Vec<(String, Schema)>,
    /// The functions, by name.
    pub(crate) functions: Vec<(String, Signature)>,
    /// The generated guides, by path.
    pub(crate) guides: Vec<(&'static str, Guide)>,
}

/// A function that writes the text of a guide.
pub(crate) type Guide = fn() -> Result<String, DocsError>;

impl Catalogue {
    /// Catalogue of a provider.
    pub(crate) fn of<P: Provider>(provider: &P) -> Self {
        Self {
            name: provider.name().to_owned(),
            provider: provider.schema(),
            resources: sorted(
                provider
                    .resources()
                    .iter()
                    .map(|one| (one.type_name(), one.schema())),
            ),
            data_sources: sorted(
                provider
                    .data_sources()
                    .iter()
                    .map(|one| (one.type_name(), one.schema())),
            ),
            ephemeral_resources: sorted(
                provider
                    .ephemeral_resources()
                    .iter()
                    .map(|one| (one.type_name(), one.schema())),
            ),
            functions: sorted(
                provider
                    .functions()
                    .iter()
                    .map(|one| (one.name(), one.signature())),
            ),
            guides: vec![(lint_rules::PATH, lint_rules::page)],
        }
    }
}

fn sorted<T>(entries: impl Iterator<Item = (&'static str, T)>) -> Vec<(String, T)> {
    let mut entries: Vec<(String, T)> = entries
        .map(|(name, entry)| (name.to_owned(), entry))
        .collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    entries
}
