"""The emulator's control API for tests, under `/_emulator/`.

| request | does |
|---|---|
| `GET  health`  | responds when the emulator is ready |
| `POST reset`   | deletes all resources, log entries and faults |
| `POST seed`    | creates the resources of a platform, returns their names |
| `GET  log`     | `{"calls": [...], "counts": {"iam:CreateRole": 1}}` |
| `POST log`     | clears the log |
| `POST faults`  | arms one fault (an object) or multiple (a list); see `faults.py` |
| `GET  faults`  | `{"triggered": [...]}`: how often each fault was triggered |
| `DELETE faults`| the same, and removes all faults |
| `GET  account-state` | all resources; see `account_state.py` |
| `POST iam-history`   | starts taking snapshots of IAM, one after each change |
| `DELETE iam-history` | stops, returns `{"snapshots": [{"after", "roles", "policies"}]}` |
| `POST call`    | `{"service", "action", "params"}`: an API call by another principal |
| `POST s3`      | `{"method", "path", "query", "body"}`: the same for S3 |
| `POST notebook`| `{"name", "status", "reason"}`: sets a notebook's status |
| `POST studio`  | `{"kind", "name", "status", "reason"}`: the same for Studio; see `studio_state.py` |
| `POST fire-schedules` | `{"after", "until"}`: fires the schedules that are due between two UTC times, returns `{"stopped": [names]}` |
| `POST spend`    | `{"budget", "actual", "forecast"}`: sets the costs that AWS Budgets knows of a budget |
| `POST finish-transitions` | finishes all status changes that are in progress |
| `GET  decisions`     | `{"decisions": [...]}`: each decision about a member's call |
| `POST variables`     | `{"reading": …}`: how variables without a value are read; see `enforcement` |
| `POST left-out-keys` | `{"keys": […]}`: condition keys that requests lack from now on |
| `POST studio-session` | `{"domain", "profile", "space"}`: credentials of code in an app, if policies are enforced |
| `POST lag`     | `{"looks": n}`: lets reads be late by as many looks from now on |
| `POST settle`  | lets reads return everything that was written before |
| `POST transition-polls`   | `{"polls": n}`: how many polls a status change takes |

The status `fail_next` of `POST notebook` and `POST studio` makes the next status change fail.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.backends import get_backend
from moto.moto_api._internal.models import moto_api_backend

from . import ACCOUNT, internal_client, rules, services
from .account_state import account_state
from .iam_history import IamHistory
from .protocol import Response
from .rules.budgets import spend
from .rules.notebook_state import STORE
from .rules.schedules import fire
from .rules.studio_state import STUDIO
from .seed import seed

if TYPE_CHECKING:
    from .server import Emulator


def handle(emulator: Emulator, method: str, path: str, body: bytes) -> Response:
    """Handle a control request; invalid ones get status 400 or 404 and a reason."""
    operation = path.removeprefix("/_emulator/").strip("/")
    try:
        parameters = json.loads(body) if body else {}
        with emulator.lock:
            return _json_response(200, _run(emulator, method, operation, parameters))
    except LookupError as error:
        return _json_response(404, {"error": repr(error)})
    except (internal_client.CallFailed, TypeError, ValueError) as error:
        return _json_response(400, {"error": str(error)})


def _json_response(status: int, body: Any) -> Response:
    encoded = json.dumps(body, default=str).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(encoded))),
    ]
    return Response(status, headers, encoded)


def reset(emulator: Emulator) -> None:
    """Delete all resources, log entries and faults."""
    moto_api_backend.reset()
    get_backend("iam")[ACCOUNT]["aws"]  # moto creates a backend on first access
    rules.reset()
    emulator.call_log.clear()
    emulator.faults.clear()
    emulator.lag.settle()
    emulator.iam_history = None
    services.reset()
    if emulator.enforcement:
        emulator.enforcement.records.clear()
        emulator.enforcement.reading = None
        emulator.enforcement.left_out = frozenset()
        emulator.enforcement.studio.clear()


def _run(emulator: Emulator, method: str, operation: str, parameters: Any) -> Any:
    match method, operation:
        case "GET", "health":
            return {"ok": True}
        case "POST", "reset":
            reset(emulator)
            return {}
        case "POST", "seed":
            return seed(emulator)
        case "GET", "log":
            return emulator.call_log.to_json()
        case "POST", "log":
            emulator.call_log.clear()
            return {}
        case "POST", "faults":
            faults = parameters if isinstance(parameters, list) else [parameters]
            return {"armed": len([emulator.faults.add(fault) for fault in faults])}
        case ("GET" | "DELETE"), "faults":
            triggered = [fault.triggered for fault in emulator.faults.armed]
            if method == "DELETE":
                emulator.faults.clear()
            return {"triggered": triggered}
        case "GET", "decisions":
            return emulator.enforcement.to_json() if emulator.enforcement else {}
        case "POST", ("variables" | "left-out-keys"):
            if emulator.enforcement is None:
                raise LookupError("no decisions without enforcement")
            if operation == "variables":
                emulator.enforcement.reading = parameters["reading"]
            else:
                emulator.enforcement.left_out = frozenset(parameters["keys"])
            return {}
        case "GET", "account-state":
            return account_state()
        case "POST", "iam-history":
            emulator.iam_history = IamHistory()
            return {}
        case "DELETE", "iam-history":
            history, emulator.iam_history = emulator.iam_history or IamHistory(), None
            return {"snapshots": history.snapshots}
        case "POST", "call":
            return _wrapped(
                internal_client.call(
                    emulator, parameters["service"], parameters["action"], parameters["params"]
                )
            )
        case "POST", "s3":
            return _wrapped(
                internal_client.s3(
                    emulator,
                    parameters["method"],
                    parameters["path"],
                    parameters.get("query", ""),
                    parameters.get("body", "").encode(),
                )
            )
        case "POST", "notebook":
            STORE.set_status(
                parameters["name"], parameters["status"], parameters.get("reason")
            )
            return {}
        case "POST", "studio":
            STUDIO.set_status(
                parameters["kind"],
                parameters["name"],
                parameters["status"],
                parameters.get("reason"),
            )
            return {}
        case "POST", "studio-session":
            if emulator.enforcement is None:
                raise LookupError("no sessions without enforcement")
            return emulator.enforcement.studio.open(
                emulator, parameters["domain"], parameters["profile"], parameters.get("space")
            )
        case "POST", "fire-schedules":
            return {"stopped": fire(parameters["after"], parameters["until"])}
        case "POST", "spend":
            spend(parameters["budget"], parameters["actual"], parameters["forecast"])
            return {}
        case "POST", "finish-transitions":
            STORE.finish_transitions()
            STUDIO.finish_transitions()
            return {}
        case "POST", "lag":
            emulator.lag.settle()
            emulator.lag.looks = int(parameters["looks"])
            return {}
        case "POST", "settle":
            emulator.lag.settle()
            return {}
        case "POST", "transition-polls":
            STORE.transition_polls = int(parameters["polls"])
            return {}
    raise LookupError(f"no {method} {operation}")


def _wrapped(response: Response) -> dict[str, Any]:
    """An AWS response as JSON, so that it does not become the status of the control request."""
    body = response.body.decode("utf-8", "replace")
    return {"status": response.status, "code": response.error_code(), "body": body}
