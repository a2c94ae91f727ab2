"""The gateway's routes, as far as a connector for orders uses them.

The token comes as `Authorization: Bearer` or as the query parameter `token`; for an order's items only as the
parameter, as the help desk insists [HD]. Errors have the shape of `errors.py`. Whatever else Whapi can do is
a 404.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.whapi.calls import Call
from sandbox.whapi.errors import WhapiError
from sandbox.whapi.fault_play import play
from sandbox.whapi.history import query_of
from sandbox.whapi.items_answer import items_answer
from sandbox.whapi.sending import checked_text
from sandbox.whapi.settings import ALLOWED_EVENTS, EVENT_TYPES, checked_webhook
from sandbox.whapi.standin import WhapiStandIn


@dataclass(frozen=True)
class Route:
    """One route of the gateway."""

    method: str
    path: str
    view: Callable[..., Response]
    takes_header: bool = True
    """Whether a Bearer header will do; False: the token must be the query parameter."""
    wants_linked: bool = False
    """Whether the channel must work, that is, have a phone linked to it."""

    @property
    def name(self) -> str:
        """The route without ids, as `Calls` counts it."""
        return f"{self.method} {self.path.partition('/<')[0]}"


def whapi_blueprint(whapi: WhapiStandIn, others: Mapping[str, WhapiStandIn] | None = None) -> Blueprint:
    """The routes of one channel, or of several behind one address. `others`: the further ones by their tokens, as they
    are at each call; who comes with no token of theirs has to do with the first."""
    blueprint = Blueprint("whapi", __name__)
    for route in ROUTES:
        blueprint.add_url_rule(
            route.path,
            endpoint=f"{route.method} {route.path}",
            view_func=_guarded(whapi, {} if others is None else others, route),
            methods=[route.method],
        )
    return blueprint


def _guarded(first: WhapiStandIn, others: Mapping[str, WhapiStandIn], route: Route) -> Callable[..., Response]:
    """The route's view behind the checks, the faults and the record of calls."""

    def answer(**ids: str) -> Response:
        # As at Whapi, the token alone says which channel is meant.
        whapi = others.get(_given_token(takes_header=True) or "", first)

        def carry_out() -> Response:
            try:
                _check_token(whapi, route)
                _check_channel(whapi, route)
                return route.view(whapi, **ids)
            except WhapiError as refused:
                return refused.response()

        response, outcome = play(whapi, carry_out)
        whapi.calls.add(Call(whapi.clock.now(), request.method, request.path, route.name, outcome))
        return response

    return answer


def _check_token(whapi: WhapiStandIn, route: Route) -> None:
    """Every call needs the token; the texts of the refusals are not documented."""
    given = _given_token(takes_header=route.takes_header or whapi.takes_header_for_items)
    if given is None:
        raise WhapiError(401, "Unauthorized", "Need channel token to authorize")
    if not hmac.compare_digest(given.encode(), whapi.token.encode()):
        raise WhapiError(401, "Unauthorized", "Wrong channel token")


def _given_token(*, takes_header: bool) -> str | None:
    given = request.args.get("token")
    if given is None and takes_header:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        given = value if scheme == "Bearer" else None
    return given


def _check_channel(whapi: WhapiStandIn, route: Route) -> None:
    """Only AUTH works.

    What Whapi answers in the other states is not documented, beyond that it doesn't work (SYNC_ERROR: "GET
    requests will not work" [HD]). Of the documented statuses 401 fits best; the text is made up.
    """
    if not whapi.paid:
        raise WhapiError(402, "Payment Required", "The channel's subscription has ended")
    if route.wants_linked and whapi.state != "AUTH":
        raise WhapiError(401, "Unauthorized", f"Channel is not authorized, status {whapi.state}")


def _order_items(whapi: WhapiStandIn, order_id: str) -> Response:
    order_token = request.args.get("order_token")
    if not order_token:
        raise WhapiError(400, "Wrong parameters", "order_token is missing")
    return items_answer(whapi, *whapi.fetch(order_id, order_token))


def _health(whapi: WhapiStandIn) -> Response:
    """With `wakeup` left out the call launches a stopped channel [SDK]: who only looks says
    `wakeup=false`."""
    wakeup = request.args.get("wakeup", "true")
    if wakeup not in ("true", "false"):
        raise WhapiError(400, "Wrong parameters", "wakeup must be true or false")
    if wakeup == "true":
        whapi.launch()
    return jsonify(whapi.health())


def _limits(whapi: WhapiStandIn) -> Response:
    return Response(status=204) if whapi.limits is None else jsonify(whapi.limits)


def _read_settings(whapi: WhapiStandIn) -> Response:
    return jsonify(whapi.settings.read())


def _change_settings(whapi: WhapiStandIn) -> Response:
    return jsonify(whapi.settings.update(_json_body()))


def _reset_settings(whapi: WhapiStandIn) -> Response:
    whapi.settings.reset()
    return jsonify(success=True)


def _allowed_events(_: WhapiStandIn) -> Response:
    pairs = [(kind, method) for kind, methods in ALLOWED_EVENTS.items() for method in methods]
    return jsonify([{"type": kind, "method": method} for kind, method in pairs])


def _test_webhook(whapi: WhapiStandIn) -> Response:
    """Sends one callback. `success` says only that it was sent: whether it arrived, the receiver knows."""
    given = _json_body()
    if not isinstance(given, dict) or given.get("type") not in EVENT_TYPES:
        raise WhapiError(400, "Wrong parameters", f"type must be one of {', '.join(EVENT_TYPES)}")
    if "mode" not in given or "events" in given:
        raise WhapiError(400, "Wrong parameters", "mode is needed, and events has no place here")
    webhook = checked_webhook({key: value for key, value in given.items() if key != "type"}, "webhook")
    whapi.deliveries.send_once(webhook, (given["type"], "post", whapi.test_payload))
    return jsonify(success=True)


def _messages(whapi: WhapiStandIn, chat_id: str | None = None) -> Response:
    return jsonify(whapi.history.page(query_of(request.args.to_dict(), chat_id)))


def _send_text(whapi: WhapiStandIn) -> Response:
    return jsonify(sent=True, message=whapi.send_text(*checked_text(_json_body())))


def _json_body() -> Any:
    body = request.get_json(silent=True)
    if body is None:
        raise WhapiError(400, "Wrong parameters", "the body must be JSON, with Content-Type: application/json")
    return body


ROUTES = (
    Route("GET", "/business/orders/<order_id>", _order_items, takes_header=False, wants_linked=True),
    Route("GET", "/health", _health),
    Route("GET", "/limits", _limits),
    Route("GET", "/settings", _read_settings),
    Route("PATCH", "/settings", _change_settings),
    Route("DELETE", "/settings", _reset_settings),
    Route("GET", "/settings/events", _allowed_events),
    Route("POST", "/settings/webhook_test", _test_webhook),
    Route("GET", "/messages/list", _messages, wants_linked=True),
    Route("GET", "/messages/list/<chat_id>", _messages, wants_linked=True),
    Route("POST", "/messages/text", _send_text, wants_linked=True),
)
