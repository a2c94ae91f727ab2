"""Sees to it that one process at a time fetches and writes for a shop.

Both locks end with the process that holds them, also when it is killed, so nothing ever waits for a lock of
the dead to expire. Exactly-once does not rest on them: they keep two writers from getting into each other's way.
"""

import zlib
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy import Connection

from connector.store.database import Database


class LockError(Exception):
    """Nobody can take the lock. The text is a sentence with the remedy."""


class Lock(Protocol):
    def acquire(self) -> bool:
        """Takes the lock if it is free; True if this process holds it now. Raises LockError."""
        ...

    def release(self) -> None: ...


_SERVICE = "default"
"""The name that the lock has always had, so that services of all versions keep out of each other's way."""


def service_lock(database: Database) -> Lock:
    """The lock of whoever fetches and writes for the shops of this database."""
    return shop_lock(database, _SERVICE)


def shop_lock(database: Database, shop: str) -> Lock:
    """The lock with this name in this database."""
    if database.path is not None:
        return _FileLock(database.path.with_name(f"{database.path.name}.{shop}.lock"))
    return _AdvisoryLock(database.engine, shop)


class _FileLock:
    """A lock on a file beside the database; the system frees it when the process ends."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path, mode=0o600, thread_local=False)

    def acquire(self) -> bool:
        if self._lock.is_locked:
            return True
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        except OSError as error:
            raise LockError(
                f"The lock file {self._lock.lock_file} can't be opened ({error.strerror or type(error).__name__}), so "
                "nothing is fetched and written. It may belong to another user, who has started the service once: give "
                "the folder with all its files to the user that runs the service."
            ) from None
        return True

    def release(self) -> None:
        self._lock.release()


class _AdvisoryLock:
    """PostgreSQL's advisory lock, held by a connection of its own for as long as the process lives."""

    def __init__(self, engine: sa.Engine, shop: str) -> None:
        self._engine = engine
        self._key = zlib.crc32(f"connector:{shop}".encode())
        self._connection: Connection | None = None

    def acquire(self) -> bool:
        try:
            if self._connection is not None:
                self._connection.execute(sa.text("SELECT 1"))  # A lost connection has lost the lock.
                return True
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        except sa.exc.DBAPIError:
            self._drop()
            return False
        if connection.execute(sa.select(sa.func.pg_try_advisory_lock(self._key))).scalar():
            self._connection = connection
            return True
        connection.close()
        return False

    def release(self) -> None:
        if self._connection is not None:
            self._connection.execute(sa.select(sa.func.pg_advisory_unlock(self._key)))
        self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
