//! `standard_tags(system, project, user)`: the tags of what belongs to a membership.

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
            .summary("Tags of what belongs to a membership")
            .describe(
                "Gives the tags `system`, `project` and `user` that a SageMaker resource must bear to belong to a \
                 member of a project; policies go by them.",
            )
            .parameter(Parameter::new("system", Type::String).describe("The provider's `system_tag`."))
            .parameter(Parameter::new("project", Type::String).describe("The project's name."))
            .parameter(Parameter::new("user", Type::String).describe("The user's name."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let system = arguments::text(&arguments, 0)?;
        let project: ProjectName = arguments::parsed(&arguments, 1)?;
        let user: UserName = arguments::parsed(&arguments, 2)?;
        let tags = tags::resource_tags(system, &project, &user);
        Ok(Value::map(
            tags.iter().map(|(key, value)| (key, Value::from(value))),
        ))
    }
}
