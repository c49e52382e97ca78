//! The gRPC server over an open socket.

use std::io;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use thiserror::Error;
use tonic::service::Routes;
use tonic::transport::Server;

use super::life::Life;
use super::plugin::grpc_broker_server::GrpcBrokerServer;
use super::plugin::grpc_controller_server::GrpcControllerServer;
use super::plugin::grpc_stdio_server::GrpcStdioServer;
use super::rpc::Rpcs;
use super::services::{Broker, Controller, Stdio};
use super::tfplugin6::provider_server::{Provider, ProviderServer};
use super::{MAX_MESSAGE_SIZE, transport};

/// How long calls under way may take after the end was asked for. go-plugin kills a process that is still there after
/// two seconds.
const LAST_WORDS: Duration = Duration::from_millis(1_500);

/// Calls that one connection may have under way. Terraform's default is ten at a time, and users raise it.
const CONCURRENT_CALLS: u32 = 65_536;

/// Why serving stopped before its time.
#[derive(Debug, Error)]
pub(super) enum ServeError {
    #[error("cannot serve on the plugin's socket: {0}")]
    Socket(#[from] io::Error),
    #[error("the gRPC server failed: {0}")]
    Server(#[from] tonic::transport::Error),
}

/// Serves until the life ends, and then for as long as calls under way need, 1.5 s at most.
pub(super) async fn serve<S: Provider>(
    listener: UnixListener,
    tls: Option<Arc<ServerConfig>>,
    service: Arc<S>,
    life: &Life,
) -> Result<(), ServeError> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::UnixListener::from_std(listener)?;
    let provider = ProviderServer::from_arc(service)
        .max_decoding_message_size(MAX_MESSAGE_SIZE)
        .max_encoding_message_size(MAX_MESSAGE_SIZE);
    let end = &life.end;
    let routes = Routes::new(provider)
        .add_service(GrpcControllerServer::new(Controller { end: end.clone() }))
        .add_service(GrpcStdioServer::new(Stdio { end: end.clone() }))
        .add_service(GrpcBrokerServer::new(Broker { end: end.clone() }))
        .prepare();
    let connections = transport::connections(listener, tls, life);
    let serving = Server::builder()
        .max_concurrent_streams(CONCURRENT_CALLS)
        .serve_with_incoming_shutdown(
            Rpcs::new(routes, life.clone()),
            connections,
            end.cancelled(),
        );
    let too_long = async {
        end.cancelled().await;
        tokio::time::sleep(LAST_WORDS).await;
    };
    tokio::select! {
        served = serving => Ok(served?),
        () = too_long => {
            tracing::warn!(calls = life.calls.now(), "leaving with calls under way");
            Ok(())
        }
    }
}
