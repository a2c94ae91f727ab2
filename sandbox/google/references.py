"""References in formulas, and how they move when rows and columns come, go and move, or a tab gets another name.

A reference moves as the range does that it names (`ranges.py`): one that begins at inserted rows is pushed on, one
that they fall inside grows, and one whose cells are all gone becomes `#REF!` (docs/google-sheets.md, 2.3). Texts in
quotes, names, functions and a table's `[columns]` are left alone.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from sandbox.google.a1 import column_of, letters, quoted
from sandbox.google.ranges import COLUMNS, ROWS, Change

GONE = "#REF!"

_CELL = r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}"
_COLUMN = r"\$?[A-Za-z]{1,3}"
_ROW = r"\$?[1-9][0-9]{0,6}"
_TOKEN = re.compile(
    rf"""(?P<skip> "(?:[^"]|"")*" | \[[^\[\]]*\] )
    | (?P<title> '(?:[^']|'')*'! | (?<![\w.$'])[^\W\d][\w.]*! )?
      (?<![\w.$])
      (?P<cells> {_CELL}(?::(?:{_CELL}|{_COLUMN}|{_ROW}))?
        | {_COLUMN}:(?:{_CELL}|{_COLUMN})
        | {_ROW}:(?:{_CELL}|{_ROW}) )
      (?![\w.(!'])
    | (?P<other> '(?:[^']|'')*' )""",
    re.VERBOSE,
)
_CORNER = re.compile(r"(\$?)([A-Za-z]*)(\$?)([0-9]*)\Z")

Edit: TypeAlias = Callable[[str | None, str], str]
"""From a tab's title as the reference gives it (None: none) and the cells to what shall stand there instead."""


def shifted(formula: str, here: bool, title: str, dimension: str, change: Change) -> str:
    """A formula after lines of the tab with this title changed. `here`: the formula stands on that tab itself."""
    folded = title.casefold()
    bounds = _bounds(formula)
    if (folded, dimension) not in bounds and not (here and (None, dimension) in bounds):
        return formula
    return _shifted(formula, here, folded, dimension, change)


@lru_cache(maxsize=50_000)
def _shifted(formula: str, here: bool, folded: str, dimension: str, change: Change) -> str:
    def edit(of: str | None, cells: str) -> str:
        if not (here if of is None else of.casefold() == folded):
            return _joined(of, cells)
        after = moved(cells, dimension, change)
        return GONE if after is None else _joined(of, after)

    return _edited(formula, edit)


@lru_cache(maxsize=50_000)
def _bounds(formula: str) -> frozenset[tuple[str | None, str]]:
    """The tabs that a formula refers to, by folded title (None: its own), each with the dimension of which it names a
    line. Most formulas have none that a change concerns, and a summary has thousands."""
    named = {
        (None if title is None else title.casefold(), cells)
        for match in _TOKEN.finditer(formula)
        if (cells := match["cells"]) is not None
        for title in (_title(match["title"]),)
    }
    return frozenset((title, dimension) for title, cells in named for dimension in _dimensions(cells))


@lru_cache(maxsize=10_000)
def _dimensions(cells: str) -> tuple[str, ...]:
    """Those of which the cells name a line."""
    corners = cells.split(":")
    return tuple(one for one in (ROWS, COLUMNS) if any(_corner(corner, one) is not None for corner in corners))


def renamed(formula: str, old: str, new: str | None) -> str:
    """A formula after a tab got another title, or (None) is gone."""

    def edit(of: str | None, cells: str) -> str:
        if of is None or of.casefold() != old.casefold():
            return _joined(of, cells)
        return GONE if new is None else _joined(new, cells)

    return _edited(formula, edit)


@lru_cache(maxsize=10_000)
def moved(cells: str, dimension: str, change: Change) -> str | None:
    """`H2:H` after a change; None when nothing is left of it."""
    first, colon, last = cells.partition(":")
    start, end = _corner(first, dimension), _corner(last or first, dimension)
    if start is None and end is None:
        return cells
    if start is not None and end is not None and end < start:
        return cells if not colon else moved(f"{last}:{first}", dimension, change)
    if not colon:
        assert start is not None
        index = change.index(start)
        return None if index is None else _placed(first, dimension, index)
    span = change.span(start, None if end is None else end + 1)
    if span is None:
        return None
    new_start, new_end = span
    first = first if new_start is None else _placed(first, dimension, new_start)
    last = last if new_end is None else _placed(last, dimension, new_end - 1)
    return f"{first}:{last}"


def _edited(formula: str, edit: Edit) -> str:
    def replaced(match: re.Match[str]) -> str:
        if match["cells"] is None:
            return match[0]
        title = _title(match["title"])
        after = edit(title, match["cells"])
        return match[0] if after == _joined(title, match["cells"]) else after

    return _TOKEN.sub(replaced, formula)


@lru_cache(maxsize=1_000)
def _title(written: str | None) -> str | None:
    """The title that is written before the cells, with the `!` behind it."""
    if written is None or not written.startswith("'"):
        return None if written is None else written[:-1]
    return written[1:-2].replace("''", "'")


@lru_cache(maxsize=10_000)
def _joined(title: str | None, cells: str) -> str:
    return cells if title is None else f"{quoted(title)}!{cells}"


def _corner(text: str, dimension: str) -> int | None:
    match = _CORNER.match(text)
    assert match is not None
    _, column, _, row = match.groups()
    if dimension == ROWS:
        return int(row) - 1 if row else None
    return column_of(column) if column else None


def _placed(corner: str, dimension: str, index: int) -> str:
    match = _CORNER.match(corner)
    assert match is not None
    fix_column, column, fix_row, row = match.groups()
    if dimension == ROWS:
        return f"{fix_column}{column}{fix_row}{index + 1}"
    return f"{fix_column}{letters(index)}{fix_row}{row}"
