"""The schemas of what may be sent. More is understood than stands here; what stands here is always understood."""

from typing import Any

from connector.api.openapi.shape import Json, schema
from connector.gateways.reading import names
from connector.gateways.reading.ids import LONGEST_ID
from connector.gateways.reading.lines import MOST_ITEMS
from connector.gateways.reading.names import Names
from connector.gateways.reading.unwrap import WRAPPERS

_NUMERAL = r"^[+-]?[0-9]{1,15}(\.[0-9]{1,18})?$"
_LARGEST = 10**15

ORDER_ID: Json = {
    "type": ["string", "integer"],
    "minLength": 1,
    "maxLength": LONGEST_ID,
    # On one line, and with a letter or digit in it.
    "pattern": r"^[^\t\n\r\u2028\u2029]*[0-9A-Za-z][^\t\n\r\u2028\u2029]*$",
    "description": "The order's id. An order that comes again under the same id is not written again.",
}
TOKEN: Json = {
    "type": "string",
    "pattern": "[0-9A-Za-z]",
    "description": "The order's token, with which its items are fetched. No answer shows it.",
}


def _text(description: str) -> Json:
    return {"type": ["string", "integer", "null"], "description": description}


def _amount(description: str) -> Json:
    return {
        "type": ["number", "string", "null"],
        "minimum": -_LARGEST,
        "maximum": _LARGEST,
        "pattern": _NUMERAL,
        "description": description,
    }


def _with_names(fields: dict[str, Json], known: Names) -> dict[str, Json]:
    """The fields, each with the other names that it may have."""
    described = {}
    for name, field in fields.items():
        others = [f"`{other}`" for other in known[name] if other != name]
        also = f" Also called {', '.join(others)}." if others else ""
        described[name] = {**field, "description": field["description"] + also}
    return described


_ITEM: dict[str, Json] = {
    "product_id": _text("WhatsApp's id of the product."),
    "sku": _text("The shop's own number of the product."),
    "name": _text("The product's name."),
    "quantity": _amount("How many pieces."),
    "price": _amount("The price of one piece."),
    "currency": _text("The price's currency, as ISO 4217."),
    "image": _text("The address of a picture."),
}
_SAYS_SOMETHING: Json = {"type": ["string", "number"], "pattern": "[0-9A-Za-z]"}
BARE: dict[str, Json] = {
    "order_id": ORDER_ID,
    "order_token": TOKEN,
    "channel_id": _text("The Whapi channel that the order came through."),
    "customer_name": _text("The customer's name."),
    "customer_phone": _text("The customer's number, or WhatsApp's contact id."),
    "title": _text("The order's title."),
    "note": _text("The customer's message."),
    "item_count": _amount("How many items. Without it, it is taken from the items."),
    "total_price": _amount("The order's total. Without it, it is taken from the items."),
    "currency": _text("The total's currency, as ISO 4217."),
    "received_at": {
        "type": ["string", "number", "null"],
        "format": "date-time",
        "minimum": -_LARGEST,
        "maximum": _LARGEST,
        "description": "When the customer sent it: a time with its zone, or seconds since 1970. Without it: now.",
    },
    "items": {
        "type": ["array", "null"],
        "maxItems": MOST_ITEMS,
        "items": schema("BareItem"),
        "description": "The items, if the sender has them. Then nothing is fetched.",
    },
}
_WHAPI_ORDER: dict[str, Any] = {
    "type": "object",
    "description": "The order in a message. Only `order_id` is needed; without `token` the items can't be fetched.",
    "required": ["order_id"],
    "properties": {
        "order_id": ORDER_ID,
        "token": {**TOKEN, "type": ["string", "null"]},
        "title": {"type": ["string", "null"]},
        "text": {"type": ["string", "null"], "description": "The customer's message."},
        "seller": {"type": ["string", "null"]},
        "item_count": {"type": ["number", "null"]},
        "total_price": {"type": ["number", "null"]},
        "currency": {"type": ["string", "null"]},
        "status": {"type": ["string", "null"]},
        "preview": {"type": ["string", "null"], "description": "A picture in base64. It is not stored."},
    },
}

SCHEMAS: dict[str, Json] = {
    "WhapiPayload": {
        "type": "object",
        "description": "A payload as Whapi sends it, with any number of messages. What else it holds is ignored.",
        "required": ["messages"],
        "properties": {
            "messages": {
                "type": "array",
                "items": {"anyOf": [schema("WhapiOrderMessage"), schema("WhapiOtherMessage")]},
            },
            "event": {"type": "object", "description": "Not needed."},
            "channel_id": {"type": ["string", "null"]},
        },
    },
    "WhapiOrderMessage": {
        "type": "object",
        "description": "A message that brings an order. One with `from_me` is ignored.",
        "required": ["type", "order"],
        "properties": {
            "type": {"const": "order"},
            "order": _WHAPI_ORDER,
            "id": {"type": "string"},
            "from_me": {"type": "boolean"},
            "chat_id": {"type": "string"},
            "timestamp": {"type": "number", "description": "Seconds since 1970; milliseconds are understood as well."},
            "from": {"type": "string"},
            "from_name": {"type": "string"},
        },
    },
    "WhapiOtherMessage": {
        "type": "object",
        "description": "Any other message. It is counted as ignored.",
        "required": ["type"],
        "properties": {"type": {"type": "string", "not": {"const": "order"}}},
    },
    "BareOrder": {
        "type": "object",
        "description": (
            "An order, with its token or with its items, and whatever else is known. Case, `_`, `-` and spaces in "
            "names don't matter, and `customer` may be an object with `name` and `phone`. Other fields are ignored."
        ),
        "required": ["order_id"],
        "anyOf": [
            {"required": ["order_token"]},
            {"required": ["items"], "properties": {"items": {"type": "array", "minItems": 1}}},
        ],
        "properties": _with_names(BARE, names.ORDER),
    },
    "BareItem": {
        "type": "object",
        "description": "One line of an order, with at least one of these fields.",
        "anyOf": [{"required": [name], "properties": {name: _SAYS_SOMETHING}} for name in _ITEM],
        "properties": _with_names(_ITEM, names.ITEM),
    },
    "WrappedOrders": {
        "type": "object",
        "description": (
            "What n8n's Webhook node hands on, or any object around an order, a payload or a list of them. "
            f"In place of `body` it may be called {', '.join(f'`{key}`' for key in WRAPPERS if key != 'body')}, and it "
            "may be a text with JSON."
        ),
        "required": ["body"],
        "properties": {"body": {"anyOf": [schema("Forwarded"), {"type": "array", "items": schema("Forwarded")}]}},
    },
    "Forwarded": {
        "description": "A payload of Whapi's, one of its messages, or an order.",
        "anyOf": [schema("BareOrder"), schema("WhapiPayload"), schema("WhapiOrderMessage")],
    },
}
