"""Rectangles of cells: as `GridRange`, as A1 notation, and how they give way when rows or columns come and
go."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

from sandbox.google.errors import Refused

ROWS, COLUMNS = "ROWS", "COLUMNS"


class Area(NamedTuple):
    """A rectangle on a tab, half-open. None: unbounded on that side."""

    sheet_id: int
    row: int | None = None
    end_row: int | None = None
    column: int | None = None
    end_column: int | None = None

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Area":
        area = cls(
            given.get("sheetId", 0),
            given.get("startRowIndex"),
            given.get("endRowIndex"),
            given.get("startColumnIndex"),
            given.get("endColumnIndex"),
        )
        for start, end, what in (
            (area.row, area.end_row, "Row"),
            (area.column, area.end_column, "Column"),
        ):
            if (start is not None and start < 0) or (end is not None and end < 0):
                raise Refused(f"range.start{what}Index and range.end{what}Index must not be negative.")
            if end is not None and end <= (start or 0):
                raise Refused(f"range.end{what}Index must be greater than range.start{what}Index.")
        return area

    def to_json(self) -> dict[str, Any]:
        """As Google writes it. A sheetId of 0 is left out:
        whether Google does so is not recorded, and a reader has to cope with both."""
        parts = {
            "sheetId": self.sheet_id or None,
            "startRowIndex": self.row,
            "endRowIndex": self.end_row,
            "startColumnIndex": self.column,
            "endColumnIndex": self.end_column,
        }
        return {name: value for name, value in parts.items() if value is not None}

    def rows_within(self, count: int) -> range:
        return range(self.row or 0, count if self.end_row is None else min(self.end_row, count))

    def columns_within(self, count: int) -> range:
        return range(self.column or 0, count if self.end_column is None else min(self.end_column, count))

    def intersects(self, other: "Area") -> bool:
        return (
            self.sheet_id == other.sheet_id
            and _overlap(self.row, self.end_row, other.row, other.end_row)
            and _overlap(self.column, self.end_column, other.column, other.end_column)
        )

    def holds(self, row: int, column: int) -> bool:
        return (
            (self.row or 0) <= row
            and (self.end_row is None or row < self.end_row)
            and (self.column or 0) <= column
            and (self.end_column is None or column < self.end_column)
        )

    def without(self, other: "Area") -> Iterator["Area"]:
        """What is left of this rectangle when another is cut out: up to four pieces."""
        if not self.intersects(other):
            yield self
            return
        top, bottom = max(self.row or 0, other.row or 0), _lower(self.end_row, other.end_row)
        if (self.row or 0) < top:
            yield self._replace(end_row=top)
        if bottom is not None and (self.end_row is None or bottom < self.end_row):
            yield self._replace(row=bottom)
        band = self._replace(row=top, end_row=bottom)
        left, right = max(self.column or 0, other.column or 0), _lower(self.end_column, other.end_column)
        if (self.column or 0) < left:
            yield band._replace(end_column=left)
        if right is not None and (self.end_column is None or right < self.end_column):
            yield band._replace(column=right)


def _lower(a: int | None, b: int | None) -> int | None:
    if a is None or b is None:
        return a if b is None else b
    return min(a, b)


def _overlap(a: int | None, a_end: int | None, b: int | None, b_end: int | None) -> bool:
    return (b_end is None or (a or 0) < b_end) and (a_end is None or (b or 0) < a_end)


@dataclass(frozen=True)
class Insertion:
    """`count` rows or columns come in before index `at`.

    A range that begins at the insertion is pushed on; one that it falls inside grows (docs/google-sheets.md, 2.3).
    """

    at: int
    count: int

    def index(self, index: int) -> int | None:
        return index + self.count if index >= self.at else index

    def span(self, start: int | None, end: int | None) -> tuple[int | None, int | None] | None:
        new_start = start if start is None or start < self.at else start + self.count
        new_end = end if end is None or end <= self.at else end + self.count
        return new_start, new_end


@dataclass(frozen=True)
class Deletion:
    """The rows or columns from `start` up to `end` go. A range that lies wholly inside goes with them."""

    start: int
    end: int

    def index(self, index: int) -> int | None:
        if self.start <= index < self.end:
            return None
        return index if index < self.start else index - (self.end - self.start)

    def span(self, start: int | None, end: int | None) -> tuple[int | None, int | None] | None:
        new_start = None if start is None else self._edge(start)
        new_end = None if end is None else self._edge(end)
        if new_end is not None and new_end <= (new_start or 0):
            return None
        return new_start, new_end

    def _edge(self, edge: int) -> int:
        return edge - max(0, min(edge, self.end) - self.start)


@dataclass(frozen=True)
class Move:
    """The rows or columns from `start` up to `end` move before index `to`, counted before the move."""

    start: int
    end: int
    to: int

    def index(self, index: int) -> int:
        size = self.end - self.start
        if self.start <= index < self.end:
            return index + (self.to - self.start if self.to < self.start else self.to - self.end)
        if self.to <= index < self.start:
            return index + size
        if self.end <= index < self.to:
            return index - size
        return index

    def span(self, start: int | None, end: int | None) -> tuple[int | None, int | None] | None:
        """Where the range's first and last line end up. How Google treats ranges that a move tears apart is
        not documented; a range that is bounded on one side only keeps its bounds."""
        if start is None or end is None:
            return start, end
        first, last = self.index(start), self.index(end - 1)
        return min(first, last), max(first, last) + 1


Change: TypeAlias = Insertion | Deletion | Move


def changed(area: Area, sheet_id: int, dimension: str, change: Change) -> Area | None:
    """Where a rectangle is after rows or columns came, went or moved; None when it is gone."""
    if area.sheet_id != sheet_id:
        return area
    if dimension == ROWS:
        span = change.span(area.row, area.end_row)
        return None if span is None else area._replace(row=span[0], end_row=span[1])
    span = change.span(area.column, area.end_column)
    return None if span is None else area._replace(column=span[0], end_column=span[1])


@dataclass(frozen=True)
class Placed:
    """Something that covers rectangles: a protection, a rule, a filter.
    `body` is the rest of what was given."""

    areas: tuple[Area, ...]
    body: dict[str, Any]

    def after(self, sheet_id: int, dimension: str, change: Change) -> "Placed | None":
        areas = tuple(a for area in self.areas if (a := changed(area, sheet_id, dimension, change)))
        return replace(self, areas=areas) if areas else None

    def on_sheet(self, sheet_id: int) -> "Placed":
        return replace(self, areas=tuple(area._replace(sheet_id=sheet_id) for area in self.areas))
