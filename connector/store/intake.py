"""Takes orders into the store, each once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.language import gettext as _
from connector.language import marked
from connector.models import ItemsState, NewOrder, Order
from connector.store.dialect import insert_new, select_among
from connector.store.items import OrderItems, put_items
from connector.store.known import adds_something, complete, known_orders
from connector.store.known import contradiction as contradiction_of
from connector.store.numbers import put_back, take_numbers
from connector.store.orders import find_order
from connector.store.tables import orders, past_orders

NOTHING_TO_FETCH_WITH = marked(
    "The order came without its token, so its items can't be fetched. They will be if the order is sent again with it."
)
_AT_ONCE = 500
_AS_IT_CAME = [field.name for field in fields(NewOrder) if field.name in orders.c]


@dataclass(frozen=True, slots=True)
class OrderIntake:
    """What became of an order that was handed in."""

    order_id: str
    is_new: bool
    contradiction: str | None = None
    """Why it is another order than the one that is known under its id, and was not taken; a sentence."""

    @property
    def is_duplicate(self) -> bool:
        return not self.is_new and self.contradiction is None


def add_orders(
    connection: Connection, shop: str, new_orders: Sequence[NewOrder], *, now: datetime, grace: timedelta
) -> list[OrderIntake]:
    """Stores the orders that are not there yet, and adds to those that are what they lacked.

    `grace` is how long an order's row waits for the items before it is written without them.
    """
    first: dict[str, NewOrder] = {}
    for order in new_orders:
        first.setdefault(order.order_id, order)
    times = Counter(order.order_id for order in new_orders)
    keys: dict[str, int] = {}
    known = _Known(connection, shop)
    for some in _batched(first.values()):
        keys |= _insert(connection, shop, some, now=now, grace=grace)
        # An order that is new lacks something only where it comes once more in the same payload.
        again = [order.order_id for order in some if order.order_id not in keys or times[order.order_id] > 1]
        if again:
            known.look_up(again)
    taken = []
    for order in new_orders:
        key = keys.pop(order.order_id, None)
        contradiction = None
        if key is None:
            contradiction = known.again(order, comes_again=times[order.order_id] > 1, now=now)
        elif order.items:
            put_items(connection, [OrderItems(key, order.items, order.item_count, order.total_price)])
        taken.append(OrderIntake(order.order_id, key is not None, contradiction))
    return taken


class _Known:
    """The orders that are there already, as far as they come again."""

    def __init__(self, connection: Connection, shop: str) -> None:
        self._connection = connection
        self._shop = shop
        self._orders: dict[str, Order] = {}
        self._with_items: set[str] = set()

    def look_up(self, order_ids: Sequence[str]) -> None:
        self._orders |= known_orders(self._connection, self._shop, order_ids)

    def again(self, order: NewOrder, *, comes_again: bool, now: datetime) -> str | None:
        """What becomes of another delivery of a known order: see `known.complete`. Most repeat what is there word for
        word, and cost nothing more, however often they stand in a payload; one that was pruned has nothing to be
        compared with."""
        known = self._orders.get(order.order_id)
        if known is None:
            return None
        comparable = not order.items or order.order_id in self._with_items
        if comparable and not adds_something(known, order):
            return contradiction_of(known, order)
        contradiction = complete(self._connection, known.id, order, now=now)
        if comes_again and (renewed := find_order(self._connection, self._shop, order.order_id)) is not None:
            self._orders[order.order_id] = renewed
            self._with_items.add(order.order_id)
        return contradiction


def _batched(new_orders: Iterable[NewOrder]) -> Iterator[list[NewOrder]]:
    """Statements for many orders at once are many times faster than one each; a database limits their size."""
    remaining = iter(new_orders)
    while some := list(islice(remaining, _AT_ONCE)):
        yield some


def _insert(
    connection: Connection, shop: str, new_orders: Sequence[NewOrder], *, now: datetime, grace: timedelta
) -> dict[str, int]:
    """Inserts those that are not there yet; their keys by their ids."""
    first = take_numbers(connection, shop, len(new_orders))
    rows = [
        _first_row(shop, order, now=now, grace=grace) | {"number": number}
        for number, order in enumerate(new_orders, first)
    ]
    inserted = insert_new(connection, orders, rows, once="shop, order_id", returning="order_id, id")
    keys = {row.order_id: row.id for row in inserted}
    # Looked up only now, after the insert: then no pruning at the same moment can come in between.
    past = [keys.pop(order_id) for order_id in select_among(connection, past_orders, "order_id", list(keys), shop=shop)]
    if past:
        connection.execute(sa.delete(orders).where(orders.c.id.in_(past)))
    if len(keys) < len(new_orders):
        put_back(connection, shop, [keys.get(order.order_id) for order in new_orders], first=first)
    return keys


def _first_row(shop: str, order: NewOrder, *, now: datetime, grace: timedelta) -> dict[str, Any]:
    state = _first_state(order)
    is_due = state is ItemsState.DUE
    return {
        **{name: getattr(order, name) for name in _AS_IT_CAME},
        "shop": shop,
        "order_token": _token(order),
        "said_total": order.total_price,
        "stored_at": now,
        "items_state": state,
        "attempts": 0,
        "next_attempt_at": now if is_due else None,
        "write_due_at": now + grace if is_due else now,
        "last_error": (order.unfetchable or _(NOTHING_TO_FETCH_WITH)) if state is ItemsState.UNAVAILABLE else None,
    }


def _first_state(order: NewOrder) -> ItemsState:
    if order.items:
        return ItemsState.READY
    return ItemsState.UNAVAILABLE if _token(order) is None else ItemsState.DUE


def _token(order: NewOrder) -> str | None:
    """What the items are fetched with; None where there is nothing to fetch, or nobody to fetch it from."""
    return None if order.items or order.unfetchable is not None else order.order_token
