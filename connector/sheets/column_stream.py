"""Reads Google's answer about whole columns while it comes in, so that its length doesn't matter."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ijson

from connector.language import gettext as _
from connector.sheets.request_parts import grid_range, wanted_values

_RANGE = "valueRanges.item"
_CELL = "valueRanges.item.valueRange.values.item.item"
_ASKED = "valueRanges.item.dataFilters.item.gridRange."
_VALUES = frozenset({"string", "number", "boolean", "null"})
_CELLS_AT_ONCE = 5000

Cells = Sequence[tuple[int, int, Any]]
"""Each the number of its column in the answer, its row, and its value."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a tab."""

    sheet_id: int
    index: int


def asked(columns: Iterable[Column]) -> dict[str, Any]:
    """The body of a request for `values:batchGetByDataFilter` whose answer `read_columns` understands."""
    ranges = [grid_range(column.sheet_id, columns=(column.index, column.index + 1)) for column in columns]
    return wanted_values([{"gridRange": one} for one in ranges], "COLUMNS")


def read_columns(answer: Iterable[bytes], take: Callable[[Cells], object]) -> dict[Column, int]:
    """Hands over the cells from the top, some thousands at a time; returns which number in the answer each column has.

    Which column a number stands for is certain only at the end: Google answers in an order of its own, and names what
    was asked for after the values. Raises ValueError where the answer is cut off or is no JSON.
    """
    number, row = -1, -1
    cells: list[tuple[int, int, Any]] = []
    numbers: dict[Column, int] = {}
    place: dict[str, int] = {}
    for prefix, event, value in _events(answer):
        if prefix == _CELL and event in _VALUES:
            row += 1
            cells.append((number, row, _plain(value)))
            if len(cells) >= _CELLS_AT_ONCE:
                take(cells)
                cells = []
        elif prefix == _RANGE and event == "start_map":
            number, row, place = number + 1, -1, {}
        elif prefix == _RANGE and event == "end_map":
            numbers[_column(place)] = number
        elif event == "number" and prefix.startswith(_ASKED):
            place[prefix.removeprefix(_ASKED)] = int(value)
    take(cells)
    return numbers


def _events(answer: Iterable[bytes]) -> Iterator[tuple[str, str, Any]]:
    events = ijson.sendable_list()
    parser = ijson.parse_coro(events)
    try:
        for piece in answer:
            parser.send(piece)
            yield from events
            del events[:]
        parser.close()
        yield from events
    except ijson.JSONError as error:
        raise ValueError(_("The answer is cut off, or no JSON.")) from error


def _column(place: Mapping[str, int]) -> Column:
    """Google leaves zeroes out of its answers."""
    return Column(place.get("sheetId", 0), place.get("startColumnIndex", 0))


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value
