"""Takes orders into the store, each once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import ItemsState, NewOrder
from connector.store.dialect import insert_new, select_among
from connector.store.items import OrderItems, put_items
from connector.store.tables import orders, past_orders

NOTHING_TO_FETCH_WITH = (
    "The order came without its token, so its items can't be fetched. They will be if the order is sent again with it."
)
_AT_ONCE = 500


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
    first: dict[str, NewOrder] = {}
    for order in new_orders:
        first.setdefault(order.order_id, order)
    times = Counter(order.order_id for order in new_orders)
    keys: dict[str, int] = {}
    without_items: set[str] = set()
    without_token: set[str] = set()
    for some in _batched(first.values()):
        keys |= _insert(connection, shop, some, now=now, grace=grace)
        # An order that is new lacks something only where it comes once more in the same payload.
        known = [order.order_id for order in some if order.order_id not in keys or times[order.order_id] > 1]
        if known:
            lacking = _lacking(connection, shop, known)
            without_items |= lacking[0]
            without_token |= lacking[1]
    taken = []
    for order in new_orders:
        key = keys.pop(order.order_id, None)
        if key is None:
            if order.order_id in (without_items if order.items else without_token):
                _complete_known(connection, shop, order, now=now)
        elif order.items:
            put_items(connection, [OrderItems(key, order.items, order.item_count, order.total_price)])
        taken.append(Taken(order.order_id, key is not None))
    return taken


def _batched(new_orders: Iterable[NewOrder]) -> Iterator[list[NewOrder]]:
    """Statements for many orders at once are many times faster than one each; a database limits their size."""
    remaining = iter(new_orders)
    while some := list(islice(remaining, _AT_ONCE)):
        yield some


def _insert(
    connection: Connection, shop: str, new_orders: Sequence[NewOrder], *, now: datetime, grace: timedelta
) -> dict[str, int]:
    """Inserts those that are not there yet; their keys by their ids."""
    rows = [_first_row(shop, order, now=now, grace=grace) for order in new_orders]
    inserted = insert_new(connection, orders, rows, once="shop, order_id", returning="order_id, id")
    keys = {row.order_id: row.id for row in inserted}
    # Looked up only now, after the insert: then no pruning at the same moment can come in between.
    past = [keys.pop(order_id) for order_id in select_among(connection, past_orders, "order_id", list(keys), shop=shop)]
    if past:
        connection.execute(sa.delete(orders).where(orders.c.id.in_(past)))
    return keys


def _first_row(shop: str, order: NewOrder, *, now: datetime, grace: timedelta) -> dict[str, Any]:
    state = _first_state(order)
    is_due = state is ItemsState.DUE
    return {
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
    }


def _lacking(connection: Connection, shop: str, order_ids: Sequence[str]) -> tuple[set[str], set[str]]:
    """Those of the orders that are without items, and those of them that can't be fetched for want of a token.

    Nobody ever comes to lack what he has, so a redelivery has nothing to add to any other.
    """
    # A join, because PostgreSQL may take an IN for a reason to go through all orders of the shop and the whole list for
    # each, as long as it knows nothing of how many there are.
    wanted = sa.values(sa.column("order_id", sa.Text)).data([(order_id,) for order_id in order_ids]).cte("wanted")
    query = (
        sa.select(orders.c.order_id, orders.c.order_token.is_(None).label("no_token"), orders.c.items_state)
        .join(wanted, wanted.c.order_id == orders.c.order_id)
        .where(orders.c.shop == shop, orders.c.items_state != ItemsState.READY)
    )
    rows = connection.execute(query).all()
    return (
        {row.order_id for row in rows},
        {row.order_id for row in rows if row.no_token and row.items_state == ItemsState.UNAVAILABLE},
    )


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
            put_items(connection, [OrderItems(row.id, order.items, row.item_count, row.total_price)])
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
