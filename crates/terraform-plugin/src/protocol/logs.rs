//! Structured logs as Terraform reads them: one JSON object a line on standard error.
//!
//! The shape is hclog's: `@level`, `@message`, `@timestamp`, `@module`, and any further keys as fields
//! (go-plugin's `log_entry.go` parses it). Terraform shows the lines under `TF_LOG` and `TF_LOG_PROVIDER`. Every line
//! written while an RPC is served carries `tf_rpc`, `tf_req_id` and what the call record_subject.
//!
//! Credentials and presigned URLs never reach a line, whatever field or text they come in: see [`redact`].

mod level;
mod line;
pub mod redact;
mod subscriber;

use tracing::Span;
use tracing_subscriber::layer::SubscriberExt;

use super::{Environment, RequestId};
use line::Line;
use subscriber::Hclog;

/// What an RPC is about: the value of the type name in its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject<'a> {
    /// A managed resource type.
    Resource(&'a str),
    /// A data source type.
    DataSource(&'a str),
    /// An ephemeral resource type.
    EphemeralResource(&'a str),
    /// A list resource type.
    ListResource(&'a str),
    /// A function name.
    Function(&'a str),
    /// An action type.
    Action(&'a str),
}

/// Records on the current RPC's span what the call is about, so that every later log line of this call says it.
///
/// Call it at the start of a handler, before any span of its own.
pub fn record_subject(subject: Subject<'_>) {
    let (field, name) = match subject {
        Subject::Resource(name) => ("tf_resource_type", name),
        Subject::DataSource(name) => ("tf_data_source_type", name),
        Subject::EphemeralResource(name) => ("tf_ephemeral_resource_type", name),
        Subject::ListResource(name) => ("tf_list_resource_type", name),
        Subject::Function(name) => ("tf_function_name", name),
        Subject::Action(name) => ("tf_action_type", name),
    };
    Span::current().record(field, name);
}

/// The span of one RPC. At error level, so that any logging at all keeps it.
pub(super) fn rpc_span(rpc: &str, id: &RequestId) -> Span {
    tracing::error_span!(
        "rpc",
        tf_rpc = rpc,
        tf_req_id = id.as_str(),
        tf_resource_type = tracing::field::Empty,
        tf_data_source_type = tracing::field::Empty,
        tf_ephemeral_resource_type = tracing::field::Empty,
        tf_list_resource_type = tracing::field::Empty,
        tf_function_name = tracing::field::Empty,
        tf_action_type = tracing::field::Empty,
    )
}

/// Starts logging to standard error at the level the environment asks for; does nothing when it asks for none.
/// `provider` is the provider's short name: it makes the most specific variable, `TF_LOG_PROVIDER_{NAME}`. Events of
/// `crates` are logged at that level, those of dependencies at a lower one.
pub(super) fn install(provider: &str, crates: &'static [&'static str], env: Environment<'_>) {
    let level = level::from_environment(provider, env);
    if level == tracing::level_filters::LevelFilter::OFF {
        return;
    }
    let subscriber =
        tracing_subscriber::registry().with(Hclog::new(level, crates, line::write_to_stderr));
    // Refused only when a subscriber exists already: then logs go where that one sends them.
    let _already_set = tracing::subscriber::set_global_default(subscriber);
}

/// Makes a panic one structured line at error level instead of the runtime's text. Written even when logging is off:
/// Terraform drops it then, and a developer running the binary sees it.
pub(super) fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let message = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no message");
        let mut line = Line::new(
            tracing::Level::ERROR,
            "panic",
            &format!("panicked: {message}"),
        );
        if let Some(place) = panic.location() {
            line.field("location", place.to_string().into());
        }
        line::write_to_stderr(&line.render());
    }));
}
