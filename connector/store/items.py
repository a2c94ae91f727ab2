"""Stores the items of orders, and completes and checks the orders' own figures with them."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.amounts import common_currency, mismatch, pieces, sum_total, tidy
from connector.models import Item
from connector.store.tables import items as items_table
from connector.store.tables import orders


@dataclass(frozen=True, slots=True)
class OrderItems:
    """The items of one order, with what the order itself said of them."""

    key: int
    items: Sequence[Item]
    item_count: float | None
    total_price: float | None


def put_items(connection: Connection, arrived: Sequence[OrderItems]) -> None:
    """Stores the items of orders that have none yet."""
    rows = [
        {
            "order_key": order.key,
            "line": line,
            "product_id": item.product_id,
            "sku": item.sku,
            "name": item.name,
            "quantity": item.quantity,
            "price": item.price,
            "currency": item.currency,
            "image": item.image,
        }
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
                "mismatch": mismatch(
                    order.items,
                    item_count=None if order.item_count is None else tidy(order.item_count),
                    total_price=None if order.total_price is None else tidy(order.total_price),
                ),
            }
            for order in arrived
        ],
    )


_COMPLETE = (
    sa.update(orders)
    .where(orders.c.id == sa.bindparam("key"))
    .values(
        item_count=sa.func.coalesce(orders.c.item_count, sa.bindparam("pieces", type_=orders.c.item_count.type)),
        total_price=sa.func.coalesce(orders.c.total_price, sa.bindparam("sum", type_=orders.c.total_price.type)),
        currency=sa.func.coalesce(orders.c.currency, sa.bindparam("common_currency", type_=orders.c.currency.type)),
        warning=sa.case(
            (orders.c.warning.is_(None), sa.bindparam("mismatch", type_=orders.c.warning.type)),
            (sa.bindparam("mismatch", type_=orders.c.warning.type).is_(None), orders.c.warning),
            else_=orders.c.warning + " " + sa.bindparam("mismatch", type_=orders.c.warning.type),
        ),
        last_error=None,
    )
)
