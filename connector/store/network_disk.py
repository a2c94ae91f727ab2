"""Tells whether a file lies on a disk of the network, where SQLite can't rely on locks.

Its write-ahead log wants memory that all processes share, and its locks must hold: over NFS, CIFS and their like either
may fail, and then the database breaks or two services write at once (https://www.sqlite.org/wal.html).
"""

import re
from pathlib import Path

from connector.language import gettext as _

_MOUNTS = Path("/proc/self/mounts")
_KINDS = re.compile(
    r"nfs\d*|cifs|smb\w*|9p|afs|ceph|glusterfs|lustre|ncpfs|davfs|fuse\.(?!snapfuse|lxcfs|fuse-overlayfs)[\w.-]+"
)
"""Not all that goes through FUSE is far away, but none of it was made for databases."""
_ESCAPED = re.compile(r"\\([0-7]{3})")


def network_kind(path: Path, mounts: Path = _MOUNTS) -> str | None:
    """The kind of network disk that a file lies on, such as `nfs4`; None where it is another, or can't be known."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        place = path.resolve()
    except OSError:
        return None
    kind, longest = "", -1
    for line in lines:
        fields = line.split(" ")
        if len(fields) > 2:  # noqa: PLR2004 - device, folder, kind
            folder = Path(_ESCAPED.sub(lambda octal: chr(int(octal[1], 8)), fields[1]))
            # A later mount hides an earlier one at the same place.
            if place.is_relative_to(folder) and len(folder.parts) >= longest:
                kind, longest = fields[2], len(folder.parts)
    return kind if _KINDS.fullmatch(kind) else None


def warning(path: Path | None, mounts: Path = _MOUNTS) -> str | None:
    """A sentence with the remedy for a database that lies there; None for one that doesn't, or isn't SQLite's."""
    kind = None if path is None else network_kind(path, mounts)
    if kind is None:
        return None
    return _(
        "The database {path} lies on a disk of the network ({kind}), where SQLite can't rely "
        "on locks: it may break, and two services may write at once. Put it on a disk of "
        "this machine, or use PostgreSQL."
    ).format(path=path, kind=kind)
