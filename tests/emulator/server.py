"""The WSGI application: one lock, the log, faults, rules, then moto.

Every call is answered under one lock. moto is not made for parallel callers
(attachments get lost, calls end in 500), and one order of events makes a test's
log mean something.
"""

from __future__ import annotations

import io
import logging
import socket
import struct
import threading
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import BaseWSGIServer, make_server

from . import control, rules, wire
from .album import Album
from .faults import Faults
from .journal import Journal
from .wire import Answer, Refusal

StartResponse = Callable[..., Any]


class Handler(MotoRequestHandler):
    """Werkzeug's handler without Nagle's delay and without a line per request."""

    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: the journal has every call."""


class Emulator:
    """moto under the strict layer. `strict=False` leaves moto bare (for the layer's tests)."""

    def __init__(self, strict: bool = True):
        self.strict = strict
        self.lock = threading.RLock()
        self.journal = Journal()
        self.faults = Faults()
        self.album: Album | None = None
        self.moto = DomainDispatcherApplication(create_backend_app)
        rules.load(strict)

    def __call__(
        self, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one HTTP request."""
        body = self._body(environ)
        path = environ.get("PATH_INFO", "")
        if path.startswith("/_emulator/"):
            answer = control.answer(self, environ["REQUEST_METHOD"], path, body)
        else:
            answer = self.serve(environ, body)
        if answer is None:
            return self._hang_up(environ)
        start_response(f"{answer.status} -", answer.headers)
        return [answer.body]

    def serve(self, environ: dict[str, Any], body: bytes) -> Answer | None:
        """Answer one AWS call, or nothing where the connection is to break."""
        call = wire.understand(environ, body)
        with self.lock:
            fault = self.faults.match(call)
            entry = self.journal.begin(call, fault)
            if fault and not fault.happens:
                answer = fault.answer(call)
            else:
                answer = self.perform(call, environ, body)
                if self.album is not None:
                    self.album.take(call)
                if fault:
                    answer = fault.answer(call)
            self.journal.end(entry, answer)
        if fault:
            fault.wait()
        return answer

    def perform(
        self, call: wire.Call, environ: dict[str, Any], body: bytes
    ) -> Answer:
        """Let the rules judge a call, and moto answer it."""
        try:
            if not self.strict:
                return self._ask_moto(environ, body)
            answer = rules.before(call)
            if answer is None:
                answer = self._ask_moto(environ, body)
            if answer.status < 300:
                answer = rules.after(call, answer)
            return answer
        except Refusal as refusal:
            return wire.refuse(call, refusal)
        except Exception as error:  # moto fails in many ways; AWS would answer 500
            logging.error("%s %s\n%s", call.service, call.action, traceback.format_exc())
            return wire.refuse(call, Refusal("InternalFailure", repr(error), 500))

    def _ask_moto(self, environ: dict[str, Any], body: bytes) -> Answer:
        """Call moto's own application."""
        environ = dict(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            started[:] = [int(status.split(" ", 1)[0]), list(headers)]

        chunks = self.moto(environ, start)
        try:
            content = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close:
                close()
        return Answer(started[0], started[1], content)

    @staticmethod
    def _body(environ: dict[str, Any]) -> bytes:
        """The whole request body, whichever way it was framed."""
        stream = environ["wsgi.input"]
        if environ.get("wsgi.input_terminated"):
            return stream.read()
        return stream.read(int(environ.get("CONTENT_LENGTH") or 0))

    @staticmethod
    def _hang_up(environ: dict[str, Any]) -> Iterable[bytes]:
        """Reset the connection: the caller can't know whether the call took effect."""
        connection = environ.get("werkzeug.socket")
        if connection is not None:
            connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            connection.shutdown(socket.SHUT_RDWR)
        raise ConnectionResetError("a fault broke this connection on purpose")


def listen(emulator: Emulator, port: int) -> BaseWSGIServer:
    """Bind to the loopback; port 0 picks a free one."""
    return make_server(
        "127.0.0.1", port, emulator, threaded=True, request_handler=Handler
    )
