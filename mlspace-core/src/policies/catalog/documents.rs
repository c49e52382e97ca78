//! Documents of the platform.

use super::builders::{members, resources, restrictions, staff, terraform_role};
use super::parameter::Parameter;
use super::parameter::document::*;
use super::template::{Builder, Category, DocumentTemplate, Scope};
use iam_policy::PolicyType;

/// Documents of the account and region. They accept the parameters of the deployment too.
const ACCOUNT: Scope = Scope {
    required: &[ACCOUNT_ID, REGION],
    optional: &[
        PARTITION,
        SYSTEM_TAG,
        IAM_RESOURCE_PREFIX,
        DATA_BUCKET,
        SUBNET_IDS,
        SECURITY_GROUP_IDS,
        KMS_KEY_ID,
        RESOURCE_NAMES,
        SERVICES,
        SOURCE_VPC_IDS,
        KEYLESS_INSTANCE_TYPES,
        IMAGE_REPOSITORIES,
        GRANTED_BUCKETS,
        GRANTED_KEY_ARNS,
    ],
};

/// Documents of the whole deployment: its names, data bucket, approved network and key.
const DEPLOYMENT: Scope = Scope {
    required: &[ACCOUNT_ID, REGION, DATA_BUCKET],
    optional: ACCOUNT.optional,
};

/// Policies of resources. They do not accept the parameters of the deployment, since these would
/// have no effect.
const RESOURCE: Scope = Scope {
    required: &[ACCOUNT_ID, REGION],
    optional: &[PARTITION],
};

const TABLES_AND_KEY: &[Parameter] = &[TABLE_NAMES, TABLE_KEY_ARN];
const ROLE: &[Parameter] = &[
    ROLE_ARN,
    OWNER,
    GROUP_DATASETS,
    PUBLISHED_DATASETS,
    SHARING,
    PROJECT_SERVICES,
    BEDROCK_MODEL_ARNS,
    BEDROCK_GUARDRAIL_ARN,
    CODEARTIFACT_REPOSITORY_ARNS,
];
const TERRAFORM_ROLE: &[Parameter] = &[
    PERMISSIONS_BOUNDARY_ARN,
    BASE_POLICY_ARNS,
    TABLE_NAMES,
    TABLE_KEY_ARN,
    SCHEDULE_GROUP,
    STOP_ROLE_ARN,
    BUDGETS,
    IDENTITY_CENTER,
];

macro_rules! documents {
    ($($id:literal $description:literal [$($policy_type:ident),*] $scope:ident, required $required:expr, optional $optional:expr, $build:path;)*) => {
        pub(super) const DOCUMENTS: &[DocumentTemplate] = &[$(DocumentTemplate {
            id: $id,
            slug: $id,
            description: $description,
            category: Category::Document,
            used_as: $description,
            policy_types: &[$(PolicyType::$policy_type),*],
            required: &$required,
            optional: $optional,
            scope: &$scope,
            builder: Builder::Documents($build),
        }),*];
    };
}

documents! {
    "project" "permissions that all members of a project share" [Managed] DEPLOYMENT,
        required [PROJECT], optional &[SUSPENDED, PROJECT_SERVICES], members::project;
    "user" "permissions of a user in every project" [Managed] DEPLOYMENT,
        required [USER], optional &[], members::user;
    "group" "access to the datasets shared with a group" [Managed] DEPLOYMENT,
        required [GROUP, DATASETS], optional &[], members::group;
    "pass_role" "the inline policy of a membership's role" [RoleInline] DEPLOYMENT,
        required [PROJECT, USER], optional ROLE, members::pass_role;
    "trust" "the trust policy of a membership's role" [Trust] ACCOUNT,
        required [], optional &[], members::trust;
    "permissions_boundary" "the permissions boundary of memberships' roles" [Boundary] DEPLOYMENT,
        required [], optional &[], members::boundary;
    "notebook_base" "permissions that a notebook or job needs in addition to its data" [Managed] DEPLOYMENT,
        required [], optional &[PROJECT_SECURITY_GROUPS], members::notebook_base;
    "attribute" "permissions of all memberships, based on the tags of their roles" [Managed] DEPLOYMENT,
        required [], optional &[], members::attribute;
    "attribute_role" "the inline policy of a membership's role, in addition to `attribute`" [RoleInline] DEPLOYMENT,
        required [PROJECT, USER], optional ROLE, members::attribute_role;
    "suspension" "the denial for members of suspended projects, based on the tags of their roles" [Managed] DEPLOYMENT,
        required [PROJECTS], optional &[], members::suspension;
    "provider" "the least permissions that Terraform needs for this provider's resources" [Managed] DEPLOYMENT,
        required [], optional TERRAFORM_ROLE, terraform_role::policy;
    "provider_boundary" "the permissions boundary of the role that runs Terraform" [Boundary] DEPLOYMENT,
        required [], optional TERRAFORM_ROLE, terraform_role::boundary;
    "platform_admin" "permissions of platform admins" [Managed] DEPLOYMENT,
        required [], optional TABLES_AND_KEY, staff::platform_admin;
    "team_admin" "permissions of the team admins of these projects" [Managed] DEPLOYMENT,
        required [PROJECTS], optional TABLES_AND_KEY, staff::team_admin;
    "data_scientist" "permissions of data scientists outside of their notebooks" [Managed] DEPLOYMENT,
        required [], optional &[ENDPOINT_IDS, PROJECTS], staff::data_scientist;
    "auditor" "permissions of auditors" [Managed] DEPLOYMENT,
        required [LOG_GROUP_PREFIX], optional TABLES_AND_KEY, staff::auditor;
    "people_trust" "the trust policy of a role of staff or of Terraform" [Trust] ACCOUNT,
        required [], optional &[
            PRINCIPAL_ARNS, SAML_PROVIDER_ARN, WEB_IDENTITY_PROVIDER_ARN, WEB_IDENTITY_AUDIENCE, WEB_IDENTITY_SUBJECTS
        ], staff::trust;
    "instance_types" "the denial of instance types that are not listed" [Managed] ACCOUNT,
        required [], optional &[
            NOTEBOOK_INSTANCE_TYPES, TRAINING_INSTANCE_TYPES, PROCESSING_INSTANCE_TYPES, TRANSFORM_INSTANCE_TYPES,
            ENDPOINT_INSTANCE_TYPES
        ], restrictions::instance_types;
    "volume_key" "the denial of volumes without the approved key" [Managed] DEPLOYMENT,
        required [], optional &[EXEMPT_INSTANCE_TYPES], restrictions::volume_key;
    "denied_services" "the denial of services" [Managed] ACCOUNT,
        required [SERVICES], optional &[EMR_ROLE_ARNS], restrictions::denied_services;
    "log_groups" "the resource policy that allows AWS services to deliver logs into log groups" [] ACCOUNT,
        required [LOG_GROUP_PREFIX], optional &[], resources::log_groups;
    "flow_logs" "permissions of the role that writes flow logs of a VPC, also usable as its boundary" [Boundary] ACCOUNT,
        required [LOG_GROUP], optional &[], resources::flow_logs;
    "flow_logs_trust" "the trust policy of the role that writes flow logs of a VPC" [Trust] ACCOUNT,
        required [], optional &[], resources::flow_logs_trust;
    "stop_role" "permissions of the role with which schedules stop notebooks, also usable as its boundary" [Boundary] ACCOUNT,
        required [], optional &[], resources::stop_role;
    "stop_role_trust" "the trust policy of the role with which schedules stop notebooks" [Trust] ACCOUNT,
        required [SCHEDULE_GROUP], optional &[], resources::stop_role_trust_of;
    "trail_trust" "the trust policy of the role with which a trail writes to its log group" [Trust] ACCOUNT,
        required [], optional &[], resources::trail_trust;
    "trail_log" "permissions of that role, also usable as its boundary" [Managed] ACCOUNT,
        required [LOG_GROUP], optional &[], resources::trail_log;
    "alarm_topic" "the policy of the topic for alarms" [] ACCOUNT,
        required [TOPIC], optional &[], resources::alarm_topic;
    "image_role" "permissions of the role with which SageMaker reads registered images" [Boundary] ACCOUNT,
        required [REPOSITORIES], optional &[], resources::image_role;
    "image_repository" "the policy of an ECR repository" [] RESOURCE,
        required [PUBLISHER_ARNS], optional &[READER_ARNS], resources::image_repository;
    "package_repository" "the policy of a CodeArtifact repository" [] RESOURCE,
        required [PUBLISHER_ARNS], optional &[READER_ARNS], resources::package_repository;
    "package_domain" "the policy of a CodeArtifact domain" [] RESOURCE,
        required [READER_ARNS], optional &[], resources::package_domain;
    "bucket" "the policy of a bucket" [Bucket] RESOURCE,
        required [BUCKET], optional &[ENDPOINT_IDS, EXEMPT_PRINCIPAL_ARNS, KMS_KEY_ARN, READER_ARNS, DELIVERED_BY, IAM_RESOURCE_PREFIX], resources::bucket;
    "key" "the policy of a KMS key" [Key] RESOURCE,
        required [ADMINISTRATOR_ARNS], optional &[USER_ARNS, READER_ARNS, ENDPOINT_IDS, LOG_GROUP_PREFIXES, USED_BY], resources::key;
    "endpoint" "the policy of a VPC endpoint" [Endpoint] RESOURCE,
        required [SERVICE], optional &[BUCKETS, TABLES], resources::endpoint;
}
