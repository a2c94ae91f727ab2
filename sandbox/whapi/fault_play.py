"""Plays the faults of `sandbox.faults` on the gateway."""

import threading
from collections.abc import Callable

from flask import Response, copy_current_request_context, request

from sandbox.faults import Fault
from sandbox.server import cut, drop, hold
from sandbox.whapi.errors import WhapiError, error_of, gateway_page
from sandbox.whapi.standin import WhapiStandIn

CAPTIVE_PORTAL = "<!doctype html><title>Sign in</title><p>Sign in to the network to go on.</p>"


def play(whapi: WhapiStandIn, carry_out: Callable[[], Response]) -> tuple[Response, str]:
    """Answers a call, struck by the fault that waits for it, if any; and the word for what became of it."""
    request.get_data()  # A body that is still to be read would look to `hold` like a client that goes.
    if whapi.latency:
        hold(whapi.latency)
    fault = whapi.faults.take("whapi", request.method, request.path, request.get_data(), whapi.token)
    if fault is None:
        answer = carry_out()
        return answer, str(answer.status_code)
    return _struck(fault, carry_out), fault.kind


def _struck(fault: Fault, carry_out: Callable[[], Response]) -> Response:
    if fault.kind in ("status", "html_502", "html_200", "late_commit_503", "commit_then_503"):
        if fault.kind == "commit_then_503":
            carry_out()
        elif fault.kind == "late_commit_503":
            _later(fault.seconds, carry_out)
        return _dressed(fault, _error_answer(fault))
    if fault.kind == "truncated":
        return cut(carry_out())
    if fault.kind == "latency":
        hold(fault.seconds)
        return carry_out()
    if fault.kind == "expire_tokens":
        return WhapiError(401, "Unauthorized", "Wrong channel token").response()
    return _cut_off(fault, carry_out)


def _cut_off(fault: Fault, carry_out: Callable[[], Response]) -> Response:
    """The kinds that end the connection without an answer: hang, drop, and both after or before the call
    is carried out."""
    if fault.kind.startswith("commit_then"):
        carry_out()
    if fault.kind == "late_commit":
        _later(fault.seconds, carry_out)
    if fault.kind in ("hang", "commit_then_hang"):
        hold(fault.seconds)
    return drop()


def _error_answer(fault: Fault) -> Response:
    if fault.kind == "html_502":
        return gateway_page(502)
    if fault.kind == "html_200":
        return Response(CAPTIVE_PORTAL, content_type="text/html")
    return error_of(fault.status if fault.kind == "status" else 503).response()


def _dressed(fault: Fault, answer: Response) -> Response:
    if fault.body is not None:
        answer.set_data(fault.body)
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = fault.retry_after
    answer.headers.update(fault.headers)
    return answer


def _later(seconds: float, carry_out: Callable[[], Response]) -> None:
    """Carries the call out in the background. Its body is read now, as long as the connection is there."""
    request.get_data()
    timer = threading.Timer(seconds, copy_current_request_context(carry_out))
    timer.daemon = True
    timer.start()
