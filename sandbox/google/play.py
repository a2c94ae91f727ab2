"""Plays faults: what happens to a call and to its connection when something is to go wrong."""

import json
import threading
from collections.abc import Callable
from typing import Any

from flask import Response

from sandbox import server
from sandbox.faults import Fault
from sandbox.google.errors import HTML_502, status_error

Perform = Callable[[], Response]

_PORTAL = "<!DOCTYPE html><html><title>Sign in</title><p>Please sign in to the network.</p></html>"


def json_response(status: int, body: dict[str, Any]) -> Response:
    """With the headers that Google's answers carry (docs/google-sheets.md, 1.4)."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    response = Response(text, status=status, content_type="application/json; charset=UTF-8")
    response.headers["Vary"] = "Origin, X-Origin, Referer"
    response.headers["Server"] = "ESF"
    return response


def play(fault: Fault, perform: Perform, later: Callable[[float], None]) -> Response:
    """The answer under a fault. `perform` carries the call out;
    `later` does so in the background, after seconds."""
    kind = fault.kind
    if kind == "latency":
        server.hold(fault.seconds)
        return perform()
    if kind == "truncated":
        return server.cut(perform())
    if kind.startswith("commit_then_"):
        perform()
        return _after_commit(fault)
    if kind == "late_commit":
        later(fault.seconds)
        return server.drop()
    if kind == "late_commit_503":
        later(fault.seconds)
        return error(fault, 503)
    return _before_commit(fault)


def _after_commit(fault: Fault) -> Response:
    if fault.kind == "commit_then_503":
        return error(fault, 503)
    if fault.kind == "commit_then_hang":
        server.hold(fault.seconds)
    return server.drop()


def _before_commit(fault: Fault) -> Response:
    if fault.kind == "html_502":
        return _page(fault, 502, HTML_502)
    if fault.kind == "html_200":
        return _page(fault, 200, _PORTAL)
    if fault.kind == "status":
        return error(fault, fault.status)
    if fault.kind == "hang":
        server.hold(fault.seconds)
    return server.drop()


def error(fault: Fault, status: int) -> Response:
    """Google's error shape, with the body and headers that the fault asks for."""
    response = json_response(status, status_error(status).body())
    if fault.body is not None:
        response.set_data(fault.body)
    return _dressed(fault, response)


def _page(fault: Fault, status: int, page: str) -> Response:
    text = page if fault.body is None else fault.body
    return _dressed(fault, Response(text, status=status, content_type="text/html; charset=UTF-8"))


def _dressed(fault: Fault, response: Response) -> Response:
    for name, value in fault.headers.items():
        response.headers[name] = value
    if fault.retry_after is not None:
        response.headers["Retry-After"] = fault.retry_after
    return response


def wait(seconds: float) -> None:
    """A pause that holds up nobody but this call."""
    if seconds > 0:
        threading.Event().wait(seconds)
