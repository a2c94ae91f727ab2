"""Takes in Whapi's webhooks, in its three modes. Nothing happens here but: check the secret, read, store, answer."""

from flask import Blueprint, Response, jsonify, request

from connector.api.body import read_json, room_for_body
from connector.gateways.webhook import read_webhook
from connector.jobs.receive import IntakeResult
from connector.runtime import Service

TEST_HEADER = "X-Connector-Test"
"""The name of a test that `setup` had Whapi send. Such a webhook is read like any other."""
_METHODS = ["POST", "PUT", "PATCH", "DELETE"]
_PATH = "/webhooks/whapi"


def webhooks_blueprint(service: Service) -> Blueprint:
    blueprint = Blueprint("webhooks", __name__)

    # Body mode sends all to this address, path mode adds event and method, method mode the event alone.
    @blueprint.route(_PATH, methods=_METHODS)
    @blueprint.route(f"{_PATH}/<rest:_event>", methods=_METHODS)
    def receive(_event: str = "") -> Response:
        now = service.clock.now()
        service.arrivals.note(now, test=request.headers.get(TEST_HEADER))
        with room_for_body():
            reading = read_webhook(read_json(), now=now)
            return jsonify(intake_json(service.receive.receive(reading, keep_unclear=True)))

    return blueprint


def intake_json(result: IntakeResult) -> dict[str, int]:
    """What became of a webhook's content, as its answer says it."""
    return {
        "accepted": result.accepted,
        "duplicates": result.duplicates,
        "ignored": result.ignored,
        "quarantined": result.quarantined,
    }
