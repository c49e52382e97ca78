//! The record of a membership.

use super::item::{Item, ItemBuilder, Key, Malformed, View};
use crate::name::{ProjectName, UserName};

/// The permission that makes a member an owner of the project.
pub const OWNER: &str = "MO";

/// A user's membership in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectUserRecord {
    /// The project; hash key.
    pub project: String,
    /// The user; range key.
    pub user: String,
    /// Permissions on the project in the web application.
    pub permissions: Vec<String>,
    /// ARN of the membership's role, or empty.
    pub role: String,
}

impl ProjectUserRecord {
    /// The key of a membership's record.
    #[must_use]
    pub fn key(project: &ProjectName, user: &UserName) -> Key {
        Key::hash("project", project.as_str()).range("user", user.as_str())
    }

    /// Reads an item. Permissions of another type than MLSpace's count as none.
    ///
    /// # Errors
    /// When the key is missing.
    pub fn read(item: &Item) -> Result<Self, Malformed> {
        let view = View(item);
        Ok(Self {
            project: view.string("project")?,
            user: view.string("user")?,
            permissions: view.strings("permissions").unwrap_or_default(),
            role: view.text_or_empty("role"),
        })
    }

    /// Whether the item has permissions as MLSpace reads them, or none.
    pub(crate) fn has_permissions(item: &Item) -> bool {
        View(item).strings("permissions").is_ok()
    }

    /// The item of a new membership.
    #[must_use]
    pub fn item(&self) -> Item {
        ItemBuilder::new()
            .string("project", &self.project)
            .string("user", &self.user)
            .strings("permissions", &self.permissions)
            .string("role", &self.role)
            .build()
    }

    /// Whether the member owns the project.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.permissions
            .iter()
            .any(|permission| permission == OWNER)
    }

    /// The permissions with or without ownership; the others stay.
    #[must_use]
    pub fn permissions_with(&self, owner: bool) -> Vec<String> {
        let others = self
            .permissions
            .iter()
            .filter(|permission| *permission != OWNER)
            .cloned();
        owner
            .then(|| OWNER.to_owned())
            .into_iter()
            .chain(others)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;

    fn record(permissions: &[&str]) -> ProjectUserRecord {
        ProjectUserRecord {
            project: "fraud".to_owned(),
            user: "alice".to_owned(),
            permissions: permissions.iter().map(|&p| p.to_owned()).collect(),
            role: "arn:aws:iam::123456789012:role/MLSpace-fraud-2bd806c9".to_owned(),
        }
    }

    #[test]
    fn item_round_trips() {
        for permissions in [&[][..], &[OWNER], &["CO", OWNER]] {
            let record = record(permissions);
            assert_eq!(ProjectUserRecord::read(&record.item()), Ok(record));
        }
    }

    #[test]
    fn odd_permissions_are_none() {
        let mut item = record(&[OWNER]).item();
        assert!(ProjectUserRecord::has_permissions(&item));
        item.insert("permissions".to_owned(), AttributeValue::Bool(true));
        assert!(!ProjectUserRecord::has_permissions(&item));
        assert!(!ProjectUserRecord::read(&item).unwrap().is_owner());
    }

    #[test]
    fn empty_permissions_are_a_list() {
        assert_eq!(
            record(&[]).item()["permissions"],
            AttributeValue::L(Vec::new())
        );
    }

    #[test]
    fn permissions_with_keeps_others() {
        let member = record(&["other"]);
        assert!(!member.is_owner());
        assert_eq!(member.permissions_with(true), [OWNER, "other"]);
        assert_eq!(record(&[OWNER, "other"]).permissions_with(false), ["other"]);
        assert_eq!(record(&[OWNER]).permissions_with(true), [OWNER]);
    }
}
