"""The strict layer's rules, and where each comes from.

A rule sees a call before moto does. It may refuse it (`Refusal`), answer it
in moto's place, or let it pass by returning nothing. A rule marked `after` sees
moto's answer to a call that succeeded and may replace it. Every rule names the
AWS page that it stands on; `sure=False` marks our own reading of AWS, which the
README lists.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from ..wire import Answer, Call

_MODULES = (
    "iam_names",
    "iam_documents",
    "iam_policies",
    "iam_answers",
    "iam_listing",
    "notebook_rules",
    "notebook_calls",
    "lifecycle_configs",
    "s3_buckets",
    "dynamodb",
    "kms",
)


@dataclass(frozen=True)
class Rule:
    """One belief about AWS that moto does not share."""

    name: str
    service: str
    actions: tuple[str, ...]
    page: str
    sure: bool
    act: Callable
    after: bool


RULES: list[Rule] = []
PATCHES: list[Rule] = []
_RESETS: list[Callable[[], None]] = []


def rule(
    service: str,
    *actions: str,
    page: str,
    sure: bool = True,
    after: bool = False,
) -> Callable[[Callable], Callable]:
    """Register a function as a rule of `service` for `actions`."""

    def register(act: Callable) -> Callable:
        name = act.__name__
        RULES.append(Rule(name, service, actions, page, sure, act, after))
        return act

    return register


def patch(*, page: str, sure: bool = True) -> Callable[[Callable], Callable]:
    """Register a change of moto's own classes, made once when the layer is strict."""

    def register(change: Callable[[], None]) -> Callable[[], None]:
        PATCHES.append(Rule(change.__name__, "moto", (), page, sure, change, False))
        return change

    return register


def on_reset(forget: Callable[[], None]) -> Callable[[], None]:
    """Register a function that empties a rule's own memory."""
    _RESETS.append(forget)
    return forget


def load(strict: bool) -> None:
    """Import every module of rules, in the order in which they judge, and patch moto."""
    for module in _MODULES:
        importlib.import_module(f"{__name__}.{module}")
    if strict:
        for each in PATCHES:
            each.act()


def forget_all() -> None:
    """Empty what the rules remember of past calls."""
    for forget in _RESETS:
        forget()


def before(call: Call) -> Answer | None:
    """Let every rule judge a call; the first answer counts."""
    for each in RULES:
        if not each.after and each.service == call.service and call.action in each.actions:
            answer = each.act(call)
            if answer is not None:
                return answer
    return None


def after(call: Call, answer: Answer) -> Answer:
    """Let every rule amend moto's answer to a call that succeeded."""
    for each in RULES:
        if each.after and each.service == call.service and call.action in each.actions:
            answer = each.act(call, answer) or answer
    return answer
