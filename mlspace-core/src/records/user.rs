//! The record of a person.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::change::Change;
use super::item::{Item, ItemBuilder, Key, Malformed, View};
use crate::name::UserName;

/// The permission that makes a user an administrator of MLSpace.
pub const ADMIN: &str = "PMO";

/// A person whom MLSpace knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserRecord {
    /// The user's name; the key.
    pub username: String,
    /// E-mail address, or empty.
    pub email: String,
    /// The name that MLSpace shows.
    pub display_name: String,
    /// Whether the user is denied everything.
    pub suspended: bool,
    /// Permissions in the web application.
    pub permissions: Vec<String>,
    /// Creation time, in seconds since the epoch; 0 when the record has none.
    pub created_at: i64,
}

impl UserRecord {
    /// Attribute of the key.
    pub const HASH: &'static str = "username";

    /// The key of a user's record.
    #[must_use]
    pub fn key(user: &UserName) -> Key {
        Key::hash(Self::HASH, user.as_str())
    }

    /// Reads an item.
    ///
    /// # Errors
    /// When the name is missing, or when it is not clear whether the user is suspended or what the
    /// permissions are.
    pub fn read(item: &Item) -> Result<Self, Malformed> {
        let view = View(item);
        Ok(Self {
            username: view.string(Self::HASH)?,
            email: view.text_or_empty("email"),
            display_name: view.text_or_empty("displayName"),
            suspended: view.bool("suspended")?,
            permissions: view.strings("permissions")?,
            created_at: view.integer("createdAt").unwrap_or(0),
        })
    }

    /// The item of a new user, as MLSpace's API writes it: the last login is the creation
    /// (`backend/src/ml_space_lambda/user`, <https://github.com/awslabs/mlspace>).
    #[must_use]
    pub fn item(&self) -> Item {
        let zone = AttributeValue::S("Local".to_owned());
        let preferences = HashMap::from([("timezone".to_owned(), zone)]);
        ItemBuilder::new()
            .string(Self::HASH, &self.username)
            .string("email", &self.email)
            .string("displayName", &self.display_name)
            .bool("suspended", self.suspended)
            .strings("permissions", &self.permissions)
            .integer("createdAt", self.created_at)
            .integer("lastLogin", self.created_at)
            .value("preferences", AttributeValue::M(preferences))
            .build()
    }

    /// Whether the user administers MLSpace.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.permissions.iter().any(|one| one == ADMIN)
    }

    /// The permissions with or without administration; the others stay.
    #[must_use]
    pub fn permissions_with(&self, admin: bool) -> Vec<String> {
        let others = self.permissions.iter().filter(|one| *one != ADMIN);
        let admin = admin.then(|| ADMIN.to_owned());
        admin.into_iter().chain(others.cloned()).collect()
    }

    /// The attributes without which MLSpace takes the user for missing.
    pub(crate) fn missing(item: &Item) -> Vec<&'static str> {
        let view = View(item);
        let present = [
            ("email", view.is_string("email")),
            ("displayName", view.is_string("displayName")),
            ("suspended", is_bool(item)),
        ];
        let missing = present.into_iter().filter(|(_, present)| !present);
        missing.map(|(name, _)| name).collect()
    }

    /// The change that makes this record of `before`, which was read from `item`, under the condition
    /// that these attributes are still as they were read. Adds what MLSpace needs and the item lacks.
    #[must_use]
    pub(crate) fn change_from(&self, before: &Self, item: &Item) -> Change {
        let view = View(item);
        let mut change = Change::new();
        for (name, value, old) in [
            ("email", &self.email, &before.email),
            ("displayName", &self.display_name, &before.display_name),
        ] {
            if value != old || !view.is_string(name) {
                change = change.set_string(name, value).expect(name, item.get(name));
            }
        }
        if self.suspended != before.suspended || !is_bool(item) {
            change = change.set_bool("suspended", self.suspended);
        }
        if self.permissions != before.permissions {
            change = change
                .set_strings("permissions", &self.permissions)
                .expect("permissions", item.get("permissions"));
        }
        // Also for a change of something else: what follows goes by it.
        change.expect("suspended", item.get("suspended"))
    }
}

fn is_bool(item: &Item) -> bool {
    matches!(item.get("suspended"), Some(AttributeValue::Bool(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alice() -> UserRecord {
        UserRecord {
            username: "alice".to_owned(),
            email: "alice@example.com".to_owned(),
            display_name: "Alice".to_owned(),
            suspended: false,
            permissions: Vec::new(),
            created_at: 1_700_000_000,
        }
    }

    #[test]
    fn item_round_trips() {
        for permissions in [&[][..], &[ADMIN], &["other", ADMIN]] {
            let record = UserRecord {
                permissions: permissions.iter().map(|&one| one.to_owned()).collect(),
                ..alice()
            };
            assert_eq!(UserRecord::read(&record.item()), Ok(record));
        }
    }

    #[test]
    fn item_has_what_mlspace_writes() {
        let item = alice().item();
        let mut names: Vec<&str> = item.keys().map(String::as_str).collect();
        names.sort_unstable();
        let expected =
            "createdAt displayName email lastLogin permissions preferences suspended username";
        assert_eq!(names.join(" "), expected);
        assert_eq!(
            item["lastLogin"],
            AttributeValue::N("1700000000".to_owned())
        );
        assert_eq!(item["permissions"], AttributeValue::L(Vec::new()));
    }

    #[test]
    fn permissions_with_keeps_others() {
        let record = UserRecord {
            permissions: vec!["other".to_owned()],
            ..alice()
        };
        assert_eq!(record.permissions_with(true), [ADMIN, "other"]);
        assert_eq!(record.permissions_with(false), ["other"]);
    }

    #[test]
    fn read_refuses_unclear_suspension() {
        let mut item = alice().item();
        item.insert(
            "suspended".to_owned(),
            AttributeValue::S("perhaps".to_owned()),
        );
        assert_eq!(UserRecord::read(&item).unwrap_err().attribute, "suspended");
    }

    #[test]
    fn change_from_touches_what_differs_and_adds_what_lacks() {
        let before = alice();
        let mut item = before.item();
        item.insert("nickname".to_owned(), AttributeValue::S("al".to_owned()));
        assert!(before.change_from(&before, &item).is_empty());
        let renamed = UserRecord {
            display_name: "Alice A.".to_owned(),
            ..alice()
        };
        let change = renamed.change_from(&before, &item);
        let key = UserRecord::key(&"alice".parse().unwrap()).attributes();
        let after = change.applied(Some(&item), key.clone()).unwrap();
        assert_eq!(after["nickname"], item["nickname"]);
        assert_eq!(UserRecord::read(&after), Ok(renamed));
        item.remove("email");
        item.remove("suspended");
        assert_eq!(UserRecord::missing(&item), ["email", "suspended"]);
        let change = before.change_from(&UserRecord::read(&item).unwrap(), &item);
        let after = change.applied(Some(&item), key).unwrap();
        assert_eq!(UserRecord::missing(&after), [""; 0]);
    }
}
