//! What every RPC of the provider gets around it: a log span, a task of its own, and an answer even when it panics.

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

use super::life::{Counted, Life};
use super::logs::rpc_span;

/// Paths of the RPCs that are the provider's; the others are go-plugin's own and need nothing.
const PROVIDER: &str = "/tfplugin6.Provider/";

/// Names one RPC of this process. It is in the request's extensions, and in every log line of the call (`tf_req_id`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    pub(super) fn new(number: u64) -> Self {
        Self(format!("{}-{number}", std::process::id()).into())
    }

    /// The id as text: the process id and the RPC's number in it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Wraps the services.
///
/// Each RPC runs in its own task. A client that goes away drops the call, but not the work: an object half made is
/// recorded in nobody's state. (Terraform asks work to stop through `StopProvider`.)
#[derive(Debug, Clone)]
pub(super) struct Rpcs<S> {
    services: S,
    life: Life,
    requests: Arc<AtomicU64>,
}

impl<S> Rpcs<S> {
    pub(super) fn new(services: S, life: Life) -> Self {
        Self {
            services,
            life,
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
        // The instance that was polled ready serves; its clone waits for the next call.
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
        let counted = self.life.calls.enter();
        let work = async move {
            tracing::trace!("serving");
            let response = services.call(request).await;
            tracing::trace!("served");
            response
        };
        let task = tokio::spawn(work.instrument(span.clone()));
        Box::pin(async move {
            match task.await {
                Ok(Ok(response)) => Ok(response.map(|body| {
                    Body::new(Answer {
                        body,
                        span,
                        _counted: counted,
                    })
                })),
                Ok(Err(never)) => match never {},
                Err(error) => Ok(panicked(&rpc, error).into_http()),
            }
        })
    }
}

/// The last resort: handlers are expected to turn a panic into a diagnostic themselves.
fn panicked(rpc: &str, error: JoinError) -> Status {
    let why = match error.try_into_panic() {
        Ok(payload) => payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned()),
        Err(_) => "the work was abandoned".to_owned(),
    };
    Status::internal(format!(
        "the provider failed in {rpc}, which is a bug in it; please report: {why}"
    ))
}

/// A response's body, polled within the RPC's span; the RPC counts as under way until the last of it.
struct Answer {
    body: Body,
    span: Span,
    _counted: Counted,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let answer = &mut *self;
        let _entered = answer.span.enter();
        Pin::new(&mut answer.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
