//! Parameters of guardrails.

use super::super::format::{
    ACCOUNT_ID as ACCOUNT_ID_FORMAT, CIDR, IAM_ARN, INSTANCE_TYPE, INTEGER, KEY_ARN, NAME, S3_URI,
    SAGEMAKER_ARN, SECURITY_GROUP_ID, SUBNET_ID, TAG_KEY, UNCHECKED, VPC_ENDPOINT_ID,
};
use super::{Parameter, ParameterType};

macro_rules! parameters {
    ($($constant:ident $name:literal $parameter_type:ident $format:ident $description:literal;)*) => {
        $(pub(in crate::policies) const $constant: Parameter =
            Parameter::new($name, ParameterType::$parameter_type, $description).with_format($format);)*
    };
}

parameters! {
    ACCOUNT_ID "account_id" String ACCOUNT_ID_FORMAT "AWS account id";
    API_VPCE_IDS "api_vpce_ids" StringList VPC_ENDPOINT_ID "VPC endpoints of SageMaker's API and Studio";
    BOUNDARY_POLICY_ARN "boundary_policy_arn" StringList IAM_ARN "ARN of the permissions boundary, by default that of the policy `ml-boundary`";
    BUCKET "bucket" String NAME "name of the data bucket";
    CLUSTER_INSTANCE_TYPES "cluster_instance_types" StringList INSTANCE_TYPE "instance types, or patterns, that clusters can use";
    CONSUMER_ROLE_ARNS "consumer_role_arns" StringList IAM_ARN "roles in other accounts that can read";
    CORP_CIDRS "corp_cidrs" StringList CIDR "address ranges of the company's network";
    ENDPOINT_INSTANCE_TYPES "endpoint_instance_types" StringList INSTANCE_TYPE "instance types, or patterns, that endpoints can use";
    EXEC_ROLE_ARNS "exec_role_arns" StringList IAM_ARN "execution roles of workloads, or patterns";
    EXEMPT_PRINCIPAL_ARNS "exempt_principal_arns" StringList IAM_ARN "principals that the denials do not apply to";
    GUARDED_ROLE_ARNS "guarded_role_arns" StringList IAM_ARN "roles whose policies cannot be edited, by default those under the path `/ml/`";
    IMAGE_ARNS "image_arns" StringList SAGEMAKER_ARN "approved Studio images, or patterns";
    IMAGE_VERSION_ARNS "image_version_arns" StringList SAGEMAKER_ARN "approved versions of Studio images, or patterns";
    JOB_INSTANCE_TYPES "job_instance_types" StringList INSTANCE_TYPE "instance types, or patterns, that jobs can use";
    KMS_KEY_ARNS "kms_key_arns" StringList KEY_ARN "approved KMS keys";
    LOCAL_NVME_TYPES "local_nvme_types" StringList INSTANCE_TYPE "instance types, or patterns, with local disks, whose volumes take no key";
    MAX_RUNTIME_SECONDS "max_runtime_seconds" Number INTEGER "longest run time of a job, in seconds";
    NAME_PREFIX "name_prefix" String NAME "prefix of the names of the company's resources, by default the bucket's name up to its first hyphen";
    NETWORK_ISOLATION "network_isolation" Bool UNCHECKED "false if containers can have network access, by default true";
    NOTEBOOK_INSTANCE_TYPES "notebook_instance_types" StringList INSTANCE_TYPE "instance types, or patterns, that notebook instances can use";
    NOTEBOOK_LCC_ARNS "notebook_lcc_arns" StringList SAGEMAKER_ARN "approved lifecycle configurations of notebook instances, or patterns";
    NOTEBOOK_VPCE_IDS "notebook_vpce_ids" StringList VPC_ENDPOINT_ID "VPC endpoints of notebook instances";
    OFFLINE_STORE_PREFIX "offline_store_prefix" String S3_URI "prefix of the S3 URIs of offline feature stores";
    OWNER_TAG "owner_tag" String TAG_KEY "key of the tag that names the owner of a profile or space";
    PARTITION "partition" String NAME "AWS partition";
    PROTECTED_TAGS "protected_tags" StringList TAG_KEY "keys of tags that cannot be changed";
    REGION "region" String NAME "AWS region";
    REQUIRE_MODEL_VPC "require_model_vpc" Bool UNCHECKED "false if models can be created without a network, by default true";
    REQUIRED_TAGS "required_tags" StringList TAG_KEY "keys of tags that new resources must have, by default `cost-center`";
    SECURITY_GROUP_IDS "security_group_ids" StringList SECURITY_GROUP_ID "approved security groups";
    STUDIO_INSTANCE_TYPES "studio_instance_types" StringList INSTANCE_TYPE "instance types, or patterns, that Studio can use";
    STUDIO_LCC_ARNS "studio_lcc_arns" StringList SAGEMAKER_ARN "approved lifecycle configurations of Studio, or patterns";
    SUBNET_IDS "subnet_ids" StringList SUBNET_ID "approved subnets";
    TENANT_TAG "tenant_tag" String TAG_KEY "key of the tag that names the tenant";
}

/// Parameters that every guardrail accepts, so that one object can serve multiple guardrails.
/// Guardrails that use one of them list it themselves, with its format.
pub(in crate::policies) const ACCOUNT_PARAMETERS: &[Parameter] = &[
    ACCOUNT_ID.with_format(UNCHECKED),
    REGION.with_format(UNCHECKED),
    PARTITION.with_format(UNCHECKED),
    NAME_PREFIX.with_format(UNCHECKED),
];

// Parameters of guardrails that are aliases of entries for resources: both names are accepted.

pub(in crate::policies) const DATA_KEY_ARN: Parameter = Parameter::new(
    "data_key_arn",
    ParameterType::String,
    "ARN of the only key with which objects can be encrypted",
)
.with_format(KEY_ARN)
.alias_of("kms_key_arn");
pub(in crate::policies) const KMS_VPCE_IDS: Parameter = Parameter::new(
    "kms_vpce_ids",
    ParameterType::StringList,
    "VPC endpoints through which the key can be used",
)
.with_format(VPC_ENDPOINT_ID)
.alias_of("endpoint_ids");
pub(in crate::policies) const S3_VPCE_IDS: Parameter = Parameter::new(
    "s3_vpce_ids",
    ParameterType::StringList,
    "VPC endpoints through which requests for objects must come",
)
.with_format(VPC_ENDPOINT_ID)
.alias_of("endpoint_ids");
pub(in crate::policies) const READERS: Parameter = CONSUMER_ROLE_ARNS.alias_of("reader_arns");
pub(in crate::policies) const KEY_ADMINISTRATORS: Parameter =
    EXEMPT_PRINCIPAL_ARNS.alias_of("administrator_arns");
pub(in crate::policies) const KEY_USERS: Parameter = EXEC_ROLE_ARNS.alias_of("user_arns");
