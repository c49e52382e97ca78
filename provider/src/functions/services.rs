//! `services()`: the services that projects can switch on, and what follows from them.

use mlspace_core::policies::SERVICES;

use terraform_plugin::framework::{Function, FunctionError, Signature, Type, Value};

/// The function.
#[derive(Debug)]
pub(crate) struct SwitchableServices;

/// What names of endpoints of SageMaker begin with that have a prefix of their own. The module `vpc`
/// names these without it.
const SAGEMAKER_PREFIX: &str = "aws.sagemaker.";

impl Function for SwitchableServices {
    fn name(&self) -> &'static str {
        "services"
    }

    fn signature(&self) -> Signature {
        let service = Type::object([
            ("absent_partitions", Type::list(Type::String)),
            ("endpoints", Type::list(Type::String)),
            ("gives", Type::String),
            ("open", Type::String),
            ("title", Type::String),
        ]);
        Signature::new(Type::map(service))
            .summary("The services that projects can switch on")
            .describe(
                "Lists the words of the provider's `services`. Each has its name for people, `title`; what members can \
                 do with it, `gives`; what IAM cannot close, `open`; the VPC endpoints that its calls go through, \
                 `endpoints`, as the module `vpc` names them; and the partitions without it, `absent_partitions`.",
            )
    }

    fn call(&self, _: Vec<Value>) -> Result<Value, FunctionError> {
        let strings = |strings: &[&str]| {
            let words = strings
                .iter()
                .map(|word| Value::from(word.strip_prefix(SAGEMAKER_PREFIX).unwrap_or(word)));
            Value::list(words)
        };
        Ok(Value::map(SERVICES.iter().map(|entry| {
            let about = Value::object([
                ("absent_partitions", strings(entry.absent)),
                ("endpoints", strings(entry.endpoints)),
                ("gives", Value::from(entry.gives)),
                ("open", Value::from(entry.open)),
                ("title", Value::from(entry.title)),
            ]);
            (entry.name, about)
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words between the brackets of a list in the module.
    fn words(module: &str, list: &str) -> Vec<String> {
        let (_, behind) = module.split_once(&format!("  {list} = [")).unwrap();
        let (inside, _) = behind.split_once(']').unwrap();
        let quoted = inside.split('"').skip(1).step_by(2);
        quoted.map(str::to_owned).collect()
    }

    #[test]
    fn services_have_endpoints_that_the_network_knows() {
        let module = include_str!("../../../modules/vpc/services.tf");
        let mut known = words(module, "standard_services");
        known.extend(words(module, "further_services"));
        let Ok(Value::Map(all)) = SwitchableServices.call(Vec::new()) else {
            panic!("not a map");
        };
        assert_eq!(all.len(), SERVICES.len());
        for (word, service) in &all {
            let about = service.as_entries().unwrap();
            for endpoint in about["endpoints"].as_elements().unwrap() {
                let endpoint = endpoint.as_str().unwrap();
                // S3 has a gateway.
                let is_known = known.iter().any(|name| name == endpoint) || endpoint == "s3";
                assert!(
                    is_known,
                    "{word}: {endpoint} is missing in modules/vpc/services.tf"
                );
            }
        }
        let experiments = all["mlflow"].as_entries().unwrap();
        assert_eq!(
            experiments["endpoints"],
            Value::list([Value::from("experiments")])
        );
    }

    #[test]
    fn guide_describes_all_services() {
        let guide = include_str!("../../../docs/guides/access-model.md");
        for entry in SERVICES {
            let row = format!(
                "| `{}` | {} | {} | {} |",
                entry.name, entry.title, entry.gives, entry.open
            );
            assert!(
                guide.contains(&row),
                "the guide on the access model lacks the row\n{row}"
            );
        }
    }
}
