"""Serves the application with waitress: threads in this process, and slow senders don't occupy them."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from waitress.server import create_server

from connector.web.body import LARGEST_BODY
from connector.web.orders import MOST_WAITING

_THREADS = 16
_CONNECTIONS = 1000


class AddressInUseError(Exception):
    """The address can't be listened on. The text is a sentence with the remedy."""


class WebServer:
    """Listens from the start; answers while `run` runs."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        """Raises AddressInUseError."""
        create: Callable[..., Any] = create_server
        try:
            self._server = create(
                app,
                host=host,
                port=port,
                threads=_THREADS + MOST_WAITING,
                connection_limit=_CONNECTIONS,
                # Above this the server itself refuses, without reading on. Up to it the application answers.
                max_request_body_size=2 * LARGEST_BODY,
                channel_timeout=60,
                ident=None,
                clear_untrusted_proxy_headers=True,
            )
        except OSError as error:
            raise AddressInUseError(
                f"The address {host}:{port} can't be listened on ({error.strerror}). "
                "Stop the program that uses it, or set another PORT or HOST."
            ) from None
        self.port: int = self._server.effective_port

    def run(self) -> None:
        """Answers requests until `stop`, or until an exception such as KeyboardInterrupt."""
        self._server.run()

    def stop(self) -> None:
        """Stops listening; requests under way are finished."""
        self._server.close()
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=5)
