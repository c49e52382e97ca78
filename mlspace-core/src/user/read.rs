//! Reading users.

use super::records::FoundUser;
use super::suspension::denies_everything;
use super::{User, Users};
use crate::aws::Error;
use crate::layout;
use crate::name::{GroupName, UserName};
use crate::records::{UserRecord, is_unfinished};

impl Users {
    /// The user as it is; `None` when it is not on record.
    ///
    /// # Errors
    /// When AWS can't be reached or refuses the calls, or the record is malformed.
    pub async fn read(&self, name: &UserName) -> Result<Option<User>, Error> {
        let Some(found) = self.users.read(name).await? else {
            return Ok(None);
        };
        let mut read = user(name, &found);
        read.drift
            .extend(self.policy_drift(name, read.suspended).await?);
        let listed = self.suspensions.user_drift(name, read.suspended).await?;
        read.drift.extend(listed);
        Ok(Some(read))
    }

    /// All users on record, in the order of their names; those of a group if one is named. Names that no
    /// user here can have are left out. What their policies say is not read.
    ///
    /// # Errors
    /// When AWS can't be reached or refuses the calls.
    pub async fn all(&self, group: Option<&GroupName>) -> Result<Vec<User>, Error> {
        let members = match group {
            Some(group) => Some(self.groups.cached_members_of(group).await?),
            None => None,
        };
        let mut users = Vec::new();
        for record in self.users.all().await? {
            let Ok(name) = record.username.parse::<UserName>() else {
                continue;
            };
            if members
                .as_ref()
                .is_none_or(|members| members.contains(&name))
            {
                users.push(recorded(&name, &record));
            }
        }
        users.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(users)
    }

    /// What a refresh has to say about the user's policy, where there is one.
    async fn policy_drift(
        &self,
        name: &UserName,
        suspended: bool,
    ) -> Result<Option<String>, Error> {
        let policy = layout::user_policy_name(&self.clients.settings().iam_resource_prefix, name)?;
        let arn = self.clients.account().await?.policy_arn(&policy);
        let document = self.policies.cached_document(&arn).await?;
        Ok(match document.as_deref().map(denies_everything) {
            Some(false) if suspended => Some(format!(
                "policy `{policy}` does not deny everything to user `{name}`, who is suspended"
            )),
            Some(true) if !suspended => Some(format!(
                "policy `{policy}` denies everything to user `{name}`, who is not suspended"
            )),
            _ => None,
        })
    }
}

/// The user on record.
pub(super) fn user(name: &UserName, found: &FoundUser) -> User {
    let FoundUser { record, item } = found;
    let mut drift = Vec::new();
    let missing = UserRecord::missing(item);
    if !missing.is_empty() {
        drift.push(format!(
            "the record of user `{name}` lacks `{}`, which MLSpace needs",
            missing.join("`, `")
        ));
    }
    if is_unfinished(item) {
        drift.push(format!(
            "a suspension or its end was interrupted before all of user `{name}` followed"
        ));
    }
    User {
        drift,
        token: found.token(),
        ..recorded(name, record)
    }
}

/// The user of this record.
pub(super) fn recorded(name: &UserName, record: &UserRecord) -> User {
    User {
        name: name.clone(),
        display_name: record.display_name.clone(),
        email: record.email.clone(),
        admin: record.is_admin(),
        suspended: record.suspended,
        created_at: record.created_at,
        drift: Vec::new(),
        token: None,
    }
}
