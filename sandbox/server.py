"""The sandbox's HTTP server: werkzeug's threaded one, in a thread, with connections that a fault can cut.

`drop`, `hold` and `cut` are for the stand-ins: they do to a connection what a broken network does.
"""

import logging
import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

from flask import Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)


class _Handler(WSGIRequestHandler):
    """Keep-alive, no Nagle delay, no line per request; remembers each open connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 300

    def setup(self) -> None:
        super().setup()
        connections: _Connections = self.server.connections  # type: ignore[attr-defined]
        connections.add(self.connection)

    def finish(self) -> None:
        connections: _Connections = self.server.connections  # type: ignore[attr-defined]
        connections.discard(self.connection)
        try:
            super().finish()
        except OSError:
            log.debug("The client was gone before the connection was closed.")

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Nothing: the calls that matter are counted by the stand-ins."""

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            log.debug("A connection broke off.")


class _Connections:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    def add(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def discard(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def close_all(self) -> None:
        with self._lock:
            for connection in self._open:
                _shut(connection)


class SandboxServer:
    """Serves a WSGI application on a port of its own. `port=0` lets the system choose; `url` then tells
    which.

    The port is bound when the object is made, so that `url` is known before `start`.
    `stop` closes open keep-alive connections too: clients notice, as they would when a machine goes down.
    """

    def __init__(self, app: "WSGIApplication", host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = make_server(host, port, app, threaded=True, request_handler=_Handler)
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self._server.block_on_close = False  # type: ignore[attr-defined]
        self._server.connections = _Connections()  # type: ignore[attr-defined]
        self._thread: threading.Thread | None = None
        self.host = host
        self.port = self._server.server_port

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def start(self) -> Self:
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._server.serve_forever,
                kwargs={"poll_interval": 0.02},
                name="sandbox-server",
                daemon=True,
            )
            self._thread.start()
        return self

    def stop(self) -> None:
        """Ends the server and every open connection; returns when the port is free.
        A second call does nothing."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()
        self._server.connections.close_all()  # type: ignore[attr-defined]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        log.debug("The connection was closed already.")


def _connection() -> socket.socket | None:
    """The socket of the request in hand; None under a server that doesn't show it,
    such as Flask's test client."""
    connection: socket.socket | None = request.environ.get("werkzeug.socket")
    return connection


def drop() -> Response:
    """Closes the connection of the request in hand with a reset; the caller returns what it gets,
    nobody sees it."""
    connection = _connection()
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        _shut(connection)
    return Response(status=500, headers={"Connection": "close"})


def hold(seconds: float) -> None:
    """Waits, holding the connection open without a word, until the time is up or the client has gone."""
    connection = _connection()
    deadline = time.monotonic() + seconds
    while connection is not None and (left := deadline - time.monotonic()) > 0:
        readable, _, _ = select.select([connection], [], [], left)
        if readable:
            return
    if connection is None:
        threading.Event().wait(seconds)


def cut(response: Response) -> Response:
    """The same answer with its true length in the header,
    but the connection ends half-way through the body."""
    body = response.get_data()
    connection = _connection()

    def half() -> Iterator[bytes]:
        yield body[: len(body) // 2]
        if connection is not None:
            _shut(connection)

    broken = Response(half(), status=response.status_code, content_type=response.content_type)
    broken.headers["Content-Length"] = str(len(body))
    broken.headers["Connection"] = "close"
    return broken
