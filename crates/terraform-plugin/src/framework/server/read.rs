//! RPCs that bring stored or existing resources into the provider: upgrade, read, import.

use std::collections::BTreeMap;

use super::{Entry, Server, configure::stopped, wire};
use crate::{
    framework::{
        call::{Call, Incoming, Private},
        codec::{self, CodecError},
        diagnostics::Diagnostics,
        path::Path,
        provider::Provider,
        resource::provider_bug,
        schema::Schema,
        types::Type,
        value::Value,
    },
    protocol::tfplugin6::{
        self as proto, import_resource_state, read_resource, upgrade_resource_identity,
        upgrade_resource_state,
    },
};

fn unreadable(error: CodecError) -> Diagnostics {
    Diagnostics::of_error(
        error.path,
        "stored state cannot be read",
        format!(
            "{}; repair or remove the resource in the state, then import it again",
            error.problem
        ),
    )
}

impl<P: Provider> Server<P> {
    /// Terraform calls this before everything else it does with a stored state, whatever its version.
    pub(super) fn upgrade_state(
        &self,
        request: &upgrade_resource_state::Request,
    ) -> Result<upgrade_resource_state::Response, Diagnostics> {
        let Entry { schema, thing } = self.resource(&request.type_name)?;
        let ty = schema.ty();
        let raw = request
            .raw_state
            .as_ref()
            .filter(|raw| !raw.json.is_empty());
        let Some(raw) = raw else {
            return Err(Diagnostics::of_error(
                "",
                "stored state cannot be read",
                "it is in the format of terraform before 0.12: apply once with terraform 0.12 first",
            ));
        };
        if request.version > schema.version() {
            return Err(Diagnostics::of_error(
                "",
                "stored state is from a newer provider",
                format!(
                    "it was written with schema version {} of `{}`, this provider knows version {}: use a newer \
                     version of the provider",
                    request.version,
                    request.type_name,
                    schema.version()
                ),
            ));
        }
        let mut state = if request.version == schema.version() {
            codec::decode_json(&raw.json, &ty).map_err(unreadable)?
        } else {
            let json = serde_json::from_slice(&raw.json).map_err(|error| {
                unreadable(CodecError::new(format!("the JSON is malformed: {error}")))
            })?;
            let json = thing.upgrade_state(request.version, json)?;
            codec::decode_json_value(&json, &ty).map_err(unreadable)?
        };
        schema.body().settle(&mut state);
        Ok(upgrade_resource_state::Response {
            upgraded_state: Some(wire::encode(&state, &ty)?),
            diagnostics: Vec::new(),
        })
    }

    pub(super) fn upgrade_identity(
        &self,
        request: &upgrade_resource_identity::Request,
    ) -> Result<upgrade_resource_identity::Response, Diagnostics> {
        let schema = &self.resource(&request.type_name)?.schema;
        let ty = identity_type(schema, &request.type_name)?;
        if request.version != 0 {
            return Err(Diagnostics::of_error(
                "",
                "stored identity is from a newer provider",
                format!(
                    "its version is {}, this provider knows version 0: use a newer version",
                    request.version
                ),
            ));
        }
        let json = request
            .raw_identity
            .as_ref()
            .map(|raw| raw.json.as_slice())
            .unwrap_or_default();
        let identity = codec::decode_json(json, &ty).map_err(unreadable)?;
        Ok(upgrade_resource_identity::Response {
            upgraded_identity: Some(proto::ResourceIdentityData {
                identity_data: Some(wire::encode(&identity, &ty)?),
            }),
            diagnostics: Vec::new(),
        })
    }

    pub(super) async fn read(
        &self,
        request: &read_resource::Request,
        incoming: Incoming,
    ) -> Result<read_resource::Response, Diagnostics> {
        let Entry { schema, thing } = self.resource(&request.type_name)?;
        let unchanged = |deferred| read_resource::Response {
            new_state: request.current_state.clone(),
            private: request.private.clone(),
            new_identity: request.current_identity.clone(),
            deferred,
            diagnostics: Vec::new(),
        };
        if let Some(deferred) = self.deferral(request.client_capabilities.as_ref()) {
            return Ok(unchanged(Some(deferred)));
        }
        let state = wire::decode_object(request.current_state.as_ref(), schema)?;
        if state.is_null() {
            return Ok(unchanged(None));
        }
        let cancel = incoming.cancel.clone();
        let mut cx = Call::new(incoming).with(
            schema.timeouts(&state),
            Value::Null,
            Private::decode(&request.private),
        );
        let client = self.needed_client()?;
        let work = thing.read(schema, &client, &mut cx, &state);
        let now = cancel
            .run_until_cancelled(work)
            .await
            .unwrap_or_else(|| Err(stopped()))?;
        let now = now.unwrap_or(Value::Null);
        if let Some(path) = now.find_unknown() {
            return Err(provider_bug(
                path,
                "reading a resource returned an unknown value",
            ));
        }
        Ok(read_resource::Response {
            new_state: Some(wire::encode(&now, &schema.ty())?),
            private: cx.private.encode(),
            new_identity: wire::identity(schema, &now),
            ..Default::default()
        })
    }

    /// Makes the state to begin with; Terraform reads the resource next.
    pub(super) fn import(
        &self,
        request: &import_resource_state::Request,
    ) -> Result<import_resource_state::Response, Diagnostics> {
        let Entry { schema, thing } = self.resource(&request.type_name)?;
        let state = match &request.identity {
            Some(identity) if request.id.is_empty() => thing.import_identity(
                schema,
                &self.identity(&request.type_name, schema, identity)?,
            )?,
            _ if request.id.is_empty() => {
                return Err(Diagnostics::of_error(
                    "",
                    "nothing to import",
                    "give the resource's id or identity",
                ));
            }
            _ => thing.import_state(schema, &request.id)?,
        };
        if let Some(path) = state.find_unknown() {
            return Err(provider_bug(path, "an import returned an unknown value"));
        }
        let resource = import_resource_state::ImportedResource {
            type_name: request.type_name.clone(),
            identity: wire::identity(schema, &state),
            state: Some(wire::encode(&state, &schema.ty())?),
            private: Vec::new(),
        };
        Ok(import_resource_state::Response {
            imported_resources: vec![resource],
            ..Default::default()
        })
    }

    fn identity(
        &self,
        name: &str,
        schema: &Schema,
        identity: &proto::ResourceIdentityData,
    ) -> Result<BTreeMap<String, String>, Diagnostics> {
        let ty = identity_type(schema, name)?;
        let value = wire::decode(identity.identity_data.as_ref(), &ty).map_err(|error| {
            Diagnostics::of_error("", "the identity cannot be read", error.to_string())
        })?;
        let missing = schema.identity_attributes().find(|attribute| {
            attribute.is_required() && value.attribute(attribute.name()).as_str().is_none()
        });
        if let Some(attribute) = missing {
            return Err(Diagnostics::of_error(
                "",
                "the identity is incomplete",
                format!("set `{}` in the identity of `{name}`", attribute.name()),
            ));
        }
        let entries = value.as_entries().into_iter().flatten();
        Ok(entries
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect())
    }
}

fn identity_type(schema: &Schema, name: &str) -> Result<Type, Diagnostics> {
    schema.identity_type().ok_or_else(|| {
        provider_bug(
            Path::root(),
            format!("`{name}` has no identity, but one was sent or asked for"),
        )
    })
}
