//! The actions that policies are about, grouped by what condition keys they carry.
//!
//! Grants name actions in full. Denials and the permissions boundary use patterns where these match, of all actions of the service, only what
//! the list is about: documents have a limit. A test holds the patterns against the service's actions.
//!
//! Source: *Actions, resources, and condition keys for Amazon SageMaker*
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>), as of August 2026.

/// Reading, writing, deleting and tagging an object; uploads in parts included.
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

/// Creating anything of [`TYPES`]. Each of these carries `aws:RequestTag`.
///
/// Labeling, compilation, optimisation and edge packaging jobs are left out on purpose: they carry no network, so nothing could hold them to
/// the approved one.
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

/// Creating an endpoint. It is authorised twice: on the endpoint, which gets the tags, and on the endpoint configuration, which has its own.
pub const CREATE_ENDPOINT: &str = "sagemaker:CreateEndpoint";

/// [`CREATE`] without [`CREATE_ENDPOINT`], as patterns. `Create*ningJob` is training and tuning.
pub const CREATE_PATTERNS: [&str; 6] = [
    "sagemaker:Create*ningJob",
    "sagemaker:CreateAutoMLJob*",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateModel",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
];

/// Describing, stopping, deleting, updating and invoking what exists. Each is authorised on a resource, and so carries `aws:ResourceTag`.
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

/// [`OPERATE`] as patterns for the permissions boundary. They match actions on other types of resources too, which need the same tags there
/// and no policy grants.
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

/// What a member may do to a notebook instance from within: see it and stop it, which idle checks do. Anything else could turn root access
/// or the internet back on.
pub const NOTEBOOK: [&str; 3] = [
    "sagemaker:DescribeNotebookInstance",
    "sagemaker:ListTags",
    "sagemaker:StopNotebookInstance",
];

/// Creating what runs in a VPC and always names it: these carry `sagemaker:VpcSubnets` and `sagemaker:VpcSecurityGroupIds`.
///
/// A transform job takes its network from the model.
pub const IN_VPC: [&str; 4] = [
    "sagemaker:Create*ningJob",
    "sagemaker:CreateAutoMLJob*",
    "sagemaker:CreateModel",
    "sagemaker:CreateProcessingJob",
];

/// Creating what has a volume of its own: these carry `sagemaker:VolumeKmsKey` or its successor `sagemaker:VolumeKmsKeyArn`.
pub const WITH_VOLUME: [&str; 5] = [
    "sagemaker:Create*ningJob",
    "sagemaker:CreateAutoMLJob*",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
];

/// Creating what writes results: these carry `sagemaker:OutputKmsKey` or its successor `sagemaker:OutputKmsKeyArn`.
pub const WITH_OUTPUT: [&str; 4] = [
    "sagemaker:Create*ningJob",
    "sagemaker:CreateAutoMLJob*",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
];

/// Using keys rather than administering them.
pub const USE_KEY: [&str; 5] = [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
];
