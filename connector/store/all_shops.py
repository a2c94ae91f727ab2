"""How all shops stand together, each figure in one look."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import Shown, Status, status_of
from connector.store.breakers import CircuitBreaker, Part, to_breaker
from connector.store.statements import count
from connector.store.tables import orders, pauses, quarantine

_STORED = sa.case((orders.c.shown.is_(None), orders.c.stored_at))
_WAITS = sa.case((orders.c.rows_refused_at.is_(None), sa.func.coalesce(_STORED, orders.c.write_due_at)))
# Whatever has no row yet, or lacks something, has a time at which it is due: an index that holds no others is read.
_UNWRITTEN = (
    sa.select(
        orders.c.shop,
        sa.func.min(_STORED, type_=orders.c.stored_at.type).label("oldest"),
        sa.func.min(_WAITS, type_=orders.c.stored_at.type).label("waits_since"),
    )
    .where(orders.c.write_due_at.is_not(None))
    .group_by(orders.c.shop)
)
_BY_ROW = sa.select(orders.c.shop, orders.c.shown, sa.func.count().label("number")).group_by(
    orders.c.shop, orders.c.shown
)


@dataclass(frozen=True, slots=True)
class Unwritten:
    """What a shop has to write."""

    oldest: datetime | None
    """When the oldest order came in that has no row yet."""
    waits_since: datetime | None
    """Since when rows wait that are not set aside, or when they are due."""


def unwritten(connection: Connection) -> dict[str, Unwritten]:
    """The shops that have something to write."""
    return {row.shop: Unwritten(row.oldest, row.waits_since) for row in connection.execute(_UNWRITTEN)}


def count_all_by_status(connection: Connection) -> dict[Status, int]:
    """How many orders of all shops stand where. Reads the index `orders_by_shown`, and hardly anything else."""
    counted = dict.fromkeys(Status, 0)
    plain = {None: Status.RECEIVED, Shown.WAITING: Status.WAITING, Shown.COMPLETE: Status.SYNCED}
    with_unavailable = []
    for row in connection.execute(_BY_ROW):
        if row.shown == Shown.UNAVAILABLE:
            with_unavailable.append(row.shop)
        else:
            counted[plain[row.shown]] += row.number
    if with_unavailable:
        query = sa.select(orders.c.items_state, sa.func.count()).where(
            orders.c.shop.in_(with_unavailable), orders.c.shown == Shown.UNAVAILABLE
        )
        for items_state, number in connection.execute(query.group_by(orders.c.items_state)):
            counted[status_of(Shown.UNAVAILABLE, items_state)] += number
    return counted


def count_all_quarantined(connection: Connection) -> int:
    """Of all shops, and what no shop could be found for."""
    return count(connection, quarantine)


def breakers_of(connection: Connection, shops: Collection[str]) -> dict[Part, list[CircuitBreaker]]:
    """The circuit breakers of these shops, as far as something was ever tried."""
    found: dict[Part, list[CircuitBreaker]] = defaultdict(list)
    for row in connection.execute(sa.select(pauses)):
        if row.shop in shops:
            found[Part(row.part)].append(to_breaker(row))
    return found
