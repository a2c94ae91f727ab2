"""Serves the application with waitress, with limits to what anybody may send.

Waitress reads each request whole before one of its threads answers it, so a slow sender occupies no thread. What it
has no limit for (the whole time that a sender takes, connections by address) is the part of a reverse proxy:
docs/operating.md says which.
"""

import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from wsgiref.types import WSGIApplication

import waitress

from connector.api.orders import MOST_WAITING
from connector.api.request import LARGEST_BODY, LARGEST_HEAD
from connector.language import gettext as _
from connector.log import get_logger
from connector.open_files import limit

log = get_logger(__name__)

_THREADS = 16
LARGEST_READ = 2 * LARGEST_BODY
"""Up to this a body is read, so that the application can say what is wrong; beyond it waitress refuses."""
_IN_MEMORY = 64 * 1024
"""Bytes of a body, or of an answer, that are kept in memory; what is larger waits in a temporary file."""
_NEVER_HELD_UP = 256 * 1024 * 1024
"""Bytes of answers that a connection doesn't take before they hold up a thread. Nobody without the secret gets there:
waitress reads 8 KiB of requests ahead, and lets a connection go that takes nothing for SECONDS_IDLE."""
_CONNECTIONS = 400
"""At once, each with a temporary file or none."""
_OTHER_FILES = 200
"""The files and connections of the rest. With all of it this stays below the usual limit of 1024 open files."""
_FEWEST = 8
_SAY_EVERY = 60
"""Seconds between two lines that say that no more connections are taken."""
_BACKLOG = 512
SECONDS_IDLE = 60
"""How long a connection may be idle: between two requests, within a request, or with an answer that nobody takes."""
_LOOK_FOR_IDLE = 5
"""Seconds between two looks for connections that are idle for too long."""
_FINISH_WITHIN = 5
"""Seconds that requests under way get at the end."""


class AddressInUseError(Exception):
    """The address can't be listened on. The text is a sentence with the remedy."""


class _Sockets(dict[int, Any]):
    """The sockets that waitress serves. It serves for as long as this is true, and takes connections up to `most`."""

    ended = False

    def __init__(self, most: int, elapsed: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._most = most
        self._elapsed = elapsed
        self._said_at: float | None = None

    def __bool__(self) -> bool:
        return not self.ended

    def __setitem__(self, number: int, opened: Any) -> None:
        super().__setitem__(number, opened)
        now = self._elapsed()
        if len(self) >= self._most and (self._said_at is None or now - self._said_at >= _SAY_EVERY):
            self._said_at = now
            log.warning(
                "connections.full",
                most=self._most,
                reason="Newcomers wait until somebody's connection ends. A reverse proxy limits what one address may "
                "hold; docs/operating.md says how.",
            )


def most_connections(open_files: int) -> int:
    """How many connections may be taken where so many files may be open."""
    return max(_FEWEST, min(_CONNECTIONS, (open_files - _OTHER_FILES) // 2))


class WebServer:
    """Listens from the start; answers while `run` runs."""

    def __init__(self, app: WSGIApplication, host: str, port: int, *, seconds_idle: int = SECONDS_IDLE) -> None:
        """Raises AddressInUseError."""
        # It would tell of each piece of noise that a scanner sends, and of each moment in which all threads are busy.
        logging.getLogger("waitress").setLevel(logging.CRITICAL)
        listening = _listen(host, port, seconds_idle)
        self.port: int = listening[0].getsockname()[1]
        most = most_connections(limit())
        self._sockets = _Sockets(most)
        self._server = waitress.create_server(
            app,
            map=self._sockets,
            sockets=listening,
            threads=_THREADS + MOST_WAITING,
            ident=None,
            clear_untrusted_proxy_headers=False,
            max_request_header_size=LARGEST_HEAD,
            max_request_body_size=LARGEST_READ,
            inbuf_overflow=_IN_MEMORY,
            outbuf_overflow=_IN_MEMORY,
            outbuf_high_watermark=_NEVER_HELD_UP,
            connection_limit=most,
            channel_timeout=seconds_idle,
            cleanup_interval=min(_LOOK_FOR_IDLE, seconds_idle),
            backlog=_BACKLOG,
            asyncore_use_poll=True,
            log_socket_errors=False,
        )

    def run(self) -> None:
        """Answers requests until `stop` is called, and then finishes those under way."""
        self._server.run()
        self._server.task_dispatcher.shutdown(timeout=_FINISH_WITHIN)
        for open_ in list(self._sockets.values()):
            open_.close()

    def stop(self) -> None:
        """Has `run` end soon. May be called from a signal handler or another thread."""
        self._sockets.ended = True
        for open_ in list(self._sockets.values()):
            if hasattr(open_, "pull_trigger"):  # Has it look up from its waiting.
                with suppress(OSError):  # `run` may have seen the end by itself, and closed it meanwhile.
                    open_.pull_trigger()
                return


def _listen(host: str, port: int, seconds_idle: int) -> list[socket.socket]:
    """A socket for each address that the name stands for."""
    sockets: list[socket.socket] = []
    try:
        for family, kind, protocol, _unused, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            listening = socket.socket(family, kind, protocol)
            sockets.append(listening)
            if os.name != "nt":  # Windows would let a second service listen at the same address.
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                # Connections inherit it. Waitress waits for ever for somebody who takes no more of his answers.
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, seconds_idle * 1000)
            listening.bind((address[0], sockets[0].getsockname()[1] or port))
            listening.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        for opened in sockets:
            opened.close()
        raise AddressInUseError(
            _(
                "The address {host}:{port} can't be listened on ({value}). Stop the program that "
                "uses it, or set another PORT or HOST."
            ).format(host=host, port=port, value=getattr(error, "strerror", None) or error)
        ) from None
    return sockets
