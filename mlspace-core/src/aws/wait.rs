//! Waiting for conditions and retrying what AWS says will pass, without fixed sleeps.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::transient::is_transient;

/// The bounds of one operation: how long it may take, and whether it is still wanted.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Set when the caller wants the work to stop; what exists by then is reported.
    pub cancel: CancellationToken,
    started: Instant,
    limit: Duration,
    /// False in unit tests on fakes, which have nothing to wait for.
    pauses: bool,
}

impl Operation {
    /// An operation that may take `limit` from now and stops when `cancel` is set.
    #[must_use]
    pub fn new(cancel: CancellationToken, limit: Duration) -> Self {
        Self {
            cancel,
            started: Instant::now(),
            limit,
            pauses: true,
        }
    }

    /// An operation that tries again at once where others pause.
    #[cfg(test)]
    pub(crate) fn without_pauses(cancel: CancellationToken, limit: Duration) -> Self {
        Self {
            pauses: false,
            ..Self::new(cancel, limit)
        }
    }

    /// The time left; zero when there is none.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.limit.saturating_sub(self.started.elapsed())
    }

    /// Whether the operation may go on to its next step.
    ///
    /// # Errors
    /// [`Error::Cancelled`] or [`Error::Timeout`], naming `what` was about to be done.
    pub fn check(&self, what: &str) -> Result<(), Error> {
        if self.cancel.is_cancelled() {
            return Err(Error::Cancelled {
                what: what.to_owned(),
            });
        }
        if self.remaining().is_zero() {
            return Err(Error::Timeout {
                what: what.to_owned(),
                last_status: "not started".to_owned(),
                waited: self.limit,
            });
        }
        Ok(())
    }

    /// Sleeps before the try after `attempt` (from 0), or less when the operation is cancelled.
    pub(crate) async fn back_off(
        &self,
        backoff: Backoff,
        attempt: u32,
        what: &str,
    ) -> Result<(), Error> {
        let pause = backoff.pause(attempt, fastrand::u64(..));
        self.pause(pause.min(self.remaining()), what).await
    }

    /// Sleeps for `pause`, or less when the operation is cancelled.
    async fn pause(&self, pause: Duration, what: &str) -> Result<(), Error> {
        tokio::select! {
            () = self.cancel.cancelled() => Err(Error::Cancelled { what: what.to_owned() }),
            () = tokio::time::sleep(if self.pauses { pause } else { Duration::ZERO }) => Ok(()),
        }
    }
}

/// Growing pauses between tries.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// The first pause.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Backoff {
    /// For changes that show within seconds, such as IAM's.
    pub const QUICK: Self = Self {
        first: Duration::from_millis(100),
        longest: Duration::from_secs(3),
    };
    /// For changes that take minutes, such as a notebook instance's start.
    pub const SLOW: Self = Self {
        first: Duration::from_millis(500),
        longest: Duration::from_secs(15),
    };

    /// The pause before try `attempt` (from 0): half as long again each time, up to the longest,
    /// less up to a quarter chosen at random so that several callers don't fall into step.
    fn pause(self, attempt: u32, random: u64) -> Duration {
        let grown = self
            .first
            .mul_f64(1.5_f64.powi(i32::try_from(attempt.min(40)).unwrap_or(40)));
        let full = grown.min(self.longest);
        let permille = u32::try_from(random % 250).unwrap_or(0);
        full.saturating_sub(full / 1000 * permille)
    }
}

/// What a probe saw.
#[derive(Debug)]
pub enum Poll<T> {
    /// The condition holds.
    Ready(T),
    /// Not yet; the status seen, for the error if time runs out.
    Pending(String),
}

/// Calls `probe` until it is ready, the operation's time is over or it is cancelled.
///
/// `what` completes "gave up …", for example ``waiting for notebook `a` to stop``.
///
/// # Errors
/// [`Error::Timeout`] with the last status, [`Error::Cancelled`], or the probe's own error.
pub async fn until<T, F, Fut>(
    operation: &Operation,
    what: &str,
    backoff: Backoff,
    probe: F,
) -> Result<T, Error>
where
    F: FnMut() -> Fut + Send,
    Fut: Future<Output = Result<Poll<T>, Error>> + Send,
{
    until_within(operation, operation.remaining(), what, backoff, probe).await
}

/// As [`until`], for at most `limit` and never beyond the operation's own time.
///
/// # Errors
/// As [`until`].
pub async fn until_within<T, F, Fut>(
    operation: &Operation,
    limit: Duration,
    what: &str,
    backoff: Backoff,
    mut probe: F,
) -> Result<T, Error>
where
    F: FnMut() -> Fut + Send,
    Fut: Future<Output = Result<Poll<T>, Error>> + Send,
{
    let limit = limit.min(operation.remaining());
    let started = Instant::now();
    let mut attempt = 0;
    loop {
        let status = tokio::select! {
            () = operation.cancel.cancelled() => {
                return Err(Error::Cancelled { what: what.to_owned() });
            }
            seen = probe() => match seen? {
                Poll::Ready(value) => return Ok(value),
                Poll::Pending(status) => status,
            },
        };
        let left = limit.saturating_sub(started.elapsed());
        if left.is_zero() {
            return Err(Error::Timeout {
                what: what.to_owned(),
                last_status: status,
                waited: limit,
            });
        }
        tracing::debug!(what, status, attempt, "not yet");
        operation
            .pause(backoff.pause(attempt, fastrand::u64(..)).min(left), what)
            .await?;
        attempt += 1;
    }
}

/// How long errors that pass are retried: IAM's changes are everywhere within it.
pub const PROPAGATION_TIMEOUT: Duration = Duration::from_secs(120);

/// Calls `action` again while its error is one that is_transient (see [`super::transient`]), for up to two
/// minutes and never beyond the operation's own time.
///
/// An action that is under way is not interrupted by cancellation, only its repetition: what was
/// begun gets its answer, so that nothing made goes unrecorded.
///
/// # Errors
/// The action's last error, or [`Error::Cancelled`].
pub async fn retry<T, F, Fut>(operation: &Operation, what: &str, action: F) -> Result<T, Error>
where
    F: FnMut() -> Fut + Send,
    Fut: Future<Output = Result<T, Error>> + Send,
{
    retry_while(operation, PROPAGATION_TIMEOUT, what, is_transient, action).await
}

/// As [`retry`], for at most `limit`, while `transient` says that the error is_transient.
///
/// # Errors
/// As [`retry`].
pub async fn retry_while<T, F, Fut>(
    operation: &Operation,
    limit: Duration,
    what: &str,
    transient: impl Fn(&Error) -> bool + Send,
    mut action: F,
) -> Result<T, Error>
where
    F: FnMut() -> Fut + Send,
    Fut: Future<Output = Result<T, Error>> + Send,
{
    operation.check(what)?;
    let limit = limit.min(operation.remaining());
    let started = Instant::now();
    let mut attempt = 0;
    loop {
        let error = match action().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if !transient(&error) || started.elapsed() >= limit {
            return Err(error);
        }
        tracing::debug!(
            what,
            code = error.code(),
            attempt,
            "will pass, trying again"
        );
        operation.back_off(Backoff::QUICK, attempt, what).await?;
        attempt += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const FAST: Backoff = Backoff {
        first: Duration::from_micros(10),
        longest: Duration::from_micros(50),
    };

    fn operation(limit: Duration) -> Operation {
        Operation::new(CancellationToken::new(), limit)
    }

    #[test]
    fn pauses_grow_to_the_longest_and_jitter_only_shortens() {
        let backoff = Backoff::QUICK;
        assert_eq!(backoff.pause(0, 0), Duration::from_millis(100));
        assert!(backoff.pause(3, 0) > backoff.pause(2, 0));
        assert_eq!(backoff.pause(39, 0), Duration::from_secs(3));
        assert_eq!(backoff.pause(u32::MAX, 0), Duration::from_secs(3));
        for random in [1, 249, 250, u64::MAX] {
            let pause = backoff.pause(39, random);
            assert!(pause <= Duration::from_secs(3) && pause >= Duration::from_millis(2250));
        }
    }

    #[tokio::test]
    async fn until_returns_what_the_probe_finds() {
        let calls = AtomicU32::new(0);
        let found = until(
            &operation(Duration::from_secs(60)),
            "waiting",
            FAST,
            || async {
                Ok(match calls.fetch_add(1, Ordering::Relaxed) {
                    0 | 1 => Poll::Pending("Pending".to_owned()),
                    n => Poll::Ready(n),
                })
            },
        )
        .await;
        assert_eq!(found, Ok(2));
    }

    #[tokio::test]
    async fn until_names_the_last_status_when_time_is_over() {
        let found: Result<(), _> = until(
            &operation(Duration::from_millis(5)),
            "waiting for `x`",
            FAST,
            || async { Ok(Poll::Pending("Stopping".to_owned())) },
        )
        .await;
        let error = found.unwrap_err();
        assert!(
            matches!(&error, Error::Timeout { what, last_status, .. }
                if what == "waiting for `x`" && last_status == "Stopping"),
            "{error:?}"
        );
    }

    #[tokio::test]
    async fn cancelling_ends_a_probe_that_hangs() {
        let operation = operation(Duration::from_secs(3600));
        operation.cancel.cancel();
        let found: Result<(), _> = until(
            &operation,
            "waiting",
            FAST,
            std::future::pending::<Result<Poll<()>, Error>>,
        )
        .await;
        assert_eq!(
            found,
            Err(Error::Cancelled {
                what: "waiting".to_owned()
            })
        );
    }

    fn answered(code: &str) -> Error {
        Error::Aws {
            service: "iam",
            operation: "AttachRolePolicy",
            code: code.to_owned(),
            message: String::new(),
            request_id: None,
        }
    }

    #[tokio::test]
    async fn settle_repeats_what_is_transient_and_nothing_else() {
        let calls = AtomicU32::new(0);
        let operation = operation(Duration::from_secs(60));
        let settled = retry(&operation, "attaching", || async {
            match calls.fetch_add(1, Ordering::Relaxed) {
                0 => Err(answered("ConcurrentModification")),
                n => Ok(n),
            }
        })
        .await;
        assert_eq!(settled, Ok(1));

        let failed: Result<(), _> = retry(&operation, "attaching", || async {
            Err(answered("AccessDenied"))
        })
        .await;
        assert_eq!(failed, Err(answered("AccessDenied")));
    }

    #[tokio::test]
    async fn settle_starts_nothing_once_cancelled() {
        let operation = operation(Duration::from_secs(60));
        operation.cancel.cancel();
        let calls = AtomicU32::new(0);
        let result: Result<(), _> = retry(&operation, "attaching", || async {
            calls.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })
        .await;
        assert!(matches!(result, Err(Error::Cancelled { .. })));
        assert_eq!(calls.load(Ordering::Relaxed), 0);
    }
}
