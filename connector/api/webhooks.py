"""Takes in webhooks: Whapi's in its three modes, and each other gateway's at an address of its own.

Nothing happens here but: check the secret, read, store, answer.
"""

import hmac

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from connector.api.current import addressed_shop, current_shop
from connector.api.errors import NO_CHALLENGE, ApiError
from connector.api.request import read_json, room_for_body
from connector.gateways.registry import WITH_WEBHOOKS
from connector.gateways.webhook import read_webhook
from connector.jobs.receive import IntakeResult
from connector.runtime.service import Service
from connector.runtime.shop import Shop

SIGNATURE = "X-Hub-Signature-256"
_NAME = "gateways"
_META = f"{_NAME}.meta"
_META_VERIFIES = f"{_NAME}.verify_meta"
_TWO_CHAT = f"{_NAME}.2chat"
_ALGORITHM = "sha256="
LONGEST_CHALLENGE = 200
TEST_HEADER = "X-Connector-Test"
"""The name of a test that `setup` had Whapi send. Such a webhook is read like any other."""
_METHODS = ["POST", "PUT", "PATCH", "DELETE"]
_PATH = "/webhooks/whapi"


class GatewayAuthenticator:
    """Authenticates the gateways that can't send a header of one's choice.

    Meta signs what it sends with the app's secret, and shows the webhook secret once, when its webhook is set up. 2Chat
    has nothing but the address.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def signed_for(self) -> Shop | None:
        """The shop for which the request is signed, over the body as it came; None where it isn't Meta's."""
        if request.endpoint != _META:
            return None
        shop = addressed_shop(self._service)
        secret = None if shop is None else shop.settings.meta_app_secret
        if secret is None:
            return None
        try:
            digest = hmac.new(secret.encode(), request.get_data(), "sha256").hexdigest()
        except RequestEntityTooLarge:
            return None  # Its sender counts as one who has guessed.
        presented = request.headers.get(SIGNATURE, "").encode("latin-1", "replace")
        return shop if hmac.compare_digest(presented, f"{_ALGORITHM}{digest}".encode()) else None

    def presented(self) -> list[str]:
        """What the request presents beside its headers; a wrong signature too, so that it counts as a guess."""
        match request.endpoint:
            case endpoint if endpoint == _META:
                return [request.headers.get(SIGNATURE, "")]
            case endpoint if endpoint == _META_VERIFIES:
                return [_as_header(request.args.get("hub.verify_token", ""))]
            case endpoint if endpoint == _TWO_CHAT:
                return [_as_header(request.args.get("secret", ""))]
        return []


def gateways_blueprint() -> Blueprint:
    blueprint = Blueprint(_NAME, __name__)

    def receive(_event: str = "") -> Response:
        return _take_in(test=None)

    for gateway in WITH_WEBHOOKS:
        path = f"/webhooks/{gateway.NAME}"
        blueprint.add_url_rule(path, gateway.NAME, receive, methods=["POST"])
    # Evolution API can be told to add the event's name to the address.
    blueprint.add_url_rule("/webhooks/evolution/<rest:_event>", "evolution_event", receive, methods=["POST"])

    @blueprint.get("/webhooks/meta")
    def verify_meta() -> Response:
        challenge = request.args.get("hub.challenge", "")
        if request.args.get("hub.mode") != "subscribe" or not 0 < len(challenge) <= LONGEST_CHALLENGE:
            raise ApiError(400, NO_CHALLENGE)
        return Response(challenge, mimetype="text/plain")

    return blueprint


def _as_header(value: str) -> str:
    """A parameter's text as a header would have it: with the bytes of its UTF-8 form."""
    return value.encode("utf-8", "surrogatepass").decode("latin-1")


def webhooks_blueprint() -> Blueprint:
    blueprint = Blueprint("webhooks", __name__)

    # Body mode sends all to this address, path mode adds event and method, method mode the event alone.
    @blueprint.route(_PATH, methods=_METHODS)
    @blueprint.route(f"{_PATH}/<rest:_event>", methods=_METHODS)
    def receive(_event: str = "") -> Response:
        return _take_in(test=request.headers.get(TEST_HEADER))

    return blueprint


def _take_in(*, test: str | None) -> Response:
    shop = current_shop()
    now = shop.clock.now()
    shop.arrivals.note(now, test=test)
    with room_for_body():
        reading = read_webhook(read_json(), now=now)
        return jsonify(intake_json(shop.receive.receive(reading, keep_unclear=True)))


def intake_json(result: IntakeResult) -> dict[str, int]:
    """What became of a webhook's content, as its answer says it."""
    return {
        "accepted": result.accepted,
        "duplicates": result.duplicates,
        "ignored": result.ignored,
        "quarantined": result.quarantined,
    }
