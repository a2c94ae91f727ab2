"""The answer to one fetch of an order's items, by the step that the order's script has reached."""

import json
from typing import Any

from flask import Response, jsonify

from sandbox.server import cut, hold
from sandbox.whapi.errors import error_of, gateway_page
from sandbox.whapi.order import STEPS, SandboxOrder, Step
from sandbox.whapi.standin import WhapiStandIn

HUGE = 20_000_000


def items_answer(whapi: WhapiStandIn, order: SandboxOrder, step: Step) -> Response:
    """What the step says; an unknown word is a mistake of whoever wrote the script, and raises ValueError."""
    if isinstance(step, int):
        return _refused(whapi, step)
    if step == "timeout":
        hold(whapi.hang_seconds)
        return gateway_page(504)
    if step == "html":
        return gateway_page(200)
    if step == "huge":
        return Response(_huge(order), content_type="application/json")
    if step == "truncated":
        return cut(jsonify(items_json(order, "ok")))
    return jsonify(items_json(order, step))


def items_json(order: SandboxOrder, step: Step) -> dict[str, Any]:
    """The body of an answer with items, as this step has it."""
    if step == "empty":
        return {"items": []}
    if step == "garbage":
        return {"items": {"0": "product", "quantity": None}, "total": "NaN"}
    if step == "mismatch":
        lines = [item.as_json() for item in order.items]
        lines[0]["quantity"] += 1
        return {"items": lines}
    if step in ("ok", "thousandfold"):
        return {"items": [item.as_json(1000 if step == "thousandfold" else 1) for item in order.items]}
    raise ValueError(f"{step!r} is no step; a step is an HTTP status or one of {', '.join(STEPS)}.")


def _refused(whapi: WhapiStandIn, status: int) -> Response:
    """Whapi's own error for the statuses it documents; 502 and above come from the gateway in front, as a
    page."""
    answer = gateway_page(status) if status > 500 else error_of(status).response()  # noqa: PLR2004 - last of Whapi's own
    if status == 429 and whapi.retry_after is not None:  # noqa: PLR2004
        answer.headers["Retry-After"] = whapi.retry_after
    return answer


def _huge(order: SandboxOrder) -> bytes:
    line = json.dumps(order.items[0].as_json()).encode()
    return b'{"items": [' + b", ".join([line] * (HUGE // (len(line) + 2) + 1)) + b"]}"
