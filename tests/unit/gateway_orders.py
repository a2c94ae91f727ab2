"""The order that each gateway's example holds."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from connector.gateways.gateway import without_items
from connector.models import Item, NewOrder
from tests.openapi.examples import SENT

AT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)


BAILEYS = SENT["evolution"].order["data"]


def order(title: str | None = None, **fields: Any) -> NewOrder:
    """The order of an example; with `title`, one without its items from that gateway."""
    found = NewOrder(order_id="", received_at=AT, total_price=9, currency="EUR")
    if title is not None:
        found = replace(found, unfetchable=without_items(title), amounts_certain=True, title="Bakery", item_count=2)
    return replace(found, **fields)


RIGHT: dict[str, tuple[Any, NewOrder]] = {
    "meta": (
        SENT["meta"].order,
        order(
            order_id="wamid.HBgNNDkxNTU1MDEwMDExMRUCABIYFDNFQjAwMA==",
            message_id="wamid.HBgNNDkxNTU1MDEwMDExMRUCABIYFDNFQjAwMA==",
            channel_id="100200300400500",
            customer_name="Mira",
            customer_phone="4915550100111",
            chat_id="4915550100111",
            note="by noon, please",
            total_price=None,
            currency=None,
            items=(Item(sku="RYE-1", name="RYE-1", quantity=2, price=4.5, currency="EUR"),),
        ),
    ),
    "evolution": (
        SENT["evolution"].order,
        order(
            "Evolution API",
            order_id="810000000000201",
            message_id="3EB0A1B2C3D4E5F60718",
            channel_id="bakery",
            customer_name="Lena",
            customer_phone="4915550100222",
            chat_id="4915550100222@s.whatsapp.net",
            note="by noon, please",
        ),
    ),
    "waha": (
        SENT["waha"].order,
        order(
            "WAHA",
            order_id="810000000000301",
            message_id="3EB0B1C2D3E4F5061728",
            channel_id="default",
            customer_name="Paul",
            customer_phone="4915550100333",
            chat_id="4915550100333@s.whatsapp.net",
            note="by noon, please",
        ),
    ),
    "green-api": (
        SENT["green-api"].order,
        order(
            "GREEN-API",
            order_id="810000000000401",
            message_id="3EB0C1D2E3F405162738",
            channel_id="1101000001",
            customer_name="Nora",
            customer_phone="4915550100444",
            chat_id="4915550100444@c.us",
        ),
    ),
    "2chat": (
        SENT["2chat"].order,
        order(
            order_id="MSG5f0c2a7e-0000-4000-8000-000000000001",
            message_id="MSG5f0c2a7e-0000-4000-8000-000000000001",
            customer_name="Omar Haddad",
            customer_phone="4915550100555",
            chat_id="4915550100555",
            items=(Item(product_id="7001", name="Rye loaf", quantity=2, price=4.5, currency="EUR"),),
        ),
    ),
    "baileys": (
        BAILEYS,
        order(
            "Baileys",
            order_id="810000000000201",
            message_id="3EB0A1B2C3D4E5F60718",
            customer_name="Lena",
            customer_phone="4915550100222",
            chat_id="4915550100222@s.whatsapp.net",
            note="by noon, please",
        ),
    ),
}
