"""A folder in memory, for tests that commit thousands of times and are not about the disk."""

import tempfile
from pathlib import Path

_IN_MEMORY = Path("/dev/shm")


def new_folder(prefix: str) -> Path:
    """An empty folder; in memory where the machine has a file system there."""
    return Path(tempfile.mkdtemp(prefix=prefix, dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None))
