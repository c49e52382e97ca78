//! Cancellation of calls in progress.
//!
//! The SDK repeats a call that is throttled or gets no answer for minutes, and does not know
//! Terraform's request to stop. [`cancellable`] makes it known to all calls of a task: when it is
//! cancelled, a call in flight has [`GRACE`] to return, so that its answer is not lost, and pauses
//! between attempts end. After that, attempts fail at once.

use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_sdk_sts::config::{AsyncSleep, Sleep};
use aws_smithy_runtime_api::client::result::ConnectorError;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// How long calls continue after a cancellation: those in flight, and those that find out what exists.
pub const GRACE: Duration = Duration::from_secs(1);

tokio::task_local! {
    static STOP: Arc<Stop>;
}

/// A cancellation, and the end of the grace time after it.
#[derive(Debug)]
struct Stop {
    cancel: CancellationToken,
    grace: Duration,
    end: OnceLock<Instant>,
}

impl Stop {
    fn current() -> Option<Arc<Self>> {
        STOP.try_with(Arc::clone).ok()
    }

    /// The end of the grace time, which begins when the cancellation is first seen.
    fn end(&self) -> Instant {
        *self.end.get_or_init(|| Instant::now() + self.grace)
    }

    fn is_over(&self) -> bool {
        self.cancel.is_cancelled() && self.end() <= Instant::now()
    }

    async fn over(&self) {
        self.cancel.cancelled().await;
        sleep_until(self.end()).await;
    }
}

/// Runs `work`, whose calls of AWS end within [`GRACE`] when `cancel` is cancelled.
///
/// Pass on the token of one operation of Terraform. Without this function, calls are not cancelled.
pub async fn cancellable<T>(cancel: CancellationToken, work: impl Future<Output = T>) -> T {
    cancellable_within(GRACE, cancel, work).await
}

async fn cancellable_within<T>(
    grace: Duration,
    cancel: CancellationToken,
    work: impl Future<Output = T>,
) -> T {
    let stop = Stop {
        cancel,
        grace,
        end: OnceLock::new(),
    };
    STOP.scope(Arc::new(stop), work).await
}

/// The error of a call that was cancelled. The SDK does not retry it.
#[derive(Debug, thiserror::Error)]
#[error("the operation was cancelled")]
pub(super) struct Cancelled;

/// Fails when the present operation was cancelled and its grace time is over.
pub(super) fn check() -> Result<(), ConnectorError> {
    match Stop::current() {
        Some(stop) if stop.is_over() => Err(ConnectorError::other(Box::new(Cancelled), None)),
        _ => Ok(()),
    }
}

/// The result of `work`, or `None` when the present operation was cancelled and its grace time is
/// over.
pub(crate) async fn unless_cancelled<T>(work: impl Future<Output = T>) -> Option<T> {
    match Stop::current() {
        None => Some(work.await),
        Some(stop) => tokio::select! {
            biased;
            done = work => Some(done),
            () = stop.over() => None,
        },
    }
}

/// The timer of the SDK's pauses and timeouts, which also ends after a cancellation.
#[derive(Debug, Default)]
pub(super) struct CancellableSleep;

impl AsyncSleep for CancellableSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        let stop = Stop::current();
        Sleep::new(async move {
            match stop {
                None => sleep(duration).await,
                Some(stop) => tokio::select! {
                    () = sleep(duration) => {}
                    () = stop.over() => {}
                },
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
    };
    use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
    use aws_smithy_types::body::SdkBody;

    use super::*;
    use crate::aws::{Clients, ConnectionConfig, Error, SdkResultExt as _, Settings, config, http};

    const SHORT: Duration = Duration::from_millis(5);

    /// An AWS that knows the caller, and answers every other call with this status. The second
    /// call cancels the token.
    #[derive(Debug, Clone)]
    struct FakeAws {
        /// `None`: no answer to the second call and later ones.
        status: Option<u16>,
        calls: Arc<AtomicUsize>,
        cancel: CancellationToken,
    }

    impl FakeAws {
        fn new(status: Option<u16>) -> Self {
            Self {
                status,
                calls: Arc::default(),
                cancel: CancellationToken::new(),
            }
        }

        fn calls(&self) -> usize {
            self.calls.load(Ordering::Relaxed)
        }

        async fn clients(&self) -> Clients {
            let connection = ConnectionConfig {
                access_key: Some("AKIDEXAMPLE".to_owned()),
                secret_key: Some("secret".to_owned()),
                region: Some("us-east-1".to_owned()),
                ..ConnectionConfig::default()
            };
            let connector = SharedHttpConnector::new(self.clone());
            let client = http::failing_fast(http_client_fn(move |_, _| connector.clone()));
            let config = config::load_with(&connection, client).await.unwrap();
            Clients::with_sdk_config(connection, Settings::default(), config)
        }
    }

    fn answer(status: u16, body: &'static str) -> HttpConnectorFuture {
        let answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        HttpConnectorFuture::ready(Ok(answer))
    }

    impl HttpConnector for FakeAws {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            if request.uri().contains("sts.") {
                return answer(
                    200,
                    "<GetCallerIdentityResponse><GetCallerIdentityResult>\
                     <Arn>arn:aws:iam::210987654321:user/a</Arn><UserId>AIDA</UserId>\
                     <Account>210987654321</Account>\
                     </GetCallerIdentityResult></GetCallerIdentityResponse>",
                );
            }
            let number = self.calls.fetch_add(1, Ordering::Relaxed);
            if number == 1 {
                self.cancel.cancel();
            }
            match self.status {
                None if number > 0 => HttpConnectorFuture::new(std::future::pending()),
                status => answer(
                    status.unwrap_or(503),
                    "<ErrorResponse><Error><Code>Throttling</Code>\
                     <Message>Rate exceeded</Message></Error></ErrorResponse>",
                ),
            }
        }
    }

    async fn attach(clients: &Clients) -> Result<(), Error> {
        let call = clients.iam().await?.attach_role_policy();
        let answer = call.role_name("r").policy_arn("p").send().await;
        answer.called("iam", "AttachRolePolicy").map(drop)
    }

    /// Without the cancellation, the call would return "Throttling" after 26 attempts.
    async fn ends_early(aws: FakeAws) {
        let clients = aws.clients().await;
        let work = async {
            let error = attach(&clients).await.unwrap_err();
            let what = "calling IAM AttachRolePolicy".to_owned();
            assert_eq!(error, Error::Cancelled { what });
            let calls = aws.calls();
            // What the operation reads afterwards ends at once, too.
            assert_eq!(attach(&clients).await.unwrap_err(), error);
            assert_eq!(aws.calls(), calls);
        };
        cancellable_within(SHORT, aws.cancel.clone(), work).await;
        assert_eq!(aws.calls(), 2);
    }

    #[tokio::test]
    async fn cancellation_ends_retries_of_the_sdk() {
        ends_early(FakeAws::new(Some(400))).await;
    }

    #[tokio::test]
    async fn cancellation_ends_a_call_without_answer() {
        ends_early(FakeAws::new(None)).await;
    }

    #[tokio::test]
    async fn grace_time_lets_calls_return() {
        let aws = FakeAws::new(Some(200));
        let clients = aws.clients().await;
        aws.cancel.cancel();
        let hour = Duration::from_secs(3600);
        let attached = cancellable_within(hour, aws.cancel.clone(), attach(&clients)).await;
        assert_eq!(attached, Ok(()));
    }

    #[tokio::test]
    async fn cancelled_caller_is_looked_up_again() {
        let aws = FakeAws::new(Some(200));
        let clients = aws.clients().await;
        aws.cancel.cancel();
        let account = async { clients.account().await.map(drop) };
        let refused = cancellable_within(Duration::ZERO, aws.cancel.clone(), account).await;
        assert!(
            matches!(refused, Err(Error::Cancelled { .. })),
            "{refused:?}"
        );
        assert!(clients.account().await.is_ok());
    }

    #[tokio::test]
    async fn unless_cancelled_returns_finished_work() {
        assert_eq!(unless_cancelled(async { 1 }).await, Some(1));
        let cancel = CancellationToken::new();
        cancel.cancel();
        let in_time = unless_cancelled(async { 1 });
        assert_eq!(
            cancellable_within(SHORT, cancel.clone(), in_time).await,
            Some(1)
        );
        let late = unless_cancelled(std::future::pending::<()>());
        assert_eq!(cancellable_within(SHORT, cancel, late).await, None);
    }

    #[tokio::test]
    async fn every_call_has_a_deadline() {
        let clients = FakeAws::new(None).clients().await;
        let iam = clients.iam().await.unwrap();
        let timeouts = iam.config().timeout_config().unwrap();
        assert_eq!(timeouts.operation_timeout(), Some(config::CALL));
        assert!(timeouts.operation_attempt_timeout() < Some(config::CALL));
    }
}
