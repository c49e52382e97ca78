//! Middleware around every RPC of the provider: a log span, a separate task, and a response even if
//! the handler panics.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::task::JoinError;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Bytes, Service, http};
use tracing::{Instrument, Span};

use super::logs::rpc_span;
use super::shutdown::{ActiveGuard, Shutdown};

/// Path prefix of the provider's RPCs. The others are go-plugin's own and pass through unchanged.
const PROVIDER: &str = "/tfplugin6.Provider/";

/// Id of one RPC of this process. It is in the request's extensions and in every log line of the
/// call (`tf_req_id`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    pub(super) fn new(number: u64) -> Self {
        Self(format!("{}-{number}", std::process::id()).into())
    }

    /// The id as a string: the process id and the number of the RPC.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Wraps the services.
///
/// Each RPC runs in its own task. If the client disconnects, the call is dropped but the task runs
/// on: a half-created object would be in no state. (Terraform cancels work with `StopProvider`.)
#[derive(Debug, Clone)]
pub(super) struct Rpcs<S> {
    services: S,
    shutdown: Shutdown,
    requests: Arc<AtomicU64>,
}

impl<S> Rpcs<S> {
    pub(super) fn new(services: S, shutdown: Shutdown) -> Self {
        Self {
            services,
            shutdown,
            requests: Arc::new(AtomicU64::new(1)),
        }
    }
}

type Request = http::Request<Body>;
type Response = http::Response<Body>;

impl<S> Service<Request> for Rpcs<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<Response, Infallible>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.services.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        // `poll_ready` made this instance ready, not its clone: serve with it and keep the clone
        // for the next call.
        let next = self.services.clone();
        let mut services = std::mem::replace(&mut self.services, next);
        let Some(rpc) = request
            .uri()
            .path()
            .strip_prefix(PROVIDER)
            .map(str::to_owned)
        else {
            return Box::pin(services.call(request));
        };
        let id = RequestId::new(self.requests.fetch_add(1, Ordering::Relaxed));
        let span = rpc_span(&rpc, &id);
        request.extensions_mut().insert(id);
        // Taken before the task starts, so that a shutdown that begins now waits for this call. The
        // task holds it too: the call is active while its work runs, even if the client is gone.
        let active = Arc::new(self.shutdown.calls.enter());
        let working = Arc::clone(&active);
        let work = async move {
            tracing::trace!("serving");
            let response = services.call(request).await;
            tracing::trace!("served");
            drop(working);
            response
        };
        let task = tokio::spawn(work.instrument(span.clone()));
        Box::pin(async move {
            match task.await {
                Ok(Ok(response)) => Ok(response.map(|body| {
                    Body::new(TrackedBody {
                        body,
                        span,
                        _active: active,
                    })
                })),
                Ok(Err(never)) => match never {},
                Err(error) => Ok(panicked(&rpc, error).into_http()),
            }
        })
    }
}

/// The response to a panic that the handler did not turn into a diagnostic.
fn panicked(rpc: &str, error: JoinError) -> Status {
    let why = match error.try_into_panic() {
        Ok(payload) => payload
            .downcast_ref::<&str>()
            .map(|message| (*message).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned()),
        Err(_) => "the task was cancelled".to_owned(),
    };
    Status::internal(format!(
        "the provider failed in {rpc}: {why}; this is a bug in the provider, please report it"
    ))
}

/// A response body that is polled within the RPC's span. The RPC counts as active until its work has
/// ended and the body is dropped.
struct TrackedBody {
    body: Body,
    span: Span,
    _active: Arc<ActiveGuard>,
}

impl HttpBody for TrackedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        let _entered = this.span.enter();
        Pin::new(&mut this.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
