"""Where the webhooks of other gateways arrive."""

from connector.api.openapi import gateway_examples
from connector.api.openapi.errors import errors
from connector.api.openapi.shape import JSON, TEXT, Json, answer, example, parameter, schema
from connector.gateways import evolution
from connector.gateways.gateway import Gateway
from connector.gateways.registry import WITH_WEBHOOKS

SECURITY_SCHEMES: Json = {
    "meta_signature": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Hub-Signature-256",
        "description": "`sha256=` and the HMAC of the body, made with `META_APP_SECRET`, as Meta sends it.",
    },
    "verify_token": {
        "type": "apiKey",
        "in": "query",
        "name": "hub.verify_token",
        "description": "The service's `WEBHOOK_SECRET`, as Meta shows it when its webhook is set up.",
    },
    "secret_in_address": {
        "type": "apiKey",
        "in": "query",
        "name": "secret",
        "description": "The service's `WEBHOOK_SECRET`, for a gateway that can send no header.",
    },
}
_HEADERS: list[Json] = [{"bearer": []}, {"webhook_secret": []}]
_BESIDE_HEADERS = {"meta": "meta_signature", "2chat": "secret_in_address"}
_NOTHING: Json = {"accepted": 0, "duplicates": 0, "ignored": 0, "quarantined": 0}
_STORED = answer(
    "Everything is stored.",
    schema("Receipt"),
    examples={
        "order": example("A new order", {**_NOTHING, "accepted": 1}),
        "other": example("No order in it", {**_NOTHING, "ignored": 1}),
    },
)


def _operation(gateway: Gateway, where: str) -> Json:
    sent = gateway_examples.SENT[gateway.NAME]
    operation: Json = {
        "operationId": where,
        "tags": ["Webhooks"],
        "summary": f"Take a webhook of {gateway.TITLE}",
        "description": "Orders are stored with the items that come with them; other events are ignored. What looks "
        "like an order and is not understood is kept in quarantine.",
        "requestBody": {
            "required": True,
            "description": "JSON, whatever the Content-Type says, as the gateway sends it.",
            "content": {
                JSON: {
                    "schema": {},
                    "examples": {
                        "order": example("An order", sent.order),
                        "other": example("Something else", sent.other),
                    },
                }
            },
        },
        "responses": {"200": _STORED, **errors("NoJson", "NotStored")},
    }
    if gateway.NAME in _BESIDE_HEADERS:
        operation["security"] = [*_HEADERS, {_BESIDE_HEADERS[gateway.NAME]: []}]
    return operation


_VERIFY: Json = {
    "operationId": "verify_meta",
    "tags": ["Webhooks"],
    "summary": "Let Meta verify the address",
    "description": "Meta asks once, when its webhook is set up. The answer is the challenge.",
    "parameters": [parameter("hub_mode"), parameter("hub_challenge")],
    "security": [*_HEADERS, {"verify_token": []}],
    "responses": {
        "200": {
            "description": "The challenge, as it came.",
            "content": {TEXT: {"schema": {"type": "string"}, "examples": {"meta": example("Meta's", "1158201444")}}},
        },
        **errors("NoChallenge"),
    },
}

PATHS: dict[str, Json] = {
    f"/webhooks/{gateway.NAME}": {"post": _operation(gateway, f"post_{gateway.NAME.replace('-', '_')}")}
    for gateway in WITH_WEBHOOKS
}
PATHS["/webhooks/meta"]["get"] = _VERIFY
PATHS["/webhooks/evolution/{event}"] = {
    "parameters": [parameter("event")],
    "post": _operation(evolution, "post_evolution_event"),
}
