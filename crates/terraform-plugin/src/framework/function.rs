//! Functions, which configurations call as `provider::<provider>::<name>(…)`.

use super::{types::Type, value::Value};

/// A function: pure and offline. Terraform calls it without configuring the provider.
pub trait Function: Send + Sync + 'static {
    /// The name within the provider.
    fn name(&self) -> &'static str;

    /// Parameters, result and description.
    fn signature(&self) -> Signature;

    /// Computes the result. There is a value of the right type for each parameter, then one for each variadic argument;
    /// null only where the parameter allows it.
    ///
    /// # Errors
    /// When the arguments have no result.
    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

/// Why a function has no result for its arguments.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FunctionError {
    /// The argument at fault, counted from 0.
    pub argument: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
}

impl FunctionError {
    /// An error about the call as a whole.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            argument: None,
            message: message.into(),
        }
    }

    /// An error about one argument, counted from 0.
    #[must_use]
    pub fn argument(index: usize, message: impl Into<String>) -> Self {
        Self {
            argument: Some(index),
            message: message.into(),
        }
    }
}

/// How a function is called.
#[derive(Debug, Clone)]
pub struct Signature {
    summary: String,
    description: String,
    parameters: Vec<Parameter>,
    variadic: Option<Parameter>,
    result: Type,
}

/// A parameter of a function.
#[derive(Debug, Clone)]
pub struct Parameter {
    name: String,
    ty: Type,
    description: String,
    nullable: bool,
}

impl Signature {
    /// A function without parameters.
    #[must_use]
    pub const fn new(result: Type) -> Self {
        Self {
            summary: String::new(),
            description: String::new(),
            parameters: Vec::new(),
            variadic: None,
            result,
        }
    }

    /// Says in one line what it computes.
    #[must_use]
    pub fn summary(mut self, text: impl Into<String>) -> Self {
        self.summary = text.into();
        self
    }

    /// Says in Markdown what it computes.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Adds a parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Takes any number of further arguments.
    #[must_use]
    pub fn variadic(mut self, parameter: Parameter) -> Self {
        self.variadic = Some(parameter);
        self
    }

    /// The summary.
    #[must_use]
    pub fn summary_text(&self) -> &str {
        &self.summary
    }

    /// The description in Markdown.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The parameters in order, without the variadic one.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The parameter of all further arguments.
    #[must_use]
    pub const fn variadic_parameter(&self) -> Option<&Parameter> {
        self.variadic.as_ref()
    }

    /// The type of the result.
    #[must_use]
    pub const fn result(&self) -> &Type {
        &self.result
    }

    /// The parameter that the argument at this position belongs to.
    #[must_use]
    pub fn parameter_of(&self, argument: usize) -> Option<&Parameter> {
        self.parameters.get(argument).or(self.variadic.as_ref())
    }
}

impl Parameter {
    /// A parameter that takes no null.
    #[must_use]
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        Self {
            name: name.into(),
            ty,
            description: String::new(),
            nullable: false,
        }
    }

    /// Says in Markdown what it means.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Null may be passed.
    #[must_use]
    pub const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type.
    #[must_use]
    pub const fn ty(&self) -> &Type {
        &self.ty
    }

    /// The description in Markdown.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Whether null may be passed.
    #[must_use]
    pub const fn is_nullable(&self) -> bool {
        self.nullable
    }
}
