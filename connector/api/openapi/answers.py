"""The schemas of what the service answers."""

from connector.api.openapi.shape import Json, record, schema
from connector.gateways.reading.ids import LONGEST_ID
from connector.models import Status
from connector.store.rewrite import Gone

TIME: Json = {"type": "string", "format": "date-time", "description": "In UTC, to the second."}
_COUNT: Json = {"type": "integer", "minimum": 0}
_NUMBER: Json = {"type": "integer", "minimum": 1}


def _time_or_null(description: str) -> Json:
    return {"type": ["string", "null"], "format": "date-time", "description": description}


def _text(description: str) -> Json:
    return {"type": ["string", "null"], "description": description}


def _amount(description: str) -> Json:
    return {"type": ["number", "null"], "description": description}


def _count(description: str) -> Json:
    return {**_COUNT, "description": description}


_ITEM: dict[str, Json] = {
    "product_id": _text("WhatsApp's id of the product."),
    "sku": _text("The shop's own number of the product."),
    "name": _text("The product's name."),
    "quantity": _amount("How many pieces."),
    "price": _amount("The price of one piece."),
    "currency": _text("The price's currency, as ISO 4217."),
    "image": _text("The address of a picture."),
}
_ORDER: dict[str, Json] = {
    "order_id": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_ID,
        "description": "WhatsApp's id of the order, or the one that the sender chose. It may hold slashes.",
    },
    "channel_id": _text("The Whapi channel that the order came through."),
    "status": schema("Status"),
    "received_at": {
        **TIME,
        "description": "When the customer sent the order; when it came in, where that isn't known.",
    },
    "customer_name": _text("The customer's name in WhatsApp."),
    "customer_phone": _text("The customer's number, without a plus sign."),
    "chat_id": _text(
        "The chat that one answers to. It may be a number's, or WhatsApp's own id of a person or a group."
    ),
    "title": _text("The order's title."),
    "note": _text("The customer's message."),
    "item_count": _amount("How many items, as the order says; from the items where it doesn't."),
    "total_price": _amount("The order's total, as the order says; from the items where it doesn't."),
    "currency": _text("The total's currency, as ISO 4217."),
    "items": {
        "type": "array",
        "items": schema("Item"),
        "description": "Empty as long as they are not fetched.",
    },
    "attempts": _count("Fetches of the items that failed because of this order."),
    "next_attempt_at": _time_or_null("When the items are fetched next; null if they need no fetch."),
    "last_error": _text("Why the last fetch failed, in a sentence."),
    "warning": _text("What is odd about what came, though it was taken: what could not be read, or does not add up."),
    "change": _text("What was told of the order later, such as that the customer deleted it: the latest of it."),
    "changed_at": _time_or_null("When that came in."),
    "synced_at": _time_or_null("When the order and all its items were in the sheet."),
    "row_url": {
        "type": ["string", "null"],
        "format": "uri",
        "description": "Opens the sheet at the order's row, as it was written: it does not follow a row that is moved. "
        "Null as long as there is no row.",
    },
}
_TAKEN: dict[str, Json] = {
    "url": {
        "type": "string",
        "format": "uri-reference",
        "description": "The whole address of this order, to ask later where it stands. It begins with `PUBLIC_URL`, or "
        "with the address that the request came to; where that is unknown too, it is the path alone.",
    },
}
"""What `POST /orders` says of an order beside the order itself."""
_RECEIPT: dict[str, Json] = {
    "accepted": _count("Orders that were new, and are stored."),
    "duplicates": _count("Orders that were known before. They are not written again."),
    "ignored": _count("Messages that are no order, and payloads without messages."),
    "quarantined": _count(
        "Parts that were not understood, and orders under the id of another order. They are kept, and not written."
    ),
}
_ENTRY: dict[str, Json] = {
    "id": _NUMBER,
    "received_at": {**TIME, "description": "When it came in."},
    "field": {"type": "string", "description": "Where in its request it stood."},
    "reason": {"type": "string", "description": "Why it was not understood, in a sentence."},
    "bytes": _count("How large it is."),
}
_STATUS: Json = {
    "type": "string",
    "enum": [str(status) for status in Status],
    "description": (
        "`received`: stored, its row is not in the sheet yet. "
        "`waiting`: its row is in the sheet, its items are not; they will be tried again. "
        "`synced`: its row and all its item rows are in the sheet. "
        "`failed`: given up on the items; its row is in the sheet and says so."
    ),
}


def _page(description: str, name: str, entries: str) -> Json:
    return record(
        description,
        {
            name: {"type": "array", "items": schema(entries)},
            "next_before": {
                "type": ["integer", "null"],
                "minimum": 1,
                "description": "The value of `before` for the next page; null if this was the last.",
            },
        },
    )


SCHEMAS: dict[str, Json] = {
    "Status": _STATUS,
    "Item": record("One line of an order. Whapi promises none of these, so each may be null.", _ITEM),
    "Order": record("An order, and where it stands.", _ORDER),
    "TakenOrder": record("An order that was sent.", {**_ORDER, **_TAKEN}),
    "ListedOrder": record(
        "An order in a list, without its items.",
        {
            **{name: found for name, found in _ORDER.items() if name != "items"},
            "id": {**_NUMBER, "description": "The order's number here, in the order of arrival."},
        },
    ),
    "OrderPage": _page("Orders, the newest first.", "orders", "ListedOrder"),
    "Receipt": record("What became of a webhook's content.", _RECEIPT),
    "OrdersReceipt": record(
        "What became of the orders that were sent.",
        {**_RECEIPT, "orders": {"type": "array", "items": schema("TakenOrder"), "description": "Each order once."}},
    ),
    "Resynced": record(
        "How many orders are tried again.", {"resynced": _count("Orders whose items are fetched again now.")}
    ),
    "RewrittenOrder": record(
        "The order whose rows are written again.",
        {
            "rewrites": {"type": "string", "enum": [*Gone], "description": "What is written anew."},
            "order": schema("Order"),
        },
    ),
    "ResyncedOrder": record(
        "The order that is tried again.",
        {"resynced": _count("1, or 0 if the items are there already."), "order": schema("Order")},
    ),
    "QuarantinedEntry": record("Something that could not be understood.", _ENTRY),
    "QuarantinedPayload": record(
        "Something that could not be understood, whole.",
        {
            **_ENTRY,
            "payload": {
                "description": "What came, as JSON of any kind. Secrets and tokens in it are replaced by `[secret]`."
            },
        },
    ),
    "QuarantinePage": _page("What is in quarantine, the newest first.", "quarantined", "QuarantinedEntry"),
    "Replayed": record(
        "What became of what was quarantined.",
        {
            "understood": _count("Entries that are understood now, and have left the quarantine."),
            "left": _count("Entries that stay."),
            **{name: _RECEIPT[name] for name in ("accepted", "duplicates", "ignored")},
        },
    ),
    "Alive": record("The process answers.", {"status": {"const": "ok"}}),
    "Readiness": record(
        "Whether orders reach the sheet.",
        {
            "status": {"enum": ["ready", "not ready"]},
            "database": {"const": "ok"},
            "last_sheet_write": _time_or_null("When rows were last written."),
            "oldest_unwritten_order": _time_or_null("Since when the oldest order waits that has no row yet."),
            "orders_set_aside": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Orders whose rows can't be written, which therefore wait outside the line; the five "
                "oldest. Why, says `problems`.",
            },
            "last_webhook": _time_or_null("When a webhook last came in, since the start."),
            "last_test_webhook": _text("The name of the last test that `setup` had Whapi send, since the start."),
            "google_requests": record(
                "Requests to Google in the last minute; it allows 60 of each.",
                {"read": _COUNT, "write": _COUNT},
            ),
            "problems": {
                "type": "array",
                "items": {"type": "string"},
                "description": "What keeps orders out of the sheet, or from coming in, and what the checks at the "
                "start and every hour found wrong, in sentences with the remedy.",
            },
        },
    ),
    "DatabaseUnavailable": record(
        "The database can't be reached.", {"status": {"const": "not ready"}, "database": {"const": "unavailable"}}
    ),
    "Error": record("What went wrong.", {"error": {"type": "string", "minLength": 1, "description": "A sentence."}}),
    "WrongFields": record(
        "What is wrong with the body.",
        {
            "error": {"type": "string", "minLength": 1, "description": "A sentence."},
            "fields": {
                "type": "array",
                "minItems": 1,
                "items": record(
                    "A field that is wrong.",
                    {
                        "field": {"type": "string", "description": "Where it stands, such as `[1].order_id`."},
                        "message": {"type": "string", "description": "What was expected, and what came."},
                    },
                ),
            },
        },
    ),
}
