"""Sending orders, asking where they stand, and trying them again."""

from connector.models import Status
from connector.web.openapi import examples
from connector.web.openapi.errors import errors
from connector.web.openapi.examples import BARE, MESSAGE, NEW, OWN, PAYLOAD, UNKNOWN, taken
from connector.web.openapi.shape import JSON, Json, answer, example, parameter, schema

_RECEIPT: Json = {"accepted": 1, "duplicates": 0, "ignored": 0, "quarantined": 0}
_OWN_TAKEN = taken(
    **UNKNOWN
    | NEW
    | {
        "order_id": OWN["order_id"],
        "customer_name": "Ada",
        "customer_phone": OWN["customer_phone"],
        "received_at": OWN["received_at"],
        "item_count": 2,
        "total_price": 7,
        "currency": "EUR",
        "items": [{"product_id": None, **OWN["items"][0], "image": None}],
        "next_attempt_at": None,
    }
)
_WAITING = {
    "status": "waiting",
    "items": [],
    "attempts": 1,
    "next_attempt_at": "2024-04-16T10:49:14Z",
    "last_error": "Whapi does not know the order yet, or no longer (404). It will be tried again.",
    "synced_at": None,
}
_LINKS: Json = {
    name: {
        "operationId": operation,
        "description": description,
        "parameters": {"order_id": "$response.body#/orders/0/order_id"},
    }
    for name, operation, description in (
        ("state", "show_order", "Where the order stands."),
        ("again", "resync_order", "Try the order again now."),
    )
}
_SENT: Json = {
    "required": True,
    "description": "JSON, whatever the Content-Type says: an order in one of these forms, or a list of them.",
    "content": {
        JSON: {
            "schema": {"anyOf": [schema("Forwarded"), {"type": "array", "items": schema("Forwarded")}]},
            "examples": {
                "token": example("An order's id and token; its items are fetched", BARE),
                "items": example("An order with its items; nothing is fetched", OWN),
                "payload": example("A payload of Whapi's, as it came", PAYLOAD),
                "message": example("One message of Whapi's", MESSAGE),
                "list": example("Several at once", [MESSAGE, OWN]),
            },
        }
    },
}
_TAKEN = answer(
    "Everything is stored; with `wait`, the rows are in the sheet as well.",
    schema("OrdersReceipt"),
    examples={
        "token": example("Stored", {**_RECEIPT, "orders": [taken(**UNKNOWN | NEW)]}),
        "items": example("Stored, with its items", {**_RECEIPT, "orders": [_OWN_TAKEN]}),
        "payload": example("Stored", {**_RECEIPT, "orders": [taken(**NEW)]}),
        "message": example("Stored", {**_RECEIPT, "orders": [taken(**NEW | {"channel_id": None})]}),
        "list": example(
            "Both stored", {**_RECEIPT, "accepted": 2, "orders": [taken(**NEW | {"channel_id": None}), _OWN_TAKEN]}
        ),
        "waited": example("With `wait=20`: in the sheet", {**_RECEIPT, "orders": [taken()]}),
    },
    links=_LINKS,
)
_TIME_IS_UP = answer(
    "Everything is stored, but the rows were not all in the sheet when the time was up. Ask `url` later.",
    schema("OrdersReceipt"),
    examples={
        "waited": example(
            "Sent again, and its items are still missing",
            {**_RECEIPT, "accepted": 0, "duplicates": 1, "orders": [taken(**_WAITING)]},
        )
    },
    links=_LINKS,
)
_WRONG = answer(
    "The body was not understood. Nothing was stored. Up to 100 fields are named.",
    schema("WrongFields"),
    examples={
        "fields": example(
            "Two wrong fields",
            {
                "error": "Nothing was stored, because these fields are wrong.",
                "fields": [
                    {"field": "[1].order_id", "message": "Expected a text of 1 to 200 characters; a list came."},
                    {"field": "[1].item_count", "message": "Expected a number; a text of 4 characters came."},
                ],
            },
        )
    },
)

PATHS: dict[str, Json] = {
    "/orders": {
        "post": {
            "operationId": "send_orders",
            "tags": ["Orders"],
            "summary": "Send orders",
            "description": "For Make, n8n and the like. An order that is known already is not written again.",
            "parameters": [parameter("wait")],
            "requestBody": _SENT,
            "responses": {
                "200": _TAKEN,
                "202": _TIME_IS_UP,
                **errors("WrongWait", "NotStored"),
                "422": _WRONG,
            },
        },
        "get": {
            "operationId": "list_orders",
            "tags": ["Orders"],
            "summary": "List orders",
            "parameters": [parameter("status"), parameter("limit"), parameter("before")],
            "responses": {
                "200": answer(
                    "The newest first.",
                    schema("OrderPage"),
                    examples={
                        "page": example("All there are", {"orders": [examples.listed(1)], "next_before": None}),
                        "part": example(
                            "With `limit=1`: there may be more", {"orders": [examples.listed(1)], "next_before": 1}
                        ),
                    },
                ),
                **errors("WrongQuery", "NotStored"),
            },
        },
    },
    "/orders/{order_id}": {
        "parameters": [parameter("order_id")],
        "get": {
            "operationId": "show_order",
            "tags": ["Orders"],
            "summary": "Show where an order stands",
            "responses": {
                "200": answer(
                    "The order.",
                    schema("Order"),
                    examples={
                        "synced": example("In the sheet with its items", examples.order()),
                        "waiting": example("In the sheet, its items are missing", examples.order(**_WAITING)),
                    },
                ),
                **errors("InvalidHttp", "NoSuchOrder", "NotStored"),
            },
        },
    },
    "/orders/{order_id}/resync": {
        "parameters": [parameter("order_id")],
        "post": {
            "operationId": "resync_order",
            "tags": ["Orders"],
            "summary": "Try an order again now",
            "description": "Fetches its items if they are missing, and has its rows written at once if they are due.",
            "responses": {
                "200": answer(
                    "It is tried again; the answer does not wait for it.",
                    schema("ResyncedOrder"),
                    examples={"synced": example("Nothing to do", {"resynced": 0, "order": examples.order()})},
                ),
                **errors("InvalidHttp", "NoSuchOrder", "NotStored"),
            },
        },
    },
    "/resync": {
        "post": {
            "operationId": "resync_orders",
            "tags": ["Orders"],
            "summary": "Try all orders again now",
            "description": f"All orders whose items are missing, `{Status.FAILED}` ones too.",
            "responses": {
                "200": answer(
                    "They are tried again; the answer does not wait for it.",
                    schema("Resynced"),
                    examples={"one": example("One order lacks its items", {"resynced": 1})},
                ),
                **errors("InvalidHttp", "NotStored"),
            },
        }
    },
}
