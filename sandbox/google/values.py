"""The `values` methods: get, update, append and clear, by A1 notation or by data filter.

Formats, notes and rules stay as they are. `append` looks for a table and lands where Google would, pitfalls
included (docs/google-sheets.md, 2.1), so that one can see why the connector doesn't use it.
"""

from typing import Any, NamedTuple

from sandbox.google import shift, value_ranges
from sandbox.google.a1 import a1, letters
from sandbox.google.draft import Draft
from sandbox.google.errors import ApiError, Refused
from sandbox.google.grid import Sheet
from sandbox.google.ranges import ROWS, Area, Insertion
from sandbox.google.reads import hidden_rows
from sandbox.google.resolve import area_of, areas_of_filter, clipped
from sandbox.google.value_ranges import Rendering

Json = dict[str, Any]


class Written(NamedTuple):
    """What a write did: Google's counts, and the rectangle for those who want the values back."""

    counts: Json
    area: Area


def get(draft: Draft, text: str, rendering: Rendering) -> Json:
    return value_ranges.read(draft, clipped(draft, area_of(draft.content, text)), rendering)


def get_by_filters(draft: Draft, filters: list[Json], rendering: Rendering) -> list[Json]:
    """Each rectangle once, with every filter that found it; not in the order that was asked for, unless switched so."""
    found: dict[Area, list[Json]] = {}
    for data_filter in filters:
        for area in areas_of_filter(draft, data_filter):
            found.setdefault(area, []).append(data_filter)
    answer = [
        {"valueRange": value_ranges.read(draft, area, rendering), "dataFilters": by} for area, by in found.items()
    ]
    return answer if draft.unknowns.filters_answered_as_asked else answer[::-1]


def update(draft: Draft, area: Area, body: Json, option: str) -> Written:
    """Writes into a rectangle. A single cell is only the corner; a larger one must hold all that is sent."""
    lines = value_ranges.lines_of(body)
    sheet = draft.sheet(area.sheet_id)
    single = area.end_row == (area.row or 0) + 1 and area.end_column == (area.column or 0) + 1
    if not single:
        _check_inside(sheet, area, lines)
    counts = value_ranges.write(draft, area, lines, option)
    return Written(counts, _written_area(area, lines))


def _written_area(area: Area, lines: list[list[Any]]) -> Area:
    top, left = area.row or 0, area.column or 0
    width = max(map(len, lines), default=0)
    return Area(area.sheet_id, top, top + max(len(lines), 1), left, left + max(width, 1))


def _check_inside(sheet: Sheet, area: Area, lines: list[list[Any]]) -> None:
    top, left = area.row or 0, area.column or 0
    bottom = sheet.row_count if area.end_row is None else area.end_row
    right = sheet.column_count if area.end_column is None else area.end_column
    name = a1(sheet.title, top, bottom, left, right)
    if top + len(lines) > bottom:
        raise Refused(f"Requested writing within range [{name}], but tried writing to row [{bottom + 1}]")
    if any(left + len(line) > right for line in lines):
        raise Refused(f"Requested writing within range [{name}], but tried writing to column [{letters(right)}]")


def clear(draft: Draft, area: Area) -> str:
    """Empties the values of a rectangle; gives its name."""
    sheet = draft.sheet(area.sheet_id)
    draft.guard(area)
    sheet = draft.edit(area.sheet_id)
    rows, columns = area.rows_within(sheet.row_count), area.columns_within(sheet.column_count)
    for row in rows:
        cells = sheet.rows[row]
        if cells is not None:
            emptied = {column: cell._replace(value=None) for column, cell in cells.items() if column in columns}
            sheet.put_row(row, emptied)
    return a1(sheet.title, rows.start, rows.stop, columns.start, columns.stop)


def append(draft: Draft, text: str, body: Json, option: str, insert: str) -> tuple[str | None, Written]:
    """Finds a table and writes below it, at its first column. Gives the table's name too, None when there is
    none.

    OVERWRITE writes over what is there and makes the tab longer only at its end; INSERT_ROWS inserts rows
    first. A tab is not made wider: not documented, and the stricter case.
    """
    if insert not in ("OVERWRITE", "INSERT_ROWS", ""):
        raise ApiError(400, f"Invalid value at 'insert_data_option' (TYPE_ENUM), \"{insert}\"")
    area = clipped(draft, area_of(draft.content, text))
    sheet = draft.sheet(area.sheet_id)
    lines = value_ranges.lines_of(body)
    table = _table(draft, sheet, area)
    if table is None:
        name, top, left = None, area.row or 0, area.column or 0
    else:
        assert table.end_row is not None
        assert table.end_column is not None
        top, left = table.end_row, table.column or 0
        name = a1(sheet.title, table.row or 0, table.end_row, left, table.end_column)
    sheet = draft.edit(area.sheet_id)
    missing = top + len(lines) - sheet.row_count
    if insert == "INSERT_ROWS" and top < sheet.row_count and lines:
        draft.check_room(len(lines) * sheet.column_count)
        shift.apply(draft, sheet, ROWS, Insertion(top, len(lines)))
        if top > 0:
            shift.inherit(sheet, ROWS, top, len(lines), top - 1, hidden=False)
    elif missing > 0:
        draft.check_room(missing * sheet.column_count)
        sheet.rows.extend([None] * missing)
    target = Area(area.sheet_id, top, None, left, None)
    return name, Written(value_ranges.write(draft, target, lines, option), _written_area(target, lines))


def _table(draft: Draft, sheet: Sheet, area: Area) -> Area | None:
    """The table that the last filled cell of the area belongs to: everything that touches it, corners
    included.

    Blank cells therefore cut tables apart, which is how rows come to be shifted to the right. Where a filter
    or a hidden row covers the table's end, the table seems to end before it (reported; switch
    `filter_swallows_appends`).
    """
    seed = _last_filled(sheet, area)
    if seed is None:
        return None
    top, left = seed
    bottom, right = top + 1, left + 1
    while True:
        before = (top, bottom, left, right)
        while top > 0 and _any(sheet, top - 1, left - 1, right + 1):
            top -= 1
        while bottom < sheet.row_count and _any(sheet, bottom, left - 1, right + 1):
            bottom += 1
        nearby = range(max(top - 1, 0), min(bottom + 1, sheet.row_count))
        if left > 0 and any(_any(sheet, row, left - 1, left) for row in nearby):
            left -= 1
        if any(_any(sheet, row, right, right + 1) for row in nearby):
            right += 1
        if before == (top, bottom, left, right):
            break
    if draft.unknowns.filter_swallows_appends:
        bottom = _last_visible(sheet, top, bottom)
    return Area(sheet.sheet_id, top, bottom, left, right)


def _last_filled(sheet: Sheet, area: Area) -> tuple[int, int] | None:
    columns = area.columns_within(sheet.column_count)
    for row in reversed(area.rows_within(sheet.row_count)):
        filled = [
            column for column, cell in (sheet.rows[row] or {}).items() if column in columns and cell.value is not None
        ]
        if filled:
            return row, max(filled)
    return None


def _any(sheet: Sheet, row: int, start: int, end: int) -> bool:
    cells = sheet.rows[row]
    if cells is None:
        return False
    return any(start <= column < end and cell.value is not None for column, cell in cells.items())


def _last_visible(sheet: Sheet, top: int, bottom: int) -> int:
    hidden = hidden_rows(sheet)
    while hidden and bottom - 1 > top and bottom - 1 in hidden:
        bottom -= 1
    return bottom
