"""Files with secrets in them."""

from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """The file is only its owner's from the first moment on."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text + "\n", encoding="utf-8")
