//! Tests of the gRPC server, in this process and over real sockets.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use tokio::sync::{Barrier, Notify};
use tokio::task::JoinHandle;
use tonic::{Code, Request, Response, Status};

use super::client::{Client, ClientCertificate, connect_tls, refusal};
use super::listener::{SocketDirectory, bind};
use super::plugin::{ConnInfo, Empty, StdioData};
use super::rpc::RequestId;
use super::server::{ServeError, serve};
use super::shutdown::Shutdown;
use super::tfplugin6::provider_server::Provider;
use super::tfplugin6::{
    DynamicValue, call_function, get_functions, get_metadata, get_provider_schema,
    read_data_source, read_resource,
};
use super::tls::Tls;

const METADATA: &str = "/tfplugin6.Provider/GetMetadata";
const CALL: &str = "/tfplugin6.Provider/CallFunction";
const READ: &str = "/tfplugin6.Provider/ReadResource";
const READ_DATA: &str = "/tfplugin6.Provider/ReadDataSource";

/// Number of calls that must be in flight before any of them gets a response.
const CONCURRENT: usize = 250;

/// A provider whose calls the tests control.
#[derive(Debug)]
struct TestProvider {
    barrier: Barrier,
    started: Notify,
    proceed: Notify,
    finished: Notify,
}

#[tonic::async_trait]
impl Provider for TestProvider {
    async fn get_metadata(
        &self,
        request: Request<get_metadata::Request>,
    ) -> Result<Response<get_metadata::Response>, Status> {
        let id = request.extensions().get::<RequestId>().unwrap();
        let function = get_metadata::FunctionMetadata {
            name: id.as_str().to_owned(),
        };
        Ok(Response::new(get_metadata::Response {
            functions: vec![function],
            ..Default::default()
        }))
    }

    /// Returns its argument.
    async fn call_function(
        &self,
        request: Request<call_function::Request>,
    ) -> Result<Response<call_function::Response>, Status> {
        let result = request.into_inner().arguments.pop();
        Ok(Response::new(call_function::Response {
            result,
            error: None,
        }))
    }

    /// Responds when enough calls are in flight.
    async fn get_functions(
        &self,
        _request: Request<get_functions::Request>,
    ) -> Result<Response<get_functions::Response>, Status> {
        self.barrier.wait().await;
        Ok(Response::new(get_functions::Response::default()))
    }

    async fn read_resource(
        &self,
        _request: Request<read_resource::Request>,
    ) -> Result<Response<read_resource::Response>, Status> {
        panic!("out of cheese")
    }

    /// Notifies `started`, waits for `proceed`, notifies `finished`.
    async fn read_data_source(
        &self,
        _request: Request<read_data_source::Request>,
    ) -> Result<Response<read_data_source::Response>, Status> {
        self.started.notify_one();
        self.proceed.notified().await;
        self.finished.notify_one();
        Ok(Response::new(read_data_source::Response::default()))
    }
}

struct Served {
    provider: Arc<TestProvider>,
    directory: SocketDirectory,
    certificate: Vec<u8>,
    shutdown: Shutdown,
    serving: JoinHandle<Result<(), ServeError>>,
    _parent: tempfile::TempDir,
}

impl Served {
    fn start(client: Option<&ClientCertificate>) -> Self {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().to_str().unwrap().to_owned();
        let env = move |name: &str| (name == "PLUGIN_UNIX_SOCKET_DIR").then(|| directory.clone());
        let (listener, directory) = bind(&env).unwrap();
        let tls = client.map(|client| Tls::for_client(&client.pem).unwrap());
        let certificate = tls
            .as_ref()
            .map(|tls| tls.certificate.to_vec())
            .unwrap_or_default();
        let provider = Arc::new(TestProvider {
            barrier: Barrier::new(CONCURRENT),
            started: Notify::new(),
            proceed: Notify::new(),
            finished: Notify::new(),
        });
        let shutdown = Shutdown::new();
        let serving = tokio::spawn({
            let (shutdown, provider) = (shutdown.clone(), Arc::clone(&provider));
            async move { serve(listener, tls.map(|tls| tls.config), provider, &shutdown).await }
        });
        Self {
            provider,
            directory,
            certificate,
            shutdown,
            serving,
            _parent: parent,
        }
    }

    fn socket(&self) -> PathBuf {
        self.directory.socket().to_owned()
    }

    async fn plain_client(&self) -> Client {
        Client::plain(&self.socket()).await.unwrap()
    }
}

async fn metadata(client: &Client) -> Result<get_metadata::Response, Status> {
    client.call(METADATA, get_metadata::Request {}).await
}

#[tokio::test]
async fn serve_speaks_http2_over_mutual_tls() {
    let own = ClientCertificate::generate();
    let served = Served::start(Some(&own));
    for version in rustls::ALL_VERSIONS {
        let stream = connect_tls(
            &served.socket(),
            &served.certificate,
            Some(&own),
            &[version],
        )
        .await
        .unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
        let client = Client::over(stream).await.unwrap();
        metadata(&client).await.unwrap();
    }
}

#[tokio::test]
async fn request_id_is_unique_per_call() {
    let served = Served::start(None);
    let client = served.plain_client().await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        ids.push(metadata(&client).await.unwrap().functions.remove(0).name);
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn tls_rejects_a_client_without_a_certificate() {
    let served = Served::start(Some(&ClientCertificate::generate()));
    let connected = connect_tls(
        &served.socket(),
        &served.certificate,
        None,
        rustls::DEFAULT_VERSIONS,
    )
    .await;
    let refusal = refusal(connected).await;
    assert!(refusal.contains("CertificateRequired"), "{refusal}");
}

#[tokio::test]
async fn tls_rejects_a_client_with_another_certificate() {
    let served = Served::start(Some(&ClientCertificate::generate()));
    let other = ClientCertificate::generate();
    for version in rustls::ALL_VERSIONS {
        let connected = connect_tls(
            &served.socket(),
            &served.certificate,
            Some(&other),
            &[version],
        )
        .await;
        let refusal = refusal(connected).await;
        assert!(refusal.contains("AccessDenied"), "{refusal}");
    }
}

#[tokio::test]
async fn tls_handshakes_do_not_delay_other_clients() {
    let own = ClientCertificate::generate();
    let served = Served::start(Some(&own));
    let _silent = tokio::net::UnixStream::connect(served.socket())
        .await
        .unwrap();
    let plain = Client::plain(&served.socket()).await.unwrap();
    metadata(&plain).await.unwrap_err();
    let client = Client::mutual(&served.socket(), &served.certificate, &own)
        .await
        .unwrap();
    metadata(&client).await.unwrap();
}

#[tokio::test]
async fn unknown_rpcs_are_unimplemented() {
    let served = Served::start(None);
    let client = served.plain_client().await;
    let request = get_provider_schema::Request {};
    let answer: Result<get_provider_schema::Response, Status> = client
        .call("/tfplugin6.Provider/GetProviderSchema", request)
        .await;
    assert_eq!(answer.unwrap_err().code(), Code::Unimplemented);
    for path in [
        "/tfplugin6.Provider/NoSuchMethod",
        "/grpc.health.v1.Health/Check",
    ] {
        let answer: Result<Empty, Status> = client.call(path, Empty {}).await;
        assert_eq!(answer.unwrap_err().code(), Code::Unimplemented, "{path}");
    }
}

#[tokio::test]
async fn messages_can_be_large_in_both_directions() {
    let own = ClientCertificate::generate();
    let served = Served::start(Some(&own));
    let client = Client::mutual(&served.socket(), &served.certificate, &own)
        .await
        .unwrap();
    let value = DynamicValue {
        msgpack: vec![7; 40 << 20],
        json: vec![],
    };
    let request = call_function::Request {
        name: "echo".to_owned(),
        arguments: vec![value.clone()],
    };
    let answer: call_function::Response = client.call(CALL, request).await.unwrap();
    assert!(answer.result == Some(value));
}

#[tokio::test]
async fn calls_are_served_concurrently() {
    let served = Served::start(None);
    let client = served.plain_client().await;
    let calls = (0..CONCURRENT).map(|_| {
        client.call::<_, get_functions::Response>(
            "/tfplugin6.Provider/GetFunctions",
            get_functions::Request {},
        )
    });
    for answer in futures::future::join_all(calls).await {
        answer.unwrap();
    }
}

#[tokio::test]
async fn panic_becomes_an_error_response() {
    let served = Served::start(None);
    let client = served.plain_client().await;
    let answer: Result<read_resource::Response, Status> =
        client.call(READ, read_resource::Request::default()).await;
    let status = answer.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert!(
        status.message().contains("ReadResource") && status.message().contains("out of cheese"),
        "{status}"
    );
    metadata(&client).await.unwrap();
}

#[tokio::test]
async fn calls_continue_after_the_client_disconnects() {
    let served = Served::start(None);
    let client = served.plain_client().await;
    let call = tokio::spawn(async move {
        client
            .call::<_, read_data_source::Response>(READ_DATA, read_data_source::Request::default())
            .await
    });
    served.provider.started.notified().await;
    call.abort();
    let _ignored = call.await;
    served.shutdown.connections.wait_idle().await;
    assert_eq!(served.shutdown.calls.now(), 1, "the work has not ended");
    served.provider.proceed.notify_one();
    served.provider.finished.notified().await;
    served.shutdown.calls.wait_idle().await;
}

#[tokio::test]
async fn shutdown_waits_for_work_without_a_client() {
    let served = Served::start(None);
    let client = served.plain_client().await;
    let call = tokio::spawn(async move {
        client
            .call::<_, read_data_source::Response>(READ_DATA, read_data_source::Request::default())
            .await
    });
    served.provider.started.notified().await;
    call.abort();
    let _ignored = call.await;
    served.shutdown.connections.wait_idle().await;
    served.shutdown.token.cancel();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert!(!served.serving.is_finished(), "the work has not ended");
    served.provider.proceed.notify_one();
    served.provider.finished.notified().await;
    served.serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn controller_shutdown_waits_for_calls() {
    let served = Served::start(None);
    let client = served.plain_client().await;
    let mut stdio = client
        .stream::<(), StdioData>("/plugin.GRPCStdio/StreamStdio", stream::iter([()]))
        .await
        .unwrap();
    let mut broker = client
        .stream::<ConnInfo, ConnInfo>("/plugin.GRPCBroker/StartStream", stream::pending())
        .await
        .unwrap();
    let call = tokio::spawn({
        let client = client.clone();
        async move {
            client
                .call::<_, read_data_source::Response>(
                    READ_DATA,
                    read_data_source::Request::default(),
                )
                .await
        }
    });
    served.provider.started.notified().await;
    let _: Empty = client
        .call("/plugin.GRPCController/Shutdown", Empty {})
        .await
        .unwrap();
    assert!(stdio.next().await.is_none());
    assert!(broker.next().await.is_none());
    served.provider.proceed.notify_one();
    call.await.unwrap().unwrap();
    served.serving.await.unwrap().unwrap();
    Client::plain(served.directory.socket())
        .await
        .map(|_| ())
        .unwrap_err();
}

#[tokio::test]
async fn shutdown_abandons_calls_after_the_grace_period() {
    let served = Served::start(None);
    let client = served.plain_client().await;
    let call = tokio::spawn(async move {
        client
            .call::<_, read_data_source::Response>(READ_DATA, read_data_source::Request::default())
            .await
    });
    served.provider.started.notified().await;
    assert_eq!(served.shutdown.calls.now(), 1);
    served.shutdown.token.cancel();
    tokio::time::timeout(Duration::from_secs(60), served.serving)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    call.abort();
}

#[tokio::test]
async fn connections_are_counted_until_closed() {
    let served = Served::start(None);
    let client = served.plain_client().await;
    metadata(&client).await.unwrap();
    assert_eq!(served.shutdown.connections.now(), 1);
    drop(client);
    served.shutdown.connections.wait_idle().await;
}
