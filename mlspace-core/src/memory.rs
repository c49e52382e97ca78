//! What one refresh tells the next, so that an object that did not change is not described again.
//!
//! A list of SageMaker gives names, statuses and times of the last change, a hundred to a page; the rest
//! takes a call for each object. So the state keeps an object as it was described. As long as a list
//! has the time that it had then, that is what it is.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::tags::Tags;

/// An object as it was described, in a form that the caller stores. Another version of this crate may
/// not understand it, and then describes the object again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Memory(Value);

/// What a [`Memory`] contains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remembered<T> {
    /// When the object was changed last, in milliseconds since the epoch.
    pub(crate) modified: i64,
    /// The object.
    pub(crate) found: T,
    /// Its tags.
    pub(crate) tags: Tags,
}

impl Memory {
    /// What is remembered of an object; `None` without a time of its last change.
    pub(crate) fn of<T: Serialize>(modified: Option<i64>, found: &T, tags: &Tags) -> Option<Self> {
        let remembered = Remembered {
            modified: modified?,
            found,
            tags: tags.clone(),
        };
        serde_json::to_value(remembered).ok().map(Self)
    }

    /// What it contains; `None` if another version wrote it.
    pub(crate) fn open<T: DeserializeOwned>(&self) -> Option<Remembered<T>> {
        serde_json::from_value(self.0.clone()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_opens_as_what_it_was_made_of() {
        let tags = Tags::from([("user", "alice")]);
        let memory = Memory::of(Some(7), &"found".to_owned(), &tags).unwrap();
        let opened = memory.open::<String>().unwrap();
        assert_eq!((opened.modified, opened.tags), (7, tags.clone()));
        assert_eq!(opened.found, "found");
        assert_eq!(memory.open::<u32>(), None, "of another version");
        assert_eq!(Memory::of(None, &"found", &tags), None);
    }
}
