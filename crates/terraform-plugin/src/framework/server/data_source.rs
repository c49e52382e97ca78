//! RPCs of data sources.

use tokio_util::sync::CancellationToken;

use super::{Entry, Server, check, configure::cancelled, wire};
use crate::{
    framework::{
        call::{Call, Private},
        diagnostics::Diagnostics,
        plan,
        provider::Provider,
        resource::provider_bug,
    },
    protocol::tfplugin6::{read_data_source, validate_data_resource_config},
};

impl<P: Provider> Server<P> {
    pub(super) fn validate_data_source(
        &self,
        request: &validate_data_resource_config::Request,
    ) -> Result<validate_data_resource_config::Response, Diagnostics> {
        let Entry { schema, handler } = self.data_source(&request.type_name)?;
        let diagnostics = check(schema, request.config.as_ref(), |config, diagnostics| {
            handler.validate(config, diagnostics);
        })?;
        Ok(validate_data_resource_config::Response { diagnostics })
    }

    pub(super) async fn read_data(
        &self,
        request: &read_data_source::Request,
        cancel: CancellationToken,
    ) -> Result<read_data_source::Response, Diagnostics> {
        let entry = self.data_source(&request.type_name)?;
        if let Some(deferred) = self.deferral(request.client_capabilities.as_ref()) {
            return Ok(read_data_source::Response {
                state: request.config.clone(),
                deferred: Some(deferred),
                ..Default::default()
            });
        }
        let mut config = wire::decode_config(request.config.as_ref(), &entry.schema)?;
        plan::apply_defaults(entry.schema.body(), &config.clone(), &mut config);
        // Data sources have no private state.
        let mut cx =
            Call::new(cancel.clone()).with(entry.schema.timeouts(&config), Private::default());
        let client = self.require_client()?;
        let work = entry.handler.read(&entry.schema, &client, &mut cx, &config);
        let state = cancel
            .run_until_cancelled(work)
            .await
            .unwrap_or_else(|| Err(cancelled()))?;
        if let Some(path) = state.find_unknown() {
            return Err(provider_bug(
                path,
                "A data source returned an unknown value.",
            ));
        }
        Ok(read_data_source::Response {
            state: Some(wire::encode(&state, &entry.schema.ty())?),
            diagnostics: wire::diagnostics(cx.warnings),
            ..Default::default()
        })
    }
}
