//! Paths of attributes.

use std::fmt;

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// An attribute or block of an object.
    Attribute(String),
    /// An element of a list, counted from 0.
    Index(i64),
    /// An element of a map.
    Key(String),
}

/// The path from the root of an object to a value inside. Elements of sets have no address: the
/// path of a value in a set ends at the set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The object as a whole.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// This path, extended by an attribute.
    #[must_use]
    pub fn attribute(&self, name: impl Into<String>) -> Self {
        self.then(Step::Attribute(name.into()))
    }

    /// This path, extended by a list index.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.then(Step::Index(i64::try_from(index).unwrap_or(i64::MAX)))
    }

    /// This path, extended by a map key.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.then(Step::Key(key.into()))
    }

    /// This path, extended by one step.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The steps from the root.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the object as a whole.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `self` equals `other` or is inside it.
    #[must_use]
    pub fn starts_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }
}

/// A dotted path of attribute names, as in `network.subnet_id`. The empty string is the root.
impl From<&str> for Path {
    fn from(dotted: &str) -> Self {
        Self(
            dotted
                .split('.')
                .filter(|name| !name.is_empty())
                .map(|name| Step::Attribute(name.to_owned()))
                .collect(),
        )
    }
}

impl From<&Path> for Path {
    fn from(path: &Path) -> Self {
        path.clone()
    }
}

impl From<Option<Path>> for Path {
    fn from(path: Option<Path>) -> Self {
        path.unwrap_or_default()
    }
}

impl From<Option<&str>> for Path {
    fn from(path: Option<&str>) -> Self {
        path.map(Self::from).unwrap_or_default()
    }
}

impl FromIterator<Step> for Path {
    fn from_iter<T: IntoIterator<Item = Step>>(steps: T) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_displays_like_a_terraform_reference() {
        let path = Path::from("endpoints.iam")
            .index(2)
            .key("a b")
            .attribute("c");
        assert_eq!(path.to_string(), r#"endpoints.iam[2]["a b"].c"#);
        assert!(path.starts_with(&Path::from("endpoints")));
        assert!(!Path::from("endpoints").starts_with(&path));
        assert!(Path::from("").is_root());
    }
}
