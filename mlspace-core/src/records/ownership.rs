//! The marks of records whose create or removal is not finished.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::Item;

/// Attribute of the records whose create is not finished; MLSpace ignores it.
pub(crate) const UNFINISHED: &str = "unfinished";

/// Attribute of the records that are being removed: nothing is added to what they stand for. MLSpace
/// ignores it.
pub(crate) const REMOVING: &str = "terraformRemoving";

/// Marks the item as the first step of a create, whose last step removes [`UNFINISHED`].
pub(crate) fn mark_unfinished(mut item: Item) -> Item {
    item.insert(UNFINISHED.to_owned(), AttributeValue::Bool(true));
    item
}

/// Whether the item has the mark of [`mark_unfinished`]: a create was interrupted, and the next one
/// continues it.
pub(crate) fn is_unfinished(item: &Item) -> bool {
    item.contains_key(UNFINISHED)
}
