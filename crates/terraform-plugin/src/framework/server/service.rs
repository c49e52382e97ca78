//! The gRPC service: one short method per RPC. RPCs that the framework does not support use the
//! generated default, which returns UNIMPLEMENTED.

use std::{future::Future, panic::AssertUnwindSafe};

use async_trait::async_trait;
use futures::FutureExt;
use tonic::{Request, Response, Status};

use super::{Server, function, resource, schemas, wire};
use crate::{
    framework::{
        diagnostics::Diagnostics,
        function::FunctionError,
        provider::Provider,
        schema::{Schema, SchemaKind},
    },
    protocol::{
        logs::{Subject, record_subject},
        tfplugin6::{self as proto, provider_server},
    },
};

/// The response of a handler; `on_error` creates one from its errors. A panic counts as an error.
async fn respond<R>(
    work: impl Future<Output = Result<R, Diagnostics>> + Send,
    on_error: impl FnOnce(Diagnostics) -> R + Send,
) -> Result<Response<R>, Status> {
    // Unwind-safe: the server never holds its locks while it runs the provider's code, so a panic
    // leaves none of its data half changed.
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    let outcome = outcome.unwrap_or_else(|payload| Err(wire::panicked(payload.as_ref())));
    Ok(Response::new(outcome.unwrap_or_else(on_error)))
}

/// A response that contains only diagnostics.
macro_rules! diagnostics_only {
    ($rpc:ident) => {
        |errors| {
            let mut response = proto::$rpc::Response::default();
            response.diagnostics.extend(wire::diagnostics(errors));
            response
        }
    };
}

impl<P: Provider> Server<P> {
    const CAPABILITIES: proto::ServerCapabilities = proto::ServerCapabilities {
        plan_destroy: true,
        // The schemas are created with the server, so no other RPC depends on `GetProviderSchema`.
        get_provider_schema_optional: true,
        move_resource_state: false,
        generate_resource_config: false,
    };
}

#[async_trait]
impl<P: Provider> provider_server::Provider for Server<P> {
    async fn get_metadata(
        &self,
        _: Request<proto::get_metadata::Request>,
    ) -> Result<Response<proto::get_metadata::Response>, Status> {
        use proto::get_metadata::{
            DataSourceMetadata, EphemeralResourceMetadata, FunctionMetadata, ResourceMetadata,
        };
        let resources = self.resources.keys().cloned();
        let data_sources = self.data_sources.keys().cloned();
        let ephemeral_resources = self.ephemeral_resources.keys().cloned();
        let functions = self.functions.keys().cloned();
        Ok(Response::new(proto::get_metadata::Response {
            server_capabilities: Some(Self::CAPABILITIES),
            resources: resources
                .map(|type_name| ResourceMetadata { type_name })
                .collect(),
            data_sources: data_sources
                .map(|type_name| DataSourceMetadata { type_name })
                .collect(),
            functions: functions.map(|name| FunctionMetadata { name }).collect(),
            ephemeral_resources: ephemeral_resources
                .map(|type_name| EphemeralResourceMetadata { type_name })
                .collect(),
            ..Default::default()
        }))
    }

    async fn get_provider_schema(
        &self,
        _: Request<proto::get_provider_schema::Request>,
    ) -> Result<Response<proto::get_provider_schema::Response>, Status> {
        let of = |kind| {
            move |(name, schema): (&str, &Schema)| (name.to_owned(), schemas::schema(kind, schema))
        };
        Ok(Response::new(proto::get_provider_schema::Response {
            provider: Some(schemas::schema(SchemaKind::Provider, &self.schema)),
            resource_schemas: self
                .resource_schemas()
                .map(of(SchemaKind::Resource))
                .collect(),
            data_source_schemas: self
                .data_source_schemas()
                .map(of(SchemaKind::DataSource))
                .collect(),
            ephemeral_resource_schemas: self
                .ephemeral_resource_schemas()
                .map(of(SchemaKind::EphemeralResource))
                .collect(),
            functions: self.functions_message(),
            server_capabilities: Some(Self::CAPABILITIES),
            ..Default::default()
        }))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<proto::get_resource_identity_schemas::Request>,
    ) -> Result<Response<proto::get_resource_identity_schemas::Response>, Status> {
        let schemas = self.resource_schemas();
        Ok(Response::new(
            proto::get_resource_identity_schemas::Response {
                identity_schemas: schemas
                    .filter_map(|(name, schema)| {
                        Some((name.to_owned(), schemas::identity(schema)?))
                    })
                    .collect(),
                diagnostics: Vec::new(),
            },
        ))
    }

    async fn validate_provider_config(
        &self,
        request: Request<proto::validate_provider_config::Request>,
    ) -> Result<Response<proto::validate_provider_config::Response>, Status> {
        let request = request.into_inner();
        respond(
            async { self.validate_provider(&request) },
            diagnostics_only!(validate_provider_config),
        )
        .await
    }

    async fn configure_provider(
        &self,
        request: Request<proto::configure_provider::Request>,
    ) -> Result<Response<proto::configure_provider::Response>, Status> {
        let request = request.into_inner();
        respond(
            self.configure(request, self.cancel()),
            diagnostics_only!(configure_provider),
        )
        .await
    }

    async fn stop_provider(
        &self,
        _: Request<proto::stop_provider::Request>,
    ) -> Result<Response<proto::stop_provider::Response>, Status> {
        tracing::debug!("cancelling all operations");
        self.stop();
        Ok(Response::new(proto::stop_provider::Response::default()))
    }

    async fn validate_resource_config(
        &self,
        request: Request<proto::validate_resource_config::Request>,
    ) -> Result<Response<proto::validate_resource_config::Response>, Status> {
        let request = request.into_inner();
        record_subject(Subject::Resource(&request.type_name));
        respond(
            async { self.validate(&request) },
            diagnostics_only!(validate_resource_config),
        )
        .await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Result<Response<proto::upgrade_resource_state::Response>, Status> {
        let request = request.into_inner();
        record_subject(Subject::Resource(&request.type_name));
        respond(
            async { self.upgrade_state(&request) },
            diagnostics_only!(upgrade_resource_state),
        )
        .await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<proto::upgrade_resource_identity::Request>,
    ) -> Result<Response<proto::upgrade_resource_identity::Response>, Status> {
        let request = request.into_inner();
        record_subject(Subject::Resource(&request.type_name));
        respond(
            async { self.upgrade_identity(&request) },
            diagnostics_only!(upgrade_resource_identity),
        )
        .await
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Result<Response<proto::read_resource::Response>, Status> {
        let request = request.into_inner();
        record_subject(Subject::Resource(&request.type_name));
        respond(
            self.read(&request, self.cancel()),
            diagnostics_only!(read_resource),
        )
        .await
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Result<Response<proto::plan_resource_change::Response>, Status> {
        let request = request.into_inner();
        record_subject(Subject::Resource(&request.type_name));
        respond(
            self.plan(&request, self.cancel()),
            diagnostics_only!(plan_resource_change),
        )
        .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Result<Response<proto::apply_resource_change::Response>, Status> {
        let request = request.into_inner();
        record_subject(Subject::Resource(&request.type_name));
        respond(self.apply(&request, self.cancel()), |errors| {
            resource::apply_failed(&request, errors)
        })
        .await
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Result<Response<proto::import_resource_state::Response>, Status> {
        let request = request.into_inner();
        record_subject(Subject::Resource(&request.type_name));
        respond(
            self.import(&request, self.cancel()),
            diagnostics_only!(import_resource_state),
        )
        .await
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<proto::validate_data_resource_config::Request>,
    ) -> Result<Response<proto::validate_data_resource_config::Response>, Status> {
        let request = request.into_inner();
        record_subject(Subject::DataSource(&request.type_name));
        respond(
            async { self.validate_data_source(&request) },
            diagnostics_only!(validate_data_resource_config),
        )
        .await
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Result<Response<proto::read_data_source::Response>, Status> {
        let request = request.into_inner();
        record_subject(Subject::DataSource(&request.type_name));
        respond(
            self.read_data(&request, self.cancel()),
            diagnostics_only!(read_data_source),
        )
        .await
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<proto::validate_ephemeral_resource_config::Request>,
    ) -> Result<Response<proto::validate_ephemeral_resource_config::Response>, Status> {
        let request = request.into_inner();
        record_subject(Subject::EphemeralResource(&request.type_name));
        respond(
            async { self.validate_ephemeral(&request) },
            diagnostics_only!(validate_ephemeral_resource_config),
        )
        .await
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<proto::open_ephemeral_resource::Request>,
    ) -> Result<Response<proto::open_ephemeral_resource::Response>, Status> {
        let request = request.into_inner();
        record_subject(Subject::EphemeralResource(&request.type_name));
        respond(
            self.open_ephemeral(&request, self.cancel()),
            diagnostics_only!(open_ephemeral_resource),
        )
        .await
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<proto::renew_ephemeral_resource::Request>,
    ) -> Result<Response<proto::renew_ephemeral_resource::Response>, Status> {
        let request = request.into_inner();
        record_subject(Subject::EphemeralResource(&request.type_name));
        respond(
            self.renew_ephemeral(&request, self.cancel()),
            diagnostics_only!(renew_ephemeral_resource),
        )
        .await
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<proto::close_ephemeral_resource::Request>,
    ) -> Result<Response<proto::close_ephemeral_resource::Response>, Status> {
        let request = request.into_inner();
        record_subject(Subject::EphemeralResource(&request.type_name));
        respond(
            self.close_ephemeral(&request, self.cancel()),
            diagnostics_only!(close_ephemeral_resource),
        )
        .await
    }

    async fn get_functions(
        &self,
        _: Request<proto::get_functions::Request>,
    ) -> Result<Response<proto::get_functions::Response>, Status> {
        Ok(Response::new(proto::get_functions::Response {
            functions: self.functions_message(),
            diagnostics: Vec::new(),
        }))
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Result<Response<proto::call_function::Response>, Status> {
        let request = request.into_inner();
        record_subject(Subject::Function(&request.name));
        respond(
            async { Ok(self.call(&request).unwrap_or_else(function::error_response)) },
            |panic| {
                let message = panic
                    .into_iter()
                    .map(|diagnostic| diagnostic.detail)
                    .collect::<Vec<_>>()
                    .join("\n");
                function::error_response(FunctionError::new(message))
            },
        )
        .await
    }
}

impl<P: Provider> Server<P> {
    fn functions_message(&self) -> std::collections::BTreeMap<String, proto::Function> {
        self.function_signatures()
            .map(|(name, signature)| (name.to_owned(), schemas::function(signature)))
            .collect()
    }
}
