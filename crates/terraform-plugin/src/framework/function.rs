//! Provider functions, which configurations call as `provider::<provider>::<name>(…)`.

use super::{types::Type, value::Value};

/// A function. It must be pure, and has no client: Terraform calls it without configuring the
/// provider.
pub trait Function: Send + Sync + 'static {
    /// The name within the provider.
    fn name(&self) -> &'static str;

    /// Parameters, result and description.
    fn signature(&self) -> Signature;

    /// Computes the result. `arguments` has a value of the declared type for each parameter,
    /// followed by the variadic ones. A value is null only if its parameter is nullable.
    ///
    /// # Errors
    /// If the arguments are invalid.
    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

/// An error of a function call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FunctionError {
    /// Index of the invalid argument, counted from 0.
    pub argument: Option<usize>,
    /// Cause and remedy.
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

/// Parameters, result and description of a function.
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
    /// The signature of a function without parameters.
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

    /// Sets the summary: one line of plain text.
    #[must_use]
    pub fn summary(mut self, text: impl Into<String>) -> Self {
        self.summary = text.into();
        self
    }

    /// Sets the description in Markdown.
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

    /// Accepts any number of additional arguments.
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

    /// The parameter of the additional arguments.
    #[must_use]
    pub const fn variadic_parameter(&self) -> Option<&Parameter> {
        self.variadic.as_ref()
    }

    /// The type of the result.
    #[must_use]
    pub const fn result(&self) -> &Type {
        &self.result
    }

    /// The parameter for the argument at this index.
    #[must_use]
    pub fn parameter_of(&self, argument: usize) -> Option<&Parameter> {
        self.parameters.get(argument).or(self.variadic.as_ref())
    }
}

impl Parameter {
    /// A parameter that does not accept null.
    #[must_use]
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        Self {
            name: name.into(),
            ty,
            description: String::new(),
            nullable: false,
        }
    }

    /// Sets the description in Markdown.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Accepts null.
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

    /// Whether the parameter accepts null.
    #[must_use]
    pub const fn is_nullable(&self) -> bool {
        self.nullable
    }
}
