"""Baileys' own messages, as programs hand them on that are built on it: WhatsApp's protocol, in JSON.

An order is an `orderMessage` with its total in thousandths and a token, and without its items. Programs that have
fetched these put them beside it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connector.gateways.gateway import Body, at_their_total, id_of, in_units, pass_over, take
from connector.gateways.reading import fields, ids, names
from connector.gateways.reading.lines import items_within
from connector.gateways.reading.names import Names, spelling
from connector.gateways.reading.result import Reading, join, read_number, status_sentence
from connector.gateways.reading.unwrap import opened
from connector.models import NewOrder, OrderChange

NAME = "baileys"
TITLE = "Baileys"

_ORDER_MESSAGE: Names = {
    "order_id": ("order_id",),
    "title": ("order_title",),
    "note": ("message",),
    "item_count": ("item_count",),
    "thousandths": ("total_amount1000",),
    "currency": ("total_currency_code", "currency", "currency_code"),
    "status": ("status",),
    "seller": ("seller_jid",),
}
_KEY: Names = {
    "chat": ("remote_jid", "chat"),
    "chat_number": ("remote_jid_alt", "sender_pn", "chat_pn"),
    "sender": ("participant", "sender"),
    "sender_number": ("participant_alt", "participant_pn", "sender_alt", "sender_pn"),
    "from_me": ("from_me", "is_from_me"),
    "id": ("id",),
}
"""Of a message's key; whatsmeow's programs have the same under `Info`."""
_AROUND: Names = {
    "name": ("push_name", "notify_name", "verified_biz_name"),
    "at": ("message_timestamp", "timestamp"),
}
_REVOKE = frozenset({"0", "revoke"})
_STUB_REVOKE = frozenset({"1", "revoke"})
_DEEPEST = 5


def recognises(body: Body) -> bool:
    """One message, the event `messages.upsert` as Baileys itself raises it, or an update that takes a message back."""
    if is_message(body) or revoked_by(body) is not None:
        return True
    messages = body.get("messages")
    return (
        isinstance(messages, list) and bool(messages) and all(isinstance(m, dict) and is_message(m) for m in messages)
    )


def read(body: Body, reading: Reading, *, now: datetime, at: str) -> None:
    if is_message(body):
        read_message(body, reading, now=now, at=at or "body", title=TITLE)
        return
    if (revoked := revoked_by(body)) is not None:
        reading.add_deleted(revoked)
        return
    for index, message in enumerate(body["messages"]):
        read_message(message, reading, now=now, at=join(at, f"messages[{index}]"), title=TITLE)
        reading.count_the_rest()


def is_message(body: Body) -> bool:
    """Whether this is a message of WhatsApp's protocol: with its key (or whatsmeow's `Info`) and its content."""
    return _content_of(body) is not None and _about(body) is not None


def read_message(
    message: Body,
    reading: Reading,
    *,
    now: datetime,
    at: str,
    title: str,
    channel_id: str | None = None,
    kept: Any = None,
) -> None:
    """Adds what one message is. `title`: the gateway that brought it; `kept`: what is kept if it is unclear."""
    kept = message if kept is None else kept
    content = _content_of(message) or {}
    key = _about(message) or {}
    about = names.values(key, _KEY)
    from_me = fields.flag(about.get("from_me"))
    if (revoked := _revoked(content)) is not None:
        reading.add_deleted(revoked)
        return
    order = _inside(content, "ordermessage")
    if order is None:
        if from_me:
            reading.ignored += 1
        else:
            pass_over(message, reading, at=at, title=title, kept=kept)
        return
    given = names.values(order, _ORDER_MESSAGE)
    if from_me:
        # The shop accepts or declines an order with such a message of its own.
        reading.ignored += 1
        sentence = status_sentence(given.get("status"))
        if sentence is not None and (order_id := fields.text(given.get("order_id"))) is not None:
            reading.changes.append(OrderChange(sentence, order_id=order_id))
        return
    beside = names.values(key, _AROUND) | names.values(message, _AROUND)
    unread: list[str] = []
    total = in_units(read_number(given.get("thousandths"), "total", unread), 1000)
    who = [about[name] for name in ("sender_number", "sender", "chat_number", "chat") if name in about]
    new = NewOrder(
        order_id=id_of(given.get("order_id")),
        received_at=fields.moment(beside.get("at"), now=now) or now,
        channel_id=channel_id,
        customer_name=fields.text(beside.get("name")),
        customer_phone=ids.phone(*who),
        title=fields.text(given.get("title")),
        note=fields.text(given.get("note")),
        item_count=read_number(given.get("item_count"), "item count", unread),
        total_price=total,
        currency=fields.text(given.get("currency")),
        items=at_their_total(items_within(order, message), total, 1000),
        chat_id=ids.chat_id(*(about[name] for name in ("chat", "chat_number") if name in about)),
        message_id=message_id_of(about.get("id")),
        warning=" ".join(unread) or None,
        amounts_certain=total is not None,
    )
    take(new, reading, at=join(at, "orderId"), title=title, part=kept, given_id=given.get("order_id"))


def revoked_by(update: Any) -> str | None:
    """The id of the message that an entry of the event `messages.update` says was deleted; None for any other."""
    changed = fields.mapping(fields.mapping(update).get("update"))
    if (fields.plain(changed.get("messageStubType")) or "").lower() not in _STUB_REVOKE:
        return None
    return message_id_of(fields.mapping(update.get("key")).get("id"))


def message_id_of(value: Any) -> str | None:
    """The message's own id, also out of what some programs make of it: `false_4915550001111@c.us_3EB0C7`."""
    if isinstance(value, dict):
        value = value.get("_serialized") or value.get("id")
    text = fields.text(value)
    if text is None or "@" not in text:
        return text
    parts = text.split("_")
    return next((part for part in parts[1:] if "@" not in part), text)


def _content_of(body: Body) -> Mapping[str, Any] | None:
    content = opened(next((body[name] for name in ("message", "Message") if name in body), None))
    return content if isinstance(content, dict) else None


def _about(body: Body) -> Mapping[str, Any] | None:
    found = next((body[name] for name in ("key", "Info", "info") if isinstance(body.get(name), dict)), None)
    if found is None:
        return None
    # whatsmeow keeps the chat and the sender in an object of their own.
    source = found.get("MessageSource")
    return {**found, **source} if isinstance(source, dict) else found


def _inside(content: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The part of that name, also within messages that only wrap another: ephemeral ones and the like."""
    layer = [content]
    for _ in range(_DEEPEST):
        below: list[Mapping[str, Any]] = []
        for each in layer:
            for key, value in each.items():
                if spelling(key) == name and isinstance(value, dict):
                    return value
                if isinstance(value, dict) and isinstance(value.get("message"), dict):
                    below.append(value["message"])
        layer = below
    return None


def _revoked(content: Mapping[str, Any]) -> str | None:
    protocol = _inside(content, "protocolmessage")
    if protocol is None or (fields.plain(protocol.get("type")) or "").lower() not in _REVOKE:
        return None
    key = fields.mapping(protocol.get("key"))
    return fields.text(key.get("id") or key.get("ID"))
