//! Managed resources.

mod any;

pub use any::{AnyResource, FailedValue, Planned};
pub(crate) use any::{provider_bug, read_model, write_model};

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;

use super::{call::Call, diagnostics::Diagnostics, path::Path, schema::Schema};

/// A kind of managed resource. The trait is implemented for the client type that the provider makes.
///
/// The model's fields are the attributes and blocks of the schema (see [`model`](super::model)); the timeouts block
/// alone needs no field. Whatever the configuration can set may be unknown until apply, so those fields must be
/// [`Field`](super::Field)s.
#[async_trait]
pub trait Resource<C: Sync + 'static>: Send + Sync + 'static {
    /// The typed state.
    type Model: Serialize + DeserializeOwned + Clone + Send + Sync;

    /// The full type name, such as `example_thing`.
    fn type_name(&self) -> &'static str;

    /// The schema.
    fn schema(&self) -> Schema;

    /// Checks a configuration offline, beyond what the schema's own checks say about single attributes. Values may be
    /// unknown.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// The last word on a plan to create or update. It may set computed attributes, ask for replacement, warn, or
    /// refuse. It may be called twice for one plan and must say the same for the same input. There is no client while
    /// the provider's configuration is unknown.
    async fn modify_plan(&self, client: Option<&C>, cx: &Call, plan: &mut Plan<Self::Model>) {
        let _ = (client, cx, plan);
    }

    /// A say in a plan to destroy: warnings, or an error that refuses.
    async fn plan_destroy(
        &self,
        client: Option<&C>,
        cx: &Call,
        state: Self::Model,
        diagnostics: &mut Diagnostics,
    ) {
        let _ = (client, cx, state, diagnostics);
    }

    /// Creates the resource as planned, and says what it became. Every value known in the plan must come back as it
    /// is, every unknown one known.
    async fn create(
        &self,
        client: &C,
        cx: &mut Call,
        planned: Self::Model,
    ) -> Result<Self::Model, Failed<Self::Model>>;

    /// Reads the resource as it is now; `None` when it is gone.
    async fn read(
        &self,
        client: &C,
        cx: &mut Call,
        state: Self::Model,
    ) -> Result<Option<Self::Model>, Diagnostics>;

    /// Changes the resource as planned; the same holds as for [`create`](Self::create).
    async fn update(
        &self,
        client: &C,
        cx: &mut Call,
        prior: Self::Model,
        planned: Self::Model,
    ) -> Result<Self::Model, Failed<Self::Model>>;

    /// Deletes the resource; that it is gone already is success.
    async fn delete(
        &self,
        client: &C,
        cx: &mut Call,
        state: Self::Model,
    ) -> Result<(), Failed<Self::Model>>;

    /// The state to begin with for a resource given by its id: what identifies it. Terraform reads it next.
    ///
    /// # Errors
    /// When the id has not the form that the resource's ids have.
    fn import_state(&self, id: &str) -> Result<Self::Model, Diagnostics>;

    /// As [`import_state`](Self::import_state), for a resource given by its identity: the attributes marked with
    /// [`Attribute::identity`](super::Attribute::identity), without those that are null.
    ///
    /// # Errors
    /// When the identity is not one of such a resource.
    fn import_identity(
        &self,
        identity: &BTreeMap<String, String>,
    ) -> Result<Self::Model, Diagnostics> {
        let _ = identity;
        Err(Diagnostics::of_error(
            "",
            "import by identity is not supported",
            format!("import `{}` by its id", self.type_name()),
        ))
    }

    /// Brings a state that was stored with an older schema version to the present shape. Attributes that are no longer
    /// in the schema may stay: they are dropped afterwards, as they are from states of the present version.
    ///
    /// # Errors
    /// When there is no way from that version.
    fn upgrade_state(&self, from_version: i64, state: Json) -> Result<Json, Diagnostics> {
        let _ = state;
        Err(Diagnostics::of_error(
            "",
            "stored state cannot be upgraded",
            format!(
                "the state was written with schema version {from_version} of `{}`, which this version of the \
                 provider cannot read; apply once with a release between the two",
                self.type_name()
            ),
        ))
    }
}

/// A plan in the making.
#[derive(Debug)]
pub struct Plan<M> {
    /// What the configuration says.
    pub config: M,
    /// What is there; `None` when the resource is to be created.
    pub prior: Option<M>,
    /// What is to be. Computed attributes that are unknown may be set where their value is certain, and computed
    /// attributes may be given another value to make Terraform see a change.
    pub proposed: M,
    /// Warnings and errors; an error refuses the plan.
    pub diagnostics: Diagnostics,
    replace: Vec<Path>,
    replacing: bool,
}

impl<M> Plan<M> {
    /// A plan as the framework begins it; for tests of [`Resource::modify_plan`].
    #[must_use]
    pub const fn new(config: M, prior: Option<M>, proposed: M) -> Self {
        Self {
            config,
            prior,
            proposed,
            diagnostics: Diagnostics::new(),
            replace: Vec::new(),
            replacing: false,
        }
    }

    pub(crate) const fn replacing(mut self, replacing: bool) -> Self {
        self.replacing = replacing;
        self
    }

    /// Says that the change of this attribute cannot be made in place. Terraform heeds it where the attribute's value
    /// differs from the present one.
    pub fn requires_replace(&mut self, path: impl Into<Path>) {
        self.replace.push(path.into());
    }

    /// The paths given to [`Plan::requires_replace`] so far.
    #[must_use]
    pub fn replaced_paths(&self) -> &[Path] {
        &self.replace
    }

    /// Whether the resource is to be created.
    #[must_use]
    pub const fn is_create(&self) -> bool {
        self.prior.is_none()
    }

    /// Whether the plan as it stands replaces the resource. Terraform then asks again for a plan to create the new one.
    #[must_use]
    pub const fn is_replace(&self) -> bool {
        self.replacing || !self.replace.is_empty()
    }
}

/// An operation that did not reach its end.
#[derive(Debug)]
pub struct Failed<M> {
    /// What went wrong; must hold an error.
    pub diagnostics: Diagnostics,
    /// What exists by now. `None`: nothing was created, or nothing changed.
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

    /// A failure after which this is there. Fields still unknown count as null.
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
