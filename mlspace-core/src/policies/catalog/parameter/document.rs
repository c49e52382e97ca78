//! Parameters of the platform's documents.

use super::{Parameter, ParameterType};

macro_rules! parameters {
    ($($constant:ident $name:literal $parameter_type:ident $description:literal;)*) => {
        $(pub(in crate::policies) const $constant: Parameter =
            Parameter::new($name, ParameterType::$parameter_type, $description);)*
    };
}

parameters! {
    ACCOUNT_ID "account_id" String "AWS account id, twelve digits in quotes";
    ADMINISTRATOR_ARNS "administrator_arns" StringList "principals that administer the key and cannot use it: ARNs, or patterns of ARNs, of roles and users";
    BASE_POLICY_ARNS "base_policy_arns" StringList "ARNs of the managed policies that every membership's role has";
    BEDROCK_GUARDRAIL_ARN "bedrock_guardrail_arn" String "ARN of the guardrail that every request of the project to Bedrock must name";
    BEDROCK_MODEL_ARNS "bedrock_model_arns" StringList "ARNs of the foundation models and inference profiles that the project can invoke";
    BUCKET "bucket" String "name of the bucket";
    BUDGETS "budgets" Bool "true if projects have budgets";
    BUCKETS "buckets" StringList "names of the account's buckets that can be reached through the S3 endpoint, or prefixes of names followed by `*`";
    CODEARTIFACT_REPOSITORY_ARNS "codeartifact_repository_arns" StringList "ARNs of the CodeArtifact repositories that the project can read";
    DATA_BUCKET "data_bucket" String "name of the bucket that holds the datasets";
    DATASETS "datasets" StringList "names of the datasets shared with the group";
    DELIVERED_BY "delivered_by" StringList "services that deliver logs into the bucket: `s3-access-logs`, `cloudtrail`, `flow-logs`";
    EMR_ROLE_ARNS "emr_role_arns" StringList "roles of EMR clusters, which cannot be passed when EMR is denied";
    ENDPOINT_IDS "endpoint_ids" StringList "VPC endpoints through which requests must come; if empty, they can come from anywhere";
    ENDPOINT_INSTANCE_TYPES "endpoint_instance_types" StringList "instance types, or patterns such as `ml.g5.*`, that endpoints can use; none if empty";
    EXEMPT_INSTANCE_TYPES "exempt_instance_types" StringList "instance types, or patterns, whose volumes take no key";
    EXEMPT_PRINCIPAL_ARNS "exempt_principal_arns" StringList "principals that are exempt from the endpoints and can change the bucket itself: ARNs, or patterns of ARNs, of roles and users";
    GRANTED_BUCKETS "granted_buckets" StringList "names of buckets besides the data bucket that members can be granted";
    GRANTED_KEY_ARNS "granted_key_arns" StringList "ARNs of the keys of `granted_buckets`, besides the approved key";
    GROUP "group" String "name of the group";
    GROUP_DATASETS "group_datasets" StringList "names of the datasets that are shared with the user's groups";
    IAM_RESOURCE_PREFIX "iam_resource_prefix" String "prefix of the names of roles and policies, by default `MLSpace`";
    IMAGE_REPOSITORIES "image_repositories" StringList "names of the account's ECR repositories from which every member can pull, or prefixes of names followed by `*`";
    KEYLESS_INSTANCE_TYPES "keyless_instance_types" StringList "instance types, or patterns, whose volumes take no key, besides the known types with local storage";
    KMS_KEY_ARN "kms_key_arn" String "ARN of the only key with which objects can be encrypted";
    KMS_KEY_ID "kms_key_id" String "approved key of volumes and outputs: its ARN, its id or `alias/NAME`";
    LOG_GROUP "log_group" String "name of the log group";
    LOG_GROUP_PREFIX "log_group_prefix" String "prefix of the names of log groups, such as `/aws/sagemaker/`";
    LOG_GROUP_PREFIXES "log_group_prefixes" StringList "prefixes of the names of log groups that can be encrypted with the key, such as `/aws/sagemaker/`";
    NOTEBOOK_INSTANCE_TYPES "notebook_instance_types" StringList "instance types, or patterns, that notebook instances can use; none if empty";
    OWNER "owner" Bool "true if the user owns the project";
    PARTITION "partition" String "AWS partition, by default that of the region";
    PERMISSIONS_BOUNDARY_ARN "permissions_boundary_arn" String "ARN of the permissions boundary that every membership's role must have";
    PRINCIPAL_ARNS "principal_arns" StringList "principals that can assume the role: ARNs, or patterns of ARNs, of roles and users";
    PROCESSING_INSTANCE_TYPES "processing_instance_types" StringList "instance types, or patterns, that processing jobs can use; none if empty";
    PROJECT "project" String "name of the project";
    PROJECTS "projects" StringList "names of the projects";
    PROJECT_SECURITY_GROUPS "project_security_groups" Bool "true if workloads use security groups with the tags `system` and `project` of their role, instead of `security_group_ids`";
    PROJECT_SERVICES "project_services" StringList "services that the project has switched on";
    PUBLISHED_DATASETS "published_datasets" StringList "names of the global datasets that the user publishes";
    PUBLISHER_ARNS "publisher_arns" StringList "only principals that publish to the repository and delete from it: ARNs, or patterns of ARNs, of roles and users";
    READER_ARNS "reader_arns" StringList "principals in other accounts that can read: ARNs, or patterns of ARNs, of roles and users";
    REGION "region" String "AWS region";
    REPOSITORIES "repositories" StringList "names of the account's ECR repositories from which the role pulls, or prefixes of names followed by `*`";
    RESOURCE_NAMES "resource_names" String "names of what members create: `prefixed`, the default, if they begin with the project's name and `-`, or `free`";
    ROLE_ARN "role_arn" String "ARN of the role, by default that of the membership of `project` and `user`";
    SAML_PROVIDER_ARN "saml_provider_arn" String "ARN of the SAML provider whose users can assume the role";
    SCHEDULE_GROUP "schedule_group" String "name of the schedule group for the schedules that stop notebooks";
    SECURITY_GROUP_IDS "security_group_ids" StringList "approved security groups; if empty, any group is allowed, but one must be named";
    SERVICE "service" String "service behind the endpoint: `s3`, `dynamodb`, `ecr.api`, `ecr.dkr` or another service as in the endpoint's name";
    SERVICES "services" StringList "services that projects can switch on, such as `registry` or `bedrock`; of `denied_services`, the denied ones: `endpoints`, `jobs`, `labeling-jobs`, `emr`, `batch-translate`, `realtime-translate`, `bedrock`";
    SHARING "sharing" String "what members see of each other's resources: `project`, the default, or `user` for their own only";
    SOURCE_VPC_IDS "source_vpc_ids" StringList "VPCs from which members use their resources; if empty, they can from anywhere";
    IDENTITY_CENTER "identity_center" Bool "true if the configuration reads groups of IAM Identity Center";
    STOP_ROLE_ARN "stop_role_arn" String "ARN of the role with which schedules stop notebooks, with `schedule_group`";
    SUBNET_IDS "subnet_ids" StringList "approved subnets; if empty, any subnet is allowed, but one must be named";
    SUSPENDED "suspended" Bool "true if the project is suspended";
    SYSTEM_TAG "system_tag" String "value of the tag `system`, by default `MLSpace`";
    TABLE_KEY_ARN "table_key_arn" String "ARN of the key that encrypts the tables, unless AWS manages the key";
    TABLE_NAMES "table_names" StringMap "names of the DynamoDB tables that differ from MLSpace's";
    TABLES "tables" StringList "names of the account's tables that can be reached through the DynamoDB endpoint";
    TOPIC "topic" String "name of the topic";
    TRAINING_INSTANCE_TYPES "training_instance_types" StringList "instance types, or patterns, that training and tuning jobs can use; none if empty";
    TRANSFORM_INSTANCE_TYPES "transform_instance_types" StringList "instance types, or patterns, that batch transform jobs can use; none if empty";
    USED_BY "used_by" StringList "other services that encrypt with the key: `cloudtrail`, `flow-logs`, `alarms`";
    USER "user" String "name of the user";
    USER_ARNS "user_arns" StringList "principals that use the key: ARNs, or patterns of ARNs, of roles and users";
    WEB_IDENTITY_AUDIENCE "web_identity_audience" String "required claim `aud` of the web identity provider's tokens, by default `sts.amazonaws.com`";
    WEB_IDENTITY_PROVIDER_ARN "web_identity_provider_arn" String "ARN of the OpenID Connect provider, such as that of a pipeline, whose tokens can assume the role";
    WEB_IDENTITY_SUBJECTS "web_identity_subjects" StringList "allowed claims `sub` of its tokens: values or patterns such as `repo:acme/platform:ref:refs/heads/main`";
}
