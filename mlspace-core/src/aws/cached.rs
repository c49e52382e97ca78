//! A value that is read once for many callers.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Error;

/// How old a value may be that a change goes by. What others change meanwhile is noticed as little
/// as what they change during the calls of the change itself.
const RECENT: Duration = Duration::from_secs(15);

/// The last value that was read, and the time of the read. Concurrent callers share one read.
#[derive(Debug)]
pub(crate) struct Cached<T> {
    last: Mutex<Option<(Instant, Arc<T>)>>,
    changes: AtomicU64,
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self {
            last: Mutex::default(),
            changes: AtomicU64::new(0),
        }
    }
}

impl<T> Cached<T> {
    /// The value as it was first read, or as it was read after the last [`Self::forget`]: for
    /// refreshes and plans. Terraform starts a process for each of them, so that all resources of a
    /// refresh are compared with one reading, however long it takes.
    pub(crate) async fn get<F, Fut>(&self, read: F) -> Result<Arc<T>, Error>
    where
        F: FnOnce() -> Fut + Send,
        Fut: Future<Output = Result<T, Error>> + Send,
    {
        self.get_within(Duration::MAX, read).await
    }

    /// The value as it was at most 15 seconds ago: for changes of many objects that depend on it.
    pub(crate) async fn recent<F, Fut>(&self, read: F) -> Result<Arc<T>, Error>
    where
        F: FnOnce() -> Fut + Send,
        Fut: Future<Output = Result<T, Error>> + Send,
    {
        self.get_within(RECENT, read).await
    }

    async fn get_within<F, Fut>(&self, age: Duration, read: F) -> Result<Arc<T>, Error>
    where
        F: FnOnce() -> Fut + Send,
        Fut: Future<Output = Result<T, Error>> + Send,
    {
        let mut last = self.last.lock().await;
        if let Some((at, value)) = &*last
            && at.elapsed() <= age
        {
            return Ok(Arc::clone(value));
        }
        let started = Instant::now();
        let value = Arc::new(read().await?);
        *last = Some((started, Arc::clone(&value)));
        Ok(value)
    }

    /// Drops the value, because this process changes what it was read from. A read that has begun
    /// is dropped, too.
    pub(crate) async fn forget(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        *self.last.lock().await = None;
    }

    /// How often the value was dropped: if it is the same before and after, this process changed
    /// nothing in between.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }
}

/// Values that are read once for many callers each, by key.
#[derive(Debug)]
pub(crate) struct CachedByKey<T>(std::sync::Mutex<HashMap<String, Arc<Cached<T>>>>);

impl<T> Default for CachedByKey<T> {
    fn default() -> Self {
        Self(std::sync::Mutex::default())
    }
}

impl<T> CachedByKey<T> {
    /// As [`Cached::get`], of the value of this key.
    pub(crate) async fn get<F, Fut>(&self, key: &str, read: F) -> Result<Arc<T>, Error>
    where
        F: FnOnce() -> Fut + Send,
        Fut: Future<Output = Result<T, Error>> + Send,
    {
        let cached = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(key.to_owned()).or_default())
        };
        cached.get(read).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A counter that is read as often as the cache asks for it.
    struct Counter(AtomicU64);

    impl Counter {
        async fn read(&self) -> Result<u64, Error> {
            tokio::task::yield_now().await;
            Ok(self.0.fetch_add(1, Ordering::SeqCst))
        }
    }

    #[tokio::test]
    async fn cached_reads_once_for_all_callers() {
        let (cached, counter) = (Cached::default(), Counter(AtomicU64::new(0)));
        let (one, two) = tokio::join!(
            cached.get(|| counter.read()),
            cached.recent(|| counter.read())
        );
        assert_eq!((*one.unwrap(), *two.unwrap()), (0, 0));
    }

    #[tokio::test]
    async fn cached_reads_again_after_a_change() {
        let (cached, counter) = (Cached::default(), Counter(AtomicU64::new(0)));
        assert_eq!(*cached.get(|| counter.read()).await.unwrap(), 0);
        assert_eq!(cached.changes(), 0);
        cached.forget().await;
        assert_eq!(cached.changes(), 1);
        assert_eq!(*cached.get(|| counter.read()).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn cached_is_recent_for_seconds_and_lasts_for_a_refresh() {
        let (cached, counter) = (Cached::default(), Counter(AtomicU64::new(1)));
        let old = Instant::now().checked_sub(RECENT * 2).unwrap();
        *cached.last.lock().await = Some((old, Arc::new(0)));
        assert_eq!(*cached.get(|| counter.read()).await.unwrap(), 0);
        assert_eq!(*cached.recent(|| counter.read()).await.unwrap(), 1);
        assert_eq!(*cached.get(|| counter.read()).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn cached_tries_again_after_an_error() {
        let cached = Cached::<u64>::default();
        let failed = cached.get(|| async { Err(crate::testing::refusal("iam", "x", "y")) });
        assert!(failed.await.is_err());
        assert_eq!(*cached.get(|| async { Ok(7) }).await.unwrap(), 7);
    }
}
