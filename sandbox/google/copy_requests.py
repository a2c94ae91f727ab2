"""copyPaste: cells copied onto others of the same tab or another."""

from typing import Any

from sandbox.google.draft import Draft
from sandbox.google.errors import NotPlayed, Refused
from sandbox.google.grid import Formula
from sandbox.google.ranges import Area


def copy_paste(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """Only what is typed into cells (PASTE_FORMULA), from one rectangle to another of the same size. Blank cells are
    pasted as well: they empty what was there."""
    if body.get("pasteType", "PASTE_NORMAL") != "PASTE_FORMULA" or body.get("pasteOrientation", "NORMAL") != "NORMAL":
        raise NotPlayed("this kind of copyPaste")
    if "source" not in body or "destination" not in body:
        raise Refused("A source and a destination range must be given.")
    source = draft.bounded(Area.from_json(body["source"]))
    destination = draft.bounded(Area.from_json(body["destination"]))
    draft.guard(destination)
    from_sheet, to_sheet = draft.sheet(source.sheet_id), draft.edit(destination.sheet_id)
    from_rows, to_rows = source.rows_within(from_sheet.row_count), destination.rows_within(to_sheet.row_count)
    from_columns = source.columns_within(from_sheet.column_count)
    to_columns = destination.columns_within(to_sheet.column_count)
    if len(from_rows) != len(to_rows) or len(from_columns) != len(to_columns):
        raise NotPlayed("copyPaste between ranges of different sizes")
    copied = [[from_sheet.cell(row, column).value for column in from_columns] for row in from_rows]
    if any(isinstance(value, Formula) for values in copied for value in values):
        raise NotPlayed("copyPaste of formulas")
    for row, values in zip(to_rows, copied, strict=True):
        cells = {
            column: to_sheet.cell(row, column)._replace(value=value)
            for column, value in zip(to_columns, values, strict=True)
        }
        to_sheet.put_row(row, cells)
    return {}
