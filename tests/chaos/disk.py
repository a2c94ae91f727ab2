"""A disk for the database that the run can fill."""

import os
import resource
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

_BALLAST = "ballast"
_TRIES = 5


class Disk(Protocol):
    """Where the database lives."""

    says: str
    """What it is, for the report."""
    folder: Path

    def fill(self, pid: int | None) -> None:
        """From now on the process can't write anything more to it."""
        ...

    def free(self, pid: int | None) -> None:
        """There is room again."""
        ...


class SmallDisk:
    """A tmpfs of its own, filled with a file."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        self.says = f"a tmpfs of {megabytes} MiB that is filled up"

    def fill(self, pid: int | None) -> None:
        # Room inside the write-ahead log would let the service go on for a while, so the log is emptied first. That
        # takes some room in the database, and a moment without readers.
        for database in self.folder.glob("*.db"):
            for _ in range(_TRIES):
                self.free(pid)
                if _empty_log(database):
                    break
        self._take_all()

    def free(self, pid: int | None) -> None:  # noqa: ARG002 - as above
        (self.folder / _BALLAST).unlink(missing_ok=True)

    def _take_all(self) -> None:
        with (self.folder / _BALLAST).open("ab") as ballast:
            step = 2**20
            while step >= 512:
                try:
                    os.posix_fallocate(ballast.fileno(), ballast.seek(0, os.SEEK_END), step)
                except OSError:
                    step //= 2


def _empty_log(database: Path) -> bool:
    try:
        with closing(sqlite3.connect(database, timeout=0.5)) as connection:
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error:
        return False
    return not busy


class FileSizeLimit:
    """An ordinary folder; the system lets the process write to no place beyond the first byte of any file."""

    says = "an ordinary folder; RLIMIT_FSIZE keeps the service from writing"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, pid: int | None) -> None:
        self._limit(pid, 1)

    def free(self, pid: int | None) -> None:
        self._limit(pid, resource.RLIM_INFINITY)

    def _limit(self, pid: int | None, size: int) -> None:
        if pid is not None:
            try:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
            except ProcessLookupError:
                return


@contextmanager
def disk(folder: Path, *, megabytes: int) -> Iterator[Disk]:
    """A tmpfs where this user may mount one, else a limit on the size of files."""
    folder.mkdir()
    mounted = _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "chaos", str(folder))
    try:
        yield SmallDisk(folder, megabytes) if mounted else FileSizeLimit(folder)
    finally:
        if mounted:
            _run("umount", "--lazy", str(folder))


def _run(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=10).returncode == 0
    except OSError:
        return False
