//! Hand-written pages that quote files of the repository.
//!
//! ```text
//! <!-- quote examples/quickstart/main.tf -->
//! (the file, in a code block)
//! <!-- end of quote -->
//! ```

use std::path::{Path, PathBuf};

use super::{DocsError, Pages, files};

const BEGIN: &str = "<!-- quote ";
const BEGIN_END: &str = " -->";
/// Line after a quotation.
pub(super) const END: &str = "<!-- end of quote -->";

/// Renders the hand-written pages with current quotations.
pub(super) fn pages(root: &Path) -> Result<Pages, DocsError> {
    let mut pages = Pages::new();
    for path in [PathBuf::from("README.md")]
        .into_iter()
        .chain(files::markdown(root, "docs/guides")?)
    {
        if let Some(text) = files::read(root, &path)? {
            let filled = fill(root, Path::new(""), &path, &text)?;
            pages.insert(path, filled);
        }
    }
    Ok(pages)
}

/// Replaces each quotation in `text` with the content of its file, relative to `base`.
pub(super) fn fill(root: &Path, base: &Path, page: &Path, text: &str) -> Result<String, DocsError> {
    let mut filled = String::new();
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        filled.push_str(line);
        let quoted = line
            .trim_end()
            .strip_prefix(BEGIN)
            .and_then(|rest| rest.strip_suffix(BEGIN_END));
        let Some(quoted) = quoted else { continue };
        let quoted_file = base.join(quoted);
        let file = files::read(root, &quoted_file)?.ok_or_else(|| DocsError::NoExample {
            path: quoted_file.clone(),
            kind: "quotation",
        })?;
        filled.push_str(&format!(
            "\n```terraform\n{}\n```\n\n{END}\n",
            file.trim_end()
        ));
        if !lines.by_ref().any(|line| line.trim_end() == END) {
            return Err(DocsError::OpenQuote {
                path: page.to_owned(),
                quoted: quoted.to_owned(),
            });
        }
    }
    Ok(filled)
}
