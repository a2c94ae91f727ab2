"""Changes the text of a TOML file: one table of it, with every other line as it was.

The lines between a table's last value and the next heading, comments mostly, count as the next one's.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

_HEADING = re.compile(r"[ \t]*\[")
_NOTHING = re.compile(r"\s*(#|\Z)")
_MARK = "\ufeff"
_WHOLE: tuple[str, ...] = ()
"""The path of what stands above all headings."""


class CannotChangeError(Exception):
    """The text is written in a way that only a person can change, or isn't TOML."""


def with_values(text: str, path: Sequence[str], values: Mapping[str, str | None]) -> str:
    """The text with these values in the table `path`, which comes last where it isn't there; None takes one out.

    Raises CannotChangeError.
    """
    expected = _parsed(text)
    table = _table(expected, path)
    for name, value in values.items():
        if value is None:
            table.pop(name, None)
        else:
            table[name] = value
    lines, newline = _lines(text)
    place = _find(lines, path)
    if place is None:
        lines = [*_ended(lines, newline), *([newline] if lines else []), f"[{'.'.join(path)}]{newline}"]
        place = len(lines) - 1, len(lines)
    first, end = place
    block = _ended(lines[first:end], newline)
    for name, value in values.items():
        block = _set(block, name, value, newline)
    return _checked(text, [*lines[:first], *block, *lines[end:]], expected)


def without_table(text: str, path: Sequence[str]) -> str:
    """The text without the table `path`; the one that it stood in stays, be it empty. Raises CannotChangeError."""
    expected = _parsed(text)
    _table(expected, path[:-1]).pop(path[-1], None)
    lines, newline = _lines(text)
    place = _find(lines, path)
    if place is None:
        raise CannotChangeError
    first, end = place
    before, after = lines[:first], lines[end:]
    # Of the blank lines around it those before go along, and none is left at the beginning or the end of the file.
    while before and not before[-1].strip() and (not after or not after[0].strip()):
        del before[-1]
    while not before and after and not after[0].strip():
        del after[0]
    left = [*before, *after]
    if not any(_heading_of(line)[: len(path) - 1] == tuple(path[:-1]) for line in left):
        left = [*_ended(left, newline), *([newline] if left else []), f"[{'.'.join(path[:-1])}]{newline}"]
    return _checked(text, left, expected)


def has_table(text: str, path: Sequence[str]) -> bool:
    """Whether there is such a table, in whatever way it is written. Raises CannotChangeError."""
    there: Any = _parsed(text)
    for name in path:
        if not isinstance(there, dict) or name not in there:
            return False
        there = there[name]
    return True


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.removeprefix(_MARK))
    except (ValueError, RecursionError):
        raise CannotChangeError from None


def _table(content: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    for name in path:
        content = content.setdefault(name, {})
        if not isinstance(content, dict):
            raise CannotChangeError
    return content


def _lines(text: str) -> tuple[list[str], str]:
    """The lines with their ends, and how a line ends in this text."""
    return text.removeprefix(_MARK).splitlines(keepends=True), "\r\n" if "\r\n" in text else "\n"


def _find(lines: Sequence[str], path: Sequence[str]) -> tuple[int, int] | None:
    """The first line of a table, which is its heading, and the line after its last value."""
    headings = [index for index, line in enumerate(lines) if _HEADING.match(line)]
    if tuple(path) == _WHOLE:
        first, after = 0, headings[0] if headings else len(lines)
    else:
        first = next((index for index in headings if _heading_of(lines[index]) == tuple(path)), -1)
        if first < 0:
            return None
        after = next((index for index in headings if index > first), len(lines))
    return first, max((i + 1 for i in range(first, after) if not _NOTHING.match(lines[i])), default=first)


def _heading_of(line: str) -> tuple[str, ...]:
    """The table that the line begins; empty where it is no heading."""
    if not _HEADING.match(line):
        return _WHOLE
    try:
        content: Any = tomllib.loads(line)
    except ValueError:
        return _WHOLE
    path = []
    while isinstance(content, dict) and content:
        ((name, content),) = content.items()
        path.append(name)
    return tuple(path)


def _set(block: list[str], name: str, value: str | None, newline: str) -> list[str]:
    for index, line in enumerate(block):
        try:
            statement = tomlkit.parse(line)
        except TOMLKitError:
            continue  # A part of a value of several lines.
        if name in statement and not _HEADING.match(line):
            if value is None:
                return block[:index] + block[index + 1 :]
            statement[name] = value
            return [*block[:index], tomlkit.dumps(statement), *block[index + 1 :]]
    return block if value is None else [*block, f"{name} = {tomlkit.item(value).as_string()}{newline}"]


def _ended(lines: list[str], newline: str) -> list[str]:
    """With an end at the last line, so that another one can follow."""
    if lines and not lines[-1].endswith("\n"):
        return [*lines[:-1], lines[-1] + newline]
    return list(lines)


def _checked(text: str, lines: Sequence[str], expected: dict[str, Any]) -> str:
    """The new text, once it is sure that it says what it should, and otherwise what it said before."""
    changed = "".join(lines)
    if _parsed(changed) != deepcopy(expected):
        raise CannotChangeError
    return (_MARK if text.startswith(_MARK) else "") + changed
