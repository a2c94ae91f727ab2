"""A receiver of events for tests: a real server on this machine, whose answers the test sets."""

import json
import ssl
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

from tests.waiting import wait_until

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="

Answer = Callable[["_Handler"], None]
"""Writes an answer; raises to break off without one."""


@dataclass(frozen=True)
class Delivery:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> Any:
        return json.loads(self.body)

    @property
    def about(self) -> tuple[str, str]:
        """What it tells, and of which order or part."""
        data = self.event["data"]
        return self.event["type"], data.get("order_id") or data["part"]

    def verified(self, secret: str = SECRET) -> Any:
        """The event, if the library finds the signature right and the time not long ago."""
        return Webhook(secret).verify(self.body, self.headers)


def status(code: int, **headers: str) -> Answer:
    """A plain answer with an empty body; `Retry_After` stands for the header `Retry-After`."""

    def write(handler: "_Handler") -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return write


class Receiver:
    """Answers 200, unless `answers` holds something else for the next requests, or `always` for all of them."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.answers: deque[Answer] = deque()
        self.always: Answer | None = None
        self.came: list[Delivery] = []
        """Every request, whatever was answered."""
        self.taken: list[Delivery] = []
        """Those that were answered 200."""
        self.connections = 0
        self.over = threading.Event()
        """For answers that hang: set at the end."""
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.receiver = self
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/events"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    def told(self) -> list[tuple[str, str]]:
        """What came and was taken, in its order."""
        return [delivery.about for delivery in self.taken]

    def wait_for(self, *expected: tuple[str, str], within: float = 20.0) -> None:
        """Waits until exactly this was taken, in this order."""
        wait_until(lambda: len(self.taken) >= len(expected), within=within, what=f"{expected}, not {self.told()}")
        assert self.told() == list(expected)


class _Server(ThreadingHTTPServer):
    receiver: Receiver
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that is cut is what some tests want."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.receiver.connections += 1

    def do_POST(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        delivery = Delivery(self.path, headers, body)
        receiver.came.append(delivery)
        answer = receiver.answers.popleft() if receiver.answers else receiver.always
        if answer is not None:
            answer(self)
            return
        receiver.taken.append(delivery)
        status(200)(self)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def hangs(handler: _Handler) -> None:
    """Takes the request and says nothing."""
    handler.server.receiver.over.wait(30)
    raise ConnectionAbortedError


def trickles(handler: _Handler) -> None:
    """Begins an answer, and goes on with a letter at a time for ever."""
    while not handler.server.receiver.over.wait(0.05):
        handler.wfile.write(b"H" if handler.close_connection else b"HTTP/1.1 200 OK\r\nX-Slow: ")
        handler.wfile.flush()
        handler.close_connection = True


def endless(handler: _Handler) -> None:
    """Answers 200 with a body that has no end."""
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    while not handler.server.receiver.over.is_set():
        handler.wfile.write(b"x" * 65536)
