"""What tests may ask of the emulator itself, under `/_emulator/`.

| request | does |
|---|---|
| `GET  health`  | says that it listens |
| `POST reset`   | empties the account, the log and the faults |
| `POST seed`    | makes what a platform has, returns its names |
| `GET  log`     | `{"calls": [...], "counts": {"iam:CreateRole": 1}}` |
| `POST log`     | clears the log |
| `POST faults`  | arms one fault (an object) or several (a list); see `faults.py` |
| `GET  faults`  | how often each struck |
| `DELETE faults`| the same, and disarms all |
| `GET  world`   | everything that exists; see `world.py` |
| `POST album`   | begins to take pictures of IAM, one after each change |
| `DELETE album` | ends it, and hands over `{"pictures": [{"after", "roles", "policies"}]}` |
| `POST call`    | `{"service", "action", "params"}`: an AWS call by someone else |
| `POST s3`      | `{"method", "path", "query", "body"}`: the same for S3 |
| `POST notebook`| `{"name", "status", "reason"}`: puts a notebook into a state |
| `POST settle`  | finishes every transition that is under way |
| `POST pace`    | `{"describes": n}`: how many looks a transition takes |
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.backends import get_backend
from moto.moto_api._internal.models import moto_api_backend

from . import ACCOUNT, inside, rules
from .album import Album
from .rules.notebook_state import STORE
from .seed import seed
from .wire import Answer
from .world import world

if TYPE_CHECKING:
    from .server import Emulator


def answer(emulator: Emulator, method: str, path: str, body: bytes) -> Answer:
    """Do what a test asks; its mistakes come back as 400 with a reason."""
    what = path.removeprefix("/_emulator/").strip("/")
    try:
        asked = json.loads(body) if body else {}
        with emulator.lock:
            return _plain(200, _act(emulator, method, what, asked))
    except LookupError as error:
        return _plain(404, {"error": repr(error)})
    except (inside.CallFailed, TypeError, ValueError) as error:
        return _plain(400, {"error": str(error)})


def _plain(status: int, body: Any) -> Answer:
    encoded = json.dumps(body, default=str).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(encoded))),
    ]
    return Answer(status, headers, encoded)


def reset(emulator: Emulator) -> None:
    """Empty everything."""
    moto_api_backend.reset()
    get_backend("iam")[ACCOUNT]["aws"]  # moto makes backends on first sight
    rules.forget_all()
    emulator.journal.clear()
    emulator.faults.clear()
    emulator.album = None


def _act(emulator: Emulator, method: str, what: str, asked: Any) -> Any:
    match method, what:
        case "GET", "health":
            return {"ok": True}
        case "POST", "reset":
            reset(emulator)
            return {}
        case "POST", "seed":
            return seed(emulator)
        case "GET", "log":
            return emulator.journal.dump()
        case "POST", "log":
            emulator.journal.clear()
            return {}
        case "POST", "faults":
            wishes = asked if isinstance(asked, list) else [asked]
            return {"armed": len([emulator.faults.add(wish) for wish in wishes])}
        case ("GET" | "DELETE"), "faults":
            struck = [fault.struck for fault in emulator.faults.pending]
            if method == "DELETE":
                emulator.faults.clear()
            return {"struck": struck}
        case "GET", "world":
            return world()
        case "POST", "album":
            emulator.album = Album()
            return {}
        case "DELETE", "album":
            album, emulator.album = emulator.album or Album(), None
            return {"pictures": album.pictures}
        case "POST", "call":
            return _told(
                inside.call(emulator, asked["service"], asked["action"], asked["params"])
            )
        case "POST", "s3":
            text = asked.get("body", "").encode()
            return _told(
                inside.s3(
                    emulator, asked["method"], asked["path"], asked.get("query", ""), text
                )
            )
        case "POST", "notebook":
            STORE.force(asked["name"], asked["status"], asked.get("reason"))
            return {}
        case "POST", "settle":
            STORE.settle()
            return {}
        case "POST", "pace":
            STORE.describes = int(asked["describes"])
            return {}
    raise LookupError(f"no {method} {what}")


def _told(result: Answer) -> dict[str, Any]:
    """An AWS answer, wrapped so that its own status survives."""
    text = result.body.decode("utf-8", "replace")
    return {"status": result.status, "code": result.error_code(), "body": text}
