//! Attributes.

use std::{fmt, sync::Arc};

use super::Body;
use crate::framework::{types::Type, value::Value};

/// A validator of an attribute's value. It is not called with null or unknown values.
pub type Validator = Arc<dyn Fn(&Value) -> Result<(), ValidationError> + Send + Sync>;

/// An invalid value: one or two sentences with cause and remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ValidationError(String);

impl ValidationError {
    /// An error with this message.
    #[must_use]
    pub fn new(message: impl fmt::Display) -> Self {
        Self(message.to_string())
    }
}

/// The shape of an attribute's value.
#[derive(Debug, Clone)]
pub enum Shape {
    /// A value of a type.
    Plain(Type),
    /// Objects with attributes that are declared one by one.
    Nested(Nesting, Body),
}

/// The collection of a nested attribute's objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// Objects in order.
    List,
    /// Distinct objects without order.
    Set,
    /// Objects by key.
    Map,
}

/// How an update that leaves a computed attribute to the provider is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanBehavior {
    /// The attribute becomes unknown whenever any attribute of the resource changes (the default).
    MarkUnknown,
    /// The attribute keeps the value of the prior state.
    UseStateForUnknown,
    /// The attribute becomes unknown when one of these siblings changes.
    DerivedFrom(Vec<String>),
}

/// An attribute of a schema. Start with a constructor, then call exactly one of
/// [`required`](Self::required), [`optional`](Self::optional), [`computed`](Self::computed) and
/// [`optional_computed`](Self::optional_computed).
#[derive(Clone)]
pub struct Attribute {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) required: bool,
    pub(super) optional: bool,
    pub(super) computed: bool,
    pub(super) sensitive: bool,
    pub(super) requires_replace: bool,
    pub(super) identity: bool,
    pub(super) default: Option<Value>,
    pub(super) plan_behavior: PlanBehavior,
    integer: bool,
    null_elements: bool,
    description: String,
    deprecation: Option<String>,
    validators: Vec<Validator>,
}

impl Attribute {
    /// An attribute of any type.
    #[must_use]
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        Self::shaped(name.into(), Shape::Plain(ty))
    }

    fn shaped(name: String, shape: Shape) -> Self {
        Self {
            name,
            shape,
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            requires_replace: false,
            identity: false,
            default: None,
            plan_behavior: PlanBehavior::MarkUnknown,
            integer: false,
            null_elements: false,
            description: String::new(),
            deprecation: None,
            validators: Vec::new(),
        }
    }

    /// A string.
    #[must_use]
    pub fn string(name: impl Into<String>) -> Self {
        Self::new(name, Type::String)
    }

    /// A boolean.
    #[must_use]
    pub fn bool(name: impl Into<String>) -> Self {
        Self::new(name, Type::Bool)
    }

    /// A number of any size, with or without a fraction: models hold it as a
    /// [`Number`](crate::framework::Number) or a float.
    #[must_use]
    pub fn number(name: impl Into<String>) -> Self {
        Self::new(name, Type::Number)
    }

    /// A whole number in the range of an [`i64`]. Configurations with another one are rejected.
    #[must_use]
    pub fn integer(name: impl Into<String>) -> Self {
        Self {
            integer: true,
            ..Self::number(name)
        }
    }

    /// A list with elements of the given type.
    #[must_use]
    pub fn list(name: impl Into<String>, element: Type) -> Self {
        Self::new(name, Type::list(element))
    }

    /// A set with elements of the given type.
    #[must_use]
    pub fn set(name: impl Into<String>, element: Type) -> Self {
        Self::new(name, Type::set(element))
    }

    /// A map with elements of the given type.
    #[must_use]
    pub fn map(name: impl Into<String>, element: Type) -> Self {
        Self::new(name, Type::map(element))
    }

    /// An object of plain types. See [`Attribute::nested`] for attributes that are declared one by
    /// one.
    #[must_use]
    pub fn object<N: Into<String>>(
        name: impl Into<String>,
        attributes: impl IntoIterator<Item = (N, Type)>,
    ) -> Self {
        Self::new(name, Type::object(attributes))
    }

    /// One or more objects, whose attributes are declared like those of the top level.
    #[must_use]
    pub fn nested(
        name: impl Into<String>,
        nesting: Nesting,
        attributes: impl IntoIterator<Item = Self>,
    ) -> Self {
        let body = Body {
            attributes: attributes.into_iter().collect(),
            blocks: Vec::new(),
        };
        Self::shaped(name.into(), Shape::Nested(nesting, body))
    }

    /// The configuration must set it.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The configuration can set it.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Only the provider sets it; a value in the configuration is an error.
    #[must_use]
    pub const fn computed(mut self) -> Self {
        self.computed = true;
        self
    }

    /// The configuration can set it; otherwise the provider does.
    #[must_use]
    pub const fn optional_computed(mut self) -> Self {
        self.optional = true;
        self.computed = true;
        self
    }

    /// Sets the description in Markdown.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Marks it as deprecated. The message names the replacement.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.deprecation = Some(message.into());
        self
    }

    /// Terraform hides its values.
    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Replaces the resource when the value changes.
    #[must_use]
    pub const fn requires_replace(mut self) -> Self {
        self.requires_replace = true;
        self
    }

    /// Sets the default value. The attribute must be optional. For Terraform it is also computed,
    /// because its value differs from a null configuration.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// Adds a validator. It is not called with null or unknown values.
    #[must_use]
    pub fn validate(
        mut self,
        check: impl Fn(&Value) -> Result<(), ValidationError> + Send + Sync + 'static,
    ) -> Self {
        self.validators.push(Arc::new(check));
        self
    }

    /// Accepts null elements in the lists, sets and maps of its value. Without this, a
    /// configuration with a null element is rejected.
    #[must_use]
    pub const fn allow_null_elements(mut self) -> Self {
        self.null_elements = true;
        self
    }

    /// Plans the value of the prior state for the computed attribute, unless that value is null.
    #[must_use]
    pub fn use_state_for_unknown(mut self) -> Self {
        self.plan_behavior = PlanBehavior::UseStateForUnknown;
        self
    }

    /// Plans the value of the prior state for the computed attribute, unless one of these sibling
    /// attributes or blocks changes.
    #[must_use]
    pub fn derived_from(mut self, siblings: &[&str]) -> Self {
        self.plan_behavior =
            PlanBehavior::DerivedFrom(siblings.iter().map(|name| (*name).to_owned()).collect());
        self
    }

    /// Makes it part of the resource identity.
    #[must_use]
    pub const fn identity(mut self) -> Self {
        self.identity = true;
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The shape of its value.
    #[must_use]
    pub const fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The type of its value.
    #[must_use]
    pub fn ty(&self) -> Type {
        match &self.shape {
            Shape::Plain(ty) => ty.clone(),
            Shape::Nested(Nesting::Single, body) => body.ty(),
            Shape::Nested(Nesting::List, body) => Type::list(body.ty()),
            Shape::Nested(Nesting::Set, body) => Type::set(body.ty()),
            Shape::Nested(Nesting::Map, body) => Type::map(body.ty()),
        }
    }

    /// The description in Markdown.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The deprecation message, if it is deprecated.
    #[must_use]
    pub fn deprecation(&self) -> Option<&str> {
        self.deprecation.as_deref()
    }

    /// Whether the configuration must set it.
    #[must_use]
    pub const fn is_required(&self) -> bool {
        self.required
    }

    /// Whether the configuration can omit it.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        self.optional
    }

    /// Whether the provider can set it; true for attributes with a default.
    #[must_use]
    pub const fn is_computed(&self) -> bool {
        self.computed || self.default.is_some()
    }

    /// Whether the configuration can set it.
    #[must_use]
    pub const fn is_configurable(&self) -> bool {
        self.required || self.optional
    }

    /// Whether Terraform hides its values.
    #[must_use]
    pub const fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    /// Whether a change replaces the resource.
    #[must_use]
    pub const fn replaces_on_change(&self) -> bool {
        self.requires_replace
    }

    /// Whether it is part of the resource identity.
    #[must_use]
    pub const fn is_identity(&self) -> bool {
        self.identity
    }

    /// The default value.
    #[must_use]
    pub const fn default_value(&self) -> Option<&Value> {
        self.default.as_ref()
    }

    /// How an update that leaves the attribute to the provider is planned.
    #[must_use]
    pub const fn plan_behavior(&self) -> &PlanBehavior {
        &self.plan_behavior
    }

    /// Whether lists, sets and maps in its value can have null elements.
    #[must_use]
    pub const fn allows_null_elements(&self) -> bool {
        self.null_elements
    }

    /// Runs the validators on a value.
    ///
    /// # Errors
    /// The first error of a validator.
    pub fn check_value(&self, value: &Value) -> Result<(), ValidationError> {
        self.validators.iter().try_for_each(|check| check(value))?;
        // Last, because a validator can name the valid range.
        match value {
            Value::Number(number) if self.integer && number.as_i64().is_none() => {
                Err(ValidationError::new(format!(
                    "{number} is not a whole number of 64 bits. Use a smaller number without a fraction."
                )))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attribute")
            .field("name", &self.name)
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}
