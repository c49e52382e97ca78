"""What descriptions have besides parameters, and operations that are not like the others."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from ..protocol import ApiError, Call

if TYPE_CHECKING:
    from ..server import Emulator
    from .sagemaker import Thing, Things


def of(noun: str, thing: Thing) -> dict[str, Any]:
    """Members of a description that follow from the parameters."""
    params, now = thing.params, thing.created
    match noun:
        case "TrainingJob":
            output = params.get("OutputDataConfig", {}).get("S3OutputPath", "").rstrip("/")
            return {
                "ModelArtifacts": {"S3ModelArtifacts": f"{output}/{thing.name}/output/model.tar.gz"},
                "SecondaryStatus": "Completed",
                "SecondaryStatusTransitions": [
                    {"Status": "Completed", "StartTime": now, "EndTime": now, "StatusMessage": "Training job completed"}
                ],
                "TrainingStartTime": now,
                "TrainingEndTime": now,
                "TrainingTimeInSeconds": 60,
                "BillableTimeInSeconds": 60,
                "FinalMetricDataList": [],
            }
        case "ProcessingJob":
            return {"ProcessingStartTime": now, "ProcessingEndTime": now}
        case "TransformJob":
            return {"TransformStartTime": now, "TransformEndTime": now}
        case "HyperParameterTuningJob":
            best = {
                "TrainingJobName": f"{thing.name}-001",
                "TrainingJobArn": thing.arn.replace(":hyper-parameter-tuning-job/", ":training-job/") + "-001",
                "CreationTime": now,
                "TrainingJobStatus": "Completed",
                "TunedHyperParameters": {},
            }
            counts = {"Completed": 1, "InProgress": 0, "RetryableError": 0, "NonRetryableError": 0, "Stopped": 0}
            return {
                "BestTrainingJob": best,
                "TrainingJobStatusCounters": counts,
                "ObjectiveStatusCounters": {"Succeeded": 1, "Pending": 0, "Failed": 0},
            }
        case "AutoMLJob":
            return {"AutoMLJobSecondaryStatus": "Completed"}
        case "Endpoint":
            return {"EndpointStatus": "InService"}
        case "ModelPackage":
            more: dict[str, Any] = {"ModelPackageStatusDetails": {"ValidationStatuses": []}}
            if "ModelPackageGroupName" in params:
                more["ModelPackageVersion"] = int(thing.name)
                more["ModelPackageGroupName"] = thing.arn.split("/")[-2]
            more["ModelApprovalStatus"] = params.get("ModelApprovalStatus", "PendingManualApproval")
            return more
        case "Pipeline":
            name = params.get("PipelineDisplayName", thing.name)
            return {"PipelineDisplayName": name, "RoleArn": params.get("RoleArn")}
    return {}


def _tuning_children(things: Things, _: Emulator, call: Call) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobsForHyperParameterTuningJob.html"""
    job = of("HyperParameterTuningJob", things.find(call))
    return {"TrainingJobSummaries": [job["BestTrainingJob"]]}


def _candidates(things: Things, _: Emulator, call: Call) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListCandidatesForAutoMLJob.html"""
    things.find(call)
    return {"Candidates": []}


def _start_execution(things: Things, emulator: Emulator, call: Call) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StartPipelineExecution.html"""
    from . import pipelines

    return {"PipelineExecutionArn": pipelines.start(things, emulator, things.find(call), call)}


def _executions(things: Things, _: Emulator, call: Call) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelineExecutions.html"""
    pipeline = things.find(call)
    found = [
        {"PipelineExecutionArn": each.arn, **each.more}
        for each in things.all.values()
        if each.noun == "PipelineExecution" and each.arn.startswith(f"{pipeline.arn}/")
    ]
    return {"PipelineExecutionSummaries": found}


def _execution_steps(things: Things, _: Emulator, call: Call) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelineExecutionSteps.html"""
    execution = things.all.get(call.string("PipelineExecutionArn"))
    if execution is None:
        raise ApiError("ResourceNotFound", f"Pipeline execution {call.string('PipelineExecutionArn')} does not exist")
    return {"PipelineExecutionSteps": execution.params["Steps"]}


def _associate(things: Things, _: Emulator, call: Call) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AssociateTrialComponent.html"""
    things.find(call)
    return {}


def _weights(things: Things, _: Emulator, call: Call) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpointWeightsAndCapacities.html"""
    return {"EndpointArn": things.find(call).arn}


SPECIAL = {
    "ListTrainingJobsForHyperParameterTuningJob": _tuning_children,
    "ListCandidatesForAutoMLJob": _candidates,
    "StartPipelineExecution": _start_execution,
    "ListPipelineExecutions": _executions,
    "ListPipelineExecutionSteps": _execution_steps,
    "AssociateTrialComponent": _associate,
    "DisassociateTrialComponent": _associate,
    "UpdateEndpointWeightsAndCapacities": _weights,
}


def token() -> str:
    """A random part of a name, in the form that pipelines use."""
    return uuid.uuid4().hex[:12]
