"""A table of a tab (in the browser: *Convert to table*), and what becomes of it when rows or columns come and go."""

from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.google.ranges import COLUMNS, ROWS, Area, Change, Insertion, Move, changed

UNTYPED = "COLUMN_TYPE_UNSPECIFIED"


@dataclass(frozen=True)
class Column:
    name: str
    type: str = UNTYPED
    choices: dict[str, Any] | None = None
    """The `dataValidationRule` of a drop-down column."""

    @property
    def typed(self) -> bool:
        return self.type != UNTYPED


@dataclass(frozen=True)
class Table:
    """`area` has all four sides; its first row is the header, and there is a column for each of its columns."""

    name: str
    area: Area
    columns: tuple[Column, ...]
    colours: dict[str, Any] = field(default_factory=dict)
    """`rowsProperties`."""

    @property
    def left(self) -> int:
        return self.area.column or 0

    def is_typed(self, area: Area) -> bool:
        """Whether a rectangle touches a cell below the header in a column that has a type."""
        body = self.area._replace(row=(self.area.row or 0) + 1)
        return body.intersects(area) and any(
            column.typed and area._replace(row=None, end_row=None).holds(0, index)
            for index, column in enumerate(self.columns, self.left)
        )

    def after(self, sheet_id: int, dimension: str, change: Change, *, takes_rows_below: bool) -> "Table | None":
        """The table once rows or columns of a tab came, went or moved; None when it is gone.

        Rows that come in within the table make it longer. Whether those do that come in just below its last row is
        not known (docs/google-sheets.md, 2.9).
        """
        if sheet_id != self.area.sheet_id:
            return self
        area = self.area if self._moves_within(dimension, change) else changed(self.area, sheet_id, dimension, change)
        if area is None:
            return None
        if dimension == COLUMNS:
            return replace(self, area=area, columns=self._columns_after(area, change))
        just_below = dimension == ROWS and isinstance(change, Insertion) and change.at == self.area.end_row
        if just_below and takes_rows_below and isinstance(change, Insertion):
            area = area._replace(end_row=(area.end_row or 0) + change.count)
        return replace(self, area=area)

    def _moves_within(self, dimension: str, change: Change) -> bool:
        """Whether lines only change places inside the table, which then covers what it covered."""
        start, end = (
            (self.area.row, self.area.end_row) if dimension == ROWS else (self.area.column, self.area.end_column)
        )
        inside = range(start or 0, (end or 0) + 1)
        return isinstance(change, Move) and {change.start, change.end, change.to} <= set(inside)

    def _columns_after(self, area: Area, change: Change) -> tuple[Column, ...]:
        places = {change.index(index): column for index, column in enumerate(self.columns, self.left)}
        indexes = range(area.column or 0, area.end_column or 0)
        return tuple(places.get(index) or Column(f"Column {index - indexes.start + 1}") for index in indexes)
