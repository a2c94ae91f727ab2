"""Takes orders into the store, each once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from connector.models import Item, ItemsState, NewOrder
from connector.store.tables import items as items_table
from connector.store.tables import orders, past_orders
from connector.totals import common_currency, mismatch, pieces, sum_total, tidy

NOTHING_TO_FETCH_WITH = (
    "The order came without its token, so its items can't be fetched. They will be if the order is sent again with it."
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an order that was handed in."""

    order_id: str
    is_new: bool


def add_orders(
    connection: Connection, shop: str, new_orders: Sequence[NewOrder], *, now: datetime, grace: timedelta
) -> list[Taken]:
    """Stores the orders that are not there yet, and adds to those that are what they lacked.

    `grace` is how long an order's row waits for the items before it is written without them.
    """
    taken = []
    for order in new_orders:
        is_new = _insert(connection, shop, order, now=now, grace=grace)
        if not is_new:
            _complete_known(connection, shop, order, now=now)
        taken.append(Taken(order.order_id, is_new))
    return taken


def _insert(connection: Connection, shop: str, order: NewOrder, *, now: datetime, grace: timedelta) -> bool:
    state = _first_state(order)
    is_due = state is ItemsState.DUE
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(orders).on_conflict_do_nothing(index_elements=["shop", "order_id"]).returning(orders.c.id)
    key = connection.execute(
        statement,
        {
            "shop": shop,
            "order_id": order.order_id,
            "order_token": None if order.items else order.order_token,
            "channel_id": order.channel_id,
            "customer_name": order.customer_name,
            "customer_phone": order.customer_phone,
            "title": order.title,
            "note": order.note,
            "item_count": order.item_count,
            "total_price": order.total_price,
            "currency": order.currency,
            "received_at": order.received_at,
            "stored_at": now,
            "items_state": state,
            "attempts": 0,
            "next_attempt_at": now if is_due else None,
            "write_due_at": now + grace if is_due else now,
            "last_error": NOTHING_TO_FETCH_WITH if state is ItemsState.UNAVAILABLE else None,
        },
    ).scalar()
    if key is None:
        return False
    if _is_past(connection, shop, order.order_id):
        # Looked up only now, after the insert: then no pruning at the same moment can come in between.
        connection.execute(sa.delete(orders).where(orders.c.id == key))
        return False
    if order.items:
        put_items(connection, key, order.items, item_count=order.item_count, total_price=order.total_price)
    return True


def _is_past(connection: Connection, shop: str, order_id: str) -> bool:
    query = sa.select(past_orders.c.order_id).where(past_orders.c.shop == shop, past_orders.c.order_id == order_id)
    return connection.execute(query).first() is not None


def _first_state(order: NewOrder) -> ItemsState:
    if order.items:
        return ItemsState.READY
    return ItemsState.UNAVAILABLE if order.order_token is None else ItemsState.DUE


def _complete_known(connection: Connection, shop: str, order: NewOrder, *, now: datetime) -> None:
    """Gives a known order the token or the items that it lacks; everything else about it stays."""
    known = sa.and_(orders.c.shop == shop, orders.c.order_id == order.order_id)
    if order.items:
        # The condition keeps items that are here already: they may be in the sheet.
        row = connection.execute(
            sa.update(orders)
            .where(known, orders.c.items_state != ItemsState.READY)
            .values(items_state=ItemsState.READY, next_attempt_at=None, write_due_at=now, order_token=None)
            .returning(orders.c.id, orders.c.item_count, orders.c.total_price)
        ).first()
        if row is not None:
            put_items(connection, row.id, order.items, item_count=row.item_count, total_price=row.total_price)
    elif order.order_token is not None:
        # An order that never had a token was given up at once; no other one is without a token and unavailable.
        connection.execute(
            sa.update(orders)
            .where(known, orders.c.order_token.is_(None), orders.c.items_state == ItemsState.UNAVAILABLE)
            .values(
                order_token=order.order_token,
                items_state=ItemsState.DUE,
                next_attempt_at=now,
                last_error=None,
            )
        )


def put_items(
    connection: Connection,
    key: int,
    items: Sequence[Item],
    *,
    item_count: float | None,
    total_price: float | None,
) -> None:
    """Stores an order's items, and completes and checks the order's own figures with them."""
    if items:
        connection.execute(
            sa.insert(items_table),
            [
                {
                    "order_key": key,
                    "line": line,
                    "product_id": item.product_id,
                    "sku": item.sku,
                    "name": item.name,
                    "quantity": item.quantity,
                    "price": item.price,
                    "currency": item.currency,
                    "image": item.image,
                }
                for line, item in enumerate(items)
            ],
        )
    connection.execute(
        sa.update(orders)
        .where(orders.c.id == key)
        .values(
            item_count=sa.func.coalesce(orders.c.item_count, pieces(items)),
            total_price=sa.func.coalesce(orders.c.total_price, sum_total(items)),
            currency=sa.func.coalesce(orders.c.currency, common_currency(items)),
            warning=mismatch(
                items,
                item_count=None if item_count is None else tidy(item_count),
                total_price=None if total_price is None else tidy(total_price),
            ),
            last_error=None,
        )
    )
