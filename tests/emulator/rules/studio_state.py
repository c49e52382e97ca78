"""Studio's domains, user profiles, spaces and apps, and their status changes.

A status change finishes after a number of describe or list calls, as that of a notebook instance
does (`notebook_state.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .. import ACCOUNT
from ..protocol import ApiError
from . import on_reset
from .notebook_state import EPOCH
from .notebook_state import STORE as NOTEBOOKS

DOMAIN, PROFILE, SPACE, APP = "domain", "user-profile", "space", "app"

# The status after a transition, and the one after a transition that failed.
NEXT = {"Pending": "InService", "Updating": "InService", "Deleting": None}
FAILED = {"Pending": "Failed", "Updating": "Update_Failed", "Deleting": "Delete_Failed"}
# Apps in these statuses are in the way of changes and deletions.
LIVE = ("InService", "Pending", "Deleting")
# Calls that a deleted app stays in lists: AWS lists it for up to 24 hours
# (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeApp.html).
DELETED_POLLS = 20
# The first user id of a home directory.
FIRST_UID = 200_005

Key = tuple[str, ...]


@dataclass
class Thing:
    """A domain, user profile, space or app, with the field names of its Describe call.

    The key is the domain's id, or that and a name; of an app it is the domain's id, the kind and the
    name of its owner, its type and its name, all in lower case.
    """

    kind: str
    key: Key
    arn: str
    settings: dict[str, Any]
    tags: dict[str, str]
    created: float
    status: str = "Pending"
    polls: int = 0
    failure: str | None = None
    modified: float = 0.0

    @property
    def domain(self) -> str:
        """The id of its domain."""
        return self.key[0]

    def describe(self) -> dict[str, Any]:
        """The response of its Describe call."""
        body = {"Status": self.status, "CreationTime": self.created, **self.settings}
        if self.kind != APP:
            body["LastModifiedTime"] = self.modified
        if self.failure and "Failed" in self.status:
            body["FailureReason"] = self.failure
        return body


class Studio:
    """All of Studio in the account."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Delete everything."""
        self.things: dict[tuple[str, Key], Thing] = {}
        self.failing: dict[str, str] = {}
        self.clock = EPOCH
        self._domains = 0
        self._uid = FIRST_UID

    def now(self) -> float:
        """A time that is later than all before."""
        self.clock += 1
        return self.clock

    def next_domain_id(self) -> str:
        """The id of a new domain."""
        self._domains += 1
        digest = hashlib.sha256(f"domain {self._domains}".encode()).hexdigest()
        return f"d-{digest[:12]}"

    def next_uid(self) -> str:
        """The user id of a new home directory; none is used again."""
        self._uid += 5
        return str(self._uid)

    def of(self, kind: str, domain: str | None = None) -> list[Thing]:
        """What there is of a kind, in a domain or in all, in order of creation."""
        found = [
            thing
            for (of_kind, key), thing in self.things.items()
            if of_kind == kind and domain in (None, key[0])
        ]
        return sorted(found, key=lambda thing: thing.created)

    def find(self, kind: str, *key: str) -> Thing | None:
        """What has these names; case does not matter."""
        return self.things.get((kind, tuple(part.lower() for part in key)))

    def get(self, kind: str, *key: str) -> Thing:
        """What has these names; raises AWS's error if there is none."""
        found = self.find(kind, *key)
        if found is None:
            raise ApiError("ResourceNotFound", f"{_NOUNS[kind]} [{'/'.join(key)}] does not exist.")
        return found

    def by_arn(self, arn: str) -> Thing | None:
        """What has this ARN; types of apps are written in capitals and in lower case."""
        wanted = arn.lower()
        return next((thing for thing in self.things.values() if thing.arn == wanted), None)

    def add(self, thing: Thing) -> Thing:
        """Keep something new; it can take the place of an app that was deleted or failed."""
        thing.modified = thing.created
        self.things[thing.kind, thing.key] = thing
        return thing

    def poll(self, thing: Thing) -> None:
        """Count one look, and finish the transition if it is due."""
        thing.polls += 1
        if thing.status == "Deleted":
            if thing.polls > DELETED_POLLS:
                del self.things[thing.kind, thing.key]
        elif thing.status in NEXT and thing.polls > NOTEBOOKS.transition_polls:
            self._finish(thing)

    def start(self, thing: Thing, status: str) -> None:
        """Set the status, which starts a transition unless it is a final one."""
        thing.status, thing.polls = status, 0
        thing.modified = self.now()

    def _finish(self, thing: Thing) -> None:
        target = NEXT[thing.status]
        reason = self.failing.pop(self.name(thing), None)
        if reason is not None:
            thing.failure = reason
            self.start(thing, "Failed" if thing.kind == APP else FAILED[thing.status])
        elif target is not None:
            thing.failure = None
            self.start(thing, target)
        elif thing.kind == APP:
            self.start(thing, "Deleted")
        else:
            self._remove(thing)

    def _remove(self, thing: Thing) -> None:
        """Forget something, and the deleted and failed apps in it."""
        del self.things[thing.kind, thing.key]
        for app in self.apps(thing):
            del self.things[APP, app.key]

    @staticmethod
    def name(thing: Thing) -> str:
        """Its name in lower case: of a domain its name, not its id."""
        return str(thing.settings.get("DomainName") or thing.key[-1]).lower()

    def apps(self, thing: Thing) -> list[Thing]:
        """The apps of a domain, or those of a profile or space itself."""
        inside = thing.key if thing.kind == DOMAIN else (thing.domain, thing.kind, thing.key[1])
        return [app for app in self.of(APP, thing.domain) if app.key[: len(inside)] == inside]

    def live_apps(self, thing: Thing) -> list[Thing]:
        """Those that are in the way of changes and deletions."""
        return [app for app in self.apps(thing) if app.status in LIVE]

    def owned_spaces(self, profile: Thing) -> list[Thing]:
        """The spaces that belong to a profile."""
        return [space for space in self.of(SPACE, profile.domain) if owner_of(space) == profile.key[1]]

    def finish_transitions(self) -> None:
        """Finish all transitions in progress."""
        for thing in list(self.things.values()):
            while thing.status in NEXT and self.things.get((thing.kind, thing.key)) is thing:
                self._finish(thing)

    def set_status(self, kind: str, name: str, status: str, reason: str | None) -> None:
        """Set the status of something, or with `fail_next` make its next transition fail."""
        if status == "fail_next":
            self.failing[name.lower()] = reason or "out of capacity"
            return
        named = [one for one in self.of(kind) if self.name(one) == name.lower()]
        if not named:
            raise LookupError(f"no {kind} {name}")
        (thing,) = named
        thing.failure = reason
        self.start(thing, status)

    def summary(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """All that is not deleted, by kind and names, for comparisons."""
        for thing in self.things.values():
            if thing.status != "Deleted":
                domain = self.things.get((DOMAIN, (thing.domain,)))
                name = domain.settings["DomainName"] if domain else thing.domain
                path = "/".join((thing.kind, name, *thing.key[1:]))
                yield path, {"status": thing.status, "tags": thing.tags}


_NOUNS = {DOMAIN: "Domain", PROFILE: "UserProfile", SPACE: "Space", APP: "App"}


def owner_of(space: Thing) -> str | None:
    """The name of the profile that owns a space, in lower case."""
    name = (space.settings.get("OwnershipSettings") or {}).get("OwnerUserProfileName")
    return name.lower() if name else None


def is_shared(space: Thing) -> bool:
    """Whether all profiles of the domain can use a space."""
    return (space.settings.get("SpaceSharingSettings") or {}).get("SharingType") != "Private"


def arn_of(region: str, kind: str, *key: str) -> str:
    """The ARN of something; names are in lower case in it."""
    return f"arn:aws:sagemaker:{region}:{ACCOUNT}:{kind}/{'/'.join(key).lower()}"


STUDIO = Studio()
on_reset(STUDIO.clear)
