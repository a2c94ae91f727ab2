"""The values that stand as examples: the sample order of Whapi's help desk, and what becomes of it here."""

import json
from typing import Any

from connector.api.openapi.shape import Json

ORDER_ID = "964278151888836"
TOKEN = "AR4ToE6jF7HwiKY8cUChFb+h6Blgb0sbRMOY3vwRHhsaeg=="  # noqa: S105 - printed in Whapi's help desk

PUBLIC_URL = "https://orders.example.com"
ROW_URL = "https://docs.google.com/spreadsheets/d/SPREADSHEET_ID/edit#gid=0&range=A2"

MESSAGE: Json = {
    "id": "7GZVXunkHjZaIOgEgWPPrw-gDMTwl0rVw",
    "from_me": False,
    "type": "order",
    "chat_id": "919984351847@s.whatsapp.net",
    "timestamp": 1713264543,
    "source": "mobile",
    "order": {
        "order_id": ORDER_ID,
        "seller": "61371989950",
        "title": "Jonathan",
        "token": TOKEN,
        "item_count": 3,
        "currency": "AUD",
        "total_price": 359,
        "status": "new",
        "preview": "data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQAB......",
    },
    "from": "919984351847",
    "from_name": "Gerald",
}
PAYLOAD: Json = {
    "messages": [MESSAGE],
    "event": {"type": "messages", "event": "post"},
    "channel_id": "MANTIS-M72HC",
}
BARE: Json = {"order_id": ORDER_ID, "order_token": TOKEN}
OWN: Json = {
    "order_id": "web-2041",
    "customer_name": "Ada",
    "customer_phone": "4915123456789",
    "received_at": "2026-01-31T09:30:00Z",
    "items": [{"sku": "TEA-100", "name": "Green tea, 100 g", "quantity": 2, "price": 3.5, "currency": "EUR"}],
}
MAPPED: Json = {**BARE, "customer": {"name": "Gerald", "phone": "+91 99843 51847"}, "total": "359.00"}
"""As somebody maps it in a no-code tool: other names, and a number as a text."""
FORM: Json = {**BARE, "customer_name": "Gerald", "total_price": "359.00"}
FORM_OF_JSON: Json = {"payload": json.dumps(OWN)}
N8N: Json = {
    "headers": {"host": "n8n.example.com", "content-type": "application/json"},
    "params": {},
    "query": {},
    "body": PAYLOAD,
    "webhookUrl": "https://n8n.example.com/webhook/whapi",
    "executionMode": "production",
}
"""An item of n8n's Webhook node."""
ODD: Json = {"messages": [{**MESSAGE, "order": {"number": ORDER_ID, "token": TOKEN}}], "channel_id": "MANTIS-M72HC"}
"""An order as a later version of Whapi might send it: its id stands where nobody looks for it."""

ITEMS: list[Json] = [
    {
        "product_id": f"689543210000000{number}",
        "sku": sku,
        "name": name,
        "quantity": 1,
        "price": price,
        "currency": "AUD",
        "image": f"https://media.example/{sku}.jpg",
    }
    for number, (sku, name, price) in enumerate(
        [("LS-M", "Linen shirt", 120.5), ("CT-1", "Canvas tote", 38.5), ("WS-G", "Wool scarf", 200)]
    )
]


def order(**changes: Any) -> Json:
    """The sample order, as it stands when its rows are in the sheet, with some fields changed."""
    return {
        "order_id": ORDER_ID,
        "channel_id": "MANTIS-M72HC",
        "status": "synced",
        "received_at": "2024-04-16T10:49:03Z",
        "customer_name": "Gerald",
        "customer_phone": "919984351847",
        "chat_id": "919984351847@s.whatsapp.net",
        "title": "Jonathan",
        "note": None,
        "item_count": 3,
        "total_price": 359,
        "currency": "AUD",
        "items": ITEMS,
        "attempts": 0,
        "next_attempt_at": None,
        "last_error": None,
        "warning": None,
        "change": None,
        "changed_at": None,
        "synced_at": "2024-04-16T10:49:05Z",
        "row_url": ROW_URL,
        **changes,
    }


NEW: Json = {
    "status": "received",
    "items": [],
    "next_attempt_at": "2024-04-16T10:49:04Z",
    "synced_at": None,
    "row_url": None,
}
"""What is different as long as nothing was tried."""


def taken(**changes: Any) -> Json:
    """As `POST /orders` answers with it."""
    found = order(**changes)
    return {**found, "url": f"{PUBLIC_URL}/orders/{found['order_id']}"}


def listed(number: int, **changes: Any) -> Json:
    """As a list has it."""
    found = order(**changes)
    del found["items"]
    return {**found, "id": number}


BARE_FIELDS = (
    "channel_id",
    "customer_name",
    "customer_phone",
    "chat_id",
    "title",
    "item_count",
    "total_price",
    "currency",
)
UNKNOWN: Json = dict.fromkeys(BARE_FIELDS)
"""What is not known of an order that came with its id and token alone."""

QUARANTINED: Json = {
    "id": 1,
    "received_at": "2024-04-16T10:49:04Z",
    "field": "messages[0].order.order_id",
    "reason": "An order id is a text of 1 to 200 characters; nothing came.",
    "bytes": 321,
}
QUARANTINED_WHOLE: Json = {
    **QUARANTINED,
    "payload": {
        **MESSAGE,
        "order": {"number": ORDER_ID, "token": "[secret]"},
        "channel_id": "MANTIS-M72HC",
    },
}
