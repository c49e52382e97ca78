//! A tracing layer that writes events and their spans as log lines.

use std::fmt;

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::level;
use super::line::Line;

/// The layer: filters by level, adds the fields of enclosing spans, and passes each line to
/// `write`.
pub(super) struct Hclog<W> {
    level: LevelFilter,
    crates: &'static [&'static str],
    write: W,
}

impl<W: Fn(&[u8])> Hclog<W> {
    pub(super) fn new(level: LevelFilter, crates: &'static [&'static str], write: W) -> Self {
        Self {
            level,
            crates,
            write,
        }
    }
}

impl<S, W> Layer<S> for Hclog<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&[u8]) + 'static,
{
    fn enabled(&self, metadata: &Metadata<'_>, _context: Context<'_, S>) -> bool {
        level::allows(self.level, self.crates, metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut own = Fields::default();
        event.record(&mut own);
        let metadata = event.metadata();
        let module = metadata.target().replace("::", ".");
        let mut line = Line::new(*metadata.level(), &module, &own.message);
        if let Some(scope) = context.event_scope(event) {
            for span in scope.from_root() {
                if let Some(fields) = span.extensions().get::<Fields>() {
                    fields.clone().add_to(&mut line);
                }
            }
        }
        own.add_to(&mut line);
        (self.write)(&line.render());
    }
}

/// Values recorded on a span or an event, in the order of recording.
#[derive(Debug, Default, Clone)]
struct Fields {
    message: String,
    values: Vec<(&'static str, Value)>,
}

impl Fields {
    fn push(&mut self, field: &Field, value: Value) {
        self.values.push((field.name(), value));
    }

    fn add_to(self, line: &mut Line) {
        for (name, value) in self.values {
            line.field(name, value);
        }
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, Value::from(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, Value::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, Value::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, Value::from(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.push(field, Value::from(value));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;
    use crate::protocol::RequestId;
    use crate::protocol::logs::{Subject, record_subject, rpc_span};

    /// The lines that `work` logs at `level`.
    fn logged(level: LevelFilter, work: impl FnOnce()) -> Vec<Value> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let layer = Hclog::new(level, &["my_cloud"], move |line: &[u8]| {
            sink.lock()
                .unwrap()
                .push(serde_json::from_slice(line).unwrap());
        });
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
        let lines = lines.lock().unwrap();
        lines.clone()
    }

    #[test]
    fn line_within_an_rpc_has_its_fields() {
        let lines = logged(LevelFilter::ERROR, || {
            let _entered = rpc_span("ReadResource", &RequestId::new(7)).entered();
            record_subject(Subject::Resource("cloud_server"));
            tracing::error!(attempt = 2_u64, ratio = 0.5, again = true, why = ?Some(1), "cannot {}", "read");
        });
        let [line] = lines.as_slice() else {
            panic!("{lines:?}")
        };
        assert_eq!(line["@message"], "cannot read");
        assert_eq!(line["@level"], "error");
        assert_eq!(line["tf_rpc"], "ReadResource");
        assert_eq!(line["tf_req_id"], format!("{}-7", std::process::id()));
        assert_eq!(line["tf_resource_type"], "cloud_server");
        assert_eq!(line["attempt"], 2);
        assert_eq!(line["ratio"], 0.5);
        assert_eq!(line["again"], true);
        assert_eq!(line["why"], "Some(1)");
        assert!(
            line["@module"]
                .as_str()
                .unwrap()
                .contains(".protocol.logs."),
            "{line}"
        );
    }

    #[test]
    fn record_subject_sets_a_field_per_kind() {
        for (subject, field) in [
            (Subject::DataSource("x"), "tf_data_source_type"),
            (
                Subject::EphemeralResource("x"),
                "tf_ephemeral_resource_type",
            ),
            (Subject::ListResource("x"), "tf_list_resource_type"),
            (Subject::Function("x"), "tf_function_name"),
            (Subject::Action("x"), "tf_action_type"),
        ] {
            let lines = logged(LevelFilter::INFO, || {
                let _entered = rpc_span("Any", &RequestId::new(1)).entered();
                record_subject(subject);
                tracing::info!("x");
            });
            assert_eq!(lines[0][field], "x");
        }
    }

    #[test]
    fn credentials_are_masked_in_fields_spans_and_messages() {
        let lines = logged(LevelFilter::TRACE, || {
            let _entered = tracing::info_span!("call", secret_key = "s3cr3t").entered();
            tracing::info!(
                token = "s3cr3t",
                url = %"https://h/?X-Amz-Signature=s3cr3t",
                config = ?("access_key", "x", "password: s3cr3t"),
                "opened https://h/?authToken=s3cr3t"
            );
        });
        let text = lines[0].to_string();
        assert!(!text.contains("s3cr3t"), "{text}");
        assert_eq!(lines[0]["url"], "https://h/?(hidden)");
    }

    #[test]
    fn dependencies_are_logged_at_a_higher_level() {
        let lines = logged(LevelFilter::TRACE, || {
            tracing::trace!("ours");
            tracing::trace!(target: "my_cloud::servers", "ours too");
            tracing::trace!(target: "aws_smithy_runtime::client", "no");
            tracing::debug!(target: "aws_smithy_runtime::client", "SDK detail");
            tracing::info!(target: "h2::codec", "no");
            tracing::warn!(target: "h2::codec", "transport warning");
        });
        let messages: Vec<_> = lines
            .iter()
            .map(|line| line["@message"].as_str().unwrap())
            .collect();
        assert_eq!(
            messages,
            ["ours", "ours too", "SDK detail", "transport warning"]
        );
        assert!(
            logged(
                LevelFilter::INFO,
                || tracing::info!(target: "aws_config", "no")
            )
            .is_empty()
        );
        assert!(logged(LevelFilter::OFF, || tracing::error!("no")).is_empty());
    }
}
