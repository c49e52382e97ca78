//! RPCs that upgrade stored states, and read and import existing resources.

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use super::{Entry, Server, configure::cancelled, wire};
use crate::{
    framework::{
        call::{Call, Private},
        codec,
        diagnostics::Diagnostics,
        objects::ObjectKey,
        path::Path,
        provider::Provider,
        resource::provider_bug,
        schema::Schema,
        types::Type,
        value::Value,
        value_error::ValueError,
    },
    protocol::tfplugin6::{
        self as proto, import_resource_state, read_resource, upgrade_resource_identity,
        upgrade_resource_state,
    },
};

fn invalid_state(error: ValueError) -> Diagnostics {
    Diagnostics::of_error(
        error.path.clone(),
        "Invalid stored state",
        format!(
            "The stored state does not match the schema of this version of the provider: {error}. \
             Remove the resource from the state with `terraform state rm`, then import it again."
        ),
    )
}

impl<P: Provider> Server<P> {
    /// Upgrades a stored state. Terraform calls this for every stored state before it uses it, even
    /// if the state has the current schema version.
    pub(super) fn upgrade_state(
        &self,
        request: &upgrade_resource_state::Request,
    ) -> Result<upgrade_resource_state::Response, Diagnostics> {
        let Entry {
            schema,
            handler: resource,
        } = self.resource(&request.type_name)?;
        let ty = schema.ty();
        let raw = request
            .raw_state
            .as_ref()
            .filter(|raw| !raw.json.is_empty());
        let Some(raw) = raw else {
            return Err(Diagnostics::of_error(
                "",
                "Stored state is too old",
                "The stored state has the format of Terraform versions before 0.12. Apply the \
                 configuration once with Terraform 0.12 first.",
            ));
        };
        if request.version > schema.version() {
            return Err(Diagnostics::of_error(
                "",
                "Stored state is too new",
                format!(
                    "The stored state was written with schema version {} of `{}`, but this version of \
                     the provider supports only version {} and older. Use a newer version of the \
                     provider.",
                    request.version,
                    request.type_name,
                    schema.version()
                ),
            ));
        }
        let mut state = if request.version == schema.version() {
            codec::decode_json(&raw.json, &ty).map_err(invalid_state)?
        } else {
            let json = serde_json::from_slice(&raw.json).map_err(|error| {
                invalid_state(ValueError::new(format!("the JSON is malformed: {error}")))
            })?;
            let json = resource.upgrade_state(request.version, json)?;
            codec::decode_json_value(&json, &ty).map_err(invalid_state)?
        };
        schema.body().normalize(&mut state);
        if let Some(key) = ObjectKey::of(&request.type_name, schema, &state) {
            self.objects().stored(key);
        }
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
        // Older versions have fewer attributes. Those that are absent become null here, and get
        // their values with the next refresh.
        let newest = schema.identity_version();
        if !(0..=newest).contains(&request.version) {
            return Err(Diagnostics::of_error(
                "",
                "Stored identity is too new",
                format!(
                    "The stored resource identity has version {}, but this version of the provider \
                     supports only the versions 0 to {newest}. Use a newer version of the provider.",
                    request.version
                ),
            ));
        }
        let json = request
            .raw_identity
            .as_ref()
            .map(|raw| raw.json.as_slice())
            .unwrap_or_default();
        // A state that an older Terraform wrote has no identity, and Terraform asks all the same.
        let identity = if json.is_empty() {
            Value::Null
        } else {
            codec::decode_json(json, &ty).map_err(invalid_state)?
        };
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
        cancel: CancellationToken,
    ) -> Result<read_resource::Response, Diagnostics> {
        let Entry {
            schema,
            handler: resource,
        } = self.resource(&request.type_name)?;
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
        let objects = self.objects();
        let mut cx = Call::new(cancel.clone())
            .with(schema.timeouts(&state), Private::decode(&request.private))
            .among(objects.clone());
        super::resource::forget_plan(&mut cx.private);
        let client = self.require_client()?;
        let work = resource.read(schema, &client, &mut cx, &state);
        // Dropping the future on cancellation is safe: reading changes nothing.
        let current = cancel
            .run_until_cancelled(work)
            .await
            .unwrap_or_else(|| Err(cancelled()))?;
        let current = current.unwrap_or(Value::Null);
        if let Some(path) = current.find_unknown() {
            return Err(provider_bug(
                path,
                "Reading the resource returned an unknown value.",
            ));
        }
        let key = ObjectKey::of(&request.type_name, schema, &state);
        match key {
            Some(key) if current.is_null() => objects.gone(key),
            Some(key) => objects.found(key, &cx.private),
            None => {}
        }
        Ok(read_resource::Response {
            new_state: Some(wire::encode(&current, &schema.ty())?),
            private: cx.private.encode(),
            new_identity: wire::identity(
                schema,
                &current,
                Some(&self.provider.scope(&client).await),
            ),
            ..Default::default()
        })
    }

    /// Imports a resource: returns a state that identifies it, which Terraform then completes with
    /// a read.
    pub(super) async fn import(
        &self,
        request: &import_resource_state::Request,
        cancel: CancellationToken,
    ) -> Result<import_resource_state::Response, Diagnostics> {
        let Entry {
            schema,
            handler: resource,
        } = self.resource(&request.type_name)?;
        if let Some(deferred) = self.deferral(request.client_capabilities.as_ref()) {
            return Ok(import_resource_state::Response {
                deferred: Some(deferred),
                ..Default::default()
            });
        }
        let mut cx = Call::new(cancel.clone());
        let import = async {
            let identity = match &request.identity {
                Some(identity) if request.id.is_empty() => {
                    Some(self.identity(&request.type_name, schema, identity)?)
                }
                _ if request.id.is_empty() => {
                    return Err(Diagnostics::of_error(
                        "",
                        "Missing import id",
                        "The import has neither an id nor an identity. Set one of them.",
                    ));
                }
                _ => None,
            };
            let client = self.require_client()?;
            let scope = self.provider.scope(&client).await;
            let state = match identity {
                Some(mut identity) => {
                    leave_scope(schema, &mut identity, &scope)?;
                    resource
                        .import_identity(schema, &client, &mut cx, &identity)
                        .await?
                }
                None => {
                    resource
                        .import_state(schema, &client, &mut cx, &request.id)
                        .await?
                }
            };
            Ok((state, scope))
        };
        // Dropping the future on cancellation is safe: importing changes nothing.
        let (state, scope) = cancel
            .run_until_cancelled(import)
            .await
            .unwrap_or_else(|| Err(cancelled()))?;
        if let Some(path) = state.find_unknown() {
            return Err(provider_bug(path, "The import returned an unknown value."));
        }
        if let Some(key) = ObjectKey::of(&request.type_name, schema, &state) {
            self.objects().stored(key);
        }
        let resource = import_resource_state::ImportedResource {
            type_name: request.type_name.clone(),
            identity: wire::identity(schema, &state, Some(&scope)),
            state: Some(wire::encode(&state, &schema.ty())?),
            private: cx.private.encode(),
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
            Diagnostics::of_error(
                "",
                "Invalid resource identity",
                format!("The identity does not match that of `{name}`: {error}. Correct it."),
            )
        })?;
        let missing = schema
            .identity_attributes()
            .find(|attribute| value.attribute(attribute.name()).as_str().is_none());
        if let Some(attribute) = missing {
            return Err(Diagnostics::of_error(
                "",
                "Incomplete resource identity",
                format!(
                    "The identity of `{name}` has no value for `{}`. Set it.",
                    attribute.name()
                ),
            ));
        }
        let entries = value.as_entries().into_iter().flatten();
        Ok(entries
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect())
    }
}

/// Takes the provider's attributes out of an identity, and checks that they are those of the
/// configured provider.
fn leave_scope(
    schema: &Schema,
    identity: &mut BTreeMap<String, String>,
    scope: &wire::Scope,
) -> Result<(), Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    for attribute in schema.identity_scope() {
        let name = attribute.name;
        if let (Some(given), Some(own)) = (identity.remove(name), scope.get(name))
            && given != *own
        {
            diagnostics.error(
                "",
                "Identity of another place",
                format!(
                    "The identity has the `{name}` `{given}`, but the provider is configured for \
                     `{own}`. Import the resource with a provider configuration for `{given}`, or \
                     correct the identity."
                ),
            );
        }
    }
    if diagnostics.has_errors() {
        Err(diagnostics)
    } else {
        Ok(())
    }
}

fn identity_type(schema: &Schema, name: &str) -> Result<Type, Diagnostics> {
    schema.identity_type().ok_or_else(|| {
        provider_bug(
            Path::root(),
            format!("Terraform uses an identity of `{name}`, whose schema declares none."),
        )
    })
}
