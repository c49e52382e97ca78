//! go-plugin's own services, which a client uses in addition to the provider's.

use futures::StreamExt;
use futures::stream;
use tokio_util::sync::CancellationToken;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use super::plugin::grpc_broker_server::GrpcBroker;
use super::plugin::grpc_controller_server::GrpcController;
use super::plugin::grpc_stdio_server::GrpcStdio;
use super::plugin::{ConnInfo, Empty, StdioData};

/// Ends the process when the client asks.
#[derive(Debug)]
pub(super) struct Controller {
    pub(super) shutdown: CancellationToken,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        tracing::debug!("the client requested shutdown");
        // In-flight calls still get their response, this one included: without it, go-plugin kills
        // the process.
        self.shutdown.cancel();
        Ok(Response::new(Empty {}))
    }
}

/// Forwards the output of the process. A plugin prints nothing, so the stream stays open and silent
/// until shutdown.
#[derive(Debug)]
pub(super) struct Stdio {
    pub(super) shutdown: CancellationToken,
}

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    async fn stream_stdio(
        &self,
        _request: Request<()>,
    ) -> Result<Response<BoxStream<StdioData>>, Status> {
        let silence = stream::pending().take_until(self.shutdown.clone().cancelled_owned());
        Ok(Response::new(Box::pin(silence)))
    }
}

/// Announces additional connections. Terraform's protocol has none: the stream stays open and
/// silent until the client closes it or the process shuts down.
#[derive(Debug)]
pub(super) struct Broker {
    pub(super) shutdown: CancellationToken,
}

#[tonic::async_trait]
impl GrpcBroker for Broker {
    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<BoxStream<ConnInfo>>, Status> {
        let silence = request
            .into_inner()
            .filter_map(|announced| async move { announced.err().map(Err) })
            .take_until(self.shutdown.clone().cancelled_owned());
        Ok(Response::new(Box::pin(silence)))
    }
}
