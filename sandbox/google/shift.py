"""What happens to everything on a tab when rows or columns come, go or move."""

from typing import Any

from sandbox.google import formulas
from sandbox.google.draft import Draft
from sandbox.google.grid import Cell, Row, Sheet
from sandbox.google.ranges import ROWS, Area, Change, Deletion, Insertion, Move, Placed, changed


def apply(draft: Draft, sheet: Sheet, dimension: str, change: Change) -> None:
    """Changes the grid and takes along what is tied to its lines: sizes, rules, protections, names, tags."""
    if dimension == ROWS:
        _change_rows(sheet, change)
    else:
        _change_columns(sheet, change)
    lines = sheet.dimension_properties(dimension)
    moved = {new: body for index, body in lines.items() if (new := change.index(index)) is not None}
    lines.clear()
    lines.update(moved)
    _shift_ranges(draft, sheet, dimension, change)
    _shift_document(draft, sheet.sheet_id, dimension, change)
    _shift_frozen(sheet, dimension, change)
    formulas.shift(draft, sheet, dimension, change)


def _change_rows(sheet: Sheet, change: Change) -> None:
    rows = sheet.rows
    if isinstance(change, Insertion):
        rows[change.at : change.at] = [None] * change.count
    elif isinstance(change, Deletion):
        del rows[change.start : change.end]
    else:
        block = rows[change.start : change.end]
        del rows[change.start : change.end]
        to = _target(change)
        rows[to:to] = block


def _target(move: Move) -> int:
    return move.to if move.to < move.start else move.to - (move.end - move.start)


def _change_columns(sheet: Sheet, change: Change) -> None:
    for index, cells in enumerate(sheet.rows):
        if cells is not None:
            kept: Row = {new: cell for old, cell in cells.items() if (new := change.index(old)) is not None}
            sheet.rows[index] = kept or None
    if isinstance(change, Insertion):
        sheet.column_count += change.count
    elif isinstance(change, Deletion):
        sheet.column_count -= change.end - change.start


def _shift_ranges(draft: Draft, sheet: Sheet, dimension: str, change: Change) -> None:
    here = sheet.sheet_id

    def after(placed: Placed) -> Placed | None:
        return placed.after(here, dimension, change)

    sheet.filter = after(sheet.filter) if sheet.filter else None
    sheet.protections = {key: p for key, old in sheet.protections.items() if (p := after(old))}
    sheet.bandings = {key: p for key, old in sheet.bandings.items() if (p := after(old))}
    sheet.validations = tuple(p for old in sheet.validations if (p := after(old)))
    sheet.conditional_formats = tuple(p for old in sheet.conditional_formats if (p := after(old)))
    sheet.merges = tuple(a for old in sheet.merges if (a := changed(old, here, dimension, change)))
    below = draft.unknowns.tables_take_rows_below
    sheet.tables = {
        key: t for key, old in sheet.tables.items() if (t := old.after(here, dimension, change, takes_rows_below=below))
    }


def _shift_document(draft: Draft, sheet_id: int, dimension: str, change: Change) -> None:
    content = draft.content
    for key, entry in list(content.metadata.items()):
        place = entry.place.after(sheet_id, dimension, change)
        if place is None:
            del content.metadata[key]
        elif place is not entry.place:
            content.metadata[key] = entry.at(place)
    for name_id, named in list(content.named_ranges.items()):
        area = changed(named.area, sheet_id, dimension, change)
        if area is None:
            del content.named_ranges[name_id]
        else:
            content.named_ranges[name_id] = named._replace(area=area)


def _shift_frozen(sheet: Sheet, dimension: str, change: Change) -> None:
    """Lines that come or go among the frozen ones are frozen or gone themselves."""
    name = "frozenRowCount" if dimension == ROWS else "frozenColumnCount"
    frozen = sheet.grid.get(name, 0)
    if not frozen or isinstance(change, Move):
        return
    if isinstance(change, Insertion):
        sheet.grid[name] = frozen + (change.count if change.at < frozen else 0)
    else:
        sheet.grid[name] = frozen - max(0, min(change.end, frozen) - change.start)


def inherit(sheet: Sheet, dimension: str, at: int, count: int, source: int, *, hidden: bool) -> None:
    """Gives inserted lines the formats, validation rules and size of the line they take after.

    `source` is that line's index after the insertion. Values and notes are not inherited.
    """
    if dimension == ROWS:
        formats = _formats(sheet.rows[source])
        sheet.rows[at : at + count] = [formats] * count
    else:
        for index, cells in enumerate(sheet.rows):
            cell = cells.get(source) if cells else None
            if cells is not None and cell is not None and cell.format:
                fresh = dict.fromkeys(range(at, at + count), Cell(format=cell.format))
                sheet.rows[index] = {**cells, **fresh}
    sheet.validations = tuple(_grown(rule, dimension, at, count, source) for rule in sheet.validations)
    lines = sheet.dimension_properties(dimension)
    if source in lines:
        body: dict[str, Any] = dict(lines[source])
        if not hidden:
            body.pop("hiddenByUser", None)
        lines.update({index: dict(body) for index in range(at, at + count) if body})


def _formats(cells: Row | None) -> Row | None:
    kept = {column: Cell(format=cell.format) for column, cell in (cells or {}).items() if cell.format}
    return kept or None


def _grown(rule: Placed, dimension: str, at: int, count: int, source: int) -> Placed:
    def grow(area: Area) -> Area:
        start, end = (area.row, area.end_row) if dimension == ROWS else (area.column, area.end_column)
        if source < at and end == at and (start or 0) <= source:
            end = at + count
        elif source >= at and start == source:
            start = at
        if dimension == ROWS:
            return area._replace(row=start, end_row=end)
        return area._replace(column=start, end_column=end)

    return Placed(tuple(grow(area) for area in rule.areas), rule.body)
