"""WAHA: an envelope of its own, with what its engine has of the message in `_data`.

The engines NOWEB (Baileys) and GOWS (whatsmeow) have WhatsApp's protocol there, WEBJS the object of WhatsApp Web.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connector.gateways import baileys
from connector.gateways.gateway import Body, at_their_total, id_of, in_units, pass_over, take
from connector.gateways.reading import fields, ids
from connector.gateways.reading.lines import items_within
from connector.gateways.reading.result import Reading, join, read_number
from connector.models import NewOrder

NAME = "waha"
TITLE = "WAHA"

_NEW = frozenset({"message", "message.any"})
_REVOKED = "message.revoked"
_OTHERS = (
    "message.",
    "session.",
    "state.",
    "group.",
    "presence.",
    "poll.",
    "chat.",
    "call.",
    "label.",
    "event.",
    "engine.",
)


def recognises(body: Body) -> bool:
    event = body.get("event")
    return (
        isinstance(event, str)
        and "payload" in body
        and "session" in body
        and (event in _NEW or event.startswith(_OTHERS))
    )


def read(body: Body, reading: Reading, *, now: datetime, at: str) -> None:
    event, payload = body["event"], fields.mapping(body["payload"])
    where = join(at, "payload")
    if event == _REVOKED:
        before = fields.mapping(payload.get("before"))
        reading.add_deleted(baileys.message_id_of(payload.get("revokedMessageId") or before.get("id")))
        return
    if event not in _NEW:
        pass_over(payload, reading, at=where, title=TITLE, kept=body)
        return
    if fields.flag(payload.get("fromMe")):
        _read_own(payload, reading, now=now, at=where)
        return
    data = fields.mapping(payload.get("_data"))
    channel_id = fields.text(body.get("session"))
    if baileys.is_message(data):
        baileys.read_message(
            data, reading, now=now, at=join(where, "_data"), title=TITLE, channel_id=channel_id, kept=body
        )
    elif data.get("type") == "order" or fields.text(data.get("orderId")) is not None:
        _read_web_order(body, payload, data, reading, now=now, at=where)
    else:
        pass_over(payload, reading, at=where, title=TITLE, kept=body)


def _read_own(payload: Mapping[str, Any], reading: Reading, *, now: datetime, at: str) -> None:
    """What the shop has sent: of interest only where it tells what became of an order."""
    data = fields.mapping(payload.get("_data"))
    if baileys.is_message(data):
        baileys.read_message(data, reading, now=now, at=at, title=TITLE)
    else:
        reading.ignored += 1


def _read_web_order(
    body: Body, payload: Mapping[str, Any], data: Mapping[str, Any], reading: Reading, *, now: datetime, at: str
) -> None:
    unread: list[str] = []
    total = in_units(read_number(data.get("totalAmount1000"), "total", unread), 1000)
    sender = payload.get("from")
    new = NewOrder(
        order_id=id_of(data.get("orderId")),
        received_at=fields.moment(payload.get("timestamp"), now=now) or now,
        channel_id=fields.text(body.get("session")),
        customer_name=fields.text(data.get("notifyName")),
        customer_phone=ids.phone(sender),
        title=fields.text(data.get("orderTitle")),
        item_count=read_number(data.get("itemCount"), "item count", unread),
        total_price=total,
        currency=fields.text(data.get("totalCurrencyCode")),
        items=at_their_total(items_within(data, payload), total, 1000),
        chat_id=ids.chat_id(sender),
        message_id=baileys.message_id_of(payload.get("id")),
        warning=" ".join(unread) or None,
        amounts_certain=total is not None,
    )
    take(new, reading, at=join(at, "_data.orderId"), title=TITLE, part=body, given_id=data.get("orderId"))
