"""Whether an SQLite database lies on a disk that it can rely on.

- Over a network it can't rely on locks. Its write-ahead log wants memory that all processes share, and its locks must
  hold: over NFS, CIFS and their like either may fail, and then the database breaks or two services write at once
  (https://www.sqlite.org/wal.html).
- On hosting platforms what a container writes is gone with it, at each deploy and restart, unless a disk is mounted
  there.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from connector.findings import Finding
from connector.language import gettext as _

_NAME = "database"
_MOUNTS = Path("/proc/self/mounts")
"""What the system says of its mounted disks."""
_ESCAPED = re.compile(r"\\([0-7]{3})")
_OF_THE_NETWORK = re.compile(
    r"nfs\d*|cifs|smb\w*|9p|afs|ceph|glusterfs|lustre|ncpfs|davfs|fuse\.(?!snapfuse|lxcfs|fuse-overlayfs)[\w.-]+"
)
"""Not all that goes through FUSE is far away, but none of it was made for databases."""
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_PLATFORMS = {
    "RENDER": "Render",
    "FLY_APP_NAME": "Fly.io",
    "RAILWAY_ENVIRONMENT": "Railway",
    "RAILWAY_ENVIRONMENT_NAME": "Railway",
    "DYNO": "Heroku",
    "K_SERVICE": "Google Cloud Run",
    "GAE_APPLICATION": "Google App Engine",
    "KOYEB_APP_NAME": "Koyeb",
}
"""What each of them sets in the environment of whatever it runs."""


class _Mounted(NamedTuple):
    """A disk that is mounted."""

    folder: Path
    kind: str
    """Of its file system."""


def check_that_disk_lasts(
    path: Path | None, environment: Mapping[str, str] = os.environ, mounts: Path = _MOUNTS
) -> Iterator[Finding]:
    """A warning where it does not. Says nothing of a database elsewhere, and where it can't be known."""
    platform = next((title for name, title in _PLATFORMS.items() if environment.get(name)), None)
    if path is None or platform is None:
        return
    disk = _disk_of(path, mounts)
    if disk is None or (disk.folder != Path(disk.folder.anchor) and disk.kind not in _IN_MEMORY):
        return
    yield Finding.warning(
        _NAME,
        _(
            "The database {path} lies on a disk that {platform} empties at each deploy, and orders that are not yet in "
            "the sheet go with it. Mount a lasting disk (a volume) and let DATABASE_URL lead there, or use PostgreSQL."
        ).format(path=path, platform=platform),
    )


def network_warning(path: Path | None, mounts: Path = _MOUNTS) -> str | None:
    """A sentence with the remedy for a database on a disk of the network; None for another, or one that isn't
    SQLite's."""
    kind = None if path is None else network_kind(path, mounts)
    if kind is None:
        return None
    return _(
        "The database {path} lies on a disk of the network ({kind}), where SQLite can't rely "
        "on locks: it may break, and two services may write at once. Put it on a disk of "
        "this machine, or use PostgreSQL."
    ).format(path=path, kind=kind)


def network_kind(path: Path, mounts: Path = _MOUNTS) -> str | None:
    """The kind of network disk that a file lies on, such as `nfs4`; None where it is another, or can't be known."""
    disk = _disk_of(path, mounts)
    return disk.kind if disk is not None and _OF_THE_NETWORK.fullmatch(disk.kind) else None


def _disk_of(path: Path, mounts: Path) -> _Mounted | None:
    """The disk that a file lies on; None on systems that don't say."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        place = path.resolve()
    except OSError:
        return None
    fields = (line.split(" ") for line in lines)
    disks = (_Mounted(_unescaped(found[1]), found[2]) for found in fields if len(found) > 2)  # noqa: PLR2004 - device, folder, kind
    holding = [disk for disk in disks if place.is_relative_to(disk.folder)]
    # A later mount hides an earlier one at the same place.
    return max(reversed(holding), key=lambda disk: len(disk.folder.parts), default=None)


def _unescaped(folder: str) -> Path:
    return Path(_ESCAPED.sub(lambda octal: chr(int(octal[1], 8)), folder))
