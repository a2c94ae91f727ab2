"""The body of an event: `type`, `timestamp` and `data`, as the Standard Webhooks specification proposes.

It is made in the transaction of what it tells of, and never changes: each try and each target gets the same text.
"""

import json
from datetime import datetime
from typing import Any

from connector.events.types import EventType
from connector.models import Order
from connector.present import moment, order_json
from connector.store.pauses import Part, Pause

LARGEST = 512 * 1024
"""Bytes of a body. Receivers have their limits, some at 1 MiB."""


def about_order(type_: EventType, order: Order, *, spreadsheet_id: str, now: datetime) -> str:
    """The order as the API shows it, and its spreadsheet."""
    data = {**order_json(order), **_spreadsheet(spreadsheet_id)}
    text = _body(type_, data, now)
    if len(text) <= LARGEST or not data["items"]:
        return text
    items = data["items"]
    room = LARGEST - len(_body(type_, {**data, "items": [], "items_left_out": len(items)}, now))
    kept = []
    for item in items:
        room -= len(_json(item)) + 1
        if room < 0:
            break
        kept.append(item)
    return _body(type_, {**data, "items": kept, "items_left_out": len(items) - len(kept)}, now)


def about_part(type_: EventType, part: Part, pause: Pause, *, spreadsheet_id: str, now: datetime) -> str:
    """The part that has a problem or had one: since when, and the sentence for the merchant."""
    data = {"part": str(part), "reason": pause.reason, "since": moment(pause.since), **_spreadsheet(spreadsheet_id)}
    return _body(type_, data, now)


def _spreadsheet(spreadsheet_id: str) -> dict[str, str]:
    return {
        "spreadsheet_id": spreadsheet_id,
        "spreadsheet_url": f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}/edit",
    }


def _body(type_: EventType, data: dict[str, Any], now: datetime) -> str:
    return _json({"type": str(type_), "timestamp": moment(now), "data": data})


def _json(value: Any) -> str:
    # In ASCII, so that a character is a byte, and every database takes it.
    return json.dumps(value, separators=(",", ":"))
