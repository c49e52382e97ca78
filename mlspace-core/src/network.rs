//! Arithmetic of addresses: how large subnets must be for a Studio domain, and where they lie in a VPC.
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

mod block;
mod studio;
mod subnets;

pub use block::{Block, BlockError};
pub use studio::{StudioError, StudioPlan, StudioWorkload};
pub use subnets::{SubnetError, subnet_layout};

/// Prefix lengths of the largest and the smallest subnet.
///
/// Source: *Subnet CIDR blocks* (<https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>).
pub const SUBNET_PREFIXES: std::ops::RangeInclusive<u8> = 16..=28;

/// Addresses of every subnet that AWS keeps for itself; the source is that of [`SUBNET_PREFIXES`].
pub const RESERVED_ADDRESSES: u64 = 5;

/// A number with a comma before every third digit.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
