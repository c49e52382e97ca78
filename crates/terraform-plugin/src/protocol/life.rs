//! How long the process lives: what is still under way, and whether the end has been asked for.

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Shared by everything that serves; clones are the same life.
#[derive(Debug, Clone)]
pub(super) struct Life {
    /// Cancelled when the process is to end.
    pub(super) end: CancellationToken,
    /// RPCs of the provider service that have not been answered.
    pub(super) calls: Count,
    /// Open client connections.
    pub(super) connections: Count,
}

impl Life {
    pub(super) fn new() -> Self {
        Self {
            end: CancellationToken::new(),
            calls: Count::new(),
            connections: Count::new(),
        }
    }
}

/// A number of things under way.
#[derive(Debug, Clone)]
pub(super) struct Count(watch::Sender<usize>);

impl Count {
    fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// Counts one more for as long as the guard lives.
    pub(super) fn enter(&self) -> Counted {
        self.0.send_modify(|count| *count = count.saturating_add(1));
        Counted(self.0.clone())
    }

    /// How many there are now.
    pub(super) fn now(&self) -> usize {
        *self.0.borrow()
    }

    /// Waits until there is none.
    pub(super) async fn none(&self) {
        // Fails only when the sender is gone, which `self` keeps.
        let mut count = self.0.subscribe();
        let _kept = count.wait_for(|count| *count == 0).await;
    }

    /// Waits until there is at least one.
    pub(super) async fn some(&self) {
        let mut count = self.0.subscribe();
        let _kept = count.wait_for(|count| *count > 0).await;
    }
}

/// One thing under way, until it is dropped.
#[derive(Debug)]
pub(super) struct Counted(watch::Sender<usize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn counts_what_is_under_way() {
        let count = Count::new();
        count.none().await;
        let (one, two) = (count.enter(), count.enter());
        assert_eq!(count.now(), 2);
        count.some().await;
        drop(one);
        assert_eq!(count.now(), 1);
        let waiting = tokio::spawn({
            let count = count.clone();
            async move { count.none().await }
        });
        drop(two);
        waiting.await.unwrap();
    }
}
