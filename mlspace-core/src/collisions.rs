//! Names that differ only in upper and lower case.
//!
//! IAM ignores case in names; DynamoDB and S3 do not. Two such names would share policies but not
//! data, so the second is refused.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::aws::{Clients, Error, IfPresent as _};
use crate::name::{ProjectName, UserName, same_ignoring_case};
use crate::records::{RecordStore, View};

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
        remedy: "choose a name that differs in more than case".to_owned(),
    }
}

/// Refuses `name` because this run also creates `other`.
fn planned_collision(attribute: &'static str, kind: &str, name: &str, other: &str) -> Error {
    Error::Invalid {
        attribute: Some(attribute),
        message: format!(
            "the configuration also creates the {kind} `{other}`, which differs from `{name}` only in upper and lower case"
        ),
        remedy: "use one spelling, because IAM ignores case".to_owned(),
    }
}

/// Names of projects and users: those in use, read once, and those that this process plans.
pub(crate) struct CaseCollisions {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    projects: OnceCell<HashSet<String>>,
    users: OnceCell<HashSet<String>>,
    /// Spellings by kind and lower-case name.
    planned: Mutex<HashMap<(&'static str, String), String>>,
}

impl CaseCollisions {
    /// Names on record in `records`.
    pub(crate) fn new(clients: Clients, records: Arc<dyn RecordStore>) -> Self {
        Self {
            clients,
            records,
            projects: OnceCell::new(),
            users: OnceCell::new(),
            planned: Mutex::default(),
        }
    }

    /// Refuses a project whose name differs from another project's only in case.
    pub(crate) async fn check_project(&self, name: &ProjectName) -> Result<(), Error> {
        let table = &self.clients.settings().table_names.projects;
        let names = self
            .projects
            .get_or_try_init(|| self.names(table, "name"))
            .await?;
        self.check("project", "name", name.as_str(), names)
    }

    /// Refuses a user whose name differs from that of another member, of any project, only in case.
    pub(crate) async fn check_user(&self, user: &UserName) -> Result<(), Error> {
        let names = self.users().await?;
        self.check("user", "user", user.as_str(), names)
    }

    /// Whether the user is a member of a project already.
    pub(crate) async fn has_user(&self, user: &UserName) -> Result<bool, Error> {
        Ok(self.users().await?.contains(user.as_str()))
    }

    async fn users(&self) -> Result<&HashSet<String>, Error> {
        let table = &self.clients.settings().table_names.project_users;
        self.users
            .get_or_try_init(|| self.names(table, "user"))
            .await
    }

    fn check(
        &self,
        kind: &'static str,
        attribute: &'static str,
        name: &str,
        existing: &HashSet<String>,
    ) -> Result<(), Error> {
        if let Some(other) = differing_only_in_case(existing, name) {
            return Err(collision(attribute, kind, name, other));
        }
        match self.plan(kind, name) {
            Some(other) => Err(planned_collision(attribute, kind, name, &other)),
            None => Ok(()),
        }
    }

    /// Adds `name` to the planned names. Returns another planned name that differs from it only in
    /// case.
    fn plan(&self, kind: &'static str, name: &str) -> Option<String> {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        let first = planned
            .entry((kind, name.to_ascii_lowercase()))
            .or_insert_with(|| name.to_owned());
        (first != name).then(|| first.clone())
    }

    /// All values of a table's attribute. A missing table has none: the same run may create it, and
    /// otherwise the first write names it.
    async fn names(&self, table: &str, attribute: &str) -> Result<HashSet<String>, Error> {
        let items = self
            .records
            .scan(table, &[attribute])
            .await
            .if_present()?
            .unwrap_or_default();
        Ok(items
            .iter()
            .filter_map(|item| View(item).string(attribute).ok())
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::PolicyModel;
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
        let error = collisions.check_project(&project_name("Fraud")).await;
        let error = error.unwrap_err();
        assert_eq!(error.attribute(), Some("name"));
        assert!(
            error.to_string().contains("existing project `fraud`"),
            "{error}"
        );
        let same = collisions.check_project(&project_name("fraud")).await;
        assert_eq!(same, Ok(()));
    }

    #[tokio::test]
    async fn check_user_compares_members_of_all_projects() {
        let collisions = collisions(&platform().await);
        let error = collisions.check_user(&user("ALICE")).await.unwrap_err();
        assert_eq!(error.attribute(), Some("user"));
        assert!(
            error.to_string().contains("existing user `alice`"),
            "{error}"
        );
        assert_eq!(collisions.check_user(&user("alice")).await, Ok(()));
        assert_eq!(collisions.check_user(&user("bob")).await, Ok(()));
    }

    #[tokio::test]
    async fn planned_names_collide_too() {
        let collisions = collisions(&platform().await);
        let churn = project_name("churn");
        assert_eq!(collisions.check_project(&churn).await, Ok(()));
        let error = collisions.check_project(&project_name("Churn")).await;
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("also creates the project `churn`"),
            "{error}"
        );
        // The first one can be planned again, and users have names of their own.
        assert_eq!(collisions.check_project(&churn).await, Ok(()));
        assert_eq!(collisions.check_user(&user("Churn")).await, Ok(()));
    }

    #[tokio::test]
    async fn missing_tables_hold_no_names() {
        let platform = platform().await;
        for table in ["mlspace-projects", "mlspace-project-users"] {
            platform.records.drop_table(table);
        }
        let collisions = collisions(&platform);
        let checked = collisions.check_project(&project_name("Fraud")).await;
        assert_eq!(checked, Ok(()));
        assert_eq!(collisions.check_user(&user("ALICE")).await, Ok(()));
    }

    #[tokio::test]
    async fn names_are_read_once_and_again_after_an_error() {
        let platform = platform().await;
        let collisions = collisions(&platform);
        platform.faults.take_calls();
        for name in ["bob", "carol"] {
            collisions.check_user(&user(name)).await.unwrap();
        }
        assert_eq!(platform.faults.take_calls(), ["Scan"]);
        platform.faults.deny("Scan");
        let failed = collisions.check_project(&project_name("churn")).await;
        assert!(failed.unwrap_err().is_denied());
        assert_eq!(collisions.check_user(&user("dave")).await, Ok(()));
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
