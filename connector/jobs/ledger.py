"""Keeps account in the store of what is called of Google, for whoever takes an account over.

Google counts the calls of an account, whoever makes them. So a turn is noted before its first call, bound to the epoch
of the account: once another instance has the account, either it finds the turn noted, or the turn does not begin. Where
only one instance can work, on SQLite, nothing is noted: a start counts the batches of the last minute.
"""

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection

from connector.clock import Clock
from connector.jobs.leases import Leases
from connector.log import get_logger
from connector.sheets.account import GoogleAccount
from connector.sheets.budget import Budget, Reservation
from connector.sheets.quota import WINDOW, Quota
from connector.store import turns
from connector.store.database import Database

log = get_logger(__name__)


class NotOursError(Exception):
    """Another instance has the account now, so this turn does not begin."""


class Ledger:
    """The turns of this instance. Safe to use from several threads."""

    def __init__(self, database: Database, leases: Leases, *, clock: Clock) -> None:
        self._database = database
        self._leases = leases
        self._clock = clock

    @contextmanager
    def noted(self, account: GoogleAccount, calls: tuple[int, int], reservation: Reservation | None) -> Iterator[None]:
        """Within it a turn may call Google. Raises, and nothing is called, where that can't be noted."""
        if self._database.is_sqlite:
            yield
            return
        turn_id, (reads, writes) = uuid.uuid4().hex, calls

        def begin(connection: Connection) -> bool:
            if not self._leases.confirm(connection, account.email):
                return False
            turns.begin(
                connection,
                turn_id,
                self._leases.me.id,
                account.email,
                reads=reads,
                writes=writes,
                now=self._clock.now(),
            )
            return True

        if not self._database.write(begin):
            raise NotOursError
        try:
            yield
        finally:
            made = calls if reservation is None else (reservation.made[Quota.READ], reservation.made[Quota.WRITE])
            self._end(turn_id, *made)

    def _end(self, turn_id: str, reads: int, writes: int) -> None:
        def end(connection: Connection) -> None:
            turns.end(connection, turn_id, reads=reads, writes=writes, now=self._clock.now())

        try:
            self._database.write(end)
        except Exception as error:  # noqa: BLE001 - it stays noted with what was expected of it
            log.debug("turn.end_not_noted", reason=type(error).__name__)


def count_others(
    database: Database, leases: Leases, clock: Clock, budgets: Callable[[], Mapping[str, Budget]]
) -> Callable[[Collection[str]], None]:
    """Counts against the budgets of accounts, from now on this instance's, what others called in the last minute. What
    was cut off counts as if it were called right now: that is the latest it can have been."""

    def count(accounts: Collection[str]) -> None:
        now = clock.now()
        since = now - timedelta(seconds=WINDOW)
        with database.read() as connection:
            found = turns.of_others(connection, leases.me.id, accounts, since=since)
        known = budgets()
        for turn in found:
            if (budget := known.get(turn.account)) is None:
                continue
            ago = 0.0 if turn.ended_at is None else max((now - turn.ended_at).total_seconds(), 0.0)
            for quota, number in ((Quota.READ, turn.reads), (Quota.WRITE, turn.writes)):
                for _ in range(number):
                    budget.count_earlier(quota, ago=ago)

    return count
