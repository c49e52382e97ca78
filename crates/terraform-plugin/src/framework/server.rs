//! The server: implements the plugin protocol for a provider.

mod configure;
mod data_source;
mod ephemeral;
mod function;
mod read;
mod resource;
mod schemas;
mod service;
mod wire;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError, RwLock},
};

use tokio_util::sync::CancellationToken;

use super::{
    data_source::AnyDataSource,
    diagnostics::Diagnostics,
    ephemeral::AnyEphemeralResource,
    function::{Function, Signature},
    objects::Objects,
    path::Path,
    plan,
    provider::Provider,
    resource::AnyResource,
    schema::{Schema, SchemaError, SchemaKind},
    value::Value,
};
use crate::protocol::tfplugin6::{self, DynamicValue};

/// Serves a provider. No RPC depends on an earlier one, except that reading and applying need a
/// configured provider. All RPCs can run concurrently.
///
/// Each RPC must run in a task of its own, so that a dropped connection does not stop an operation
/// halfway. The [`protocol`](crate::protocol) module does this.
pub struct Server<P: Provider> {
    provider: P,
    schema: Schema,
    resources: BTreeMap<String, Entry<dyn AnyResource<P::Client>>>,
    data_sources: BTreeMap<String, Entry<dyn AnyDataSource<P::Client>>>,
    ephemeral_resources: BTreeMap<String, Entry<dyn AnyEphemeralResource<P::Client>>>,
    functions: BTreeMap<String, (Signature, Box<dyn Function>)>,
    client: RwLock<Configured<P::Client>>,
    /// The objects of the current run. `ConfigureProvider` begins a new one.
    objects: Mutex<Objects>,
    stop: Mutex<CancellationToken>,
}

/// A resource, data source or ephemeral resource with its schema.
struct Entry<T: ?Sized> {
    schema: Schema,
    handler: Box<T>,
}

/// What is wrong with a configuration: by the rules of its schema, then by `validate`.
fn check(
    schema: &Schema,
    config: Option<&DynamicValue>,
    validate: impl FnOnce(&Value, &mut Diagnostics),
) -> Result<Vec<tfplugin6::Diagnostic>, Diagnostics> {
    let config = wire::decode_config(config, schema)?;
    let mut diagnostics = Diagnostics::new();
    plan::check_config(schema.body(), &config, &Path::root(), &mut diagnostics);
    validate(&config, &mut diagnostics);
    Ok(wire::diagnostics(diagnostics))
}

/// State of the provider configuration.
enum Configured<C> {
    Never,
    /// The configuration has unknown values.
    Unknown,
    Ready(C),
}

impl<P: Provider> Server<P> {
    /// Creates a server, and checks all schemas and names by the rules that Terraform applies when
    /// it loads a provider.
    ///
    /// # Errors
    /// The first violation of a rule.
    pub fn new(provider: P) -> Result<Self, SchemaError> {
        let schema = provider.schema();
        schema.check_as(SchemaKind::Provider, provider.name())?;
        let mut resources = BTreeMap::new();
        for resource in provider.resources() {
            let name = resource.type_name();
            let schema = resource
                .schema()
                .scoped(provider.identity_scope(), provider.identity_version());
            schema.check_as(SchemaKind::Resource, name)?;
            let entry = Entry {
                schema,
                handler: resource,
            };
            register(&mut resources, provider.name(), name, entry)?;
        }
        let mut data_sources = BTreeMap::new();
        for data_source in provider.data_sources() {
            let (name, schema) = (data_source.type_name(), data_source.schema());
            schema.check_as(SchemaKind::DataSource, name)?;
            let entry = Entry {
                schema,
                handler: data_source,
            };
            register(&mut data_sources, provider.name(), name, entry)?;
        }
        let mut ephemeral_resources = BTreeMap::new();
        for resource in provider.ephemeral_resources() {
            let (name, schema) = (resource.type_name(), resource.schema());
            schema.check_as(SchemaKind::EphemeralResource, name)?;
            let entry = Entry {
                schema,
                handler: resource,
            };
            register(&mut ephemeral_resources, provider.name(), name, entry)?;
        }
        let mut functions = BTreeMap::new();
        for function in provider.functions() {
            let (name, signature) = (function.name(), function.signature());
            function::check(name, &signature)?;
            if functions
                .insert(name.to_owned(), (signature, function))
                .is_some()
            {
                return Err(schema_error(name, "is declared twice"));
            }
        }
        Ok(Self {
            provider,
            schema,
            resources,
            data_sources,
            ephemeral_resources,
            functions,
            client: RwLock::new(Configured::Never),
            objects: Mutex::default(),
            stop: Mutex::new(CancellationToken::new()),
        })
    }

    /// The schema of the provider's configuration.
    #[must_use]
    pub const fn provider_schema(&self) -> &Schema {
        &self.schema
    }

    /// Type names and schemas of the resources, by name.
    pub fn resource_schemas(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.resources
            .iter()
            .map(|(name, entry)| (name.as_str(), &entry.schema))
    }

    /// Type names and schemas of the data sources, by name.
    pub fn data_source_schemas(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.data_sources
            .iter()
            .map(|(name, entry)| (name.as_str(), &entry.schema))
    }

    /// Type names and schemas of the ephemeral resources, by name.
    pub fn ephemeral_resource_schemas(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.ephemeral_resources
            .iter()
            .map(|(name, entry)| (name.as_str(), &entry.schema))
    }

    /// Names and signatures of the functions, by name.
    pub fn function_signatures(&self) -> impl Iterator<Item = (&str, &Signature)> {
        self.functions
            .iter()
            .map(|(name, (signature, _))| (name.as_str(), signature))
    }

    /// Cancelled when Terraform asks the provider to stop.
    fn cancel(&self) -> CancellationToken {
        self.stop
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The objects of the current run.
    fn objects(&self) -> Objects {
        self.objects
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Begins a new run.
    fn forget_objects(&self) {
        *self.objects.lock().unwrap_or_else(PoisonError::into_inner) = Objects::default();
    }

    /// Cancels all running operations. Later ones get a new token, since Terraform can send more
    /// requests after `StopProvider`.
    fn stop(&self) {
        let mut current = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *current, CancellationToken::new()).cancel();
    }

    fn resource(&self, name: &str) -> Result<&Entry<dyn AnyResource<P::Client>>, Diagnostics> {
        self.resources
            .get(name)
            .ok_or_else(|| self.unknown_type("resource", name))
    }

    fn data_source(&self, name: &str) -> Result<&Entry<dyn AnyDataSource<P::Client>>, Diagnostics> {
        self.data_sources
            .get(name)
            .ok_or_else(|| self.unknown_type("data source", name))
    }

    fn ephemeral_resource(
        &self,
        name: &str,
    ) -> Result<&Entry<dyn AnyEphemeralResource<P::Client>>, Diagnostics> {
        self.ephemeral_resources
            .get(name)
            .ok_or_else(|| self.unknown_type("ephemeral resource", name))
    }

    fn unknown_type(&self, kind: &str, name: &str) -> Diagnostics {
        Diagnostics::of_error(
            "",
            format!("Unknown {kind} type"),
            format!(
                "This version of the provider `{}` has no {kind} type `{name}`. Use a version that \
                 has it, or correct the type name.",
                self.provider.name()
            ),
        )
    }
}

fn register<T: ?Sized>(
    entries: &mut BTreeMap<String, Entry<T>>,
    provider: &str,
    name: &str,
    entry: Entry<T>,
) -> Result<(), SchemaError> {
    let prefixed = name
        .strip_prefix(provider)
        .is_some_and(|rest| rest.starts_with('_') && rest.len() > 1);
    let well_formed = name
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if !prefixed || !well_formed {
        return Err(schema_error(
            name,
            "must have a lower-case name that starts with the name of the provider",
        ));
    }
    match entries.insert(name.to_owned(), entry) {
        Some(_) => Err(schema_error(name, "is declared twice")),
        None => Ok(()),
    }
}

fn schema_error(schema: &str, problem: &str) -> SchemaError {
    SchemaError {
        schema: schema.to_owned(),
        path: Path::root(),
        problem: problem.to_owned(),
    }
}

#[cfg(test)]
mod tests;
