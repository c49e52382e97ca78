//! `role_name(prefix, project, user)`: the name of a membership's IAM role, offline.

use mlspace_core::layout;
use mlspace_core::name::{ProjectName, UserName};

use super::arguments;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct RoleName;

impl Function for RoleName {
    fn name(&self) -> &'static str {
        "role_name"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::String)
            .summary("Name of a membership's IAM role")
            .describe(
                "Computes the name of the IAM role that a user has in a project, without asking AWS: the prefix, the \
                 project and a hash of the user's name, within IAM's 64 characters.",
            )
            .parameter(Parameter::new("prefix", Type::String).describe("The provider's `iam_resource_prefix`."))
            .parameter(Parameter::new("project", Type::String).describe("The project's name."))
            .parameter(Parameter::new("user", Type::String).describe("The user's name."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let prefix = arguments::text(&arguments, 0)?;
        let project: ProjectName = arguments::parsed(&arguments, 1)?;
        let user: UserName = arguments::parsed(&arguments, 2)?;
        layout::role_name(prefix, &project, &user)
            .map(Value::String)
            .map_err(|error| FunctionError::argument(0, error.to_string()))
    }
}
