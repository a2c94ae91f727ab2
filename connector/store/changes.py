"""What is told later of an order, or of the message that brought it: kept with the order, for its row to say so."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import OrderChange
from connector.store.dialect import select_among
from connector.store.statements import in_pieces
from connector.store.tables import orders

_AT_ONCE = 500


def put_changes(connection: Connection, shop: str, changes: Sequence[OrderChange], *, now: datetime) -> list[str]:
    """Stores what is new of it; returns the ids of the orders that it is about.

    What concerns no order of the store is left out: most messages that somebody deletes are no orders. Of several
    changes of an order the latest counts, and one that is repeated changes nothing.
    """
    changed: dict[str, None] = {}
    for change in _of_known_orders(connection, shop, changes):
        condition = _about(change)
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


def _of_known_orders(connection: Connection, shop: str, changes: Sequence[OrderChange]) -> list[OrderChange]:
    """The latest of each target that is an order of the store. A request may tell of a hundred thousand others."""
    known = {
        name: _among(connection, shop, name, {value for change in changes if (value := getattr(change, name))})
        for name in ("order_id", "message_id")
    }
    latest: dict[tuple[str | None, str | None], OrderChange] = {}
    for change in changes:
        name = "message_id" if change.order_id is None else "order_id"
        if getattr(change, name) in known[name]:
            target = change.order_id, change.message_id
            latest.pop(target, None)  # So that it stands where it came last.
            latest[target] = change
    return list(latest.values())


def _among(connection: Connection, shop: str, column: str, values: Collection[str]) -> set[str]:
    found: set[str] = set()
    for some in in_pieces(values, _AT_ONCE):
        found.update(select_among(connection, orders, column, some, shop=shop))
    return found


def _about(change: OrderChange) -> sa.ColumnElement[bool]:
    if change.order_id is not None:
        return orders.c.order_id == change.order_id
    return orders.c.message_id == change.message_id
