"""Copies an SQLite database while the service works on it.

SQLite's online backup reads the whole within one transaction: the copy is of one moment, whatever is written meanwhile,
and nobody waits for it.
"""

import os
import secrets
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import sqlalchemy as sa

from connector.files import ONLY_OURS
from connector.store.tables import orders

_BESIDE = ("", "-wal", "-shm", "-journal")
"""The files of an SQLite database: its name, and what is added to it."""
_PATIENCE = 15.0
"""Seconds that others may hold the file for."""


class CopyError(Exception):
    """The database can't be copied, or put back. The text is a sentence with the remedy."""


def back_up(database: Path, target: Path) -> int:
    """Puts a copy into the target's place, as a whole or not at all; how many orders it holds. Raises CopyError.

    The database is left as it is, whichever version has written it.
    """
    if not database.exists():
        raise CopyError(f"There is no database {database} yet, so there is nothing to copy.")
    if is_same(database, target):
        raise CopyError(f"{target} is the database itself. Name another file.")
    draft = new_draft(target)
    try:
        with closing(_open(database)) as source, closing(sqlite3.connect(draft, isolation_level=None)) as copy:
            source.backup(copy)
            count = check(copy, database)
            as_one_file(copy)
        put(draft, target)
    except (OSError, sqlite3.Error) as error:
        raise CopyError(f"{database} could not be copied to {target}: {reason(error)}. Nothing was changed.") from None
    finally:
        remove(draft)
    return count


def check(connection: sqlite3.Connection, named: Path) -> int:
    """How many orders the database holds. Raises CopyError where it is damaged, or not the connector's."""
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise CopyError(f"{named} is damaged ({found.splitlines()[0]}). Use an older backup.")
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"alembic_version", "batches", orders.name} <= tables:
        raise CopyError(f"{named} is no database of the connector. Name the file that `backup` has made.")
    count: int = connection.execute(str(sa.select(sa.func.count()).select_from(orders))).fetchone()[0]
    return count


def as_one_file(connection: sqlite3.Connection) -> None:
    """Takes into the file what stands beside it. Raises sqlite3.OperationalError while others have it open."""
    connection.execute("PRAGMA journal_mode = DELETE")


def new_draft(target: Path) -> Path:
    """An empty file beside the target that nobody but its owner can read. Raises CopyError."""
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.new")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, ONLY_OURS))
    except OSError as error:
        raise CopyError(
            f"Nothing can be written in the folder {target.parent}: {reason(error)}. See that it is there, and whose "
            "it is."
        ) from None
    return draft


def put(draft: Path, target: Path) -> None:
    """Gives the file its name once it is on disk. Raises OSError."""
    to_disk(draft)
    draft.replace(target)
    to_disk(target.parent)


def to_disk(path: Path) -> None:
    """Returns when a file, or what a folder says of its files, is on disk. Raises OSError."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def remove(path: Path) -> None:
    """Removes what is left of a database that is not needed."""
    for name in files_of(path):
        with suppress(OSError):
            name.unlink(missing_ok=True)


def files_of(path: Path) -> list[Path]:
    """The files that may belong to the database of this name."""
    return [path.with_name(f"{path.name}{ending}") for ending in _BESIDE]


def is_same(one: Path, other: Path) -> bool:
    """Whether both names lead to one file, or one of them is a part of the other's database."""
    if other.absolute() in {each.absolute() for each in files_of(one)}:
        return True
    try:
        return one.samefile(other)
    except OSError:
        return False


def reason(error: Exception) -> str:
    """Why, for the end of a sentence."""
    text = error.strerror if isinstance(error, OSError) else str(error)
    return (text or type(error).__name__).rstrip(".")


def _open(path: Path) -> sqlite3.Connection:
    """Opens a file that is there; it is not made, and not migrated."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_PATIENCE)
