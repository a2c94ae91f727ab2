"""Rectangles of a tab as Google gives them, and references to the connector's columns as formulas write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gspread.utils import rowcol_to_a1

Json = Mapping[str, Any]
_WITHOUT_END = 1 << 31


def letters(index: int) -> str:
    """The letters of a column, counted from 0."""
    return rowcol_to_a1(1, index + 1).removesuffix("1")


def cell(row: int, column: int) -> str:
    """A cell of the formula's own tab, such as `$B$5`; counted from 0."""
    return f"${letters(column)}${row + 1}"


def quoted(text: str) -> str:
    """A text as formulas write it."""
    return '"' + text.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class TabColumns:
    """One tab's columns where they stand now. Google changes the formulas when they are moved or the tab is renamed."""

    title: str
    columns: Mapping[str, int]

    def whole(self, key: str) -> str:
        """The whole column, header and all: a range that began below the header would miss rows inserted there."""
        column = letters(self.columns[key])
        return f"{self._quoted}!${column}:${column}"

    def part(self, key: str, first: str, last: str) -> str:
        """The column from one row to another, which stand in cells or are formulas."""
        return f"INDEX({self.whole(key)};{first}):INDEX({self.whole(key)};{last})"

    @property
    def _quoted(self) -> str:
        return "'" + self.title.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Area:
    """Some rows and columns, counted from 0; the ends are not part of it."""

    first_row: int = 0
    end_row: int = _WITHOUT_END
    first_column: int = 0
    end_column: int = _WITHOUT_END

    @classmethod
    def of(cls, grid_range: Json) -> "Area":
        """The rectangle of a GridRange."""
        return cls(
            grid_range.get("startRowIndex", 0),
            grid_range.get("endRowIndex", _WITHOUT_END),
            grid_range.get("startColumnIndex", 0),
            grid_range.get("endColumnIndex", _WITHOUT_END),
        )

    def overlaps(self, other: "Area") -> bool:
        return (
            self.first_row < other.end_row
            and other.first_row < self.end_row
            and self.first_column < other.end_column
            and other.first_column < self.end_column
        )

    def contains(self, other: "Area") -> bool:
        return (
            self.first_row <= other.first_row
            and other.end_row <= self.end_row
            and self.first_column <= other.first_column
            and other.end_column <= self.end_column
        )

    def is_parted_at(self, row: int) -> bool:
        """Whether a row that is inserted there comes in between rows of it."""
        return self.first_row < row < self.end_row

    def name(self, *, rows: int, columns: int) -> str:
        """What the browser calls it, in a tab of that size: `A2:K51`, `D:D`, `2:51`; nothing for the whole tab."""
        all_rows = self.first_row == 0 and self.end_row >= rows
        all_columns = self.first_column == 0 and self.end_column >= columns
        if all_rows and all_columns:
            return ""
        left, right = letters(self.first_column), letters(min(self.end_column, columns) - 1)
        top, bottom = str(self.first_row + 1), str(min(self.end_row, rows))
        if all_columns:
            left = right = ""
        if all_rows:
            top = bottom = ""
        first, last = left + top, right + bottom
        return first if first == last and not all_rows and not all_columns else f"{first}:{last}"
