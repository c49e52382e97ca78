//! Null elements of lists, sets and maps.
//!
//! A null element is most likely a mistake of the configuration, and no API has a value for it. It
//! would otherwise be found when other objects have been created already.

use crate::framework::{diagnostics::Diagnostics, path::Path, value::Value};

/// A null element: its path, and the collection that it is in. Elements of sets have no address, so
/// their path is that of the set.
pub(crate) struct NullElement {
    pub(crate) path: Path,
    collection: Collection,
}

#[derive(Clone, Copy)]
enum Collection {
    List,
    Set,
    Map,
}

impl NullElement {
    /// What is null, and how to avoid it, in full sentences.
    pub(crate) fn explain(&self) -> String {
        let path = &self.path;
        let (what, remedy) = match self.collection {
            Collection::List => (
                "is null",
                "[for element in LIST : element if element != null]",
            ),
            Collection::Set => (
                "has a null element",
                "[for element in SET : element if element != null]",
            ),
            Collection::Map => (
                "is null",
                "{ for key, value in MAP : key => value if value != null }",
            ),
        };
        format!("`{path}` {what}. Remove it, for example with `{remedy}`.")
    }

    fn report(&self, diagnostics: &mut Diagnostics) {
        diagnostics.error(&self.path, "Null element", self.explain());
    }
}

/// Reports the null elements of a value, and of everything inside.
pub(super) fn check_all(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    visit(value, path, true, &mut |found| found.report(diagnostics));
}

/// Reports the null elements of a collection, and not those inside of its elements.
pub(super) fn check_elements(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    visit(value, path, false, &mut |found| found.report(diagnostics));
}

/// The first null element of the value at this path, or of anything inside.
pub(crate) fn first(value: &Value, path: &Path) -> Option<NullElement> {
    let mut first = None;
    visit(value, path, true, &mut |found| {
        first.get_or_insert(found);
    });
    first
}

fn visit(value: &Value, path: &Path, deep: bool, report: &mut dyn FnMut(NullElement)) {
    let mut element = |value: &Value, path: Path, collection| {
        if value.is_null() {
            report(NullElement { path, collection });
        } else if deep {
            visit(value, &path, deep, report);
        }
    };
    match value {
        Value::List(elements) => {
            for (index, value) in elements.iter().enumerate() {
                element(value, path.index(index), Collection::List);
            }
        }
        Value::Set(elements) => {
            for value in elements {
                element(value, path.clone(), Collection::Set);
            }
        }
        Value::Map(entries) => {
            for (key, value) in entries {
                element(value, path.key(key), Collection::Map);
            }
        }
        // Attributes of objects and elements of tuples can be null. Values of dynamic type are the
        // provider's affair.
        Value::Object(attributes) if deep => {
            for (name, value) in attributes {
                visit(value, &path.attribute(name), deep, report);
            }
        }
        Value::Tuple(elements) if deep => {
            for (index, value) in elements.iter().enumerate() {
                visit(value, &path.index(index), deep, report);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::types::Type;

    #[test]
    fn first_finds_null_elements_at_any_depth() {
        let found = |value: &Value| first(value, &Path::from("v")).map(|found| found.explain());
        let list = Type::list(Type::String);
        let clean = Value::object([
            ("a", Value::Null),
            ("b", Value::list([Value::from("x"), Value::Unknown])),
            (
                "c",
                Value::Dynamic(Box::new(list), Box::new(Value::list([Value::Null]))),
            ),
        ]);
        assert_eq!(found(&clean), None);
        for (value, start) in [
            (
                Value::list(["x", "y"].map(Some).into_iter().chain([None])),
                "`v[2]` is null.",
            ),
            (
                Value::map([("a", Value::set([Value::Null]))]),
                "`v[\"a\"]` has a null element.",
            ),
            (
                Value::object([("a", Value::map([("b", Value::Null)]))]),
                "`v.a[\"b\"]` is null. Remove it, for example with `{ for key,",
            ),
        ] {
            let text = found(&value).unwrap();
            assert!(text.starts_with(start), "{text}");
        }
    }
}
