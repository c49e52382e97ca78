//! The provider's own configuration.

use std::sync::PoisonError;

use super::{Configured, Server, wire};
use crate::{
    framework::{
        call::Incoming,
        diagnostics::Diagnostics,
        path::Path,
        plan,
        provider::{ConfigureContext, Provider},
        resource::read_model,
    },
    protocol::tfplugin6::{self as proto, configure_provider, validate_provider_config},
};

impl<P: Provider> Server<P> {
    pub(super) fn validate_provider(
        &self,
        request: &validate_provider_config::Request,
    ) -> Result<validate_provider_config::Response, Diagnostics> {
        let config = wire::decode_object(request.config.as_ref(), &self.schema)?;
        let mut diagnostics = Diagnostics::new();
        plan::check_config(self.schema.body(), &config, &Path::root(), &mut diagnostics);
        match read_model(&config) {
            Ok(model) => self.provider.validate(&model, &mut diagnostics),
            Err(bug) => diagnostics.extend(bug),
        }
        Ok(validate_provider_config::Response {
            diagnostics: wire::diagnostics(diagnostics),
        })
    }

    /// Configures the provider. A configuration that is not wholly known yet (it depends on a resource still to be
    /// created) is no error: planning goes on without a client, and what needs one says so.
    pub(super) async fn configure(
        &self,
        request: configure_provider::Request,
        incoming: Incoming,
    ) -> Result<configure_provider::Response, Diagnostics> {
        let mut config = wire::decode_object(request.config.as_ref(), &self.schema)?;
        plan::apply_defaults(self.schema.body(), &config.clone(), &mut config);
        let configured = if config.is_wholly_known() {
            let cancel = incoming.cancel.clone();
            let cx = ConfigureContext {
                terraform_version: request.terraform_version,
                cancel: incoming.cancel,
                request_id: incoming.request_id,
            };
            let work = self.provider.configure(read_model(&config)?, &cx);
            Configured::Ready(
                cancel
                    .run_until_cancelled(work)
                    .await
                    .unwrap_or_else(|| Err(stopped()))?,
            )
        } else {
            tracing::debug!("the provider's configuration is not known yet");
            Configured::Unknown
        };
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = configured;
        Ok(configure_provider::Response::default())
    }

    /// The client, if the provider is configured.
    pub(super) fn client(&self) -> Option<P::Client> {
        match &*self.client.read().unwrap_or_else(PoisonError::into_inner) {
            Configured::Ready(client) => Some(client.clone()),
            Configured::Never | Configured::Unknown => None,
        }
    }

    /// The client, for work that cannot do without.
    pub(super) fn needed_client(&self) -> Result<P::Client, Diagnostics> {
        let (summary, detail) = match &*self.client.read().unwrap_or_else(PoisonError::into_inner) {
            Configured::Ready(client) => return Ok(client.clone()),
            Configured::Unknown => (
                "the provider's configuration is not known yet",
                "it depends on resources that have not been created: create them first, for example with `-target`, \
                 or give the provider known values",
            ),
            Configured::Never => (
                "the provider is not configured",
                "terraform must configure it before this request",
            ),
        };
        Err(Diagnostics::of_error("", summary, detail))
    }

    /// The reason to put the work off, when the configuration is unknown and Terraform lets us put it off.
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

/// The answer to a request that Terraform asked to stop before it was done.
pub(super) fn stopped() -> Diagnostics {
    Diagnostics::of_error(
        "",
        "stopped",
        "terraform asked the provider to stop; nothing was changed",
    )
}
