"""The page at `/`, and the routes with which a person or a script makes things happen in the Whapi stand-in.

The spreadsheet's own routes are the Google stand-in's (`/sandbox/google`), the faults' are in `fault_routes.py`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from flask import Blueprint, Response, jsonify, render_template, request

from sandbox.google.standin import GoogleStandIn
from sandbox.orders import SAMPLES
from sandbox.page.buttons import FAULT_BUTTONS
from sandbox.page.guard import SECURITY_HEADERS
from sandbox.whapi.order import SandboxOrder
from sandbox.whapi.standin import STATES, WhapiStandIn

MOST_AT_ONCE = 1000
SHOWN = 50
_SWITCHES: dict[str, type | tuple[type, ...]] = {
    "paid": bool,
    "latency": (int, float),
    "hang_seconds": (int, float),
    "retry_after": (str, type(None)),
    "takes_header_for_items": bool,
    "wrong_order_token_status": int,
}
_DELIVERY_SWITCHES: dict[str, type | tuple[type, ...]] = {
    "event_shape": str,
    "pace": (int, float),
    "answer_timeout": (int, float),
    "duplicate_share": (int, float),
    "reorder_share": (int, float),
}


class Shop(Protocol):
    """What the page needs of the sandbox."""

    spreadsheet_id: str
    whapi: WhapiStandIn
    google: GoogleStandIn

    def send(self, sample: str, count: int = 1, *, together: bool = False) -> list[SandboxOrder]: ...


def page_blueprint(sandbox: Shop) -> Blueprint:
    """The page and the routes behind its buttons."""
    blueprint = Blueprint(
        "sandbox-page",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/sandbox/static",
    )
    blueprint.add_url_rule("/spreadsheets/d/<spreadsheet_id>/edit", "spreadsheet", partial(spreadsheet, sandbox))
    for method, path, view in ROUTES:
        blueprint.add_url_rule(path, view.__name__, partial(view, sandbox), methods=[method])
    blueprint.register_error_handler(ValueError, lambda problem: _wrong(str(problem)))
    return blueprint


def page(sandbox: Shop) -> Response:
    return _page_of(sandbox, sandbox.spreadsheet_id)


def spreadsheet(sandbox: Shop, spreadsheet_id: str) -> Response:
    """The page at the address that the spreadsheet has at Google's: `#gid=7&range=A5` names a tab and a cell."""
    if spreadsheet_id not in sandbox.google.spreadsheets:
        return Response("There is no such spreadsheet here.\n", 404, mimetype="text/plain")
    return _page_of(sandbox, spreadsheet_id)


def _page_of(sandbox: Shop, spreadsheet_id: str) -> Response:
    text = render_template(
        "page.html",
        spreadsheet_id=spreadsheet_id,
        # The buttons send to the first shop's channel.
        has_panel=spreadsheet_id == sandbox.spreadsheet_id,
        samples=SAMPLES,
        states=STATES,
        fault_buttons=FAULT_BUTTONS,
    )
    return Response(text, headers=SECURITY_HEADERS)


def orders(sandbox: Shop) -> Response:
    """The orders sent so far, newest first."""
    found = list(sandbox.whapi.orders.values())
    newest = found[: -_limit() - 1 : -1]
    return jsonify(total=len(found), orders=[_shown(sandbox, order) for order in newest])


def send(sandbox: Shop) -> Response:
    """`{"sample": "normal", "count": 1, "together": false}`; `together` puts all into one webhook."""
    given = _fields({"sample": str, "count": int, "together": bool})
    sample, count = given.get("sample", "normal"), given.get("count", 1)
    if sample not in SAMPLES:
        raise ValueError(f"sample must be one of {', '.join(SAMPLES)}.")
    if not 1 <= count <= MOST_AT_ONCE:
        raise ValueError(f"count must be from 1 to {MOST_AT_ONCE}.")
    sent = sandbox.send(sample, count, together=given.get("together", False))
    answer = jsonify(order_ids=[order.order_id for order in sent])
    answer.status_code = 201
    return answer


def deliveries(sandbox: Shop) -> Response:
    """The latest webhooks and how each stands, newest first."""
    found = sandbox.whapi.deliveries
    return jsonify(waiting=found.waiting, deliveries=found.latest(_limit()))


def whapi(sandbox: Shop) -> Response:
    return jsonify(_whapi_state(sandbox))


def change_whapi(sandbox: Shop) -> Response:
    """`{"state": "QR"}` and the other switches of the stand-in, such as `paid`, `latency` and `duplicate_share`."""
    given = _fields({"state": str, **_SWITCHES, **_DELIVERY_SWITCHES})
    if given.get("state", "AUTH") not in STATES:
        raise ValueError(f"state must be one of {', '.join(STATES)}.")
    if given.get("event_shape", "sdk") not in ("help_desk", "sdk"):
        raise ValueError("event_shape must be help_desk or sdk.")
    for name, value in given.items():
        if isinstance(value, int | float) and value < 0:
            raise ValueError(f"{name} must not be negative.")
    for name, value in given.items():
        setattr(sandbox.whapi.deliveries if name in _DELIVERY_SWITCHES else sandbox.whapi, name, value)
    return jsonify(_whapi_state(sandbox))


def _fields(types: dict[str, Any]) -> dict[str, Any]:
    """The body's fields, each of its type; ValueError with a sentence otherwise."""
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise ValueError("Send a JSON object.")  # noqa: TRY004 - one error for the caller
    for name, value in given.items():
        if name not in types:
            raise ValueError(f"There is no field {name!r} here; there are {', '.join(types)}.")
        if not isinstance(value, types[name]) or (isinstance(value, bool) and types[name] is not bool):
            raise ValueError(f"{name} is of the wrong type.")
    return given


def _limit() -> int:
    text = request.args.get("limit", str(SHOWN))
    return min(int(text), MOST_AT_ONCE) if text.isascii() and text.isdigit() else SHOWN


def _wrong(sentence: str) -> Response:
    answer = jsonify(error=sentence)
    answer.status_code = 400
    return answer


def _shown(sandbox: Shop, order: SandboxOrder) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "sample": order.sample,
        "customer_name": order.customer_name,
        "sent": order.timestamp,
        "lines": len(order.items),
        "fetches": sandbox.whapi.fetches(order.order_id),
    }


def _whapi_state(sandbox: Shop) -> dict[str, Any]:
    whapi = sandbox.whapi
    return {
        "state": whapi.state,
        "states": list(STATES),
        **{name: getattr(whapi, name) for name in _SWITCHES},
        **{name: getattr(whapi.deliveries, name) for name in _DELIVERY_SWITCHES},
        "webhooks": whapi.settings.webhooks(),
        "orders": len(whapi.orders),
        "calls": whapi.calls.counts(),
    }


ROUTES: tuple[tuple[str, str, Callable[[Shop], Response]], ...] = (
    ("GET", "/", page),
    ("GET", "/sandbox/orders", orders),
    ("POST", "/sandbox/orders", send),
    ("GET", "/sandbox/deliveries", deliveries),
    ("GET", "/sandbox/whapi", whapi),
    ("POST", "/sandbox/whapi", change_whapi),
)
