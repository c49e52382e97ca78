"""Executions of pipelines: the steps' operations, with the pipeline's role.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-access.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..protocol import ApiError, Call
from . import details, jobs

if TYPE_CHECKING:
    from ..server import Emulator
    from .sagemaker import Thing, Things

_OPERATIONS = {
    "Training": ("CreateTrainingJob", "TrainingJobName"),
    "Processing": ("CreateProcessingJob", "ProcessingJobName"),
    "Transform": ("CreateTransformJob", "TransformJobName"),
    "Tuning": ("CreateHyperParameterTuningJob", "HyperParameterTuningJobName"),
    "Model": ("CreateModel", "ModelName"),
    "RegisterModel": ("CreateModelPackage", "ModelPackageName"),
}


def start(things: Things, emulator: Emulator, pipeline: Thing, call: Call) -> str:
    """Run all steps of a pipeline; returns the ARN of the execution."""
    token = details.token()
    arn = f"{pipeline.arn}/execution/{token}"
    definition = json.loads(pipeline.params["PipelineDefinition"])
    values = {each["Name"]: each.get("DefaultValue") for each in definition.get("Parameters", [])}
    values |= {each["Name"]: each["Value"] for each in call.params.get("PipelineParameters", [])}
    known = {"Parameters": values, "Steps": {}, "Execution": {"PipelineExecutionId": token}}
    worker = jobs.Worker(emulator, pipeline.params["RoleArn"], call.region)
    execution = type(pipeline)("PipelineExecution", arn, {"Steps": []}, pipeline.tags)
    execution.params["PipelineArn"] = pipeline.arn
    execution.more["PipelineExecutionStatus"] = "Succeeded"
    things.all[arn] = execution
    for step in definition["Steps"]:
        try:
            known["Steps"][step["Name"]] = _run(things, emulator, worker, step, token, known)
            outcome = {"StepStatus": "Succeeded"}
        except ApiError as error:
            outcome = {"StepStatus": "Failed", "FailureReason": error.message}
            execution.more |= {
                "PipelineExecutionStatus": "Failed",
                "FailureReason": f"{step['Name']}: {error.message}",
            }
        execution.params["Steps"].append({"StepName": step["Name"], **outcome})
        if outcome["StepStatus"] == "Failed":
            break
    return arn


def _run(
    things: Things, emulator: Emulator, worker: jobs.Worker, step: dict, token: str, known: dict
) -> dict[str, Any]:
    """Make the operation of a step; returns the description of what it created."""
    if step["Type"] not in _OPERATIONS:
        raise ApiError("ValidationException", f"steps of type {step['Type']} do not run here")
    operation, name = _OPERATIONS[step["Type"]]
    arguments = _resolve(step["Arguments"], known)
    if "ModelPackageGroupName" not in arguments:
        # With a prefix of its own if the step has one:
        # https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-access.html
        prefix = arguments.get(name) or f"pipelines-{token}-{step['Name'][:20]}"
        arguments[name] = f"{prefix}-{details.token()[:10]}"
    call = worker.call("sagemaker", operation, **arguments)
    worker.may(call)
    things.answer(emulator, call)
    made = list(things.all.values())[-1]
    if operation == "CreateHyperParameterTuningJob":
        made = list(things.all.values())[-2]
    from .sagemaker import describe

    described = describe(made, operation.replace("Create", "Describe"))
    if described.get("FailureReason"):
        raise ApiError("ClientError", described["FailureReason"])
    return described


def _resolve(value: Any, known: dict[str, Any]) -> Any:
    """The value with parameters and results of earlier steps in it."""
    if isinstance(value, list):
        return [_resolve(each, known) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Get"}:
        found: Any = known
        for part in value["Get"].replace("['", ".").replace("']", "").split("."):
            found = found[part]
        return found
    if set(value) == {"Std:Join"}:
        join = value["Std:Join"]
        return join["On"].join(str(_resolve(each, known)) for each in join["Values"])
    return {name: _resolve(each, known) for name, each in value.items()}
