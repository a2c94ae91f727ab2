"""Writes a file as a whole, or not at all."""

import os
import secrets
from pathlib import Path

ONLY_OURS = 0o600


def replace_file(path: Path, content: bytes, *, mode: int = ONLY_OURS) -> None:
    """Puts the content into the file's place in one step, so that nobody ever reads half of it. Raises OSError."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, ONLY_OURS)
        with os.fdopen(file, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.chmod(mode)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
