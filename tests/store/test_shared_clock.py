"""The time that instances on one database agree on."""

from datetime import timedelta
from pathlib import Path

from connector.jobs.leases import Leases
from connector.store import leases
from connector.store.database import Database
from connector.store.shared_clock import SharedClock, clock_of
from tests.clock import FakeClock
from tests.made_once import sqlite_url
from tests.store.helpers import add, due_to_fetch, new_order

HOUR = timedelta(hours=1)


def test_what_an_instance_whose_clock_is_an_hour_ahead_takes_in_is_due_for_the_others_at_once(
    postgres_url: str,
) -> None:
    database = Database(postgres_url)
    with database.read() as connection:
        now = leases.database_now(connection)
    ahead, behind = (clock_of(database, FakeClock(now + offset)) for offset in (HOUR, -HOUR))

    add(database, ahead, new_order("1"))

    assert due_to_fetch(database, behind) == ["1"]
    database.close()


def test_each_renewal_of_the_lease_sets_it_by_the_database(postgres_url: str) -> None:
    database = Database(postgres_url)
    own = FakeClock()
    clock = SharedClock(own.now(), own)
    own.advance(5)
    assert clock.now() == own.now()

    Leases(database, clock=clock, wanted=lambda: {"account"}).beat()

    with database.read() as connection:
        assert abs(clock.now() - leases.database_now(connection)) < HOUR
    database.close()


def test_on_sqlite_it_is_the_machines(tmp_path: Path) -> None:
    database, own = Database(sqlite_url(tmp_path)), FakeClock()

    assert clock_of(database, own) is own
    database.close()
