"""Reads what Whapi says: the orders in its webhooks, what they tell later of them, and the answers of its API.

Facts: Whapi's help desk and SDK, as collected for this project. Only `messages` can hold new orders; the
`event` field has two documented shapes and is not relied on. Unknown fields may come at any time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.gateways.gateway import id_of
from connector.gateways.reading import fields, ids, numerals
from connector.gateways.reading.ids import wrong_order_id
from connector.gateways.reading.lengths import LONGEST_ID
from connector.gateways.reading.lines import items_within, read_lines
from connector.gateways.reading.names import looks_like_an_order
from connector.gateways.reading.result import (
    DELETED,
    MOST_UNCLEAR,
    Reading,
    join,
    read_number,
    status_sentence,
)
from connector.gateways.reading.wording import kind
from connector.models import Item, NewOrder, OrderChange

_DELETING = frozenset({"delete", "deleted", "revoke", "revoked"})
OTHER_EVENTS = frozenset(
    {
        "messages_updates", "messages_removed", "messages_removed_all", "statuses", "chats", "chats_updates",
        "chats_removed", "contacts", "contacts_updates", "groups", "groups_participants", "groups_updates",
        "presences", "channel", "health", "user", "users", "calls", "labels", "labels_removed", "qr", "service",
        "errors", "stories", "newsletters",
    }
)  # fmt: skip
"""What Whapi's payloads hold in place of `messages`, or beside them."""
_ABOUT = frozenset({"event", "channel_id"})
"""What stands in every payload."""
_KNOWN = OTHER_EVENTS | _ABOUT | {"messages"}
_EVENT = frozenset({"type", "event", "method"})


def changes_in(payload: Mapping[str, Any]) -> Iterator[OrderChange]:
    """The changes in a webhook's payload. Most concern other messages than orders; the store knows which."""
    for message_id in _as_list(payload.get("messages_removed")):
        if found := fields.text(message_id if not isinstance(message_id, dict) else message_id.get("id")):
            yield OrderChange(DELETED, message_id=found)
    for update in _as_list(payload.get("messages_updates")):
        yield from _of_update(fields.mapping(update))


def of_message(message: Mapping[str, Any]) -> OrderChange | None:
    """What a message tells of an earlier one: that it was deleted; or of its own order: a status that no new one
    has."""
    action = fields.mapping(message.get("action"))
    if (fields.text(action.get("type")) or "").lower() in _DELETING and (target := fields.text(action.get("target"))):
        return OrderChange(DELETED, message_id=target)
    order = fields.mapping(message.get("order"))
    order_id = fields.text(order.get("order_id"))
    if order_id is None:
        return None
    sentence = status_sentence(order.get("status"))
    return None if sentence is None else OrderChange(sentence, order_id=order_id)


def _of_update(update: Mapping[str, Any]) -> Iterator[OrderChange]:
    before, after = fields.mapping(update.get("before_update")), fields.mapping(update.get("after_update"))
    message_id = fields.text(update.get("id")) or fields.text(after.get("id"))
    words = {(fields.text(after.get(name)) or "").lower() for name in ("status", "subtype", "type")}
    trigger = of_message(fields.mapping(update.get("trigger")))
    if message_id and (words & _DELETING or (trigger is not None and trigger.sentence == DELETED)):
        yield OrderChange(DELETED, message_id=message_id)
    order = fields.mapping(after.get("order"))
    sentence = status_sentence(order.get("status"))
    if sentence is not None and order.get("status") != fields.mapping(before.get("order")).get("status"):
        order_id = fields.text(order.get("order_id"))
        if order_id or message_id:
            yield OrderChange(sentence, order_id=order_id, message_id=message_id)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def parse_items(answer: Any) -> tuple[Item, ...] | None:
    """The items of an `OrderItems` answer; None if it is not of that shape.

    Every field of an item is optional in Whapi's schema, but an entry must be an object with one of them at least, and
    the list a list.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
        return None
    return read_lines(answer["items"])


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Some messages of the history, one after the other."""

    messages: list[Any]
    total: int | None
    """How many there are in the time that was asked for, as far as the answer says so."""


def parse_page(answer: Any) -> MessagePage | None:
    """The page of a `MessagesList` answer; None if it is not of that shape. What the messages are is not looked at."""
    if not isinstance(answer, dict) or not isinstance(answer.get("messages"), list):
        return None
    total = answer.get("total")
    return MessagePage(answer["messages"], total if isinstance(total, int) and not isinstance(total, bool) else None)


def read_payload(payload: Any, *, now: datetime, at: str = "") -> Reading:
    """Reads one webhook payload. Never raises; `at` is where it stands in the body, for the sentences."""
    reading = Reading()
    if not isinstance(payload, dict):
        reading.add_unclear(at or "body", f"A webhook payload is a JSON object; {kind(payload)} came.", payload)
        return reading
    reading.changes += changes_in(payload)
    messages = payload.get("messages")
    if messages is None:
        if is_other_event(payload):
            reading.ignored += 1
        else:
            sentence = "This is no payload of Whapi's: neither `messages` nor any known event."
            reading.add_unclear(at or "body", sentence, payload)
        return reading
    if not isinstance(messages, list):
        reading.add_unclear(join(at, "messages"), f"`messages` is a list; {kind(messages)} came.", payload)
        return reading
    channel_id = fields.text(payload.get("channel_id"))
    for index, message in enumerate(messages):
        if len(reading.unclear) == MOST_UNCLEAR and not isinstance(message, dict):
            reading.unclear_beyond += 1
            continue
        read_message(message, reading, now=now, at=f"{join(at, 'messages')}[{index}]", channel_id=channel_id)
        reading.count_the_rest()
    if not messages:
        if looks_like_an_order(_beside(payload)):
            sentence = "`messages` is empty, but something beside it looks like an order."
            reading.add_unclear(at or "body", sentence, payload)
        else:
            reading.ignored += 1
    return reading


def is_other_event(payload: Mapping[str, Any]) -> bool:
    """Whether this is a payload of Whapi's that can hold no new order: of a known event, and nothing else in it that
    looks like one. The key `event` alone proves nothing."""
    event = payload.get("event")
    if isinstance(event, dict) and not event.keys() <= _EVENT:
        return False
    rest = _beside(payload)
    if not payload.keys() & OTHER_EVENTS and (rest or not isinstance(event, dict)):
        return False
    return not looks_like_an_order(rest)


def _beside(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What a payload holds beside what is known of Whapi's."""
    return {name: value for name, value in payload.items() if name not in _KNOWN}


def is_order_message(message: Mapping[str, Any]) -> bool:
    """Whether the message says that it is an order, in whatever letters."""
    type_ = message.get("type")
    return isinstance(type_, str) and type_.strip().lower() == "order"


def read_message(message: Any, reading: Reading, *, now: datetime, at: str, channel_id: str | None = None) -> None:
    """Adds what one message is to `reading`: an order, something to ignore, or something unclear."""
    if not isinstance(message, dict):
        reading.add_unclear(at, f"A message is a JSON object; {kind(message)} came.", message)
        return
    change = of_message(message)
    if change is not None:
        reading.changes.append(change)
    if fields.is_from_me(message):
        reading.ignored += 1
    elif is_order_message(message) or (isinstance(message.get("order"), dict) and message["order"]):
        _read_order(message, reading, now=now, at=at, channel_id=channel_id)
    elif looks_like_an_order(message):
        sentence = "This message looks like an order, and is none that is known."
        reading.add_unclear(at, sentence, _with_channel(message, channel_id))
    else:
        reading.ignored += 1


def _read_order(
    message: Mapping[str, Any], reading: Reading, *, now: datetime, at: str, channel_id: str | None
) -> None:
    order = message.get("order")
    if not isinstance(order, dict):
        sentence = f"An order message has an object `order`; {kind(order)} came."
        reading.add_unclear(join(at, "order"), sentence, _with_channel(message, channel_id))
        return
    given_id = order.get("order_id")
    if (wrong := wrong_order_id(given_id)) is not None:
        reading.add_unclear(join(at, "order.order_id"), wrong, _with_channel(message, channel_id))
        return
    token = fields.text(order.get("token"))
    currency = fields.text(order.get("currency"))
    items = items_within(order, message, currency=currency)
    if token is not None and any(item.unread for item in items):
        items = ()  # Whapi can say it better.
    unread: list[str] = []
    total = read_number(order.get("total_price"), "total", unread, currency=currency)
    reading.add_order(
        NewOrder(
            order_id=id_of(given_id),
            received_at=fields.moment(message.get("timestamp"), now=now) or now,
            order_token=token,
            channel_id=fields.text(message.get("channel_id")) or channel_id,
            customer_name=fields.text(message.get("from_name")) or fields.text(message.get("chat_name")),
            customer_phone=ids.phone(message.get("from"), message.get("chat_id"), *ids.lids(message)),
            title=fields.text(order.get("title")),
            note=fields.text(order.get("text")),
            item_count=read_number(order.get("item_count"), "item count", unread),
            total_price=total,
            currency=currency or numerals.currency_of(order.get("total_price")),
            items=items or None,
            chat_id=ids.chat_id(message.get("chat_id"), message.get("from")),
            message_id=fields.text(message.get("id")),
            warning=" ".join(unread) or None,
        )
    )


def _with_channel(message: Mapping[str, Any], channel_id: str | None) -> Mapping[str, Any]:
    """The message as it is kept: with the channel, which stood in the payload around it."""
    if channel_id is None or len(channel_id) > LONGEST_ID or "channel_id" in message:
        return message
    return {**message, "channel_id": channel_id}
