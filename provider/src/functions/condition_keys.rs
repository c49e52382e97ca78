//! `condition_keys(action)`: the condition keys that an action carries.

use iam_policy::lint;

use super::arguments;
use terraform_plugin::framework::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct ConditionKeys;

impl Function for ConditionKeys {
    fn name(&self) -> &'static str {
        "condition_keys"
    }

    fn signature(&self) -> Signature {
        let key = Type::object([
            ("name", Type::String),
            ("type", Type::String),
            ("multivalued", Type::Bool),
            ("renamed_to", Type::String),
        ]);
        Signature::new(Type::list(key))
            .summary("Condition keys that an action carries")
            .describe(
                "Lists the condition keys that requests of an action carry, from AWS's service authorization \
                 reference as this release knows it: `name`, `type`, whether it can hold several values \
                 (`multivalued`), and its successor (`renamed_to`, null when it has none). A Deny on a key that is \
                 not among them denies always or never.",
            )
            .parameter(
                Parameter::new("action", Type::String)
                    .describe("The action, such as `sagemaker:CreateTrainingJob`."),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let action = arguments::text(&arguments, 0)?;
        let keys = lint::condition_keys(action).ok_or_else(|| {
            FunctionError::argument(
                0,
                format!("`{}` is not an action known here: check its spelling, or its service is not covered", action.escape_debug()),
            )
        })?;
        Ok(Value::list(keys.into_iter().map(|key| {
            Value::object([
                ("name", Value::from(key.name.as_str())),
                ("type", Value::from(key.value_type.as_str())),
                ("multivalued", Value::Bool(key.multivalued)),
                ("renamed_to", Value::from(key.renamed_to.clone())),
            ])
        })))
    }
}
