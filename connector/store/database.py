"""Opens the store: SQLite by default, PostgreSQL where several instances share the work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from connector.observer import Observer
from connector.store.commit import Committed, GroupCommit, Together
from connector.store.migrate import NewerSchemaError, migrate

A = TypeVar("A")
T = TypeVar("T")

_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


class StoreError(Exception):
    """The store can't be opened. The text is a sentence with the remedy and holds no password."""


class Database:
    """The open store. Safe to use from several threads."""

    def __init__(self, url: str, *, has_threads: bool = True) -> None:
        """Opens the database, creating and migrating it as needed. Raises StoreError.

        `has_threads`: whether the process has any already. One that has none is spared what migrating leaves in memory.
        """
        parsed = parse_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.path = _sqlite_path(parsed) if self.is_sqlite else None
        try:
            if self.path is not None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            self.engine = sa.create_engine(parsed, pool_size=5, max_overflow=20, pool_pre_ping=not self.is_sqlite)
        except OSError as error:
            raise StoreError(_cannot_open(parsed, error)) from None
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
        try:
            migrate(self.engine.execution_options(writes=True), may_fork=not has_threads)
        except NewerSchemaError:
            self.engine.dispose()
            raise StoreError(
                "The database was written by a newer version of the connector. "
                "Install that version again, or go back to the backup made before the upgrade."
            ) from None
        except sa.exc.SQLAlchemyError as error:
            self.engine.dispose()
            raise StoreError(_cannot_open(parsed, error)) from None
        self._commit = GroupCommit(self.engine.execution_options(writes=True))

    def write(self, change: Callable[[Connection], T]) -> T:
        """Makes a change and returns when it is on disk; see GroupCommit.make."""
        return self._commit.make(change)

    def write_together(self, make: Together[A, T], argument: A, committed: Committed[T] | None = None) -> T:
        """Makes a change that others of its kind may share; returns when it is on disk. See GroupCommit."""
        return self._commit.make_together(make, argument, committed)

    @property
    def changes_waiting(self) -> int:
        """How many changes wait for the next commit."""
        return self._commit.waiting

    def observe(self, observer: Observer) -> None:
        """Has the observer told of each commit from now on."""
        self._commit.observer = observer

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read with: one consistent view, and no lock that a writer would wait for."""
        with self.engine.connect() as connection:
            yield connection

    def close(self) -> None:
        self._commit.close()
        self.engine.dispose()


def parse_url(url: str) -> URL:
    """The URL with the driver that is installed here. Raises StoreError."""
    try:
        parsed = make_url(url)
        return parsed.set(drivername=_DRIVERS[parsed.get_backend_name()])
    except (ArgumentError, KeyError):
        raise StoreError(
            "DATABASE_URL is not the address of an SQLite or PostgreSQL database. "
            "Write it as sqlite:///data/connector.db or postgresql://USER:PASSWORD@HOST/NAME."
        ) from None


def _sqlite_path(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise StoreError("DATABASE_URL names no file, so orders would be lost. Use sqlite:///data/connector.db.")
    return Path(url.database)


def _prepare_sqlite(engine: sa.Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # Transactions are begun below, not by the driver's guess.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # A commit is on disk before anybody is answered.
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA busy_timeout=15000")  # Another process (the command line) may be writing.

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        # A change takes the write lock at once: waiting for it halfway could fail instead of wait.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def _cannot_open(url: URL, error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return (
        f"The database {url.render_as_string(hide_password=True)} can't be opened: {_first_line(cause)}. "
        "See that DATABASE_URL is right and that the service may write there."
    )


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
