"""Reads the sandbox's sheet for the checker and for the watcher, apart from the code that wrote it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.google.grid import Cell, Formula
from sandbox.google.standin import GoogleStandIn


class HasSheet(Protocol):
    """The sandbox, or one of its shops."""

    @property
    def google(self) -> GoogleStandIn: ...

    @property
    def spreadsheet_id(self) -> str: ...


@dataclass(frozen=True)
class Line:
    """A row in which at least one of the connector's columns is filled."""

    row: int
    cells: dict[str, Any]
    """Values by the titles in the header; an empty cell is None."""
    formulas: tuple[str, ...]
    """The titles of the columns in which a formula stands."""


@dataclass(frozen=True)
class Tab:
    """One tab, read at one moment."""

    lines: tuple[Line, ...]
    others: tuple[Cell, ...]
    """What stands outside the connector's columns."""


def read_tab(sandbox: HasSheet, title: str, columns: tuple[str, ...]) -> Tab:
    """The tab with this title; an empty one where there is none, or its header is not whole."""
    try:
        header, *rows = sandbox.google.cells(sandbox.spreadsheet_id, title)
    except (KeyError, ValueError):
        return Tab((), ())
    titles = [cell.value for cell in header]
    if any(column not in titles for column in columns):
        return Tab((), ())
    places = {column: titles.index(column) for column in columns}
    lines = []
    others: list[Cell] = []
    for row, cells in enumerate(rows, start=1):
        mine = {column: cells[place] if place < len(cells) else Cell() for column, place in places.items()}
        if any(cell.value is not None for cell in mine.values()):
            formulas = tuple(column for column, cell in mine.items() if isinstance(cell.value, Formula))
            lines.append(Line(row, {column: _plain(cell) for column, cell in mine.items()}, formulas))
        taken = set(places.values())
        others += [cell for place, cell in enumerate(cells) if place not in taken and (cell.value, cell.note) != _EMPTY]
    return Tab(tuple(lines), tuple(others))


def order_ids_from(sandbox: HasSheet, row: int) -> Iterator[str]:
    """The ids in the first column of `Orders` from a row on, down to the first empty one. Cheap."""
    sheet = sandbox.google.spreadsheets[sandbox.spreadsheet_id].content.sheet_titled("Orders")
    if sheet is None:
        return
    rows = sheet.rows
    while row < len(rows) and (cells := rows[row]) and 0 in cells and cells[0].value is not None:
        yield str(cells[0].value)
        row += 1


_EMPTY = (None, None)


def _plain(cell: Cell) -> Any:
    return cell.value.text if isinstance(cell.value, Formula) else cell.value
