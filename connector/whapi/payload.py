"""Reads Whapi's webhook payloads: which orders they announce, and what else is in them.

Facts: Whapi's help desk and SDK, as collected for this project. Only `messages` can hold new orders; the
`event` field has two documented shapes and is not relied on. Unknown fields may come at any time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.models import NewOrder, OrderChange
from connector.whapi import fields

LONGEST_ID = 200
MOST_UNCLEAR = 1000
"""Unclear parts of one webhook that are kept one by one. A mebibyte has room for half a million."""
_MEANINGFUL = re.compile(r"\w")
_BREAK = re.compile(r"[\t\n\u2028\u2029]")
_OTHER_EVENTS = frozenset(
    {
        "messages_updates", "messages_removed", "messages_removed_all", "statuses", "chats", "chats_updates",
        "chats_removed", "contacts", "contacts_updates", "groups", "groups_participants", "groups_updates",
        "presences", "channel", "health", "user", "users", "calls", "labels", "labels_removed", "qr", "service",
        "errors", "event", "stories", "newsletters",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unclear:
    """A part of a payload that could be read but not understood."""

    field: str
    """Where it stands, such as `messages[2].order.order_id`."""
    reason: str
    """A sentence: what was expected and what came."""
    part: Any
    """The part itself, to be kept."""


@dataclass(slots=True)
class Reading:
    """What one request body held."""

    orders: list[NewOrder] = field(default_factory=list)
    ignored: int = 0
    """Messages that are no order, and payloads that hold no message."""
    unclear: list[Unclear] = field(default_factory=list)
    changes: list[OrderChange] = field(default_factory=list)
    """Later news of orders that came before."""

    def add(self, other: "Reading") -> None:
        self.orders += other.orders
        self.ignored += other.ignored
        self.unclear += other.unclear
        self.changes += other.changes


def read_webhook(body: Any, *, now: datetime) -> Reading:
    """Reads a webhook's body: one payload, or several as a list, as a forwarder may send them. Never raises."""
    reading = Reading()
    for payload in body if isinstance(body, list) else [body]:
        reading.add(read_payload(payload, now=now))
    if len(reading.unclear) > MOST_UNCLEAR:
        first = reading.unclear[0]
        sentence = f"{len(reading.unclear)} parts were not understood; the first is {first.field}: {first.reason}"
        reading.unclear = [Unclear("body", sentence, body)]
    return reading


def read_payload(payload: Any, *, now: datetime, at: str = "") -> Reading:
    """Reads one webhook payload. Never raises; `at` is where it stands in the body, for the sentences."""
    reading = Reading()
    payload = _handed_on(payload)
    if not isinstance(payload, dict):
        reading.unclear.append(
            Unclear(at or "body", f"A webhook payload is a JSON object; {kind(payload)} came.", payload)
        )
        return reading
    messages = payload.get("messages")
    if messages is None:
        if payload.keys() & _OTHER_EVENTS:
            reading.ignored += 1
        else:
            reading.unclear.append(
                Unclear(
                    at or "body",
                    "This is no payload of Whapi's: neither `messages` nor any known event.",
                    payload,
                )
            )
        return reading
    if not isinstance(messages, list):
        where = join(at, "messages")
        reading.unclear.append(Unclear(where, f"`messages` is a list; {kind(messages)} came.", payload))
        return reading
    channel_id = fields.text(payload.get("channel_id"))
    for index, message in enumerate(messages):
        read_message(message, reading, now=now, at=f"{join(at, 'messages')}[{index}]", channel_id=channel_id)
    if not messages:
        reading.ignored += 1
    return reading


def read_message(message: Any, reading: Reading, *, now: datetime, at: str, channel_id: str | None = None) -> None:
    """Adds what one message is to `reading`: an order, something to ignore, or something unclear."""
    if not isinstance(message, dict):
        reading.unclear.append(Unclear(at, f"A message is a JSON object; {kind(message)} came.", message))
    elif message.get("type") != "order" or message.get("from_me") is True:
        reading.ignored += 1
    else:
        _read_order(message, reading, now=now, at=at, channel_id=channel_id)


def _read_order(
    message: Mapping[str, Any], reading: Reading, *, now: datetime, at: str, channel_id: str | None
) -> None:
    order = message.get("order")
    if not isinstance(order, dict):
        reading.unclear.append(
            Unclear(
                join(at, "order"),
                f"An order message has an object `order`; {kind(order)} came.",
                _with_channel(message, channel_id),
            )
        )
        return
    order_id = fields.text(order.get("order_id"))
    if order_id is None or not is_order_id(order_id):
        came = kind(order.get("order_id"))
        sentence = f"An order id is a text of 1 to {LONGEST_ID} characters; {came} came."
        reading.unclear.append(Unclear(join(at, "order.order_id"), sentence, _with_channel(message, channel_id)))
        return
    reading.orders.append(
        NewOrder(
            order_id=order_id,
            received_at=fields.moment(message.get("timestamp"), now=now) or now,
            order_token=fields.text(order.get("token")),
            channel_id=fields.text(message.get("channel_id")) or channel_id,
            customer_name=fields.text(message.get("from_name")) or fields.text(message.get("chat_name")),
            customer_phone=fields.phone(message.get("from")) or fields.phone(message.get("chat_id")),
            title=fields.text(order.get("title")),
            note=fields.text(order.get("text")),
            item_count=fields.number(order.get("item_count")),
            total_price=fields.number(order.get("total_price")),
            currency=fields.text(order.get("currency")),
        )
    )


def _handed_on(payload: Any) -> Any:
    """The payload itself, also where n8n's Webhook node has handed it on: its items hold a whole request."""
    if not isinstance(payload, dict) or not {"headers", "body"} <= payload.keys() or "messages" in payload:
        return payload
    body = payload["body"]
    return body if isinstance(body, dict) and ("messages" in body or body.keys() & _OTHER_EVENTS) else payload


def _with_channel(message: Mapping[str, Any], channel_id: str | None) -> Mapping[str, Any]:
    """The message as it is kept: with the channel, which stood in the payload around it."""
    return message if channel_id is None or "channel_id" in message else {**message, "channel_id": channel_id}


def is_order_id(order_id: str) -> bool:
    """Whether this can stand in a URL, in a line of the log and in a cell of its own: on one line, short, and with a
    letter or digit in it."""
    return len(order_id) <= LONGEST_ID and _MEANINGFUL.search(order_id) is not None and _BREAK.search(order_id) is None


def join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def kind(value: Any) -> str:
    """What came, in words and without showing it: it may be a secret or very long."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "a yes or no"
        case str():
            return f"a text of {len(value)} characters"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case _:
            return "an object"
