//! The server in this process, over real sockets.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use tokio::sync::{Barrier, Notify};
use tokio::task::JoinHandle;
use tonic::{Code, Request, Response, Status};

use super::client::{Client, ClientCertificate, connect_tls, refusal};
use super::life::Life;
use super::listener::{SocketDirectory, bind};
use super::plugin::{ConnInfo, Empty, StdioData};
use super::rpc::RequestId;
use super::server::{ServeError, serve};
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

/// How many calls must meet before any of them is answered.
const MEETING: usize = 250;

/// A provider whose calls do what a test needs.
#[derive(Debug)]
struct Probe {
    meeting: Barrier,
    started: Notify,
    go_on: Notify,
    finished: Notify,
}

#[tonic::async_trait]
impl Provider for Probe {
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

    /// Echoes its argument.
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

    /// Answers when enough calls are here at once.
    async fn get_functions(
        &self,
        _request: Request<get_functions::Request>,
    ) -> Result<Response<get_functions::Response>, Status> {
        self.meeting.wait().await;
        Ok(Response::new(get_functions::Response::default()))
    }

    async fn read_resource(
        &self,
        _request: Request<read_resource::Request>,
    ) -> Result<Response<read_resource::Response>, Status> {
        panic!("out of cheese")
    }

    /// Says when it begins, waits to be let go on, says when it is done.
    async fn read_data_source(
        &self,
        _request: Request<read_data_source::Request>,
    ) -> Result<Response<read_data_source::Response>, Status> {
        self.started.notify_one();
        self.go_on.notified().await;
        self.finished.notify_one();
        Ok(Response::new(read_data_source::Response::default()))
    }
}

struct Served {
    probe: Arc<Probe>,
    place: SocketDirectory,
    certificate: Vec<u8>,
    life: Life,
    serving: JoinHandle<Result<(), ServeError>>,
    _parent: tempfile::TempDir,
}

impl Served {
    fn start(client: Option<&ClientCertificate>) -> Self {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().to_str().unwrap().to_owned();
        let env = move |name: &str| (name == "PLUGIN_UNIX_SOCKET_DIR").then(|| directory.clone());
        let (listener, place) = bind(&env).unwrap();
        let tls = client.map(|client| Tls::for_client(&client.pem).unwrap());
        let certificate = tls
            .as_ref()
            .map(|tls| tls.certificate.to_vec())
            .unwrap_or_default();
        let probe = Arc::new(Probe {
            meeting: Barrier::new(MEETING),
            started: Notify::new(),
            go_on: Notify::new(),
            finished: Notify::new(),
        });
        let life = Life::new();
        let serving = tokio::spawn({
            let (life, probe) = (life.clone(), Arc::clone(&probe));
            async move { serve(listener, tls.map(|tls| tls.config), probe, &life).await }
        });
        Self {
            probe,
            place,
            certificate,
            life,
            serving,
            _parent: parent,
        }
    }

    fn socket(&self) -> PathBuf {
        self.place.socket().to_owned()
    }

    async fn plain_client(&self) -> Client {
        Client::plain(&self.socket()).await.unwrap()
    }
}

async fn metadata(client: &Client) -> Result<get_metadata::Response, Status> {
    client.call(METADATA, get_metadata::Request {}).await
}

#[tokio::test]
async fn the_client_of_the_environment_is_answered_over_http2() {
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
async fn each_call_has_its_own_request_id() {
    let served = Served::start(None);
    let client = served.plain_client().await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        ids.push(metadata(&client).await.unwrap().functions.remove(0).name);
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_caller_without_a_certificate_gets_an_alert() {
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
async fn a_caller_with_another_certificate_gets_an_alert() {
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
async fn a_refused_or_silent_caller_holds_up_nobody() {
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
async fn what_is_not_served_is_unimplemented() {
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
async fn messages_may_be_large_in_both_directions() {
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
async fn calls_are_served_at_once() {
    let served = Served::start(None);
    let client = served.plain_client().await;
    let calls = (0..MEETING).map(|_| {
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
async fn a_panic_is_an_answer_and_hurts_nobody_else() {
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
async fn work_goes_on_when_its_caller_leaves() {
    let served = Served::start(None);
    let client = served.plain_client().await;
    let call = tokio::spawn(async move {
        client
            .call::<_, read_data_source::Response>(READ_DATA, read_data_source::Request::default())
            .await
    });
    served.probe.started.notified().await;
    call.abort();
    let _aborted = call.await;
    served.probe.go_on.notify_one();
    served.probe.finished.notified().await;
    served.life.calls.none().await;
}

#[tokio::test]
async fn the_controller_ends_the_server_with_streams_open_and_lets_calls_finish() {
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
    served.probe.started.notified().await;
    let _: Empty = client
        .call("/plugin.GRPCController/Shutdown", Empty {})
        .await
        .unwrap();
    assert!(stdio.next().await.is_none());
    assert!(broker.next().await.is_none());
    served.probe.go_on.notify_one();
    call.await.unwrap().unwrap();
    served.serving.await.unwrap().unwrap();
    Client::plain(served.place.socket())
        .await
        .map(|_| ())
        .unwrap_err();
}

#[tokio::test]
async fn a_call_that_never_ends_does_not_keep_the_server() {
    let served = Served::start(None);
    let client = served.plain_client().await;
    let call = tokio::spawn(async move {
        client
            .call::<_, read_data_source::Response>(READ_DATA, read_data_source::Request::default())
            .await
    });
    served.probe.started.notified().await;
    assert_eq!(served.life.calls.now(), 1);
    served.life.end.cancel();
    tokio::time::timeout(Duration::from_secs(60), served.serving)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    call.abort();
}

#[tokio::test]
async fn connections_are_counted_while_they_last() {
    let served = Served::start(None);
    let client = served.plain_client().await;
    metadata(&client).await.unwrap();
    assert_eq!(served.life.connections.now(), 1);
    drop(client);
    served.life.connections.none().await;
}
