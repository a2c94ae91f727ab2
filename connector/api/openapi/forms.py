"""What `POST /orders` takes that is not JSON by its Content-Type: plain text, and forms."""

from connector.api.openapi.bodies import BARE
from connector.api.openapi.shape import Json, schema

SENT: Json = {
    "anyOf": [schema("Forwarded"), schema("WrappedOrders"), {"type": "array", "items": schema("Forwarded")}],
}
"""The JSON that may be sent, in whatever it comes."""


def _json_in_a_text(description: str, content: Json) -> Json:
    return {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": content,
        "description": description,
    }


def _as_text(field: Json) -> Json:
    """The field as forms have it, where all is text."""
    kept = ("description", "minLength", "maxLength", "pattern", "format")
    return {"type": "string", **{name: field[name] for name in kept if name in field}}


PLAIN_TEXT = _json_in_a_text("JSON, whatever the Content-Type says.", SENT)
FORMS: Json = {"anyOf": [schema("FormOrder"), schema("FormOfJson")]}
SCHEMAS: dict[str, Json] = {
    "FormOrder": {
        "type": "object",
        "description": "An order as the fields of a form, named as in `BareOrder`. Empty ones don't count.",
        "required": ["order_id"],
        "anyOf": [{"required": ["order_token"]}, {"required": ["items"]}],
        "properties": {
            **{name: _as_text(field) for name, field in BARE.items() if name != "items"},
            "items": _json_in_a_text(
                "The items, as JSON. Then nothing is fetched.",
                {"type": "array", "minItems": 1, "items": schema("BareItem")},
            ),
        },
        "additionalProperties": {"type": "string"},
    },
    "FormOfJson": {
        "type": "object",
        "description": "A form with one field, whatever its name is, that holds what could be sent as JSON.",
        "required": ["payload"],
        "maxProperties": 1,
        "properties": {"payload": _json_in_a_text("JSON.", SENT)},
    },
}
