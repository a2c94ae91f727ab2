"""2Chat: its webhooks, whose orders come with their items. The id is the message's."""

from datetime import datetime

from connector.amounts import sum_total
from connector.gateways.gateway import Body, id_of, pass_over, take
from connector.gateways.reading import fields, ids
from connector.gateways.reading.lines import items_within
from connector.gateways.reading.result import Reading, join, read_number
from connector.gateways.reading.unwrap import opened
from connector.models import NewOrder

NAME = "2chat"
TITLE = "2Chat"

_MARKS = ("remote_phone_number", "session_key", "channel_phone_number")


def recognises(body: Body) -> bool:
    return isinstance(opened(body.get("message")), dict) and any(mark in body for mark in _MARKS)


def read(body: Body, reading: Reading, *, now: datetime, at: str) -> None:
    message = fields.mapping(opened(body["message"]))
    order = opened(message.get("order"))
    if body.get("sent_by", "user") != "user":
        reading.ignored += 1
        return
    if not isinstance(order, dict) or not order:
        pass_over(message, reading, at=join(at, "message"), title=TITLE, kept=body)
        return
    given_id = body.get("uuid") or body.get("id")
    contact = fields.mapping(body.get("contact"))
    unread: list[str] = []
    total, items = read_number(order.get("total"), "total", unread), items_within(order, message)
    if not total and sum_total(items):
        total = None  # It sends 0 where it does not know.
    names = [fields.text(contact.get(part)) for part in ("first_name", "last_name")]
    new = NewOrder(
        order_id=id_of(given_id),
        received_at=fields.moment(order.get("created_at"), now=now)
        or fields.moment(body.get("created_at"), now=now)
        or now,
        channel_id=fields.text(body.get("channel_phone_number")),
        customer_name=fields.text(contact.get("name")) or " ".join(filter(None, names)) or None,
        customer_phone=ids.phone(body.get("remote_phone_number")),
        total_price=total,
        currency=fields.text(order.get("currency")),
        items=items,
        chat_id=ids.chat_id(body.get("remote_phone_number")),
        message_id=fields.text(given_id),
        warning=" ".join(unread) or None,
    )
    take(new, reading, at=join(at, "uuid"), title=TITLE, part=body, given_id=given_id)
