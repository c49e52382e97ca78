//! Roles and managed policies on an in-memory IAM, for unit tests.

use std::sync::Arc;

use super::fake::{FakeIam, FakePolicy};
use super::{IamApi, IamCache, ManagedPolicies, RoleState, Roles};
use crate::aws::Clients;
use crate::tags::Tags;
use crate::testing::{Faults, account, settings};

/// One process on an in-memory IAM.
pub(crate) struct Fixture {
    pub(crate) iam: Arc<FakeIam>,
    pub(crate) faults: Faults,
    pub(crate) cache: Arc<IamCache>,
    pub(crate) roles: Arc<Roles>,
    pub(crate) policies: ManagedPolicies,
}

impl Fixture {
    /// A process on an empty account.
    pub(crate) fn new() -> Self {
        let faults = Faults::default();
        let iam = Arc::new(FakeIam::new(account(), faults.clone()));
        Self::on(iam, faults)
    }

    /// Another process on the same account, with empty caches.
    pub(crate) fn restarted(&self) -> Self {
        Self::on(Arc::clone(&self.iam), self.faults.clone())
    }

    fn on(iam: Arc<FakeIam>, faults: Faults) -> Self {
        let api: Arc<dyn IamApi> = Arc::clone(&iam) as _;
        let cache = Arc::new(IamCache::new(Arc::clone(&api)));
        let roles = Arc::new(Roles::new(Arc::clone(&api), Arc::clone(&cache)));
        let clients = Clients::offline(account(), settings());
        let policies = ManagedPolicies::new(clients, api, Arc::clone(&cache), Arc::clone(&roles));
        Self {
            iam,
            faults,
            cache,
            roles,
            policies,
        }
    }

    /// Adds a role with these attached policies, as another program would.
    pub(crate) fn add_role(&self, name: &str, attached: &[&str]) {
        let role = RoleState {
            arn: account().role_arn(name),
            trust: "{}".to_owned(),
            attached: attached.iter().map(|name| policy_arn(name)).collect(),
            ..RoleState::default()
        };
        self.iam.edit(|account| {
            account.roles.insert(name.to_owned(), role);
        });
    }

    /// Adds a managed policy, as another program would.
    pub(crate) fn add_policy(&self, name: &str, document: &str, tags: &Tags) {
        let policy = FakePolicy::new(document, tags);
        self.iam.edit(|account| {
            account.policies.insert(policy_arn(name), policy);
        });
    }

    /// The managed policy, if it exists.
    pub(crate) fn policy(&self, name: &str) -> Option<FakePolicy> {
        self.iam.state().policies.remove(&policy_arn(name))
    }

    /// The role, if it exists.
    pub(crate) fn role(&self, name: &str) -> Option<RoleState> {
        self.iam.state().roles.remove(name)
    }

    /// The calls so far that change something.
    pub(crate) fn writes(&self) -> Vec<String> {
        let mut calls = self.faults.take_calls();
        calls.retain(|call| !call.starts_with("Get") && !call.starts_with("List"));
        calls
    }
}

/// The ARN of the policy of this name.
pub(crate) fn policy_arn(name: &str) -> String {
    account().policy_arn(name)
}
