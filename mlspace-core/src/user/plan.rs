//! Planning users.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use super::{UserSpec, Users, object};
use crate::aws::{Error, PolicyModel};
use crate::directory::invalid_new_name;
use crate::name::{UserName, same_ignoring_case};
use crate::owners::listed;
use crate::ownership::Run;
use crate::plan::{Notice, PlanOutcome};
use crate::policies::Suspended;
use crate::tags::{SYSTEM, USER};

impl Users {
    /// Plans a user. `prior` is what the state holds; `run` says what else happens to existing users.
    pub async fn plan(
        &self,
        spec: &UserSpec,
        prior: Option<&UserSpec>,
        run: &dyn Run,
    ) -> PlanOutcome<()> {
        if prior.is_none() {
            self.directory.plan_user(&spec.name);
        }
        PlanOutcome::warned(self.try_plan(spec, prior, run).await)
    }

    async fn try_plan(
        &self,
        spec: &UserSpec,
        prior: Option<&UserSpec>,
        run: &dyn Run,
    ) -> Result<Vec<Notice>, Error> {
        spec.check()?;
        if prior.is_none() {
            self.check_new(spec, run).await?;
        }
        let was_suspended = prior.is_some_and(|prior| prior.suspended);
        match (was_suspended, spec.suspended) {
            (false, true) => self.plan_suspension(spec, prior.is_some()).await,
            (true, false) => Ok(vec![resumption(spec)]),
            _ => Ok(Vec::new()),
        }
    }

    /// Refuses a user who exists, and a name that no new user can have or that differs from another's
    /// in case only.
    async fn check_new(&self, spec: &UserSpec, run: &dyn Run) -> Result<(), Error> {
        let (name, object) = (&spec.name, object(&spec.name));
        let known = self.users.cached().await?;
        if known.contains_key(name.as_str())
            && !run.replaces(&object)
            && self.users.find(name).await?.is_some()
        {
            return Err(object.exists());
        }
        // Members of projects can have names from before there were rules.
        if !self.collisions.has_user(name).await? {
            name.check_new()
                .map_err(|error| invalid_new_name("name", &error))?;
        }
        for other in known.keys() {
            if other != name.as_str()
                && same_ignoring_case(other, name.as_str())
                && !run
                    .removes(&super::Object::new(super::Kind::User, other))
                    .await
            {
                return Err(crate::collisions::collision(
                    "name",
                    "user",
                    name.as_str(),
                    other,
                ));
            }
        }
        let planned = self.collisions.plan_user(name, run).await;
        planned.map(drop).map_err(about_name)
    }

    /// Plans a suspension: refuses one that leaves projects without an owner, unless it is said to, and
    /// one for which the shared list has no room.
    async fn plan_suspension(&self, spec: &UserSpec, exists: bool) -> Result<Vec<Notice>, Error> {
        let name = &spec.name;
        let others = self.add_planned(name);
        if !spec.allow_ownerless_projects {
            let owned = self
                .owners
                .lost(|one| one.user == *name, |one| others.contains(&one.user))
                .await?;
            if !owned.is_empty() {
                return Err(Error::Invalid {
                    attribute: Some("suspended"),
                    message: format!(
                        "user `{name}` is the last owner of {} who is not suspended",
                        listed(&owned)
                    ),
                    remedy: "make another member an owner (`owner = true` of an `mlspace_membership`) and apply that first, \
                             or set `allow_ownerless_projects = true` here"
                        .to_owned(),
                });
            }
        }
        if self.clients.settings().policy_model == PolicyModel::Attribute {
            // All suspensions of a plan share one policy, so they are checked together.
            let users = others.into_iter().chain([name.clone()]).collect();
            let more = Suspended {
                users,
                ..Suspended::default()
            };
            self.suspensions.check(&more).await?;
        }
        let system = &self.clients.settings().system_tag;
        let goes_on = Notice {
            attribute: "suspended",
            summary: "Jobs and endpoints go on".to_owned(),
            detail: format!(
                "Suspending user `{name}` denies everything to the user's roles and stops the user's notebooks. Jobs and \
                 endpoints that run already go on, and cost. Find them with `aws resourcegroupstaggingapi get-resources \
                 --tag-filters Key={SYSTEM},Values={system} Key={USER},Values={name}`, and stop or delete those that \
                 should not."
            ),
        };
        Ok(exists.then_some(goes_on).into_iter().collect())
    }

    /// Adds a user to those that are planned to be suspended. Returns the others.
    fn add_planned(&self, name: &UserName) -> BTreeSet<UserName> {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        planned.insert(name.clone());
        planned
            .iter()
            .filter(|other| *other != name)
            .cloned()
            .collect()
    }
}

/// Says that a suspension ends, which somebody may have begun in MLSpace.
fn resumption(spec: &UserSpec) -> Notice {
    Notice {
        attribute: "suspended",
        summary: "Suspension ends".to_owned(),
        detail: format!(
            "User `{}` is suspended, and this lets the user act again. If somebody has suspended the user in MLSpace, set \
             `suspended = true` here to keep it so.",
            spec.name
        ),
    }
}

/// The error of a membership's `user`, as one of this resource's `name`.
fn about_name(error: Error) -> Error {
    match error {
        Error::Invalid {
            message, remedy, ..
        } => Error::Invalid {
            attribute: Some("name"),
            message,
            remedy,
        },
        other => other,
    }
}
