"""Which instance works for which account, on both kinds of databases."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from connector.jobs.leases import Leases, shares, works_elsewhere
from connector.store import leases
from connector.store.database import Database
from connector.store.fleet_tables import instances
from connector.store.leases import LEASE
from tests.clock import FakeClock

ACCOUNTS = [f"account-{number}" for number in range(7)]


class Fleet:
    """Instances on one PostgreSQL database, each with its own connection to it; they beat when the test says so."""

    def __init__(self, url: str, stack: ExitStack) -> None:
        self._url = url
        self._stack = stack
        self.clock = FakeClock()
        self.wanted = list(ACCOUNTS)
        self.busy: set[str] = set()
        self.database = self._open()

    def join(self) -> Leases:
        instance = Leases(
            self._open(), clock=self.clock, wanted=lambda: self.wanted, is_idle=lambda name: name not in self.busy
        )
        instance.beat()
        return instance

    def beats(self, *instances: Leases, times: int = 3) -> list[int]:
        """How many accounts each has after some renewals."""
        for _ in range(times):
            for instance in instances:
                instance.beat()
        held = [instance.held() for instance in instances]
        assert len(frozenset().union(*held)) == sum(map(len, held)), "two have the same account"
        return [len(each) for each in held]

    def let_lease_end(self, instance: Leases) -> None:
        """As it is seen by others once an instance has hung for long enough."""
        self._change(
            lambda connection: connection.execute(
                sa.update(instances)
                .where(instances.c.id == instance.me.id)
                .values(lease_until=leases.database_now(connection) - timedelta(seconds=1))
            )
        )

    def confirms(self, instance: Leases, account: str) -> bool:
        """Whether a batch of the account's could be stored by the instance."""
        return self._change(lambda connection: instance.confirm(connection, account))

    def _change(self, change: Callable[[Connection], bool | object]) -> bool:
        return bool(self.database.write(change))

    def _open(self) -> Database:
        database = Database(self._url)
        self._stack.callback(database.close)
        return database


@pytest.fixture
def fleet(postgres_url: str) -> Iterator[Fleet]:
    with ExitStack() as stack:
        yield Fleet(postgres_url, stack)


def test_accounts_are_shared_evenly_as_instances_come_and_go(fleet: Fleet) -> None:
    first = fleet.join()
    alone = fleet.beats(first)
    second, third = fleet.join(), fleet.join()

    of_three = fleet.beats(first, second, third)
    second.stop()
    of_two = fleet.beats(first, third, times=1)

    assert (alone, of_three, of_two) == ([7], [3, 2, 2], [4, 3])


def test_each_knows_whether_it_is_alone_and_what_a_clean_stop_frees_is_seen_at_once(fleet: Fleet) -> None:
    first = fleet.join()
    alone = first.among_others.is_set()
    second = fleet.join()
    first.beat()
    both = [instance.among_others.is_set() for instance in (first, second)]

    second.beat()
    first.stop()
    with fleet.database.read() as connection:
        free = leases.free_accounts(connection)
    second.beat()

    assert (alone, both, second.among_others.is_set()) == (False, [True, True], False)
    assert free >= set(ACCOUNTS[:4])
    assert second.held() == set(ACCOUNTS)


def test_an_account_is_let_go_of_only_once_nothing_of_it_is_under_way(fleet: Fleet) -> None:
    first = fleet.join()
    fleet.busy = set(ACCOUNTS)
    second = fleet.join()

    while_busy = fleet.beats(first, second)
    fleet.busy = {ACCOUNTS[-1]}
    then = fleet.beats(first, second)

    # What others are to have isn't begun any more, but nobody else has it before its turn has ended.
    assert while_busy == [4, 0]
    assert then == [4, 2]


def test_one_that_hangs_loses_its_accounts_and_what_it_does_late_is_refused(fleet: Fleet) -> None:
    first, second = fleet.join(), fleet.join()
    fleet.beats(first, second)
    account = min(first.held())
    assert fleet.confirms(first, account)

    fleet.let_lease_end(first)
    fleet.beats(second)

    assert second.held() == set(ACCOUNTS)
    assert not fleet.confirms(first, account), "an earlier epoch was taken"
    assert account not in first.held(), "it goes on beginning what it knows it has lost"
    assert fleet.confirms(second, account)
    assert fleet.beats(first, second) == [4, 3]


def test_who_has_not_renewed_for_ten_seconds_begins_nothing_before_its_lease_ends(fleet: Fleet) -> None:
    first = fleet.join()

    fleet.clock.advance(9.9)
    before = first.held()
    fleet.clock.advance(0.2)
    after = first.held()
    first.beat()

    assert [len(held) for held in (before, after, first.held())] == [7, 0, 7]
    assert timedelta(seconds=10) < LEASE


def test_an_account_that_another_instance_does_not_know_of_is_taken_back(fleet: Fleet) -> None:
    first, second = fleet.join(), fleet.join()
    fleet.beats(first, second)
    second._wanted = set

    fleet.beats(first, second, times=5)

    assert fleet.beats(first, second, times=20) == [7, 0]


def test_a_version_that_knows_no_leases_is_left_alone_with_the_database(fleet: Fleet) -> None:
    earlier = fleet.database.engine.connect()
    key = leases._LOCK_OF_EARLIER_VERSIONS
    earlier.execute(sa.select(sa.func.pg_advisory_lock(key)))

    instance = fleet.join()
    beside = len(instance.held()), instance.failure
    earlier.close()
    fleet.database.engine.dispose()

    assert fleet.beats(instance) == [7]
    assert beside == (
        0,
        "An earlier version of the connector works on this database. Stop it, and this one takes over.",
    )
    assert instance.failure is None


def test_a_claim_that_another_transaction_holds_up_keeps_no_instance_from_renewing(fleet: Fleet) -> None:
    first = fleet.join()
    fleet.let_lease_end(first)
    with fleet.database.engine.begin() as connection:
        epoch = first._epochs[ACCOUNTS[0]]
        assert leases.is_current(connection, first.me.id, ACCOUNTS[0], epoch)

        second = fleet.join()

        # It hangs halfway through storing a batch of this account's.
        assert second.held() == set(ACCOUNTS[1:])
    assert fleet.beats(second, times=1) == [7]


@pytest.mark.parametrize("number", range(1, 9))
def test_shares_are_even_and_add_up(number: int) -> None:
    each = shares(7, number)

    assert sum(each) == 7
    assert max(each) - min(each) <= 1
    assert each == sorted(each, reverse=True)


def test_on_sqlite_the_lock_gives_one_instance_everything_at_once(tmp_path: Path) -> None:
    first_store, second_store = (Database(f"sqlite:///{tmp_path}/connector.db") for _ in range(2))
    first, second = (
        Leases(database, clock=FakeClock(), wanted=lambda: ACCOUNTS) for database in (first_store, second_store)
    )
    first.beat()
    second.beat()
    while_first = len(first.held()), len(second.held()), works_elsewhere(second_store)
    epoch = first._epochs[ACCOUNTS[0]]
    assert first._lock is not None
    first._lock.release()

    second.beat()

    assert while_first == (7, 0, True)
    assert second.held() == set(ACCOUNTS)
    with second_store.read() as connection:
        assert not leases.is_current(connection, first.me.id, ACCOUNTS[0], epoch)
    second.stop()
    assert not works_elsewhere(first_store)
    first_store.close()
    second_store.close()
