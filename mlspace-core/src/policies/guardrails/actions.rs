//! SageMaker actions, grouped by the condition keys that they support.
//!
//! Source: *Actions, resources, and condition keys for Amazon SageMaker*
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>),
//! as of August 2026.

/// Starting and configuring Studio applications: these actions support instance types, images and
/// lifecycle configurations.
pub(super) const STUDIO: [&str; 7] = [
    "sagemaker:CreateApp",
    "sagemaker:CreateDomain",
    "sagemaker:CreateSpace",
    "sagemaker:CreateUserProfile",
    "sagemaker:UpdateDomain",
    "sagemaker:UpdateSpace",
    "sagemaker:UpdateUserProfile",
];

/// Creating and changing domains and profiles: these actions support security groups and the key of
/// shared notebooks.
pub(super) const PROFILES: [&str; 4] = [
    "sagemaker:CreateDomain",
    "sagemaker:CreateUserProfile",
    "sagemaker:UpdateDomain",
    "sagemaker:UpdateUserProfile",
];

/// Entering Studio and what belongs to it from outside: its pages, its spaces from a local editor,
/// the pages of MLflow and of partners' applications.
pub(super) const ENTER_STUDIO: [&str; 5] = [
    "sagemaker:CreatePartnerAppPresignedUrl",
    "sagemaker:CreatePresignedDomainUrl",
    "sagemaker:CreatePresignedMlflowAppUrl",
    "sagemaker:CreatePresignedMlflowTrackingServerUrl",
    "sagemaker:StartSession",
];

/// Creating and changing notebook instances.
pub(super) const NOTEBOOKS: [&str; 2] = [
    "sagemaker:CreateNotebookInstance",
    "sagemaker:UpdateNotebookInstance",
];

/// The four definitions of monitoring jobs.
pub(super) const DEFINITIONS: [&str; 4] = [
    "sagemaker:CreateDataQualityJobDefinition",
    "sagemaker:CreateModelBiasJobDefinition",
    "sagemaker:CreateModelExplainabilityJobDefinition",
    "sagemaker:CreateModelQualityJobDefinition",
];

/// Monitoring schedules. A schedule that contains its job, instead of naming a definition, supports
/// the condition keys of jobs.
pub(super) const SCHEDULES: [&str; 2] = [
    "sagemaker:CreateMonitoringSchedule",
    "sagemaker:UpdateMonitoringSchedule",
];

/// Training, tuning and processing.
pub(super) const JOBS: [&str; 3] = [
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTrainingJob",
];

/// AutoML jobs, which support no instance types.
pub(super) const AUTOML: [&str; 2] = ["sagemaker:CreateAutoMLJob", "sagemaker:CreateAutoMLJobV2"];

/// Batch transform, which uses the network of its model.
pub(super) const TRANSFORM: &str = "sagemaker:CreateTransformJob";

/// Creating resources that users create and AWS bills: each action supports `aws:RequestTag`.
/// Studio's applications and spaces are left out, since Studio itself creates them without tags.
pub(super) const TAGGED: [&str; 21] = [
    "sagemaker:CreateAutoMLJob",
    "sagemaker:CreateAutoMLJobV2",
    "sagemaker:CreateCluster",
    "sagemaker:CreateDataQualityJobDefinition",
    "sagemaker:CreateDomain",
    "sagemaker:CreateEndpoint",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateFeatureGroup",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateModel",
    "sagemaker:CreateModelBiasJobDefinition",
    "sagemaker:CreateModelExplainabilityJobDefinition",
    "sagemaker:CreateModelPackageGroup",
    "sagemaker:CreateModelQualityJobDefinition",
    "sagemaker:CreateMonitoringSchedule",
    "sagemaker:CreateNotebookInstance",
    "sagemaker:CreatePipeline",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateTransformJob",
    "sagemaker:CreateUserProfile",
];

/// Administration, which is up to the platform team.
pub(super) const ADMINISTRATION: [&str; 28] = [
    "sagemaker:CreateAppImageConfig",
    "sagemaker:CreateDomain",
    "sagemaker:CreateImage",
    "sagemaker:CreateImageVersion",
    "sagemaker:CreateNotebookInstanceLifecycleConfig",
    "sagemaker:CreateStudioLifecycleConfig",
    "sagemaker:CreateUserProfile",
    "sagemaker:CreateWorkforce",
    "sagemaker:DeleteAppImageConfig",
    "sagemaker:DeleteDomain",
    "sagemaker:DeleteImage",
    "sagemaker:DeleteImageVersion",
    "sagemaker:DeleteModelPackageGroupPolicy",
    "sagemaker:DeleteNotebookInstanceLifecycleConfig",
    "sagemaker:DeleteStudioLifecycleConfig",
    "sagemaker:DeleteUserProfile",
    "sagemaker:DisableSagemakerServicecatalogPortfolio",
    "sagemaker:EnableSagemakerServicecatalogPortfolio",
    "sagemaker:PutLineageGroupPolicy",
    "sagemaker:PutModelPackageGroupPolicy",
    "sagemaker:PutResourcePolicy",
    "sagemaker:UpdateAppImageConfig",
    "sagemaker:UpdateDomain",
    "sagemaker:UpdateImage",
    "sagemaker:UpdateImageVersion",
    "sagemaker:UpdateNotebookInstanceLifecycleConfig",
    "sagemaker:UpdateUserProfile",
    "sagemaker:UpdateWorkforce",
];
