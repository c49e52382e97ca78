//! Planning groups.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use super::{UserGroupSpec, UserGroups, object};
use crate::aws::Error;
use crate::collisions::{collision, differing_only_in_case};
use crate::directory::invalid_new_name;
use crate::name::{GroupName, UserName, same_ignoring_case};
use crate::owners::{Ownership, listed};
use crate::ownership::{Kind, Object, Run};
use crate::plan::{Notice, PlanOutcome};

impl UserGroups {
    /// Plans a group. `prior` is what the state holds; `run` says what else happens to existing groups.
    pub async fn plan(
        &self,
        spec: &UserGroupSpec,
        prior: Option<&UserGroupSpec>,
        run: &dyn Run,
    ) -> PlanOutcome<()> {
        PlanOutcome::warned(self.try_plan(spec, prior, run).await)
    }

    async fn try_plan(
        &self,
        spec: &UserGroupSpec,
        prior: Option<&UserGroupSpec>,
        run: &dyn Run,
    ) -> Result<Vec<Notice>, Error> {
        spec.check()?;
        let mut warnings = Vec::new();
        self.directory.plan_group(&spec.name, &spec.members);
        if prior.is_none() {
            self.check_new(&spec.name, run).await?;
            warnings.extend(self.warn_of_rows(spec, run).await?);
        }
        let joining = spec.members.iter();
        let joining: Vec<&UserName> = joining
            .filter(|user| prior.is_none_or(|prior| !prior.members.contains(*user)))
            .collect();
        self.check_users(&joining).await?;
        if let Some(prior) = prior {
            let leaving = prior.members.difference(&spec.members).cloned().collect();
            self.check_owners(spec, &leaving).await?;
        }
        Ok(warnings)
    }

    /// Refuses a group that exists, and a name that no new group can have or that differs from
    /// another's in case only: IAM ignores case in the names of the groups' policies.
    async fn check_new(&self, name: &GroupName, run: &dyn Run) -> Result<(), Error> {
        let known = self.recorded().await?;
        let object = object(name);
        if known.contains(name.as_str())
            && !run.replaces(&object)
            && self.find(name).await?.is_some()
        {
            return Err(object.exists());
        }
        name.check_new()
            .map_err(|error| invalid_new_name("name", &error))?;
        if let Some(other) = differing_only_in_case(known.iter(), name.as_str())
            && !run.removes(&Object::new(Kind::Group, other)).await
        {
            return Err(collision("name", "group", name.as_str(), other));
        }
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        let other = planned
            .iter()
            .find(|other| *other != name && same_ignoring_case(other.as_str(), name.as_str()));
        if let Some(other) = other {
            return Err(Error::Invalid {
                attribute: Some("name"),
                message: format!(
                    "the configuration also creates the group `{other}`, which differs from `{name}` only in upper and lower \
                     case"
                ),
                remedy: "use one spelling, because IAM ignores case".to_owned(),
            });
        }
        planned.insert(name.clone());
        Ok(())
    }

    /// Refuses a new name that differs from an existing group's in case only, now.
    pub(super) async fn check_case(&self, name: &GroupName) -> Result<(), Error> {
        self.names.forget().await;
        let known = self.recorded().await?;
        match differing_only_in_case(known.iter(), name.as_str()) {
            Some(other) => Err(collision("name", "group", name.as_str(), other)),
            None => Ok(()),
        }
    }

    /// A warning about users who are in the group although the group has no record.
    async fn warn_of_rows(
        &self,
        spec: &UserGroupSpec,
        run: &dyn Run,
    ) -> Result<Option<Notice>, Error> {
        if run.replaces(&object(&spec.name)) {
            return Ok(None);
        }
        let members = self.groups.cached_members_of(&spec.name).await?;
        let leaving: Vec<String> = members
            .difference(&spec.members)
            .map(|user| format!("`{user}`"))
            .collect();
        Ok((!leaving.is_empty()).then(|| Notice {
            attribute: "members",
            summary: "Group has users already".to_owned(),
            detail: format!(
                "Group `{}` has no record, but these users are in it, and leave it now: {}. They lose what is shared with \
                 the group. Add them to `members` to keep them.",
                spec.name,
                leaving.join(", ")
            ),
        }))
    }

    /// Refuses that these users leave who are the last owners of a project through the group, unless it is
    /// said to.
    pub(super) async fn check_owners(
        &self,
        spec: &UserGroupSpec,
        leaving: &BTreeSet<UserName>,
    ) -> Result<(), Error> {
        if spec.allow_ownerless_projects || leaving.is_empty() {
            return Ok(());
        }
        let goes =
            |one: &Ownership| one.group.as_ref() == Some(&spec.name) && leaving.contains(&one.user);
        let lost = self.owners.lost(goes, |_| false).await?;
        if lost.is_empty() {
            return Ok(());
        }
        Err(Error::Invalid {
            attribute: Some("members"),
            message: format!(
                "those who leave group `{}` are the last owners of {} who are not suspended",
                spec.name,
                listed(&lost)
            ),
            remedy: "make another member an owner (`owner = true` of an `mlspace_membership`) and apply that first, or set \
                     `allow_ownerless_projects = true` here"
                .to_owned(),
        })
    }

    /// Refuses users whom MLSpace does not know, if it knows any.
    async fn check_users(&self, users: &[&UserName]) -> Result<(), Error> {
        let mut unknown = BTreeSet::new();
        for user in users {
            if self.directory.knows_user(user).await? == Some(false) {
                unknown.insert(*user);
            }
        }
        refuse_unknown(&unknown)
    }
}

/// Refuses these users.
pub(super) fn refuse_unknown(users: &BTreeSet<&UserName>) -> Result<(), Error> {
    if users.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = users.iter().map(|user| format!("`{user}`")).collect();
    Err(Error::Invalid {
        attribute: Some("members"),
        message: format!("MLSpace has no user {}", names.join(", ")),
        remedy: "correct the name, or create the user with `mlspace_user` and write `mlspace_user.NAME.name` here, so that \
                 the user is created first"
            .to_owned(),
    })
}
