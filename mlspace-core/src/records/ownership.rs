//! Whose a record is.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::Item;

/// Attribute of the records that this platform made; `MLSpace`'s readers pass over it.
const MANAGED_BY: &str = "managedBy";
const US: &str = "terraform";

/// The item, marked as made by this platform.
///
/// The record is the last thing that a create writes. One that is killed right after it finds, when it is tried again, a finished thing
/// that no state knows: the mark, together with a content that is just what is asked for, tells it from one that somebody else made.
pub(crate) fn mark_ours(mut item: Item) -> Item {
    item.insert(MANAGED_BY.to_owned(), AttributeValue::S(US.to_owned()));
    item
}

/// Whether the item bears the mark of [`mark_ours`].
pub(crate) fn is_ours(item: &Item) -> bool {
    item.get(MANAGED_BY)
        .and_then(|value| value.as_s().ok())
        .is_some_and(|by| by == US)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marked_items_are_ours() {
        assert!(is_ours(&mark_ours(Item::new())));
        assert!(!is_ours(&Item::new()));
        let other = Item::from([(MANAGED_BY.to_owned(), AttributeValue::S("hand".to_owned()))]);
        assert!(!is_ours(&other));
    }
}
