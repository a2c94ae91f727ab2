"""What is due in all shops, in one look."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.batches import BatchState
from connector.store.tables import batches, orders

# Both read their partial index alone: as many entries as there are orders that still need something.
_FETCHES = (
    sa.select(orders.c.shop, sa.func.min(orders.c.next_attempt_at, type_=orders.c.next_attempt_at.type).label("at"))
    .where(orders.c.next_attempt_at.is_not(None))
    .group_by(orders.c.shop)
)
_WRITES = (
    sa.select(orders.c.shop, sa.func.min(orders.c.write_due_at, type_=orders.c.write_due_at.type).label("at"))
    .where(orders.c.write_due_at.is_not(None))
    .group_by(orders.c.shop)
)
_OPEN = (
    sa.select(batches.c.shop, sa.func.min(batches.c.created_at, type_=batches.c.created_at.type).label("at"))
    .where(batches.c.state == BatchState.OPEN)
    .group_by(batches.c.shop)
)


@dataclass(slots=True)
class Due:
    """When the first of a shop's orders wants something; None: none does."""

    fetch_at: datetime | None = None
    write_at: datetime | None = None


def count_incomplete(connection: Connection, shop: str) -> int:
    """How many of the shop's orders still need something, now or later."""
    unfinished = sa.or_(orders.c.next_attempt_at.is_not(None), orders.c.write_due_at.is_not(None))
    query = sa.select(sa.func.count()).select_from(orders).where(orders.c.shop == shop, unfinished)
    return connection.execute(query).scalar_one()


def shops_with_work(connection: Connection) -> dict[str, Due]:
    """The shops in which an order still needs something, now or later."""
    found: dict[str, Due] = {}
    for row in connection.execute(_FETCHES):
        found.setdefault(row.shop, Due()).fetch_at = row.at
    for query in (_WRITES, _OPEN):
        for row in connection.execute(query):
            due = found.setdefault(row.shop, Due())
            due.write_at = row.at if due.write_at is None else min(due.write_at, row.at)
    return found
