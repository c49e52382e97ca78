//! Names that differ only in upper and lower case.
//!
//! IAM ignores case in names; DynamoDB and S3 do not. Two such names would share policies but not
//! data, so the second is refused.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::aws::wait::until;
use crate::aws::{Backoff, Clients, Error, IfPresent as _, Operation, Poll};
use crate::name::{ProjectName, UserName, same_ignoring_case};
use crate::ownership::{Kind, Object, Run};
use crate::records::{Item, RecordStore, View};

/// The name among `names` that differs from `name` only in case.
pub(crate) fn differing_only_in_case<'a>(
    names: impl IntoIterator<Item = &'a String>,
    name: &str,
) -> Option<&'a String> {
    names
        .into_iter()
        .find(|found| *found != name && same_ignoring_case(found, name))
}

/// Refuses `name` because `other`, an existing one, differs from it only in case.
pub(crate) fn collision(attribute: &'static str, kind: &str, name: &str, other: &str) -> Error {
    Error::Invalid {
        attribute: Some(attribute),
        message: format!(
            "the {kind} `{name}` differs from the existing {kind} `{other}` only in upper and lower case"
        ),
        remedy: format!(
            "choose a name that differs in more than case, or remove the {kind} `{other}` and apply before you add this one; \
             a resource with `create_before_destroy` cannot be renamed in case only"
        ),
    }
}

/// Refuses `name` because of this existing object.
fn existing(name: Name<'_>, other: &Object) -> Error {
    let found = name.existing(other);
    collision(name.attribute(), name.noun(), name.as_str(), found)
}

/// Refuses `name` because this run also creates `other`.
fn planned_collision(name: Name<'_>, other: &str) -> Error {
    let (kind, text) = (name.noun(), name.as_str());
    Error::Invalid {
        attribute: Some(name.attribute()),
        message: format!(
            "the configuration also creates the {kind} `{other}`, which differs from `{text}` only in upper and lower case"
        ),
        remedy: "use one spelling, because IAM ignores case".to_owned(),
    }
}

/// Names of projects and users: those in use, read once, and those that this process plans.
pub(crate) struct CaseCollisions {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    projects: OnceCell<Vec<Object>>,
    members: OnceCell<Vec<Object>>,
    /// Spellings by kind and lower-case name.
    planned: Mutex<HashMap<(&'static str, String), String>>,
}

/// A name that a run creates.
#[derive(Clone, Copy)]
enum Name<'a> {
    Project(&'a ProjectName),
    User(&'a UserName),
}

impl Name<'_> {
    /// The noun in messages, which is also the attribute's name for users.
    const fn noun(self) -> &'static str {
        match self {
            Self::Project(_) => "project",
            Self::User(_) => "user",
        }
    }

    const fn attribute(self) -> &'static str {
        match self {
            Self::Project(_) => "name",
            Self::User(_) => "user",
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Project(name) => name.as_str(),
            Self::User(name) => name.as_str(),
        }
    }

    /// The name of this kind in the id of an existing object.
    fn existing<'b>(&self, object: &'b Object) -> &'b str {
        match self {
            Self::Project(_) => &object.id,
            Self::User(_) => object.id.split_once('/').map_or("", |(_, user)| user),
        }
    }

    /// The objects whose names differ from this one only in case.
    fn collisions<'b>(&self, existing: &'b [Object]) -> Vec<&'b Object> {
        let collides = |object: &&Object| {
            let other = self.existing(object);
            other != self.as_str() && same_ignoring_case(other, self.as_str())
        };
        existing.iter().filter(collides).collect()
    }
}

impl CaseCollisions {
    /// Names on record in `records`.
    pub(crate) fn new(clients: Clients, records: Arc<dyn RecordStore>) -> Self {
        Self {
            clients,
            records,
            projects: OnceCell::new(),
            members: OnceCell::new(),
            planned: Mutex::default(),
        }
    }

    /// Whether the user is a member of a project already.
    pub(crate) async fn has_user(&self, user: &UserName) -> Result<bool, Error> {
        let name = Name::User(user);
        let members = self.members().await?;
        Ok(members
            .iter()
            .any(|member| name.existing(member) == user.as_str()))
    }

    /// Refuses a planned project whose name differs from another project's only in case, unless the
    /// run removes that one. Returns whether it does.
    pub(crate) async fn plan_project(
        &self,
        name: &ProjectName,
        run: &dyn Run,
    ) -> Result<bool, Error> {
        self.plan(Name::Project(name), run).await
    }

    /// Refuses a planned member whose name differs from that of a member of any project only in
    /// case, unless the run removes all memberships of that one.
    pub(crate) async fn plan_user(&self, user: &UserName, run: &dyn Run) -> Result<bool, Error> {
        self.plan(Name::User(user), run).await
    }

    /// As [`Self::plan_project`], at the time of the create: names that this process is about to
    /// remove are waited for.
    pub(crate) async fn check_project(
        &self,
        operation: &Operation,
        name: &ProjectName,
    ) -> Result<(), Error> {
        self.check(operation, Name::Project(name)).await
    }

    /// As [`Self::plan_user`], at the time of the create.
    pub(crate) async fn check_user(
        &self,
        operation: &Operation,
        user: &UserName,
    ) -> Result<(), Error> {
        self.check(operation, Name::User(user)).await
    }

    /// Whether this project or membership was on record when the records were read, once.
    pub(crate) async fn may_exist(&self, object: &Object) -> Result<bool, Error> {
        let existing = match object.kind {
            Kind::Project => self.projects().await?,
            _ => self.members().await?,
        };
        Ok(existing.contains(object))
    }

    async fn plan(&self, name: Name<'_>, run: &dyn Run) -> Result<bool, Error> {
        let collisions = name.collisions(self.cached(name).await?);
        for other in &collisions {
            if !run.removes(other).await {
                return Err(existing(name, other));
            }
        }
        match self.note_planned(name) {
            Some(other) => Err(planned_collision(name, &other)),
            None => Ok(!collisions.is_empty()),
        }
    }

    async fn check(&self, operation: &Operation, name: Name<'_>) -> Result<(), Error> {
        let cached = name.collisions(self.cached(name).await?).is_empty();
        if cached && self.note_planned(name).is_none() {
            return Ok(());
        }
        // The list is from before this process created and deleted anything.
        let what = format!(
            "waiting until no {} differs from `{}` only in case",
            name.noun(),
            name.as_str()
        );
        until(operation, &what, Backoff::QUICK, || async move {
            let found = self.read(name).await?;
            for other in name.collisions(&found) {
                return if operation.run().removes(other).await {
                    Ok(Poll::Pending(format!("{other} is still on record")))
                } else {
                    Err(existing(name, other))
                };
            }
            Ok(Poll::Ready(()))
        })
        .await
    }

    /// Adds `name` to the planned names. Returns another planned name that differs from it only in
    /// case.
    fn note_planned(&self, name: Name<'_>) -> Option<String> {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        let first = planned
            .entry((name.noun(), name.as_str().to_ascii_lowercase()))
            .or_insert_with(|| name.as_str().to_owned());
        (first != name.as_str()).then(|| first.clone())
    }

    async fn cached(&self, name: Name<'_>) -> Result<&[Object], Error> {
        match name {
            Name::Project(_) => self.projects().await,
            Name::User(_) => self.members().await,
        }
    }

    async fn projects(&self) -> Result<&[Object], Error> {
        let read = || self.read_projects();
        Ok(self.projects.get_or_try_init(read).await?)
    }

    async fn members(&self) -> Result<&[Object], Error> {
        let read = || self.read_members();
        Ok(self.members.get_or_try_init(read).await?)
    }

    async fn read(&self, name: Name<'_>) -> Result<Vec<Object>, Error> {
        match name {
            Name::Project(_) => self.read_projects().await,
            Name::User(_) => self.read_members().await,
        }
    }

    async fn read_projects(&self) -> Result<Vec<Object>, Error> {
        let table = &self.clients.settings().table_names.projects;
        let items = self.scan(table, &["name"]).await?;
        let object = |item| {
            let name = View(item).string("name").ok()?;
            Some(Object::new(Kind::Project, name))
        };
        Ok(items.iter().filter_map(object).collect())
    }

    async fn read_members(&self) -> Result<Vec<Object>, Error> {
        let table = &self.clients.settings().table_names.project_users;
        let items = self.scan(table, &["project", "user"]).await?;
        let object = |item| {
            let view = View(item);
            let (project, user) = (view.string("project").ok()?, view.string("user").ok()?);
            Some(Object::new(Kind::Membership, format!("{project}/{user}")))
        };
        Ok(items.iter().filter_map(object).collect())
    }

    /// The items of a table, reduced to these attributes. A missing table has none: the same run
    /// may create it, and otherwise the first write names it.
    async fn scan(&self, table: &str, attributes: &[&str]) -> Result<Vec<Item>, Error> {
        let items = self.records.scan(table, attributes).await.if_present()?;
        Ok(items.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::PolicyModel;
    use crate::ownership::OnlyCreates;
    use crate::testing::{FakePlatform, member, operation, project_name};

    /// Names of a new process.
    fn collisions(platform: &FakePlatform) -> CaseCollisions {
        let clients = platform.services.clients.clone();
        CaseCollisions::new(clients, Arc::clone(&platform.records) as _)
    }

    async fn platform() -> FakePlatform {
        FakePlatform::new(PolicyModel::PerPrincipal)
            .with_alice_in_fraud()
            .await
    }

    fn user(name: &str) -> UserName {
        name.parse().unwrap()
    }

    #[test]
    fn differing_only_in_case_ignores_the_name_itself() {
        let names = ["fraud".to_owned(), "Churn".to_owned()];
        assert_eq!(differing_only_in_case(&names, "fraud"), None);
        assert_eq!(differing_only_in_case(&names, "frauds"), None);
        assert_eq!(differing_only_in_case(&names, "churn"), Some(&names[1]));
    }

    #[tokio::test]
    async fn check_project_refuses_an_existing_name_in_another_case() {
        let collisions = collisions(&platform().await);
        let error = collisions
            .plan_project(&project_name("Fraud"), &OnlyCreates)
            .await;
        let error = error.unwrap_err();
        assert_eq!(error.attribute(), Some("name"));
        assert!(
            error.to_string().contains("existing project `fraud`"),
            "{error}"
        );
        let same = collisions
            .plan_project(&project_name("fraud"), &OnlyCreates)
            .await;
        assert_eq!(same, Ok(false));
    }

    #[tokio::test]
    async fn check_user_compares_members_of_all_projects() {
        let collisions = collisions(&platform().await);
        let error = collisions
            .plan_user(&user("ALICE"), &OnlyCreates)
            .await
            .unwrap_err();
        assert_eq!(error.attribute(), Some("user"));
        assert!(
            error.to_string().contains("existing user `alice`"),
            "{error}"
        );
        assert_eq!(
            collisions.plan_user(&user("alice"), &OnlyCreates).await,
            Ok(false)
        );
        assert_eq!(
            collisions.plan_user(&user("bob"), &OnlyCreates).await,
            Ok(false)
        );
    }

    #[tokio::test]
    async fn planned_names_collide_too() {
        let collisions = collisions(&platform().await);
        let churn = project_name("churn");
        assert_eq!(
            collisions.plan_project(&churn, &OnlyCreates).await,
            Ok(false)
        );
        let error = collisions
            .plan_project(&project_name("Churn"), &OnlyCreates)
            .await;
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("also creates the project `churn`"),
            "{error}"
        );
        // The first one can be planned again, and users have names of their own.
        assert_eq!(
            collisions.plan_project(&churn, &OnlyCreates).await,
            Ok(false)
        );
        assert_eq!(
            collisions.plan_user(&user("Churn"), &OnlyCreates).await,
            Ok(false)
        );
    }

    #[tokio::test]
    async fn missing_tables_hold_no_names() {
        let platform = platform().await;
        for table in ["mlspace-projects", "mlspace-project-users"] {
            platform.records.drop_table(table);
        }
        let collisions = collisions(&platform);
        let checked = collisions
            .plan_project(&project_name("Fraud"), &OnlyCreates)
            .await;
        assert_eq!(checked, Ok(false));
        assert_eq!(
            collisions.plan_user(&user("ALICE"), &OnlyCreates).await,
            Ok(false)
        );
    }

    #[tokio::test]
    async fn names_are_read_once_and_again_after_an_error() {
        let platform = platform().await;
        let collisions = collisions(&platform);
        platform.faults.take_calls();
        for name in ["bob", "carol"] {
            collisions
                .plan_user(&user(name), &OnlyCreates)
                .await
                .unwrap();
        }
        assert_eq!(platform.faults.take_calls(), ["Scan"]);
        platform.faults.deny("Scan");
        let failed = collisions
            .plan_project(&project_name("churn"), &OnlyCreates)
            .await;
        assert!(failed.unwrap_err().is_denied());
        assert_eq!(
            collisions.plan_user(&user("dave"), &OnlyCreates).await,
            Ok(false)
        );
    }

    #[tokio::test]
    async fn create_of_a_membership_refuses_colliding_users() {
        let platform = platform().await;
        let memberships = &platform.services.memberships;
        let other = member("fraud", "Alice");
        let created = memberships.create(&operation(), &other).await;
        assert_eq!(created.unwrap_err().error.attribute(), Some("user"));
    }
}
