"""What Whapi tells later of an order: that its message was deleted, or that its status has changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from connector.gateways.reading import fields
from connector.gateways.reading.changes import DELETED, status_sentence
from connector.models import OrderChange

_DELETING = frozenset({"delete", "deleted", "revoke", "revoked"})


def changes_in(payload: Mapping[str, Any]) -> Iterator[OrderChange]:
    """The changes in a webhook's payload. Most concern other messages than orders; the store knows which."""
    for message_id in _list(payload.get("messages_removed")):
        if found := fields.text(message_id if not isinstance(message_id, dict) else message_id.get("id")):
            yield OrderChange(DELETED, message_id=found)
    for update in _list(payload.get("messages_updates")):
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


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
