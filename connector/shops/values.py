"""Reads the values of the shops' file: a text, a number, `env:NAME` or `file:PATH`.

Errors are ValueErrors with a sentence about `it`, as in `connector.converters`: they show the name of a variable or the
path of a file, and never a value.
"""

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connector.log import visible
from connector.settings import SHOP_SETTINGS
from connector.shops.look import Stamp, stamp
from connector.text_files import NotTextError, decoded
from connector.variables import LARGEST, OF_FILE, expanded, trimmed

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")
_LONGEST_PATH = 255
_NUMBERS = frozenset(name for name, entry in SHOP_SETTINGS.items() if entry.type in {int, float, float | None})
_BOOLEANS = frozenset(name for name, entry in SHOP_SETTINGS.items() if entry.type is bool)
_MOST_DIGITS = 300


class Values:
    """Reads values, and remembers what files they came from. For one reading of the shops' file."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment`: what `env:NAME` finds, by names in capital letters."""
        self.files: dict[str, Stamp | None] = {}
        """The files that were named, as they stood before they were read."""
        self._environment = environment

    def text(self, setting: str, value: Any) -> str:
        """What a value says, without blanks at its ends; empty if it says nothing. Raises ValueError."""
        if isinstance(value, str):
            kind, colon, rest = value.strip().partition(":")
            if colon and kind == "env":
                return self._variable(rest.strip())
            if colon and kind == "file":
                return self._file(rest.strip())
            return trimmed(value)
        if isinstance(value, bool):
            if setting in _BOOLEANS:
                return str(value).lower()
        elif isinstance(value, int | float) and setting in _NUMBERS:
            if isinstance(value, int) and value.bit_length() > _MOST_DIGITS:
                raise ValueError("it is not a number.")
            return str(value)
        if setting in _NUMBERS:
            raise ValueError("it is not a number.")
        raise ValueError('it is not a text. Put it in quotes, as in NAME = "VALUE".')

    def _variable(self, name: str) -> str:
        if not _VARIABLE.match(name):
            raise ValueError("what stands behind env: is not the name of a variable.")
        text = self._environment.get(name.upper())
        if not text and (path := self._environment.get(name.upper() + OF_FILE)):
            return self._file(path)
        if not text:
            raise ValueError(f"there is no variable {name}, or it is empty. Set it in the environment or in .env.")
        return text

    def _file(self, path: str) -> str:
        if not path or len(path) > _LONGEST_PATH or "\0" in path:
            raise ValueError("what stands behind file: is not the path of a file.")
        path = expanded(path)
        self.files[path] = stamp(path)
        place = visible(path.encode(errors="replace").decode())
        try:
            seen = Path(path).stat()
            if not stat.S_ISREG(seen.st_mode):
                raise ValueError(f"{place} is not a file.")
            if seen.st_size > LARGEST:
                raise ValueError(f"the file {place} is larger than {LARGEST // 1024} KiB.")
            with Path(path).open("rb") as file:
                text = trimmed(decoded(file.read(LARGEST)))
        except NotTextError as error:
            raise ValueError(_small(error.sentence(f"the file {place}"))) from None
        except FileNotFoundError:
            raise ValueError(f"there is no file {place}. A path counts from the working directory.") from None
        except OSError:
            raise ValueError(f"the file {place} can't be read. See that the service may read it.") from None
        if not text:
            raise ValueError(f"the file {place} is empty.")
        return text


def _small(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
