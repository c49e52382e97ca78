//! A small framework for Terraform providers: schemas, values, diagnostics, and a trait for each kind of thing.
//!
//! It knows the language and the life cycle of Terraform, and nothing of what a provider manages. A provider describes
//! its resources by [`Schema`]s, moves data through typed models (any serde struct, with [`Field`] where a value can be
//! unknown), and says what went wrong in [`Diagnostics`]; [`Server`] turns that into the plugin
//! protocol.

pub mod call;
mod codec;
pub mod data_source;
pub mod diagnostics;
pub mod function;
pub mod model;
pub mod number;
pub mod path;
mod plan;
pub mod provider;
pub mod resource;
pub mod schema;
pub mod server;
pub mod types;
pub mod value;

pub use call::{Call, Incoming};
pub use data_source::{AnyDataSource, DataSource};
pub use diagnostics::{Diagnostic, Diagnostics, Severity};
pub use function::{Function, FunctionError, Parameter, Signature};
pub use model::Field;
pub use number::Number;
pub use path::{Path, Step};
pub use provider::{ConfigureContext, Provider};
pub use resource::{AnyResource, Failed, Plan, Resource};
pub use schema::{Attribute, Block, Nesting, Schema, SchemaError, ValidationError};
pub use server::Server;
pub use types::Type;
pub use value::Value;
