//! Locks by name: concurrent operations on the same object take turns.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// A held lock. Dropping it releases the lock.
#[derive(Debug)]
pub struct Guard {
    _held: OwnedMutexGuard<()>,
}

/// Locks by name, created on demand and dropped when unused.
#[derive(Debug, Default)]
pub(crate) struct Locks(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl Locks {
    /// Waits for the lock called `key`.
    pub(crate) async fn lock(&self, key: &str) -> Guard {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            Arc::clone(locks.entry(key.to_owned()).or_default())
        };
        Guard {
            _held: lock.lock_owned().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn lock_excludes_others_of_same_key() {
        let locks = Arc::new(Locks::default());
        let inside = Arc::new(AtomicU32::new(0));
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (locks, inside) = (Arc::clone(&locks), Arc::clone(&inside));
                tokio::spawn(async move {
                    let _guard = locks.lock("user/alice").await;
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                    tokio::task::yield_now().await;
                    inside.fetch_sub(1, Ordering::SeqCst);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    }

    #[tokio::test]
    async fn lock_drops_unused_keys() {
        let locks = Locks::default();
        let held = locks.lock("a").await;
        drop(locks.lock("b").await);
        let again = locks.lock("c").await;
        assert_eq!(locks.0.lock().unwrap().len(), 2);
        drop((held, again));
    }
}
