//! `subnet_layout(cidr, zones, tiers)` and `studio_ip_plan(workload)`: the arithmetic of a network.

use std::collections::BTreeMap;

use mlspace_core::network::{StudioError, StudioWorkload, SubnetError, subnet_layout};

use super::arguments;
use terraform_plugin::framework::{
    Function, FunctionError, Number, Parameter, Signature, Type, Value,
};

/// The function that lays out subnets.
#[derive(Debug)]
pub(crate) struct SubnetLayout;

/// The function that counts addresses.
#[derive(Debug)]
pub(crate) struct StudioIpPlan;

impl Function for SubnetLayout {
    fn name(&self) -> &'static str {
        "subnet_layout"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::map(Type::list(Type::String)))
            .summary("Blocks of addresses for subnets by tier and zone")
            .describe(
                "Divides a VPC's range into a subnet for each tier in each zone, and gives each tier's blocks in the order of \
                 zones. Each zone has a stretch of its own, with larger tiers first: no block moves when a zone is added, while a \
                 tier that is added or resized moves others. When there is no room, the error says how large a range it takes.",
            )
            .parameter(
                Parameter::new("cidr", Type::String)
                    .describe("The range, such as `10.0.0.0/16`."),
            )
            .parameter(
                Parameter::new("zones", Type::Number).describe("How many zones, from 1 to 16."),
            )
            .parameter(Parameter::new("tiers", Type::map(Type::Number)).describe(
                "The prefix length of each tier's subnets, from 16 to 28, such as `{ private = 24 }`.",
            ))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let zones = arguments::count(&arguments, 1)?;
        let tiers = tiers(&arguments, 2)?;
        let layout = subnet_layout(
            arguments::text(&arguments, 0)?,
            u64::try_from(zones).unwrap_or(u64::MAX),
            &tiers,
        );
        let layout = layout.map_err(|error| {
            let argument = match error {
                SubnetError::Block(_) | SubnetError::TooSmall { .. } => 0,
                SubnetError::Zones(_) => 1,
                SubnetError::NoTier | SubnetError::Prefix { .. } => 2,
            };
            FunctionError::argument(argument, error.to_string())
        })?;
        Ok(Value::map(layout.into_iter().map(|(tier, blocks)| {
            (tier, Value::list(blocks.iter().map(ToString::to_string)))
        })))
    }
}

/// Prefix lengths by tier.
fn tiers(arguments: &[Value], index: usize) -> Result<BTreeMap<String, u8>, FunctionError> {
    let wrong = |tier: &str| {
        FunctionError::argument(
            index,
            format!(
                "the tier `{}` has no prefix length: write a whole number from 16 to 28",
                tier.escape_debug()
            ),
        )
    };
    let Some(Value::Map(tiers)) = arguments.get(index) else {
        return Err(FunctionError::argument(index, "expected a map of numbers"));
    };
    tiers
        .iter()
        .map(|(tier, prefix)| {
            let prefix = prefix.as_number().and_then(Number::as_u64);
            let prefix = prefix.and_then(|prefix| u8::try_from(prefix).ok());
            Ok((tier.clone(), prefix.ok_or_else(|| wrong(tier))?))
        })
        .collect()
}

impl Function for StudioIpPlan {
    fn name(&self) -> &'static str {
        "studio_ip_plan"
    }

    fn signature(&self) -> Signature {
        let numbers = [
            "domain_total",
            "per_user",
            "vpc_total",
            "per_subnet_worst",
            "per_subnet_balanced",
            "worst_prefix",
            "balanced_prefix",
        ];
        let result = numbers
            .map(|name| (name, Type::Number))
            .into_iter()
            .chain([("warnings", Type::list(Type::String))]);
        Signature::new(Type::object(result))
            .summary("Addresses that a Studio domain takes")
            .describe(
                "Counts the addresses that people take in a VPC with SageMaker Studio, and says how large its subnets must be, one in \
                 each zone. Not counted are hosted endpoints, notebook instances (one address each) and clusters.\n\n\
                 Inputs, of which only `users` must be given:\n\n\
                 - `users`: people, or shared spaces, at work at the same time.\n\
                 - `availability_zones`: zones with one subnet each, 3 unless given.\n\
                 - `domains`: domains in the VPC, 1 unless given; each takes an address in every subnet.\n\
                 - `interface_endpoints`: interface endpoints, 10 unless given; each takes an address in every subnet, while gateway \
                 endpoints take none.\n\
                 - `jupyter_server`: whether everybody runs a Jupyter server, true unless given.\n\
                 - `instance_types_per_user`: other instances that each runs, 2 unless given.\n\
                 - `training_instances_per_user`: training and processing instances of each, 1 unless given; two addresses each.\n\
                 - `efa`: whether those use the Elastic Fabric Adapter, and so five addresses each; false unless given.\n\
                 - `growth_percent`: how many more people to plan for, 0 unless given.\n\n\
                 Results:\n\n\
                 - `domain_total`: addresses of domains and endpoints in all zones.\n\
                 - `per_user`: addresses of each user.\n\
                 - `vpc_total`: addresses in the whole VPC.\n\
                 - `per_subnet_worst`, `worst_prefix`: addresses and prefix length of a subnet that all users land in; the prefix is null \
                 when no subnet is large enough.\n\
                 - `per_subnet_balanced`, `balanced_prefix`: the same for users spread evenly over the zones.\n\
                 - `warnings`: what to know about it, a sentence each.",
            )
            .parameter(
                Parameter::new("workload", Type::Dynamic)
                    .describe("An object of inputs. Those that are null have their defaults; unknown ones are refused."),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let wrong = |error: StudioError| FunctionError::argument(0, error.to_string());
        let workload = StudioWorkload::from_json(&arguments::json(&arguments, 0)).map_err(wrong)?;
        let plan = workload.plan().map_err(wrong)?;
        let prefix = |prefix: u8| Value::from(u64::from(prefix));
        Ok(Value::object([
            ("domain_total", Value::from(plan.domain_total)),
            ("per_user", Value::from(plan.per_user)),
            ("vpc_total", Value::from(plan.vpc_total)),
            ("per_subnet_worst", Value::from(plan.per_subnet_worst)),
            ("per_subnet_balanced", Value::from(plan.per_subnet_balanced)),
            (
                "worst_prefix",
                plan.worst_prefix.map_or(Value::Null, prefix),
            ),
            ("balanced_prefix", prefix(plan.balanced_prefix)),
            ("warnings", Value::list(plan.warnings)),
        ]))
    }
}
