"""The rules: behaviour of AWS that moto lacks, each with the AWS page that describes it.

A rule runs before moto handles a call. It can raise an error (`ApiError`), return
a response instead of moto's, or return nothing. A rule with `after` runs after a
call that succeeded, and can replace moto's response. `confirmed=False` marks a rule
whose details are not documented by AWS; the README lists them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from ..protocol import Call, Response

_MODULES = (
    "iam_names",
    "iam_documents",
    "iam_policies",
    "iam_responses",
    "iam_pagination",
    "notebook_validation",
    # Before the rules that answer calls on tags.
    "studio_validation",
    "notebook_operations",
    "lifecycle_configs",
    "studio_domains",
    "studio_profiles",
    "studio_spaces",
    "studio_apps",
    "resource_tags",
    "schedules",
    "budgets",
    "s3_buckets",
    "dynamodb",
    "kms",
)


@dataclass(frozen=True)
class Rule:
    """One behaviour of AWS that moto lacks."""

    name: str
    service: str
    actions: tuple[str, ...]
    page: str
    confirmed: bool
    apply: Callable
    after: bool


RULES: list[Rule] = []
PATCHES: list[Rule] = []
_RESETS: list[Callable[[], None]] = []


def rule(
    service: str,
    *actions: str,
    page: str,
    confirmed: bool = True,
    after: bool = False,
) -> Callable[[Callable], Callable]:
    """Register a function as a rule of `service` for `actions`."""

    def register(function: Callable) -> Callable:
        name = function.__name__
        RULES.append(Rule(name, service, actions, page, confirmed, function, after))
        return function

    return register


def patch(*, page: str, confirmed: bool = True) -> Callable[[Callable], Callable]:
    """Register a change of moto's classes, which `load` makes once."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        PATCHES.append(Rule(function.__name__, "moto", (), page, confirmed, function, False))
        return function

    return register


def on_reset(function: Callable[[], None]) -> Callable[[], None]:
    """Register a function that resets the state of a rule."""
    _RESETS.append(function)
    return function


def load(strict: bool) -> None:
    """Import all modules of rules, in the order in which they apply, and patch moto."""
    for module in _MODULES:
        importlib.import_module(f"{__name__}.{module}")
    if strict:
        for each in PATCHES:
            each.apply()


def reset() -> None:
    """Reset the state of all rules."""
    for function in _RESETS:
        function()


def before(call: Call) -> Response | None:
    """Apply the rules before moto handles a call; the first response is used."""
    for each in RULES:
        if not each.after and each.service == call.service and call.action in each.actions:
            response = each.apply(call)
            if response is not None:
                return response
    return None


def after(call: Call, response: Response) -> Response:
    """Apply the rules after moto handled a call with success."""
    for each in RULES:
        if each.after and each.service == call.service and call.action in each.actions:
            response = each.apply(call, response) or response
    return response
