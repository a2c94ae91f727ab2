"""What is told later of an order, or of the message that brought it: kept with the order, for its row to say so."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import OrderChange
from connector.store.tables import orders


def put_changes(connection: Connection, shop: str, changes: Sequence[OrderChange], *, now: datetime) -> list[str]:
    """Stores what is new of it; returns the ids of the orders that it is about.

    What concerns no order of the store is left out: most messages that somebody deletes are no orders. Of several
    changes of an order the latest counts, and one that is repeated changes nothing.
    """
    changed: dict[str, None] = {}
    for change in changes:
        condition = _about(change)
        if condition is None:
            continue
        statement = (
            sa.update(orders)
            .where(orders.c.shop == shop, condition, orders.c.change.is_distinct_from(change.sentence))
            .values(
                change=change.sentence,
                changed_at=now,
                revision=orders.c.revision + 1,
                # An order without a row gets it when it was to get it, and with this in it.
                write_due_at=sa.case(
                    (orders.c.shown.is_(None), orders.c.write_due_at),
                    else_=sa.literal(now, orders.c.write_due_at.type),
                ),
            )
        )
        changed |= dict.fromkeys(connection.execute(statement.returning(orders.c.order_id)).scalars())
    return list(changed)


def _about(change: OrderChange) -> sa.ColumnElement[bool] | None:
    if change.order_id is not None:
        return orders.c.order_id == change.order_id
    return None if change.message_id is None else orders.c.message_id == change.message_id
