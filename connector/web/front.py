"""What every request meets before a route does, on the server's event loop.

The body is read here, whole and within bounds, so that a thread is only ever occupied by a request that is all there.
Webhooks are answered here as well: they are what comes in thousands, and need no thread of their own. Everything else,
and every webhook with anything unusual about it, is answered by the Flask application.
"""

import json
from typing import Any, cast
from urllib.parse import quote_from_bytes

from a2wsgi import WSGIMiddleware
from flask import Flask

from connector.web.auth import UNAUTHORISED, Gate
from connector.web.body import LARGEST_BODY
from connector.web.errors import TOO_LARGE
from connector.web.webhooks import TEST_HEADER, WebhookLane

LARGEST_OF_STRANGERS = 128 * 1024
"""Bytes that are taken from somebody without the secret before the 401. Larger ones get it without reading on."""
_LARGEST_READ = 2 * LARGEST_BODY
"""Up to this a body is read, so that the application can say what is wrong; the sender might not see it otherwise."""
_LARGEST_ON_LOOP = 64 * 1024
"""Bytes of a webhook that is parsed on the event loop. A larger one would hold up the others."""
_TEST_HEADER = TEST_HEADER.lower().encode()
_ASCII = bytes(range(128))
_LEFT_OUT = frozenset({b"content-length", b"transfer-encoding"})

Scope = dict[str, Any]


class _TooLargeError(Exception):
    pass


class Front:
    """An ASGI application in front of the Flask application."""

    def __init__(self, app: Flask, *, threads: int) -> None:
        self._gate: Gate = app.extensions["gate"]
        self._webhooks: WebhookLane = app.extensions["webhooks"]
        self._flask = cast("Any", WSGIMiddleware)(app, workers=threads)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        admitted = self._gate.admits(
            headers.get(b"authorization", b"").decode("latin-1"),
            headers.get(b"x-webhook-secret", b"").decode("latin-1"),
        )
        try:
            body = await _read_body(headers, receive, limit=_LARGEST_READ if admitted else LARGEST_OF_STRANGERS)
        except _TooLargeError:
            status, sentence = (413, TOO_LARGE) if admitted else (401, UNAUTHORISED)
            # What is still to come is not read, so nothing else can follow on this connection.
            await _answer(send, status, json.dumps({"error": sentence}).encode() + b"\n", (b"connection", b"close"))
            return
        if body is None:
            return
        if admitted and len(body) <= _LARGEST_ON_LOOP and self._webhooks.takes(scope["method"], scope["path"]):
            test = headers.get(_TEST_HEADER)
            receipt = await self._webhooks.take(
                scope["method"], scope["path"], body, test=None if test is None else test.decode("latin-1")
            )
            if receipt is not None:
                await _answer(send, 200, receipt)
                return
        await self._flask(_for_flask(scope, body), _replay(body), send)


async def _read_body(headers: dict[bytes, bytes], receive: Any, *, limit: int) -> bytes | None:
    """The whole body; None if the sender has gone. Raises _TooLargeError."""
    declared = int(headers.get(b"content-length", b"0"))
    if declared > limit:
        raise _TooLargeError
    if not declared and b"transfer-encoding" not in headers:
        return b""  # Asking for it would tell a sender who waits for a word to go on.
    message = await receive()
    received = bytearray()
    while message["type"] == "http.request":
        received += message.get("body", b"")
        if len(received) > limit:
            raise _TooLargeError
        if not message.get("more_body"):
            return bytes(received)
        message = await receive()
    return None


async def _answer(send: Any, status: int, body: bytes, *more_headers: tuple[bytes, bytes]) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
        *more_headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _for_flask(scope: Scope, body: bytes) -> Scope:
    """The scope with the length of the body as it came, and without headers that WSGI would take for others.

    WSGI writes `-` as `_`, so X_Webhook_Secret would be X-Webhook-Secret there.
    """
    kept = [(name, value) for name, value in scope["headers"] if name not in _LEFT_OUT and b"_" not in name]
    return {
        **scope,
        "headers": [*kept, (b"content-length", str(len(body)).encode())],
        # WSGI has text here; what is beyond ASCII is passed on as it would be in an address.
        "query_string": quote_from_bytes(scope["query_string"], safe=_ASCII).encode("ascii"),
    }


def _replay(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
