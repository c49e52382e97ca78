//! The provider's own configuration.

use std::sync::PoisonError;

use tokio_util::sync::CancellationToken;

use super::{Configured, Server, wire};
use crate::{
    framework::{
        diagnostics::Diagnostics,
        path::Path,
        plan,
        provider::{ConfigureContext, Provider},
        resource::{read_config, read_model},
    },
    protocol::tfplugin6::{self as proto, configure_provider, validate_provider_config},
};

impl<P: Provider> Server<P> {
    pub(super) fn validate_provider(
        &self,
        request: &validate_provider_config::Request,
    ) -> Result<validate_provider_config::Response, Diagnostics> {
        let mut config = wire::decode_config(request.config.as_ref(), &self.schema)?;
        self.schema.body().expand_unknown_blocks(&mut config);
        let mut diagnostics = Diagnostics::new();
        plan::check_config(self.schema.body(), &config, &Path::root(), &mut diagnostics);
        match read_model(&config) {
            Ok(model) => self.provider.validate(&model, &mut diagnostics),
            // A value that the schema's rules reject may not fit the model.
            Err(_) if diagnostics.has_errors() => {}
            Err(bug) => diagnostics.extend(bug),
        }
        Ok(validate_provider_config::Response {
            diagnostics: wire::diagnostics(diagnostics),
        })
    }

    /// Configures the provider. A configuration with unknown values (which depend on resources that
    /// do not exist yet) is not an error: planning works without a client, and whatever needs one
    /// returns an error or a deferral.
    pub(super) async fn configure(
        &self,
        request: configure_provider::Request,
        cancel: CancellationToken,
    ) -> Result<configure_provider::Response, Diagnostics> {
        let mut config = wire::decode_config(request.config.as_ref(), &self.schema)?;
        plan::apply_defaults(self.schema.body(), &config.clone(), &mut config);
        let configured = if config.is_wholly_known() {
            let cx = ConfigureContext {
                terraform_version: request.terraform_version,
                cancel: cancel.clone(),
            };
            // Dropping the future on cancellation is safe: configuring changes nothing.
            let work = self
                .provider
                .configure(read_config(&config, &self.schema)?, &cx);
            Configured::Ready(
                cancel
                    .run_until_cancelled(work)
                    .await
                    .unwrap_or_else(|| Err(cancelled()))?,
            )
        } else {
            tracing::debug!("the provider configuration has unknown values");
            Configured::Unknown
        };
        self.forget_objects();
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = configured;
        Ok(configure_provider::Response::default())
    }

    /// The client, if the provider is configured with known values.
    pub(super) fn client(&self) -> Option<P::Client> {
        match &*self.client.read().unwrap_or_else(PoisonError::into_inner) {
            Configured::Ready(client) => Some(client.clone()),
            Configured::Never | Configured::Unknown => None,
        }
    }

    /// The client, or an error if there is none.
    pub(super) fn require_client(&self) -> Result<P::Client, Diagnostics> {
        let (summary, detail) = match &*self.client.read().unwrap_or_else(PoisonError::into_inner) {
            Configured::Ready(client) => return Ok(client.clone()),
            Configured::Unknown => (
                "Provider configuration unknown",
                "The provider configuration depends on resources that have not been created yet. \
                 Create them first, for example with `-target`, or use known values.",
            ),
            Configured::Never => (
                "Provider not configured",
                "The request came before `ConfigureProvider`. Configure the provider first.",
            ),
        };
        Err(Diagnostics::of_error("", summary, detail))
    }

    /// The reason for deferring the operation, if the provider configuration is unknown and
    /// Terraform supports deferrals.
    pub(super) fn deferral(
        &self,
        capabilities: Option<&proto::ClientCapabilities>,
    ) -> Option<proto::Deferred> {
        let unknown = matches!(
            &*self.client.read().unwrap_or_else(PoisonError::into_inner),
            Configured::Unknown
        );
        let allowed = capabilities.is_some_and(|capabilities| capabilities.deferral_allowed);
        (unknown && allowed).then(|| proto::Deferred {
            reason: proto::deferred::Reason::ProviderConfigUnknown.into(),
        })
    }
}

/// The error of an operation that Terraform cancelled before it changed anything.
pub(super) fn cancelled() -> Diagnostics {
    Diagnostics::of_error(
        "",
        "Operation cancelled",
        "Terraform asked the provider to stop. Nothing was changed. Run the command again to continue.",
    )
}
