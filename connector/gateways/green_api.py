"""GREEN-API: its webhooks, whose orders have their total in hundredths."""

from datetime import datetime

from connector.gateways.baileys import message_id_of
from connector.gateways.gateway import Body, at_their_total, id_of, in_units, pass_over, take
from connector.gateways.reading import fields, ids, names
from connector.gateways.reading.lines import items_within
from connector.gateways.reading.names import Names
from connector.gateways.reading.result import Reading, join, read_number
from connector.models import NewOrder

NAME = "green-api"
TITLE = "GREEN-API"

_INCOMING = "incomingMessageReceived"
_DELETED = "deletedMessage"
_ORDER: Names = {
    "order_id": ("order_id",),
    "title": ("order_title", "title"),
    "note": ("message", "text"),
    "item_count": ("item_count",),
    "hundredths": ("total_price",),
    "currency": ("currency", "currency_code", "total_currency_code"),
}


def recognises(body: Body) -> bool:
    return isinstance(body.get("typeWebhook"), str)


def read(body: Body, reading: Reading, *, now: datetime, at: str) -> None:
    data = fields.mapping(body.get("messageData"))
    where = join(at, "messageData")
    if body["typeWebhook"] != _INCOMING:
        reading.ignored += 1  # What the shop has sent, and states of all kinds.
        return
    if data.get("typeMessage") == _DELETED:
        reading.add_deleted(message_id_of(fields.mapping(data.get("deletedMessageData")).get("stanzaId")))
        return
    order = data.get("orderMessage") or data.get("orderMessageData")
    if not isinstance(order, dict):
        pass_over(data, reading, at=where, title=TITLE, kept=body)
        return
    given = names.values(order, _ORDER)
    sender = fields.mapping(body.get("senderData"))
    unread: list[str] = []
    total = in_units(read_number(given.get("hundredths"), "total", unread), 100)
    new = NewOrder(
        order_id=id_of(given.get("order_id")),
        received_at=fields.moment(body.get("timestamp"), now=now) or now,
        channel_id=fields.text(fields.mapping(body.get("instanceData")).get("idInstance")),
        customer_name=next(
            filter(None, (fields.text(sender.get(name)) for name in ("senderName", "senderContactName", "chatName"))),
            None,
        ),
        customer_phone=ids.phone(sender.get("sender"), sender.get("chatId")),
        title=fields.text(given.get("title")),
        note=fields.text(given.get("note")),
        item_count=read_number(given.get("item_count"), "item count", unread),
        total_price=total,
        currency=fields.text(given.get("currency")),
        items=at_their_total(items_within(order, data), total, 100),
        chat_id=ids.chat_id(sender.get("chatId"), sender.get("sender")),
        message_id=message_id_of(body.get("idMessage")),
        warning=" ".join(unread) or None,
        amounts_certain=total is not None,
    )
    take(new, reading, at=join(where, "orderMessage.orderId"), title=TITLE, part=body, given_id=given.get("order_id"))
