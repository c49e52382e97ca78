//! Names that differ in case only. IAM takes them for one, `DynamoDB` and S3 for two: such a pair
//! would share policies but no data, so the second is refused.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::aws::{Error, IfPresent as _, Platform};
use crate::name::{ProjectName, UserName};
use crate::records::View;

/// Names in use, read once, and names planned by this process.
#[derive(Default)]
pub(crate) struct Twins {
    projects: OnceCell<HashSet<String>>,
    users: OnceCell<HashSet<String>>,
    planned: Mutex<HashMap<String, String>>,
}

impl Twins {
    /// Notes that `name` is going to be used; returns a name that differs from it in case only and
    /// is going to be used too.
    fn plan(&self, kind: &str, name: &str) -> Option<String> {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        let first = planned
            .entry(format!("{kind}/{}", name.to_ascii_lowercase()))
            .or_insert_with(|| name.to_owned());
        (first != name).then(|| first.clone())
    }
}

/// The name among `names` that differs from `name` in case only.
fn twin_of<'a>(names: impl IntoIterator<Item = &'a String>, name: &str) -> Option<&'a String> {
    names
        .into_iter()
        .find(|found| *found != name && found.eq_ignore_ascii_case(name))
}

fn refusal(attribute: &'static str, kind: &str, name: &str, twin: &str) -> Error {
    Error::Invalid {
        attribute: Some(attribute),
        message: format!(
            "the {kind} `{name}` differs from the existing {kind} `{twin}` in case only"
        ),
        remedy: "IAM takes both names for one: choose a name that differs in more than case"
            .to_owned(),
    }
}

impl Platform {
    /// Refuses a project whose name differs from another's in case only.
    pub(crate) async fn check_project_twins(&self, name: &ProjectName) -> Result<(), Error> {
        let table = &self.settings().table_names.projects;
        let names = self
            .twins()
            .projects
            .get_or_try_init(|| self.names(table, "name"))
            .await?;
        let planned = || self.twins().plan("project", name.as_str());
        match twin_of(names, name.as_str()).cloned().or_else(planned) {
            Some(twin) => Err(refusal("name", "project", name.as_str(), &twin)),
            None => Ok(()),
        }
    }

    /// Refuses a user whose name differs from another member's, of any project, in case only.
    pub(crate) async fn check_user_twins(&self, user: &UserName) -> Result<(), Error> {
        let table = &self.settings().table_names.project_users;
        let names = self
            .twins()
            .users
            .get_or_try_init(|| self.names(table, "user"))
            .await?;
        let planned = || self.twins().plan("user", user.as_str());
        match twin_of(names, user.as_str()).cloned().or_else(planned) {
            Some(twin) => Err(refusal("user", "user", user.as_str(), &twin)),
            None => Ok(()),
        }
    }

    /// All values of a table's attribute. A table that isn't there yet has none: whoever writes to
    /// it will say so.
    async fn names(&self, table: &str, attribute: &str) -> Result<HashSet<String>, Error> {
        let items = self
            .scan_items(table, &[attribute])
            .await
            .if_present()?
            .unwrap_or_default();
        Ok(items
            .iter()
            .filter_map(|item| View(item).text(attribute).ok())
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_differ_in_case_and_in_nothing_else() {
        let names = ["Fraud".to_owned(), "churn".to_owned()];
        assert_eq!(twin_of(&names, "fraud"), Some(&names[0]));
        assert_eq!(twin_of(&names, "churn"), None);
        assert_eq!(twin_of(&names, "frauds"), None);
    }

    #[test]
    fn names_planned_together_are_compared_too() {
        let twins = Twins::default();
        assert_eq!(twins.plan("project", "fraud"), None);
        assert_eq!(twins.plan("project", "fraud"), None);
        assert_eq!(twins.plan("project", "Fraud").as_deref(), Some("fraud"));
        assert_eq!(twins.plan("user", "Fraud"), None);
    }
}
