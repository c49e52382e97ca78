"""The WSGI application: lock, log, faults and rules, then moto.

One lock serializes all calls: moto does not support concurrent calls (it loses
attachments, or responds with status 500), and tests need a log with a definite
order.
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

from . import control, protocol, rules, services
from .call_log import CallLog
from .faults import Faults
from .enforcement import Enforcement
from .iam_history import IamHistory
from .lag import Lag
from .protocol import ApiError, Response

StartResponse = Callable[..., Any]


class Handler(MotoRequestHandler):
    """Werkzeug's handler without Nagle's algorithm and without a log line per request."""

    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """Print nothing: the call log has every call."""


class Emulator:
    """moto with the rules. `strict=False` runs moto without them, for the tests of the rules.

    With `enforcement`, members' calls are decided by the policies of their roles. With a `lag`,
    reads are late by as many looks.
    """

    def __init__(
        self, strict: bool = True, enforcement: Enforcement | None = None, lag: int = 0
    ) -> None:
        self.strict = strict
        self.enforcement = enforcement
        self.lock = threading.RLock()
        self.call_log = CallLog()
        self.faults = Faults()
        self.lag = Lag(lag)
        self.iam_history: IamHistory | None = None
        self.moto = DomainDispatcherApplication(create_backend_app)
        rules.load(strict)

    def __call__(
        self, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """Handle one HTTP request."""
        body = self._body(environ)
        path = environ.get("PATH_INFO", "")
        if path.startswith("/_emulator/"):
            response = control.handle(self, environ["REQUEST_METHOD"], path, body)
        else:
            response = self.serve(environ, body)
        if response is None:
            return self._reset_connection(environ)
        start_response(f"{response.status} -", response.headers)
        return [response.body]

    def serve(self, environ: dict[str, Any], body: bytes) -> Response | None:
        """Handle one API call; returns `None` if the connection is to be broken."""
        call = protocol.parse_request(environ, body)
        if self.enforcement:
            services.identify(call)
            self.enforcement.studio.tag(call)
        with self.lock:
            fault = self.faults.match(call)
            entry = self.call_log.start(call, fault)
            if fault and not fault.takes_effect:
                response = fault.response(call)
            else:
                response = self.denial(call) or self.perform(call, environ, body)
                if self.iam_history is not None:
                    self.iam_history.record(call)
                response = self.lag.seen(call, response)
                if fault:
                    response = fault.response(call)
            self.call_log.finish(entry, response)
        # Without the lock, so that other calls can continue while this one is held.
        if fault:
            fault.wait()
        return response

    def denial(self, call: protocol.Call) -> Response | None:
        """The error of a call that the caller may not make."""
        if self.enforcement is None:
            return None
        try:
            self.enforcement.authorize(call)
        except ApiError as error:
            return protocol.render_error(call, error)
        except Exception as error:
            logging.error("%s %s\n%s", call.service, call.action, traceback.format_exc())
            return protocol.render_error(call, ApiError("InternalFailure", repr(error), 500))
        return None

    def perform(
        self, call: protocol.Call, environ: dict[str, Any], body: bytes
    ) -> Response:
        """Apply the rules to a call, and let moto handle it."""
        try:
            if not self.strict:
                return self._call_moto(environ, body)
            response = rules.before(call)
            if response is None and self.enforcement:
                response = self.enforcement.simulate(call) or services.answer(self, call)
            if response is None:
                response = self._call_moto(environ, body)
            if response.status < 300:
                response = rules.after(call, response)
            return response
        except ApiError as error:
            return protocol.render_error(call, error)
        except Exception as error:  # a bug in moto or a rule becomes status 500, as in AWS
            logging.error("%s %s\n%s", call.service, call.action, traceback.format_exc())
            return protocol.render_error(call, ApiError("InternalFailure", repr(error), 500))

    def _call_moto(self, environ: dict[str, Any], body: bytes) -> Response:
        """Call moto's own application."""
        environ = dict(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        # The body was read completely, so it is not chunked anymore.
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
        return Response(started[0], started[1], content)

    @staticmethod
    def _body(environ: dict[str, Any]) -> bytes:
        """The whole request body, chunked or not."""
        stream = environ["wsgi.input"]
        if environ.get("wsgi.input_terminated"):
            return stream.read()
        return stream.read(int(environ.get("CONTENT_LENGTH") or 0))

    @staticmethod
    def _reset_connection(environ: dict[str, Any]) -> Iterable[bytes]:
        """Reset the connection, so the caller cannot know whether the call took effect."""
        connection = environ.get("werkzeug.socket")
        if connection is not None:
            # A linger time of 0 makes the kernel send RST instead of FIN.
            connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            connection.shutdown(socket.SHUT_RDWR)
        raise ConnectionResetError("a fault reset this connection")


def listen(emulator: Emulator, port: int) -> BaseWSGIServer:
    """Bind to the loopback interface; port 0 selects a free port."""
    return make_server(
        "127.0.0.1", port, emulator, threaded=True, request_handler=Handler
    )
