"""*Convert to table* and back again, as the browser does it."""

from typing import Any

from sandbox.google import validation
from sandbox.google.display import DATE_TYPES
from sandbox.google.draft import Draft
from sandbox.google.errors import Refused
from sandbox.google.grid import Formula, Sheet
from sandbox.google.owner import Tab, edited
from sandbox.google.ranges import Area
from sandbox.google.table_requests import add_table
from sandbox.google.validation import rule_at


def convert(draft: Draft, tab: Tab, name: str | None, types: list[Any] | None) -> None:
    """Makes all that is filled from A1 on a table. Filter and alternating colours give way to the table's own.

    A column's type is what its cells look like. In Google's browser some stay without one; here each column with
    values gets a type, which is the harder case for a program that writes there.
    """
    sheet = edited(draft, tab)
    bottom, right = sheet.last_row_with_data() + 1, _width(sheet)
    if not bottom or not right:
        raise Refused(f"The tab {sheet.title} holds nothing that could become a table.")
    area = Area(sheet.sheet_id, 0, bottom, 0, right)
    if sheet.filter is not None and sheet.filter.areas[0].intersects(area):
        sheet.filter = None
    sheet.bandings = {key: b for key, b in sheet.bandings.items() if not any(old.intersects(area) for old in b.areas)}
    columns = [_column(sheet, area, index) for index in range(right)]
    for index, kind in enumerate(types or []):
        columns[index] = {"columnIndex": index, "columnType": str(kind)} if kind else {"columnIndex": index}
    validation.set_rule(sheet, area, None)
    given: dict[str, Any] = {"range": area.to_json(), "columnProperties": columns}
    add_table(draft, {"table": {**given, "name": name} if name else given})


def revert(draft: Draft, tab: Tab) -> None:
    """The tables of a tab become plain cells again; nothing else changes."""
    edited(draft, tab).tables.clear()


def _width(sheet: Sheet) -> int:
    filled = (
        max(cells) + 1 for cells in sheet.rows if cells and any(cell.value is not None for cell in cells.values())
    )
    return max(filled, default=0)


def _column(sheet: Sheet, area: Area, index: int) -> dict[str, Any]:
    given = {"columnIndex": index}
    for row in area.rows_within(sheet.row_count)[1:]:
        rule = rule_at(sheet, row, index) or {}
        if rule.get("condition", {}).get("type") == "ONE_OF_LIST":
            return {**given, "columnType": "DROPDOWN", "dataValidationRule": {"condition": rule["condition"]}}
        kind = _type(sheet, row, index)
        if kind:
            return {**given, "columnType": kind}
    return given


def _type(sheet: Sheet, row: int, column: int) -> str | None:
    cell = sheet.cell(row, column)
    if cell.value is None or isinstance(cell.value, Formula):
        return None
    if isinstance(cell.value, bool):
        return "BOOLEAN"
    if isinstance(cell.value, str):
        return "TEXT"
    kind = (cell.format or {}).get("numberFormat", {}).get("type")
    return kind if kind in (*DATE_TYPES, "CURRENCY", "PERCENT") else "DOUBLE"
