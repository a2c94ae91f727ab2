"""Meta's own Cloud API: its webhooks, whole or taken apart by a no-code tool.

An order has no id but its message's, no total, and items without names.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connector.gateways.gateway import Body, id_of, pass_over, take
from connector.gateways.reading import fields, ids
from connector.gateways.reading.lines import items_within, with_sku_as_name
from connector.gateways.reading.result import Envelope, Reading, join
from connector.gateways.reading.unwrap import opened
from connector.gateways.reading.wording import kind
from connector.gateways.whapi.payload import is_order_message
from connector.models import NewOrder

NAME = "meta"
TITLE = "Meta's Cloud API"


def recognises(body: Body) -> bool:
    return (
        body.get("object") == "whatsapp_business_account"
        or body.get("messaging_product") == "whatsapp"
        or isinstance(body.get("entry"), list)
        or _is_message(body)
    )


def read(body: Body, reading: Reading, *, now: datetime, at: str) -> None:
    if _is_message(body):
        _read_message(body, {}, _Contacts(None), reading, now=now, at=at or "body")
        return
    if "entry" not in body:  # What n8n's and others' triggers hand on: the value of one change.
        _read_value(body, reading, now=now, at=at)
        return
    entries = body["entry"]
    if not isinstance(entries, list):
        reading.add_unclear(join(at, "entry"), f"`entry` is a list; {kind(entries)} came.", body)
        return
    if not entries:
        reading.ignored += 1
    for number, entry in enumerate(entries):
        changes = fields.mapping(opened(entry)).get("changes")
        for index, change in enumerate(changes if isinstance(changes, list) else []):
            where = join(at, f"entry[{number}].changes[{index}].value")
            _read_value(fields.mapping(fields.mapping(change).get("value")), reading, now=now, at=where)
        if not isinstance(changes, list) or not changes:
            pass_over(entry, reading, at=join(at, f"entry[{number}]"), title=TITLE, kept={"entry": [entry]})


def _is_message(body: Body) -> bool:
    """One message of Meta's, which has no `order_id` of its own."""
    order = opened(body.get("order"))
    return is_order_message(body) and isinstance(order, dict) and "product_items" in order and "order_id" not in order


def _read_value(value: Mapping[str, Any], reading: Reading, *, now: datetime, at: str) -> None:
    messages = value.get("messages")
    if not isinstance(messages, list) or not messages:
        pass_over(value, reading, at=at or "body", title=TITLE)
        return
    contacts_of, envelope = _Contacts(value.get("contacts")), Envelope(lambda parts: {**value, "messages": parts})
    for index, message in enumerate(messages):
        known = len(reading.unclear)
        where = join(at, f"messages[{index}]")
        _read_message(opened(message), value, contacts_of, reading, now=now, at=where)
        envelope.put_around(reading.unclear[known:])
        reading.count_the_rest()


def _read_message(
    message: Any, value: Mapping[str, Any], contacts_of: "_Contacts", reading: Reading, *, now: datetime, at: str
) -> None:
    if not isinstance(message, dict):
        reading.add_unclear(at, f"A message is a JSON object; {kind(message)} came.", message)
        return
    if (revoked := _revoked(message)) is not None:
        reading.add_deleted(revoked)
        return
    if not is_order_message(message):
        pass_over(message, reading, at=at, title=TITLE)
        return
    order = fields.mapping(opened(message.get("order")))
    sender = message.get("from")
    contact = contacts_of.of(message)
    items = with_sku_as_name(items_within(order, message))
    new = NewOrder(
        order_id=id_of(message.get("id")),
        received_at=fields.moment(message.get("timestamp"), now=now) or now,
        channel_id=fields.text(fields.mapping(value.get("metadata")).get("phone_number_id")),
        customer_name=fields.text(fields.mapping(contact.get("profile")).get("name")),
        customer_phone=ids.phone(sender, contact.get("wa_id")),
        note=fields.text(order.get("text")),
        items=items,
        chat_id=ids.chat_id(sender, contact.get("wa_id")),
        message_id=fields.text(message.get("id")),
    )
    take(new, reading, at=join(at, "id"), title=TITLE, part=message, given_id=message.get("id"))


def _revoked(message: Mapping[str, Any]) -> str | None:
    """The id of the message that this one takes back."""
    if message.get("type") != "revoke":
        return None
    return fields.text(fields.mapping(message.get("revoke")).get("original_message_id"))


class _Contacts:
    """The contacts of a payload, looked through once for all of its messages."""

    def __init__(self, found: Any) -> None:
        self._listed = [fields.mapping(contact) for contact in found] if isinstance(found, list) else []
        self._by_id: dict[str, int] = {}
        for index, contact in enumerate(self._listed):
            for name in ("wa_id", "user_id"):
                if (known := fields.plain(contact.get(name))) is not None:
                    self._by_id.setdefault(known, index)

    def of(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """The sender of the message; the only contact, where none is named."""
        senders = [fields.plain(message.get(name)) for name in ("from", "from_user_id")]
        places = [self._by_id[sender] for sender in senders if sender in self._by_id]
        if places:
            return self._listed[min(places)]
        return self._listed[0] if len(self._listed) == 1 else {}
