"""Where all orders stand together: whether the parts work, what waits for its rows, and what is set aside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.batches import earliest, first_due
from connector.store.breakers import CircuitBreaker, Part, get_breaker
from connector.store.orders import oldest_unwritten
from connector.store.refusals import SetAside, items_set_aside, rows_set_aside
from connector.store.tables import orders, shops, told_problems


@dataclass(frozen=True, slots=True)
class Standing:
    """As one look at the store has it."""

    breakers: Mapping[Part, CircuitBreaker] = field(default_factory=lambda: {part: CircuitBreaker() for part in Part})
    oldest_unwritten: datetime | None = None
    """When the oldest order came in that has no row yet."""
    waits_since: datetime | None = None
    """Since when rows wait that are not set aside: an order's own, or those of its items."""
    rows_refused: SetAside = field(default_factory=SetAside)
    items_refused: SetAside = field(default_factory=SetAside)


def read_standing(connection: Connection, shop: str) -> Standing:
    """A few looks into indexes, however many orders there are."""
    return Standing(
        {part: get_breaker(connection, shop, part) for part in Part},
        oldest_unwritten(connection, shop),
        _waits_since(connection, shop),
        rows_set_aside(connection, shop),
        items_set_aside(connection, shop),
    )


def shops_to_look_at(connection: Connection) -> set[str]:
    """Of the shops that the store knows, those in which rows wait, or of which a problem was told: where neither is so,
    the store has nothing that could become a problem, or end as one. A look into an index or three for each shop."""
    waiting = [
        sa.exists().where(orders.c.shop == shops.c.shop, orders.c.rows_refused_at.is_(None), waits)
        for waits in (orders.c.shown.is_(None), orders.c.write_due_at.is_not(None))
    ]
    told = sa.exists().where(told_problems.c.shop == shops.c.shop)
    return set(connection.scalars(sa.select(shops.c.shop).where(sa.or_(told, *waiting))))


def _waits_since(connection: Connection, shop: str) -> datetime | None:
    without_row = sa.select(orders.c.stored_at).where(
        orders.c.shop == shop, orders.c.rows_refused_at.is_(None), orders.c.shown.is_(None)
    )
    # Ordered by the columns of the index: PostgreSQL would read the whole table from its beginning otherwise.
    first_without_row = without_row.order_by(orders.c.shown, orders.c.id).limit(1).scalar_subquery()
    return earliest(connection, [first_without_row, *first_due(shop, orders.c.rows_refused_at.is_(None))])
