//! The server: everything a provider has, behind the plugin protocol.

mod configure;
mod data_source;
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
    function::{Function, Signature},
    path::Path,
    provider::Provider,
    resource::AnyResource,
    schema::{Schema, SchemaError, SchemaKind},
};

/// Serves a provider. Every RPC works without another before it, save that reading and applying need a configured
/// provider; all run concurrently.
///
/// Each RPC is expected to run in a task of its own, which the protocol layer sees to: a dropped connection must not
/// end work half done.
pub struct Server<P: Provider> {
    provider: P,
    schema: Schema,
    resources: BTreeMap<String, Entry<dyn AnyResource<P::Client>>>,
    data_sources: BTreeMap<String, Entry<dyn AnyDataSource<P::Client>>>,
    functions: BTreeMap<String, (Signature, Box<dyn Function>)>,
    client: RwLock<Configured<P::Client>>,
    stop: Mutex<CancellationToken>,
}

/// Something served, with its schema.
struct Entry<T: ?Sized> {
    schema: Schema,
    thing: Box<T>,
}

/// How far the provider's configuration has come.
enum Configured<C> {
    Never,
    /// The configuration depends on what is not known yet.
    Unknown,
    Ready(C),
}

impl<P: Provider> Server<P> {
    /// Makes a server, and checks all schemas and names by the rules that Terraform applies when it loads a provider.
    ///
    /// # Errors
    /// The first rule broken.
    pub fn new(provider: P) -> Result<Self, SchemaError> {
        let schema = provider.schema();
        schema.check_as(SchemaKind::Provider, provider.name())?;
        let mut resources = BTreeMap::new();
        for thing in provider.resources() {
            let (name, schema) = (thing.type_name(), thing.schema());
            schema.check_as(SchemaKind::Resource, name)?;
            let entry = Entry { schema, thing };
            register(&mut resources, provider.name(), name, entry)?;
        }
        let mut data_sources = BTreeMap::new();
        for thing in provider.data_sources() {
            let (name, schema) = (thing.type_name(), thing.schema());
            schema.check_as(SchemaKind::DataSource, name)?;
            let entry = Entry { schema, thing };
            register(&mut data_sources, provider.name(), name, entry)?;
        }
        let mut functions = BTreeMap::new();
        for function in provider.functions() {
            let (name, signature) = (function.name(), function.signature());
            function::check(name, &signature)?;
            if functions
                .insert(name.to_owned(), (signature, function))
                .is_some()
            {
                return Err(fault(name, "is declared twice"));
            }
        }
        Ok(Self {
            provider,
            schema,
            resources,
            data_sources,
            functions,
            client: RwLock::new(Configured::Never),
            stop: Mutex::new(CancellationToken::new()),
        })
    }

    /// The schema of the provider's configuration.
    #[must_use]
    pub const fn provider_schema(&self) -> &Schema {
        &self.schema
    }

    /// The resources' type names and schemas, by name.
    pub fn resource_schemas(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.resources
            .iter()
            .map(|(name, entry)| (name.as_str(), &entry.schema))
    }

    /// The data sources' type names and schemas, by name.
    pub fn data_source_schemas(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.data_sources
            .iter()
            .map(|(name, entry)| (name.as_str(), &entry.schema))
    }

    /// The functions' names and signatures, by name.
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

    /// Cancels what is under way. What comes later starts afresh: the process serves on until it is shut down.
    fn stop(&self) {
        let mut current = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *current, CancellationToken::new()).cancel();
    }

    fn resource(&self, name: &str) -> Result<&Entry<dyn AnyResource<P::Client>>, Diagnostics> {
        self.resources
            .get(name)
            .ok_or_else(|| self.unserved("resource", name))
    }

    fn data_source(&self, name: &str) -> Result<&Entry<dyn AnyDataSource<P::Client>>, Diagnostics> {
        self.data_sources
            .get(name)
            .ok_or_else(|| self.unserved("data source", name))
    }

    fn unserved(&self, kind: &str, name: &str) -> Diagnostics {
        Diagnostics::of_error(
            "",
            format!("unknown {kind} type `{name}`"),
            format!(
                "this version of the provider `{}` has none of that name",
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
    let own = name
        .strip_prefix(provider)
        .is_some_and(|rest| rest.starts_with('_') && rest.len() > 1);
    let plain = name
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if !own || !plain {
        return Err(fault(
            name,
            "must be named after the provider, in lower case",
        ));
    }
    match entries.insert(name.to_owned(), entry) {
        Some(_) => Err(fault(name, "is declared twice")),
        None => Ok(()),
    }
}

fn fault(schema: &str, problem: &str) -> SchemaError {
    SchemaError {
        schema: schema.to_owned(),
        path: Path::root(),
        problem: problem.to_owned(),
    }
}

#[cfg(test)]
mod tests;
