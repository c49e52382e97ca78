"""Schedules of EventBridge Scheduler, and a clock that fires them.

moto accepts any expression, time zone and target, and never fires a schedule. Times are those of the
control API (`fire-schedules`), so that no test depends on a clock.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from .. import ACCOUNT
from ..protocol import ApiError, Call, Response, json_response
from . import on_reset, rule
from .notebook_state import EPOCH, STORE

API = "https://docs.aws.amazon.com/scheduler/latest/APIReference/"

_NAME = re.compile(r"[0-9a-zA-Z\-_.]{1,64}")
_DAILY = re.compile(r"cron\((\d{1,2}) (\d{1,2}) \* \* \? \*\)")
_STOP = re.compile(r"arn:aws[a-z-]*:scheduler:::aws-sdk:sagemaker:stopNotebookInstance")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")

# By group, then by name.
GROUPS: dict[str, dict[str, dict[str, Any]]] = {"default": {}}


@on_reset
def _reset() -> None:
    GROUPS.clear()
    GROUPS["default"] = {}


def _invalid(message: str) -> ApiError:
    return ApiError("ValidationException", message)


def _missing(what: str) -> ApiError:
    return ApiError("ResourceNotFoundException", f"{what} does not exist.", 404)


def _group(name: str) -> dict[str, dict[str, Any]]:
    if name not in GROUPS:
        raise _missing(f"Schedule group {name}")
    return GROUPS[name]


def _schedule(call: Call) -> dict[str, dict[str, Any]]:
    """The group of an existing schedule."""
    group = _group(call.string("GroupName") or "default")
    if call.string("Name") not in group:
        raise _missing(f"Schedule {call.string('Name')}")
    return group


def _settings(call: Call) -> dict[str, Any]:
    """All settings of a schedule; what the call leaves out has its default."""
    expression = call.string("ScheduleExpression")
    daily = _DAILY.fullmatch(expression)
    if not daily or int(daily[1]) > 59 or int(daily[2]) > 23:
        raise _invalid(f"Invalid Schedule Expression {expression}.")
    zone = call.params.get("ScheduleExpressionTimezone", "UTC")
    if zone not in available_timezones():
        raise _invalid(f"Invalid Schedule Expression Timezone {zone}.")
    target = call.params.get("Target", {})
    if not _STOP.fullmatch(target.get("Arn", "")):
        raise _invalid(f"Provided Arn is not in correct format: {target.get('Arn')}")
    if not _ROLE.fullmatch(target.get("RoleArn", "")):
        raise _invalid("The execution role is not valid.")
    if call.params.get("FlexibleTimeWindow", {}).get("Mode") not in ("OFF", "FLEXIBLE"):
        raise _invalid("FlexibleTimeWindow is required.")
    retry = target.get("RetryPolicy", {})
    if not 60 <= retry.get("MaximumEventAgeInSeconds", 86400) <= 86400:
        raise _invalid("MaximumEventAgeInSeconds must be from 60 to 86400.")
    if not 0 <= retry.get("MaximumRetryAttempts", 185) <= 185:
        raise _invalid("MaximumRetryAttempts must be from 0 to 185.")
    return {
        "Name": call.string("Name"),
        "GroupName": call.string("GroupName") or "default",
        "ScheduleExpression": expression,
        "ScheduleExpressionTimezone": zone,
        "State": call.params.get("State", "ENABLED"),
        "Description": call.string("Description"),
        "FlexibleTimeWindow": call.params["FlexibleTimeWindow"],
        "ActionAfterCompletion": "NONE",
        "CreationDate": EPOCH,
        "LastModificationDate": EPOCH,
        "Target": {
            **target,
            "RetryPolicy": {
                "MaximumEventAgeInSeconds": 86400,
                "MaximumRetryAttempts": 185,
                **retry,
            },
        },
    }


def _arn(settings: dict[str, Any], region: str) -> str:
    name = f"{settings['GroupName']}/{settings['Name']}"
    return f"arn:aws:scheduler:{region}:{ACCOUNT}:schedule/{name}"


@rule("scheduler", "CreateScheduleGroup", page=f"{API}API_CreateScheduleGroup.html")
def create_schedule_group(call: Call) -> Response:
    """Creates a group; the name must be unique."""
    name = call.string("Name")
    if not _NAME.fullmatch(name):
        raise _invalid(f"{name} is not a name of a group.")
    if name in GROUPS:
        raise ApiError("ConflictException", f"Schedule group {name} already exists.", 409)
    GROUPS[name] = {}
    arn = f"arn:aws:scheduler:{call.region}:{ACCOUNT}:schedule-group/{name}"
    return json_response({"ScheduleGroupArn": arn})


@rule("scheduler", "CreateSchedule", page=f"{API}API_CreateSchedule.html")
def create_schedule(call: Call) -> Response:
    """The group exists, the name is unique in it, expression, time zone, target and role are valid."""
    name = call.string("Name")
    if not _NAME.fullmatch(name):
        raise _invalid(f"{name} is not a name of a schedule.")
    settings = _settings(call)
    group = _group(settings["GroupName"])
    if name in group:
        raise ApiError("ConflictException", f"Schedule {name} already exists.", 409)
    group[name] = settings
    return json_response({"ScheduleArn": _arn(settings, call.region)})


@rule(
    "scheduler",
    "UpdateSchedule",
    "GetSchedule",
    "DeleteSchedule",
    page=f"{API}API_UpdateSchedule.html",
)
def existing_schedule(call: Call) -> Response:
    """An update replaces all settings: what the call leaves out returns to its default."""
    group, name = _schedule(call), call.string("Name")
    if call.action == "DeleteSchedule":
        del group[name]
        return json_response({})
    if call.action == "UpdateSchedule":
        group[name] = _settings(call)
        return json_response({"ScheduleArn": _arn(group[name], call.region)})
    return json_response({"Arn": _arn(group[name], call.region), **group[name]})


def firings(expression: str, zone: str, after: datetime, until: datetime) -> list[datetime]:
    """When a daily schedule fires in this time, both in UTC.

    A time that a day does not have is skipped, one that it has twice fires once:
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html ("Daylight savings
    time").
    """
    daily = _DAILY.fullmatch(expression)
    assert daily
    at, local = time(int(daily[2]), int(daily[1])), ZoneInfo(zone)
    found = []
    day: date = after.astimezone(local).date() - timedelta(days=1)
    while day <= until.astimezone(local).date():
        fires = datetime.combine(day, at, local).astimezone(timezone.utc)
        if fires.astimezone(local).time() == at and after < fires <= until:
            found.append(fires)
        day += timedelta(days=1)
    return found


def fire(after: str, until: str) -> list[str]:
    """Fire all schedules that are due in this time; returns the names of notebooks that stop."""
    begin, end = datetime.fromisoformat(after), datetime.fromisoformat(until)
    stopped = []
    for group in GROUPS.values():
        for schedule in group.values():
            if schedule["State"] != "ENABLED":
                continue
            zone = schedule["ScheduleExpressionTimezone"]
            if not firings(schedule["ScheduleExpression"], zone, begin, end):
                continue
            name = json.loads(schedule["Target"]["Input"])["NotebookInstanceName"]
            notebook = STORE.notebooks.get(name)
            # A call that fails is retried and then dropped.
            if notebook and notebook.status == "InService":
                STORE.start(notebook, "Stopping")
                stopped.append(name)
    return stopped
