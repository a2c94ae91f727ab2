"""The fetch stage's side of the store: which orders' items are due, and what came of a try.

Each change of an order is conditional on its items still being due: a second answer for the same order (a
slow try that was thought lost, or items that a forwarder brought meanwhile) then changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import Item, ItemsState, Order
from connector.store.items import OrderItems, put_items
from connector.store.orders import to_order
from connector.store.refusals import Try, What, keep_try
from connector.store.statements import count
from connector.store.tables import orders

# Made once: to build a statement costs about as much as to run it, and these run for each order.
_DUE = (
    sa.select(orders)
    .where(
        orders.c.shop == sa.bindparam("shop"),
        orders.c.next_attempt_at <= sa.bindparam("now"),
        orders.c.id.not_in(sa.bindparam("leave_out", expanding=True)),
    )
    .order_by(orders.c.next_attempt_at)
    .limit(sa.bindparam("most"))
)
_THESE = orders.c.id.in_(sa.bindparam("keys", expanding=True))
_STILL_DUE = (
    sa.select(orders.c.id, orders.c.item_count, orders.c.total_price)
    .where(_THESE, orders.c.items_state == ItemsState.DUE)
    .with_for_update()
)
_HAVE_ITEMS = (
    sa.update(orders)
    .where(_THESE)
    .values(
        items_state=ItemsState.READY,
        order_token=None,
        next_attempt_at=None,
        items_refused_at=None,
        write_due_at=sa.bindparam("now", type_=orders.c.write_due_at.type),
    )
)


def due_orders(
    connection: Connection, shop: str, *, now: datetime, limit: int, leave_out: Collection[int] = ()
) -> list[Order]:
    """Orders whose items are to be fetched now, the longest due first; `leave_out` are those being fetched."""
    wanted = {"shop": shop, "now": now, "leave_out": list(leave_out), "most": limit}
    return [to_order(row) for row in connection.execute(_DUE, wanted)]


def items_arrived(
    connection: Connection,
    arrived: Sequence[tuple[Order, Sequence[Item]]],
    *,
    now: datetime,
    remarks: Mapping[int, str] | None = None,
) -> list[bool]:
    """Stores the items of orders; the orders' tokens have done their work and go. False for those whose items were
    here already. `remarks`: what is odd about the items, by the orders' keys."""
    keys = [order.id for order, _ in arrived]
    # With what the order says now: another delivery may have brought its total while the items were fetched.
    left = {row.id: row for row in connection.execute(_STILL_DUE, {"keys": keys})}
    new: list[OrderItems] = []
    changed = []
    for order, items in arrived:
        row = left.pop(order.id, None)
        changed.append(row is not None)
        if row is not None:
            remark = (remarks or {}).get(row.id)
            new.append(OrderItems(row.id, items, row.item_count, row.total_price, remark))
    if new:
        connection.execute(_HAVE_ITEMS, {"keys": [order.key for order in new], "now": now})
        put_items(connection, new)
    return changed


def correct_total(connection: Connection, order: Order) -> None:
    """Writes the order's total anew, as its items have shown what it is. Before the items are stored."""
    # Items that somebody else brought meanwhile were compared with the total as it is there: then it stays.
    connection.execute(
        sa.update(orders)
        .where(orders.c.id == order.id, orders.c.items_state == ItemsState.DUE)
        .values(total_price=order.total_price)
    )


def attempt_failed(
    connection: Connection,
    order: Order,
    *,
    error: str,
    next_attempt_at: datetime,
    now: datetime,
    set_back: bool = False,
) -> bool:
    """The order's own failure: counted, and to be tried again at `next_attempt_at`. `set_back`: it looked like the
    channel's."""
    return _failed(
        connection,
        order,
        Try(now, What.FETCH, error),
        attempts=orders.c.attempts + 1,
        setback_at=now if set_back else orders.c.setback_at,
        next_attempt_at=next_attempt_at,
        write_due_at=_row_at_once(now),
    )


def attempt_set_back(
    connection: Connection, order: Order, *, error: str, next_attempt_at: datetime, now: datetime
) -> bool:
    """The channel's failure, not the order's: it uses up none of the order's attempts."""
    return _failed(
        connection,
        order,
        Try(now, What.FETCH, error),
        setback_at=now,
        next_attempt_at=next_attempt_at,
        write_due_at=_row_at_once(now),
    )


def give_up(connection: Connection, order: Order, *, error: str, now: datetime) -> bool:
    """No more tries by themselves; the row in the sheet is to say so."""
    return _failed(
        connection,
        order,
        Try(now, What.FETCH, error),
        attempts=orders.c.attempts + 1,
        items_state=ItemsState.UNAVAILABLE,
        next_attempt_at=None,
        items_refused_at=None,
        write_due_at=now,
    )


def try_again(connection: Connection, shop: str, *, now: datetime, order_ids: Sequence[str] | None = None) -> list[str]:
    """Makes orders due at once whose items are missing: those named, or else every waiting or failed one.

    Returns the ids of the orders that will be tried. An order that never had a token can't be.
    """
    condition = _can_be_tried(shop, order_ids)
    statement = sa.update(orders).where(condition).values(items_state=ItemsState.DUE, next_attempt_at=now)
    return list(connection.execute(statement.returning(orders.c.order_id)).scalars())


def can_be_tried(connection: Connection, shop: str, *, order_ids: Sequence[str] | None = None) -> list[str]:
    """The ids of the orders that `try_again` would make due now."""
    return list(connection.execute(sa.select(orders.c.order_id).where(_can_be_tried(shop, order_ids))).scalars())


def count_due(connection: Connection, shop: str, *, before: datetime) -> int:
    """How many orders' items have been due since before a moment."""
    return count(connection, orders, orders.c.shop == shop, orders.c.next_attempt_at <= before)


def any_to_fetch(connection: Connection, shop: str) -> bool:
    """Whether an order's items are still to be fetched, now or later."""
    query = sa.select(orders.c.id).where(orders.c.shop == shop, orders.c.next_attempt_at.is_not(None)).limit(1)
    return connection.execute(query).first() is not None


def _can_be_tried(shop: str, order_ids: Sequence[str] | None) -> sa.ColumnElement[bool]:
    condition = sa.and_(
        orders.c.shop == shop,
        orders.c.items_state.in_([ItemsState.DUE, ItemsState.UNAVAILABLE]),
        orders.c.order_token.is_not(None),
    )
    return condition if order_ids is None else sa.and_(condition, orders.c.order_id.in_(order_ids))


def _failed(connection: Connection, order: Order, failed: Try, **values: Any) -> bool:
    """Changes an order whose items are still due, and keeps the try; False, and nothing changed, if they are not."""
    statement = (
        sa.update(orders)
        .where(orders.c.id == order.id, orders.c.items_state == ItemsState.DUE)
        .values(last_error=failed.error, **values)
    )
    if connection.execute(statement).rowcount == 0:
        return False
    keep_try(connection, order.id, failed)
    return True


def _row_at_once(now: datetime) -> sa.ColumnElement[datetime | None]:
    """An order without a row gets it now, without its items; one that has its row keeps what is planned."""
    return sa.case((orders.c.shown.is_(None), sa.literal(now, orders.c.write_due_at.type)), else_=orders.c.write_due_at)
