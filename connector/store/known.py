"""Another delivery of an order that is known: what was missing is taken from it, and nothing that is there changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import ItemsState, NewOrder, Order, Shown
from connector.store.items import OrderItems, put_items
from connector.store.learned import FOUND_IN_SHEET
from connector.store.orders import to_order, with_items
from connector.store.same_order import contradiction
from connector.store.tables import orders

_FILLED_IN = ("customer_name", "customer_phone", "item_count", "total_price", "currency")
"""What is filled in in a row that is there already."""
_IN_THE_ROW = ("title", "note", "warning", *_FILLED_IN)
_TAKEN = ("channel_id", "chat_id", "message_id", "title", "note", *_FILLED_IN)


def known_orders(connection: Connection, shop: str, order_ids: Sequence[str]) -> dict[str, Order]:
    """Those of the orders that the store has, without their items."""
    # A join, because PostgreSQL may take an IN for a reason to go through all orders of the shop and the whole list for
    # each, as long as it knows nothing of how many there are.
    wanted = sa.values(sa.column("order_id", sa.Text)).data([(order_id,) for order_id in order_ids]).cte("wanted")
    query = sa.select(orders).join(wanted, wanted.c.order_id == orders.c.order_id).where(orders.c.shop == shop)
    return {row.order_id: to_order(row) for row in connection.execute(query)}


def adds_something(known: Order, came: NewOrder) -> bool:
    """Whether the delivery knows something that the store does not."""
    return bool(_lacking(known, came)) or _brings_items(known, came) or _brings_token(known, came)


def complete(connection: Connection, key: int, came: NewOrder, *, now: datetime) -> str | None:
    """Takes from the delivery what the order lacks. Returns why it was not, where it is another order: a sentence.

    Asks for the order as it is at this moment: a delivery in the same commit may have changed it.
    """
    row = connection.execute(sa.select(orders).where(orders.c.id == key).with_for_update()).first()
    if row is None:
        return None  # Pruned meanwhile.
    known = with_items(connection, [row])[0] if came.items else to_order(row)
    if (reason := contradiction(known, came)) is not None:
        return reason
    lacking = _lacking(known, came)
    brings_items, brings_token = _brings_items(known, came), _brings_token(known, came)
    if not (lacking or brings_items or brings_token):
        return None
    if known.last_error == FOUND_IN_SHEET:
        # Of an order that was only found in the sheet nobody knew until now when the customer had sent it.
        lacking["received_at"] = came.received_at
    if came.warning and came.warning not in (known.warning or ""):
        lacking["warning"] = f"{known.warning} {came.warning}" if known.warning else came.warning
    _fill(connection, known, lacking, now=now)
    if brings_items:
        _put_items(connection, known, came, now=now)
    elif brings_token:
        _put_token(connection, known, came, now=now)
    return None


def _lacking(known: Order, came: NewOrder) -> dict[str, Any]:
    lacking = {
        name: value for name in _TAKEN if (value := getattr(came, name)) is not None and getattr(known, name) is None
    }
    if "total_price" in lacking:
        lacking["said_total"] = came.total_price
    return lacking


def _brings_items(known: Order, came: NewOrder) -> bool:
    return bool(came.items) and known.items_state is not ItemsState.READY


def _brings_token(known: Order, came: NewOrder) -> bool:
    """An order that never had a token was given up at once; no other one is without a token and unavailable."""
    return (
        came.order_token is not None
        and came.unfetchable is None
        and known.order_token is None
        and known.items_state is ItemsState.UNAVAILABLE
    )


def _fill(connection: Connection, known: Order, values: dict[str, Any], *, now: datetime) -> None:
    if not values:
        return
    changes: dict[str, Any] = dict(values)
    if not values.keys().isdisjoint(_IN_THE_ROW):
        # A row that was made from less, and is not on its way yet, is made anew.
        changes["revision"] = orders.c.revision + 1
    if known.shown in {Shown.WAITING, Shown.UNAVAILABLE} and not values.keys().isdisjoint(_FILLED_IN):
        changes["write_due_at"] = now
    connection.execute(sa.update(orders).where(orders.c.id == known.id).values(changes))


def _put_items(connection: Connection, known: Order, came: NewOrder, *, now: datetime) -> None:
    # The condition keeps items that are here already: they may be in the sheet.
    row = connection.execute(
        sa.update(orders)
        .where(orders.c.id == known.id, orders.c.items_state != ItemsState.READY)
        .values(items_state=ItemsState.READY, next_attempt_at=None, write_due_at=now, order_token=None)
        .returning(orders.c.id, orders.c.item_count, orders.c.total_price)
    ).first()
    if row is not None:
        put_items(connection, [OrderItems(row.id, came.items or (), row.item_count, row.total_price)])


def _put_token(connection: Connection, known: Order, came: NewOrder, *, now: datetime) -> None:
    connection.execute(
        sa.update(orders)
        .where(orders.c.id == known.id, orders.c.order_token.is_(None), orders.c.items_state == ItemsState.UNAVAILABLE)
        .values(order_token=came.order_token, items_state=ItemsState.DUE, next_attempt_at=now, last_error=None)
    )
