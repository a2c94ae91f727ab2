"""What one instance called Google for counts for the one that takes the account over."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from connector.jobs.leases import Leases
from connector.jobs.ledger import Ledger, NotOursError, count_others
from connector.sheets.account import GoogleAccount
from connector.sheets.budget import Budget
from connector.sheets.client import SheetsApi
from connector.sheets.quota import Quota
from connector.store.database import Database
from tests.clock import FakeClock

EMAIL = "orders@project.example"


class Api:
    """As much of a client as an account's address takes."""

    account = EMAIL


class Instance:
    """One process with the account, as far as its budget goes."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.budget = Budget(clock.elapsed)
        api: SheetsApi = Api()  # type: ignore[assignment]
        self.account = GoogleAccount("default", api, self.budget)
        self.leases = Leases(database, clock=clock, wanted=lambda: {EMAIL})
        self.leases.on_gain(count_others(database, self.leases, clock, lambda: {EMAIL: self.budget}))
        self.ledger = Ledger(database, self.leases, clock=clock)

    @contextmanager
    def turn(self, reads: int, writes: int) -> Iterator[None]:
        hold = self.budget.take(reads, writes)
        assert hold is not None
        with hold, self.ledger.noted(self.account, (reads, writes), hold):
            yield

    def makes(self, reads: int, writes: int) -> None:
        for quota, number in ((Quota.READ, reads), (Quota.WRITE, writes)):
            for _ in range(number):
                self.budget.count(quota)


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url)
    yield database
    database.close()


def test_the_next_owner_has_what_the_one_before_left_of_the_minute(database: Database, clock: FakeClock) -> None:
    """Of a turn that was cut off, all that it may have called; of one that ended, what it called."""
    first = Instance(database, clock)
    first.leases.beat()
    with first.turn(reads=20, writes=20):
        first.makes(reads=10, writes=3)
    cut_off = first.turn(reads=6, writes=1)
    cut_off.__enter__()
    clock.advance(30)
    first.leases.stop()
    second = Instance(database, clock)

    second.leases.beat()

    assert second.leases.held() == {EMAIL}
    assert [second.budget.may_begin(reads, 0) for reads in (40, 41)] == [0, 30]
    assert [second.budget.may_begin(0, writes) for writes in (52, 53, 56)] == [0, 30, 60]


def test_a_turn_begins_only_while_the_account_is_the_instances(database: Database, clock: FakeClock) -> None:
    first, second = Instance(database, clock), Instance(database, clock)
    first.leases.beat()
    first.leases.stop()
    second.leases.beat()

    with pytest.raises(NotOursError), first.turn(reads=1, writes=1):
        pytest.fail("It has begun.")

    with second.turn(reads=1, writes=1):
        second.makes(reads=1, writes=1)
    assert [second.budget.used(quota) for quota in Quota] == [1, 1]
