//! IP address planning: the subnet size that a Studio domain needs, and the subnets of a VPC.
//!
//! ```
//! use mlspace_core::network::{StudioWorkload, subnet_layout};
//!
//! let plan = StudioWorkload { users: 100, ..StudioWorkload::default() }.plan()?;
//! assert_eq!((plan.per_subnet_balanced, plan.balanced_prefix), (178, 24));
//!
//! let tiers = [("private".to_owned(), plan.balanced_prefix)].into();
//! let layout = subnet_layout("10.0.0.0/21", 3, &tiers)?;
//! let private: Vec<String> = layout["private"].iter().map(ToString::to_string).collect();
//! assert_eq!(private, ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cidr;
mod studio;
mod subnets;

pub use cidr::CidrError;
pub use ipnet::Ipv4Net;
pub use studio::{StudioError, StudioPlan, StudioWorkload};
pub use subnets::{SubnetError, subnet_layout};

/// Prefix lengths of subnets, from the largest to the smallest.
///
/// Source: *Subnet CIDR blocks* (<https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>).
pub const SUBNET_PREFIXES: std::ops::RangeInclusive<u8> = 16..=28;

/// Number of addresses that AWS reserves in every subnet (same source as [`SUBNET_PREFIXES`]).
pub const RESERVED_ADDRESSES: u64 = 5;
