//! The entries of the catalogue.

use std::fmt;
use std::str::FromStr;

use crate::policies::members::names::Names;

/// How resources of a service are told apart by tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantsBy {
    /// By the tags of the resource, and by its name while it is created.
    Tags,
    /// By the name, which begins with the project's name.
    Name,
    /// By ARNs that the project names.
    Arns,
    /// Not at all: the calls concern no stored data of a tenant.
    Nothing,
}

/// An AWS service, or a part of one, that projects can switch on.
#[derive(Clone, Copy, Debug)]
pub struct ServiceEntry {
    /// The switch word in configurations.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// How tenants are told apart.
    pub tenants_by: TenantsBy,
    /// Actions that create a SageMaker resource with the tags of the request.
    pub creates: &'static [&'static str],
    /// Actions on SageMaker resources with the tags of the project.
    pub operates: &'static [&'static str],
    /// Actions on SageMaker resources that have no tags of their own, bound by the name.
    pub named: &'static [(&'static str, &'static str)],
    /// [`Self::creates`], [`Self::operates`] and [`Self::named`] as patterns, which match no other
    /// action of SageMaker. If empty, the actions themselves.
    pub patterns: &'static [&'static str],
    /// Actions without a resource, which show or do the same for every tenant.
    pub anywhere: &'static [&'static str],
    /// Actions of other services, as patterns, on resources with these names.
    pub actions: &'static [&'static str],
    /// Resources of other services that belong to a project: the service and the rest of the ARN,
    /// with `{}` for the project's name and `{lower}` for the name in lower case.
    pub own: &'static [&'static str],
    /// Actions, as patterns, that the permissions boundary lets pass without tags: those of other
    /// services, and those on SageMaker resources that can lack tags.
    pub boundary: &'static [&'static str],
    /// Services that the own role is passed to, besides SageMaker.
    pub passed_to: &'static [&'static str],
    /// Services of the VPC endpoints that calls go through.
    pub endpoints: &'static [&'static str],
    /// Partitions without the service.
    pub absent: &'static [&'static str],
    /// Description of the option of a project that the service needs, if any.
    pub options: Option<&'static str>,
    /// What the switch gives members, as a sentence.
    pub gives: &'static str,
    /// What IAM cannot close, as sentences. Empty if nothing.
    pub open: &'static str,
}

macro_rules! services {
    ($($variant:ident {
        $name:literal, $title:literal, $by:ident,
        $(creates $creates:expr,)? $(operates $operates:expr,)? $(named $named:expr,)?
        $(patterns $patterns:expr,)?
        $(anywhere $anywhere:expr,)?
        $(actions $actions:expr,)? $(own $own:expr,)? $(boundary $boundary:expr,)? $(passed_to $passed:expr,)? $(endpoints $endpoints:expr,)?
        $(absent $absent:expr,)? $(options $options:literal,)?
        gives $gives:literal, open $open:literal
    })*) => {
        /// A service of the catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Service {
            $(#[doc = $title] $variant,)*
        }

        impl Service {
            /// All services, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The entry of the service.
            #[must_use]
            pub const fn entry(self) -> &'static ServiceEntry {
                match self {
                    $(Self::$variant => {
                        const ENTRY: ServiceEntry = ServiceEntry {
                            name: $name, title: $title, tenants_by: TenantsBy::$by,
                            $(creates: $creates,)? $(operates: $operates,)? $(named: $named,)? $(patterns: $patterns,)?
                            $(anywhere: $anywhere,)?
                            $(actions: $actions,)? $(own: $own,)? $(boundary: $boundary,)? $(passed_to: $passed,)? $(endpoints: $endpoints,)?
                            $(absent: $absent,)? $(options: Some($options),)?
                            gives: $gives, open: $open, ..NONE
                        };
                        &ENTRY
                    })*
                }
            }
        }

        /// The entries of the catalogue.
        pub const SERVICES: &[&ServiceEntry] = &[$(Service::$variant.entry(),)*];
    };
}

const NONE: ServiceEntry = ServiceEntry {
    name: "",
    title: "",
    tenants_by: TenantsBy::Nothing,
    creates: &[],
    operates: &[],
    named: &[],
    patterns: &[],
    anywhere: &[],
    actions: &[],
    own: &[],
    boundary: &[],
    passed_to: &[],
    endpoints: &[],
    absent: &[],
    options: None,
    gives: "",
    open: "",
};

services! {
    Registry {
        "registry", "Model registry", Tags,
        creates &["sagemaker:CreateModelPackageGroup"],
        operates &[
            "sagemaker:AccessModelPackage", "sagemaker:BatchDescribeModelPackage", "sagemaker:DeleteModelPackage",
            "sagemaker:DeleteModelPackageGroup", "sagemaker:DescribeModelPackage",
            "sagemaker:DescribeModelPackageGroup", "sagemaker:UpdateModelPackage",
        ],
        named &[("sagemaker:CreateModelPackage", "model-package")],
        patterns &["sagemaker:*ModelPackage", "sagemaker:*ModelPackageGroup"],
        anywhere &["sagemaker:ListModelPackages"],
        boundary &["sagemaker:CreateModelPackage", "sagemaker:ListModelPackages"],
        gives "Members register models in groups of the project, describe, approve and deploy them.",
        open "A version of a model package has no tags of its own, so every member can register into every group of the project. `ListModelPackages` names the versions of a group whose name the caller knows. `ListModelPackageGroups` stays closed: create the groups beforehand, since the SDK lists before it creates one."
    }
    ModelCards {
        "model_cards", "Model cards", Tags,
        creates &["sagemaker:CreateModelCard"],
        operates &[
            "sagemaker:DeleteModelCard", "sagemaker:DescribeModelCard", "sagemaker:DescribeModelCardExportJob",
            "sagemaker:ListModelCardExportJobs", "sagemaker:ListModelCardVersions", "sagemaker:UpdateModelCard",
        ],
        named &[("sagemaker:CreateModelCardExportJob", "model-card")],
        patterns &["sagemaker:*ModelCard", "sagemaker:*ModelCardExportJob", "sagemaker:ListModelCardExportJobs", "sagemaker:ListModelCardVersions"],
        boundary &["sagemaker:CreateModelCardExportJob"],
        gives "Members write model cards and export them.",
        open "No condition key names the key or the destination of an export; the destination is held by the bucket's policy."
    }
    Pipelines {
        "pipelines", "SageMaker Pipelines", Tags,
        creates &["sagemaker:CreatePipeline"],
        operates &[
            "sagemaker:AddTags", "sagemaker:DeletePipeline", "sagemaker:DescribePipeline", "sagemaker:DescribePipelineDefinitionForExecution",
            "sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps",
            "sagemaker:ListPipelineExecutions", "sagemaker:ListPipelineParametersForExecution",
            "sagemaker:ListPipelineVersions", "sagemaker:RetryPipelineExecution",
            "sagemaker:SendPipelineExecutionStepFailure", "sagemaker:SendPipelineExecutionStepSuccess",
            "sagemaker:StartPipelineExecution", "sagemaker:StopPipelineExecution", "sagemaker:UpdatePipeline",
            "sagemaker:UpdatePipelineExecution", "sagemaker:UpdatePipelineVersion",
        ],
        patterns &[
            "sagemaker:*Pipeline", "sagemaker:*Pipeline*ForExecution", "sagemaker:*PipelineExecution*",
            "sagemaker:*PipelineVersion*",
        ],
        actions &["scheduler:*Schedule"],
        own &["scheduler:schedule/*/{}-*"],
        boundary &["scheduler:*Schedule"],
        passed_to &["scheduler.amazonaws.com"],
        endpoints &["scheduler"],
        gives "Members create, change, start and schedule their own pipelines, and see those of the project.",
        open "A pipeline runs with the role of the member who created it, so that only this member can start it. Jobs of a step need names of their own, which the plugin of `mlspace_sdk_config` adds; without it, use `PipelineDefinitionConfig(use_custom_job_prefix=True)`, since SageMaker's names are denied. `ListPipelines` stays closed."
    }
    Experiments {
        "experiments", "SageMaker Experiments", Name,
        creates &["sagemaker:CreateExperiment", "sagemaker:CreateTrial", "sagemaker:CreateTrialComponent"],
        patterns &["sagemaker:*Experiment", "sagemaker:*Trial", "sagemaker:*TrialComponent"],
        actions &["sagemaker:*Experiment", "sagemaker:*Trial", "sagemaker:*TrialComponent"],
        own &["sagemaker:experiment*/{}-*", "sagemaker:experiment-trial/?efault-?un-?roup-{}-*"],
        boundary &["sagemaker:*Experiment", "sagemaker:*Trial", "sagemaker:*TrialComponent"],
        endpoints &["sagemaker.metrics"],
        gives "Members create and compare experiments, trials and their components.",
        open "Components of jobs are created by SageMaker, which promises no tags for them: they are told apart by the name of the job. Lists of experiments, trials and components stay closed, and `Search` works only with a visibility condition, so that `ExperimentAnalytics` and the listings of `Run` fail."
    }
    Mlflow {
        "mlflow", "MLflow tracking servers and apps", Tags,
        operates &[
            "sagemaker-mlflow:*", "sagemaker:CallMlflowAppApi", "sagemaker:CreatePresignedMlflowAppUrl",
            "sagemaker:CreatePresignedMlflowTrackingServerUrl", "sagemaker:DescribeMlflowApp",
            "sagemaker:DescribeMlflowTrackingServer",
        ],
        patterns &[
            "sagemaker-mlflow:*", "sagemaker:CallMlflowAppApi", "sagemaker:CreatePresignedMlflow*",
            "sagemaker:DescribeMlflow*",
        ],
        anywhere &["sagemaker-mlflow:AccessUI"],
        boundary &["sagemaker-mlflow:AccessUI"],
        endpoints &["aws.sagemaker.experiments"],
        absent &["aws-cn", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"],
        gives "Members log to and read from the tracking servers and apps that the platform creates for the project, with its tags.",
        open "Within a server every member sees and changes all runs. The condition keys of `sagemaker-mlflow` are those of AWS's own policies; its reference lists none."
    }
    FeatureStore {
        "feature_store", "Feature store", Tags,
        creates &["sagemaker:CreateFeatureGroup"],
        operates &[
            "sagemaker:BatchGetRecord", "sagemaker:BatchWriteRecord", "sagemaker:DeleteFeatureGroup",
            "sagemaker:DeleteRecord", "sagemaker:DescribeFeatureGroup", "sagemaker:DescribeFeatureMetadata",
            "sagemaker:GetRecord", "sagemaker:ListRecords", "sagemaker:PutRecord", "sagemaker:UpdateFeatureGroup",
            "sagemaker:UpdateFeatureMetadata",
        ],
        patterns &["sagemaker:*FeatureGroup", "sagemaker:*FeatureMetadata", "sagemaker:*Record", "sagemaker:ListRecords"],
        endpoints &["sagemaker.featurestore-runtime"],
        gives "Members create feature groups whose offline store is in the project's prefix, and read and write records.",
        open "The default database of Glue is one for all tenants: create groups with `DisableGlueTableCreation`, or name a database of the project and switch on `athena`. A processing job can name a foreign group as its output; only its own right to write records holds it."
    }
    InferenceComponents {
        "inference_components", "Inference components", Tags,
        creates &["sagemaker:CreateInferenceComponent"],
        operates &[
            "sagemaker:DeleteInferenceComponent", "sagemaker:DescribeInferenceComponent",
            "sagemaker:UpdateInferenceComponentRuntimeConfig",
        ],
        patterns &[
            "sagemaker:CreateInferenceComponent", "sagemaker:De*InferenceComponent", "sagemaker:UpdateInferenceComponentR*",
        ],
        gives "Members deploy several models to one endpoint and scale the copies.",
        open "`UpdateInferenceComponent` stays closed, since no condition key names its new model: delete the component and create it again."
    }
    Autoscaling {
        "autoscaling", "Scaling of endpoints", Name,
        anywhere &["application-autoscaling:Describe*", "cloudwatch:DescribeAlarms"],
        boundary &["application-autoscaling:*", "cloudwatch:*Alarm*"],
        endpoints &["application-autoscaling", "monitoring"],
        gives "Members register their endpoints as scalable targets, with tags, and set scaling policies.",
        open "IAM is not told which endpoint a target stands for; registering acts with the caller's rights on it. The describing calls show the targets and alarms of all tenants."
    }
    Monitoring {
        "monitoring", "Model monitor", Tags,
        creates &[
            "sagemaker:CreateDataQualityJobDefinition", "sagemaker:CreateModelBiasJobDefinition",
            "sagemaker:CreateModelExplainabilityJobDefinition", "sagemaker:CreateModelQualityJobDefinition",
            "sagemaker:CreateMonitoringSchedule",
        ],
        operates &[
            "sagemaker:DeleteDataQualityJobDefinition", "sagemaker:DeleteModelBiasJobDefinition",
            "sagemaker:DeleteModelExplainabilityJobDefinition", "sagemaker:DeleteModelQualityJobDefinition",
            "sagemaker:DeleteMonitoringSchedule", "sagemaker:DescribeDataQualityJobDefinition",
            "sagemaker:DescribeModelBiasJobDefinition", "sagemaker:DescribeModelExplainabilityJobDefinition",
            "sagemaker:DescribeModelQualityJobDefinition", "sagemaker:DescribeMonitoringSchedule",
            "sagemaker:StartMonitoringSchedule", "sagemaker:StopMonitoringSchedule",
            "sagemaker:UpdateMonitoringSchedule",
        ],
        patterns &["sagemaker:*JobDefinition", "sagemaker:*MonitoringSchedule"],
        gives "Members monitor their endpoints on schedules.",
        open "No condition key names the monitored endpoint; its captured data are read with the member's own role. `ListMonitoringExecutions` stays closed, so that the SDK's `list_executions` fails. AWS documents no names and tags of the jobs that a schedule starts."
    }
    Automl {
        "automl", "AutoML (Autopilot)", Tags,
        creates &["sagemaker:CreateAutoMLJob", "sagemaker:CreateAutoMLJobV2"],
        operates &[
            "sagemaker:DescribeAutoMLJob", "sagemaker:DescribeAutoMLJobV2", "sagemaker:ListCandidatesForAutoMLJob",
            "sagemaker:StopAutoMLJob",
        ],
        patterns &["sagemaker:*AutoMLJob", "sagemaker:*AutoMLJobV2"],
        gives "Members run AutoML jobs.",
        open "AWS documents no tags of the jobs that an AutoML job starts. Its reference gives `ListCandidatesForAutoMLJob` no tags, its own policies do: without them the call is denied."
    }
    Labeling {
        "labeling", "Ground Truth labeling", Tags,
        creates &["sagemaker:CreateHumanTaskUi", "sagemaker:CreateLabelingJob"],
        operates &[
            "sagemaker:DeleteHumanTaskUi", "sagemaker:DescribeHumanTaskUi", "sagemaker:DescribeLabelingJob",
            "sagemaker:DescribeWorkteam", "sagemaker:StopLabelingJob",
        ],
        patterns &["sagemaker:*HumanTaskUi", "sagemaker:*LabelingJob", "sagemaker:DescribeWorkteam"],
        gives "Members label data with the private work teams that the platform creates for the project.",
        open "Labeling jobs take no network, and workers see the data outside of it. No condition key names the functions before and after annotation."
    }
    Jumpstart {
        "jumpstart", "JumpStart's public hub", Nothing,
        boundary &["sagemaker:DescribeHub*", "sagemaker:ListHubContent*"],
        endpoints &["s3"],
        gives "Members read the contents of AWS's public hub. Model files in AWS's buckets can be read without this switch.",
        open "Whoever deploys a model accepts its terms of use; no condition key names them."
    }
    Bedrock {
        "bedrock", "Amazon Bedrock", Arns,
        boundary &["bedrock:*"],
        endpoints &["bedrock", "bedrock-runtime"],
        absent &["aws-cn"],
        options "ARNs of the foundation models and inference profiles",
        gives "Members invoke the models and inference profiles that the project names, and inference profiles with the project's tags.",
        open "Other doors to the same models (`bedrock-mantle`, API keys, agents) stay closed."
    }
    Translate {
        "translate", "Amazon Translate", Nothing,
        anywhere &["translate:ListLanguages", "translate:TranslateDocument", "translate:TranslateText"],
        boundary &["translate:*"],
        endpoints &["translate"],
        absent &["aws-cn", "aws-eusc"],
        gives "Members translate text and documents in real time.",
        open "Batch jobs stay closed, since everybody could list and stop those of all tenants."
    }
    Comprehend {
        "comprehend", "Amazon Comprehend", Nothing,
        anywhere &["comprehend:BatchDetect*", "comprehend:ContainsPiiEntities", "comprehend:Detect*"],
        boundary &["comprehend:*"],
        endpoints &["comprehend"],
        absent &["aws-cn", "aws-eusc"],
        gives "Members analyse text in real time.",
        open "Jobs and models of one's own stay closed."
    }
    Codeartifact {
        "codeartifact", "AWS CodeArtifact", Arns,
        boundary &["codeartifact:*", "sts:GetServiceBearerToken"],
        endpoints &["codeartifact.api", "codeartifact.repositories"],
        absent &["aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"],
        options "ARNs of the repositories",
        gives "Members install packages from the repositories that the project names.",
        open "A token serves every repository of the account that IAM admits."
    }
    Studio {
        "studio", "SageMaker Studio", Name,
        patterns &["sagemaker:*DomainUrl", "sagemaker:*Space", "sagemaker:*eApp"],
        anywhere &["sagemaker:ListApps", "sagemaker:ListSpaces"],
        boundary &["sagemaker:*DomainUrl", "sagemaker:*Space", "sagemaker:*eApp", "sagemaker:ListApps", "sagemaker:ListSpaces"],
        endpoints &["aws.sagemaker.studio"],
        gives "Members open Studio with their own user profile, and create, start, stop and delete private spaces of their own. Owners stop and delete those of all members.",
        open "`ListApps` and `ListSpaces` show the names, owners and sizes of all spaces of the account, and a space or an app without the tag of a project can be described. Shared spaces stay closed, since all of a domain run with one role, and so do connections from a local editor."
    }
    Codecommit {
        "codecommit", "AWS CodeCommit", Name,
        actions &["codecommit:BatchGet*", "codecommit:Create*", "codecommit:DeleteBranch", "codecommit:Get*", "codecommit:Git*", "codecommit:ListBranches", "codecommit:ListPullRequests", "codecommit:MergePullRequestBy*", "codecommit:PutFile"],
        own &["codecommit:{}-*"],
        boundary &["codecommit:*"],
        endpoints &["codecommit", "git-codecommit"],
        absent &["aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"],
        gives "Members pull from and push to repositories whose names begin with the project's.",
        open ""
    }
    Ecr {
        "ecr", "Own container images (Amazon ECR)", Name,
        actions &["ecr:*Image", "ecr:*Images", "ecr:*LayerUpload", "ecr:CreateRepository", "ecr:DescribeRepositories", "ecr:UploadLayerPart"],
        own &[],
        boundary &["ecr:*"],
        endpoints &["ecr.api", "ecr.dkr"],
        gives "Members push images to repositories whose names begin with the project's. Pulling them needs no switch.",
        open ""
    }
    Athena {
        "athena", "Amazon Athena with AWS Glue and Lake Formation", Name,
        anywhere &["lakeformation:GetDataAccess"],
        actions &["athena:*NamedQuery", "athena:*PreparedStatement", "athena:*QueryExecution*", "athena:*QueryResults*", "athena:Get*Metadata", "athena:GetDataCatalog", "athena:GetWorkGroup", "athena:ListTableMetadata", "glue:*Partition*", "glue:*Table", "glue:*Tables", "glue:GetDatabase"],
        own &["athena:workgroup/{}", "athena:workgroup/{}-*", "athena:datacatalog/AwsDataCatalog", "glue:catalog", "glue:database/{lower}", "glue:database/{lower}_*", "glue:table/{lower}/*", "glue:table/{lower}_*/*"],
        boundary &["athena:*", "glue:*", "lakeformation:GetDataAccess"],
        endpoints &["athena", "glue", "lakeformation"],
        gives "Members query the databases of the project in work groups whose names begin with the project's.",
        open "Everybody of a project reads the results of its work groups. Credentials of Lake Formation are those of the location's role: grants of Lake Formation are their only limit."
    }
    Secrets {
        "secrets", "AWS Secrets Manager", Name,
        actions &["secretsmanager:*SecretValue", "secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret", "secretsmanager:TagResource", "secretsmanager:UpdateSecret"],
        own &["secretsmanager:secret:{}/*"],
        boundary &["secretsmanager:*"],
        endpoints &["secretsmanager"],
        gives "Members read and write secrets under the project's name.",
        open "`ListSecrets` stays closed."
    }
    Parameters {
        "parameters", "Parameters of AWS Systems Manager", Name,
        actions &["ssm:AddTagsToResource", "ssm:DeleteParameter", "ssm:GetParameter*", "ssm:PutParameter"],
        own &["ssm:parameter/mlspace/{}/*", "ssm:parameter/aws/service/*"],
        boundary &["ssm:*Parameter*"],
        endpoints &["ssm"],
        gives "Members read and write parameters under the project's path.",
        open "`DescribeParameters` stays closed."
    }
}

impl ServiceEntry {
    /// Patterns of the resources of other services that belong to a project.
    pub(in crate::policies) fn own_resources(&self, partition: &str, names: &Names) -> Vec<String> {
        let arn = |own: &&str, name: &str| {
            let (service, rest) = own.split_once(':').unwrap_or((own, ""));
            let rest = rest.replace("{lower}", names.lower()).replace("{}", name);
            format!("arn:{partition}:{service}:*:*:{rest}")
        };
        let spelled = names.map(str::to_owned);
        let all = self
            .own
            .iter()
            .flat_map(|own| spelled.iter().map(move |name| arn(own, name)));
        let mut all: Vec<String> = all.collect();
        all.dedup();
        all
    }
}

impl ServiceEntry {
    /// The actions on SageMaker resources of tenants, or patterns of them.
    #[must_use]
    pub fn known_actions(&self) -> Vec<&'static str> {
        if self.patterns.is_empty() {
            let named = self.named.iter().map(|(action, _)| *action);
            return self
                .creates
                .iter()
                .chain(self.operates)
                .copied()
                .chain(named)
                .collect();
        }
        self.patterns.to_vec()
    }
}

impl ServiceEntry {
    /// The actions on SageMaker resources with the project's tags, or patterns of them. The patterns
    /// also match actions that create resources: SageMaker shows the tags of the request as those of
    /// the resource.
    #[must_use]
    pub fn operating_actions(&self) -> Vec<&'static str> {
        if self.patterns.is_empty() || self.operates.is_empty() {
            return self.operates.to_vec();
        }
        let tagging = self
            .operates
            .iter()
            .filter(|action| **action == "sagemaker:AddTags");
        self.patterns.iter().chain(tagging).copied().collect()
    }
}

impl Service {
    /// The switch word in configurations.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// Whether the partition has the service.
    #[must_use]
    pub fn is_in(self, partition: &str) -> bool {
        !self.entry().absent.contains(&partition)
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Service {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|service| service.name() == name);
        found.copied().ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|service| service.name()).collect();
            format!(
                "`{}` is not a service that projects can switch on. Use one of {}.",
                name.escape_debug(),
                known.join(", ")
            )
        })
    }
}
