//! The error of reading and writing values.

use std::fmt::Display;

use super::path::{Path, Step};

/// A value that does not match its type or model, or that has an invalid encoding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", prefix(.path))]
pub struct ValueError {
    /// The path of the value.
    pub path: Path,
    /// The problem, in lower case and without a period.
    pub problem: String,
}

fn prefix(path: &Path) -> String {
    if path.is_root() {
        String::new()
    } else {
        format!("`{path}`: ")
    }
}

impl ValueError {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self {
            path: Path::root(),
            problem: problem.into(),
        }
    }

    /// The error with its path extended by an outer step. Each level of a nested value adds its
    /// own.
    pub(super) fn under(self, step: Step) -> Self {
        let path = std::iter::once(step)
            .chain(self.path.steps().iter().cloned())
            .collect();
        Self { path, ..self }
    }

    pub(super) fn under_index(self, index: usize) -> Self {
        self.under(Step::Index(i64::try_from(index).unwrap_or(i64::MAX)))
    }
}

impl serde::ser::Error for ValueError {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

impl serde::de::Error for ValueError {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_error_displays_its_path() {
        let error = ValueError::new("is missing");
        assert_eq!(error.to_string(), "is missing");
        let error = error.under(Step::Attribute("b".to_owned())).under_index(0);
        let error = error.under(Step::Attribute("a".to_owned()));
        assert_eq!(error.to_string(), "`a[0].b`: is missing");
    }
}
