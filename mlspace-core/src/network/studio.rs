//! How many addresses a Studio domain takes.

use serde_json::Value;
use thiserror::Error;

use super::{RESERVED_ADDRESSES, SUBNET_PREFIXES, block::size, grouped, subnets::prefix_for};

/// Who works in a domain, and with what. The defaults are a domain of three zones as AWS's whitepaper plans it.
///
/// Source of the counts: *SageMaker Studio Administration Best Practices*, "Network planning"
/// (<https://docs.aws.amazon.com/whitepapers/latest/sagemaker-studio-admin-best-practices/network-management.html>), corrected: it adds what
/// one subnet takes to what the whole VPC takes, and reads the addresses of a block as usable ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StudioWorkload {
    /// People, or shared spaces, at work at the same time.
    pub users: u64,
    /// Zones, with one subnet each.
    pub availability_zones: u64,
    /// Domains in the VPC. Each has a mount target of its file system in every subnet.
    pub domains: u64,
    /// Interface endpoints, each with an address in every subnet. Gateway endpoints take none.
    pub interface_endpoints: u64,
    /// Whether everybody runs a Jupyter server, which is an instance of its own.
    pub jupyter_server: bool,
    /// Instances that each runs beside it, by type: apps on one type of instance share it.
    pub instance_types_per_user: u64,
    /// Training and processing instances that each has running in the VPC.
    pub training_instances_per_user: u64,
    /// Whether those use the Elastic Fabric Adapter: five addresses each then, otherwise two.
    pub efa: bool,
    /// How many more people to plan for, in percent.
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

/// The addresses that a workload takes. Those that AWS reserves in every subnet are in the prefix lengths only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudioPlan {
    /// What the domains and endpoints take in all zones.
    pub domain_total: u64,
    /// What each user takes.
    pub per_user: u64,
    /// What the VPC takes, growth included.
    pub vpc_total: u64,
    /// What a subnet takes when all users land in it.
    pub per_subnet_worst: u64,
    /// What a subnet takes when users are spread evenly.
    pub per_subnet_balanced: u64,
    /// Prefix length of a subnet for the worst case; none when no subnet is large enough.
    pub worst_prefix: Option<u8>,
    /// Prefix length of a subnet for users spread evenly.
    pub balanced_prefix: u8,
    /// What to know about it, a sentence each.
    pub warnings: Vec<String>,
}

/// A workload that cannot be planned.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StudioError {
    /// The inputs are no object.
    #[error("the workload is not an object: write `{{ users = 100 }}` or the like")]
    NoObject,
    /// An input that there is not.
    #[error("there is no input `{}`, only {}", name.escape_debug(), INPUTS.map(|input| input.name).join(", "))]
    Unknown {
        /// Its name.
        name: String,
    },
    /// An input out of range, or of another type.
    #[error("the input `{name}` is `{found}`: write {expected}")]
    Value {
        /// The input.
        name: &'static str,
        /// What it is.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// The number of people is not given.
    #[error("the input `users` is missing: write how many people work at the same time")]
    NoUsers,
    /// No subnet is large enough.
    #[error(
        "a subnet takes {} addresses when users are spread evenly over {zones} zones, and the largest, a /16, has {}: take more zones, or several VPCs",
        grouped(*.needed), grouped(size(*SUBNET_PREFIXES.start()) - RESERVED_ADDRESSES)
    )]
    TooLarge {
        /// The addresses that a subnet takes.
        needed: u64,
        /// The zones.
        zones: u64,
    },
}

/// An input: its name, its bounds, and the field that it sets.
struct Input {
    name: &'static str,
    bounds: Bounds,
}

/// Where an input's value goes. Bounds keep every sum far from overflowing.
enum Bounds {
    Number(u64, u64, fn(&mut StudioWorkload) -> &mut u64),
    Switch(fn(&mut StudioWorkload) -> &mut bool),
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
    switch("jupyter_server", |work| &mut work.jupyter_server),
    number("instance_types_per_user", 0, 1_000, |work| {
        &mut work.instance_types_per_user
    }),
    number("training_instances_per_user", 0, 1_000, |work| {
        &mut work.training_instances_per_user
    }),
    switch("efa", |work| &mut work.efa),
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
        bounds: Bounds::Number(least, most, field),
    }
}

const fn switch(name: &'static str, field: fn(&mut StudioWorkload) -> &mut bool) -> Input {
    Input {
        name,
        bounds: Bounds::Switch(field),
    }
}

impl StudioWorkload {
    /// The workload in a JSON object whose members are called like the fields. Those that are `null` or left out, but `users`, have their
    /// defaults.
    ///
    /// # Errors
    /// [`StudioError`] for an unknown member, and for a value of another type or out of range.
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

    /// The addresses that the workload takes.
    ///
    /// Not counted are hosted endpoints, notebook instances (one address each) and clusters.
    ///
    /// # Errors
    /// [`StudioError::Value`] when a field is out of range, [`StudioError::TooLarge`] when no subnet would do.
    pub fn plan(mut self) -> Result<StudioPlan, StudioError> {
        for input in &INPUTS {
            if let Bounds::Number(_, _, field) = input.bounds {
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
        let people = (self.users * (100 + self.growth_percent)).div_ceil(100);
        let by_people = people * per_user;
        let per_subnet_worst = fixed + by_people;
        let per_subnet_balanced = fixed + by_people.div_ceil(zones);
        let balanced_prefix = subnet_for(per_subnet_balanced).ok_or(StudioError::TooLarge {
            needed: per_subnet_balanced,
            zones,
        })?;
        let worst_prefix = subnet_for(per_subnet_worst);
        let usable = size(balanced_prefix) - RESERVED_ADDRESSES;
        let mut warnings = Vec::new();
        if zones == 1 {
            warnings.push("one zone has no other to fall back on".to_owned());
        }
        if per_subnet_worst > usable {
            warnings.push(format!(
                "should all users land in one subnet, it takes {} addresses: a /{balanced_prefix} has {} usable ones",
                grouped(per_subnet_worst),
                grouped(usable)
            ));
        }
        if worst_prefix.is_none() {
            warnings.push("no subnet is large enough for all users at once".to_owned());
        }
        Ok(StudioPlan {
            domain_total,
            per_user,
            vpc_total: domain_total + by_people,
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
        match self.bounds {
            Bounds::Number(least, most, field) => {
                let number = value
                    .as_u64()
                    .filter(|number| (least..=most).contains(number));
                let expected =
                    || wrong(format!("a whole number from {least} to {}", grouped(most)));
                *field(workload) = number.ok_or_else(expected)?;
            }
            Bounds::Switch(field) => {
                let expected = || wrong("true or false".to_owned());
                *field(workload) = value.as_bool().ok_or_else(expected)?;
            }
        }
        Ok(())
    }
}

/// Prefix length of the smallest subnet with so many usable addresses.
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
    fn the_whitepaper_s_example_is_corrected() {
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
    fn growth_fabric_and_domains_count() {
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
    fn subnets_are_neither_too_small_nor_too_large() {
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
    fn wrong_inputs_are_told_by_name() {
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
        the workload is not an object: write `{ users = 100 }` or the like
        the input `users` is missing: write how many people work at the same time
        the input `users` is missing: write how many people work at the same time
        there is no input `people`, only users, availability_zones, domains, interface_endpoints, jupyter_server, instance_types_per_user, training_instances_per_user, efa, growth_percent
        the input `users` is `"10"`: write a whole number from 1 to 1,000,000
        the input `users` is `0`: write a whole number from 1 to 1,000,000
        the input `users` is `1.5`: write a whole number from 1 to 1,000,000
        the input `efa` is `1`: write true or false
        a subnet takes 1,666,678 addresses when users are spread evenly over 3 zones, and the largest, a /16, has 65,531: take more zones, or several VPCs
        "#);
    }
}
