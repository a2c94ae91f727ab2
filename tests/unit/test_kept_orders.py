"""An order under the id of another one is kept as `POST /orders` would take it, with all that its sender said."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from connector.gateways.forwarded import read_forwarded
from connector.gateways.reading.result import Reading
from connector.models import Item, NewOrder
from connector.store.tables import quarantine
from tests.pipeline.desk import Desk

SENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LATER = datetime(2026, 5, 6, tzinfo=UTC)
ITEM = Item(
    product_id="8401",
    sku="OAT-1",
    name="Oat flakes",
    quantity=2,
    price=3.5,
    currency="EUR",
    image="https://a.example/1",
)
WHOLE = NewOrder(
    "1001",
    SENT,
    order_token="token-of-1001",
    channel_id="HULK-1",
    customer_name="Ada",
    customer_phone="4915550001111",
    title="A cart",
    note="Ring twice",
    item_count=2,
    total_price=7,
    currency="EUR",
    items=(ITEM,),
    chat_id="4915550001111@s.whatsapp.net",
    message_id="message-1001",
)
OUR_OWN = {"received_at", "warning", "unfetchable", "amounts_certain"}
"""What the connector adds to an order: when it came, and what it makes of what was said. Such a field belongs into
`_NOT_KEPT` of `jobs/receive.py`, or a repeated delivery would be kept anew, and one that comes by another way too."""


def kept(desk: Desk) -> list[dict[str, Any]]:
    with desk.database.read() as connection:
        return [json.loads(text) for text in connection.scalars(sa.select(quarantine.c.payload))]


def test_what_is_kept_of_an_order_under_a_known_id_is_read_as_the_same_order(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    other = replace(WHOLE, customer_phone="4915550002222", chat_id="4915550002222@s.whatsapp.net")
    desk.receive.receive(Reading(orders=[WHOLE]), keep_unclear=True)

    desk.receive.receive(Reading(orders=[other]), keep_unclear=True)

    (payload,) = kept(desk)
    (read,) = read_forwarded(payload, now=LATER).orders
    unlike = {field.name for field in fields(NewOrder) if getattr(read, field.name) != getattr(other, field.name)}
    assert unlike <= OUR_OWN
    assert set(payload) == {field.name for field in fields(NewOrder)} - OUR_OWN


def test_the_same_order_under_a_known_id_is_kept_once_whatever_the_connector_makes_of_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    other = replace(WHOLE, customer_phone="4915550002222", chat_id="4915550002222@s.whatsapp.net")
    desk.receive.receive(Reading(orders=[WHOLE]), keep_unclear=True)

    for again in (other, replace(other, received_at=LATER), replace(other, warning="Odd.")):
        desk.receive.receive(Reading(orders=[again]), keep_unclear=True)

    assert len(kept(desk)) == 1
