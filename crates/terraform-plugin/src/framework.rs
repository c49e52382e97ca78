//! A small framework for Terraform providers: schemas, values, diagnostics, and a trait each for
//! resources, data sources, ephemeral resources and functions.
//!
//! A provider describes its resources with a [`Schema`], reads and returns typed models (any serde
//! struct, with [`Field`] where a value can be unknown), and reports errors as [`Diagnostics`].
//! [`Server`] serves the provider over the plugin protocol.

pub mod call;
mod codec;
pub mod data_source;
pub mod diagnostics;
pub mod ephemeral;
pub mod function;
pub mod model;
pub mod number;
pub mod objects;
pub mod path;
mod plan;
pub mod provider;
pub mod resource;
pub mod schema;
pub mod server;
pub mod types;
pub mod validators;
pub mod value;
mod value_error;

pub use call::Call;
pub use data_source::{AnyDataSource, DataSource};
pub use diagnostics::{Diagnostic, Diagnostics, Severity};
pub use ephemeral::{AnyEphemeralResource, EphemeralResource, Opened};
pub use function::{Function, FunctionError, Parameter, Signature};
pub use model::Field;
pub use number::Number;
pub use objects::{ObjectKey, Objects};
pub use path::{Path, Step};
pub use provider::{ConfigureContext, Provider, ScopeAttribute};
pub use resource::{AnyResource, Change, Failed, Plan, Resource};
pub use schema::{Attribute, Block, Nesting, Schema, SchemaError, ValidationError};
pub use server::Server;
pub use types::Type;
pub use value::Value;
pub use value_error::ValueError;
