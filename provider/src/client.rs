//! What a configured provider works with: the platform, and what this plan has already decided.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use mlspace_core::aws::Platform;
use mlspace_core::membership::Foundations;
use mlspace_core::name::{ProjectName, UserName};
use tokio::sync::OnceCell;

/// The client that resources and data sources are given.
#[derive(Clone)]
pub struct Client {
    /// The platform, reached through AWS.
    pub platform: Platform,
    planned: Arc<Mutex<Planned>>,
    foundations: Arc<OnceCell<Foundations>>,
}

/// What this process has planned to create. AWS knows nothing of it yet, but later plans may depend on it or collide
/// with it.
#[derive(Default)]
struct Planned {
    /// Spelling by lower-case name.
    projects: BTreeMap<String, String>,
    users: BTreeMap<String, String>,
    memberships: BTreeSet<(String, String)>,
    suspensions: BTreeSet<ProjectName>,
}

impl Client {
    /// A client on which nothing is planned yet.
    pub(crate) fn new(platform: Platform) -> Self {
        Self {
            platform,
            planned: Arc::default(),
            foundations: Arc::default(),
        }
    }

    /// The base policies and the boundary of all memberships, read once; and what to say about those that could not be
    /// read, to the first who asks.
    pub(crate) async fn foundations(&self) -> (&Foundations, &[String]) {
        let mut first = false;
        let read = || {
            first = true;
            self.platform.foundations()
        };
        let found = self.foundations.get_or_init(read).await;
        (found, if first { &found.unread } else { &[] })
    }

    fn planned<T>(&self, act: impl FnOnce(&mut Planned) -> T) -> T {
        act(&mut self.planned.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes that a project is to be created. Gives the other spelling when one that differs only in case is to be
    /// created, too.
    pub(crate) fn plan_project(&self, project: &ProjectName) -> Option<String> {
        self.planned(|planned| twin(&mut planned.projects, project.as_str()))
    }

    /// Notes that a project is to be suspended. Gives all that are.
    pub(crate) fn plan_suspension(&self, project: &ProjectName) -> BTreeSet<ProjectName> {
        self.planned(|planned| {
            planned.suspensions.insert(project.clone());
            planned.suspensions.clone()
        })
    }

    /// Notes that a membership is to be created. Gives the other spelling when a membership of a user that differs only
    /// in case is to be created, too.
    pub(crate) fn plan_membership(&self, project: &ProjectName, user: &UserName) -> Option<String> {
        self.planned(|planned| {
            planned
                .memberships
                .insert((project.to_string(), user.to_string()));
            twin(&mut planned.users, user.as_str())
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

fn twin(names: &mut BTreeMap<String, String>, name: &str) -> Option<String> {
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
    fn plans_know_their_twins() {
        let client = Client::new(Platform::new(
            ConnectionConfig::default(),
            Settings::default(),
        ));
        let (fraud, twin, alice): (ProjectName, ProjectName, UserName) = (
            "fraud".parse().unwrap(),
            "Fraud".parse().unwrap(),
            "alice".parse().unwrap(),
        );
        assert_eq!(client.plan_project(&fraud), None);
        assert_eq!(client.plan_project(&fraud), None, "Terraform plans twice");
        assert_eq!(client.plan_project(&twin), Some("fraud".to_owned()));
        assert!(!client.plans_membership(&fraud, &alice));
        assert_eq!(client.plan_membership(&fraud, &alice), None);
        assert!(client.plans_membership(&fraud, &alice));
        assert!(!client.plans_membership(&twin, &alice));
    }
}
