"""What can be done to the service's database behind its back."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from connector.store.database import parse_url

_COPY = "copy"
_BESIDE = ("", "-wal", "-shm")
"""The files of an SQLite database: its name, and what is added to it."""
_ENDED = 30_000
"""Milliseconds that PostgreSQL waits for a session that it ends; without a time it only signals it."""


class Losable(Protocol):
    """A database that can be lost, and whose lock can be taken away from whoever holds it."""

    can_go_while_open: bool
    """Whether it can be copied and lost while somebody has it open."""

    def copy(self) -> None:
        """Puts a copy aside."""
        ...

    def empty(self) -> None:
        """From now on there is nothing; a new database is made by whoever opens it."""
        ...

    def put_back(self) -> None:
        """What was last put aside takes its place."""
        ...

    def take_lock_away(self) -> None:
        """Whoever works for the shops does so no more, and isn't told."""
        ...


class SqliteFile:
    """A file of SQLite's, which can be deleted and replaced at any moment."""

    can_go_while_open = True

    def __init__(self, path: Path, copies: Path) -> None:
        """`copies`: the folder for what is put aside."""
        self.path = path
        self._copy = copies / f"{path.name}.{_COPY}"

    def copy(self) -> None:
        with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(self._copy)) as target:
            source.backup(target)

    def empty(self) -> None:
        for ending in _BESIDE:
            self.path.with_name(f"{self.path.name}{ending}").unlink(missing_ok=True)

    def put_back(self) -> None:
        fresh = self.path.with_name(f"{self.path.name}.fresh")
        shutil.copyfile(self._copy, fresh)
        # With the log of the other database beside it, it would be neither the one nor the other.
        self.empty()
        fresh.replace(self.path)

    def take_lock_away(self) -> None:
        """As somebody does who takes the lock's file for something that a crash has left behind."""
        for lock in self.path.parent.glob("*.lock"):
            lock.unlink(missing_ok=True)


class PostgresDatabase:
    """A database on a PostgreSQL server on which this user may make others."""

    can_go_while_open = False

    def __init__(self, url: str) -> None:
        parsed = parse_url(url)
        self._name, self._copy = str(parsed.database), f"{parsed.database}_{_COPY}"
        self._inside = sa.create_engine(parsed, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
        beside = parsed.set(database="postgres")
        self._beside = sa.create_engine(beside, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")

    def copy(self) -> None:
        # Who was killed a moment ago may still be connected, and a database that is in use can't be copied.
        others = f"SELECT pg_terminate_backend(pid, {_ENDED}) FROM pg_stat_activity WHERE datname = '{self._name}'"
        self._run(f'DROP DATABASE IF EXISTS "{self._copy}"', others, _create(self._copy, self._name))

    def empty(self) -> None:
        self._run(f'DROP DATABASE "{self._name}" WITH (FORCE)', _create(self._name, "template1"))

    def put_back(self) -> None:
        self._run(f'DROP DATABASE "{self._name}" WITH (FORCE)', _create(self._name, self._copy))

    def take_lock_away(self) -> None:
        """As if it had not been renewed for long: that is what others see of a process that hangs."""
        with self._inside.connect() as connection:
            connection.execute(sa.text("UPDATE instances SET lease_until = 0"))

    def close(self) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{self._copy}"')

    def _run(self, *statements: str) -> None:
        with self._beside.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


def _create(name: str, template: str) -> str:
    return f'CREATE DATABASE "{name}" TEMPLATE "{template}"'


@contextmanager
def losable(url: str, copies: Path) -> Iterator[Losable]:
    """The database at this address; nothing is left of its copies afterwards but what lies in that folder."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        yield SqliteFile(Path(parsed.database or ""), copies)
        return
    database = PostgresDatabase(url)
    try:
        yield database
    finally:
        database.close()
