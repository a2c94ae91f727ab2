"""Calculates the cells of a spreadsheet, each once."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sandbox.google.a1 import column_of
from sandbox.google.calculate.functions import FUNCTIONS
from sandbox.google.calculate.syntax import Constant, Node, Reference, read
from sandbox.google.calculate.values import REF, Array, Error, NotPlayedError, Scalar, Value, number, scalar
from sandbox.google.grid import Content, Formula, Sheet

_CELLS = re.compile(r"([A-Za-z]+)([0-9]*)(?::([A-Za-z]+)([0-9]*))?")
_DAY_ZERO = date(1899, 12, 30).toordinal()
_NOT_DONE: Error = Error("")


@dataclass(frozen=True, slots=True)
class Cells:
    """A rectangle of a tab; the ends are not part of it."""

    sheet: Sheet
    top: int
    bottom: int
    left: int
    right: int


class Calculation:
    """The values of a spreadsheet's formulas, as it was at one moment, on a day."""

    def __init__(self, content: Content, today: date) -> None:
        self._content = content
        self._today = today.toordinal() - _DAY_ZERO
        self._known: dict[tuple[int, int, int], Scalar] = {}
        self._ends: dict[int, int] = {}
        self._special: dict[str, Callable[[Sheet, tuple[Node, ...]], Value | Cells]] = {
            "IF": self._if,
            "INDEX": self._index,
            "ROW": self._row,
            "TODAY": lambda _sheet, _arguments: self._today,
            ":": self._between,
        }

    def value(self, sheet: Sheet, row: int, column: int) -> Scalar:
        """What the cell shows. Raises NotPlayedError where its formula, or one that it rests on, is not played."""
        value = sheet.cell(row, column).value
        if not isinstance(value, Formula):
            return value
        key = sheet.sheet_id, row, column
        if key not in self._known:
            # Whoever comes here again meanwhile goes round in a circle.
            self._known[key] = _NOT_DONE
            try:
                self._known[key] = scalar(self._values(self._node(sheet, read(value.text))))
            except BaseException:
                del self._known[key]
                raise
        if self._known[key] is _NOT_DONE:
            raise NotPlayedError
        return self._known[key]

    def _node(self, sheet: Sheet, node: Node) -> Value | Cells:
        if isinstance(node, Constant):
            return node.value
        if isinstance(node, Reference):
            return self._cells(sheet, node)
        special = self._special.get(node.name)
        if special is not None:
            return special(sheet, node.arguments)
        function = FUNCTIONS.get(node.name)
        if function is None:
            raise NotPlayedError
        arguments = [self._values(self._node(sheet, argument)) for argument in node.arguments]
        try:
            return function(*arguments)
        except TypeError:
            # Another number of arguments than the function takes.
            raise NotPlayedError from None

    def _values(self, found: Value | Cells) -> Value:
        if not isinstance(found, Cells):
            return found
        if (found.bottom - found.top, found.right - found.left) == (1, 1):
            return self.value(found.sheet, found.top, found.left)
        return Array(
            self.value(found.sheet, row, column)
            for row in range(found.top, found.bottom)
            for column in range(found.left, found.right)
        )

    def _cells(self, own: Sheet, reference: Reference) -> Cells:
        sheet = own if reference.title is None else self._content.sheet_titled(reference.title)
        match = _CELLS.fullmatch(reference.cells)
        if sheet is None or match is None:
            raise NotPlayedError
        left, top = column_of(match[1]), int(match[2] or 1) - 1
        if match[3] is None:
            return Cells(sheet, top, top + 1, left, left + 1)
        bottom = int(match[4]) if match[4] else max(self._end(sheet), top + 1)
        return Cells(sheet, top, bottom, left, column_of(match[3]) + 1)

    def _end(self, sheet: Sheet) -> int:
        """How far an open range goes: blank rows at the end add nothing."""
        if sheet.sheet_id not in self._ends:
            # At least two, so that a whole column stays one.
            self._ends[sheet.sheet_id] = max(sheet.last_row_with_data() + 1, 2)
        return self._ends[sheet.sheet_id]

    def _if(self, sheet: Sheet, arguments: tuple[Node, ...]) -> Value | Cells:
        condition, *choices = arguments
        decided = self._values(self._node(sheet, condition))
        if isinstance(decided, Array):
            return FUNCTIONS["IF"](decided, *(self._values(self._node(sheet, choice)) for choice in choices))
        chosen = number(decided)
        if isinstance(chosen, Error):
            return chosen
        if not chosen and len(choices) == 1:
            return False
        return self._node(sheet, choices[0 if chosen else 1])

    def _index(self, sheet: Sheet, arguments: tuple[Node, ...]) -> Value | Cells:
        """A cell of a column, or the whole column for 0. It stays a reference, so that a range can go on from it."""
        cells = self._node(sheet, arguments[0])
        place = number(scalar(self._values(self._node(sheet, arguments[1]))))
        if not isinstance(cells, Cells) or len(arguments) > 2:  # noqa: PLR2004 - a column, and the place in it
            raise NotPlayedError
        if isinstance(place, Error):
            return place
        if not place:
            return cells
        row = cells.top + int(place) - 1
        return Cells(cells.sheet, row, row + 1, cells.left, cells.right) if row >= 0 else REF

    def _row(self, sheet: Sheet, arguments: tuple[Node, ...]) -> Value:
        cells = self._node(sheet, arguments[0])
        if not isinstance(cells, Cells):
            raise NotPlayedError
        rows = Array(row + 1 for row in range(cells.top, cells.bottom))
        return rows if len(rows) > 1 else rows[0]

    def _between(self, sheet: Sheet, arguments: tuple[Node, ...]) -> Value | Cells:
        first, last = (self._node(sheet, argument) for argument in arguments)
        if isinstance(first, Error):
            return first
        if isinstance(last, Error):
            return last
        if not isinstance(first, Cells) or not isinstance(last, Cells) or first.sheet is not last.sheet:
            raise NotPlayedError
        return Cells(
            first.sheet,
            min(first.top, last.top),
            max(first.bottom, last.bottom),
            min(first.left, last.left),
            max(first.right, last.right),
        )
