"""What an instance sees of what others have stored or made due, on both kinds of databases."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store import breakers, outbox
from connector.store.breakers import Part
from connector.store.database import Database
from connector.store.due import Due, Marks, read_marks
from connector.store.outbox import NewEvent
from connector.store.tables import orders
from tests.clock import FakeClock
from tests.store.helpers import SHOP, add, new_order

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def marks(database: Database) -> Marks:
    with database.read() as connection:
        return read_marks(connection)


def is_due(order_id: str, at: datetime | None) -> Callable[[Connection], Any]:
    statement = sa.update(orders).where(orders.c.order_id == order_id).values(next_attempt_at=at, write_due_at=at)
    return lambda connection: connection.execute(statement)


EVENT = NewEvent("event-1", "order.received", "1", "{}")


def test_each_change_by_somebody_else_is_seen_once(database: Database) -> None:
    clock = FakeClock()
    add(database, clock, new_order("1"))
    database.write(is_due("1", LATER))
    before = marks(database)

    add(database, clock, new_order("2"))
    database.write(is_due("2", NOW))
    stored = marks(database)
    database.write(is_due("1", NOW + timedelta(minutes=1)))
    made_due = marks(database)
    database.write(lambda connection: outbox.add(connection, SHOP, ["a-target"], [EVENT], now=NOW))
    told = marks(database)
    database.write(
        lambda connection: breakers.record_failure(connection, SHOP, Part.SHEET, reason="", until=LATER, now=NOW)
    )
    held_back = marks(database)
    database.write(lambda connection: breakers.reset(connection, SHOP, now=NOW))
    released = marks(database)

    due_now = {SHOP: Due(NOW, NOW)}
    assert before.changed_since(Marks()) == ({SHOP: Due(LATER, LATER)}, set())
    assert stored.changed_since(before) == (due_now, set())
    assert made_due.changed_since(stored) == (due_now, set())
    assert told.changed_since(made_due) == ({}, {SHOP})
    assert held_back.changed_since(told) == (due_now, set())
    assert released.changed_since(held_back) == (due_now, set())
    assert marks(database).changed_since(released) == ({}, set())
