//! The RPCs that these tests call.

use futures::stream::{self, BoxStream};
use terraform_plugin::protocol::plugin::{ConnInfo, Empty, StdioData};
use terraform_plugin::protocol::tfplugin6::get_metadata;
use tonic::Status;

use crate::client::Client;

pub(crate) const METADATA: &str = "/tfplugin6.Provider/GetMetadata";

pub(crate) async fn metadata(client: &Client) -> Result<get_metadata::Response, Status> {
    client.call(METADATA, get_metadata::Request {}).await
}

pub(crate) async fn shut_down(client: &Client) {
    let _: Empty = client
        .call("/plugin.GRPCController/Shutdown", Empty {})
        .await
        .unwrap();
}

/// The two streams that go-plugin opens first and keeps open.
pub(crate) struct Streams {
    _stdio: BoxStream<'static, Result<StdioData, Status>>,
    _broker: BoxStream<'static, Result<ConnInfo, Status>>,
}

pub(crate) async fn open_streams(client: &Client) -> Streams {
    let stdio = client
        .stream("/plugin.GRPCStdio/StreamStdio", stream::iter([()]))
        .await
        .unwrap();
    let broker = client
        .stream(
            "/plugin.GRPCBroker/StartStream",
            stream::pending::<ConnInfo>(),
        )
        .await
        .unwrap();
    Streams {
        _stdio: stdio,
        _broker: broker,
    }
}
