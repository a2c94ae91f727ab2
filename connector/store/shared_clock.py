"""The time that all instances on one database agree on: the database's, whatever their machines' clocks say.

What one of them stores as due now is due now for the others, and what one of them was kept from until a moment keeps
the others until the same moment. Between two looks at the database's clock the machine's goes on, the one that is never
set.
"""

from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from connector.clock import Clock, SystemClock
from connector.store.database import Database
from connector.store.leases import database_now


class SharedClock:
    """The database's clock as it was last told. Safe to use from several threads."""

    def __init__(self, now: datetime, own: Clock) -> None:
        self._own = own
        self._told = now, own.elapsed()

    def set(self, now: datetime) -> None:
        """Is told the time that the database has just said."""
        self._told = now, self._own.elapsed()

    def now(self) -> datetime:
        at, elapsed = self._told
        return at + timedelta(seconds=self._own.elapsed() - elapsed)

    def elapsed(self) -> float:
        return self._own.elapsed()


def clock_of(database: Database, own: Clock | None = None) -> Clock:
    """The clock for whoever works on this database. SQLite's is on this machine, and so has this machine's time."""
    own = own or SystemClock()
    if database.is_sqlite:
        return own
    try:
        with database.read() as connection:
            return SharedClock(database_now(connection), own)
    except SQLAlchemyError:
        return SharedClock(own.now(), own)  # The first renewal of the lease tells it better.
