//! Examples in the pages, in the directory layout of Terraform's documentation generator.

use std::path::{Path, PathBuf};

use super::{Catalogue, DocsError, files};

/// The `examples/` directory of a repository.
#[derive(Debug)]
pub(super) struct Examples<'a> {
    root: &'a Path,
}

impl<'a> Examples<'a> {
    /// The examples of the repository at `root`.
    pub(super) const fn new(root: &'a Path) -> Self {
        Self { root }
    }

    /// Content of an example, without the final line break.
    pub(super) fn text(&self, path: &str, kind: &'static str) -> Result<String, DocsError> {
        let path = Path::new("examples").join(path);
        let text = files::read(self.root, &path)?.ok_or(DocsError::NoExample { path, kind })?;
        Ok(text.trim_end().to_owned())
    }

    /// Titles of the guides with the names of their pages, sorted by name.
    pub(super) fn guides(&self) -> Result<Vec<(String, String)>, DocsError> {
        let mut guides = Vec::new();
        for path in files::markdown(self.root, "docs/guides")? {
            let text = files::read(self.root, &path)?.unwrap_or_default();
            let title = text
                .lines()
                .find_map(|line| line.strip_prefix("page_title:"))
                .map(|title| title.trim().trim_matches('"').to_owned());
            let name = path
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default();
            guides.push((title.unwrap_or_else(|| name.clone()), name));
        }
        Ok(guides)
    }

    /// Checks that the subject of every example is in the provider.
    pub(super) fn check_orphans(&self, catalogue: &Catalogue) -> Result<(), DocsError> {
        self.check_kind(
            "examples/resources",
            catalogue.resources.iter().map(|(name, _)| name),
        )?;
        self.check_kind(
            "examples/data-sources",
            catalogue.data_sources.iter().map(|(name, _)| name),
        )?;
        self.check_kind(
            "examples/ephemeral-resources",
            catalogue.ephemeral_resources.iter().map(|(name, _)| name),
        )?;
        self.check_kind(
            "examples/functions",
            catalogue.functions.iter().map(|(name, _)| name),
        )
    }

    fn check_kind<'n>(
        &self,
        directory: &str,
        names: impl Iterator<Item = &'n String>,
    ) -> Result<(), DocsError> {
        let known: Vec<PathBuf> = names.map(|name| Path::new(directory).join(name)).collect();
        match files::entries(self.root, directory)?
            .into_iter()
            .find(|path| !known.contains(path))
        {
            Some(orphan) => Err(DocsError::Orphan(orphan)),
            None => Ok(()),
        }
    }
}
