//! Waiting for conditions and retrying transient errors, without fixed sleeps.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::transient::is_transient;
use crate::ownership::{Caller, Claim, Run};

/// The limits of one operation: its time, and its cancellation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Set when the caller wants the operation to stop. Objects that exist by then are reported.
    pub cancel: CancellationToken,
    started: Instant,
    limit: Duration,
    /// False in unit tests on fakes, where waiting is of no use.
    pauses: bool,
    caller: Caller,
}

impl Operation {
    /// An operation that can take `limit` from now and stops when `cancel` is set.
    #[must_use]
    pub fn new(cancel: CancellationToken, limit: Duration) -> Self {
        Self {
            cancel,
            started: Instant::now(),
            limit,
            pauses: true,
            caller: Caller::default(),
        }
    }

    /// This operation on behalf of `caller`. Without this, it takes any object as its own.
    #[must_use]
    pub fn on_behalf_of(mut self, caller: Caller) -> Self {
        self.caller = caller;
        self
    }

    /// This operation on objects that the caller's state does not hold, such as the contents of a
    /// project that is deleted by force.
    pub(crate) fn on_any_object(&self) -> Self {
        let mut other = self.clone();
        other.caller.claim = Claim::Unknown;
        other
    }

    /// What the caller's state knows of the object's token.
    pub(crate) const fn claim(&self) -> &Claim {
        &self.caller.claim
    }

    /// The run that this operation is part of.
    pub(crate) fn run(&self) -> &dyn Run {
        self.caller.run.as_ref()
    }

    /// An operation that tries again at once where others pause, for unit tests.
    #[cfg(test)]
    pub(crate) fn without_pauses(cancel: CancellationToken, limit: Duration) -> Self {
        Self {
            pauses: false,
            ..Self::new(cancel, limit)
        }
    }

    /// The remaining time, at least zero.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.limit.saturating_sub(self.started.elapsed())
    }

    /// Checks that the operation can continue with its next step.
    ///
    /// # Errors
    /// [`Error::Cancelled`] or [`Error::Timeout`]; `what` names the step, as "creating …".
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

    /// Sleeps after attempt number `attempt` (from 0).
    ///
    /// # Errors
    /// [`Error::Cancelled`] as soon as the operation is cancelled.
    pub(crate) async fn back_off(
        &self,
        backoff: Backoff,
        attempt: u32,
        what: &str,
    ) -> Result<(), Error> {
        self.back_off_for(backoff, attempt, what).await.map(drop)
    }

    /// As [`Self::back_off`]; returns how long the pause is, or would be where there are none.
    async fn back_off_for(
        &self,
        backoff: Backoff,
        attempt: u32,
        what: &str,
    ) -> Result<Duration, Error> {
        let pause = backoff.pause(attempt, fastrand::u64(..));
        let pause = pause.min(self.remaining());
        self.pause(pause, what).await?;
        Ok(pause)
    }

    /// Sleeps for `pause`, or until the operation is cancelled.
    async fn pause(&self, pause: Duration, what: &str) -> Result<(), Error> {
        let pause = async {
            if self.pauses {
                tokio::time::sleep(pause).await;
            } else {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = self.cancel.cancelled() => Err(Error::Cancelled { what: what.to_owned() }),
            () = pause => Ok(()),
        }
    }
}

/// Growing pauses between attempts.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// The first pause.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Backoff {
    /// For changes that are visible within seconds, such as those of IAM.
    pub const QUICK: Self = Self {
        first: Duration::from_millis(100),
        longest: Duration::from_secs(3),
    };
    /// For changes that take minutes, such as the start of a notebook instance.
    pub const SLOW: Self = Self {
        first: Duration::from_millis(500),
        longest: Duration::from_secs(15),
    };

    /// The pause after attempt number `attempt` (from 0): each is half as long again, up to the
    /// longest. A random part of up to a quarter is taken off, so that multiple callers do not
    /// retry at the same time.
    fn pause(self, attempt: u32, random: u64) -> Duration {
        let grown = self
            .first
            .mul_f64(1.5_f64.powi(i32::try_from(attempt.min(40)).unwrap_or(40)));
        let full = grown.min(self.longest);
        let permille = u32::try_from(random % 250).unwrap_or(0);
        full.saturating_sub(full / 1000 * permille)
    }
}

/// The result of a probe.
#[derive(Debug)]
pub enum Poll<T> {
    /// The condition holds.
    Ready(T),
    /// It does not hold yet. The status is for the error when time runs out.
    Pending(String),
}

/// Calls `probe` until it is ready, the operation's time is over or it is cancelled.
///
/// `what` names the step for errors, for example ``waiting for notebook `a` to stop``.
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
    // Counted, too, because operations without pauses take no time.
    let mut waited = Duration::ZERO;
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
        let left = limit.saturating_sub(started.elapsed().max(waited));
        if left.is_zero() {
            return Err(Error::Timeout {
                what: what.to_owned(),
                last_status: status,
                waited: limit,
            });
        }
        tracing::debug!(what, status, attempt, "not yet");
        let pause = backoff.pause(attempt, fastrand::u64(..)).min(left);
        operation.pause(pause, what).await?;
        waited += pause;
        attempt += 1;
    }
}

/// How long transient errors are retried: IAM changes are visible everywhere within this time.
pub const PROPAGATION_TIMEOUT: Duration = Duration::from_secs(120);

/// Calls `action` again while its error is transient (see [`super::transient`]), for up to
/// [`PROPAGATION_TIMEOUT`] and never beyond the operation's own time.
///
/// Cancellation does not interrupt a call, only its repetition: every call that was sent gets its
/// response, so that each created object is recorded.
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

/// As [`retry`], for at most `limit`, while `transient` holds for the error.
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
    let mut waited = Duration::ZERO;
    let mut attempt = 0;
    loop {
        let error = match action().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if !transient(&error) || started.elapsed().max(waited) >= limit {
            return Err(error);
        }
        tracing::debug!(
            what,
            code = error.code(),
            attempt,
            "transient error, trying again"
        );
        waited += operation
            .back_off_for(Backoff::QUICK, attempt, what)
            .await?;
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
    fn pause_grows_to_longest() {
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
    async fn until_returns_value_of_probe() {
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
    async fn until_times_out_with_last_status() {
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
    async fn until_ends_hanging_probe_when_cancelled() {
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

    fn error(code: &str) -> Error {
        Error::Aws {
            service: "iam",
            operation: "AttachRolePolicy",
            code: code.to_owned(),
            message: String::new(),
            request_id: None,
        }
    }

    #[tokio::test]
    async fn retry_repeats_transient_errors_only() {
        let calls = AtomicU32::new(0);
        let operation = operation(Duration::from_secs(60));
        let repeated = retry(&operation, "attaching", || async {
            match calls.fetch_add(1, Ordering::Relaxed) {
                0 => Err(error("ConcurrentModification")),
                n => Ok(n),
            }
        })
        .await;
        assert_eq!(repeated, Ok(1));

        let failed: Result<(), _> = retry(&operation, "attaching", || async {
            Err(error("AccessDenied"))
        })
        .await;
        assert_eq!(failed, Err(error("AccessDenied")));
    }

    #[tokio::test]
    async fn retry_makes_no_call_when_cancelled() {
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

    #[tokio::test]
    async fn until_passes_on_errors() {
        let found: Result<(), _> = until(
            &operation(Duration::from_secs(60)),
            "waiting",
            FAST,
            || async { Err(error("AccessDenied")) },
        )
        .await;
        assert_eq!(found, Err(error("AccessDenied")));
    }

    #[tokio::test]
    async fn until_within_ends_before_operation() {
        let limit = Duration::from_millis(2);
        let found: Result<(), _> = until_within(
            &operation(Duration::from_secs(3600)),
            limit,
            "waiting",
            FAST,
            || async { Ok(Poll::Pending("Pending".to_owned())) },
        )
        .await;
        assert!(matches!(found, Err(Error::Timeout { waited, .. }) if waited == limit));
    }

    #[tokio::test]
    async fn retry_gives_up_after_limit() {
        let calls = AtomicU32::new(0);
        let result: Result<(), _> = retry_while(
            &operation(Duration::from_secs(60)),
            Duration::ZERO,
            "attaching",
            |_| true,
            || async {
                calls.fetch_add(1, Ordering::Relaxed);
                Err(error("NoSuchEntity"))
            },
        )
        .await;
        assert_eq!(result, Err(error("NoSuchEntity")));
        assert_eq!(calls.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn retry_finishes_call_when_cancelled() {
        let operation = operation(Duration::from_secs(60));
        let result = retry(&operation, "attaching", || async {
            operation.cancel.cancel();
            Ok(1)
        })
        .await;
        assert_eq!(result, Ok(1));
    }

    #[tokio::test]
    async fn cancellation_ends_pause() {
        let operation = operation(Duration::from_secs(3600));
        let hour = Backoff {
            first: Duration::from_secs(3600),
            longest: Duration::from_secs(3600),
        };
        let started = Instant::now();
        let (paused, ()) = tokio::join!(operation.back_off(hour, 0, "waiting"), async {
            operation.cancel.cancel();
        });
        assert!(matches!(paused, Err(Error::Cancelled { what }) if what == "waiting"));
        assert!(started.elapsed() < Duration::from_secs(60));
    }

    #[tokio::test]
    async fn without_pauses_does_not_sleep() {
        let limit = Duration::from_secs(3600);
        let operation = Operation::without_pauses(CancellationToken::new(), limit);
        let started = Instant::now();
        operation
            .back_off(Backoff::SLOW, 40, "waiting")
            .await
            .unwrap();
        assert!(started.elapsed() < Duration::from_secs(5));
    }

    #[tokio::test]
    async fn check_reports_timeout_and_cancellation() {
        let over = operation(Duration::ZERO);
        assert!(over.remaining().is_zero());
        assert!(matches!(over.check("creating"), Err(Error::Timeout { .. })));
        let running = operation(Duration::from_secs(60));
        assert_eq!(running.check("creating"), Ok(()));
        running.cancel.cancel();
        assert!(matches!(
            running.check("creating"),
            Err(Error::Cancelled { .. })
        ));
    }
}
