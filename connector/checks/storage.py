"""The database, the disk that it is on, and the orders in it: whether all are in the sheet, and their prices."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.checks.disk import check_that_disk_lasts, network_warning
from connector.checks.failure import WrongError
from connector.findings import Finding
from connector.jobs.faults import first_line
from connector.jobs.limits import LIMITS_LAST
from connector.jobs.reasons import is_late, reasons
from connector.language import gettext as _
from connector.price_scale import habit
from connector.problems import NamedProblem, Severity
from connector.settings import Settings
from connector.store import orders as stored
from connector.store.database import Database, described, parse_url
from connector.store.lock import LockError, instance_lock
from connector.store.shared_clock import clock_of
from connector.store.spreadsheets import Limit, get_limits
from connector.store.standing import Standing, read_standing
from connector.store.tables import pauses

_NAME = "database"
LEAST_FREE = 100 * 2**20
"""Bytes. An order takes some kilobytes; what else fills the disk is not known."""
_ORDERS = "orders"
_LATEST = 50


def check_storage(database: Database, settings: Settings) -> Iterator[Finding]:
    """Writes to the database without changing anything."""
    check_writable(database, settings)
    _lock(database)
    yield Finding.ok(_NAME, _("The database can be opened and written."))
    far = network_warning(database.path)
    if far is not None:
        yield Finding.warning(_NAME, far)
    yield from check_disk(database.path)
    yield from check_that_disk_lasts(database.path)


def check_disk(path: Path | None) -> Iterator[Finding]:
    """How much room the disk has that holds an SQLite file; nothing for a database elsewhere."""
    if path is None:
        return
    try:
        free = shutil.disk_usage(path.parent).free
    except OSError as error:
        raise WrongError(
            _("The folder that holds {path} can't be looked at ({strerror}). See that it is still there.").format(
                path=path, strerror=error.strerror
            )
        ) from None
    if free < LEAST_FREE:
        yield Finding.warning(
            _NAME,
            _(
                "The disk that holds {path} has only {free} MiB left. Make room on it: once it is "
                "full, no order can be stored."
            ).format(path=path, free=free // 2**20),
        )
    else:
        yield Finding.ok(_NAME, _("The disk has room: {size} are free.").format(size=_size(free)))


def check_writable(database: Database, settings: Settings) -> None:
    """Raises WrongError where nothing can be written."""

    def nothing(connection: Connection) -> None:
        connection.execute(sa.update(pauses).where(sa.false()).values(failures=0))

    try:
        database.write(nothing)
    except sa.exc.SQLAlchemyError as error:
        cause = first_line(getattr(error, "orig", None) or error)
        raise WrongError(
            _(
                "The database {described} can be read but not written: {cause}. See that the service "
                "may write the file and its folder, or to the tables."
            ).format(described=described(parse_url(settings.database_url)), cause=cause)
        ) from None


def _lock(database: Database) -> None:
    """Whether the service could take its lock; one that has it already is as good."""
    lock = instance_lock(database)
    try:
        if lock is not None and lock.acquire():
            lock.release()
    except LockError as error:
        raise WrongError(str(error)) from None


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count // 2**20} MiB"


def check_orders(database: Database, spreadsheet_id: str, *, shop: str) -> Iterator[Finding]:
    """What the store tells. Asks nobody, and so knows nothing of what the running service keeps in memory."""
    now = clock_of(database).now()
    with database.read() as connection:
        standing = read_standing(connection, shop)
        limits = get_limits(connection, spreadsheet_id, since=now - LIMITS_LAST)
    wrong = [_finding(problem) for problem in _that_count(standing, now)]
    yield from wrong
    if not wrong:
        yield Finding.ok(_ORDERS, _("Every order that came in is in the sheet, or on its way there."))
    if any(limit.what is Limit.FORMATS for limit in limits):
        yield Finding.ok(
            _ORDERS,
            _(
                "Google refused formats in the connector's tabs, as it does in a table whose columns "
                "have types. So rows go in with their values alone: without formats, links and "
                "notes. Once a day it is tried with them."
            ),
        )


def _that_count(standing: Standing, now: datetime) -> list[NamedProblem]:
    """What a part said at its last try is left out where nothing waits for it: it may have been mended since."""
    waits = is_late(standing, now)
    return [problem for problem in reasons(standing, (), now) if waits or problem.key not in standing.breakers]


def _finding(problem: NamedProblem) -> Finding:
    make = Finding.problem if problem.severity is Severity.PROBLEM else Finding.warning
    return make(_ORDERS, problem.sentence)


def check_prices(database: Database, settings: Settings, *, shop: str) -> Iterator[Finding]:
    """Says nothing where all is well, and where ITEM_PRICE_DIVISOR was set: then somebody has looked at the prices."""
    if settings.item_price_divisor is not None:
        return
    with database.read() as connection:
        latest = stored.latest_with_items(connection, shop, limit=_LATEST)
    sentence = habit((order.items, order.currency) for order in latest)
    if sentence is not None:
        yield Finding.warning("prices", sentence)
