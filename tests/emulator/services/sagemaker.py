"""What SageMaker keeps: jobs, models, endpoints, pipelines, feature groups and the rest.

All kinds behave alike (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations.html):
`CreateX` keeps its parameters, `DescribeX` returns them, `UpdateX` changes them, `ListXs` summarizes,
`DeleteX` forgets. The shapes of the responses are botocore's model of the API. Jobs end at once, after
they have read, written and logged what their role allows (`jobs.py`).
"""

from __future__ import annotations

import functools
import re
import time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from .. import ACCOUNT, arns, reference
from ..protocol import ApiError, Call, Response, json_response
from . import details, jobs

if TYPE_CHECKING:
    from ..server import Emulator

# Kinds that the rules and moto have.
_ELSEWHERE = re.compile(
    r"\w*(NotebookInstance|Domain|UserProfile|Space|StudioLifecycleConfig|AppImageConfig|Workteam)\w*"
)
_VERBS = re.compile(r"(Create|Describe|Update|Delete|Stop|List|Start)(\w+)")
# The last status of what was created, the first that the kind's status can be.
_FINAL = ("Completed", "InService", "Succeeded", "Created", "Active", "Scheduled", "Draft", "Ready")


@dataclass
class Thing:
    """Something that was created."""

    noun: str
    arn: str
    params: dict[str, Any]
    tags: dict[str, str]
    created: float = field(default_factory=time.time)
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last part of its ARN."""
        return self.arn.rsplit("/", 1)[-1]


@functools.cache
def model() -> Any:
    """botocore's model of the API."""
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    return ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")


def noun_of(action: str) -> tuple[str, str]:
    """The verb of an operation, and what it is about."""
    found = _VERBS.fullmatch(action)
    if not found:
        return "", ""
    return found.group(1), found.group(2).replace("AutoMLJobV2", "AutoMLJob")


class Things:
    """Everything that was created, by ARN."""

    def __init__(self) -> None:
        self.all: dict[str, Thing] = {}

    def clear(self) -> None:
        """Forget everything."""
        self.all.clear()

    def get(self, arn: str) -> Thing | None:
        """What has this ARN."""
        return self.all.get(arn)

    def tags_of(self, thing: Thing) -> dict[str, str]:
        """Its tags; a version of a model package has those of its group."""
        if thing.noun == "ModelPackage" and "ModelPackageGroupName" in thing.params:
            group = thing.arn.rsplit("/", 1)[0].replace(":model-package/", ":model-package-group/")
            if group in self.all:
                return self.all[group].tags
        return thing.tags

    def next_version(self, group: str) -> int:
        """The version that the next model package of a group gets."""
        versions = [
            int(thing.name)
            for thing in self.all.values()
            if thing.noun == "ModelPackage" and thing.arn.split("/")[-2] == group
        ]
        return max(versions, default=0) + 1

    def new_arn(self, call: Call) -> str | None:
        """The ARN of what a call creates."""
        _, noun = noun_of(call.action)
        action = reference.action("sagemaker", call.action)
        if action is None:
            return None
        base = f"arn:{arns.PARTITION}:sagemaker:{call.region}:{ACCOUNT}"
        if noun == "ModelPackage" and "ModelPackageGroupName" in call.params:
            group = call.params["ModelPackageGroupName"].rsplit("/", 1)[-1]
            return f"{base}:model-package/{group}/{self.next_version(group)}"
        if noun == "Artifact":
            source = str(call.params.get("Source"))
            return f"{base}:artifact/{sha256(source.encode()).hexdigest()[:32]}"
        for kind in action.resources:
            variables = [each.lower() for each in re.findall(r"\$\{(\w+)\}", kind.arn)]
            own = (f"{noun}name".lower(), f"{noun}jobname".lower(), "exportjobname")
            if variables and variables[-1] in own:
                return next(iter(arns.resources(call, reference.Action("", (kind,), ()))), None)
        return None

    def find(self, call: Call) -> Thing:
        """What a call names; an error of AWS if it does not exist."""
        action = reference.action("sagemaker", call.action)
        names = arns.resources(call, action) if action else []
        found = next((self.all[arn] for arn in names if arn in self.all), None)
        if found is None:
            found = next(
                (self.all[v] for v in call.params.values() if isinstance(v, str) and v in self.all),
                None,
            )
        if found is None:
            raise ApiError("ValidationException", f'Could not find "{" ".join(names)}".')
        return found

    def answer(self, emulator: Emulator, call: Call) -> Response | None:
        """The response to an operation; nothing for kinds that the rules and moto have."""
        if call.action in ("AddTags", "ListTags", "DeleteTags"):
            thing = self.all.get(call.string("ResourceArn"))
            return self._tags(call, thing) if thing else None
        if call.action == "Search":
            return json_response({"Results": self._search(call)})
        special = details.SPECIAL.get(call.action)
        if special:
            return json_response(special(self, emulator, call))
        verb, noun = noun_of(call.action)
        if not verb or _ELSEWHERE.fullmatch(noun):
            return None
        if verb == "List":
            return json_response(self._list(call))
        return json_response(getattr(self, f"_{verb.lower()}")(emulator, call, noun))

    def _create(self, emulator: Emulator, call: Call, noun: str) -> dict[str, Any]:
        arn = self.new_arn(call)
        if arn is None:
            raise ApiError("ValidationException", f"{call.action} names nothing to create")
        if arn in self.all:
            kind = "ResourceInUse" if noun.endswith("Job") else "ValidationException"
            raise ApiError(kind, f"Cannot create already existing: {arn} already exists")
        params = {key: value for key, value in call.params.items() if key != "Tags"}
        thing = Thing(noun, arn, params, arns.given_tags(call))
        jobs.check(emulator, self, thing, call.region)
        self.all[arn] = thing
        jobs.run(emulator, self, thing, call.region)
        return _with_arn(call.action, arn)

    def _describe(self, _: Emulator, call: Call, noun: str) -> dict[str, Any]:
        return describe(self.find(call), call.action)

    def _update(self, _: Emulator, call: Call, noun: str) -> dict[str, Any]:
        thing = self.find(call)
        thing.params |= call.params
        return _with_arn(call.action, thing.arn)

    def _delete(self, _: Emulator, call: Call, noun: str) -> dict[str, Any]:
        arn = self.find(call).arn
        del self.all[arn]
        return _with_arn(call.action, arn)

    def _stop(self, _: Emulator, call: Call, noun: str) -> dict[str, Any]:
        thing = self.find(call)
        thing.more[f"{noun}Status"] = "Stopped"
        return _with_arn(call.action, thing.arn)

    def _start(self, _: Emulator, call: Call, noun: str) -> dict[str, Any]:
        self.find(call).more[f"{noun}Status"] = "Scheduled"
        return {}

    def _list(self, call: Call) -> dict[str, Any]:
        output = model().operation_model(call.action).output_shape
        member, shape = next(
            (name, shape) for name, shape in output.members.items() if shape.type_name == "list"
        )
        noun = member.removesuffix("SummaryList").removesuffix("Summaries").removesuffix("s")
        noun = {"AutoMLJobSummarie": "AutoMLJob"}.get(noun, noun)
        part = call.params.get("NameContains", "")
        group = call.params.get("ModelPackageGroupName")
        kept = [
            thing
            for thing in self.all.values()
            if thing.noun == noun and part in thing.name and (not group or f"/{group}/" in thing.arn)
        ]
        fields = set(shape.member.members) if shape.member.type_name == "structure" else set()
        summaries = [
            {key: value for key, value in describe(each, f"Describe{noun}").items() if key in fields}
            for each in sorted(kept, key=lambda each: -each.created)
        ]
        return {member: summaries}

    def _search(self, call: Call) -> list[dict[str, Any]]:
        noun = {"ExperimentTrial": "Trial", "ExperimentTrialComponent": "TrialComponent"}.get(
            call.string("Resource"), call.string("Resource")
        )
        wanted = {
            each["Key"].removeprefix("Tags."): each["Value"]
            for each in call.params.get("VisibilityConditions") or []
        }
        results = []
        for thing in self.all.values():
            tags = self.tags_of(thing)
            # What lacks the tag is in the answer too:
            # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VisibilityConditions.html
            if thing.noun == noun and all(tags.get(k, v) == v for k, v in wanted.items()):
                results.append({noun: describe(thing, f"Describe{noun}")})
        return results

    def _tags(self, call: Call, thing: Thing) -> Response:
        if call.action == "AddTags":
            thing.tags |= arns.given_tags(call)
        for key in call.params.get("TagKeys") or []:
            thing.tags.pop(key, None)
        tags = [{"Key": key, "Value": value} for key, value in self.tags_of(thing).items()]
        return json_response({} if call.action == "DeleteTags" else {"Tags": tags})


def _with_arn(action: str, arn: str) -> dict[str, Any]:
    """The response that has an ARN, if the operation has one."""
    shape = model().operation_model(action).output_shape
    names = [name for name in (shape.members if shape else ()) if name.endswith("Arn")]
    return {names[0]: arn} if names else {}


def final_status(action: str, noun: str) -> dict[str, str]:
    """The status in a description, when all is done."""
    if action not in model().operation_names:
        return {}
    members = model().operation_model(action).output_shape.members
    for name in (f"{noun}Status", "Status"):
        allowed = getattr(members.get(name), "enum", None) or []
        status = next((each for each in _FINAL if each in allowed), None)
        if status:
            return {name: status}
    return {}


def describe(thing: Thing, action: str) -> dict[str, Any]:
    """All that is known of something."""
    noun = thing.noun
    if action not in model().operation_names:
        action = f"{action}V2"
    names = {f"{noun}Name": thing.name, f"{noun}Arn": thing.arn}
    times = {"CreationTime": thing.created, "LastModifiedTime": thing.created}
    known = names | times | final_status(action, noun) | thing.params
    known |= details.of(noun, thing) | thing.more
    if action in model().operation_names:
        members = model().operation_model(action).output_shape.members
        known = {key: value for key, value in known.items() if key in members}
    return known


THINGS = Things()
