//! The two policies that all memberships share in the attribute model.
//!
//! One says what a member may, by the tags of the member's role; the other lists the suspended
//! projects. They are made when the first membership needs them and go with the last role that
//! carries them. The first is made first and goes last, so that it tells of the second.

use std::time::Duration;

use tokio::sync::{Mutex, RwLock, RwLockReadGuard};
use tokio::time::Instant;

use crate::aws::managed_policy::WantedPolicy;
use crate::aws::{Error, Operation, Platform};
use crate::tags::PolicyOwner;
use crate::{layout, policies};

/// How long the shared policies, once seen as they should be, are taken to be so: the length of an
/// apply's busy part. Who misses one of them says so (see [`Platform::forget_shared_policies`]).
const FRESH: Duration = Duration::from_secs(30);

/// What this process knows and does about the shared policies.
#[derive(Default)]
pub(crate) struct Sharing {
    /// Held for reading while a membership is given the policies, for writing while they are
    /// removed: a removal doesn't overtake the first who needs them again.
    turn: RwLock<()>,
    /// When both were last seen as they should be.
    settled: Mutex<Option<Instant>>,
}

impl Platform {
    /// Keeps this process from removing the shared policies while the guard is held.
    pub(super) async fn using_shared_policies(&self) -> RwLockReadGuard<'_, ()> {
        self.sharing().turn.read().await
    }

    /// Makes the shared policies what they should be, for a role of a project that is `suspended` or not.
    pub(super) async fn ensure_shared_policies(
        &self,
        operation: &Operation,
        suspended: bool,
    ) -> Result<(), Error> {
        let mut settled = self.sharing().settled.lock().await;
        if settled.is_none_or(|at| at.elapsed() >= FRESH) {
            let members = self.wanted_members_policy().await?;
            self.ensure_policy(operation, &members).await?;
            self.ensure_suspensions(operation, suspended).await?;
            *settled = Some(Instant::now());
        } else if suspended {
            self.ensure_suspensions(operation, true).await?;
        }
        Ok(())
    }

    /// Forgets that the shared policies were seen, because one of them was missed.
    pub(super) async fn forget_shared_policies(&self) {
        *self.sharing().settled.lock().await = None;
    }

    /// Removes the shared policies if no role carries them any more, `gone` being a role that was
    /// just deleted or changed over.
    pub(super) async fn remove_unused_shared_policies(
        &self,
        operation: &Operation,
        gone: &str,
    ) -> Result<(), Error> {
        let prefix = &self.settings().iam_resource_prefix;
        let members = layout::attribute_policy_name(prefix)?;
        let arn = self.account().await?.policy_arn(&members);
        // While others carry them, which is the rule, nobody has to wait for anybody.
        if self.live_policy(&arn).await?.is_none() || self.is_used(&arn, gone).await? {
            return Ok(());
        }
        let _turn = self.sharing().turn.write().await;
        self.forget_shared_policies().await;
        let suspended = layout::suspension_policy_name(prefix)?;
        for (name, owner) in [
            (suspended, PolicyOwner::Suspended),
            (members, PolicyOwner::Members),
        ] {
            self.delete_policy_if_unused(operation, &name, owner, gone)
                .await?;
        }
        Ok(())
    }

    /// The policy that says what members may.
    pub(super) async fn wanted_members_policy(&self) -> Result<WantedPolicy<'static>, Error> {
        let settings = self.settings();
        Ok(WantedPolicy {
            name: layout::attribute_policy_name(&settings.iam_resource_prefix)?,
            owner: PolicyOwner::Members,
            document: policies::attribute_policy(&self.grant_context().await?)?,
            in_the_way: self.shared_in_the_way(PolicyOwner::Members),
        })
    }

    /// What to do about a policy of another's under the name of a shared one.
    pub(crate) fn shared_in_the_way(&self, owner: PolicyOwner<'_>) -> String {
        format!(
            "rename or remove it, choose another `iam_resource_prefix`, or, if it is the platform's, tag it `{}` = `{}` and \
             `system` = `{}`",
            owner.key(),
            owner.name(),
            self.settings().system_tag
        )
    }
}
