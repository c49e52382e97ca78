"""What members work with, where moto lacks it or is not complete: SageMaker's jobs, models,
endpoints and the rest, their runtime, CodeArtifact, Bedrock.

Only an emulator that enforces has these services; moto answers for all others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..protocol import Call, Response
from ..rules.notebook_state import STORE
from ..rules.studio_state import STUDIO
from . import rest
from .sagemaker import THINGS

if TYPE_CHECKING:
    from ..server import Emulator


def identify(call: Call) -> None:
    """Determine the operation of a service with REST, which `protocol` does not know."""
    rest.identify(call)


def about(call: Call) -> list[str] | None:
    """ARNs of what a call is about, where its parameters alone do not tell."""
    if call.service != "sagemaker":
        return rest.about(call)
    if call.action == "CreateModelPackage":
        return [arn] if (arn := THINGS.new_arn(call)) else None
    return None


def tags(arn: str) -> dict[str, str] | None:
    """The tags of something that exists."""
    thing = THINGS.get(arn)
    if thing is not None:
        return THINGS.tags_of(thing)
    for notebook in STORE.notebooks.values():
        if notebook.arn == arn:
            return dict(notebook.tags)
    studio = STUDIO.by_arn(arn)
    return dict(studio.tags) if studio else None


def answer(emulator: Emulator, call: Call) -> Response | None:
    """The response to a call; nothing if moto answers."""
    if call.service == "sagemaker":
        return rest.sagemaker(emulator, call) or THINGS.answer(emulator, call)
    return rest.answer(emulator, call)


def reset() -> None:
    """Delete everything."""
    THINGS.clear()
