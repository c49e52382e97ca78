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

/// The types of SageMaker resources that every member can create.
pub const TYPES: [&str; 7] = [
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

/// Creating a resource of [`TYPES`]. Each of these actions supports `aws:RequestTag`. Those of
/// services that projects switch on are in [`crate::policies::SERVICES`].
pub const CREATE: [&str; 7] = [
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

/// Describing, stopping, deleting, updating and invoking existing resources. Each action is
/// authorized on a resource and so supports `aws:ResourceTag`.
pub const OPERATE: [&str; 30] = [
    "sagemaker:BatchGetMetrics",
    "sagemaker:BatchPutMetrics",
    "sagemaker:DeleteEndpoint",
    "sagemaker:DeleteEndpointConfig",
    "sagemaker:DeleteHyperParameterTuningJob",
    "sagemaker:DeleteModel",
    "sagemaker:DeleteProcessingJob",
    "sagemaker:DeleteTrainingJob",
    "sagemaker:DescribeEndpoint",
    "sagemaker:DescribeEndpointConfig",
    "sagemaker:DescribeHyperParameterTuningJob",
    "sagemaker:DescribeModel",
    "sagemaker:DescribeNotebookInstance",
    "sagemaker:DescribeProcessingJob",
    "sagemaker:DescribeTrainingJob",
    "sagemaker:DescribeTransformJob",
    "sagemaker:DescribeUserProfile",
    "sagemaker:InvokeEndpoint",
    "sagemaker:InvokeEndpointAsync",
    "sagemaker:InvokeEndpointWithResponseStream",
    "sagemaker:ListTags",
    "sagemaker:ListTrainingJobsForHyperParameterTuningJob",
    "sagemaker:StopHyperParameterTuningJob",
    "sagemaker:StopNotebookInstance",
    "sagemaker:StopProcessingJob",
    "sagemaker:StopTrainingJob",
    "sagemaker:StopTransformJob",
    "sagemaker:UpdateEndpoint",
    "sagemaker:UpdateEndpointWeightsAndCapacities",
    "sagemaker:UpdateTrainingJob",
];

/// [`CREATE`], [`OPERATE`] and tagging as patterns, which match no other action of the service.
pub const SAGEMAKER_PATTERNS: [&str; 19] = [
    "sagemaker:*Endpoint",
    "sagemaker:*EndpointConfig",
    "sagemaker:*ProcessingJob",
    "sagemaker:*TrainingJob",
    "sagemaker:*TransformJob",
    "sagemaker:*TuningJob",
    "sagemaker:AddTags",
    "sagemaker:Batch*Metrics",
    "sagemaker:CreateModel",
    "sagemaker:DeleteModel",
    "sagemaker:DescribeDomain",
    "sagemaker:DescribeModel",
    "sagemaker:DescribeNotebookInstance",
    "sagemaker:DescribeUserProfile",
    "sagemaker:InvokeEndpoint*",
    "sagemaker:ListTags",
    "sagemaker:Search",
    "sagemaker:StopNotebookInstance",
    "sagemaker:UpdateEndpointW*",
];

/// Patterns of [`SAGEMAKER_PATTERNS`] that ask for no tag of a project.
pub const UNTAGGED: [&str; 3] = [
    "sagemaker:AddTags",
    "sagemaker:DescribeDomain",
    "sagemaker:Search",
];

/// [`CREATE`] as patterns.
pub const CREATE_PATTERNS: [&str; 5] = [
    "sagemaker:Create*ningJob",
    "sagemaker:CreateEndpoint*",
    "sagemaker:CreateModel",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
];

/// Actions that a member can take on a notebook instance from within: describing and stopping it,
/// as scripts that stop idle instances do. Other actions could turn on root access or internet
/// access.
pub const NOTEBOOK: [&str; 3] = [
    "sagemaker:DescribeNotebookInstance",
    "sagemaker:ListTags",
    "sagemaker:StopNotebookInstance",
];

/// Actions on resources of other members of the project, if the project shares them: those that show
/// them, and those that invoke them at once.
pub const SHARED_OPERATIONS: [&str; 9] = [
    "sagemaker-mlflow:*",
    "sagemaker:BatchDescribe*",
    "sagemaker:BatchGet*",
    "sagemaker:CallMlflowAppApi",
    "sagemaker:Describe*",
    "sagemaker:GetRecord",
    "sagemaker:InvokeEndpoint",
    "sagemaker:InvokeEndpointWithResponseStream",
    "sagemaker:List*",
];

/// Actions that make a resource work, with the role of the member who created it, on data or code
/// that the caller chooses. Nobody else can do them, not even owners of the project.
pub const LENDING: [&str; 8] = [
    "sagemaker:InvokeEndpointAsync",
    "sagemaker:RetryPipelineExecution",
    "sagemaker:SendPipelineExecution*",
    "sagemaker:StartPipelineExecution",
    "sagemaker:UpdateEndpoint",
    "sagemaker:UpdateMonitoringSchedule",
    "sagemaker:UpdatePipeline*",
    "sagemaker:UpdateTrainingJob",
];

/// Creating workloads that always name their VPC: these actions support `sagemaker:VpcSubnets` and
/// `sagemaker:VpcSecurityGroupIds`.
///
/// A transform job uses the network of its model, and a monitoring schedule that of its job
/// definition.
pub const IN_VPC: [&str; 5] = [
    "sagemaker:Create*JobDefinition",
    "sagemaker:Create*ningJob",
    "sagemaker:CreateAutoMLJob*",
    "sagemaker:CreateModel",
    "sagemaker:CreateProcessingJob",
];

/// Creating workloads with a volume: these actions support `sagemaker:VolumeKmsKey` or its
/// successor `sagemaker:VolumeKmsKeyArn`.
pub const WITH_VOLUME: [&str; 6] = [
    "sagemaker:Create*JobDefinition",
    "sagemaker:Create*ningJob",
    "sagemaker:CreateAutoMLJob*",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
];

/// Creating workloads that always write results: these actions support `sagemaker:OutputKmsKey` or
/// its successor `sagemaker:OutputKmsKeyArn`. A processing job can have no results, and then names no
/// key.
pub const WITH_OUTPUT: [&str; 4] = [
    "sagemaker:Create*JobDefinition",
    "sagemaker:Create*ningJob",
    "sagemaker:CreateAutoMLJob*",
    "sagemaker:CreateTransformJob",
];

/// Creating workloads from a model that the request names: these actions support
/// `sagemaker:ModelArn`.
pub const FROM_MODEL: [&str; 3] = [
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateInferenceComponent",
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

/// Reading what a key has encrypted.
pub const DECRYPT: [&str; 2] = ["kms:Decrypt", "kms:DescribeKey"];

/// Pulling images.
pub const PULL: [&str; 3] = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
];
