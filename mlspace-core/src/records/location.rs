//! The record of an external location, with its grants.
//!
//! It is an item of MLSpace's table of SageMaker resources, under a type of its own. MLSpace reads
//! that table by type only, so that it never sees these items. A location and its grants are one item:
//! a condition on it can refuse a grant of a location that is being deleted, and a deletion of one that
//! is granted.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Item, ItemBuilder, Key, Malformed, View};
use crate::name::LocationName;
use crate::tables::LOCATION_TYPE;

/// An external location.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocationRecord {
    /// The location's name; range key.
    pub name: String,
    /// The bucket.
    pub bucket: String,
    /// Prefixes of its objects; empty for the whole bucket.
    pub prefixes: Vec<String>,
    /// ARN of the key that encrypts the objects.
    pub kms_key_arn: Option<String>,
    /// Its grants, by the text of the grantee.
    pub grants: BTreeMap<String, GrantRecord>,
    /// Whether its deletion has begun.
    pub deleting: bool,
}

/// A grant of a location.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GrantRecord {
    /// Whether objects can be written and deleted.
    pub write: bool,
    /// Whether its removal has begun.
    pub leaving: bool,
    /// All attributes, with the token and the mark of an unfinished change.
    pub item: Item,
}

impl Eq for GrantRecord {}

impl GrantRecord {
    const WRITE: &'static str = "write";
    const LEAVING: &'static str = "leaving";

    /// The attributes of a grant.
    #[must_use]
    pub fn item(write: bool) -> Item {
        ItemBuilder::new().bool(Self::WRITE, write).build()
    }

    /// The attributes of a grant whose removal has begun.
    #[must_use]
    pub fn mark_leaving(mut item: Item) -> Item {
        item.insert(Self::LEAVING.to_owned(), AttributeValue::Bool(true));
        item
    }

    /// A grant with these attributes. One that is not a grant opens nothing.
    fn read(item: &Item) -> Self {
        let view = View(item);
        Self {
            write: view.bool(Self::WRITE).unwrap_or(false),
            leaving: view.bool(Self::LEAVING).unwrap_or(true),
            item: item.clone(),
        }
    }
}

impl LocationRecord {
    /// Attribute of the hash key.
    pub const HASH: &'static str = "resourceType";
    /// Attribute with the grants.
    pub const GRANTS: &'static str = "grants";
    /// Attribute of a location whose deletion has begun.
    pub const DELETING: &'static str = "deleting";

    /// The key of a location's record.
    #[must_use]
    pub fn key(name: &LocationName) -> Key {
        Key::hash(Self::HASH, LOCATION_TYPE).range("resourceId", name.as_str())
    }

    /// Reads an item.
    ///
    /// # Errors
    /// When an attribute that decides something is missing or has another type.
    pub fn read(item: &Item) -> Result<Self, Malformed> {
        let view = View(item);
        let grants = view.map(Self::GRANTS).into_iter().flatten();
        Ok(Self {
            name: view.string("resourceId")?,
            bucket: view.string("bucket")?,
            prefixes: view.strings("prefixes")?,
            kms_key_arn: view.text("kmsKeyArn"),
            grants: grants
                .filter_map(|(grantee, value)| {
                    let item = value.as_m().ok()?;
                    Some((grantee.clone(), GrantRecord::read(item)))
                })
                .collect(),
            deleting: view.bool(Self::DELETING)?,
        })
    }

    /// The item of a new location without grants.
    #[must_use]
    pub fn item(&self) -> Item {
        let item = ItemBuilder::new()
            .string(Self::HASH, LOCATION_TYPE)
            .string("resourceId", &self.name)
            .string("bucket", &self.bucket)
            .strings("prefixes", &self.prefixes);
        match &self.kms_key_arn {
            Some(key) => item.string("kmsKeyArn", key).build(),
            None => item.build(),
        }
    }

    /// These grants as an attribute.
    #[must_use]
    pub fn grants_value(grants: BTreeMap<String, Item>) -> AttributeValue {
        let values = grants
            .into_iter()
            .map(|(grantee, item)| (grantee, AttributeValue::M(item)));
        AttributeValue::M(values.collect::<HashMap<_, _>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lake() -> LocationRecord {
        LocationRecord {
            name: "lake".to_owned(),
            bucket: "analytics-lake".to_owned(),
            prefixes: vec!["cards/".to_owned()],
            ..LocationRecord::default()
        }
    }

    #[test]
    fn item_round_trips() {
        for record in [
            lake(),
            LocationRecord {
                kms_key_arn: Some("arn:aws:kms:us-east-1:123456789012:key/1".to_owned()),
                prefixes: Vec::new(),
                ..lake()
            },
        ] {
            assert_eq!(LocationRecord::read(&record.item()), Ok(record));
        }
    }

    #[test]
    fn item_has_no_attribute_of_mlspaces_indexes() {
        let item = lake().item();
        assert!(!item.contains_key("project") && !item.contains_key("user"));
    }

    #[test]
    fn read_takes_malformed_grants_for_none() {
        let mut item = lake().item();
        let odd = ItemBuilder::new().string("leaving", "perhaps").build();
        let grants = BTreeMap::from([
            ("project/fraud".to_owned(), GrantRecord::item(true)),
            ("project/churn".to_owned(), odd),
        ]);
        item.insert("grants".to_owned(), LocationRecord::grants_value(grants));
        let record = LocationRecord::read(&item).unwrap();
        assert!(record.grants["project/fraud"].write);
        assert!(!record.grants["project/fraud"].leaving);
        assert!(record.grants["project/churn"].leaving);
    }
}
