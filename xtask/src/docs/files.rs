//! Pages on disk.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{DocsError, Pages};

/// Directories that contain generated pages only.
const GENERATED: [&str; 4] = [
    "docs/resources",
    "docs/data-sources",
    "docs/ephemeral-resources",
    "docs/functions",
];

/// Pages that are missing or different on disk, and generated pages on disk that are obsolete.
pub(super) fn differing(root: &Path, pages: &Pages) -> Result<Vec<PathBuf>, DocsError> {
    let mut paths = Vec::new();
    for (path, text) in pages {
        if read(root, path)?.as_ref() != Some(text) {
            paths.push(path.clone());
        }
    }
    for directory in GENERATED {
        paths.extend(
            markdown(root, directory)?
                .into_iter()
                .filter(|path| !pages.contains_key(path)),
        );
    }
    Ok(paths)
}

/// Writes a page, or removes it when `text` is `None`.
pub(super) fn put(root: &Path, path: &Path, text: Option<&String>) -> Result<(), DocsError> {
    let full = root.join(path);
    let result = match text {
        Some(text) => full
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&full, text)),
        None => fs::remove_file(&full),
    };
    result.map_err(|source| DocsError::File {
        path: path.to_owned(),
        source,
    })
}

/// Content of a file; `None` when it does not exist.
pub(super) fn read(root: &Path, path: &Path) -> Result<Option<String>, DocsError> {
    match fs::read_to_string(root.join(path)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(DocsError::File {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Markdown files directly in a directory, sorted. None when the directory does not exist.
pub(super) fn markdown(root: &Path, directory: &str) -> Result<Vec<PathBuf>, DocsError> {
    let files = entries(root, directory)?;
    Ok(files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ext| ext == "md"))
        .collect())
}

/// Entries directly in a directory, sorted. None when the directory does not exist.
pub(super) fn entries(root: &Path, directory: &str) -> Result<Vec<PathBuf>, DocsError> {
    let file_error = |source| DocsError::File {
        path: directory.into(),
        source,
    };
    let listing = match fs::read_dir(root.join(directory)) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(file_error(source)),
    };
    let mut paths = Vec::new();
    for entry in listing {
        paths.push(Path::new(directory).join(entry.map_err(file_error)?.file_name()));
    }
    paths.sort();
    Ok(paths)
}
