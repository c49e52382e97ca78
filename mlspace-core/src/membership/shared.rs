//! The two policies that all memberships share in the attribute model.
//!
//! One says what a member may, by the tags of the member's role; the other lists the suspended
//! projects and users. They are made when the first membership needs them and go with the last role that
//! carries them. The first is made first and goes last, so that it tells of the second.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Mutex, RwLock, RwLockReadGuard};

use crate::aws::{Clients, Error, Operation};
use crate::iam::{DesiredPolicy, ManagedPolicies};
use crate::project::{SuspensionList, shared_policy_remedy};
use crate::tags::PolicyOwner;
use crate::{layout, policies};

/// The two shared policies.
pub(super) struct SharedPolicies {
    clients: Clients,
    policies: Arc<ManagedPolicies>,
    suspensions: Arc<SuspensionList>,
    /// Held for reading while a membership is given the policies, for writing while they are
    /// removed, so that a removal does not overtake the next membership that needs them.
    in_use: RwLock<()>,
    /// Number of memberships that are being removed.
    removals: AtomicUsize,
    /// Whether both were seen as they should be. A membership that finds one of them missing says so
    /// (see [`SharedPolicies::forget`]).
    verified: Mutex<bool>,
}

/// A membership that is being removed.
pub(super) struct Removal<'a> {
    removals: Option<&'a AtomicUsize>,
}

impl Removal<'_> {
    /// Ends the removal, and returns whether no other is under way in this process.
    pub(super) fn end(mut self) -> bool {
        self.removals.take().is_none_or(end)
    }
}

impl Drop for Removal<'_> {
    fn drop(&mut self) {
        self.removals.take().map(end);
    }
}

/// Counts one down. Returns whether none is left.
fn end(removals: &AtomicUsize) -> bool {
    removals.fetch_sub(1, Ordering::SeqCst) == 1
}

impl SharedPolicies {
    /// Shared policies in `policies`, with the list of suspended projects in `suspensions`.
    pub(super) fn new(
        clients: Clients,
        policies: Arc<ManagedPolicies>,
        suspensions: Arc<SuspensionList>,
    ) -> Self {
        Self {
            clients,
            policies,
            suspensions,
            in_use: RwLock::new(()),
            removals: AtomicUsize::new(0),
            verified: Mutex::new(false),
        }
    }

    /// Keeps this process from removing the shared policies while the guard is held.
    pub(super) async fn hold(&self) -> RwLockReadGuard<'_, ()> {
        self.in_use.read().await
    }

    /// Notes that a membership is being removed, until the result is dropped.
    pub(super) fn removal(&self) -> Removal<'_> {
        self.removals.fetch_add(1, Ordering::SeqCst);
        Removal {
            removals: Some(&self.removals),
        }
    }

    /// Makes the shared policies what they should be, for a role whose project or user is `suspended`
    /// or not.
    pub(super) async fn ensure(&self, operation: &Operation, suspended: bool) -> Result<(), Error> {
        let mut verified = self.verified.lock().await;
        if !*verified {
            let members = self.desired_members().await?;
            self.policies.ensure(operation, &members).await?;
            self.suspensions.ensure(operation, suspended).await?;
            *verified = true;
        } else if suspended {
            self.suspensions.ensure(operation, true).await?;
        }
        Ok(())
    }

    /// Forgets that the shared policies were seen, because one of them was missed.
    pub(super) async fn forget(&self) {
        *self.verified.lock().await = false;
    }

    /// Removes the shared policies if no role carries them any more, `gone` being a role that was
    /// just deleted or changed over.
    pub(super) async fn remove_unused(
        &self,
        operation: &Operation,
        gone: &str,
    ) -> Result<(), Error> {
        let prefix = &self.clients.settings().iam_resource_prefix;
        let members = layout::attribute_policy_name(prefix)?;
        let arn = self.clients.account().await?.policy_arn(&members);
        let suspended = layout::suspension_policy_name(prefix)?;
        let list = self.clients.account().await?.policy_arn(&suspended);
        let unused = match self.policies.current(&arn).await? {
            // While others carry them, which is the rule, nobody has to wait for anybody.
            Some(_) => !self.policies.is_used(&arn, gone).await?,
            // Another process has removed it while the list was in use.
            None => self.policies.cached_document(&list).await?.is_some(),
        };
        if !unused {
            return Ok(());
        }
        let _guard = self.in_use.write().await;
        self.forget().await;
        self.policies
            .delete_if_unused(operation, &suspended, PolicyOwner::Suspended, gone)
            .await?;
        // A role of another process that is about to go loses the list last of all. That process finds
        // the list by this policy.
        let left = self.policies.current(&list).await?;
        if left.is_some_and(|left| self.policies.owns(PolicyOwner::Suspended, &left)) {
            return Ok(());
        }
        self.policies
            .delete_if_unused(operation, &members, PolicyOwner::Members, gone)
            .await
    }

    /// The policy that says what members may.
    pub(super) async fn desired_members(&self) -> Result<DesiredPolicy<'static>, Error> {
        let settings = self.clients.settings();
        Ok(DesiredPolicy {
            name: layout::attribute_policy_name(&settings.iam_resource_prefix)?,
            owner: PolicyOwner::Members,
            document: policies::attribute_policy(&self.clients.policy_context().await?)?,
            conflict_remedy: shared_policy_remedy(PolicyOwner::Members, &settings.system_tag),
            creation: None,
        })
    }
}
