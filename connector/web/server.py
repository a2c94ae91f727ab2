"""Serves the application with waitress: threads in this process, and slow senders don't occupy them."""

import logging
import math
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server
from waitress.trigger import trigger

from connector.web.auth import Gate
from connector.web.body import LARGEST_BODY
from connector.web.channel import channel_class
from connector.web.orders import MOST_WAITING

_THREADS = 16
_CONNECTIONS = 500
"""At once. With the files and connections of the rest this stays below the usual limit of 1024 open files."""
_LARGEST_HEADERS = 32 * 1024
SECONDS_TO_SEND = 60.0
"""How long a request may take to arrive, and how long a connection may be idle."""
_FINISH_WITHIN = 5.0
"""Seconds that requests under way get at the end."""


class AddressInUseError(Exception):
    """The address can't be listened on. The text is a sentence with the remedy."""


class WebServer:
    """Listens from the start; answers while `run` runs."""

    def __init__(self, app: Flask, host: str, port: int, *, seconds_to_send: float = SECONDS_TO_SEND) -> None:
        """Raises AddressInUseError."""
        # It would say for each request how many wait, just when there is the least time for it.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        create: Callable[..., Any] = create_server
        self._sockets: dict[int, Any] = {}
        self._stopping = threading.Event()
        try:
            self._server = create(
                app,
                map=self._sockets,
                host=host,
                port=port,
                threads=_THREADS + MOST_WAITING,
                connection_limit=_CONNECTIONS,
                # Above this the server itself refuses, without reading on. Up to it the application answers.
                max_request_body_size=2 * LARGEST_BODY,
                max_request_header_size=_LARGEST_HEADERS,
                # No body goes to a file: a file each for many senders would use up what the process may open.
                inbuf_overflow=4 * LARGEST_BODY,
                channel_timeout=math.ceil(seconds_to_send),
                cleanup_interval=1,
                ident=None,
                clear_untrusted_proxy_headers=True,
            )
        except (OSError, ValueError) as error:
            wasyncore.close_all(self._sockets, ignore_all=True)
            raise AddressInUseError(
                f"The address {host}:{port} can't be listened on ({getattr(error, 'strerror', None) or error}). "
                "Stop the program that uses it, or set another PORT or HOST."
            ) from None
        listening = [entry for entry in self._sockets.values() if getattr(entry, "accepting", False)]
        gate: Gate = app.extensions["gate"]
        for entry in listening:
            entry.channel_class = channel_class(gate.admits, seconds_to_send=seconds_to_send)
        self.port: int = listening[0].effective_port

    def run(self) -> None:
        """Answers requests until `stop` is called, and then finishes those under way."""
        while not self._stopping.is_set():
            self._loop(1.0)
        for entry in self._sockets.values():
            if getattr(entry, "accepting", False):
                entry.accepting = False
        deadline = time.monotonic() + _FINISH_WITHIN
        while time.monotonic() < deadline and any(_is_busy(entry) for entry in self._sockets.values()):
            self._loop(0.05)
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
        wasyncore.close_all(self._sockets, ignore_all=True)

    def stop(self) -> None:
        """Has `run` end soon. May be called from a signal handler or another thread."""
        self._stopping.set()
        for entry in list(self._sockets.values()):
            if isinstance(entry, trigger):
                entry.pull_trigger()

    def _loop(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._sockets, count=1)


def _is_busy(entry: Any) -> bool:
    """Whether a connection has a request in hand, or an answer that isn't sent yet."""
    return bool(getattr(entry, "requests", None) or getattr(entry, "total_outbufs_len", 0))
