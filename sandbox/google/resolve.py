"""From what a caller wrote to the rectangle that is meant: A1 notation, grid ranges, tags."""

from typing import Any

from sandbox.google.a1 import cells_of, split_a1
from sandbox.google.draft import Draft, beyond_grid
from sandbox.google.errors import ApiError, Refused
from sandbox.google.grid import GRID, Content
from sandbox.google.metadata import COLUMN, ROW, SHEET, Place
from sandbox.google.metadata_requests import matches
from sandbox.google.ranges import Area


def area_of(content: Content, text: str) -> Area:
    """The rectangle of an A1 text, possibly open to the right or below.

    A bare word that looks like a cell is a cell, even where a tab has that title (docs/google-sheets.md, 2.2);
    then tab titles are tried, then named ranges. What can't be found: 400 `Unable to parse range` (1.4).
    """
    title, cells = split_a1(text)
    found = _bare(content, text) if title is None else _within(content, title, cells)
    if found is None:
        raise ApiError(400, f"Unable to parse range: {text}")
    return found


def _bare(content: Content, text: str) -> Area | None:
    """Without a title the first visible tab is meant; where that is a chart's, nothing can be (not known)."""
    sides = cells_of(text)
    if sides is not None:
        first = next(sheet for sheet in content.sheets.values() if not sheet.hidden)
        return Area(first.sheet_id, *sides) if first.kind == GRID else None
    sheet = content.sheet_titled(text)
    if sheet is not None and sheet.kind == GRID:
        return Area(sheet.sheet_id)
    return _named(content, text)


def _within(content: Content, title: str, cells: str | None) -> Area | None:
    """What stands behind a title: cells, or a named range of that tab (seen)."""
    sheet = content.sheet_titled(title)
    if sheet is None or sheet.kind != GRID:
        return None
    if cells is None:
        return Area(sheet.sheet_id)
    sides = cells_of(cells)
    if sides is not None:
        return Area(sheet.sheet_id, *sides)
    named = _named(content, cells)
    return named if named is not None and named.sheet_id == sheet.sheet_id else None


def _named(content: Content, name: str) -> Area | None:
    folded = name.casefold()
    return next((named.area for named in content.named_ranges.values() if named.name.casefold() == folded), None)


def clipped(draft: Draft, area: Area) -> Area:
    """The rectangle with all four sides, cut off at the grid's end. One that begins beyond it is refused."""
    sheet = draft.sheet(area.sheet_id)
    rows, columns = area.rows_within(sheet.row_count), area.columns_within(sheet.column_count)
    if not rows or not columns:
        raise Refused(beyond_grid(sheet, area))
    return Area(area.sheet_id, rows.start, rows.stop, columns.start, columns.stop)


def areas_of(draft: Draft, texts: list[str]) -> list[Area]:
    return [clipped(draft, area_of(draft.content, text)) for text in texts]


def areas_of_filter(draft: Draft, data_filter: dict[str, Any]) -> list[Area]:
    """The rectangles that a data filter finds: one for a range, one for each tag's row, column or tab."""
    if "a1Range" in data_filter:
        return [clipped(draft, area_of(draft.content, data_filter["a1Range"]))]
    if "gridRange" in data_filter:
        return [clipped(draft, Area.from_json(data_filter["gridRange"]))]
    found = [_area_of_place(entry.place) for _, entry in matches(draft.content, [data_filter])]
    return [clipped(draft, area) for area in found if area is not None]


def _area_of_place(place: Place) -> Area | None:
    if place.sheet_id is None:
        return None
    if place.kind == SHEET:
        return Area(place.sheet_id)
    index = place.index or 0
    if place.kind == ROW:
        return Area(place.sheet_id, row=index, end_row=index + 1)
    assert place.kind == COLUMN
    return Area(place.sheet_id, column=index, end_column=index + 1)
