"""Takes in Whapi's webhooks, in its three modes. Nothing happens here but: check the secret, read, store, answer."""

from flask import Blueprint, Response, jsonify

from connector.service import Service
from connector.web.body import read_json
from connector.whapi.payload import Reading, read_payload

_METHODS = ["POST", "PUT", "PATCH", "DELETE"]


def webhooks_blueprint(service: Service) -> Blueprint:
    blueprint = Blueprint("webhooks", __name__)

    # Body mode sends all to this address, path mode adds event and method, method mode the event alone.
    @blueprint.route("/webhooks/whapi", methods=_METHODS)
    @blueprint.route("/webhooks/whapi/<path:_event>", methods=_METHODS)
    def receive(_event: str = "") -> Response:
        body = read_json()
        now = service.clock.now()
        reading = Reading()
        # A forwarder may send several payloads as a list.
        for payload in body if isinstance(body, list) else [body]:
            part = read_payload(payload, now=now)
            reading.orders += part.orders
            reading.ignored += part.ignored
            reading.unclear += part.unclear
        receipt = service.receive.receive(reading, keep_unclear=True)
        return jsonify(
            accepted=receipt.accepted,
            duplicates=receipt.duplicates,
            ignored=receipt.ignored,
            quarantined=receipt.quarantined,
        )

    return blueprint
