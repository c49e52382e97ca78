//! Policies of resources and of the roles of AWS services: the data bucket, KMS keys, VPC
//! endpoints, log groups, the trail and its alarms, schedules, repositories of images and packages.

mod bucket;
mod endpoint;
mod flow_logs;
mod key;
mod logs;
mod repositories;
mod stop_role;
#[cfg(test)]
mod tests;
mod trail;

pub use bucket::{BucketAccess, LogDeliverer, bucket_policy};
pub use endpoint::{EndpointService, endpoint_policy};
pub use flow_logs::{flow_log_policy, flow_log_trust};
pub(super) use key::allow_cloudwatch_logs;
pub use key::{KeyAccess, KeyService, key_policy};
pub use logs::log_group_policy;
pub use repositories::{
    RepositoryAccess, image_repository_policy, image_role_policy, package_domain_policy,
    package_repository_policy,
};
pub(super) use stop_role::check_schedule_group;
pub use stop_role::{stop_role_policy, stop_role_trust};
pub use trail::{alarm_topic_policy, trail_log_policy, trail_trust_policy};
