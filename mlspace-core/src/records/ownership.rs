//! The mark of records that this platform created.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::Item;

/// Attribute of the records that this platform created; MLSpace ignores it.
const MANAGED_BY: &str = "managedBy";
const TERRAFORM: &str = "terraform";
/// Attribute of the records whose creation has not ended; MLSpace ignores it.
pub(crate) const UNFINISHED: &str = "unfinished";

/// Marks the item as created by this platform.
///
/// A create writes the record last. If it is killed afterwards, before Terraform has saved its
/// state, the next create finds a complete record. The mark, together with the expected content,
/// distinguishes it from a record that another program created.
pub(crate) fn mark_ours(mut item: Item) -> Item {
    item.insert(
        MANAGED_BY.to_owned(),
        AttributeValue::S(TERRAFORM.to_owned()),
    );
    item
}

/// Whether the item has the mark of [`mark_ours`].
pub(crate) fn is_ours(item: &Item) -> bool {
    item.get(MANAGED_BY)
        .and_then(|value| value.as_s().ok())
        .is_some_and(|by| by == TERRAFORM)
}

/// Marks the item as the first step of a create, whose last step removes [`UNFINISHED`].
pub(crate) fn mark_unfinished(mut item: Item) -> Item {
    item.insert(UNFINISHED.to_owned(), AttributeValue::Bool(true));
    mark_ours(item)
}

/// Whether the item has the mark of [`mark_unfinished`]: a create of ours was interrupted, and the
/// next one continues it.
pub(crate) fn is_unfinished(item: &Item) -> bool {
    is_ours(item) && item.contains_key(UNFINISHED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_ours_needs_the_mark() {
        assert!(is_ours(&mark_ours(Item::new())));
        assert!(!is_ours(&Item::new()));
        let other = Item::from([(MANAGED_BY.to_owned(), AttributeValue::S("hand".to_owned()))]);
        assert!(!is_ours(&other));
    }

    #[test]
    fn is_unfinished_needs_both_marks() {
        let item = mark_unfinished(Item::new());
        assert!(is_ours(&item) && is_unfinished(&item));
        assert!(!is_unfinished(&mark_ours(Item::new())));
        let mut theirs = item;
        theirs.remove(MANAGED_BY);
        assert!(!is_unfinished(&theirs));
    }
}
