"""Where Whapi's webhooks arrive."""

from connector.api.openapi import examples
from connector.api.openapi.errors import errors
from connector.api.openapi.shape import JSON, Json, answer, example, parameter, schema

_MODES = (
    "Whapi's webhooks, in its three modes. The event in the address and the method are not looked at. "
    "The answer comes once everything is stored; anything but a 200 has Whapi send it again."
)
_BODY: Json = {
    "required": True,
    "description": "JSON, whatever the Content-Type says. What can't be understood is kept in quarantine.",
    "content": {
        JSON: {
            "schema": {"anyOf": [schema("WhapiPayload"), {"description": "Any other JSON: it is kept in quarantine."}]},
            "examples": {
                "order": example("An order", examples.PAYLOAD),
                "other": example("An event that is no message", {"statuses": [], "channel_id": "MANTIS-M72HC"}),
                "unknown": example("Something that is not understood", examples.ODD),
            },
        }
    },
}
_NOTHING: Json = {"accepted": 0, "duplicates": 0, "ignored": 0, "quarantined": 0}
_STORED = answer(
    "Everything is stored.",
    schema("Receipt"),
    examples={
        "order": example("A new order", {**_NOTHING, "accepted": 1}),
        "other": example("No order in it", {**_NOTHING, "ignored": 1}),
        "unknown": example("Kept in quarantine", {**_NOTHING, "quarantined": 1}),
    },
)


def _operations(where: str) -> Json:
    """The same for each of the four methods."""
    return {
        method: {
            "operationId": f"{method}_{where}",
            "tags": ["Webhooks"],
            "summary": "Take a webhook",
            "description": _MODES,
            "requestBody": _BODY,
            "responses": {"200": _STORED, **errors("NoJson", "NotStored")},
        }
        for method in ("post", "put", "patch", "delete")
    }


PATHS: dict[str, Json] = {
    "/webhooks/whapi": _operations("webhook"),
    "/webhooks/whapi/{event}": {"parameters": [parameter("event")], **_operations("webhook_event")},
}
