"""Files with secrets in them: whether other users of the machine can read them."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from connector.findings import Finding
from connector.settings import ENV_FILE, Settings
from connector.sheets.credentials import key_file

_NAME = "files"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_files(settings: Settings, database: Path | None) -> Iterator[Finding]:
    """A warning for each that is open to others. Says nothing where all is well or the system has no such rights."""
    if lies_open(Path(ENV_FILE)):
        yield _warning(f"Other users of this machine can read {ENV_FILE}, and secrets stand in it.", ENV_FILE)
    key = key_file(settings.google_credentials)
    if key is not None and lies_open(key):
        yield _warning(f"Other users of this machine can read the key file {key}.", str(key))
    if database is not None and lies_open(database):
        sentence = f"Other users of this machine can read {database}, and customers' numbers and orders stand in it."
        yield _warning(sentence, f"{database}*")


def lies_open(path: Path) -> bool:
    """Whether it is ours and others can read or write it. Where its folder keeps them out, they can't; what is mounted
    so that nothing there can be changed is somebody else's to guard."""
    try:
        file, folder = path.stat(), path.resolve().parent.stat()
        is_fixed = bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except (OSError, AttributeError):
        return False
    return bool(file.st_mode & _OTHERS and folder.st_mode & _OTHERS and file.st_uid == os.geteuid() and not is_fixed)


def _warning(sentence: str, path: str) -> Finding:
    return Finding.warning(_NAME, f"{sentence} Run: chmod go= {path}")
