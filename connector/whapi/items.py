"""Reads the answer of `GET /business/orders/{id}`."""

from decimal import Decimal
from typing import Any

from connector.models import Item, Number
from connector.totals import tidy
from connector.whapi import fields


def parse_items(answer: Any, *, price_divisor: Number = 1) -> tuple[Item, ...] | None:
    """The items of an `OrderItems` answer; None if it is not of that shape.

    Every field of an item is optional in Whapi's schema, but an entry must be an object, and the list a list.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
        return None
    entries = answer["items"]
    if not all(isinstance(entry, dict) for entry in entries):
        return None
    return tuple(_item(entry, price_divisor) for entry in entries)


def _item(entry: dict[str, Any], price_divisor: Number) -> Item:
    price = fields.number(entry.get("price"))
    if price is not None and price_divisor != 1:
        price = tidy(float(Decimal(str(price)) / Decimal(str(price_divisor))))
    return Item(
        product_id=fields.text(entry.get("id")),
        sku=fields.text(entry.get("product_retailer_id")),
        name=fields.text(entry.get("name")),
        quantity=fields.number(entry.get("quantity")),
        price=price,
        currency=fields.text(entry.get("currency")),
        image=fields.text(entry.get("image")),
    )
