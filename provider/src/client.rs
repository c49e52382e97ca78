//! The client of a configured provider: the platform, and what this process has planned so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use mlspace_core::aws::Platform;
use mlspace_core::membership::Foundations;
use mlspace_core::name::{ProjectName, UserName};
use tokio::sync::OnceCell;

/// The client that resources and data sources use.
#[derive(Clone)]
pub struct Client {
    /// The platform in AWS.
    pub platform: Platform,
    planned: Arc<Mutex<Planned>>,
    foundations: Arc<OnceCell<Foundations>>,
}

/// What this process has planned to create. It does not exist in AWS yet, but later plans can
/// depend on it or collide with it.
#[derive(Default)]
struct Planned {
    /// Spellings by lower-case name.
    projects: BTreeMap<String, String>,
    users: BTreeMap<String, String>,
    memberships: BTreeSet<(String, String)>,
    suspensions: BTreeSet<ProjectName>,
}

impl Client {
    /// A client without plans.
    pub(crate) fn new(platform: Platform) -> Self {
        Self {
            platform,
            planned: Arc::default(),
            foundations: Arc::default(),
        }
    }

    /// The base policies and the boundary of all memberships, which are read once. The first caller
    /// also gets the warnings about policies that could not be read.
    pub(crate) async fn foundations(&self) -> (&Foundations, &[String]) {
        let mut first = false;
        let read = || {
            first = true;
            self.platform.foundations()
        };
        let found = self.foundations.get_or_init(read).await;
        (found, if first { &found.unread } else { &[] })
    }

    fn planned<T>(&self, action: impl FnOnce(&mut Planned) -> T) -> T {
        action(&mut self.planned.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Records the planned creation of a project. Returns the name of a planned project that
    /// differs only in case.
    pub(crate) fn plan_project(&self, project: &ProjectName) -> Option<String> {
        self.planned(|planned| case_collision(&mut planned.projects, project.as_str()))
    }

    /// Records the planned suspension of a project. Returns all projects whose suspension is
    /// planned.
    pub(crate) fn plan_suspension(&self, project: &ProjectName) -> BTreeSet<ProjectName> {
        self.planned(|planned| {
            planned.suspensions.insert(project.clone());
            planned.suspensions.clone()
        })
    }

    /// Records the planned creation of a membership. Returns the name of a user with a planned
    /// membership that differs only in case.
    pub(crate) fn plan_membership(&self, project: &ProjectName, user: &UserName) -> Option<String> {
        self.planned(|planned| {
            planned
                .memberships
                .insert((project.to_string(), user.to_string()));
            case_collision(&mut planned.users, user.as_str())
        })
    }

    /// Whether this process has planned to create the membership.
    pub(crate) fn plans_membership(&self, project: &ProjectName, user: &UserName) -> bool {
        self.planned(|planned| {
            planned
                .memberships
                .contains(&(project.to_string(), user.to_string()))
        })
    }
}

fn case_collision(names: &mut BTreeMap<String, String>, name: &str) -> Option<String> {
    // Terraform plans a resource more than once, so the same spelling is not a collision.
    let first = names
        .entry(name.to_ascii_lowercase())
        .or_insert_with(|| name.to_owned());
    (first != name).then(|| first.clone())
}

#[cfg(test)]
mod tests {
    use mlspace_core::aws::{ConnectionConfig, Settings};

    use super::*;

    #[test]
    fn planned_names_collide_if_they_differ_only_in_case() {
        let client = Client::new(Platform::new(
            ConnectionConfig::default(),
            Settings::default(),
        ));
        let (fraud, other, alice): (ProjectName, ProjectName, UserName) = (
            "fraud".parse().unwrap(),
            "Fraud".parse().unwrap(),
            "alice".parse().unwrap(),
        );
        assert_eq!(client.plan_project(&fraud), None);
        assert_eq!(client.plan_project(&fraud), None, "Terraform plans twice");
        assert_eq!(client.plan_project(&other), Some("fraud".to_owned()));
        assert!(!client.plans_membership(&fraud, &alice));
        assert_eq!(client.plan_membership(&fraud, &alice), None);
        assert!(client.plans_membership(&fraud, &alice));
        assert!(!client.plans_membership(&other, &alice));
    }
}
