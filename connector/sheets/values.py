"""What stands in a tab's cells. Each function is one read and raises SheetsError."""

from typing import Any

from connector.sheets.api import SheetsApi


def column_values(api: SheetsApi, spreadsheet_id: str, sheet_id: int, column: int) -> list[Any]:
    """A column from the top to its last filled cell."""
    grid_range = {"sheetId": sheet_id, "startColumnIndex": column, "endColumnIndex": column + 1}
    found = api.grid_values(spreadsheet_id, grid_range, major="COLUMNS")
    return found[0] if found else []


def top_rows(api: SheetsApi, spreadsheet_id: str, sheet_id: int, count: int) -> list[list[Any]]:
    grid_range = {"sheetId": sheet_id, "startRowIndex": 0, "endRowIndex": count}
    return api.grid_values(spreadsheet_id, grid_range, major="ROWS")


def all_rows(api: SheetsApi, spreadsheet_id: str, sheet_id: int) -> list[list[Any]]:
    return api.grid_values(spreadsheet_id, {"sheetId": sheet_id}, major="ROWS")


def as_text(value: Any) -> str:
    """A cell's value as text; an id that became a number when the merchant edited it is read as its digits."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
