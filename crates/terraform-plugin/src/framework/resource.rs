//! Managed resources.

mod any;

pub use any::{AnyResource, FailedValue, Planned};
pub(crate) use any::{provider_bug, read_model, write_model};

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;

use super::{
    call::{Call, Private},
    diagnostics::Diagnostics,
    path::Path,
    schema::Schema,
};

/// A managed resource type. `C` is the client type of the provider.
///
/// The model has a field for each attribute and block of the schema (see [`model`](super::model)),
/// except for the timeouts block. Everything that the configuration can set can be unknown until
/// apply, so these fields must be [`Field`](super::Field)s.
#[async_trait]
pub trait Resource<C: Sync + 'static>: Send + Sync + 'static {
    /// The typed configuration, plan and state.
    type Model: Serialize + DeserializeOwned + Clone + Send + Sync;

    /// The full type name, such as `example_server`.
    fn type_name(&self) -> &'static str;

    /// The schema.
    fn schema(&self) -> Schema;

    /// Validates a configuration without a client, in addition to the validators of single
    /// attributes. Values can be unknown.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Modifies the plan of a create or update: sets computed attributes, requires replacement, or
    /// adds warnings and errors. Called last in planning, sometimes multiple times for one plan, so
    /// it must be deterministic. There is no client if the provider configuration is unknown.
    async fn modify_plan(&self, client: Option<&C>, cx: &Call, plan: &mut Plan<Self::Model>) {
        let _ = (client, cx, plan);
    }

    /// Reviews what a plan does with an existing object, and can add warnings, or errors that
    /// reject it. Called once for each plan, also for a plan that changes nothing.
    ///
    /// `-replace` and `replace_triggered_by` are [`Change::None`] or [`Change::Update`], because
    /// only Terraform knows of them.
    fn review(
        &self,
        cx: &Call,
        state: &Self::Model,
        change: Change,
        diagnostics: &mut Diagnostics,
    ) {
        let _ = (cx, state, change, diagnostics);
    }

    /// Adds warnings or errors to the plan of a destroy. An error rejects the plan.
    async fn plan_destroy(
        &self,
        client: Option<&C>,
        cx: &Call,
        state: Self::Model,
        diagnostics: &mut Diagnostics,
    ) {
        let _ = (client, cx, state, diagnostics);
    }

    /// Creates the resource as planned, and returns its state. Every value that is known in the
    /// plan must be returned unchanged, and no value can be unknown.
    async fn create(
        &self,
        client: &C,
        cx: &mut Call,
        planned: Self::Model,
    ) -> Result<Self::Model, Failed<Self::Model>>;

    /// Reads the current state of the resource; `None` if it no longer exists.
    async fn read(
        &self,
        client: &C,
        cx: &mut Call,
        state: Self::Model,
    ) -> Result<Option<Self::Model>, Diagnostics>;

    /// Updates the resource as planned. The result must meet the same conditions as that of
    /// [`create`](Self::create).
    async fn update(
        &self,
        client: &C,
        cx: &mut Call,
        prior: Self::Model,
        planned: Self::Model,
    ) -> Result<Self::Model, Failed<Self::Model>>;

    /// Deletes the resource. Succeeds if it no longer exists.
    async fn delete(
        &self,
        client: &C,
        cx: &mut Call,
        state: Self::Model,
    ) -> Result<(), Failed<Self::Model>>;

    /// The initial state of a resource that is imported by its id: the attributes that identify it.
    /// Terraform then reads the resource, and passes the private state that is set here to the
    /// read.
    ///
    /// # Errors
    /// If the id is not a valid id of the resource type.
    async fn import_state(
        &self,
        client: &C,
        cx: &mut Call,
        id: &str,
    ) -> Result<Self::Model, Diagnostics>;

    /// As [`import_state`](Self::import_state), for a resource that is imported by its identity:
    /// the attributes marked with [`Attribute::identity`](super::Attribute::identity), without
    /// those that are null.
    ///
    /// # Errors
    /// If the identity is not a valid identity of the resource type.
    async fn import_identity(
        &self,
        client: &C,
        cx: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<Self::Model, Diagnostics> {
        let _ = (client, cx, identity);
        Err(Diagnostics::of_error(
            "",
            "Import by identity not supported",
            format!(
                "`{}` cannot be imported by its identity. Import it by its id.",
                self.type_name()
            ),
        ))
    }

    /// Upgrades a state that was stored with an older schema version. Attributes that are no longer
    /// in the schema can stay: they are dropped afterwards, as for states of the current version.
    ///
    /// # Errors
    /// If states of that version cannot be upgraded.
    fn upgrade_state(&self, from_version: i64, state: Json) -> Result<Json, Diagnostics> {
        let _ = state;
        Err(Diagnostics::of_error(
            "",
            "Stored state is too old",
            format!(
                "The stored state was written with schema version {from_version} of `{}`, which this \
                 version of the provider cannot upgrade. Apply once with a release between the two.",
                self.type_name()
            ),
        ))
    }
}

/// What a plan does with an existing object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// Changes it in place.
    Update,
    /// Deletes it and creates another one.
    Replace,
    /// Deletes it.
    Delete,
}

/// Converts a block of a stored state from an object or null to a list with at most one object, for
/// [`Resource::upgrade_state`] after [`Block::single`](super::Block::single) became
/// [`Block::at_most_one`](super::Block::at_most_one).
pub fn single_block_to_list(state: &mut Json, block: &str) {
    if let Some(value) = state.get_mut(block) {
        match value {
            Json::Null => *value = Json::Array(Vec::new()),
            Json::Object(_) => *value = Json::Array(vec![value.take()]),
            _ => {}
        }
    }
}

/// The plan of a create or update, for [`Resource::modify_plan`].
#[derive(Debug)]
pub struct Plan<M> {
    /// The configuration.
    pub config: M,
    /// The prior state; `None` if the resource will be created.
    pub prior: Option<M>,
    /// The planned state. A computed attribute can be set to its future value, if that is known at
    /// plan time, or to any other value to plan a change.
    pub proposed: M,
    /// Warnings and errors. An error rejects the plan.
    pub diagnostics: Diagnostics,
    replace: Vec<Path>,
    replacing: bool,
    private: Private,
}

impl<M> Plan<M> {
    /// A plan as the framework passes it to [`Resource::modify_plan`], for tests.
    #[must_use]
    pub fn new(config: M, prior: Option<M>, proposed: M) -> Self {
        Self {
            config,
            prior,
            proposed,
            diagnostics: Diagnostics::new(),
            replace: Vec::new(),
            replacing: false,
            private: Private::default(),
        }
    }

    pub(crate) fn with(mut self, replacing: bool, private: Private) -> Self {
        self.replacing = replacing;
        self.private = private;
        self
    }

    /// A value of the private state, as this plan has it so far. `None` if it is absent or of
    /// another type.
    ///
    /// The plan of a creation starts without private state, with one exception: for the second
    /// half of a replacement, Terraform passes what the first half planned. Terraform plans again
    /// when it applies, from the stored private state, so a random value that is set here differs
    /// between the plan that the user sees and the one that is applied.
    #[must_use]
    pub fn private<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.private.get(key)
    }

    /// Sets a value of the private state. The apply of this plan receives it, and stores it unless
    /// it changes it in turn. A plan that changes nothing else is not applied, so the value is lost.
    ///
    /// # Errors
    /// If the value cannot be serialized as JSON.
    pub fn set_private<T: Serialize>(
        &mut self,
        key: &str,
        value: &T,
    ) -> Result<(), serde_json::Error> {
        self.private.set(key, value)
    }

    /// Removes a value of the private state.
    pub fn remove_private(&mut self, key: &str) {
        self.private.remove(key);
    }

    /// Requires replacement because of the attribute at this path. Terraform ignores it if the
    /// planned value of the attribute equals the prior one.
    pub fn requires_replace(&mut self, path: impl Into<Path>) {
        self.replace.push(path.into());
    }

    /// Whether the resource will be created, as a new resource or as part of a replacement.
    #[must_use]
    pub const fn is_create(&self) -> bool {
        self.prior.is_none()
    }

    /// Whether the plan, as modified so far, replaces the resource. Terraform then requests a
    /// second plan, which creates the new one.
    #[must_use]
    pub const fn is_replace(&self) -> bool {
        self.replacing || !self.replace.is_empty()
    }
}

/// The failure of an operation, with the state that it reached.
///
/// Terraform stores the state even though the operation failed, so nothing that was created is
/// lost.
#[derive(Debug)]
pub struct Failed<M> {
    /// Diagnostics with at least one error.
    pub diagnostics: Diagnostics,
    /// The state that was reached; `None` if nothing was created or changed.
    pub state: Option<M>,
}

impl<M> Failed<M> {
    /// A failure before anything changed.
    #[must_use]
    pub const fn unchanged(diagnostics: Diagnostics) -> Self {
        Self {
            diagnostics,
            state: None,
        }
    }

    /// A failure after the operation reached this state. Unknown values become null.
    #[must_use]
    pub const fn reached(diagnostics: Diagnostics, state: M) -> Self {
        Self {
            diagnostics,
            state: Some(state),
        }
    }
}

impl<M> From<Diagnostics> for Failed<M> {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::unchanged(diagnostics)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn single_block_to_list_wraps_objects() {
        let mut state = json!({"a": {"b": 1}, "c": null, "d": [2]});
        for block in ["a", "c", "d", "e"] {
            single_block_to_list(&mut state, block);
        }
        assert_eq!(state, json!({"a": [{"b": 1}], "c": [], "d": [2]}));
    }
}
