//! The mark of records that this platform created.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::Item;

/// Attribute of the records that this platform created; MLSpace ignores it.
const MANAGED_BY: &str = "managedBy";
const TERRAFORM: &str = "terraform";

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
}
