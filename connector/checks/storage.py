"""The database, and the disk that it is on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.checks.failure import WrongError
from connector.findings import Finding
from connector.runtime import SHOP
from connector.settings import Settings
from connector.store.database import Database, described, parse_url
from connector.store.lock import LockError, shop_lock
from connector.store.tables import pauses

_NAME = "database"
LEAST_FREE = 100 * 2**20
"""Bytes. An order takes some kilobytes; what else fills the disk is not known."""


def check_storage(database: Database, settings: Settings) -> Iterator[Finding]:
    """Writes to the database without changing anything."""
    _write(database, settings)
    _lock(database)
    yield Finding.ok(_NAME, "The database can be opened and written.")
    yield from check_disk(database.path)


def check_disk(path: Path | None) -> Iterator[Finding]:
    """How much room the disk has that holds an SQLite file; nothing for a database elsewhere."""
    if path is None:
        return
    try:
        free = shutil.disk_usage(path.parent).free
    except OSError as error:
        raise WrongError(
            f"The folder that holds {path} can't be looked at ({error.strerror}). See that it is still there."
        ) from None
    if free < LEAST_FREE:
        yield Finding.warning(
            _NAME,
            f"The disk that holds {path} has only {free // 2**20} MiB left. Make room on it: once it is full, no "
            "order can be stored.",
        )
    else:
        yield Finding.ok(_NAME, f"The disk has room: {_size(free)} are free.")


def _write(database: Database, settings: Settings) -> None:
    def nothing(connection: Connection) -> None:
        connection.execute(sa.update(pauses).where(sa.false()).values(failures=0))

    try:
        database.write(nothing)
    except sa.exc.SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")
        raise WrongError(
            f"The database {described(parse_url(settings.database_url))} can be read but not written: {cause}. "
            "See that the service may write the file and its folder, or to the tables."
        ) from None


def _lock(database: Database) -> None:
    """Whether the service could take its lock; one that has it already is as good."""
    lock = shop_lock(database, SHOP)
    try:
        if lock.acquire():
            lock.release()
    except LockError as error:
        raise WrongError(str(error)) from None


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count // 2**20} MiB"
