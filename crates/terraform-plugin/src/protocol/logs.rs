//! Structured logs in Terraform's format: one JSON object per line on standard error.
//!
//! The format is hclog's: `@level`, `@message`, `@timestamp`, `@module`, and any other keys as
//! fields (go-plugin's `log_entry.go` parses it). Terraform shows the lines under `TF_LOG` and
//! `TF_LOG_PROVIDER`. Every line written during an RPC has `tf_rpc`, `tf_req_id` and the type or
//! function that the RPC is about.
//!
//! Credentials and presigned URLs are masked in messages and fields: see [`redact`].

mod level;
mod line;
pub mod redact;
mod subscriber;

use tracing::Span;
use tracing_subscriber::layer::SubscriberExt;

use super::{Environment, RequestId};
use line::Line;
use subscriber::Hclog;

/// The subject of an RPC: the type or function name in its request.
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

/// Records the subject on the span of the current RPC, so that later log lines of the call have it.
///
/// Call it at the start of a handler, before the handler opens a span of its own.
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

/// The span of one RPC. At error level, so that it is enabled whenever anything is logged.
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

/// Starts logging to standard error at the level set in the environment, if any. `provider` is the
/// provider's short name, which is part of the most specific variable, `TF_LOG_PROVIDER_{NAME}`.
/// Events of `crates` are logged at that level, those of dependencies at a higher one.
pub(super) fn install(provider: &str, crates: &'static [&'static str], env: Environment<'_>) {
    let level = level::from_environment(provider, env);
    if level == tracing::level_filters::LevelFilter::OFF {
        return;
    }
    let subscriber =
        tracing_subscriber::registry().with(Hclog::new(level, crates, line::write_to_stderr));
    // Fails only if the provider has installed a subscriber of its own, which then takes the logs.
    let _ignored = tracing::subscriber::set_global_default(subscriber);
}

/// Logs a panic as one structured line at error level in place of the runtime's message. Written
/// even if logging is off: Terraform then drops it, and a developer who runs the binary sees it.
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
        if let Some(location) = panic.location() {
            line.field("location", location.to_string().into());
        }
        line::write_to_stderr(&line.render());
    }));
}
