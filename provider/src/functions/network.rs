//! `subnet_layout(cidr, zones, tiers)` and `studio_ip_plan(workload)`: address planning.

use std::collections::BTreeMap;

use mlspace_core::network::{StudioError, StudioWorkload, SubnetError, subnet_layout};

use super::arguments;
use terraform_plugin::framework::{
    Function, FunctionError, Number, Parameter, Signature, Type, Value,
};

/// `subnet_layout`.
#[derive(Debug)]
pub(crate) struct SubnetLayout;

/// `studio_ip_plan`.
#[derive(Debug)]
pub(crate) struct StudioIpPlan;

impl Function for SubnetLayout {
    fn name(&self) -> &'static str {
        "subnet_layout"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::map(Type::list(Type::String)))
            .summary("CIDR blocks of subnets by tier and zone")
            .describe(
                "Divides the CIDR block of a VPC into a subnet for each tier in each zone, and returns each tier's blocks \
                 in the order of zones. Each zone has a contiguous range, with larger tiers first: adding a zone moves no \
                 block, but adding or resizing a tier moves others. If the block is too small, the error names the size \
                 that is needed.",
            )
            .parameter(
                Parameter::new("cidr", Type::String)
                    .describe("CIDR block of the VPC, such as `10.0.0.0/16`."),
            )
            .parameter(
                Parameter::new("zones", Type::Number).describe("Number of zones, from 1 to 16."),
            )
            .parameter(Parameter::new("tiers", Type::map(Type::Number)).describe(
                "Prefix lengths of the subnets by tier, from 16 to 28, such as `{ private = 24 }`.",
            ))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let zones = arguments::count(&arguments, 1)?;
        let tiers = tiers(&arguments, 2)?;
        let layout = subnet_layout(
            arguments::string(&arguments, 0)?,
            u64::try_from(zones).unwrap_or(u64::MAX),
            &tiers,
        );
        let layout = layout.map_err(|error| {
            let argument = match error {
                SubnetError::Range(_) | SubnetError::TooSmall { .. } => 0,
                SubnetError::Zones(_) => 1,
                SubnetError::NoTier | SubnetError::Prefix { .. } => 2,
            };
            arguments::invalid(argument, error)
        })?;
        Ok(Value::map(layout.into_iter().map(|(tier, blocks)| {
            (tier, Value::list(blocks.iter().map(ToString::to_string)))
        })))
    }
}

/// Prefix lengths by tier.
fn tiers(arguments: &[Value], index: usize) -> Result<BTreeMap<String, u8>, FunctionError> {
    let invalid = |tier: &str| {
        FunctionError::argument(
            index,
            format!(
                "The tier `{}` has no valid prefix length. Use a whole number from 16 to 28.",
                tier.escape_debug()
            ),
        )
    };
    let Some(Value::Map(tiers)) = arguments.get(index) else {
        return Err(FunctionError::argument(
            index,
            "The argument must be a map of numbers.",
        ));
    };
    tiers
        .iter()
        .map(|(tier, prefix)| {
            let prefix = prefix.as_number().and_then(Number::as_u64);
            let prefix = prefix.and_then(|prefix| u8::try_from(prefix).ok());
            Ok((tier.clone(), prefix.ok_or_else(|| invalid(tier))?))
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
            .summary("IP addresses that a Studio domain needs")
            .describe(
                "Counts the IP addresses that users of SageMaker Studio need in a VPC, and computes the size of its subnets, \
                 one per zone. Hosted endpoints, notebook instances (one address each) and clusters are not counted.\n\n\
                 Inputs, of which only `users` is required:\n\n\
                 - `users`: users, or shared spaces, that are active at the same time.\n\
                 - `availability_zones`: zones with one subnet each. Default: 3.\n\
                 - `domains`: domains in the VPC; each needs an address in every subnet. Default: 1.\n\
                 - `interface_endpoints`: interface endpoints; each needs an address in every subnet, while gateway endpoints \
                 need none. Default: 10.\n\
                 - `jupyter_server`: whether every user runs a Jupyter server. Default: true.\n\
                 - `instance_types_per_user`: other instances of each user. Default: 2.\n\
                 - `training_instances_per_user`: training and processing instances of each user; two addresses each. \
                 Default: 1.\n\
                 - `efa`: whether those use the Elastic Fabric Adapter and need five addresses each. Default: false.\n\
                 - `growth_percent`: growth in users to plan for. Default: 0.\n\n\
                 Results:\n\n\
                 - `domain_total`: addresses of domains and endpoints in all zones.\n\
                 - `per_user`: addresses of each user.\n\
                 - `vpc_total`: addresses in the whole VPC.\n\
                 - `per_subnet_worst`, `worst_prefix`: addresses and prefix length of a subnet with all users; the prefix is \
                 null if no subnet is large enough.\n\
                 - `per_subnet_balanced`, `balanced_prefix`: the same for users distributed evenly over the zones.\n\
                 - `warnings`: limitations of the plan, a sentence each.",
            )
            .parameter(
                Parameter::new("workload", Type::Dynamic)
                    .describe("Object with the inputs. Inputs that are null have their defaults; unknown ones are an error."),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let invalid = |error: StudioError| arguments::invalid(0, error);
        let workload =
            StudioWorkload::from_json(&arguments::json(&arguments, 0)).map_err(invalid)?;
        let plan = workload.plan().map_err(invalid)?;
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
