"""Stores the items of orders, and completes and checks the orders' own figures with them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.amounts import common_currency, mismatch, pieces, sum_total
from connector.models import Item, Number
from connector.store.tables import items as items_table
from connector.store.tables import orders

_ITEM_FIELDS = [field.name for field in fields(Item) if field.name in items_table.c]


@dataclass(frozen=True, slots=True)
class OrderItems:
    """The items of one order, with what the order itself said of them."""

    key: int
    items: Sequence[Item]
    item_count: Number | None
    total_price: Number | None
    remark: str | None = None
    """What else is odd about the items; a sentence."""


def to_item(row: sa.Row[Any]) -> Item:
    """A row of the table `items` as an item."""
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    return Item(**{name: values[name] for name in _ITEM_FIELDS})


def put_items(connection: Connection, arrived: Sequence[OrderItems]) -> None:
    """Stores the items of orders that have none yet."""
    rows = [
        {"order_key": order.key, "line": line, **{name: getattr(item, name) for name in _ITEM_FIELDS}}
        for order in arrived
        for line, item in enumerate(order.items)
    ]
    if rows:
        connection.execute(sa.insert(items_table), rows)
    connection.execute(
        _COMPLETE,
        [
            {
                "key": order.key,
                "pieces": pieces(order.items),
                "sum": sum_total(order.items),
                "common_currency": common_currency(order.items),
                "odd": _odd(order),
            }
            for order in arrived
        ],
    )


def _odd(order: OrderItems) -> str | None:
    """What is odd about the items, and between them and the order; None if all fits."""
    differs = mismatch(order.items, item_count=order.item_count, total_price=order.total_price)
    return " ".join(filter(None, (differs, order.remark))) or None


_COMPLETE = (
    sa.update(orders)
    .where(orders.c.id == sa.bindparam("key"))
    .values(
        item_count=sa.func.coalesce(orders.c.item_count, sa.bindparam("pieces", type_=orders.c.item_count.type)),
        total_price=sa.func.coalesce(orders.c.total_price, sa.bindparam("sum", type_=orders.c.total_price.type)),
        currency=sa.func.coalesce(orders.c.currency, sa.bindparam("common_currency", type_=orders.c.currency.type)),
        warning=sa.case(
            (orders.c.warning.is_(None), sa.bindparam("odd", type_=orders.c.warning.type)),
            (sa.bindparam("odd", type_=orders.c.warning.type).is_(None), orders.c.warning),
            else_=orders.c.warning + " " + sa.bindparam("odd", type_=orders.c.warning.type),
        ),
        last_error=None,
    )
)
