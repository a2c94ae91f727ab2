"""How the server deals with a connection before the application sees a request.

Waitress reads requests in one thread and hands over only whole ones, so that a slow sender occupies no other thread.
What it lacks is added here: bodies of strangers are kept small, no sender may take for ever, and what the server
refuses by itself is answered in JSON like all the rest.
"""

import copy
import json
import time
from collections.abc import Callable
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError, TransferEncodingNotImplemented
from waitress.task import ErrorTask
from waitress.utilities import BadRequest, RequestEntityTooLarge

from connector.web.auth import UNAUTHORISED
from connector.web.errors import FAULT, TOO_LARGE

LARGEST_OF_STRANGERS = 128 * 1024
"""Bytes that are taken from somebody without the secret before the 401. Larger ones get it without reading on."""
_SENTENCES = {
    400: "The request is not valid HTTP.",
    401: UNAUTHORISED,
    413: TOO_LARGE,
    431: "The request's headers are too large.",
    500: FAULT,
}

Admits = Callable[[str, str], bool]


class _Unauthorised(BadRequest):  # type: ignore[misc] # waitress has no types, here and below
    code = 401
    reason = "Unauthorized"


class _JsonErrorTask(ErrorTask):  # type: ignore[misc]
    """Answers what the server refuses by itself, and closes the connection."""

    def execute(self) -> None:
        error = self.request.error
        body = json.dumps({"error": _SENTENCES.get(error.code, error.reason)}).encode() + b"\n"
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    admits: Admits
    adj: Any
    error: Any

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self.began = time.monotonic()

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge) and not self._is_admitted():
            self.error = _Unauthorised("")
        if self.completed:
            # There is nothing left to ask the sender for; waitress would ask, and then wait for it.
            self.expect_continue = False
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except TransferEncodingNotImplemented as error:
            raise ParsingError(*error.args) from None
        except ValueError:
            # From an address such as http://[ or a length of thousands of digits.
            raise ParsingError("Bad number or address") from None
        if not self._is_admitted():
            self.adj = copy.copy(self.adj)
            self.adj.max_request_body_size = LARGEST_OF_STRANGERS

    def _is_admitted(self) -> bool:
        return self.admits(self.headers.get("AUTHORIZATION", ""), self.headers.get("X_WEBHOOK_SECRET", ""))


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _JsonErrorTask
    seconds_to_send: float

    def readable(self) -> bool:
        """Asked before each wait for data; here a sender that took too long is noticed."""
        request = self.request
        if request is not None and not self.requests and time.monotonic() - request.began > self.seconds_to_send:
            self.will_close = True
        return bool(super().readable())


def channel_class(admits: Admits, *, seconds_to_send: float) -> type[Any]:
    """The class for connections whose requests must have arrived whole within so many seconds.

    `admits` tells from the headers Authorization and X-Webhook-Secret whether the sender knows the secret.
    """
    parser = type("Parser", (_Parser,), {"admits": staticmethod(admits)})
    return type("Channel", (_Channel,), {"parser_class": parser, "seconds_to_send": seconds_to_send})
