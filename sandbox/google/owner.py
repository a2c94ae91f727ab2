"""What the merchant's edits have in common: naming tabs and columns as a person does, and the commonest
changes."""

from typing import Any, TypeAlias

from sandbox.google import dimension_requests, sheet_requests
from sandbox.google.a1 import column_of
from sandbox.google.draft import Draft
from sandbox.google.errors import Refused
from sandbox.google.grid import Sheet
from sandbox.google.ranges import COLUMNS, ROWS

Tab: TypeAlias = int | str
Column: TypeAlias = int | str


def no_reply(_: object) -> None:
    """The owner needs no reply."""


def tab_of(draft: Draft, tab: Tab) -> Sheet:
    sheet = draft.content.sheets.get(tab) if isinstance(tab, int) else draft.content.sheet_titled(tab)
    if sheet is None:
        raise Refused(f"There is no tab {tab}.")
    return sheet


def edited(draft: Draft, tab: Tab) -> Sheet:
    return draft.edit(tab_of(draft, tab).sheet_id)


def column_index(sheet: Sheet, column: Column) -> int:
    if isinstance(column, str):
        if not (column.isascii() and column.isalpha()):
            raise Refused(f"{column} is not a column.")
        column = column_of(column)
    return line_index(sheet, COLUMNS, column)


def line_index(sheet: Sheet, dimension: str, index: int) -> int:
    size = sheet.row_count if dimension == ROWS else sheet.column_count
    if not 0 <= index < size:
        raise Refused(f"The tab {sheet.title} has {size} {dimension.lower()}; there is none with index {index}.")
    return index


def span(sheet: Sheet, dimension: str, start: int, count: int) -> dict[str, Any]:
    return {
        "sheetId": sheet.sheet_id,
        "dimension": dimension,
        "startIndex": start,
        "endIndex": start + count,
    }


def insert(draft: Draft, tab: Tab, dimension: str, start: int, count: int) -> None:
    """Takes the look of what stands before; at the very front, of what comes after."""
    lines = span(tab_of(draft, tab), dimension, start, count)
    dimension_requests.insert_dimension(draft, {"range": lines, "inheritFromBefore": start > 0})


def delete(draft: Draft, tab: Tab, dimension: str, start: int, count: int) -> None:
    dimension_requests.delete_dimension(draft, {"range": span(tab_of(draft, tab), dimension, start, count)})


def set_hidden(draft: Draft, tab: Tab, dimension: str, start: int, count: int, *, hidden: bool) -> None:
    body = {
        "range": span(tab_of(draft, tab), dimension, start, count),
        "properties": {"hiddenByUser": hidden},
        "fields": "hiddenByUser",
    }
    dimension_requests.update_dimension_properties(draft, body)


def set_properties(draft: Draft, tab: Tab, given: dict[str, Any]) -> None:
    properties = {"sheetId": tab_of(draft, tab).sheet_id, **given}
    sheet_requests.update_sheet_properties(draft, {"properties": properties, "fields": ",".join(given)})
