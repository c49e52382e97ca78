//! Converts between the framework's types and the messages of the protocol.

use std::{any::Any, collections::BTreeMap};

use crate::{
    framework::{
        codec,
        diagnostics::{Diagnostic, Diagnostics, Severity},
        path::{Path, Step},
        resource::provider_bug,
        schema::Schema,
        types::Type,
        value::Value,
        value_error::ValueError,
    },
    protocol::{
        logs::redact::redact,
        tfplugin6::{self as proto, attribute_path::step::Selector},
    },
};

pub(super) fn diagnostics(diagnostics: Diagnostics) -> Vec<proto::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

fn diagnostic(diagnostic: Diagnostic) -> proto::Diagnostic {
    let Diagnostic {
        severity,
        summary,
        detail,
        path,
    } = diagnostic;
    let severity = match severity {
        Severity::Error => proto::diagnostic::Severity::Error,
        Severity::Warning => proto::diagnostic::Severity::Warning,
    };
    proto::Diagnostic {
        severity: severity.into(),
        summary,
        detail,
        attribute: path.filter(|path| !path.is_root()).as_ref().map(self::path),
    }
}

pub(super) fn path(path: &Path) -> proto::AttributePath {
    let step = |step: &Step| {
        let selector = match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => Selector::ElementKeyInt(*index),
        };
        proto::attribute_path::Step {
            selector: Some(selector),
        }
    };
    proto::AttributePath {
        steps: path.steps().iter().map(step).collect(),
    }
}

/// Decodes a value that Terraform sent. An absent value is null.
pub(super) fn decode(value: Option<&proto::DynamicValue>, ty: &Type) -> Result<Value, ValueError> {
    match value {
        None => Ok(Value::Null),
        Some(value) if value.msgpack.is_empty() && !value.json.is_empty() => {
            codec::decode_json(&value.json, ty)
        }
        Some(value) => codec::decode(&value.msgpack, ty),
    }
}

/// Decodes an object of the schema.
pub(super) fn decode_object(
    value: Option<&proto::DynamicValue>,
    schema: &Schema,
) -> Result<Value, Diagnostics> {
    decode(value, &schema.ty()).map_err(|error| {
        Diagnostics::of_error(
            error.path.clone(),
            "Invalid value from Terraform",
            format!(
                "Terraform sent a value that does not match the schema: {error}. The state or plan \
                 may have been written by another version of the provider. Create a new plan."
            ),
        )
    })
}

/// Decodes a configuration of the schema, which cannot be null.
pub(super) fn decode_config(
    value: Option<&proto::DynamicValue>,
    schema: &Schema,
) -> Result<Value, Diagnostics> {
    let config = decode_object(value, schema)?;
    if config.as_entries().is_some() {
        return Ok(config);
    }
    Err(Diagnostics::of_error(
        "",
        "Missing configuration",
        "The request has no configuration. Send an object with the attributes of the schema.",
    ))
}

/// Encodes a value of the type. A value that does not match is a bug in the provider.
pub(super) fn encode(value: &Value, ty: &Type) -> Result<proto::DynamicValue, Diagnostics> {
    match codec::encode(value, ty) {
        Ok(msgpack) => Ok(proto::DynamicValue {
            msgpack,
            json: Vec::new(),
        }),
        Err(ValueError { path, problem }) => Err(provider_bug(
            path,
            format!("A value does not match the schema: {problem}."),
        )),
    }
}

/// Values of the identity attributes that come from the provider, by name.
pub(super) type Scope = BTreeMap<&'static str, String>;

/// The identity of a resource with this state, in this scope; `None` for a scope that is not known
/// yet. There is no identity if any part is unknown or all parts of the state are null.
pub(super) fn identity(
    schema: &Schema,
    state: &Value,
    scope: Option<&Scope>,
) -> Option<proto::ResourceIdentityData> {
    let ty = schema.identity_type()?;
    let names = schema
        .identity_attributes()
        .map(|attribute| attribute.name());
    let mut identity = Value::object(names.map(|name| (name, state.attribute(name).clone())));
    let blank = identity.as_entries()?.values().all(Value::is_null);
    if blank || !identity.is_wholly_known() {
        return None;
    }
    for attribute in schema.identity_scope() {
        let value = scope?.get(attribute.name).cloned();
        identity.set_attribute(attribute.name, value.into());
    }
    Some(proto::ResourceIdentityData {
        identity_data: Some(encode(&identity, &ty).ok()?),
    })
}

/// The diagnostic for a panic in the provider's code: its message without credentials, and without
/// a backtrace.
pub(super) fn panicked(payload: &(dyn Any + Send)) -> Diagnostics {
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    provider_bug(
        Path::root(),
        format!("The provider panicked: {}.", redact(message)),
    )
}
