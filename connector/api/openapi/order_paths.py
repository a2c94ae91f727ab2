"""Sending orders, asking where they stand, and trying them again."""

import json

from connector.api.errors import WRONG_FIELDS
from connector.api.openapi import examples
from connector.api.openapi.errors import RETRY_AFTER, errors
from connector.api.openapi.examples import (
    BARE,
    FORM,
    FORM_OF_JSON,
    MAPPED,
    MESSAGE,
    N8N,
    NEW,
    OWN,
    PAYLOAD,
    UNKNOWN,
    taken,
)
from connector.api.openapi.forms import FORMS, PLAIN_TEXT, SENT
from connector.api.openapi.shape import FORM as URLENCODED
from connector.api.openapi.shape import JSON, MULTIPART, TEXT, Json, answer, example, parameter, schema
from connector.jobs.rewrite import BOTH_THERE
from connector.models import Status

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
    "description": (
        "JSON, whatever the Content-Type says, or a form: an order in one of these shapes, or a list of them. "
        "If one field of one order is wrong, nothing is stored."
    ),
    "content": {
        JSON: {
            "schema": SENT,
            "examples": {
                "token": example("An order's id and token; its items are fetched", BARE),
                "items": example("An order with its items; nothing is fetched", OWN),
                "payload": example("A payload of Whapi's, as it came", PAYLOAD),
                "message": example("One message of Whapi's", MESSAGE),
                "mapped": example("Fields as they are mapped in a no-code tool", MAPPED),
                "n8n": example("An item of n8n's Webhook node, as it came", N8N),
                "list": example("Several at once", [MESSAGE, OWN]),
            },
        },
        TEXT: {"schema": PLAIN_TEXT, "examples": {"text": example("JSON", json.dumps(BARE))}},
        URLENCODED: {
            "schema": FORMS,
            "examples": {
                "form": example("An order's fields", FORM),
                "form_of_json": example("One field with JSON", FORM_OF_JSON),
            },
        },
        MULTIPART: {"schema": FORMS, "examples": {"multipart": example("An order's fields", FORM)}},
    },
}
_MAPPED = UNKNOWN | NEW | {"customer_name": "Gerald", "total_price": 359}
_BARE_STORED: Json = {**_RECEIPT, "orders": [taken(**UNKNOWN | NEW)]}
_OWN_STORED: Json = {**_RECEIPT, "orders": [_OWN_TAKEN]}
_PAYLOAD_STORED: Json = {**_RECEIPT, "orders": [taken(**NEW)]}
_FORM_STORED: Json = {**_RECEIPT, "orders": [taken(**_MAPPED)]}
_TAKEN = answer(
    "Everything is stored; with `wait`, the rows are in the sheet as well.",
    schema("OrdersReceipt"),
    examples={
        "token": example("Stored", _BARE_STORED),
        "items": example("Stored, with its items", _OWN_STORED),
        "payload": example("Stored", _PAYLOAD_STORED),
        "message": example("Stored", {**_RECEIPT, "orders": [taken(**NEW | {"channel_id": None})]}),
        "mapped": example("Stored", {**_RECEIPT, "orders": [taken(**_MAPPED | {"customer_phone": "919984351847"})]}),
        "n8n": example("Stored", _PAYLOAD_STORED),
        "text": example("Stored", _BARE_STORED),
        "form": example("Stored", _FORM_STORED),
        "form_of_json": example("Stored, with its items", _OWN_STORED),
        "multipart": example("Stored", _FORM_STORED),
        "list": example(
            "Both stored", {**_RECEIPT, "accepted": 2, "orders": [taken(**NEW | {"channel_id": None}), _OWN_TAKEN]}
        ),
        "waited": example("With `wait=20`: in the sheet", {**_RECEIPT, "orders": [taken()]}),
    },
    links=_LINKS,
)
_TIME_IS_UP = answer(
    "Everything is stored, but the rows were not all in the sheet when the time was up, or too many "
    "callers wait already. Ask `url` later.",
    schema("OrdersReceipt"),
    examples={
        "waited": example(
            "Sent again, and its items are still missing",
            {**_RECEIPT, "accepted": 0, "duplicates": 1, "orders": [taken(**_WAITING)]},
        )
    },
    headers={
        **RETRY_AFTER,
        "Location": {
            "description": "The `url` of the order, if there is one order.",
            "schema": {"type": "string", "format": "uri-reference"},
        },
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
                "error": WRONG_FIELDS,
                "fields": [
                    {
                        "field": "[1].total",
                        "message": 'Expected a number, such as 359 or 359.50; the text "1,200" came.',
                    },
                    {"field": "[1].order_id", "message": "This field is needed."},
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
                **errors("NeitherJsonNorForm", "NotStored"),
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
    "/orders/{order_id}/rewrite": {
        "parameters": [parameter("order_id")],
        "post": {
            "operationId": "rewrite_order",
            "tags": ["Orders"],
            "summary": "Write an order's rows again",
            "description": "If they are not in the sheet any more. The answer comes once Google has shown the sheet.",
            "responses": {
                "200": answer(
                    "What is gone is written anew; the answer does not wait for it. `rewrites` says what: `all`, "
                    "`order_row` or `item_rows`.",
                    schema("RewrittenOrder"),
                    examples={
                        "all": example(
                            "Both rows were deleted",
                            {"rewrites": "all", "order": examples.order(status="received", row_url=None)},
                        )
                    },
                ),
                "409": answer(
                    "The rows stand in the sheet, or can't be written again. The sentence says why.",
                    schema("Error"),
                    examples={"there": example("It is there", {"error": BOTH_THERE})},
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
