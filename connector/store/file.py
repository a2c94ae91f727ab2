"""Notices that the database's file was removed or replaced while it was open.

The system lets a process go on with a file that has no name any more. An order that is stored there is answered with
200 and gone with the process.
"""

from pathlib import Path

from connector.store.commit import StoreReplacedError


class SameFile:
    """The file as it was when it was opened, told by its device and its number there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = _identity(path)

    def check(self) -> None:
        """Raises StoreReplacedError where another file, or none, stands under the name now."""
        now = _identity(self._path)
        if now != self._opened:
            what = "removed" if now is None else "replaced"
            raise StoreReplacedError(
                f"The database {self._path} was {what} while the service ran, so nothing can be stored. Stop the "
                "service, put the file that is to be used in its place (without one it begins with an empty database), "
                "and start it again."
            )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
