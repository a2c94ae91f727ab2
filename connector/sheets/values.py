"""What stands in a tab's cells. Each function is one read, if nothing else is said, and raises SheetsError."""

from collections.abc import Sequence
from typing import Any

from connector.sheets.client import SheetsApi
from connector.sheets.column_stream import Cells, Column
from connector.sheets.request_parts import grid_range

_NEAR = 2
"""In new tabs one column stands between the two that are read together."""


def column_values(api: SheetsApi, spreadsheet_id: str, sheet_id: int, column: int) -> list[Any]:
    """A column from the top to its last filled cell."""
    cells = grid_range(sheet_id, columns=(column, column + 1))
    found = api.grid_values(spreadsheet_id, cells, major="COLUMNS")
    return found[0] if found else []


def two_columns(
    api: SheetsApi, spreadsheet_id: str, sheet_id: int, first: int, second: int
) -> tuple[list[Any], list[Any]]:
    """Two columns, equally long. One read where they stand near each other, as they do unless moved; else two."""
    left, right = sorted((first, second))
    if right - left <= _NEAR:
        cells = grid_range(sheet_id, columns=(left, right + 1))
        found = api.grid_values(spreadsheet_id, cells, major="COLUMNS")
        by_column = dict(zip(range(left, right + 1), found, strict=False))
    else:
        by_column = {column: column_values(api, spreadsheet_id, sheet_id, column) for column in (left, right)}
    length = max((len(values) for values in by_column.values()), default=0)
    one, other = (
        values + [""] * (length - len(values)) for values in (by_column.get(first, []), by_column.get(second, []))
    )
    return one, other


def columns_at_once(api: SheetsApi, spreadsheet_id: str, columns: Sequence[Column]) -> list[list[Any]]:
    """Columns of one tab or of several, as they are at one moment."""
    cells: dict[int, dict[int, Any]] = {}

    def take(some: Cells) -> None:
        for number, row, value in some:
            cells.setdefault(number, {})[row] = value

    numbers = api.columns(spreadsheet_id, columns, take)
    found = [cells.get(numbers[column], {}) for column in columns]
    return [[column.get(row) for row in range(max(column, default=-1) + 1)] for column in found]


def top_rows(api: SheetsApi, spreadsheet_id: str, sheet_id: int, count: int) -> list[list[Any]]:
    return api.grid_values(spreadsheet_id, grid_range(sheet_id, rows=(0, count)), major="ROWS")


def all_rows(api: SheetsApi, spreadsheet_id: str, sheet_id: int) -> list[list[Any]]:
    return api.grid_values(spreadsheet_id, grid_range(sheet_id), major="ROWS")


def as_text(value: Any) -> str:
    """A cell's value as text; an id that became a number when the merchant edited it is read as its digits."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
