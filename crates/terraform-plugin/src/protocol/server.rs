//! The gRPC server over an open socket.

use std::io;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use thiserror::Error;
use tonic::service::Routes;
use tonic::transport::Server;

use super::plugin::grpc_broker_server::GrpcBrokerServer;
use super::plugin::grpc_controller_server::GrpcControllerServer;
use super::plugin::grpc_stdio_server::GrpcStdioServer;
use super::rpc::Rpcs;
use super::services::{Broker, Controller, Stdio};
use super::shutdown::Shutdown;
use super::tfplugin6::provider_server::{Provider, ProviderServer};
use super::{MAX_MESSAGE_SIZE, transport};

/// Time that in-flight calls have after shutdown was requested. go-plugin kills a process that is
/// still running after two seconds.
const SHUTDOWN_GRACE: Duration = Duration::from_millis(1_500);

/// Maximum number of concurrent calls on one connection. Terraform makes ten at a time by default
/// (`-parallelism`), and users raise it.
const CONCURRENT_CALLS: u32 = 65_536;

/// Errors of the gRPC server.
#[derive(Debug, Error)]
pub(super) enum ServeError {
    #[error("cannot serve on the plugin's socket: {0}")]
    Socket(#[from] io::Error),
    #[error("the gRPC server failed: {0}")]
    Server(#[from] tonic::transport::Error),
}

/// Serves until shutdown is requested, then waits for in-flight calls for up to [`SHUTDOWN_GRACE`],
/// also for those whose client is gone.
pub(super) async fn serve<S: Provider>(
    listener: UnixListener,
    tls: Option<Arc<ServerConfig>>,
    service: Arc<S>,
    shutdown: &Shutdown,
) -> Result<(), ServeError> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::UnixListener::from_std(listener)?;
    let provider = ProviderServer::from_arc(service)
        .max_decoding_message_size(MAX_MESSAGE_SIZE)
        .max_encoding_message_size(MAX_MESSAGE_SIZE);
    let token = &shutdown.token;
    let routes = Routes::new(provider)
        .add_service(GrpcControllerServer::new(Controller {
            shutdown: token.clone(),
        }))
        .add_service(GrpcStdioServer::new(Stdio {
            shutdown: token.clone(),
        }))
        .add_service(GrpcBrokerServer::new(Broker {
            shutdown: token.clone(),
        }))
        .prepare();
    let connections = transport::connections(listener, tls, shutdown);
    let serving = Server::builder()
        .max_concurrent_streams(CONCURRENT_CALLS)
        .serve_with_incoming_shutdown(
            Rpcs::new(routes, shutdown.clone()),
            connections,
            token.cancelled(),
        );
    let grace_expired = async {
        token.cancelled().await;
        tokio::time::sleep(SHUTDOWN_GRACE).await;
    };
    let finished = async {
        let served = serving.await;
        shutdown.calls.wait_idle().await;
        served
    };
    tokio::select! {
        served = finished => Ok(served?),
        () = grace_expired => {
            tracing::warn!(calls = shutdown.calls.now(), "shutting down with calls in flight");
            Ok(())
        }
    }
}
