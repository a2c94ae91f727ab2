"""Orders per hour, and their time to the row."""

from datetime import datetime, timedelta

import pytest

from connector.store import batches, hours
from connector.store.database import Database
from connector.store.hours import Hour, together
from tests.clock import FakeClock
from tests.store.helpers import SHOP, add, batch_of, new_order


def come_and_go(database: Database, *, at: datetime, late: float = 1.0, row_after: float | None) -> None:
    """An order that was sent at a moment, came in `late` seconds later and had its row after so many."""
    order_id = f"{at.isoformat()} {late} {row_after}"
    moment = FakeClock(at + timedelta(seconds=late))
    add(database, moment, new_order(order_id, received_at=at))
    if row_after is not None:
        batch = batch_of(database, moment, order_id)
        now = at + timedelta(seconds=row_after)
        database.write(lambda connection: batches.applied(connection, batch, now=now))


def read(database: Database, first: datetime, count: int = 4) -> list[Hour]:
    with database.read() as connection:
        return hours.read_hours(connection, SHOP, first=first, hours=count)


def test_each_order_counts_in_the_hour_in_which_it_was_sent(database: Database, clock: FakeClock) -> None:
    first = clock.now()
    for minutes in (-1, 0, 59, 60, 179.9, 240):
        come_and_go(database, at=first + timedelta(minutes=minutes), row_after=None)

    found = read(database, first)

    assert [(hour.begins_at, hour.orders) for hour in found] == [
        (first + timedelta(hours=n), orders) for n, orders in enumerate((2, 1, 1, 0))
    ]
    with database.read() as connection:
        assert hours.count_since(connection, SHOP, first + timedelta(minutes=60)) == 3


def test_half_and_slowest_are_those_of_orders_that_came_in_when_they_were_sent(
    database: Database, clock: FakeClock
) -> None:
    first = clock.now()
    for seconds in (2.5, 3.5, 3.5, 60 * 60 * 30):
        come_and_go(database, at=first, row_after=seconds)
        first += timedelta(seconds=1)
    come_and_go(database, at=first, late=3600, row_after=3602)  # delivered late
    come_and_go(database, at=first + timedelta(hours=1), row_after=None)  # not in the sheet yet
    come_and_go(database, at=first + timedelta(hours=2), late=-3, row_after=-1)  # of a clock that is ahead

    hour, without, ahead, empty = read(database, clock.now())

    assert (hour.orders, hour.slowest) == (5, 60 * 60 * 30)
    assert hour.median == pytest.approx(3.5, abs=0.5)
    assert (without.orders, without.median, without.slowest) == (1, None, None)
    assert (ahead.orders, ahead.median, ahead.slowest) == (1, 0.0, 0.0)
    assert (empty.orders, empty.median) == (0, None)


def test_hours_can_be_looked_at_together() -> None:
    at = FakeClock().now()
    whole = together([Hour(at, 2, 4.0, {2: 2}), Hour(at, 1), Hour(at, 3, 9.0, {2: 1, 6: 2})])

    assert (whole.orders, whole.slowest, whole.bands) == (6, 9.0, {2: 3, 6: 2})
    assert whole.median == pytest.approx(2.83, abs=0.01)
