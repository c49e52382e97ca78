//! Errors and warnings for the user.
//!
//! Write the summary short and general, in sentence case and without a period ("Invalid value"),
//! and the detail in full sentences: what is wrong, where, and how to fix it.

use super::path::Path;

/// Severity of a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The operation failed.
    Error,
    /// The operation continued.
    Warning,
}

/// One error or warning, optionally about one attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// A short, general summary.
    pub summary: String,
    /// Cause and remedy, in full sentences.
    pub detail: String,
    /// The attribute that the diagnostic is about, if any.
    pub path: Option<Path>,
}

/// Diagnostics in the order in which they were added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// An empty collection.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// A single error.
    #[must_use]
    pub fn of_error(
        path: impl Into<Path>,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        let mut diagnostics = Self::new();
        diagnostics.error(path, summary, detail);
        diagnostics
    }

    /// Adds an error about the attribute at `path`, or about the object as a whole if `path` is
    /// empty.
    pub fn error(
        &mut self,
        path: impl Into<Path>,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.add(Severity::Error, path.into(), summary.into(), detail.into());
    }

    /// Adds a warning about the attribute at `path`, or about the object as a whole if `path` is
    /// empty.
    pub fn warning(
        &mut self,
        path: impl Into<Path>,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.add(
            Severity::Warning,
            path.into(),
            summary.into(),
            detail.into(),
        );
    }

    fn add(&mut self, severity: Severity, path: Path, summary: String, detail: String) {
        self.push(Diagnostic {
            severity,
            summary,
            detail,
            path: (!path.is_root()).then_some(path),
        });
    }

    /// Adds a diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Whether any diagnostic is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there are no diagnostics.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Iterates over the diagnostics.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

/// Formats the message of a library error (one line in lower case, without a period) as a sentence,
/// for the detail of a diagnostic. Other messages are unchanged.
#[must_use]
pub fn sentence(message: &str) -> String {
    let mut sentence = capitalize(message);
    if !sentence.is_empty() && !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// Capitalizes the first letter, for the summary of a diagnostic.
#[must_use]
pub fn capitalize(message: &str) -> String {
    let mut letters = message.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: T) {
        self.0.extend(diagnostics);
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentence_capitalizes_and_adds_a_period() {
        assert_eq!(
            sentence("role `x` does not exist: create it"),
            "Role `x` does not exist: create it."
        );
        assert_eq!(
            sentence("`x` is invalid. Use `y`."),
            "`x` is invalid. Use `y`."
        );
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn diagnostics_with_an_empty_path_have_none() {
        let mut diagnostics = Diagnostics::new();
        diagnostics.warning("", "Slow response", "Wait.");
        assert!(!diagnostics.has_errors());
        diagnostics.error("name", "Invalid value", "Choose another name.");
        assert!(diagnostics.has_errors());
        let paths: Vec<_> = diagnostics
            .iter()
            .map(|diagnostic| diagnostic.path.clone())
            .collect();
        assert_eq!(paths, [None, Some(Path::from("name"))]);
    }
}
