"""What the run does to the service's database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from connector.clock import SystemClock
from connector.jobs.leases import Leases
from connector.store.database import Database, parse_url
from tests.chaos.losable import Losable, losable
from tests.chaos.store import Store
from tests.clock import FakeClock
from tests.store.helpers import add, new_order


@pytest.fixture
def lost(database_url: str, tmp_path: Path) -> Iterator[Losable]:
    with losable(database_url, tmp_path) as database:
        yield database


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def take(url: str, order_id: str) -> None:
    with opened(url) as database:
        add(database, FakeClock(), new_order(order_id))


def test_an_emptied_database_knows_nothing_and_can_be_opened_anew(database_url: str, lost: Losable) -> None:
    take(database_url, "before")

    lost.empty()

    assert not knows(database_url, "before")
    take(database_url, "after")
    assert knows(database_url, "after")


def test_an_older_copy_knows_what_it_knew_and_nothing_else(database_url: str, lost: Losable) -> None:
    take(database_url, "before")
    lost.copy()
    take(database_url, "after")

    lost.put_back()

    assert (knows(database_url, "before"), knows(database_url, "after")) == (True, False)


def test_a_copy_can_come_back_more_than_once(database_url: str, lost: Losable) -> None:
    take(database_url, "before")
    lost.copy()

    for order_id in ("first", "second"):
        lost.empty()
        lost.put_back()
        take(database_url, order_id)

    assert [knows(database_url, order_id) for order_id in ("before", "first", "second")] == [True, False, True]


def test_the_file_can_go_while_it_is_open(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/connector.db"
    with losable(url, tmp_path) as lost, opened(url) as database:
        add(database, FakeClock(), new_order("before"))

        lost.copy()
        lost.empty()

        assert not knows(url, "before")
        assert not (tmp_path / "connector.db").exists()
        lost.put_back()
        assert knows(url, "before")


def test_what_is_taken_away_from_one_process_is_free_for_another(database_url: str, lost: Losable) -> None:
    with opened(database_url) as first, opened(database_url) as second:
        holder, waiting = (
            Leases(database, clock=SystemClock(), wanted=lambda: {"account"}) for database in (first, second)
        )
        holder.beat()
        waiting.beat()
        assert [set(each.held()) for each in (holder, waiting)] == [{"account"}, set()]

        lost.take_lock_away()
        waiting.beat()

        assert waiting.held() == {"account"}
        waiting.stop()
        holder.stop()


def test_no_copy_is_left_on_the_server(postgres_url: str, tmp_path: Path) -> None:
    with losable(postgres_url, tmp_path) as lost:
        lost.copy()
        assert copies(postgres_url) == 1

    assert copies(postgres_url) == 0


def knows(url: str, order_id: str) -> bool:
    store = Store(url)
    try:
        return store.has(order_id)
    finally:
        store.close()


def copies(url: str) -> int:
    parsed = parse_url(url)
    engine = sa.create_engine(parsed, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            query = sa.text("SELECT count(*) FROM pg_database WHERE datname = :name")
            found: int = connection.execute(query, {"name": f"{parsed.database}_copy"}).scalar_one()
    finally:
        engine.dispose()
    return found
