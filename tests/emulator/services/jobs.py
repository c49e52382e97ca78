"""What a job, model or endpoint does with the role that it was given.

A job pulls its image, reads its input, writes its log and its output with the role
(https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html). Here it does so at once. What
the role may not do makes the job fail, with the reason.
"""

from __future__ import annotations

import io
import re
import tarfile
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .. import internal_client
from ..protocol import ApiError, Call

if TYPE_CHECKING:
    from ..server import Emulator
    from .sagemaker import Thing, Things

_IMAGE = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)")
_PULL = ("BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage")
# Kinds that run, and their log group.
# https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
LOG_GROUPS = {
    "TrainingJob": "/aws/sagemaker/TrainingJobs",
    "ProcessingJob": "/aws/sagemaker/ProcessingJobs",
    "TransformJob": "/aws/sagemaker/TransformJobs",
}


class Worker:
    """Acts with a role, as SageMaker does."""

    def __init__(self, emulator: Emulator, role_arn: str, region: str) -> None:
        from ..enforcement.principals import Session

        self._emulator, self._region = emulator, region
        self._session = Session(role_arn.rsplit("/", 1)[-1], "SageMaker")

    def may(self, call: Call) -> None:
        """Raise an error unless the role may make this call."""
        assert self._emulator.enforcement is not None
        self._emulator.enforcement.require_call(self._session, call)

    def call(self, service: str, action: str, **params: Any) -> Call:
        """A call of the role."""
        return Call(service, action, params, region=self._region)

    def pull(self, image: str) -> None:
        """Pull an image."""
        found = _IMAGE.match(image)
        if not found:
            return
        account, region, repository = found.groups()
        arn = f"arn:aws:ecr:{region}:{account}:repository/{repository}"
        for action in _PULL:
            self.may(self.call("ecr", action, resourceArn=arn))

    def read(self, uri: str) -> None:
        """List and read what an S3 URI names, which has to exist."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        listing = self.call("s3", "ListObjectsV2", Bucket=bucket)
        listing.query["prefix"] = key
        self.may(listing)
        found = internal_client.s3(
            self._emulator, "GET", f"/{bucket}", f"list-type=2&prefix={quote(key)}"
        )
        keys = re.findall(r"<Key>([^<]+)</Key>", found.body.decode())
        if not keys:
            raise ApiError("ClientError", f"Data download failed: no object under {uri}")
        self.may(self.call("s3", "GetObject", Bucket=bucket, Key=keys[0]))

    def write(self, uri: str, content: bytes, key_id: str | None) -> None:
        """Write an object, encrypted with the key of the job's output."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        call = self.call("s3", "PutObject", Bucket=bucket, Key=key)
        if key_id:
            call.headers["x-amz-server-side-encryption"] = "aws:kms"
            call.headers["x-amz-server-side-encryption-aws-kms-key-id"] = key_id
        self.may(call)
        internal_client.require_success(
            internal_client.s3(self._emulator, "PUT", f"/{bucket}/{key}", body=content)
        )

    def log(self, group: str, stream: str, *lines: str) -> None:
        """Write lines into a log stream."""
        names = {"logGroupName": group, "logStreamName": stream}
        if "/Endpoints/" in group:
            self.may(self.call("logs", "CreateLogGroup", logGroupName=group))
        self.may(self.call("logs", "CreateLogStream", **names))
        self.may(self.call("logs", "PutLogEvents", **names))
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line} for line in lines]
        internal_client.call(self._emulator, "logs", "CreateLogGroup", {"logGroupName": group})
        internal_client.call(self._emulator, "logs", "CreateLogStream", names)
        internal_client.require_success(
            internal_client.call(
                self._emulator, "logs", "PutLogEvents", {**names, "logEvents": events}
            )
        )


def check(emulator: Emulator, things: Things, thing: Thing, region: str) -> None:
    """What SageMaker checks before it creates something."""
    params = thing.params
    match thing.noun:
        case "Model":
            if "ExecutionRoleArn" not in params:
                return
            worker = Worker(emulator, params["ExecutionRoleArn"], region)
            containers = [params.get("PrimaryContainer"), *params.get("Containers", [])]
            for container in filter(None, containers):
                worker.pull(container.get("Image", ""))
                if container.get("ModelDataUrl"):
                    _accessible(worker, container["ModelDataUrl"])
        case "EndpointConfig":
            for variant in params["ProductionVariants"]:
                if "ModelName" in variant:
                    _model(things, region, variant["ModelName"])
        case "TransformJob":
            _model(things, region, params["ModelName"])
        case "Endpoint":
            _config(things, region, params["EndpointConfigName"])


def _accessible(worker: Worker, uri: str) -> None:
    try:
        worker.read(uri)
    except ApiError as error:
        raise ApiError(
            "ValidationException", f"Could not access model data at {uri}. {error.message}"
        ) from None


def _arn(region: str, kind: str, name: str) -> str:
    return f"arn:aws:sagemaker:{region}:123456789012:{kind}/{name}"


def _model(things: Things, region: str, name: str) -> Thing:
    return _existing(things, _arn(region, "model", name))


def _config(things: Things, region: str, name: str) -> Thing:
    return _existing(things, _arn(region, "endpoint-config", name))


def _existing(things: Things, arn: str) -> Thing:
    found = things.get(arn)
    if found is None:
        raise ApiError("ValidationException", f'Could not find "{arn}".')
    return found


def run(emulator: Emulator, things: Things, thing: Thing, region: str) -> None:
    """Do the work of what was created; a failure is in its description."""
    work = {
        "TrainingJob": _train,
        "ProcessingJob": _process,
        "TransformJob": _transform,
        "HyperParameterTuningJob": _tune,
        "Endpoint": _deploy,
    }.get(thing.noun)
    if work is None:
        return
    try:
        work(emulator, things, thing, region)
    except ApiError as error:
        thing.more |= {f"{thing.noun}Status": "Failed", "FailureReason": error.message}
        if thing.noun == "TrainingJob":
            thing.more["SecondaryStatus"] = "Failed"


def _train(emulator: Emulator, _: Things, thing: Thing, region: str) -> None:
    params = thing.params
    worker = Worker(emulator, params["RoleArn"], region)
    worker.pull(params["AlgorithmSpecification"].get("TrainingImage", ""))
    for channel in params.get("InputDataConfig", []):
        source = channel["DataSource"].get("S3DataSource")
        if source:
            worker.read(source["S3Uri"])
    lines = [f"{name}={value}" for name, value in params.get("HyperParameters", {}).items()]
    worker.log(LOG_GROUPS["TrainingJob"], f"{thing.name}/algo-1-1", *lines, "Training succeeded")
    output = params["OutputDataConfig"]
    uri = f"{output['S3OutputPath'].rstrip('/')}/{thing.name}/output/model.tar.gz"
    worker.write(uri, _archive(), output.get("KmsKeyId"))


def _archive() -> bytes:
    """A model: an archive with one file."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        member = tarfile.TarInfo("model.txt")
        member.size = 5
        archive.addfile(member, io.BytesIO(b"model"))
    return file.getvalue()


def _process(emulator: Emulator, _: Things, thing: Thing, region: str) -> None:
    params = thing.params
    worker = Worker(emulator, params["RoleArn"], region)
    worker.pull(params["AppSpecification"]["ImageUri"])
    for each in params.get("ProcessingInputs", []):
        if "S3Input" in each:
            worker.read(each["S3Input"]["S3Uri"])
    worker.log(LOG_GROUPS["ProcessingJob"], f"{thing.name}/algo-1-1", "Processing succeeded")
    config = params.get("ProcessingOutputConfig", {})
    for each in config.get("Outputs", []):
        if "S3Output" in each:
            uri = f"{each['S3Output']['S3Uri'].rstrip('/')}/result.csv"
            worker.write(uri, b"1\n", config.get("KmsKeyId"))


def _transform(emulator: Emulator, things: Things, thing: Thing, region: str) -> None:
    params = thing.params
    model = _model(things, region, params["ModelName"])
    # With the role of the model: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    worker = Worker(emulator, model.params["ExecutionRoleArn"], region)
    worker.read(params["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"])
    worker.log(LOG_GROUPS["TransformJob"], f"{thing.name}/i-1", "Transform succeeded")
    output = params["TransformOutput"]
    worker.write(
        f"{output['S3OutputPath'].rstrip('/')}/part.out", b"1\n", output.get("KmsKeyId")
    )


def _tune(emulator: Emulator, things: Things, thing: Thing, region: str) -> None:
    """Runs one training job, with the tags of the tuning job."""
    definitions = thing.params.get("TrainingJobDefinitions") or [
        thing.params["TrainingJobDefinition"]
    ]
    child = type(thing)(
        "TrainingJob",
        thing.arn.replace(":hyper-parameter-tuning-job/", ":training-job/") + "-001",
        {**definitions[0], "HyperParameters": definitions[0].get("StaticHyperParameters", {})},
        thing.tags,
    )
    child.more["TuningJobArn"] = thing.arn
    things.all[child.arn] = child
    _train(emulator, things, child, region)


def _deploy(emulator: Emulator, things: Things, thing: Thing, region: str) -> None:
    config = _config(things, region, thing.params["EndpointConfigName"])
    for variant in config.params["ProductionVariants"]:
        if "ModelName" not in variant:
            continue
        model = _model(things, region, variant["ModelName"])
        worker = Worker(emulator, model.params["ExecutionRoleArn"], region)
        stream = f"{variant['VariantName']}/i-1"
        worker.log(f"/aws/sagemaker/Endpoints/{thing.name}", stream, "Server started")
    thing.more["ProductionVariants"] = [
        {
            "VariantName": variant["VariantName"],
            "CurrentWeight": 1.0,
            "DesiredWeight": 1.0,
            "CurrentInstanceCount": variant.get("InitialInstanceCount", 1),
            "DesiredInstanceCount": variant.get("InitialInstanceCount", 1),
        }
        for variant in config.params["ProductionVariants"]
    ]
