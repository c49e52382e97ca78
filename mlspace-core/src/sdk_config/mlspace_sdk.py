"""Makes calls of boto3 and of the SageMaker Python SDK fit the project that they run in.

botocore loads this module as a client plugin. Before a request is signed it adds what the platform's
policies require and what code seldom says: the prefix of names, tags, network, keys and role. What
the code says itself is kept. Nothing here grants a permission: without it the same call is denied.
"""

import fnmatch
import hashlib
import json
import os
import re

# Parameters that name something of the project, and how long such a name can be (63 if not given):
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations_Amazon_SageMaker_Service.html
NAMES = {
    "ActionName": 120,
    "AlgorithmName": 63,
    "AutoMLJobName": 32,
    "CompilationJobName": 63,
    "ContextName": 120,
    "EndpointConfigName": 63,
    "EndpointName": 63,
    "ExperimentName": 120,
    "FeatureGroupName": 64,
    "FlowDefinitionName": 63,
    "HumanTaskUiName": 63,
    "HyperParameterTuningJobName": 32,
    "InferenceComponentName": 63,
    "InferenceExperimentName": 63,
    "JobDefinitionName": 63,
    "LabelingJobName": 63,
    "ModelCardExportJobName": 63,
    "ModelCardName": 63,
    "ModelName": 63,
    "ModelPackageGroupName": 63,
    "ModelPackageName": 63,
    "MonitoringJobDefinitionName": 63,
    "MonitoringScheduleName": 63,
    "OptimizationJobName": 63,
    "PipelineName": 256,
    "ProcessingJobName": 63,
    "TrainingJobName": 63,
    "TransformJobName": 63,
    "TrialComponentName": 120,
    "TrialName": 120,
}
# Operations that create something of the platform rather than of a project.
PLATFORM = re.compile(
    "Create(App|AppImageConfig|Cluster.*|CodeRepository|ComputeQuota|Domain|Hub.*|Image.*|Mlflow.*"
    "|NotebookInstance.*|PartnerApp.*|Project|Presigned.*|Space|StudioLifecycleConfig|TrainingPlan"
    "|UserProfile|Workforce|Workteam)$"
)
# The operation whose parameters the arguments of a pipeline's step are.
STEPS = {
    "AutoML": "CreateAutoMLJobV2",
    "ClarifyCheck": "CreateProcessingJob",
    "Endpoint": "CreateEndpoint",
    "EndpointConfig": "CreateEndpointConfig",
    "Model": "CreateModel",
    "Processing": "CreateProcessingJob",
    "QualityCheck": "CreateProcessingJob",
    "RegisterModel": "CreateModelPackage",
    "Training": "CreateTrainingJob",
    "Transform": "CreateTransformJob",
    "Tuning": "CreateHyperParameterTuningJob",
}
# Where a step names its job; SageMaker adds the execution to it. Without, the name begins with
# "pipelines-": https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-access.html
STEP_NAMES = {
    "CreateAutoMLJobV2": "AutoMLJobName",
    "CreateHyperParameterTuningJob": "HyperParameterTuningJobName",
    "CreateModel": "ModelName",
    "CreateProcessingJob": "ProcessingJobName",
    "CreateTrainingJob": "TrainingJobName",
    "CreateTransformJob": "TransformJobName",
}
# Members that exist to hold a network, and are made if they are missing.
NETWORK_PARENTS = ("AutoMLJobConfig", "NetworkConfig", "SecurityConfig")
SHARED_PREFIXES = ("project/", "private/", "group/", "global/", "global-read-only/")
LOG_GROUP = "/aws/sagemaker/"
ENDPOINT_LOG_GROUP = LOG_GROUP + "Endpoints/"


def initialize_client_plugin(client):
    """Called by botocore for each new client."""
    config = os.environ.get("MLSPACE_SDK_CONFIG", "/opt/mlspace/tenant.json")
    try:
        with open(config, encoding="utf-8") as file:
            tenant = Tenant(json.load(file))
    except FileNotFoundError:
        return
    service = client.meta.service_model.service_id.hyphenize()
    handler = {
        "sagemaker": tenant.sagemaker,
        "sagemaker-runtime": tenant.names_only,
        "sagemaker-featurestore-runtime": tenant.names_only,
        "sagemaker-metrics": tenant.names_only,
        "cloudwatch-logs": tenant.logs,
        "application-auto-scaling": tenant.scaling,
        "s3": tenant.s3,
    }.get(service)
    if handler:
        client.meta.events.register(f"provide-client-params.{service}", handler)


class Tenant:
    """The project and user of this machine, from `tenant.json`."""

    def __init__(self, config):
        self.config = config
        self.prefix = config["name_prefix"]
        self.bucket = config["bucket"]
        self.private_prefix = f"private/{config['tags']['user']}/"
        shared = "|".join(map(re.escape, SHARED_PREFIXES))
        self.uri = re.compile(rf"(s3://{re.escape(self.bucket)}/)(?!{shared})(?=.)")

    def sagemaker(self, params, model, **_):
        """Adds to the parameters of a call of SageMaker."""
        params = self.walk(params)
        self.complete(params, model.name, model.input_shape, model.service_model)
        if "PipelineDefinition" in params:
            definition = json.loads(params["PipelineDefinition"])
            self.steps(definition.get("Steps", []), model.service_model)
            params["PipelineDefinition"] = json.dumps(definition)
        if model.name == "Search":
            # IAM limits Search by its visibility conditions.
            condition = {"Key": "Tags.project", "Value": self.config["tags"]["project"]}
            params.setdefault("VisibilityConditions", [condition])
        return params

    def names_only(self, params, **_):
        """Adds the prefix to names, and nothing else."""
        return self.walk(params)

    def logs(self, params, **_):
        """Names of log streams begin with the names of jobs; an endpoint has its own group."""
        group = params.get("logGroupName", "")
        if not group.startswith(LOG_GROUP):
            return params
        params = dict(params)
        if group.startswith(ENDPOINT_LOG_GROUP):
            name = group[len(ENDPOINT_LOG_GROUP) :]
            params["logGroupName"] = ENDPOINT_LOG_GROUP + self.name("EndpointName", name)
            return params
        for key in ("logStreamName", "logStreamNamePrefix"):
            if params.get(key):
                params[key] = self.stream(group, params[key])
        if "logStreamNames" in params:
            params["logStreamNames"] = [self.stream(group, one) for one in params["logStreamNames"]]
        return params

    def stream(self, group, stream):
        """The name of a log stream, whose first part is the name of a job."""
        kind = group[len(LOG_GROUP) :].removesuffix("s") + "Name"
        job, slash, rest = stream.partition("/")
        return self.name(kind, job) + slash + rest if kind in NAMES else stream

    def scaling(self, params, **_):
        """A resource to scale is `endpoint/NAME/variant/VARIANT` or `inference-component/NAME`."""
        parts = params.get("ResourceId", "").split("/")
        kinds = {"endpoint": "EndpointName", "inference-component": "InferenceComponentName"}
        if len(parts) < 2 or parts[0] not in kinds:
            return params
        parts[1] = self.name(kinds[parts[0]], parts[1])
        return {**params, "ResourceId": "/".join(parts)}

    def s3(self, params, **_):
        """Moves keys of the data bucket below the project's prefix, and names the key of uploads."""
        params = dict(params)
        if params.get("Bucket") == self.bucket:
            for key in ("Key", "Prefix"):
                if params.get(key):
                    params[key] = self.key(params[key])
            # A list without the last slash would name the keys of others too, and is denied.
            if params.get("Prefix", "") + "/" in (self.config["key_prefix"], self.private_prefix):
                params["Prefix"] += "/"
            # Without an id S3 would use its own key rather than the bucket's.
            if params.get("ServerSideEncryption") == "aws:kms" and self.config.get("kms_key_id"):
                params.setdefault("SSEKMSKeyId", self.config["kms_key_id"])
        source = params.get("CopySource")
        if isinstance(source, dict) and source.get("Bucket") == self.bucket:
            params["CopySource"] = {**source, "Key": self.key(source["Key"])}
        elif isinstance(source, str) and source.startswith(self.bucket + "/"):
            params["CopySource"] = f"{self.bucket}/{self.key(source[len(self.bucket) + 1 :])}"
        return params

    def key(self, key):
        """The key, below the project's prefix unless it is below another prefix of the platform."""
        if key.startswith(SHARED_PREFIXES) or any(one.startswith(key) for one in SHARED_PREFIXES):
            return key
        return self.config["key_prefix"] + key.lstrip("/")

    def name(self, kind, name):
        """The name with the project's prefix, shortened in the same way each time."""
        limit = NAMES[kind]
        if not self.prefix or not name or name.startswith((self.prefix, "arn:")):
            return name
        if len(self.prefix + name) <= limit:
            return self.prefix + name
        digest = hashlib.sha256(name.encode()).hexdigest()[:6]
        head = name[: limit - len(self.prefix) - len(digest) - 1].rstrip("-")
        return f"{self.prefix}{head}-{digest}"

    def walk(self, value, key=None):
        """A copy with prefixed names, and with the data bucket's URIs below the project's prefix."""
        if isinstance(value, dict):
            return {name: self.walk(one, name) for name, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.walk(one) for one in value]
        if isinstance(value, str) and key != "PipelineDefinition":
            if key in NAMES:
                return self.name(key, value)
            return self.uri.sub(rf"\g<1>{self.config['key_prefix']}", value)
        return value

    def steps(self, steps, service):
        """Completes the arguments of a pipeline's steps, those of conditions too."""
        for step in steps:
            arguments = step.get("Arguments")
            if step.get("Type") == "Condition":
                for branch in ("IfSteps", "ElseSteps"):
                    self.steps(arguments.get(branch, []), service)
            elif step.get("Type") in STEPS and isinstance(arguments, dict):
                operation = STEPS[step["Type"]]
                arguments = step["Arguments"] = self.walk(arguments)
                if operation in STEP_NAMES and self.prefix:
                    kind = STEP_NAMES[operation]
                    arguments.setdefault(kind, self.name(kind, step["Name"]))
                shape = service.operation_model(operation).input_shape
                self.complete(arguments, operation, shape, service)

    def complete(self, params, operation, shape, service):
        """Adds tags, role, network and keys to the parameters of an operation that creates."""
        if not operation.startswith("Create") or PLATFORM.match(operation):
            if operation == "UpdateMonitoringSchedule":
                self.fill(params, shape)
            return
        members = shape.members
        if "Tags" in members:
            # What has a registry's group takes the tags of the group, and none of its own.
            given = params.get("Tags") or []
            if not (operation == "CreateModelPackage" and "ModelPackageGroupName" in params):
                keys = {tag["Key"].lower() for tag in given}
                own = self.config["tags"].items()
                missing = [{"Key": k, "Value": v} for k, v in own if k.lower() not in keys]
                params["Tags"] = given + missing
        for role in ("RoleArn", "ExecutionRoleArn"):
            if role in shape.required_members and not params.get(role):
                params[role] = self.config["role_arn"]
        if operation == "CreateEndpointConfig":
            self.endpoint_config(params)
        self.fill(params, shape)

    def endpoint_config(self, params):
        """An endpoint's volumes take a key unless all its instances have none or local disks."""
        variants = params.get("ProductionVariants", [])
        types = [one["InstanceType"] for one in variants if one.get("InstanceType")]
        if types and not any(map(self.has_local_disks, types)):
            self.set_key(params, "KmsKeyId")

    def has_local_disks(self, instance_type):
        """Whether volumes of the instance type take no key."""
        patterns = self.config["local_storage"]
        return isinstance(instance_type, str) and any(
            fnmatch.fnmatchcase(instance_type, pattern) for pattern in patterns
        )

    def fill(self, params, shape):
        """Adds the network and the keys to a structure and to those in it."""
        members = shape.members
        name = shape.name
        if "VpcConfig" in members and "VpcConfig" not in params:
            # A configuration of an endpoint takes a network only without models.
            variants = params.get("ProductionVariants", [])
            if name != "CreateEndpointConfigInput" or not any("ModelName" in v for v in variants):
                self.set_network(params)
        if "VolumeKmsKeyId" in members and self.takes_volume_key(params):
            self.set_key(params, "VolumeKmsKeyId")
        if "KmsKeyId" in members and not name.startswith("Create") and "Dataset" not in name:
            self.set_key(params, "KmsKeyId")
        if params.get("EnableOnlineStore") and "SecurityConfig" in members:
            params.setdefault("SecurityConfig", {})
        for parent in NETWORK_PARENTS:
            if parent in members and leads_to_network(members[parent]):
                params.setdefault(parent, {})
        for member, inner in members.items():
            value = params.get(member)
            if inner.type_name == "structure" and isinstance(value, dict):
                self.fill(value, inner)
            elif inner.type_name == "list" and inner.member.type_name == "structure":
                for one in value or []:
                    if isinstance(one, dict):
                        self.fill(one, inner.member)

    def takes_volume_key(self, params):
        """Whether the instances of a cluster can have encrypted volumes."""
        groups = params.get("InstanceGroups") or params.get("InstanceConfigs") or []
        types = [params.get("InstanceType"), *(group.get("InstanceType") for group in groups)]
        return not any(self.has_local_disks(one) for one in types)

    def set_network(self, params):
        """Adds the network, if it is known."""
        if self.config["subnet_ids"] and self.config["security_group_ids"]:
            params["VpcConfig"] = {
                "Subnets": list(self.config["subnet_ids"]),
                "SecurityGroupIds": list(self.config["security_group_ids"]),
            }

    def set_key(self, params, member):
        """Adds the key, if the platform has one."""
        if self.config.get("kms_key_id") and not params.get(member):
            params[member] = self.config["kms_key_id"]


def leads_to_network(shape):
    """Whether a structure has a network, or one of its own structures that exist for it has."""
    return "VpcConfig" in shape.members or any(
        parent in shape.members and leads_to_network(shape.members[parent])
        for parent in NETWORK_PARENTS
    )
