"""Serves the application with uvicorn: one event loop for the connections, threads for the Flask application."""

import logging
import math
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from flask import Flask

from connector.web.connection import connection_class
from connector.web.front import Front
from connector.web.orders import MOST_WAITING

_THREADS = 16
_CONNECTIONS = 500
"""At once. With the files and connections of the rest this stays below the usual limit of 1024 open files."""
_BACKLOG = 512
SECONDS_TO_SEND = 60.0
"""How long a request may take to arrive, and how long a connection may be idle."""
_FINISH_WITHIN = 5
"""Seconds that requests under way get at the end."""


class AddressInUseError(Exception):
    """The address can't be listened on. The text is a sentence with the remedy."""


class _Server(uvicorn.Server):
    """Leaves the signals to the command that runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebServer:
    """Listens from the start; answers while `run` runs."""

    def __init__(self, app: Flask, host: str, port: int, *, seconds_to_send: float = SECONDS_TO_SEND) -> None:
        """Raises AddressInUseError."""
        # It would tell of each piece of noise that a scanner sends.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self._sockets = _listen(host, port)
        self.port: int = self._sockets[0].getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                Front(app, threads=_THREADS + MOST_WAITING),
                interface="asgi3",
                loop="asyncio",
                http=connection_class(seconds_to_send=seconds_to_send, most_connections=_CONNECTIONS),
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=math.ceil(seconds_to_send),
                timeout_graceful_shutdown=_FINISH_WITHIN,
                backlog=_BACKLOG,
            )
        )

    def run(self) -> None:
        """Answers requests until `stop` is called, and then finishes those under way."""
        self._server.run(sockets=self._sockets)

    def stop(self) -> None:
        """Has `run` end soon. May be called from a signal handler or another thread."""
        self._server.should_exit = True


def _listen(host: str, port: int) -> list[socket.socket]:
    """A socket for each address that the name stands for."""
    sockets: list[socket.socket] = []
    try:
        # With the protocol named: the event loop sends small pieces at once only where it sees that this is TCP.
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        for family, kind, protocol, _, address in found:
            listening = socket.socket(family, kind, protocol)
            sockets.append(listening)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listening.bind((address[0], sockets[0].getsockname()[1] or port))
            listening.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        for opened in sockets:
            opened.close()
        raise AddressInUseError(
            f"The address {host}:{port} can't be listened on ({getattr(error, 'strerror', None) or error}). "
            "Stop the program that uses it, or set another PORT or HOST."
        ) from None
    return sockets
