"""Opens the store: SQLite by default, PostgreSQL where several instances share the work.

The system lets a process go on with a file that has no name any more. An order that is stored there is answered with
200 and gone with the process.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL

from connector.language import gettext as _
from connector.log import Redactor, database_secrets
from connector.observer import Observer
from connector.store.commit import Committed, GroupCommit, MicroBatch, StoreReplacedError
from connector.store.database_url import read_url
from connector.store.postgresql import Reach, Watch, options, prepare
from connector.store.schema import NewerSchemaError, migrate

A = TypeVar("A")
T = TypeVar("T")
_POSTGRESQL_PORT = 5432
_CONNECTIONS, _MORE = 5, 20
"""Connections that stay open, and how many more there may be."""
_FREE_WITHIN = 10
"""Seconds within which one of them must come free."""
_ONE_VIEW = "REPEATABLE READ"


class SameFile:
    """The file as it was when it was opened, told by its device and its number there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = _identity(path)

    def check(self) -> None:
        """Raises StoreReplacedError where another file, or none, stands under the name now."""
        now = _identity(self._path)
        if now != self._opened:
            what = _("removed") if now is None else _("replaced")
            raise StoreReplacedError(
                _(
                    "The database {path} was {what} while the service ran, so nothing can be stored. "
                    "Stop the service, put the file that is to be used in its place (without one it "
                    "begins with an empty database), and start it again."
                ).format(path=self._path, what=what)
            )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class StoreError(Exception):
    """The store can't be opened. The text is a sentence with the remedy and holds no password."""


class Database:
    """The open store. Safe to use from several threads."""

    def __init__(self, url: str) -> None:
        """Opens the database, creating and migrating it as needed. Raises StoreError."""
        parsed = parse_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.path = sqlite_path(parsed) if self.is_sqlite else None
        self.where = str(self.path.absolute()) if self.path else f"{parsed.host}:{parsed.port}/{parsed.database}"
        """Which database it is, without any password."""
        try:
            if self.path is not None:
                _make_private(self.path)
            # Before it is opened: whoever replaces it just then is noticed as well.
            self._file = None if self.path is None else SameFile(self.path)
            self.engine = _engine(parsed)
        except OSError as error:
            raise StoreError(_cannot_open(parsed, error)) from None
        self._reach: Reach | None = None
        self._watch: Watch | None = None
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
        else:
            self._reach, self._watch = prepare(self.engine, parsed, described(parsed))
        try:
            migrate(self.engine.execution_options(writes=True))
        except NewerSchemaError as error:
            self._dispose()
            raise StoreError(str(error)) from None
        except (sa.exc.SQLAlchemyError, ValueError) as error:
            # The last comes of a host's name that can't be one.
            self._dispose()
            raise StoreError(_cannot_open(parsed, error)) from None
        # SQLite has one view for each transaction anyway; PostgreSQL, unless it is told, one for each statement.
        self._reading = self.engine if self.is_sqlite else self.engine.execution_options(isolation_level=_ONE_VIEW)
        self._commit = GroupCommit(self.engine.execution_options(writes=True), check=self.check_file)

    def write(self, change: Callable[[Connection], T], *, of: str | None = None) -> T:
        """Makes a change and returns when it is on disk; see GroupCommit.make."""
        return self._commit.make(change, of=of)

    def write_in_micro_batch(
        self, make: MicroBatch[A, T], argument: A, committed: Committed[T] | None = None, *, of: str | None = None
    ) -> T:
        """Makes a change that others of its kind may share; returns when it is on disk. See GroupCommit."""
        return self._commit.make_in_micro_batch(make, argument, committed, of=of)

    def check_file(self) -> None:
        """Raises StoreReplacedError where the database's file is not the one any more that was opened."""
        if self._file is not None:
            self._file.check()

    @property
    def unreachable(self) -> str | None:
        """What is wrong while the database can't be reached, as a sentence with the remedy."""
        return None if self._reach is None else self._reach.sentence

    @property
    def changes_waiting(self) -> int:
        """How many changes wait for the next commit."""
        return self._commit.waiting

    def observe(self, observer: Observer) -> None:
        """Has the observer told of each commit from now on."""
        self._commit.observer = observer

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read with: one consistent view, and no lock that a writer would wait for.

        What one statement finds, the next ones find as well: an order that moves on between two of them is not seen
        twice, and not missed.
        """
        with self._reading.connect() as connection:
            yield connection

    def close(self) -> None:
        self._commit.close()
        self._dispose()

    def _dispose(self) -> None:
        self.engine.dispose()
        if self._watch is not None:
            self._watch.end()


def parse_url(url: str) -> URL:
    """The URL with the driver that is installed here. Raises StoreError."""
    try:
        return read_url(url)
    except ValueError as error:
        raise StoreError(str(error)) from None


def described(url: URL) -> str:
    """Which database it is, without what may be secret of its address."""
    if url.get_backend_name() == "sqlite":
        return url.database or "without a file"
    host = url.host or url.query.get("host")
    if not isinstance(host, str):
        return str(url.database)
    # A host that is a folder holds the socket.
    where = f"at {host if host.startswith('/') else f'{host}:{url.port or _POSTGRESQL_PORT}'}"
    return f"{url.database} {where}" if url.database else where


def _engine(url: URL) -> sa.Engine:
    if url.get_backend_name() == "sqlite":
        return sa.create_engine(url, pool_size=_CONNECTIONS, max_overflow=_MORE)
    return sa.create_engine(
        url, pool_size=_CONNECTIONS, max_overflow=_MORE, pool_timeout=_FREE_WITHIN, connect_args=options(url)
    )


def sqlite_path(url: URL) -> Path:
    """The file of an SQLite database whose address was read by `parse_url`."""
    return Path(str(url.database))


def _make_private(path: Path) -> None:
    """Makes the file and its folder, if they aren't there, so that nobody but their owner can ever look in: orders'
    tokens and customers' numbers stand there. SQLite gives the files beside it the same rights."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


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
    redact = Redactor(database_secrets(url.render_as_string(hide_password=False))).text
    return _(
        "The database {described} can't be opened: {redact}. See that DATABASE_URL is right "
        "and that the service may write there."
    ).format(described=described(url), redact=redact(_first_line(cause)))


def _first_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
