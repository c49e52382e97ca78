//! `condition_keys(action)`: the condition keys in requests of an action.

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
            .summary("Condition keys of an action")
            .describe(
                "Lists the condition keys in requests of an action, from the version of AWS's service authorization \
                 reference in this release: `name`, `type`, whether it can have multiple values (`multivalued`), and \
                 its successor (`renamed_to`, null if it has none). A Deny on any other key applies always or never.",
            )
            .parameter(
                Parameter::new("action", Type::String)
                    .describe("The action, such as `sagemaker:CreateTrainingJob`."),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let action = arguments::string(&arguments, 0)?;
        let keys = lint::condition_keys(action).ok_or_else(|| {
            FunctionError::argument(
                0,
                format!(
                    "`{}` is not a known action. Check its spelling; the service may also be missing in this release.",
                    action.escape_debug()
                ),
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
