"""Ranges as Google takes them."""

from typing import Any, Literal

Json = dict[str, Any]
Dimension = Literal["ROWS", "COLUMNS"]


def grid_range(sheet_id: int, *, rows: tuple[int, int] | None = None, columns: tuple[int, int] | None = None) -> Json:
    """Cells of a tab. Each of the two is the first and the one behind the last, counted from 0; None: all."""
    found: Json = {"sheetId": sheet_id}
    if rows is not None:
        found |= {"startRowIndex": rows[0], "endRowIndex": rows[1]}
    if columns is not None:
        found |= {"startColumnIndex": columns[0], "endColumnIndex": columns[1]}
    return found


def dimension_range(sheet_id: int, dimension: Dimension, start: int, end: int) -> Json:
    """Whole rows, or whole columns."""
    return {"sheetId": sheet_id, "dimension": dimension, "startIndex": start, "endIndex": end}
