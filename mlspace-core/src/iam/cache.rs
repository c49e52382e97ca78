//! Roles and policies as IAM holds them, read in bulk where possible.
//!
//! Terraform refreshes resource by resource. The first read takes the account's authorization
//! details as a whole (GetAccountAuthorizationDetails) and the other reads of a refresh are served
//! from it. Whatever this process has written is read singly from then on, because the bulk read
//! may be older than the write.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::api::{AccountSnapshot, IamApi};
use crate::aws::Error;

/// How long a bulk read is used: the length of a refresh, not of an operator's session.
const CACHE_TTL: Duration = Duration::from_secs(30);

/// The bulk read, and what it is not valid for.
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

    /// A recent bulk read for the role or policy of this name or ARN. `None` when it must be read
    /// singly: this process has written it, or may not read in bulk.
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
