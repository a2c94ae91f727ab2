"""Which orders are gone from the sheet, as somebody has seen who looked for their rows."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import Order
from connector.store.tables import orders


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
