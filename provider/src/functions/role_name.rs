//! `role_name(prefix, project, user)`: the name of a membership's IAM role.

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
                "Computes the name of a user's IAM role in a project, without access to AWS: the prefix, the project and a \
                 hash of the user's name, within IAM's limit of 64 characters.",
            )
            .parameter(Parameter::new("prefix", Type::String).describe("The provider's `iam_resource_prefix`."))
            .parameter(Parameter::new("project", Type::String).describe("Name of the project."))
            .parameter(Parameter::new("user", Type::String).describe("Name of the user."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let prefix = arguments::string(&arguments, 0)?;
        let project: ProjectName = arguments::parsed(&arguments, 1)?;
        let user: UserName = arguments::parsed(&arguments, 2)?;
        layout::role_name(prefix, &project, &user)
            .map(Value::String)
            .map_err(|error| arguments::invalid(0, error))
    }
}
