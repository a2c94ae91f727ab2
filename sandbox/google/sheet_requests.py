"""Requests about tabs and the spreadsheet itself."""

import re
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.google import colours, fieldmask, formulas, shift, table_requests
from sandbox.google.draft import Draft
from sandbox.google.errors import PROTECTED, Refused
from sandbox.google.grid import COLUMNS_PER_TAB, DEFAULT_COLUMNS, DEFAULT_ROWS, GRID, OBJECT, Content, Sheet
from sandbox.google.metadata import check_storage
from sandbox.google.ranges import COLUMNS, ROWS, Area, Deletion

_KEPT_PROPERTIES = ("hidden", "tabColor", "tabColorStyle", "rightToLeft")
_FIXED_ZONE = re.compile(r"GMT[+-](0[0-9]|1[0-4]):[0-5][0-9]\Z")
_KEPT_GRID = (
    "frozenRowCount",
    "frozenColumnCount",
    "hideGridlines",
    "rowGroupControlAfter",
    "columnGroupControlAfter",
)


def sheet_properties(content: Content, sheet: Sheet) -> dict[str, Any]:
    """SheetProperties as Google answers them: ids, index and counts always, the rest where it is set."""
    grid = {"rowCount": sheet.row_count, "columnCount": sheet.column_count}
    grid |= {name: value for name, value in sheet.grid.items() if value}
    properties = colours.answered("SheetProperties", {name: part for name, part in sheet.properties.items() if part})
    return {
        "sheetId": sheet.sheet_id,
        "title": sheet.title,
        "index": list(content.sheets).index(sheet.sheet_id),
        "sheetType": sheet.kind,
        **({"gridProperties": grid} if sheet.kind == GRID else {}),
        **properties,
    }


def add_sheet(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """An id that exists is refused, as the description says; a random one is picked when none is given."""
    given = body.get("properties", {})
    sheets = draft.content.sheets
    sheet_id = given.get("sheetId")
    if sheet_id is None:
        sheet_id = draft.new_id(sheets)
    elif sheet_id < 0:
        raise Refused("The sheet ID must not be negative.")
    elif sheet_id in sheets:
        raise _id_taken(sheet_id)
    title = given.get("title") or _free_title(draft.content)
    _check_title(draft.content, title, None)
    if given.get("sheetType", "GRID") != "GRID":
        raise Refused("Only sheets of the type GRID can be added.")
    wanted = given.get("gridProperties", {})
    rows, columns = wanted.get("rowCount", DEFAULT_ROWS), wanted.get("columnCount", DEFAULT_COLUMNS)
    _check_grid(rows, columns, wanted)
    draft.check_room(rows * columns)
    sheet = Sheet(
        sheet_id,
        title,
        [None] * rows,
        columns,
        {name: given[name] for name in _KEPT_PROPERTIES if name in given},
        {name: wanted[name] for name in _KEPT_GRID if name in wanted},
    )
    draft.add_sheet(sheet)
    _place(draft.content, sheet_id, given.get("index"))
    return {"properties": sheet_properties(draft.content, sheet)}


def add_object_sheet(draft: Draft, title: str | None = None, index: int | None = None) -> Sheet:
    """A tab without cells, for a chart of its own."""
    content = draft.content
    title = title or _free_title(content, "Chart")
    _check_title(content, title, None)
    sheet = Sheet(draft.new_id(content.sheets), title, [], 0, kind=OBJECT)
    draft.add_sheet(sheet)
    _place(content, sheet.sheet_id, index)
    return sheet


def delete_sheet(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """Takes its tags and named ranges along."""
    sheet = draft.sheet(body.get("sheetId", 0), asked_for_cells=False)
    content = draft.content
    visible = [s for s in content.sheets.values() if not s.hidden and s is not sheet]
    if not visible:
        raise Refused("You can't remove all the visible sheets in a document.")
    if any(draft.locked(protection.body) for protection in sheet.protections.values()):
        raise Refused(PROTECTED)
    del content.sheets[sheet.sheet_id]
    formulas.rename(draft, sheet.title, None)
    gone = sheet.sheet_id
    content.metadata = {k: m for k, m in content.metadata.items() if m.place.sheet_id != gone}
    content.named_ranges = {k: n for k, n in content.named_ranges.items() if n.area.sheet_id != gone}
    return {}


def duplicate_sheet(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    """A copy of the cells, formats and rules; with the tags as well, unless switched otherwise. Named ranges
    of the copy get no name; the protections are copied."""
    content = draft.content
    source = draft.sheet(body.get("sourceSheetId", 0), asked_for_cells=False)
    new_id = body.get("newSheetId")
    if new_id is None:
        new_id = draft.new_id(content.sheets)
    elif new_id in content.sheets:
        raise _id_taken(new_id)
    title = body.get("newSheetName") or _copy_title(content, source.title)
    _check_title(content, title, None)
    draft.check_room(source.row_count * source.column_count)
    twin = moved_to(source, new_id)
    twin.tables = table_requests.copies(draft, source, new_id)
    twin.title = title
    twin.properties.pop("hidden", None)
    draft.add_sheet(twin)
    _place(content, new_id, body.get("insertSheetIndex", 0))
    if draft.unknowns.duplicate_copies_metadata:
        for entry in [m for m in content.metadata.values() if m.place.sheet_id == source.sheet_id]:
            fresh = draft.new_id({m.metadata_id for m in content.metadata.values()})
            place = replace(entry.place, sheet_id=new_id)
            draft.add_metadata(replace(entry, metadata_id=fresh, place=place))
        check_storage(content.metadata.values(), new_id)
    return {"properties": sheet_properties(content, twin)}


def moved_to(source: Sheet, new_id: int) -> Sheet:
    """A copy of a tab under another id, its rules included."""
    twin = source.copy()
    twin.sheet_id = new_id
    twin.filter = source.filter and source.filter.on_sheet(new_id)
    twin.protections = {key + 1: p.on_sheet(new_id) for key, p in source.protections.items()}
    twin.bandings = {key + 1: p.on_sheet(new_id) for key, p in source.bandings.items()}
    twin.validations = tuple(p.on_sheet(new_id) for p in source.validations)
    twin.conditional_formats = tuple(p.on_sheet(new_id) for p in source.conditional_formats)
    twin.merges = tuple(area._replace(sheet_id=new_id) for area in source.merges)
    twin.charts = {key + 1: {**chart, "chartId": key + 1} for key, chart in source.charts.items()}
    return twin


def update_sheet_properties(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    given = body.get("properties", {})
    mask = fieldmask.for_update(body.get("fields", ""), "SheetProperties")
    sheet = draft.edit(given.get("sheetId", 0), asked_for_cells=False)
    content = draft.content
    old = sheet_properties(content, sheet)
    new = fieldmask.merged(mask, old, given)
    if any(draft.locked(p.body) and p.areas == (Area(sheet.sheet_id),) for p in sheet.protections.values()):
        raise Refused(PROTECTED)
    if new["sheetId"] != sheet.sheet_id:
        raise Refused("The sheet ID cannot be changed.")
    title = new.get("title", "")
    if title != sheet.title:
        _check_title(content, title, sheet)
        old_title, sheet.title = sheet.title, title
        formulas.rename(draft, old_title, title)
    sheet.properties = {name: new[name] for name in _KEPT_PROPERTIES if new.get(name)}
    if not any(not s.hidden for s in content.sheets.values()):
        raise Refused("You can't hide all the sheets in a document.")
    if sheet.kind == OBJECT:
        if "gridProperties" in given and fieldmask.names(mask, "gridProperties"):
            raise Refused("Grid properties cannot be set on a sheet that has no grid.")
    elif fieldmask.names(mask, "gridProperties"):
        _update_grid(draft, sheet, new.get("gridProperties", {}))
    if fieldmask.names(mask, "index") and new.get("index") != old["index"]:
        _place(content, sheet.sheet_id, new.get("index", 0))
    return {}


def _update_grid(draft: Draft, sheet: Sheet, grid: dict[str, Any]) -> None:
    rows = grid.get("rowCount", sheet.row_count)
    columns = grid.get("columnCount", sheet.column_count)
    _check_grid(rows, columns, grid)
    draft.check_room(rows * columns - sheet.row_count * sheet.column_count)
    if rows > sheet.row_count:
        sheet.rows.extend([None] * (rows - sheet.row_count))
    elif rows < sheet.row_count:
        shift.apply(draft, sheet, ROWS, Deletion(rows, sheet.row_count))
    if columns > sheet.column_count:
        sheet.column_count = columns
    elif columns < sheet.column_count:
        shift.apply(draft, sheet, COLUMNS, Deletion(columns, sheet.column_count))
    sheet.grid = {name: grid[name] for name in _KEPT_GRID if grid.get(name)}


def update_spreadsheet_properties(draft: Draft, body: dict[str, Any]) -> dict[str, Any]:
    given = body.get("properties", {})
    mask = fieldmask.for_update(body.get("fields", ""), "SpreadsheetProperties")
    content = draft.content
    new = fieldmask.merged(
        mask,
        {"title": content.title, "timeZone": content.time_zone, "locale": content.locale},
        given,
    )
    if not new.get("title"):
        raise Refused("The title of the spreadsheet cannot be empty.")
    if not _is_zone(new.get("timeZone", "")):
        raise Refused(f"Invalid time zone: {new.get('timeZone', '')}")
    if not new.get("locale"):
        raise Refused("Unsupported locale: ")
    content.title, content.time_zone, content.locale = new["title"], new["timeZone"], new["locale"]
    return {}


def _id_taken(sheet_id: int) -> Refused:
    return Refused(f"Sheet with id {sheet_id} already exists.")


def _is_zone(name: str) -> bool:
    """A name such as `Europe/Berlin`, or `GMT-07:00`, as Google writes a zone that it doesn't know (doc)."""
    if _FIXED_ZONE.match(name):
        return True
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _check_title(content: Content, title: str, this: Sheet | None) -> None:
    if not title.strip():
        raise Refused("The sheet name cannot be empty.")
    if len(title) > 100:  # noqa: PLR2004 - a tab's name has at most this many characters
        raise Refused("The name of the sheet cannot be longer than 100 characters.")
    other = content.sheet_titled(title)
    if other is not None and other is not this:
        raise Refused(f'A sheet with the name "{title}" already exists. Please enter another name.')


def _check_grid(rows: int, columns: int, grid: dict[str, Any]) -> None:
    if rows < 1 or columns < 1:
        raise Refused("A sheet must have at least one row and one column.")
    if columns > COLUMNS_PER_TAB:
        raise Refused(f"A sheet cannot have more than {COLUMNS_PER_TAB} columns.")
    if grid.get("frozenRowCount", 0) >= rows or grid.get("frozenColumnCount", 0) >= columns:
        raise Refused("You can't freeze all rows or all columns of a sheet.")


def _free_title(content: Content, stem: str = "Sheet") -> str:
    number = len(content.sheets) + 1
    while content.sheet_titled(f"{stem}{number}"):
        number += 1
    return f"{stem}{number}"


def _copy_title(content: Content, title: str) -> str:
    copy, number = f"Copy of {title}", 2
    while content.sheet_titled(copy):
        copy, number = f"Copy of {title} {number}", number + 1
    return copy


def _place(content: Content, sheet_id: int, index: int | None) -> None:
    """Puts a tab at an index of the tab bar; None is the end."""
    order = [key for key in content.sheets if key != sheet_id]
    if index is None:
        index = len(order)
    if not 0 <= index <= len(order) + 1:
        raise Refused(f"The sheet index must be between 0 and {len(order)}.")
    order.insert(index, sheet_id)
    content.sheets = {key: content.sheets[key] for key in order}
