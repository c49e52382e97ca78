//! Shutdown of the process: the request for it, and the calls and connections that are still
//! active.

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// State of the shutdown, shared by everything that serves. Clones share the same state.
#[derive(Debug, Clone)]
pub(super) struct Shutdown {
    /// Cancelled when shutdown is requested.
    pub(super) token: CancellationToken,
    /// RPCs of the provider service whose work has not ended, or whose client still waits for the
    /// response.
    pub(super) calls: ActiveCount,
    /// Open client connections.
    pub(super) connections: ActiveCount,
}

impl Shutdown {
    pub(super) fn new() -> Self {
        Self {
            token: CancellationToken::new(),
            calls: ActiveCount::new(),
            connections: ActiveCount::new(),
        }
    }
}

/// A number of active calls or connections that can be awaited.
#[derive(Debug, Clone)]
pub(super) struct ActiveCount(watch::Sender<usize>);

impl ActiveCount {
    fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// Counts one more until the guard is dropped.
    pub(super) fn enter(&self) -> ActiveGuard {
        self.0.send_modify(|count| *count = count.saturating_add(1));
        ActiveGuard(self.0.clone())
    }

    /// The current number.
    pub(super) fn now(&self) -> usize {
        *self.0.borrow()
    }

    /// Waits until the number is zero.
    pub(super) async fn wait_idle(&self) {
        // `wait_for` fails only after the sender was dropped, and `self` holds it.
        let mut count = self.0.subscribe();
        let _ignored = count.wait_for(|count| *count == 0).await;
    }

    /// Waits until the number is at least one.
    pub(super) async fn wait_busy(&self) {
        let mut count = self.0.subscribe();
        let _ignored = count.wait_for(|count| *count > 0).await;
    }
}

/// Counts as one active call or connection until it is dropped.
#[derive(Debug)]
pub(super) struct ActiveGuard(watch::Sender<usize>);

impl Drop for ActiveGuard {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn active_count_follows_its_guards() {
        let count = ActiveCount::new();
        count.wait_idle().await;
        let (one, two) = (count.enter(), count.enter());
        assert_eq!(count.now(), 2);
        count.wait_busy().await;
        drop(one);
        assert_eq!(count.now(), 1);
        let waiting = tokio::spawn({
            let count = count.clone();
            async move { count.wait_idle().await }
        });
        drop(two);
        waiting.await.unwrap();
    }
}
