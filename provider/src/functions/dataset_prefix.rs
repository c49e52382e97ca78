//! `dataset_prefix(type, scope, name)` and `dataset_uri(bucket, type, scope, name)`: the location
//! of a dataset's objects.

use mlspace_core::layout::{DatasetKey, DatasetScope, check_bucket_name};
use mlspace_core::name::DatasetName;

use super::arguments;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// `dataset_prefix`.
#[derive(Debug)]
pub(crate) struct DatasetPrefix;

/// `dataset_uri`.
#[derive(Debug)]
pub(crate) struct DatasetUri;

/// Adds the parameters that identify a dataset.
fn with_key(signature: Signature) -> Signature {
    signature
        .parameter(
            Parameter::new("type", Type::String)
                .describe("Type of the dataset: `global`, `project`, `private` or `group`."),
        )
        .parameter(Parameter::new("scope", Type::String).nullable().describe(
            "Project of a `project` dataset or user of a `private` one; null for the others.",
        ))
        .parameter(Parameter::new("name", Type::String).describe("Name of the dataset."))
}

/// The dataset that three arguments, starting at `first`, identify.
fn key(arguments: &[Value], first: usize) -> Result<DatasetKey, FunctionError> {
    let (kind, scope) = (
        arguments::string(arguments, first)?,
        arguments::optional_string(arguments, first + 1),
    );
    let scope = DatasetScope::from_parts(kind, scope)
        .map_err(|error| arguments::invalid(first + 1, error))?;
    let name: DatasetName = arguments::parsed(arguments, first + 2)?;
    Ok(DatasetKey { scope, name })
}

impl Function for DatasetPrefix {
    fn name(&self) -> &'static str {
        "dataset_prefix"
    }

    fn signature(&self) -> Signature {
        let signature = Signature::new(Type::String)
            .summary("Prefix of a dataset's objects in the data bucket")
            .describe("Computes the prefix of a dataset's objects in the data bucket, ending in `/`, without access to AWS.");
        with_key(signature)
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        Ok(Value::from(key(&arguments, 0)?.prefix()))
    }
}

impl Function for DatasetUri {
    fn name(&self) -> &'static str {
        "dataset_uri"
    }

    fn signature(&self) -> Signature {
        let signature = Signature::new(Type::String)
            .summary("S3 URI of a dataset")
            .describe("Computes the `s3://` URI of a dataset's prefix, ending in `/`, without access to AWS.")
            .parameter(Parameter::new("bucket", Type::String).describe("Name of the data bucket."));
        with_key(signature)
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let bucket = arguments::string(&arguments, 0)?;
        check_bucket_name(bucket).map_err(|error| arguments::invalid(0, error))?;
        Ok(Value::from(key(&arguments, 1)?.location(bucket)))
    }
}
