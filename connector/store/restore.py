"""Puts a copy of an SQLite database back into its place.

The copy is older than the spreadsheet. What keeps its orders from being written twice is what any older database meets:
it reads from the sheet what stands there before it writes (`jobs/learning.py`). So it must not take for granted what it
knew, once, of the sheet and of whom it belongs to: that is forgotten here.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import URL

from connector.store import customer_texts, spreadsheets
from connector.store.backup import (
    CopyError,
    as_one_file,
    check,
    files_of,
    is_same,
    new_draft,
    put,
    reason,
    remove,
    to_disk,
)
from connector.store.database import Database, StoreError
from connector.store.fleet_tables import asks
from connector.store.lock import LockError, lock_beside
from connector.store.tables import installation, orders

_ALONE_WITHIN = 2.0
"""Seconds in which others may let go of the database that is to be replaced."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds."""

    orders: int
    newest: datetime | None
    """When its latest order came in; where it has none, when it was begun."""


class Restored:
    """A copy that is ready to be put into the database's place, which nobody works on meanwhile."""

    def __init__(self, draft: Path, place: Path, contents: Contents) -> None:
        self._draft = draft
        self._place = place
        self.contents = contents

    def put_in_place(self, *, now: datetime) -> Path | None:
        """The former database's new name; None where there was none. Raises CopyError, and then nothing was changed.

        May die anywhere: under the database's name stands the former one or the copy, each of them whole. (A former
        one that is too damaged to be opened may be gone from there already.)
        """
        place = self._place
        try:
            as_whose(place if place.exists() else place.parent, self._draft)
            to_disk(self._draft)  # Before anything is touched: what follows takes no longer than two names.
            if not place.exists():
                put(self._draft, place)
                return None
            aside = _new_name(place, now)
            if _is_alone(place):
                _link_or_move(place, aside)
            else:
                # The log goes first: a database whose log is gone is the older one, and never the copy with its log.
                for part, name in reversed(list(zip(files_of(place), files_of(aside), strict=True))):
                    with suppress(FileNotFoundError):
                        part.rename(name)
            put(self._draft, place)
        except OSError as error:
            raise CopyError(
                f"{place} could not be replaced: {reason(error)}. See that its folder may be written."
            ) from None
        return aside


@contextmanager
def ready_to_restore(backup: Path, place: Path, url: URL) -> Iterator[Restored]:
    """A checked copy of the backup, brought up to date, with the lock of whoever works on the database held.

    The backup itself is left as it is. Raises CopyError, StoreError for a backup of a newer version.
    """
    if not backup.is_file():
        raise CopyError(f"There is no file {backup}.")
    if is_same(place, backup):
        raise CopyError(f"{backup} is the database itself. Name the backup.")
    with _nobody_works_on(place):
        draft = new_draft(place)
        try:
            _copy(backup, draft)
            yield Restored(draft, place, _brought_up_to_date(draft, url))
        finally:
            remove(draft)


@contextmanager
def _nobody_works_on(place: Path) -> Iterator[None]:
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = lock_beside(place)
        is_ours = lock.acquire()
        as_whose(place if place.exists() else place.parent, lock.path)
    except (LockError, OSError) as error:
        text = str(error) if isinstance(error, LockError) else f"{place.parent} can't be used: {reason(error)}."
        raise CopyError(text) from None
    if not is_ours:
        raise CopyError(f"A service is running on {place}. Stop it first; nothing was changed.")
    try:
        yield
    finally:
        lock.release()


def _copy(backup: Path, draft: Path) -> None:
    """With the log beside it, as the copied folder of a service that was stopped may have one. SQLite is not asked to
    do it: it would have to write into the backup's folder."""
    try:
        for part, name in zip(files_of(backup), files_of(draft), strict=True):
            if part.exists() and not name.name.endswith("-shm"):
                shutil.copyfile(part, name)
        with closing(sqlite3.connect(draft, isolation_level=None)) as copy:
            check(copy, backup)
    except sqlite3.OperationalError as error:
        raise CopyError(f"{backup} can't be read: {reason(error)}.") from None
    except sqlite3.DatabaseError as error:
        raise CopyError(f"{backup} is no backup, or is damaged: {reason(error)}. Use another one.") from None
    except OSError as error:
        raise CopyError(f"{backup} could not be copied beside the database: {reason(error)}.") from None


def _brought_up_to_date(draft: Path, url: URL) -> Contents:
    try:
        database = Database(url.set(database=str(draft)).render_as_string(hide_password=False))
    except StoreError as error:
        raise CopyError(str(error)) from None
    try:
        contents = database.write(_forget)
    finally:
        database.close()
    with closing(sqlite3.connect(draft, isolation_level=None)) as copy:
        as_one_file(copy)
    return contents


def _forget(connection: Connection) -> Contents:
    """What the copy can't know any more: who holds the spreadsheets and what they show, and who asked for what."""
    spreadsheets.forget(connection)
    customer_texts.forget(connection)
    connection.execute(sa.delete(asks))
    count, newest = connection.execute(sa.select(sa.func.count(), sa.func.max(orders.c.stored_at))).one()
    return Contents(count, newest or connection.execute(sa.select(sa.func.max(installation.c.created_at))).scalar())


def _is_alone(place: Path) -> bool:
    """Whether the database is one file now, and nobody has it open; False: it is too damaged to tell. Raises CopyError
    where somebody has."""
    try:
        with closing(sqlite3.connect(place, isolation_level=None, timeout=_ALONE_WITHIN)) as former:
            as_one_file(former)
    except sqlite3.OperationalError as error:
        raise CopyError(
            f"{place} is in use ({reason(error)}). Stop the service and all other programs that have it open; nothing "
            "was changed."
        ) from None
    except sqlite3.DatabaseError:
        return False
    return True


def _link_or_move(place: Path, aside: Path) -> None:
    """A second name, so that the first one is never without a database; where the disk has no such names, a move."""
    try:
        os.link(place, aside)
    except OSError:
        place.rename(aside)
    to_disk(place.parent)


def _new_name(place: Path, now: datetime) -> Path:
    name = f"{place.name}.before-restore-{now:%Y-%m-%d-%H%M%S}"
    names = [place.with_name(name), *(place.with_name(f"{name}-{count}") for count in range(2, 100))]
    return next(free for free in names if not free.exists())


def as_whose(model: Path, path: Path) -> None:
    """Gives a file that root has made to whoever the model belongs to: the service may run as another user."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        owner = model.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
