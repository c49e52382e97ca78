//! RPCs of functions.

use super::{Server, schema_error, wire};
use crate::{
    framework::{
        codec,
        function::{FunctionError, Signature},
        path::Path,
        plan,
        provider::Provider,
        schema::SchemaError,
    },
    protocol::tfplugin6::{self as proto, call_function},
};

/// Checks Terraform's rules for functions: names are identifiers, and no two parameters share one.
pub(super) fn check(name: &str, signature: &Signature) -> Result<(), SchemaError> {
    let identifier = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
            && name
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    };
    if !identifier(name) {
        return Err(schema_error(
            name,
            "has a name that is not a valid lower-case identifier",
        ));
    }
    let all = signature
        .parameters()
        .iter()
        .chain(signature.variadic_parameter());
    let names: Vec<_> = all.map(|parameter| parameter.name()).collect();
    for (position, parameter) in names.iter().enumerate() {
        if !identifier(parameter) {
            return Err(schema_error(
                name,
                &format!(
                    "has a parameter `{parameter}`, which is not a valid lower-case identifier"
                ),
            ));
        }
        if names.iter().take(position).any(|other| other == parameter) {
            return Err(schema_error(
                name,
                &format!("has two parameters called `{parameter}`"),
            ));
        }
    }
    Ok(())
}

impl<P: Provider> Server<P> {
    pub(super) fn call(
        &self,
        request: &call_function::Request,
    ) -> Result<call_function::Response, FunctionError> {
        let (signature, function) = self.functions.get(&request.name).ok_or_else(|| {
            FunctionError::new(format!(
                "This version of the provider has no function `{}`.",
                request.name
            ))
        })?;
        if request.arguments.len() < signature.parameters().len() {
            return Err(FunctionError::new(format!(
                "Too few arguments: `{}` needs at least {}, found {}.",
                request.name,
                signature.parameters().len(),
                request.arguments.len()
            )));
        }
        let arguments = request
            .arguments
            .iter()
            .enumerate()
            .map(|(index, argument)| {
                let parameter = signature
                    .parameter_of(index)
                    .ok_or_else(|| FunctionError::argument(index, "Too many arguments."))?;
                let value = wire::decode(Some(argument), parameter.ty())
                    .map_err(|error| FunctionError::argument(index, error.to_string()))?;
                if value.is_null() && !parameter.is_nullable() {
                    return Err(FunctionError::argument(
                        index,
                        format!("`{}` must not be null.", parameter.name()),
                    ));
                }
                if !value.is_wholly_known() {
                    return Err(FunctionError::argument(
                        index,
                        format!("`{}` must be known.", parameter.name()),
                    ));
                }
                let name = Path::from(parameter.name());
                if let Some(null) = plan::first_null_element(&value, &name) {
                    return Err(FunctionError::argument(index, null.explain()));
                }
                Ok(value)
            });
        let result = function.call(arguments.collect::<Result<_, _>>()?)?;
        let msgpack = codec::coerce(result, signature.result())
            .and_then(|result| codec::encode(&result, signature.result()))
            .map_err(|error| {
                FunctionError::new(format!(
                    "`{}` returned a value that does not match its declared type: {error}. This is a \
                     bug in the provider: please report it to its developers.",
                    request.name
                ))
            })?;
        Ok(call_function::Response {
            result: Some(proto::DynamicValue {
                msgpack,
                json: Vec::new(),
            }),
            error: None,
        })
    }
}

/// A function error as a response.
pub(super) fn error_response(error: FunctionError) -> call_function::Response {
    call_function::Response {
        result: None,
        error: Some(proto::FunctionError {
            text: error.message,
            function_argument: error.argument.and_then(|index| i64::try_from(index).ok()),
        }),
    }
}
