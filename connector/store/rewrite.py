"""Rows that are gone from the sheet: which orders' are, as somebody has seen who looked for them, and how they are
written again."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import ItemsState, Order, Shown
from connector.store.tables import orders


class Gone(StrEnum):
    """What is not in the sheet any more."""

    ALL = "all"
    """The order's row, and its item rows if it had some."""
    ORDER_ROW = "order_row"
    """The order's row alone: its item rows are still there."""
    ITEM_ROWS = "item_rows"
    """All of its item rows, while the order's row is still there."""


to_be_written_again = sa.or_(
    sa.and_(orders.c.shown.is_(None), orders.c.row_at.is_not(None)),
    sa.and_(orders.c.shown == Shown.WAITING, orders.c.synced_at.is_not(None)),
)
"""Whether the order's row, or its item rows, were in the sheet and are to come there once more."""


def is_to_be_written_again(order: Order) -> bool:
    """The same of an order that was read."""
    if order.shown is None:
        return order.row_at is not None
    return order.shown is Shown.WAITING and order.synced_at is not None


def write_anew(connection: Connection, order: Order, gone: Gone, *, now: datetime) -> bool:
    """Makes the order one that is still to be written, as far as its rows are gone; whether it is.

    No row changed: a batch holds the order now, or it was written or asked for again since it was read. Then what was
    read of the sheet says nothing about it any more.
    """
    statement = sa.update(orders).where(
        orders.c.id == order.id,
        orders.c.batch_id.is_(None),
        orders.c.shown == order.shown,
        orders.c.write_due_at.is_(None) if order.write_due_at is None else sa.true(),
    )
    if gone is Gone.ITEM_ROWS:
        statement = statement.where(orders.c.items_state == ItemsState.READY).values(
            shown=Shown.WAITING, write_due_at=now, items_there=None
        )
    else:
        statement = statement.values(
            shown=None,
            write_due_at=now,
            items_there=gone is Gone.ORDER_ROW,
            gone_at=None,
            row_change=None,
            row_lacks=None,
            row_spreadsheet_id=None,
            row_sheet_id=None,
            row_index=None,
        )
    return connection.execute(statement).rowcount == 1


def mark_gone(connection: Connection, order: Order, *, now: datetime) -> bool:
    """Remembers that the order, as it was read before the look at the sheet, has no row there.

    No row changed: it was written, or asked for, since then; so what was seen says nothing about it any more.
    """
    return _mark(connection, order, now)


def unmark_gone(connection: Connection, order: Order) -> bool:
    """Its row is there, for instance because a deletion was undone. No row changed: as above."""
    return order.gone_at is not None and _mark(connection, order, None)


def _mark(connection: Connection, order: Order, at: datetime | None) -> bool:
    place = order.place
    statement = sa.update(orders).where(
        orders.c.id == order.id,
        orders.c.batch_id.is_(None),
        orders.c.shown == order.shown,
        orders.c.row_at.is_not_distinct_from(order.row_at),
        # Rows that were written anew meanwhile stand elsewhere, or their place is not known yet.
        orders.c.row_sheet_id.is_not_distinct_from(None if place is None else place.sheet_id),
        orders.c.row_index.is_not_distinct_from(None if place is None else place.row),
    )
    return connection.execute(statement.values(gone_at=at)).rowcount == 1
