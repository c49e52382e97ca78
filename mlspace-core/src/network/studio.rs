//! Number of IP addresses that a Studio domain takes.

use serde_json::Value;
use thiserror::Error;

use super::cidr::{address_count, prefix_for};
use super::{RESERVED_ADDRESSES, SUBNET_PREFIXES};
use crate::text::thousands;

/// Workload of a Studio domain. The defaults are those of AWS's whitepaper: three zones.
///
/// Source of the counts: *SageMaker Studio Administration Best Practices*, "Network planning"
/// (<https://docs.aws.amazon.com/whitepapers/latest/sagemaker-studio-admin-best-practices/network-management.html>),
/// corrected: it adds the addresses of one subnet to those of the whole VPC, and counts all
/// addresses of a block as usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StudioWorkload {
    /// Users, or shared spaces, active at the same time.
    pub users: u64,
    /// Availability zones, with one subnet each.
    pub availability_zones: u64,
    /// Domains in the VPC. Each has a mount target of its file system in every subnet.
    pub domains: u64,
    /// Interface endpoints, each with an address in every subnet. Gateway endpoints take none.
    pub interface_endpoints: u64,
    /// Whether every user runs a Jupyter server, which is a separate instance.
    pub jupyter_server: bool,
    /// Instance types of other apps that every user runs. Apps on the same type share an instance.
    pub instance_types_per_user: u64,
    /// Training and processing instances that every user runs in the VPC.
    pub training_instances_per_user: u64,
    /// Whether those use the Elastic Fabric Adapter, with five addresses each instead of two.
    pub efa: bool,
    /// Additional users to plan for, in percent.
    pub growth_percent: u64,
}

impl Default for StudioWorkload {
    fn default() -> Self {
        Self {
            users: 1,
            availability_zones: 3,
            domains: 1,
            interface_endpoints: 10,
            jupyter_server: true,
            instance_types_per_user: 2,
            training_instances_per_user: 1,
            efa: false,
            growth_percent: 0,
        }
    }
}

/// Number of addresses that a workload takes. The addresses that AWS reserves in every subnet count
/// in the prefix lengths only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudioPlan {
    /// Addresses of domains and endpoints in all zones.
    pub domain_total: u64,
    /// Addresses of one user.
    pub per_user: u64,
    /// Addresses in the VPC, growth included.
    pub vpc_total: u64,
    /// Addresses in a subnet when all users run in it.
    pub per_subnet_worst: u64,
    /// Addresses in a subnet when users are distributed evenly.
    pub per_subnet_balanced: u64,
    /// Prefix length of a subnet for the worst case; `None` when no subnet is large enough.
    pub worst_prefix: Option<u8>,
    /// Prefix length of a subnet when users are distributed evenly.
    pub balanced_prefix: u8,
    /// Warnings, a sentence each.
    pub warnings: Vec<String>,
}

/// Reason why a workload cannot be planned.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StudioError {
    /// The inputs are not an object.
    #[error("the workload is not an object: write one such as `{{ users = 100 }}`")]
    NoObject,
    /// The name of an input is unknown.
    #[error("unknown input `{}`: the inputs are {}", name.escape_debug(), INPUTS.map(|input| input.name).join(", "))]
    Unknown {
        /// Its name.
        name: String,
    },
    /// An input is out of range or has the wrong type.
    #[error("the input `{name}` is `{found}`: write {expected}")]
    Value {
        /// The input.
        name: &'static str,
        /// Its value.
        found: String,
        /// The expected value, in words.
        expected: String,
    },
    /// The number of users is missing.
    #[error("the input `users` is missing: write the number of users active at the same time")]
    NoUsers,
    /// No subnet is large enough.
    #[error(
        "a subnet takes {} addresses when users are distributed evenly over {zones} zones, and the largest, a /16, has {}: use more zones or multiple VPCs",
        thousands(*.needed), thousands(address_count(*SUBNET_PREFIXES.start()) - RESERVED_ADDRESSES)
    )]
    TooLarge {
        /// The number of addresses that a subnet takes.
        needed: u64,
        /// The number of zones.
        zones: u64,
    },
}

/// An input: its name, and the type and field of its value.
struct Input {
    name: &'static str,
    kind: InputKind,
}

/// Type of an input, with the field that it sets. The bounds keep every sum far from an overflow.
enum InputKind {
    /// A whole number: smallest and largest value.
    Number(u64, u64, fn(&mut StudioWorkload) -> &mut u64),
    /// A boolean.
    Boolean(fn(&mut StudioWorkload) -> &mut bool),
}

const INPUTS: [Input; 9] = [
    number("users", 1, 1_000_000, |work| &mut work.users),
    number("availability_zones", 1, 16, |work| {
        &mut work.availability_zones
    }),
    number("domains", 1, 1_000, |work| &mut work.domains),
    number("interface_endpoints", 0, 1_000, |work| {
        &mut work.interface_endpoints
    }),
    boolean("jupyter_server", |work| &mut work.jupyter_server),
    number("instance_types_per_user", 0, 1_000, |work| {
        &mut work.instance_types_per_user
    }),
    number("training_instances_per_user", 0, 1_000, |work| {
        &mut work.training_instances_per_user
    }),
    boolean("efa", |work| &mut work.efa),
    number("growth_percent", 0, 1_000, |work| &mut work.growth_percent),
];

const fn number(
    name: &'static str,
    least: u64,
    most: u64,
    field: fn(&mut StudioWorkload) -> &mut u64,
) -> Input {
    Input {
        name,
        kind: InputKind::Number(least, most, field),
    }
}

const fn boolean(name: &'static str, field: fn(&mut StudioWorkload) -> &mut bool) -> Input {
    Input {
        name,
        kind: InputKind::Boolean(field),
    }
}

impl StudioWorkload {
    /// Reads a workload from a JSON object. Its members are named as the fields. All but `users` have
    /// their default when they are `null` or absent.
    ///
    /// # Errors
    /// [`StudioError`] for an unknown member and for a value out of range or of the wrong type.
    pub fn from_json(value: &Value) -> Result<Self, StudioError> {
        let members = value.as_object().ok_or(StudioError::NoObject)?;
        let mut workload = Self::default();
        for (name, value) in members {
            let input = INPUTS.iter().find(|input| input.name == name);
            let input = input.ok_or_else(|| StudioError::Unknown { name: name.clone() })?;
            if !value.is_null() {
                input.set(&mut workload, value)?;
            }
        }
        match members.get("users") {
            None | Some(Value::Null) => Err(StudioError::NoUsers),
            Some(_) => Ok(workload),
        }
    }

    /// Computes the number of addresses that the workload takes.
    ///
    /// Inference endpoints, notebook instances (one address each) and clusters are not counted.
    ///
    /// # Errors
    /// [`StudioError::Value`] when a field is out of range, [`StudioError::TooLarge`] when no subnet
    /// is large enough.
    pub fn plan(mut self) -> Result<StudioPlan, StudioError> {
        for input in &INPUTS {
            if let InputKind::Number(_, _, field) = input.kind {
                // Fields can be set without `from_json`: setting them again checks their bounds.
                let value = Value::from(*field(&mut self));
                input.set(&mut self, &value)?;
            }
        }
        let zones = self.availability_zones;
        let fixed = self.domains + self.interface_endpoints;
        let domain_total = zones * fixed;
        let per_instance = if self.efa { 5 } else { 2 };
        let per_user = u64::from(self.jupyter_server)
            + self.instance_types_per_user
            + per_instance * self.training_instances_per_user;
        let users = (self.users * (100 + self.growth_percent)).div_ceil(100);
        let of_users = users * per_user;
        let per_subnet_worst = fixed + of_users;
        let per_subnet_balanced = fixed + of_users.div_ceil(zones);
        let balanced_prefix = subnet_for(per_subnet_balanced).ok_or(StudioError::TooLarge {
            needed: per_subnet_balanced,
            zones,
        })?;
        let worst_prefix = subnet_for(per_subnet_worst);
        let usable = address_count(balanced_prefix) - RESERVED_ADDRESSES;
        let mut warnings = Vec::new();
        if zones == 1 {
            // Functions return the warnings, so that their wording is part of states.
            warnings.push("one zone has no other to fall back on".to_owned());
        }
        if per_subnet_worst > usable {
            warnings.push(format!(
                "should all users land in one subnet, it takes {} addresses: a /{balanced_prefix} has {} usable ones",
                thousands(per_subnet_worst),
                thousands(usable)
            ));
        }
        if worst_prefix.is_none() {
            warnings.push("no subnet is large enough for all users at once".to_owned());
        }
        Ok(StudioPlan {
            domain_total,
            per_user,
            vpc_total: domain_total + of_users,
            per_subnet_worst,
            per_subnet_balanced,
            worst_prefix,
            balanced_prefix,
            warnings,
        })
    }
}

impl Input {
    fn set(&self, workload: &mut StudioWorkload, value: &Value) -> Result<(), StudioError> {
        let wrong = |expected: String| StudioError::Value {
            name: self.name,
            found: value.to_string(),
            expected,
        };
        match self.kind {
            InputKind::Number(least, most, field) => {
                let number = value
                    .as_u64()
                    .filter(|number| (least..=most).contains(number));
                let expected = || {
                    wrong(format!(
                        "a whole number from {least} to {}",
                        thousands(most)
                    ))
                };
                *field(workload) = number.ok_or_else(expected)?;
            }
            InputKind::Boolean(field) => {
                let expected = || wrong("true or false".to_owned());
                *field(workload) = value.as_bool().ok_or_else(expected)?;
            }
        }
        Ok(())
    }
}

/// Prefix length of the smallest subnet with this number of usable addresses.
fn subnet_for(addresses: u64) -> Option<u8> {
    let prefix = prefix_for(addresses + RESERVED_ADDRESSES).min(*SUBNET_PREFIXES.end());
    SUBNET_PREFIXES.contains(&prefix).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plan(value: Value) -> Result<StudioPlan, StudioError> {
        StudioWorkload::from_json(&value)?.plan()
    }

    #[test]
    fn plan_corrects_the_whitepaper_example() {
        let plan = plan(json!({
            "users": 100,
            "availability_zones": 3,
            "interface_endpoints": 10,
            "jupyter_server": true,
            "instance_types_per_user": 2,
            "training_instances_per_user": 1,
            "efa": null,
        }));
        assert_eq!(
            plan.unwrap(),
            StudioPlan {
                domain_total: 33,
                per_user: 5,
                vpc_total: 533,
                per_subnet_worst: 511,
                per_subnet_balanced: 178,
                worst_prefix: Some(22),
                balanced_prefix: 24,
                warnings: vec![
                    "should all users land in one subnet, it takes 511 addresses: a /24 has 251 usable ones".to_owned()
                ],
            }
        );
    }

    #[test]
    fn plan_counts_growth_efa_and_domains() {
        let base = plan(json!({"users": 100})).unwrap();
        let grown = plan(json!({"users": 100, "growth_percent": 25})).unwrap();
        assert_eq!(grown.vpc_total, base.vpc_total + 25 * 5);
        let odd = plan(json!({"users": 3, "growth_percent": 10})).unwrap();
        assert_eq!(odd.vpc_total, 33 + 4 * 5);
        let fabric = plan(json!({"users": 100, "efa": true})).unwrap();
        assert_eq!(fabric.per_user, base.per_user + 3);
        let two = plan(json!({"users": 100, "domains": 2})).unwrap();
        assert_eq!(two.domain_total, base.domain_total + 3);
    }

    #[test]
    fn subnet_for_keeps_within_aws_bounds() {
        assert_eq!(subnet_for(1), Some(28));
        assert_eq!(subnet_for(11), Some(28));
        assert_eq!(subnet_for(12), Some(27));
        assert_eq!(subnet_for(507), Some(23));
        assert_eq!(subnet_for(508), Some(22));
        assert_eq!(subnet_for(65_531), Some(16));
        assert_eq!(subnet_for(65_532), None);
        let large = plan(json!({"users": 30_000, "availability_zones": 6})).unwrap();
        assert_eq!((large.balanced_prefix, large.worst_prefix), (17, None));
        assert_eq!(large.warnings.len(), 2);
        assert_eq!(
            plan(json!({"users": 1, "availability_zones": 1}))
                .unwrap()
                .warnings
                .len(),
            1
        );
    }

    #[test]
    fn from_json_names_the_wrong_input() {
        let error = |value: Value| plan(value).unwrap_err().to_string();
        let messages = [
            error(json!(100)),
            error(json!({})),
            error(json!({"users": null})),
            error(json!({"users": 10, "people": 10})),
            error(json!({"users": "10"})),
            error(json!({"users": 0})),
            error(json!({"users": 1.5})),
            error(json!({"users": 10, "efa": 1})),
            error(json!({"users": 1_000_000})),
        ];
        insta::assert_snapshot!(messages.join("\n"), @r#"
        the workload is not an object: write one such as `{ users = 100 }`
        the input `users` is missing: write the number of users active at the same time
        the input `users` is missing: write the number of users active at the same time
        unknown input `people`: the inputs are users, availability_zones, domains, interface_endpoints, jupyter_server, instance_types_per_user, training_instances_per_user, efa, growth_percent
        the input `users` is `"10"`: write a whole number from 1 to 1,000,000
        the input `users` is `0`: write a whole number from 1 to 1,000,000
        the input `users` is `1.5`: write a whole number from 1 to 1,000,000
        the input `efa` is `1`: write true or false
        a subnet takes 1,666,678 addresses when users are distributed evenly over 3 zones, and the largest, a /16, has 65,531: use more zones or multiple VPCs
        "#);
    }
}
