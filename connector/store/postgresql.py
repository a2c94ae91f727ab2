"""PostgreSQL over a network: it may be gone, or hang, or be another server than a moment ago.

Nothing here rests on a session, so that PgBouncer may give each transaction another one: no statement is prepared, and
what is set is set for one transaction. The server ends what takes too long. Where the server itself hangs, it can't,
and the connection stays open: so a thread here cuts what has waited for too long. Who waited for it is told of a
failure, whether it was done or not.
"""

import math
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, Dialect, ExceptionContext
from sqlalchemy.exc import InvalidatePoolError

from connector.language import gettext as _
from connector.log import Redactor, database_secrets, get_logger
from connector.store.loss import READ_ONLY
from connector.store.schema import PATIENT

log = get_logger(__name__)

CONNECT = 5
"""Seconds that a new connection may take."""
PING = 3.0
"""Seconds that an idle connection may take to show that it is alive."""
ANSWER = 10.0
"""Seconds that the server may take for one statement, a commit included."""
_BETWEEN_TRIES = 0.5
_BETWEEN_LOOKS = 0.5
_NETWORK = {
    "connect_timeout": CONNECT,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A machine that is gone without a word is noticed as soon as one that hangs. DATABASE_URL may say otherwise."""
_LIMITS = (
    "SET LOCAL statement_timeout = '9s'; SET LOCAL lock_timeout = '5s'; "
    "SET LOCAL idle_in_transaction_session_timeout = '{idle}s'"
)
"""The last is for a process that hangs within a transaction: what it has locked must not stay locked for others."""
_WRITING = _LIMITS.format(idle=10)
_READING = _LIMITS.format(idle=60)
_LINE, _FRESH = "line", "is_fresh"


class Line:
    """What shows that the server should have answered on a connection."""

    __slots__ = ("_socket", "deadline")

    def __init__(self, number: int) -> None:
        """`number`: of the socket's file. A copy is kept, which means that very socket until `close`."""
        self._socket = socket.socket(fileno=number)
        self.deadline = math.inf

    def waits(self, seconds: float) -> None:
        """From now on the server may take so long."""
        self.deadline = time.monotonic() + seconds

    def answered(self) -> None:
        self.deadline = math.inf

    def cut(self) -> None:
        """Ends the connection for whoever waits for an answer on it."""
        self.answered()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()


class Reach:
    """Whether the server can be reached. While it can't, one at a time tries to, and everybody else fails at once."""

    def __init__(self, where: str, redact: Callable[[str], str]) -> None:
        """`where`: which database it is, for sentences."""
        self._where = where
        self._redact = redact
        self._lock = threading.Lock()
        self._since: datetime | None = None
        self._reason = ""
        self._try_at = -math.inf
        self._is_trying = False
        self._was_reached = False
        """Before that, whoever opens the database says what is wrong with it."""

    @property
    def sentence(self) -> str | None:
        """What is wrong, while the server can't be reached."""
        with self._lock:
            if self._since is None:
                return None
            return _(
                "PostgreSQL has not answered since {since:%Y-%m-%d %H:%M:%S} UTC; the log says why. "
                "What comes in is answered with 503, which has Whapi send it again; what was "
                "answered with 200 is stored. See that it runs and can be reached from here: the "
                "service goes on by itself."
            ).format(since=self._since)

    @contextmanager
    def trying(self, failure: type[Exception]) -> Iterator[None]:
        """Within it a connection is made. Raises `failure` at once where that failed a moment ago."""
        with self._lock:
            was_lost = self._since is not None
            if was_lost:
                if self._is_trying or time.monotonic() < self._try_at:
                    raise failure(self._reason)
                self._is_trying = True
        try:
            yield
        except failure as error:
            self.lost(str(error))
            raise
        finally:
            if was_lost:
                with self._lock:
                    self._is_trying = False
        self.found()

    def lost(self, reason: str) -> None:
        """The server didn't answer."""
        first = self._redact(next(iter(reason.strip().splitlines()), "no reason given").rstrip("."))
        with self._lock:
            is_new, self._reason = self._since is None and self._was_reached, first
            self._since = self._since or datetime.now(UTC)
            self._try_at = time.monotonic() + _BETWEEN_TRIES
        if is_new:
            log.error("database.lost", database=self._where, reason=first)

    def found(self) -> None:
        """The server has answered."""
        self._was_reached = True
        if self._since is None:
            return
        with self._lock:
            since, self._since = self._since, None
        if since is not None:
            log.info("database.found_again", seconds=round((datetime.now(UTC) - since).total_seconds(), 1))


class Watch:
    """A thread that cuts connections on which the server should have answered long ago."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._lines: set[Line] = set()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, line: Line) -> None:
        with self._lock:
            self._lines.add(line)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="database", daemon=True)
                self._thread.start()

    def drop(self, line: Line) -> None:
        with self._lock:
            self._lines.discard(line)
            line.close()

    def end(self) -> None:
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(_BETWEEN_LOOKS):
            now = time.monotonic()
            with self._lock:
                # Under the lock: none of them is closed while it is cut.
                late = [line for line in self._lines if line.deadline < now]
                if late:
                    # Before they are cut: whoever waits there finds it told already.
                    self._reach.lost("no answer in time")
                for line in late:
                    line.cut()


def options(url: URL) -> dict[str, Any]:
    """What a connection is made with."""
    network = {name: value for name, value in _NETWORK.items() if name not in url.query}
    return {"prepare_threshold": None, **network}


def prepare(engine: sa.Engine, url: URL, where: str) -> tuple[Reach, Watch]:
    """Has the engine's connections watched, each ping and each statement; says whether the server can be reached."""
    redact = Redactor(database_secrets(url.render_as_string(hide_password=False))).text
    reach = Reach(where, redact)
    watch = Watch(reach)
    driver = engine.dialect.loaded_dbapi

    @event.listens_for(engine, "do_connect")
    def _connect(dialect: Dialect, _record: Any, arguments: Any, named: Any) -> Any:
        with reach.trying(driver.OperationalError):
            return dialect.connect(*arguments, **named)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, record: Any) -> None:
        record.info[_LINE] = line = Line(os.dup(connection.fileno()))
        record.info[_FRESH] = True
        line.waits(ANSWER)
        watch.add(line)

    @event.listens_for(engine, "close")
    def _closed(_connection: Any, record: Any) -> None:
        if (line := record.info.pop(_LINE, None)) is not None:
            watch.drop(line)

    @event.listens_for(engine, "checkout")
    def _checked_out(connection: Any, record: Any, _proxy: Any) -> None:
        line: Line = record.info[_LINE]
        if record.info.pop(_FRESH, False):
            line.answered()
            return
        line.waits(PING)
        try:
            engine.dialect.do_ping(connection)
        except driver.Error:
            raise InvalidatePoolError from None  # The pool makes a new connection.
        finally:
            line.answered()
        reach.found()

    @event.listens_for(engine, "checkin")
    def _checked_in(_connection: Any, record: Any) -> None:
        if (line := record.info.get(_LINE)) is not None:
            line.answered()

    _watch_statements(engine)
    return reach, watch


def _watch_statements(engine: sa.Engine) -> None:
    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        settings = connection.get_execution_options()
        if not settings.get(PATIENT):
            connection.exec_driver_sql(_WRITING if settings.get("writes") else _READING)

    @event.listens_for(engine, "before_cursor_execute")
    def _asked(connection: Connection, *_: Any) -> None:
        _waits(connection)

    @event.listens_for(engine, "after_cursor_execute")
    def _answered(connection: Connection, *_: Any) -> None:
        connection.info[_LINE].answered()

    @event.listens_for(engine, "commit")
    @event.listens_for(engine, "rollback")
    def _ends(connection: Connection) -> None:
        # Until the connection is checked in, or asked for something more.
        _waits(connection)

    @event.listens_for(engine, "handle_error")
    def _failed(context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
            # The name leads to another server now; this connection would stay with the one that is no primary any more.
            context.is_disconnect = True
            context.invalidate_pool_on_disconnect = True


def _waits(connection: Connection) -> None:
    # One that is lost already has nothing to wait for, and to ask for more of it would make a new one.
    if not connection.invalidated and not connection.get_execution_options().get(PATIENT):
        connection.info[_LINE].waits(ANSWER)
