//! `standard_tags(system, project, user)`: the tags of a membership's resources.

use mlspace_core::name::{ProjectName, UserName};
use mlspace_core::tags;

use super::arguments;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct StandardTags;

impl Function for StandardTags {
    fn name(&self) -> &'static str {
        "standard_tags"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::map(Type::String))
            .summary("Tags of a membership's resources")
            .describe(
                "Returns the tags `system`, `project` and `user` that assign a SageMaker resource to a member of a project \
                 in all policies.",
            )
            .parameter(Parameter::new("system", Type::String).describe("The provider's `system_tag`."))
            .parameter(Parameter::new("project", Type::String).describe("Name of the project."))
            .parameter(Parameter::new("user", Type::String).describe("Name of the user."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let system = arguments::string(&arguments, 0)?;
        let project: ProjectName = arguments::parsed(&arguments, 1)?;
        let user: UserName = arguments::parsed(&arguments, 2)?;
        let tags = tags::resource_tags(system, &project, &user);
        Ok(Value::map(
            tags.iter().map(|(key, value)| (key, Value::from(value))),
        ))
    }
}
