"""Takes in webhooks: Whapi's in its three modes, and each other gateway's at an address of its own.

Nothing happens here but: check the secret, read, store, answer.
"""

import hmac

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from connector.api.current import addressed_shop, named_shop
from connector.api.errors import NO_CHALLENGE, ApiError
from connector.api.intake import take_in_webhook
from connector.api.secrets import OPERATOR
from connector.gateways.registry import WITH_WEBHOOKS
from connector.runtime.service import Service

SIGNATURE = "X-Hub-Signature-256"
WEBHOOKS = "webhooks"
_META = f"{WEBHOOKS}.meta"
_META_VERIFIES = f"{WEBHOOKS}.verify_meta"
_TWO_CHAT = f"{WEBHOOKS}.2chat"
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

    def signer(self) -> str | None:
        """Who has signed the request, over the body as it came: the shop of its address, or the operator; None where it
        isn't signed as Meta does it.

        An address without a shop is the operator's, with an app of the operator's for several shops.
        """
        if request.endpoint != _META:
            return None
        shop = addressed_shop(self._service)
        if shop is not None:
            signer, secret = shop.name, shop.settings.meta_app_secret
        elif named_shop() is None:
            signer, secret = OPERATOR, self._service.settings.meta_app_secret
        else:
            return None
        return signer if secret is not None and _is_signed(secret) else None

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


def _is_signed(secret: str) -> bool:
    try:
        digest = hmac.new(secret.encode(), request.get_data(), "sha256").hexdigest()
    except RequestEntityTooLarge:
        return False  # Its sender counts as one who has guessed.
    presented = request.headers.get(SIGNATURE, "").encode("latin-1", "replace")
    return hmac.compare_digest(presented, f"{_ALGORITHM}{digest}".encode())


def webhooks_blueprint(service: Service) -> Blueprint:
    blueprint = Blueprint(WEBHOOKS, __name__)

    # Body mode sends all to this address, path mode adds event and method, method mode the event alone.
    @blueprint.route(_PATH, methods=_METHODS)
    @blueprint.route(f"{_PATH}/<rest:_event>", methods=_METHODS)
    def receive_whapi(_event: str = "") -> Response:
        return jsonify(take_in_webhook(service, test=request.headers.get(TEST_HEADER)).counts())

    def receive_other(_event: str = "") -> Response:
        return jsonify(take_in_webhook(service, test=None).counts())

    for gateway in WITH_WEBHOOKS:
        blueprint.add_url_rule(f"/webhooks/{gateway.NAME}", gateway.NAME, receive_other, methods=["POST"])
    # Evolution API can be told to add the event's name to the address.
    blueprint.add_url_rule("/webhooks/evolution/<rest:_event>", "evolution_event", receive_other, methods=["POST"])

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
