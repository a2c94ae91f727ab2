"""How many orders came in each hour, and how long they took to their rows; only the orders of these hours are read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.column_types import in_milliseconds
from connector.store.statements import count
from connector.store.tables import orders

HOUR = timedelta(hours=1)
FRESH = timedelta(minutes=10)
"""How late after its message an order may come in and still count in the time from message to row. What comes later was
delivered late by Whapi or found in the history, and says nothing of how fast the connector is."""
_EDGES = (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200)
"""Seconds. The times are counted in bands between these, so that the database hands over a few numbers for an hour,
however many orders there are."""
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(slots=True)
class Hour:
    """The orders that were sent in one hour."""

    begins_at: datetime
    orders: int = 0
    slowest: float | None = None
    """Seconds from a message to its row, of those that are in the sheet."""
    bands: dict[int, int] = field(default_factory=dict)
    """Orders by bands of seconds: those below a band's limit and not in the band before. The last has no limit."""

    @property
    def median(self) -> float | None:
        """Seconds in which half of the rows were written, as exactly as the bands tell."""
        left = sum(self.bands.values()) / 2
        for band in sorted(self.bands):
            if left <= self.bands[band]:
                low, high = _limits(band, self.slowest or 0.0)
                return low + (high - low) * left / self.bands[band]
            left -= self.bands[band]
        return None


def count_since(connection: Connection, shop: str, moment: datetime) -> int:
    """How many orders were sent since."""
    return count(connection, orders, orders.c.shop == shop, orders.c.received_at >= moment)


def read_hours(connection: Connection, shop: str, *, first: datetime, hours: int) -> list[Hour]:
    """The hours from `first` on, also those without orders."""
    sent, stored, row = (
        sa.type_coerce(column, sa.BigInteger) for column in (orders.c.received_at, orders.c.stored_at, orders.c.row_at)
    )
    number = (sent - in_milliseconds(first)) // (HOUR // _MILLISECOND)
    took = sa.case((stored - sent <= FRESH // _MILLISECOND, row - sent))
    times = (
        sa.select(number.label("number"), took.label("took"))
        .where(orders.c.shop == shop, orders.c.received_at >= first, orders.c.received_at < first + hours * HOUR)
        .subquery()
    )
    band = _band(times.c.took).label("band")
    query = sa.select(
        times.c.number, band, sa.func.count().label("orders"), sa.func.max(times.c.took).label("slowest")
    ).group_by(times.c.number, "band")
    found = [Hour(first + n * HOUR) for n in range(hours)]
    for counted in connection.execute(query):
        hour = found[counted.number]
        hour.orders += counted.orders
        if counted.band is not None:
            hour.bands[counted.band] = counted.orders
            hour.slowest = max(hour.slowest or 0.0, max(counted.slowest, 0) / 1000)
    return found


def together(hours: Sequence[Hour]) -> Hour:
    """All of them as if they were one."""
    whole = Hour(hours[0].begins_at, sum(hour.orders for hour in hours))
    for hour in hours:
        if hour.slowest is not None:
            whole.slowest = max(whole.slowest or 0.0, hour.slowest)
        for band, number in hour.bands.items():
            whole.bands[band] = whole.bands.get(band, 0) + number
    return whole


def _band(took: sa.ColumnElement[int | None]) -> sa.ColumnElement[int | None]:
    """The number of the band; nothing where there is no time."""
    return sa.case(
        (took.is_(None), None),
        *((took < edge * 1000, number) for number, edge in enumerate(_EDGES)),
        else_=len(_EDGES),
    )


def _limits(band: int, slowest: float) -> tuple[float, float]:
    edges: Sequence[float] = (0.0, *_EDGES)
    low = edges[band]
    return low, max(min(edges[band + 1], slowest) if band + 1 < len(edges) else slowest, low)
