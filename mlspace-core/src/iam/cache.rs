//! A cache of roles and policies that are read in bulk.
//!
//! Terraform refreshes one resource at a time. The first read fetches all roles and policies of the
//! account (GetAccountAuthorizationDetails), and the other reads of the refresh use the result.
//! Objects that this process has written are read one by one from then on, because the bulk read
//! may be older than the write.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::api::{AccountSnapshot, IamApi};
use crate::aws::{Cached, Error, IfPresent as _};

/// The bulk read, and the objects that it is not valid for.
pub(crate) struct IamCache {
    api: Arc<dyn IamApi>,
    /// `None` when the caller is not allowed to read in bulk, which is not tried again.
    snapshot: Cached<Option<Arc<AccountSnapshot>>>,
    /// Roles by name and policies by ARN that this process has written.
    written: Mutex<HashSet<String>>,
    /// Roles by name that this process has deleted.
    deleted: Mutex<HashSet<String>>,
    /// Roles by name, each with the ARN of a policy that this process detached from it.
    detached: Mutex<HashSet<(String, String)>>,
}

impl IamCache {
    /// An empty cache over `api`.
    pub(crate) fn new(api: Arc<dyn IamApi>) -> Self {
        Self {
            api,
            snapshot: Cached::default(),
            written: Mutex::default(),
            deleted: Mutex::default(),
            detached: Mutex::default(),
        }
    }

    /// The bulk read for the role of this name or the policy of this ARN. `None` when it must
    /// be read by itself: this process has written it, or is not allowed to read in bulk.
    pub(crate) async fn snapshot_for(
        &self,
        key: &str,
    ) -> Result<Option<Arc<AccountSnapshot>>, Error> {
        if self.is_written(key) {
            return Ok(None);
        }
        self.snapshot().await
    }

    /// The bulk read; `None` when the caller is not allowed to make one. It lasts for the process,
    /// which is that of a refresh, a plan or an apply.
    pub(crate) async fn snapshot(&self) -> Result<Option<Arc<AccountSnapshot>>, Error> {
        let read = || async {
            let snapshot = self.api.account_snapshot().await.if_allowed()?;
            if snapshot.is_none() {
                tracing::info!("bulk reads of IAM are denied, reading roles one by one");
            }
            Ok::<_, Error>(snapshot.map(Arc::new))
        };
        Ok(Option::clone(&*self.snapshot.get(read).await?))
    }

    /// Records that the role or policy of this name or ARN is being written.
    pub(crate) fn written(&self, key: &str) {
        self.written
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.to_owned());
    }

    /// Records that this process has deleted the role of this name, or is making it.
    pub(crate) fn note_deleted(&self, role: &str, deleted: bool) {
        let mut all = self.deleted.lock().unwrap_or_else(PoisonError::into_inner);
        if deleted {
            all.insert(role.to_owned());
        } else {
            all.remove(role);
        }
    }

    /// Whether the last thing that this process did with the role was to delete it.
    pub(crate) fn is_deleted(&self, role: &str) -> bool {
        let all = self.deleted.lock().unwrap_or_else(PoisonError::into_inner);
        all.contains(role)
    }

    /// Records that this process detaches the policy from the role. IAM may list it for a while.
    pub(crate) fn detached(&self, role: &str, arn: &str) {
        self.with_detached(|pairs| pairs.insert((role.to_owned(), arn.to_owned())));
    }

    /// Records that this process attaches the policy to the role.
    pub(crate) fn attached(&self, role: &str, arn: &str) {
        self.with_detached(|pairs| pairs.remove(&(role.to_owned(), arn.to_owned())));
    }

    /// Whether the last thing that this process did with the two was to detach the policy.
    pub(crate) fn is_detached(&self, role: &str, arn: &str) -> bool {
        self.with_detached(|pairs| pairs.contains(&(role.to_owned(), arn.to_owned())))
    }

    fn with_detached<T>(&self, act: impl FnOnce(&mut HashSet<(String, String)>) -> T) -> T {
        act(&mut self.detached.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_written(&self, key: &str) -> bool {
        self.written
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(key)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixture, policy_arn};
    use super::*;
    use crate::tags::Tags;

    const BULK_READ: &str = "GetAccountAuthorizationDetails";

    fn bulk_reads(iam: &Fixture) -> usize {
        let calls = iam.faults.take_calls();
        calls.iter().filter(|call| *call == BULK_READ).count()
    }

    #[tokio::test]
    async fn snapshot_is_shared() {
        let iam = Fixture::new();
        iam.add_role("r", &[]);
        iam.add_policy("p", "{}", &Tags::new());
        let (one, two) = tokio::join!(iam.cache.snapshot(), iam.cache.snapshot());
        let (one, two) = (one.unwrap().unwrap(), two.unwrap().unwrap());
        assert!(Arc::ptr_eq(&one, &two));
        assert!(one.roles.contains_key("r"));
        assert_eq!(one.policies[&policy_arn("p")], "{}");
        assert_eq!(bulk_reads(&iam), 1);
    }

    #[tokio::test]
    async fn snapshot_is_not_tried_again_when_denied() {
        let iam = Fixture::new();
        iam.faults.deny(BULK_READ);
        for _ in 0..3 {
            assert!(iam.cache.snapshot().await.unwrap().is_none());
        }
        assert_eq!(bulk_reads(&iam), 1);
    }

    #[tokio::test]
    async fn snapshot_is_tried_again_after_failure() {
        let iam = Fixture::new();
        iam.faults.refuse("iam", BULK_READ, "ServiceFailure", 1);
        assert!(iam.cache.snapshot().await.is_err());
        assert!(iam.cache.snapshot().await.unwrap().is_some());
    }

    #[tokio::test]
    async fn snapshot_for_leaves_out_written_keys() {
        let iam = Fixture::new();
        iam.cache.written("r");
        assert!(iam.cache.snapshot_for("r").await.unwrap().is_none());
        assert_eq!(bulk_reads(&iam), 0);
        assert!(iam.cache.snapshot_for("s").await.unwrap().is_some());
    }

    #[tokio::test]
    async fn detached_holds_until_attached() {
        let cache = Fixture::new().cache;
        assert!(!cache.is_detached("r", "p"));
        cache.detached("r", "p");
        assert!(cache.is_detached("r", "p"));
        assert!(!cache.is_detached("s", "p") && !cache.is_detached("r", "q"));
        cache.attached("r", "p");
        assert!(!cache.is_detached("r", "p"));
    }
}
