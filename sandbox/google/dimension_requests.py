"""Requests that add, remove, move and dress rows and columns."""

from typing import Any

from sandbox.google import fieldmask, shift
from sandbox.google.draft import Draft
from sandbox.google.errors import PROTECTED, Refused
from sandbox.google.grid import COLUMNS_PER_TAB, Sheet
from sandbox.google.ranges import COLUMNS, ROWS, Area, Deletion, Insertion, Move


def insert_dimension(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """Bounds and their sentences as observed at Google (docs/google-sheets.md, 1.4)."""
    sheet, dimension, start, end = _lines(draft, body.get("range", {}))
    before = body.get("inheritFromBefore", False)
    size = _size(sheet, dimension)
    if start > size:
        raise Refused(f"range.startIndex is larger than current grid size ({size})")
    if before and start == 0:
        raise Refused("range.startIndex must be greater than 0 if inheritFromBefore is true.")
    if not before and start >= size:
        raise Refused(f"range.startIndex must be less than the grid size ({size}) if inheritFromBefore is false.")
    count = end - start
    _guard_inside(draft, sheet, dimension, start)
    sheet = draft.edit(sheet.sheet_id)
    _check_width(sheet, dimension, count)
    _check_cells(draft, sheet, dimension, count)
    shift.apply(draft, sheet, dimension, Insertion(start, count))
    source = start - 1 if before else end
    hidden = draft.unknowns.inserted_rows_inherit_hidden
    shift.inherit(sheet, dimension, start, count, source, hidden=hidden)
    return {}


def append_dimension(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    sheet_id, dimension = body.get("sheetId", 0), _dimension(body)
    length = body.get("length", 0)
    if length < 1:
        raise Refused("length must be greater than 0.")
    sheet = draft.edit(sheet_id)
    _check_width(sheet, dimension, length)
    _check_cells(draft, sheet, dimension, length)
    extend(sheet, dimension, length)
    return {}


def extend(sheet: Sheet, dimension: str, length: int) -> None:
    """Adds empty lines at the end; nothing moves, nothing is inherited."""
    if dimension == ROWS:
        sheet.rows.extend([None] * length)
    else:
        sheet.column_count += length


def delete_dimension(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    given = body.get("range", {})
    sheet, dimension, start, end = _lines(draft, given, open_end=True)
    size = _size(sheet, dimension)
    what = "rows" if dimension == ROWS else "columns"
    if end > size:
        raise Refused(f"range.endIndex is larger than current grid size ({size})")
    if end - start >= size:
        raise Refused(f"You can't delete all the {what} on the sheet.")
    frozen = sheet.grid.get("frozenRowCount" if dimension == ROWS else "frozenColumnCount", 0)
    if frozen and start <= frozen and end == size:
        raise Refused(f"Sorry, it is not possible to delete all non-frozen {what}.")
    draft.guard(_band(sheet, dimension, start, end))
    shift.apply(draft, draft.edit(sheet.sheet_id), dimension, Deletion(start, end))
    return {}


def move_dimension(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    sheet, dimension, start, end = _lines(draft, body.get("source", {}))
    to = body.get("destinationIndex", 0)
    size = _size(sheet, dimension)
    if end > size or not 0 <= to <= size:
        raise Refused(f"The rows or columns to move must lie within the grid, which has {size}.")
    if start <= to <= end:
        return {}
    draft.guard(_band(sheet, dimension, start, end))
    _guard_inside(draft, sheet, dimension, to)
    _check_merges(sheet, dimension, range(start, end), to)
    shift.apply(draft, draft.edit(sheet.sheet_id), dimension, Move(start, end, to))
    return {}


def update_dimension_properties(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    mask = fieldmask.for_update(body.get("fields", ""), "DimensionProperties")
    sheet, dimension, start, end = _lines(draft, body.get("range", {}), open_end=True)
    size = _size(sheet, dimension)
    if end > size:
        raise Refused(f"range.endIndex is larger than current grid size ({size})")
    draft.guard(_band(sheet, dimension, start, end))
    sheet = draft.edit(sheet.sheet_id)
    lines = sheet.dimension_properties(dimension)
    for index in range(start, end):
        new = fieldmask.merged(mask, lines.get(index), body.get("properties"))
        kept = {name: new[name] for name in ("hiddenByUser", "pixelSize") if new.get(name)}
        if kept:
            lines[index] = kept
        else:
            lines.pop(index, None)
    return {}


def auto_resize_dimensions(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """Gives each line the size that its longest text needs, at seven pixels a character."""
    sheet, dimension, start, end = _lines(draft, body.get("dimensions", {}), open_end=True)
    end = min(end, _size(sheet, dimension))
    sheet = draft.edit(sheet.sheet_id)
    lines = sheet.dimension_properties(dimension)
    for index in range(start, end):
        kept = {name: value for name, value in lines.get(index, {}).items() if name != "pixelSize"}
        if dimension == COLUMNS:
            longest = max((len(str(row[index].value)) for row in sheet.rows if row and index in row), default=0)
            kept["pixelSize"] = max(21, 7 * longest + 12)
        if kept:
            lines[index] = kept
        else:
            lines.pop(index, None)
    return {}


def _dimension(given: dict[str, Any]) -> str:
    dimension = given.get("dimension")
    if dimension not in (ROWS, COLUMNS):
        raise Refused("No dimension specified.")
    return str(dimension)


def _lines(draft: Draft, given: dict[str, Any], *, open_end: bool = False) -> tuple[Sheet, str, int, int]:
    """Tab, dimension and bounds of a DimensionRange. `open_end` allows missing bounds,
    which mean the grid's."""
    dimension = _dimension(given)
    sheet = draft.sheet(given.get("sheetId", 0))
    start, end = given.get("startIndex"), given.get("endIndex")
    if open_end:
        start = 0 if start is None else start
        end = _size(sheet, dimension) if end is None else end
    if start is None or end is None:
        raise Refused("range.startIndex and range.endIndex are required.")
    if start < 0:
        raise Refused("range.startIndex must not be negative.")
    if end <= start:
        raise Refused("range.endIndex must be greater than range.startIndex.")
    return sheet, dimension, start, end


def _size(sheet: Sheet, dimension: str) -> int:
    return sheet.row_count if dimension == ROWS else sheet.column_count


def _band(sheet: Sheet, dimension: str, start: int, end: int) -> Area:
    if dimension == ROWS:
        return Area(sheet.sheet_id, row=start, end_row=end)
    return Area(sheet.sheet_id, column=start, end_column=end)


def _guard_inside(draft: Draft, sheet: Sheet, dimension: str, at: int) -> None:
    """Lines cannot come in between protected ones; beside a protected range they can."""
    if not 0 < at < _size(sheet, dimension):
        return
    for protection in sheet.protections.values():
        for area in protection.areas:
            start, end = (area.row, area.end_row) if dimension == ROWS else (area.column, area.end_column)
            inside = (start or 0) < at and (end is None or at < end)
            if inside and draft.locked(protection.body):
                raise Refused(PROTECTED)


def _check_merges(sheet: Sheet, dimension: str, lines: range, to: int) -> None:
    """Lines that a merged cell spans can't be torn apart, by what goes and by what comes in between."""
    what = "row" if dimension == ROWS else "column"
    for merge in sheet.merges:
        start, end = (merge.row, merge.end_row) if dimension == ROWS else (merge.column, merge.end_column)
        spanned = range(start or 0, end or 0)
        whole = not set(spanned) - set(lines)
        torn = not whole and not set(spanned).isdisjoint(lines)
        if len(spanned) > 1 and (torn or spanned.start < to < spanned.stop):
            raise Refused(
                f"Sorry, it is not possible to move a {what} to a position that crosses a merged cell. "
                "Please unmerge and try again."
            )


def _check_width(sheet: Sheet, dimension: str, more: int) -> None:
    if dimension == COLUMNS and sheet.column_count + more > COLUMNS_PER_TAB:
        raise Refused(f"A sheet cannot have more than {COLUMNS_PER_TAB} columns.")


def _check_cells(draft: Draft, sheet: Sheet, dimension: str, more: int) -> None:
    """Before the grid is made larger, so that a wish for a billion rows costs nothing."""
    draft.check_room(more * (sheet.column_count if dimension == ROWS else sheet.row_count))
