"""Splits the text of a `.env` file into its statements, where python-dotenv tells only what all of them give."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from dotenv import dotenv_values

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_BEFORE_VALUE = re.compile(r"[^\S\r\n]*(?:export[^\S\r\n]+)?(?:'[^']+'|(?!')[^=#\s]+)[^\S\r\n]*=[^\S\r\n]*")
_QUOTED_NAME = re.compile(r"[^\S\r\n]*(?:export[^\S\r\n]+)?'[^']+'")
"""It may go on over several lines too, and stand without a value."""
_QUOTED = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""", re.DOTALL)
"""A value in quotes, the only one that may go on over several lines."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A line of the file, or several where a value in quotes goes on."""

    line: int
    """The number of its first line."""
    text: str
    """As it stands there, with its line break."""
    name: str | None
    """What it sets; None for a comment, a blank line, and what can't be read."""

    @property
    def is_wrong(self) -> bool:
        """Whether it can't be read, and so is left out."""
        return self.name is None and bool(self.text.strip()) and not self.text.lstrip().startswith("#")


def statements(text: str) -> Iterator[Statement]:
    """The statements of a file, without its byte-order mark. Their texts, joined, are the whole text."""
    at, line = 0, 1
    while at < len(text):
        end = _end(text, at)
        part = text[at:end]
        # Without interpolation: what a value refers to doesn't matter here.
        name = next(iter(dotenv_values(stream=StringIO(part), interpolate=False)), None)
        yield Statement(line, part, name)
        at, line = end, line + len(re.findall(r"\r\n|\n|\r", part))


def _end(text: str, at: int) -> int:
    before = _BEFORE_VALUE.match(text, at)
    name = before or _QUOTED_NAME.match(text, at)
    quoted = _QUOTED.match(text, before.end()) if before is not None else None
    last = quoted or name
    rest = _LINE.match(text, at if last is None else last.end())
    assert rest is not None  # It matches anything, also nothing.
    return rest.end()
