"""Sees to it that one process at a time works with an SQLite database.

The lock ends with the process that holds it, also when it is killed, so nothing ever waits for a lock of the dead to
expire. Exactly-once does not rest on it: it keeps two writers from getting into each other's way. On PostgreSQL several
instances share the work: `leases.py`.
"""

from pathlib import Path

from filelock import FileLock, Timeout

from connector.language import gettext as _
from connector.store.database import Database

_NAME = "default"
"""The name that the lock has always had, so that services of all versions keep out of each other's way."""


class LockError(Exception):
    """Nobody can take the lock. The text is a sentence with the remedy."""


def instance_lock(database: Database) -> "InstanceLock | None":
    """The lock of whoever fetches and writes for the shops of this database; None on PostgreSQL."""
    return None if database.path is None else lock_beside(database.path)


def lock_beside(path: Path) -> "InstanceLock":
    """The same for an SQLite database of this name, which need not be there."""
    return InstanceLock(path.with_name(f"{path.name}.{_NAME}.lock"))


class InstanceLock:
    """A lock on a file beside the database; the system frees it when the process ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(path, mode=0o600, thread_local=False)

    def acquire(self) -> bool:
        """Takes the lock if it is free; True if this process holds it now. Raises LockError."""
        if self._lock.is_locked:
            return True
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        except OSError as error:
            raise LockError(
                _(
                    "The lock file {lock_file} can't be opened ({value}), so nothing is fetched and "
                    "written. It may belong to another user, who has started the service once: give the "
                    "folder with all its files to the user that runs the service."
                ).format(lock_file=self._lock.lock_file, value=error.strerror or type(error).__name__)
            ) from None
        return True

    def release(self) -> None:
        self._lock.release()
