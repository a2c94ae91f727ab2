"""Reads the text of a service account's key, in each form in which people hand it over.

The key itself, in JSON; the same in quotes, with its line breaks escaped, or as base64; with a byte-order mark; in
UTF-16, as PowerShell writes it. Nothing of what was given is ever part of an error.
"""

import base64
import binascii
import json
import re
from pathlib import Path
from typing import Any

LARGEST = 64 * 1024
"""Bytes. A key has 2.3 kB."""
_LONGEST_PATH = 1024
_MARKS = "\ufeff\u200b\u2060"
_BASE64 = re.compile(r"[A-Za-z0-9+/_\s-]{64,}={0,2}\s*\Z")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

Key = dict[str, Any]


def parse_key(text: str) -> Key | None:
    """The key as an object, from any of its forms; None if there is none in it."""
    text = _trimmed(text)
    for form in (text, _unquoted(text), _decoded(text)):
        for escaped in (form, f'"{form}"', form.replace("\\n", "\n")):
            found = _object(escaped)
            if found is not None:
                return _with_line_breaks(found)
    return None


def looks_like_key(setting: str) -> bool:
    """Whether it can't be the path of a file, but is a key, or something that was meant to be one."""
    return (
        len(setting) > _LONGEST_PATH
        or "{" in setting
        or "PRIVATE KEY" in setting
        or not setting.isprintable()
        or (_BASE64.match(setting) is not None and not _lies_in_folder(setting))
    )


def may_be_shown(setting: str) -> bool:
    """Whether it is a path beyond doubt. A piece of a key could look like one, and stands in no error."""
    if looks_like_key(setting) or any(character in setting for character in "\"'=+"):
        return False
    try:
        return setting.endswith(".json") or Path(setting).exists() or _lies_in_folder(setting)
    except (OSError, ValueError):
        return False


def read_text(path: Path) -> str:
    """What stands in a key file. Raises OSError, and ValueError where it is no text."""
    with path.open("rb") as file:
        content = file.read(LARGEST)
    return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")


def _lies_in_folder(setting: str) -> bool:
    """Whether it names something in a folder that is there, beside the top folder, which a slash alone would name."""
    path = Path(setting)
    try:
        return len(path.parts) > 2 and path.parent.is_dir()  # noqa: PLR2004 - the top, a folder, and a name
    except (OSError, ValueError):
        return False


def _trimmed(text: str) -> str:
    return text.strip().strip(_MARKS).strip()


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return _trimmed(text[1:-1])
    return text


def _decoded(text: str) -> str:
    """What base64 holds, in either alphabet, with or without its padding; nothing if it isn't any."""
    plain = re.sub(r"\s|\\n", "", _unquoted(text)).rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        content = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        return _trimmed(content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig"))
    except (binascii.Error, ValueError):
        return ""


def _object(text: str) -> Key | None:
    try:
        # Not strict: line breaks in the private key may stand there as they are.
        found = json.loads(text, strict=False)
        if isinstance(found, str):
            found = json.loads(_trimmed(found), strict=False)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _with_line_breaks(key: Key) -> Key:
    """With the private key's line breaks as such, where they were escaped once too often."""
    private = key.get("private_key")
    if isinstance(private, str):
        return {**key, "private_key": private.replace("\\n", "\n").replace("\\r", "")}
    return key
