import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connector.observer import Observer
from connector.store.commit import MOST_OF_ONE, GroupCommit, StoreClosedError
from connector.store.database import Database
from tests.waiting import wait_until


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/connector.db")
    database.write(lambda connection: connection.execute(sa.text("CREATE TABLE notes (note TEXT)")))
    yield database
    database.close()


def put(connection: sa.Connection, notes: Sequence[str]) -> list[str]:
    for note in notes:
        connection.execute(sa.text("INSERT INTO notes VALUES (:note)"), {"note": note})
    return [f"{note} is there" for note in notes]


def notes(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(sa.text("SELECT note FROM notes ORDER BY rowid")).scalars())


class Commits(Observer):
    def __init__(self) -> None:
        self.changes: list[int] = []

    def committed(self, *, changes: int, seconds: float) -> None:  # noqa: ARG002
        self.changes.append(changes)


Hand = Callable[..., "Future[Any]"]


@contextmanager
def behind_a_commit(database: Database) -> Iterator[Hand]:
    """Whatever is handed in inside gathers behind a commit that is under way; that one ends at the end."""
    hold, held = threading.Event(), threading.Event()

    def wait(_connection: sa.Connection) -> None:
        held.set()
        hold.wait(20)

    with ThreadPoolExecutor(300) as pool:
        first = pool.submit(database.write, wait)
        assert held.wait(20)

        def hand(*arguments: Any) -> "Future[Any]":
            before = database.changes_waiting
            future = pool.submit(*arguments)
            wait_until(lambda: database.changes_waiting > before, what="the change to be handed in")
            return future

        yield hand
        hold.set()
        first.result(20)


def test_what_gathers_behind_a_commit_shares_the_next_one_and_is_told_of_once(database: Database) -> None:
    commits = Commits()
    database.observe(commits)
    told: list[Sequence[str]] = []

    with behind_a_commit(database) as hand:
        futures = [hand(database.write_in_micro_batch, put, note, told.append) for note in "abc"]

    assert [future.result(20) for future in futures] == ["a is there", "b is there", "c is there"]
    assert commits.changes == [1, 3]
    assert told == [["a is there", "b is there", "c is there"]]
    assert notes(database) == ["a", "b", "c"]


def test_after_a_failed_group_each_change_goes_alone_and_only_the_bad_one_fails(database: Database) -> None:
    told: list[Sequence[str]] = []

    def put_but_not_bad(connection: sa.Connection, notes: Sequence[str]) -> list[str]:
        put(connection, notes)
        if "bad" in notes:
            raise ValueError("no")
        return list(notes)

    with behind_a_commit(database) as hand:
        futures = [
            hand(database.write_in_micro_batch, put_but_not_bad, note, told.append) for note in ("a", "bad", "c")
        ]

    assert [futures[0].result(20), futures[2].result(20)] == ["a", "c"]
    with pytest.raises(ValueError, match="no"):
        futures[1].result(20)
    assert (notes(database), told) == (["a", "c"], [["a"], ["c"]])


def test_a_database_that_cannot_be_written_to_is_waited_for_once_for_all_who_have_gathered(database: Database) -> None:
    tries: list[object] = []

    def locked(connection: sa.Connection) -> None:
        tries.append(connection)
        raise sqlite3.OperationalError("database is locked")

    with behind_a_commit(database) as hand:
        futures = [hand(database.write_in_micro_batch, put, note) for note in "abc"]
        sa.event.listen(database.engine, "begin", locked, insert=True)

    for future in futures:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            future.result(20)
    assert len(tries) == 1
    sa.event.remove(database.engine, "begin", locked)
    assert database.write_in_micro_batch(put, "d") == "d is there"
    assert notes(database) == ["d"]


def test_more_than_fit_into_a_commit_are_made_by_the_next_ones(database: Database) -> None:
    commits = Commits()
    database.observe(commits)

    with behind_a_commit(database) as hand:
        futures = [hand(database.write_in_micro_batch, put, str(number)) for number in range(260)]

    assert [future.result(20) for future in futures] == [f"{number} is there" for number in range(260)]
    assert commits.changes == [1, 256, 4]


def test_a_store_that_closes_makes_what_it_has_taken_and_takes_no_more(database: Database) -> None:
    with ThreadPoolExecutor(1) as pool:
        with behind_a_commit(database) as hand:
            taken = hand(database.write_in_micro_batch, put, "taken")
            closing = pool.submit(database.close)
            wait_until(lambda: refuses(database), what="the store to close")
            assert not closing.done()
        closing.result(20)

    assert taken.result(20) == "taken is there"


def refuses(database: Database) -> bool:
    gate = database._commit
    assert isinstance(gate, GroupCommit)
    return gate._closed


def test_a_thread_that_is_broken_off_leaves_nobody_waiting(database: Database) -> None:
    def broken_off(_connection: sa.Connection, _arguments: Sequence[str]) -> list[str]:
        raise KeyboardInterrupt

    with behind_a_commit(database) as hand:
        other = hand(database.write_in_micro_batch, put, "other")
        broken = hand(database.write_in_micro_batch, broken_off, "broken")

    for future in (other, broken):
        with pytest.raises(KeyboardInterrupt):
            future.result(20)
    assert database.write_in_micro_batch(put, "later") == "later is there"
    assert notes(database) == ["later"]
    database.close()
    with pytest.raises(StoreClosedError):
        database.write_in_micro_batch(put, "too late")


def test_of_one_shop_no_more_than_64_changes_share_a_commit_with_others(database: Database) -> None:
    commits = Commits()
    database.observe(commits)
    order: list[Sequence[str]] = []

    with behind_a_commit(database) as hand:
        flood = [hand(partial(database.write_in_micro_batch, of="flood"), put, f"{number}", order.append)
                 for number in range(70)]  # fmt: skip
        other = hand(partial(database.write_in_micro_batch, of="other"), put, "other", order.append)

    assert other.result(20) == "other is there"
    assert [future.result(20) for future in flood] == [f"{number} is there" for number in range(70)]
    assert commits.changes == [1, MOST_OF_ONE + 1, 70 - MOST_OF_ONE]
    assert "other is there" in order[0]


def test_a_lone_shop_fills_its_commits(database: Database) -> None:
    commits = Commits()
    database.observe(commits)

    with behind_a_commit(database) as hand:
        futures = [hand(partial(database.write_in_micro_batch, of="only"), put, f"{number}") for number in range(70)]

    assert [future.result(20) for future in futures] == [f"{number} is there" for number in range(70)]
    assert commits.changes == [1, 70]
