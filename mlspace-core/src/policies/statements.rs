//! Statements and conditions that multiple policies share.

pub mod actions;
pub(in crate::policies) mod approved_key;
pub(in crate::policies) mod aws_services;
pub(in crate::policies) mod job_runtime;
pub(in crate::policies) mod network_perimeter;
pub(in crate::policies) mod principals;
pub(in crate::policies) mod records;
pub(in crate::policies) mod storage;
pub(in crate::policies) mod tag_conditions;
pub(in crate::policies) mod workload;
