"""Requests that write cells."""

from typing import Any

from sandbox.google import fieldmask, typed_columns, validation
from sandbox.google.cells import Writer, writer, written_row
from sandbox.google.dimension_requests import extend
from sandbox.google.draft import Draft
from sandbox.google.errors import NotPlayed, Refused
from sandbox.google.grid import Row, Sheet
from sandbox.google.ranges import ROWS, Area


def update_cells(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """Writes from `start` on, or fills `range`; what `rows` doesn't cover of a range is cleared."""
    write = writer(body.get("fields", ""))
    rows = [row.get("values", []) for row in body.get("rows", [])]
    if "range" in body:
        area = draft.bounded(Area.from_json(body["range"]))
        top, left, bottom, right = _sides(area)
        _check_fits(rows, top, left, bottom, right)
        rows = [row + [{}] * (right - left - len(row)) for row in rows]
        rows += [[{}] * (right - left)] * (bottom - top - len(rows))
    elif "start" in body:
        start = body["start"]
        sheet = draft.sheet(start.get("sheetId", 0))
        top, left = start.get("rowIndex", 0), start.get("columnIndex", 0)
        if top < 0 or left < 0:
            raise Refused("start.rowIndex and start.columnIndex must not be negative.")
        _check_fits(rows, top, left, sheet.row_count, sheet.column_count)
        area = Area(sheet.sheet_id, top, top + len(rows), left, left + max(map(len, rows), default=0))
    else:
        raise Refused("Either start or range must be set.")
    if not rows or area.end_column == left:
        return {}
    draft.guard(area)
    typed_columns.check_mask(draft, area, body["fields"])
    sheet = draft.edit(area.sheet_id)
    _note_formulas(sheet, rows)
    _write_rows(sheet, write, rows, top, left)
    _write_rules(sheet, body["fields"], rows, top, left)
    return {}


def append_cells(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """Writes below the last row with data of the whole tab, from column A on (docs/google-sheets.md, 2.2). The
    reply is empty. It doesn't widen the grid. An empty check box counts as data:
    not documented, and the worse of the two."""
    if "tableId" in body:
        raise NotPlayed("the field tableId of appendCells")
    write = writer(body.get("fields", ""))
    rows = [row.get("values", []) for row in body.get("rows", [])]
    sheet = draft.sheet(body.get("sheetId", 0))
    top = sheet.last_row_with_data() + 1
    widest = max(map(len, rows), default=0)
    if not rows:
        return {}
    if widest > sheet.column_count:
        raise _too_wide(sheet.column_count)
    missing = top + len(rows) - sheet.row_count
    if missing > 0:
        draft.check_room(missing * sheet.column_count)
        extend(draft.edit(sheet.sheet_id), ROWS, missing)
    area = Area(sheet.sheet_id, top, top + len(rows), 0, max(widest, 1))
    draft.guard(area)
    typed_columns.check_mask(draft, area, body["fields"])
    sheet = draft.edit(sheet.sheet_id)
    _note_formulas(sheet, rows)
    _write_rows(sheet, write, rows, top, 0)
    _write_rules(sheet, body["fields"], rows, top, 0)
    return {}


def repeat_cell(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    area = draft.cut(Area.from_json(body.get("range", {})))
    write = writer(body.get("fields", ""))
    given = body.get("cell", {})
    draft.guard(area)
    typed_columns.check_mask(draft, area, body["fields"])
    sheet = draft.edit(area.sheet_id)
    top, left, bottom, right = _sides(area)
    values = [given] * (right - left)
    if "formulaValue" in given.get("userEnteredValue", {}) and (bottom - top) * (right - left) > 1:
        raise NotPlayed("a formula in repeatCell over several cells")
    _note_formulas(sheet, [[given]])
    blank = written_row(None, write, values, left)
    for index in range(top, bottom):
        old = sheet.rows[index]
        sheet.rows[index] = written_row(old, write, values, left) if old else blank
    if fieldmask.names(fieldmask.for_update(body["fields"], "CellData"), "dataValidation"):
        validation.set_rule(sheet, area, given.get("dataValidation"))
    return {}


def set_data_validation(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    area = draft.bounded(Area.from_json(body.get("range", {})))
    rule = body.get("rule")
    if rule is not None and "condition" not in rule:
        raise Refused("A data validation rule must have a condition.")
    if rule is not None:
        validation.check_condition(rule["condition"])
    draft.guard(area)
    typed_columns.check_rule(draft, area)
    validation.set_rule(draft.edit(area.sheet_id), area, rule)
    return {}


def update_borders(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """Sets the borders as formats of the cells along each side; the inner ones on every cell inside."""
    area = draft.bounded(Area.from_json(body.get("range", {})))
    draft.guard(area)
    sheet = draft.edit(area.sheet_id)
    top, left, bottom, right = _sides(area)
    for row in range(top, bottom):
        cells: dict[int, Any] = {}
        for column in range(left, right):
            sides = {
                "top": body.get("top") if row == top else body.get("innerHorizontal"),
                "bottom": body.get("bottom") if row == bottom - 1 else body.get("innerHorizontal"),
                "left": body.get("left") if column == left else body.get("innerVertical"),
                "right": body.get("right") if column == right - 1 else body.get("innerVertical"),
            }
            cell = sheet.cell(row, column)
            borders = dict((cell.format or {}).get("borders", {}))
            borders |= {side: border for side, border in sides.items() if border}
            cells[column] = cell._replace(format={**(cell.format or {}), "borders": borders})
        sheet.put_row(row, cells)
    return {}


def merge_cells(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """Merges, keeping only the value of the first cell of each merged rectangle, as Google does."""
    area = draft.bounded(Area.from_json(body.get("range", {})))
    draft.guard(area)
    sheet = draft.edit(area.sheet_id)
    kind = body.get("mergeType", "MERGE_ALL")
    top, left, bottom, right = _sides(area)
    if kind == "MERGE_ROWS":
        pieces = [area._replace(row=row, end_row=row + 1) for row in range(top, bottom)]
    elif kind == "MERGE_COLUMNS":
        pieces = [area._replace(column=column, end_column=column + 1) for column in range(left, right)]
    else:
        pieces = [area]
    if any(old.intersects(area) and any(old.without(area)) for old in sheet.merges):
        raise Refused("You must select all cells in a merged range to merge or unmerge them.")
    sheet.merges = (*(old for old in sheet.merges if not old.intersects(area)), *pieces)
    for piece in pieces:
        first = (piece.row, piece.column)
        for row in piece.rows_within(sheet.row_count):
            cells = sheet.rows[row] or {}
            emptied = {
                column: cells[column]._replace(value=None)
                for column in piece.columns_within(sheet.column_count)
                if column in cells and (row, column) != first
            }
            if emptied:
                sheet.put_row(row, emptied)
    return {}


def unmerge_cells(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    area = draft.bounded(Area.from_json(body.get("range", {})))
    draft.guard(area)
    sheet = draft.edit(area.sheet_id)
    if any(old.intersects(area) and any(old.without(area)) for old in sheet.merges):
        raise Refused("You must select all cells in a merged range to merge or unmerge them.")
    sheet.merges = tuple(old for old in sheet.merges if not old.intersects(area))
    return {}


def _sides(area: Area) -> tuple[int, int, int, int]:
    assert area.row is not None
    assert area.column is not None
    assert area.end_row is not None
    assert area.end_column is not None
    return area.row, area.column, area.end_row, area.end_column


def _too_wide(limit: int) -> Refused:
    """The sentence as seen at Google (docs/google-sheets.md, 1.4); the one for rows is modelled on it."""
    return Refused(f"Attempting to write column: {limit}, beyond the last requested column of: {limit - 1}")


def _check_fits(rows: list[list[Any]], top: int, left: int, bottom: int, right: int) -> None:
    if top + len(rows) > bottom:
        raise Refused(f"Attempting to write row: {max(bottom, top)}, beyond the last requested row of: {bottom - 1}")
    if any(left + len(row) > right for row in rows):
        raise _too_wide(right)


def _write_rows(sheet: Sheet, write: Writer, rows: list[list[dict[str, Any]]], top: int, left: int) -> None:
    grid: list[Row | None] = sheet.rows
    for index, values in enumerate(rows, top):
        if values:
            grid[index] = written_row(grid[index], write, values, left)


def _note_formulas(sheet: Sheet, rows: list[list[dict[str, Any]]]) -> None:
    sheet.has_formulas |= any("formulaValue" in given.get("userEnteredValue", {}) for row in rows for given in row)


def _write_rules(sheet: Sheet, mask: str, rows: list[list[dict[str, Any]]], top: int, left: int) -> None:
    if not fieldmask.names(fieldmask.for_update(mask, "CellData"), "dataValidation"):
        return
    if not sheet.validations and not any("dataValidation" in cell for row in rows for cell in row):
        return
    for row, values in enumerate(rows, top):
        for column, given in enumerate(values, left):
            cell = Area(sheet.sheet_id, row, row + 1, column, column + 1)
            validation.set_rule(sheet, cell, given.get("dataValidation"))
