"""Beliefs about what is in the requests that AWS's services put to IAM."""

from __future__ import annotations

from typing import Any

from .calls import (
    GROUP, KEY, OTHER_KEY, OTHER_SUBNET, SUBNET, configure, key_fence, train, training,
)
from .model import (
    API, CLOSED, CONFIGURE, DG, EITHER, GLOBAL_KEYS, IAM, LOG_KEYS, NO_TAG, REPORT, SAGEMAKER_KEYS,
    TABLE, TRAIN, Account, Belief, Probe, Statement, deny, tags, when,
)
from .policies import variables


def of_roles(where: Account) -> list[Belief]:
    """Beliefs about the tags of roles."""
    table, free = ({"TableName": f"{where.name}-{word}"} for word in ("none", "free"))

    def fenced(condition: dict[str, Any], denied: bool) -> Probe:
        return Probe([deny(TABLE, **condition)], denied, params=table)

    def of_role(operation: str) -> list[Probe]:
        return [Probe([], False, operation=operation, params=free), Probe([], True, operation=operation, params=table)]

    return [
        Belief("role-tags", "Requests carry the tags of the caller's role (`aws:PrincipalTag`).", GLOBAL_KEYS, EITHER,
               [fenced(when("StringNotEquals", "aws:PrincipalTag/project", where.token), False),
                fenced(when("StringNotEquals", "aws:PrincipalTag/project", "other"), True)]),
        Belief("role-without-tag",
               "A role without the tag is denied by `Null: true` (DenyWithoutProject, DenyWithoutUser).", GLOBAL_KEYS, EITHER,
               [fenced(when("Null", NO_TAG, "true"), True), fenced(when("Null", "aws:PrincipalTag/project", "true"), False)]),
        *variables("of a role", of_role("describe_time_to_live"), of_role("describe_continuous_backups")),
    ]


def of_models(where: Account) -> list[Belief]:
    """Beliefs about models, instance types and keys in requests for endpoints and transform jobs."""
    own = when("ForAnyValue:ArnNotLike", "sagemaker:ModelArn", where.arn("sagemaker", f"model/{where.name}-own-*"))
    volume = key_fence(CONFIGURE, "sagemaker:VolumeKmsKey", **{"ForAnyValue:StringNotLike": {"sagemaker:InstanceTypes": "ml.g5.*"}})
    no_type = when("Null", "sagemaker:InstanceTypes", "true")
    nothing = {"Condition": {"Null": {"sagemaker:InstanceTypes": "true", "sagemaker:ServerlessMemorySize": "true"}}}

    def transform(model: str, denied: bool) -> Probe:
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{where.name}-none/"}}
        return Probe([deny("sagemaker:CreateTransformJob", **own)], denied, "sagemaker", "create_transform_job", {
            "TransformJobName": f"{where.name}-none", "ModelName": f"{where.name}-{model}-none",
            "TransformInput": {"DataSource": source}, "TransformOutput": {"S3OutputPath": f"s3://{where.name}-none/out"},
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        })

    def of_type(pattern: str, denied: bool) -> Probe:
        return configure(where, deny(CONFIGURE, **when("ForAnyValue:StringNotLike", "sagemaker:InstanceTypes", pattern)), denied)

    return [
        Belief("model-of-configuration",
               "CreateEndpointConfig carries `sagemaker:ModelArn` (DenyOtherModels).", SAGEMAKER_KEYS, EITHER,
               [configure(where, deny(CONFIGURE, **own), True, "other"), configure(where, deny(CONFIGURE, **own), False)]),
        Belief("models-of-configuration",
               "With several models, `sagemaker:ModelArn` has all of them; AWS's reference gives it one value.",
               SAGEMAKER_KEYS,
               "A configuration of a member can also have a model of another project, and work with that model's role. Open an issue with this output.",
               [configure(where, deny(CONFIGURE, **own), True, "own", "other"), configure(where, deny(CONFIGURE, **own), True, "other", "own"),
                configure(where, deny(CONFIGURE, **own), False, "own", "own-2")]),
        Belief("model-of-transform-job",
               "CreateTransformJob carries `sagemaker:ModelArn` (DenyOtherModels, DenyUnsaidModel).", SAGEMAKER_KEYS, EITHER,
               [transform("other", True), transform("own", False)]),
        Belief("volume-key-of-configuration",
               "CreateEndpointConfig carries the key of the volume, ending with its id (DenyOtherVolumeKey).",
               SAGEMAKER_KEYS, EITHER,
               [configure(where, volume, False, KmsKeyId=where.key(KEY)), configure(where, volume, True, KmsKeyId=where.key(OTHER_KEY)),
                configure(where, volume, True), configure(where, volume, False, kind="ml.g5.xlarge")]),
        Belief("serverless-has-no-type",
               "A serverless configuration carries its memory size and no instance type (DenyOtherUntypedVolumeKey).",
               SAGEMAKER_KEYS, CLOSED,
               [configure(where, deny(CONFIGURE, **nothing), False, kind=""), configure(where, deny(CONFIGURE, **no_type), True, kind="")]),
        Belief("instance-types",
               "CreateEndpointConfig carries the types of its instances (limits of instance types).", SAGEMAKER_KEYS, EITHER,
               [of_type("ml.c5.*", True), of_type("ml.m5.*", False)]),
    ]


def of_jobs(where: Account) -> list[Belief]:
    """Beliefs about network, keys, file systems and roles in requests for training jobs."""
    disk, output = key_fence(TRAIN, "sagemaker:VolumeKmsKey"), key_fence(TRAIN, "sagemaker:OutputKmsKey")
    no_disk_key = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
    other_output = {"S3OutputPath": f"s3://{where.name}-none/", "KmsKeyId": where.key(OTHER_KEY)}
    other_subnet = deny(TRAIN, **when("ForAnyValue:StringNotEquals", "sagemaker:VpcSubnets", SUBNET))
    no_subnet = deny(TRAIN, **when("Null", "sagemaker:VpcSubnets", "true"))
    network = {"Subnets": [SUBNET, OTHER_SUBNET], "SecurityGroupIds": [GROUP]}
    file_system = {"FileSystemId": "fs-00000000000000001", "FileSystemType": "EFS", "DirectoryPath": "/", "FileSystemAccessMode": "ro"}
    channel = [{"ChannelName": "data", "DataSource": {"FileSystemDataSource": file_system}}]
    no_files = deny(TRAIN, **when("Null", "sagemaker:FileSystemId", "false"))
    no_debug = deny(TRAIN, **when("Bool", "sagemaker:EnableRemoteDebug", "true"))
    without_network = {key: value for key, value in training(where).items() if key != "VpcConfig"}

    def passing(operator: str, denied: bool) -> Probe:
        return train(where, deny("iam:PassRole", **when(operator, "iam:PassedToService", "sagemaker.amazonaws.com")), denied)

    return [
        Belief("network-of-jobs",
               "CreateTrainingJob carries all its subnets, and none if it names none (DenyOtherSubnets, DenyNoSubnets).",
               SAGEMAKER_KEYS, EITHER,
               [train(where, other_subnet, True, VpcConfig=network), train(where, other_subnet, False), train(where, no_subnet, False),
                Probe([no_subnet], True, "sagemaker", "create_training_job", without_network)]),
        Belief("keys-of-jobs",
               "CreateTrainingJob carries the keys of volume and output, ending with their ids (DenyOtherVolumeKey, DenyOtherOutputKey).",
               SAGEMAKER_KEYS, EITHER,
               [train(where, disk, False), train(where, disk, True, ResourceConfig=no_disk_key),
                train(where, output, False), train(where, output, True, OutputDataConfig=other_output)]),
        Belief("file-systems-of-jobs",
               "CreateTrainingJob carries the file system of a channel (DenyFileSystems).", SAGEMAKER_KEYS, EITHER,
               [train(where, no_files, True, InputDataConfig=channel), train(where, no_files, False)]),
        Belief("remote-debugging",
               "CreateTrainingJob carries `sagemaker:EnableRemoteDebug` (DenyRemoteDebug).",
               f"{DG}/train-remote-debugging.html", EITHER,
               [train(where, no_debug, True, RemoteDebugConfig={"EnableRemoteDebug": True}), train(where, no_debug, False)]),
        Belief("pass-role", "Creating a job asks for `iam:PassRole` to `sagemaker.amazonaws.com` (DenyPassToOtherService).",
               f"{IAM}/id_roles_use_passrole.html", EITHER, [passing("StringEquals", True), passing("StringNotEquals", False)]),
    ]


def of_tags(where: Account) -> list[Belief]:
    """Beliefs about the tags of SageMaker's resources."""
    mine, other = tags(project=where.token), tags(project="other")
    request = deny(CONFIGURE, **when("StringNotEquals", "aws:RequestTag/project", where.token))
    resource = deny(CONFIGURE, Condition={
        "Null": {"aws:ResourceTag/project": "false"}, "StringNotEquals": {"aws:ResourceTag/project": where.token}})
    spelled = deny(CONFIGURE, **when("ForAnyValue:StringLike", "aws:TagKeys", "P??j???"))
    alone = deny("sagemaker:AddTags", **when("Null", "sagemaker:TaggingAction", "true"))
    searching = deny("sagemaker:Search", **when(
        "StringNotEquals", "sagemaker:SearchVisibilityCondition/Tags.project/EqualsIfExists", where.token))

    def describe(value: str, denied: bool) -> Probe:
        fence = deny("sagemaker:DescribeModelPackageGroup", **when("StringNotEquals", "aws:ResourceTag/project", value))
        return Probe([fence], denied, "sagemaker", "describe_model_package_group", {"ModelPackageGroupName": where.name})

    def search(denied: bool, *values: str) -> Probe:
        conditions = {"VisibilityConditions": [{"Key": "Tags.project", "Value": value} for value in values]} if values else {}
        return Probe([searching], denied, "sagemaker", "search", {"Resource": "TrainingJob", "MaxResults": 1, **conditions})

    return [
        Belief("tags-of-request",
               "CreateEndpointConfig carries its tags, and none if it has none (DenyCreateForOtherProject).",
               SAGEMAKER_KEYS, EITHER,
               [configure(where, request, False, Tags=mine), configure(where, request, True, Tags=other), configure(where, request, True)]),
        Belief("tags-as-resource",
               "While something is created with tags, they count as its tags (DenyOtherProject).", GLOBAL_KEYS,
               "The tags of the request are denied by a statement of their own (DenyTagForOtherProject): if `tags-of-request` holds, nothing is open.",
               [configure(where, resource, True, Tags=other), configure(where, resource, False, Tags=mine)]),
        Belief("spelling-of-tag-keys",
               "`aws:TagKeys` has the keys as the request spells them (DenyOtherCase).", GLOBAL_KEYS, EITHER,
               [configure(where, spelled, True, Tags=tags(Project=where.token)), configure(where, spelled, False, Tags=mine)]),
        Belief("tagging-action",
               "Creating with tags asks for `sagemaker:AddTags` with `sagemaker:TaggingAction`; AddTags alone has none (DenyTagExisting).",
               f"{DG}/security_iam_id-based-policy-examples.html", EITHER,
               [configure(where, deny("sagemaker:AddTags"), True, Tags=mine), configure(where, alone, False, Tags=mine),
                Probe([alone], True, "sagemaker", "add_tags", {
                    "ResourceArn": where.arn("sagemaker", f"model-package-group/{where.name}"), "Tags": tags(note="x")})]),
        Belief("tags-of-resource",
               "A call on something that exists carries its tags (DenyResourceOfOtherProject).", SAGEMAKER_KEYS, EITHER,
               [describe(where.token, False), describe("other", True)]),
        Belief("search",
               "Search carries its visibility conditions, and none if it has none (DenyOtherSearch).",
               f"{API}/API_VisibilityConditions.html", EITHER,
               [search(False, where.token), search(True, "other"), search(True)]),
    ]


def of_logs(where: Account) -> list[Belief]:
    """Beliefs about the names of log streams in requests."""
    group = {"logGroupName": f"/aws/sagemaker/{where.name}"}
    streams = where.arn("logs", f"log-group:{group['logGroupName']}:log-stream:")
    reading = deny("logs:GetLogEvents", NotResource=f"{streams}own-*")

    def listing(*resources: str, denied: bool) -> Probe:
        return Probe([deny("logs:DescribeLogStreams", NotResource=list(resources))], denied, "logs", "describe_log_streams", group)

    return [
        Belief("log-streams", "Reading events is authorized on the stream's name (DenyOtherResources).", LOG_KEYS, EITHER,
               [Probe([reading], True, "logs", "get_log_events", {**group, "logStreamName": "other-1/algo-1"}),
                Probe([reading], False, "logs", "get_log_events", {**group, "logStreamName": "own-1/algo-1"})]),
        Belief("listing-log-streams",
               "Listing streams is authorized on the group, with an empty stream or without one (DenyOtherResources).",
               LOG_KEYS, CLOSED,
               [listing(streams, streams.removesuffix(":log-stream:"), denied=False), listing(f"{streams}own-*", denied=True)]),
    ]


def of_studio(where: Account) -> list[Belief]:
    """Beliefs about owner, sharing and instance types in requests for spaces of Studio.

    The owner does not exist, so that no space is made in a domain that does.
    """
    profile = where.arn("sagemaker", f"user-profile/{where.domain}/{where.name}")
    owned = deny("sagemaker:CreateSpace", **when("ArnNotEquals", "sagemaker:OwnerUserProfileArn", profile))
    private = deny("sagemaker:CreateSpace", **when("StringNotEquals", "sagemaker:SpaceSharingType", "Private"))
    typed = deny("sagemaker:CreateSpace", **when("Null", "sagemaker:InstanceTypes", "true"))

    def space(statement: Statement, denied: bool, owner: str = "", sharing: str = "Private", **resources: str) -> Probe:
        app = {"JupyterLabAppSettings": {"DefaultResourceSpec": resources}} if resources else {}
        return Probe([statement], denied, "sagemaker", "create_space", {
            "DomainId": where.domain, "SpaceName": f"{where.name}-none", "SpaceSettings": {"AppType": "JupyterLab", **app},
            "OwnershipSettings": {"OwnerUserProfileName": f"{where.name}{owner}"}, "SpaceSharingSettings": {"SharingType": sharing},
        })

    return [
        Belief("owner-of-space", "CreateSpace carries the owner's profile (a name in lower case).", SAGEMAKER_KEYS, EITHER,
               [space(owned, False), space(owned, True, owner="-other")]),
        Belief("sharing-of-space", "CreateSpace carries whether the space is shared.", SAGEMAKER_KEYS, EITHER,
               [space(private, False), space(private, True, sharing="Shared")]),
        Belief("type-of-space",
               "CreateSpace carries the instance type that it names, and none otherwise: a default is not limited.",
               SAGEMAKER_KEYS,
               f"If call 1 passed, limits also hold for defaults: allow those of domain and profiles. If call 2 was denied: {REPORT}",
               [space(typed, True), space(typed, False, InstanceType="ml.t3.medium")]),
    ]


def live(where: Account) -> list[Belief]:
    """Beliefs about what is in the requests that AWS's services put to IAM."""
    return [belief for part in (of_roles, of_models, of_jobs, of_tags, of_logs, of_studio) for belief in part(where)]
