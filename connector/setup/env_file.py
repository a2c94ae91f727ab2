"""Changes the file `.env`: only the lines that must change, all at once or not at all."""

import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values

from connector.checks.settings import lies_open
from connector.env_statements import statements
from connector.files import replace_file
from connector.language import gettext as _
from connector.text_files import NotTextError, decoded

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+\Z")
"""What every reader of such files takes as it stands: shells, containers, systemd."""


_MARK = "\ufeff"


class EnvFileError(Exception):
    """The file can't be read or written. The text is a sentence with the remedy and holds no value."""


def read_env_file(path: Path) -> dict[str, str]:
    """The file's values, as the service will read them; a name without a value is an empty text."""
    return _values(_read(path))


def tighten(path: Path) -> bool:
    """Keeps other users of the machine from reading the file; whether they could before."""
    if not lies_open(path):
        return False
    try:
        path.chmod(0o600)
    except OSError as error:
        raise EnvFileError(
            _(
                "Other users of this machine can read {path}, and that can't be changed "
                "({strerror}). See that the file is yours."
            ).format(path=path, strerror=error.strerror)
        ) from None
    return True


def change_env_file(path: Path, changes: Mapping[str, str]) -> bool:
    """Sets the values that differ, with every other line as it was; whether anything was written.

    The new file takes the old one's place in one step, and only its owner may read it. Raises EnvFileError.
    """
    text = _read(path)
    now = _values(text)
    different = {name: value for name, value in changes.items() if now.get(name) != value}
    if not different:
        return False
    changed = _changed(text, different)
    read_back = _values(changed)
    for name, value in different.items():
        if read_back.get(name, "") != value:
            raise EnvFileError(
                _(
                    "The value of {name} can't be kept in {path}, because of a character in it (such as "
                    "a ${{ or a line break). Choose another value."
                ).format(name=name, path=path)
            )
    _replace(path, changed)
    return True


def _read(path: Path) -> str:
    try:
        # As bytes, so that the line endings stay as they are.
        content = path.read_bytes()
        return (_MARK if content.startswith(BOM_UTF8) else "") + decoded(content)
    except FileNotFoundError:
        return ""
    except NotTextError as error:
        raise EnvFileError(error.sentence(path)) from None
    except OSError:
        raise EnvFileError(
            _("The file {path} can't be read. See that it is a text file, and yours.").format(path=path)
        ) from None


def _values(text: str) -> dict[str, str]:
    read = dotenv_values(stream=StringIO(text.removeprefix(_MARK)))
    return {name: value or "" for name, value in read.items()}


def _changed(text: str, changes: Mapping[str, str]) -> str:
    left = dict(changes)
    mark = _MARK if text.startswith(_MARK) else ""
    found = list(statements(text.removeprefix(_MARK)))
    # Where a name stands twice, its last line counts.
    last = {statement.name: index for index, statement in enumerate(found) if statement.name in changes}
    parts = [mark]
    for index, statement in enumerate(found):
        name = statement.name
        if name is not None and last.get(name) == index:
            parts.append(_line_like(statement.text, name, left.pop(name)))
        else:
            parts.append(statement.text)
    joined = "".join(parts)
    newline = "\r\n" if "\r\n" in text else "\n"
    if left and joined and not joined.endswith(("\n", "\r")):
        joined += newline
    return joined + "".join(f"{name}={_quoted(value)}{newline}" for name, value in left.items())


def _line_like(old: str, name: str, value: str) -> str:
    before = old[: len(old) - len(old.lstrip())]
    after = old[len(old.rstrip("\r\n")) :]
    export = "export " if old.lstrip().startswith("export ") else ""
    return f"{before}{export}{name}={_quoted(value)}{after}"


def _quoted(value: str) -> str:
    if not value or _PLAIN.match(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _replace(path: Path, text: str) -> None:
    try:
        replace_file(path.resolve(), text.encode())  # A link stays a link.
    except OSError as error:
        raise EnvFileError(
            _(
                "The file {path} can't be written ({strerror}). See that its folder is yours and the disk has room."
            ).format(path=path, strerror=error.strerror)
        ) from None
