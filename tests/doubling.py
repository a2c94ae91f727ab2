"""What another installation does to a sheet: an order's row once more."""

from connector.runtime.clients import sheets_api
from connector.settings import Settings
from sandbox.sandbox import Sandbox


def double_row(sandbox: Sandbox, settings: Settings, tab: str, row: int) -> None:
    """Writes the row (counted from 0) once more, just below it, as a client of the API does."""
    sheet = sandbox.google.spreadsheets[settings.spreadsheet_id].content.sheet_titled(tab)
    assert sheet is not None
    api, sheet_id = sheets_api(settings), sheet.sheet_id
    area = {"sheetId": sheet_id, "startRowIndex": row, "endRowIndex": row + 1}
    (found,) = api.grid(settings.spreadsheet_id, [area], "data(rowData(values(userEnteredValue)))")
    inserted = {"sheetId": sheet_id, "dimension": "ROWS", "startIndex": row + 1, "endIndex": row + 2}
    copied = {
        "start": {"sheetId": sheet_id, "rowIndex": row + 1, "columnIndex": 0},
        "rows": found["data"][0]["rowData"],
        "fields": "userEnteredValue",
    }
    api.batch_update(
        settings.spreadsheet_id,
        [{"insertDimension": {"range": inserted, "inheritFromBefore": True}}, {"updateCells": copied}],
    )
