//! Connections: accepted from the socket, and wrapped in TLS if the client sent a certificate.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::shutdown::{ActiveGuard, Shutdown};

/// Timeout of the TLS handshake.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// Pause after the system could not accept a connection for lack of file descriptors or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A client's connection, counted as active until it is dropped.
#[derive(Debug)]
pub(super) struct Connection {
    stream: Channel,
    _active: ActiveGuard,
}

#[derive(Debug)]
enum Channel {
    Plain(UnixStream),
    Tls(Box<TlsStream<UnixStream>>),
}

/// Accepts connections until shutdown is requested. TLS handshakes run concurrently, so a slow or
/// failed one does not delay other clients.
pub(super) fn connections(
    listener: UnixListener,
    tls: Option<Arc<ServerConfig>>,
    shutdown: &Shutdown,
) -> impl Stream<Item = io::Result<Connection>> + use<> {
    let (sender, receiver) = mpsc::channel(8);
    let acceptor = tls.map(TlsAcceptor::from);
    let shutdown = shutdown.clone();
    tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                () = shutdown.token.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    tokio::spawn(admit(
                        stream,
                        acceptor.clone(),
                        shutdown.clone(),
                        sender.clone(),
                    ));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    });
    ReceiverStream::new(receiver)
}

async fn admit(
    stream: UnixStream,
    acceptor: Option<TlsAcceptor>,
    shutdown: Shutdown,
    sender: mpsc::Sender<io::Result<Connection>>,
) {
    let stream = match acceptor {
        None => Channel::Plain(stream),
        Some(acceptor) => match tokio::time::timeout(HANDSHAKE_TIME, acceptor.accept(stream)).await
        {
            Ok(Ok(stream)) => Channel::Tls(Box::new(stream)),
            Ok(Err(error)) => {
                return tracing::warn!(%error, "refused a connection: TLS handshake failed");
            }
            Err(_) => return tracing::warn!("refused a connection: TLS handshake timed out"),
        },
    };
    let connection = Connection {
        stream,
        _active: shutdown.connections.enter(),
    };
    // Fails only after the server has stopped.
    let _ignored = sender.send(Ok(connection)).await;
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Channel::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Channel::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Channel::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Channel::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Channel::Plain(stream) => Pin::new(stream).poll_flush(context),
            Channel::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Channel::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Channel::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
