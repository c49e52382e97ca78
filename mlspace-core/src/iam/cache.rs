//! A cache of roles and policies that are read in bulk.
//!
//! Terraform refreshes one resource at a time. The first read fetches all roles and policies of the
//! account (GetAccountAuthorizationDetails), and the other reads of the refresh use the result.
//! Objects that this process has written are read one by one from then on, because the bulk read
//! may be older than the write.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::api::{AccountSnapshot, IamApi};
use crate::aws::Error;

/// How long a bulk read is used: about the duration of a refresh.
const CACHE_TTL: Duration = Duration::from_secs(30);

/// The bulk read, and the objects that it is not valid for.
pub(crate) struct IamCache {
    api: Arc<dyn IamApi>,
    state: tokio::sync::Mutex<CacheState>,
    /// Roles by name and policies by ARN that this process has written.
    written: Mutex<HashSet<String>>,
    /// Roles by name, each with the ARN of a policy that this process detached from it.
    detached: Mutex<HashSet<(String, String)>>,
}

#[derive(Default)]
enum CacheState {
    #[default]
    Empty,
    ReadAt(Instant, Arc<AccountSnapshot>),
    /// The caller is not allowed to read in bulk. It is not tried again.
    Denied,
}

impl IamCache {
    /// An empty cache over `api`.
    pub(crate) fn new(api: Arc<dyn IamApi>) -> Self {
        Self {
            api,
            state: tokio::sync::Mutex::default(),
            written: Mutex::default(),
            detached: Mutex::default(),
        }
    }

    /// A recent bulk read for the role of this name or the policy of this ARN. `None` when it must
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

    /// A recent bulk read; `None` when the caller is not allowed to make one. Concurrent callers
    /// share it.
    pub(crate) async fn snapshot(&self) -> Result<Option<Arc<AccountSnapshot>>, Error> {
        let mut state = self.state.lock().await;
        match &*state {
            CacheState::Denied => return Ok(None),
            CacheState::ReadAt(at, snapshot) if at.elapsed() < CACHE_TTL => {
                return Ok(Some(Arc::clone(snapshot)));
            }
            _ => {}
        }
        match self.api.account_snapshot().await {
            Ok(snapshot) => {
                let snapshot = Arc::new(snapshot);
                *state = CacheState::ReadAt(Instant::now(), Arc::clone(&snapshot));
                Ok(Some(snapshot))
            }
            Err(error) if error.is_denied() => {
                tracing::info!("bulk reads of IAM are denied, reading roles one by one");
                *state = CacheState::Denied;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Records that the role or policy of this name or ARN is being written.
    pub(crate) fn written(&self, key: &str) {
        self.written
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.to_owned());
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
    async fn snapshot_expires() {
        let iam = Fixture::new();
        iam.cache.snapshot().await.unwrap();
        let expired = Instant::now().checked_sub(CACHE_TTL).unwrap();
        let stale = CacheState::ReadAt(expired, Arc::default());
        *iam.cache.state.lock().await = stale;
        iam.add_role("r", &[]);
        let snapshot = iam.cache.snapshot().await.unwrap().unwrap();
        assert!(snapshot.roles.contains_key("r"));
        assert_eq!(bulk_reads(&iam), 2);
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
