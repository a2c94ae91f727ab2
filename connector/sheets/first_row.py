"""The blank row below the header, which the first order fills.

Rows that are inserted right below the header push every range down that begins there: a merchant's `=SUM(Orders!H2:H)`
from before the first order would miss that order for ever. So where the row is blank in the connector's columns, the
first order is written into it, and the others come in below. Nothing of the merchant's is overwritten by that:

- The batch moves the row's tag, and is refused if the tag is not there any more. That Google refuses an update that
  matches no tag is not documented. So it is tried first (`refuses_what_is_gone`); where it should not hold, all rows
  are inserted.
- What the merchant types into the row after it was looked at is copied to the row below the connector's by the batch
  itself, before it is written over; just there an insertion would have pushed it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from connector.sheets import tags
from connector.sheets.areas import Area
from connector.sheets.client import SheetsApi
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.layout import TabLayout
from connector.sheets.overview import locks
from connector.sheets.request_parts import grid_range

Json = dict[str, Any]

_FIELDS = (
    "properties(sheetId),merges,tables(range),"
    "protectedRanges(range,warningOnly,requestingUserCanEdit,unprotectedRanges),"
    "data(startColumn,rowData(values(userEnteredValue,effectiveValue,note)))"
)


def free_first_rows(api: SheetsApi, spreadsheet_id: str, layouts: Iterable[TabLayout]) -> set[int]:
    """The ids of those of the tabs whose row below the header is blank and may be filled. One read, none for no tabs.

    Only for tabs without rows of the connector's. Raises SheetsError.
    """
    rows = {tab_layout.sheet_id: _row(tab_layout) for tab_layout in layouts if tab_layout.columns}
    if not rows:
        return set()
    wanted = {tab_layout.sheet_id: set(tab_layout.columns.values()) for tab_layout in layouts if tab_layout.columns}
    ranges = [
        grid_range(sheet_id, rows=(row.first_row, row.end_row), columns=(row.first_column, row.end_column))
        for sheet_id, row in rows.items()
    ]
    free = set()
    for sheet in api.grid(spreadsheet_id, ranges, _FIELDS):
        sheet_id = sheet.get("properties", {}).get("sheetId", 0)
        if sheet_id in rows and _is_free(sheet, rows[sheet_id], wanted[sheet_id]):
            free.add(sheet_id)
    return free


def _row(tab_layout: TabLayout) -> Area:
    """The row below the header, from the first of the connector's columns to the last."""
    (end,) = tab_layout.end
    columns = tab_layout.columns.values()
    return Area(end.row, end.row + 1, min(columns), max(columns) + 1)


def _is_free(sheet: Json, row: Area, columns: set[int]) -> bool:
    for data in sheet.get("data", []):
        left = data.get("startColumn", 0)
        for cells in data.get("rowData", []):
            if any(cell and left + index in columns for index, cell in enumerate(cells.get("values", []))):
                return False
    if any(Area.of(merge).overlaps(row) for merge in sheet.get("merges", [])):
        return False
    # Rows come in below it then: not where a protection forbids that, and not just below a table's last row.
    if any(lock.covers(row) or lock.area.is_parted_at(row.end_row) for lock in locks(sheet)):
        return False
    tables = [Area.of(table.get("range", {})) for table in sheet.get("tables", [])]
    return not any(table.overlaps(row) and table.end_row <= row.end_row for table in tables)


def refuses_what_is_gone(api: SheetsApi, spreadsheet_id: str, tab_layout: TabLayout) -> bool | None:
    """Whether Google refuses an update that matches no tag, as the batch relies on; None where no clear answer came.

    One write, which changes nothing: it looks for the tag where it is not. Raises SheetsError.
    """
    (last,), (end,) = tab_layout.last, tab_layout.end
    try:
        api.batch_update(spreadsheet_id, [tags.check_place("ROWS", end.id, tab_layout.sheet_id, last.row)])
    except SheetsError as error:
        if error.kind is Kind.STALE:
            return True
        if error.is_unclear:
            return None
        raise
    return False


def keep_what_is_there(tab_layout: TabLayout, groups: Iterable[Sequence[str]], *, row: int, to: int) -> Iterator[Json]:
    """Copies values and formulas of the connector's columns from one row to another. Where they are blank, nothing
    happens."""
    for columns in groups:
        yield {
            "copyPaste": {
                "source": _cells(tab_layout, row, columns),
                "destination": _cells(tab_layout, to, columns),
                "pasteType": "PASTE_FORMULA",
            }
        }


def _cells(tab_layout: TabLayout, row: int, columns: Sequence[str]) -> Json:
    left = tab_layout.columns[columns[0]]
    return grid_range(tab_layout.sheet_id, rows=(row, row + 1), columns=(left, left + len(columns)))
