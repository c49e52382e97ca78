//! RPCs of ephemeral resources.

use tokio_util::sync::CancellationToken;

use super::{Entry, Server, check, wire};
use crate::{
    framework::{
        call::{Call, Private},
        diagnostics::{Diagnostic, Diagnostics},
        ephemeral::{AnyEphemeralResource, Opened},
        plan,
        provider::Provider,
        resource::provider_bug,
        schema::{Body, Schema, Shape},
        value::Value,
    },
    protocol::{
        logs::redact::MASK,
        tfplugin6::{
            close_ephemeral_resource, open_ephemeral_resource, renew_ephemeral_resource,
            validate_ephemeral_resource_config,
        },
    },
};

impl<P: Provider> Server<P> {
    pub(super) fn validate_ephemeral(
        &self,
        request: &validate_ephemeral_resource_config::Request,
    ) -> Result<validate_ephemeral_resource_config::Response, Diagnostics> {
        let Entry { schema, handler } = self.ephemeral_resource(&request.type_name)?;
        let diagnostics = check(schema, request.config.as_ref(), |config, diagnostics| {
            handler.validate(config, diagnostics);
        })?;
        Ok(validate_ephemeral_resource_config::Response { diagnostics })
    }

    /// Opens an ephemeral resource. With a configuration that is not known yet, nothing is opened
    /// and the computed attributes are unknown.
    pub(super) async fn open_ephemeral(
        &self,
        request: &open_ephemeral_resource::Request,
        cancel: CancellationToken,
    ) -> Result<open_ephemeral_resource::Response, Diagnostics> {
        let entry = self.ephemeral_resource(&request.type_name)?;
        let schema = &entry.schema;
        let config = wire::decode_config(request.config.as_ref(), schema)?;
        let mut full = config.clone();
        plan::apply_defaults(schema.body(), &config, &mut full);
        let deferred = self.deferral(request.client_capabilities.as_ref());
        if deferred.is_some() || !config.is_wholly_known() {
            plan::mark_unknown(schema.body(), &config, &Value::Null, None, &mut full);
            return Ok(open_ephemeral_resource::Response {
                result: Some(wire::encode(&full, &schema.ty())?),
                deferred,
                ..Default::default()
            });
        }
        let client = self.require_client()?;
        let mut cx = Call::new(cancel.clone())
            .with(schema.timeouts(&full), Private::default())
            .among(self.objects());
        let work = open(entry, &client, &mut cx, &config, &full);
        let opened = self.provider.run(&cancel, work).await?;
        let warnings = std::mem::take(&mut cx.warnings);
        Ok(open_ephemeral_resource::Response {
            diagnostics: wire::diagnostics(masked(warnings, schema.body(), &opened.result)),
            renew_at: opened.renew_at.map(Into::into),
            result: Some(wire::encode(&opened.result, &schema.ty())?),
            private: Some(cx.private.encode()),
            deferred: None,
        })
    }

    pub(super) async fn renew_ephemeral(
        &self,
        request: &renew_ephemeral_resource::Request,
        cancel: CancellationToken,
    ) -> Result<renew_ephemeral_resource::Response, Diagnostics> {
        let entry = self.ephemeral_resource(&request.type_name)?;
        let client = self.require_client()?;
        let mut cx = self.resumed(&entry.schema, request.private.as_deref(), &cancel);
        let work = entry.handler.renew(&client, &mut cx);
        let next = self.provider.run(&cancel, work).await?;
        Ok(renew_ephemeral_resource::Response {
            diagnostics: wire::diagnostics(std::mem::take(&mut cx.warnings)),
            renew_at: next.map(Into::into),
            private: Some(cx.private.encode()),
        })
    }

    pub(super) async fn close_ephemeral(
        &self,
        request: &close_ephemeral_resource::Request,
        cancel: CancellationToken,
    ) -> Result<close_ephemeral_resource::Response, Diagnostics> {
        let entry = self.ephemeral_resource(&request.type_name)?;
        let client = self.require_client()?;
        let mut cx = self.resumed(&entry.schema, request.private.as_deref(), &cancel);
        let work = entry.handler.close(&client, &mut cx);
        self.provider.run(&cancel, work).await?;
        Ok(close_ephemeral_resource::Response {
            diagnostics: wire::diagnostics(std::mem::take(&mut cx.warnings)),
        })
    }

    /// The context of a renewal or a close, which have no configuration.
    fn resumed(&self, schema: &Schema, private: Option<&[u8]>, cancel: &CancellationToken) -> Call {
        let private = Private::decode(private.unwrap_or_default());
        let timeouts = schema.timeouts(&Value::Null);
        Call::new(cancel.clone())
            .with(timeouts, private)
            .among(self.objects())
    }
}

/// Opens it and checks the result by Terraform's rules. One that violates them is closed again,
/// because Terraform closes only what it got.
async fn open<C: Sync + 'static>(
    entry: &Entry<dyn AnyEphemeralResource<C>>,
    client: &C,
    cx: &mut Call,
    config: &Value,
    full: &Value,
) -> Result<Opened<Value>, Diagnostics> {
    let (schema, handler) = (&entry.schema, &entry.handler);
    let opened = handler.open(schema, client, cx, full).await?;
    let contradiction =
        plan::inconsistent_plan(schema.body(), config, &Value::Null, &opened.result);
    let Some(path) = contradiction else {
        return Ok(opened);
    };
    let mut bug = provider_bug(
        path,
        "An ephemeral resource returned another value than the configuration sets.",
    );
    if let Err(errors) = handler.close(client, cx).await {
        bug.extend(errors);
    }
    Err(bug)
}

/// The diagnostics without the sensitive values of the result.
fn masked(diagnostics: Diagnostics, body: &Body, result: &Value) -> Diagnostics {
    let mut secrets = Vec::new();
    collect_secrets(body, result, &mut secrets);
    let mask = |text: String| {
        let mut text = text;
        for secret in &secrets {
            text = text.replace(secret, MASK);
        }
        text
    };
    let mut clean = Diagnostics::new();
    for diagnostic in diagnostics {
        clean.push(Diagnostic {
            summary: mask(diagnostic.summary),
            detail: mask(diagnostic.detail),
            ..diagnostic
        });
    }
    clean
}

/// The strings in sensitive attributes.
fn collect_secrets<'a>(body: &Body, value: &'a Value, secrets: &mut Vec<&'a str>) {
    if let Some(elements) = value.as_elements() {
        for element in elements {
            collect_secrets(body, element, secrets);
        }
        return;
    }
    match value {
        Value::Map(entries) => {
            for element in entries.values() {
                collect_secrets(body, element, secrets);
            }
        }
        Value::Object(_) => {
            for attribute in body.attributes() {
                let value = value.attribute(attribute.name());
                if attribute.is_sensitive() {
                    collect_strings(value, secrets);
                } else if let Shape::Nested(_, inner) = attribute.shape() {
                    collect_secrets(inner, value, secrets);
                }
            }
            for block in body.blocks() {
                collect_secrets(block.body(), value.attribute(block.name()), secrets);
            }
        }
        _ => {}
    }
}

fn collect_strings<'a>(value: &'a Value, strings: &mut Vec<&'a str>) {
    match value {
        Value::String(string) if !string.is_empty() => strings.push(string),
        Value::Object(entries) | Value::Map(entries) => {
            for element in entries.values() {
                collect_strings(element, strings);
            }
        }
        Value::Dynamic(_, inner) => collect_strings(inner, strings),
        _ => {
            for element in value.as_elements().unwrap_or_default() {
                collect_strings(element, strings);
            }
        }
    }
}
