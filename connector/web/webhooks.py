"""Takes in Whapi's webhooks, in its three modes. Nothing happens here but: check the secret, read, store, answer."""

import json
from time import perf_counter

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.exc import SQLAlchemyError

from connector.gateways.webhook import read_webhook
from connector.service import Service
from connector.store.commit import StoreClosedError
from connector.web.body import read_json
from connector.web.receipt import receipt_json
from connector.whapi.unwrap import parse_json

TEST_HEADER = "X-Connector-Test"
"""The name of a test that `setup` had Whapi send. Such a webhook is read like any other."""
_METHODS = ["POST", "PUT", "PATCH", "DELETE"]
_PATH = "/webhooks/whapi"
_encode = json.JSONEncoder(separators=(",", ":")).encode


def webhooks_blueprint(service: Service) -> Blueprint:
    blueprint = Blueprint("webhooks", __name__)

    # Body mode sends all to this address, path mode adds event and method, method mode the event alone.
    @blueprint.route(_PATH, methods=_METHODS)
    @blueprint.route(f"{_PATH}/<rest:_event>", methods=_METHODS)
    def receive(_event: str = "") -> Response:
        now = service.clock.now()
        service.arrivals.note(now, test=request.headers.get(TEST_HEADER))
        reading = read_webhook(read_json(), now=now)
        return jsonify(receipt_json(service.receive.receive(reading, keep_unclear=True)))

    return blueprint


class WebhookLane:
    """The short way for webhooks that are as they should be: the same as the route, without a thread for each."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def takes(self, method: str, path: str) -> bool:
        """Whether this is a webhook's address."""
        return path.startswith(_PATH) and method in _METHODS and (len(path) == len(_PATH) or path[len(_PATH)] == "/")

    async def take(self, method: str, path: str, body: bytes, *, test: str | None) -> bytes | None:
        """The answer's body once all is stored; None: the route is to answer, as it knows what to say.

        `test`: what the header TEST_HEADER holds.
        """
        began, now = perf_counter(), self._service.clock.now()
        try:
            reading = read_webhook(parse_json(body), now=now)
            receipt = await self._service.receive.receive_async(reading)
        except (ValueError, SQLAlchemyError, StoreClosedError):
            return None
        self._service.arrivals.note(now, test=test)
        route = _PATH if path == _PATH else f"{_PATH}/<event>"
        self._service.instruments.answered(method=method, route=route, status=200, seconds=perf_counter() - began)
        return _encode(receipt_json(receipt)).encode() + b"\n"
