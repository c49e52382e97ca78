//! Actions, grouped by the condition keys that they support.
//!
//! Allow statements name actions in full. Denials and the permissions boundary use patterns where
//! these match only the listed actions of the service, since documents have a size limit. A test
//! compares the patterns with the service's actions.
//!
//! Source: *Actions, resources, and condition keys for Amazon SageMaker*
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>),
//! as of August 2026.

/// Reading, writing, deleting and tagging an object, including multipart uploads.
pub const OBJECT: [&str; 7] = [
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:PutObjectTagging",
];

/// [`OBJECT`] without deleting.
pub const OBJECT_KEEP: [&str; 6] = [
    "s3:AbortMultipartUpload",
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:PutObjectTagging",
];

/// Reading an object.
pub const OBJECT_READ: [&str; 2] = ["s3:GetObject", "s3:GetObjectTagging"];

/// The types of SageMaker resources that members create.
pub const TYPES: [&str; 8] = [
    "automl-job",
    "endpoint",
    "endpoint-config",
    "hyper-parameter-tuning-job",
    "model",
    "processing-job",
    "training-job",
    "transform-job",
];

/// The type of notebook instances, which the platform creates for members.
pub const NOTEBOOK_TYPE: &str = "notebook-instance";

/// Creating a resource of [`TYPES`]. Each of these actions supports `aws:RequestTag`.
///
/// Labeling, compilation, optimization and edge packaging jobs are left out on purpose: they
/// support no network conditions, so they cannot be restricted to the approved network.
pub const CREATE: [&str; 9] = [
    "sagemaker:CreateAutoMLJob",
    "sagemaker:CreateAutoMLJobV2",
    CREATE_ENDPOINT,
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateModel",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateTransformJob",
];

/// Creating an endpoint. AWS authorizes it twice: on the endpoint, which gets the tags, and on the
/// endpoint configuration, which has tags of its own.
pub const CREATE_ENDPOINT: &str = "sagemaker:CreateEndpoint";

/// [`CREATE`] without [`CREATE_ENDPOINT`], as patterns. `Create*ningJob` matches training and
/// tuning.
pub const CREATE_PATTERNS: [&str; 6] = [
    "sagemaker:Create*ningJob",
    "sagemaker:CreateAutoMLJob*",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateModel",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
];

/// Describing, stopping, deleting, updating and invoking existing resources. Each action is
/// authorized on a resource and so supports `aws:ResourceTag`.
pub const OPERATE: [&str; 30] = [
    "sagemaker:DeleteEndpoint",
    "sagemaker:DeleteEndpointConfig",
    "sagemaker:DeleteHyperParameterTuningJob",
    "sagemaker:DeleteModel",
    "sagemaker:DeleteProcessingJob",
    "sagemaker:DeleteTrainingJob",
    "sagemaker:DescribeAutoMLJob",
    "sagemaker:DescribeAutoMLJobV2",
    "sagemaker:DescribeEndpoint",
    "sagemaker:DescribeEndpointConfig",
    "sagemaker:DescribeHyperParameterTuningJob",
    "sagemaker:DescribeModel",
    "sagemaker:DescribeNotebookInstance",
    "sagemaker:DescribeProcessingJob",
    "sagemaker:DescribeTrainingJob",
    "sagemaker:DescribeTransformJob",
    "sagemaker:InvokeEndpoint",
    "sagemaker:InvokeEndpointAsync",
    "sagemaker:InvokeEndpointWithResponseStream",
    "sagemaker:ListTags",
    "sagemaker:ListTrainingJobsForHyperParameterTuningJob",
    "sagemaker:StopAutoMLJob",
    "sagemaker:StopHyperParameterTuningJob",
    "sagemaker:StopNotebookInstance",
    "sagemaker:StopProcessingJob",
    "sagemaker:StopTrainingJob",
    "sagemaker:StopTransformJob",
    "sagemaker:UpdateEndpoint",
    "sagemaker:UpdateEndpointWeightsAndCapacities",
    "sagemaker:UpdateTrainingJob",
];

/// [`OPERATE`] as patterns for the permissions boundary. They also match actions on other resource
/// types, which need the same tags and which no policy allows.
pub const OPERATE_PATTERNS: [&str; 10] = [
    "sagemaker:Delete*Job",
    "sagemaker:DeleteEndpoint*",
    "sagemaker:DeleteModel",
    "sagemaker:Describe*",
    "sagemaker:InvokeEndpoint*",
    "sagemaker:ListTags",
    "sagemaker:ListTrainingJobsFor*",
    "sagemaker:Stop*",
    "sagemaker:UpdateEndpoint*",
    "sagemaker:UpdateTrainingJob",
];

/// Actions that a member can take on a notebook instance from within: describing and stopping it,
/// as scripts that stop idle instances do. Other actions could turn on root access or internet
/// access.
pub const NOTEBOOK: [&str; 3] = [
    "sagemaker:DescribeNotebookInstance",
    "sagemaker:ListTags",
    "sagemaker:StopNotebookInstance",
];

/// Creating workloads that always name their VPC: these actions support `sagemaker:VpcSubnets` and
/// `sagemaker:VpcSecurityGroupIds`.
///
/// A transform job uses the network of its model.
pub const IN_VPC: [&str; 4] = [
    "sagemaker:Create*ningJob",
    "sagemaker:CreateAutoMLJob*",
    "sagemaker:CreateModel",
    "sagemaker:CreateProcessingJob",
];

/// Creating workloads with a volume: these actions support `sagemaker:VolumeKmsKey` or its
/// successor `sagemaker:VolumeKmsKeyArn`.
pub const WITH_VOLUME: [&str; 5] = [
    "sagemaker:Create*ningJob",
    "sagemaker:CreateAutoMLJob*",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
];

/// Creating workloads that write results: these actions support `sagemaker:OutputKmsKey` or its
/// successor `sagemaker:OutputKmsKeyArn`.
pub const WITH_OUTPUT: [&str; 4] = [
    "sagemaker:Create*ningJob",
    "sagemaker:CreateAutoMLJob*",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
];

/// Using keys, without administering them.
pub const USE_KEY: [&str; 5] = [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
];
