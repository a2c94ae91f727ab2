"""A spreadsheet as JSON: the resource `Spreadsheet` with properties, tabs, tags and, where asked for,
cells."""

from collections.abc import Callable
from typing import Any, TypeAlias

from sandbox.google import colours, fieldmask
from sandbox.google.cells import extended
from sandbox.google.display import shown
from sandbox.google.draft import Draft
from sandbox.google.fieldmask import Mask
from sandbox.google.grid import GRID, Cell, Content, Sheet
from sandbox.google.metadata import COLUMN, ROW, SHEET, SPREADSHEET, Metadata
from sandbox.google.object_requests import banding_json, conditional_format_json, named_range_json, protected_range_json
from sandbox.google.ranges import Area, Placed
from sandbox.google.sheet_requests import sheet_properties
from sandbox.google.table_requests import table_json
from sandbox.google.validation import rule_at

Json: TypeAlias = dict[str, Any]

DEFAULT_WIDTH, DEFAULT_HEIGHT = 100, 21


def spreadsheet_json(
    draft: Draft,
    spreadsheet_id: str,
    mask: Mask = None,
    areas: list[Area] | None = None,
    *,
    grid_data: bool = False,
) -> Json:
    """The resource, pared by the mask. With areas only the tabs that they lie on, and only their cells.

    A mask decides alone whether cells are answered; without one `grid_data` does (as the description says).
    """
    content = draft.content
    wants_cells = grid_data if mask is None else _names_path(mask, "sheets", "data")
    answer: Json = {
        "spreadsheetId": spreadsheet_id,
        "properties": {
            "title": content.title,
            "locale": content.locale,
            "autoRecalc": "ON_CHANGE",
            "timeZone": content.time_zone,
        },
        "sheets": [
            _sheet_json(draft, sheet, _areas_of(sheet, areas) if wants_cells and sheet.kind == GRID else [])
            for sheet in content.sheets.values()
            if areas is None or any(area.sheet_id == sheet.sheet_id for area in areas)
        ],
        "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}/edit",
    }
    names = [named_range_json(key, named) for key, named in content.named_ranges.items()]
    entries = _entries(content, SPREADSHEET)
    answer |= {"namedRanges": names} if names else {}
    answer |= {"developerMetadata": entries} if entries else {}
    pared: Json = fieldmask.applied(mask, answer)
    return pared


def _names_path(mask: Mask, *path: str) -> bool:
    for name in path:
        if mask is None or "*" in mask:
            return True
        if name not in mask:
            return False
        mask = mask[name]
    return True


def _areas_of(sheet: Sheet, areas: list[Area] | None) -> list[Area]:
    if areas is None:
        return [Area(sheet.sheet_id)]
    return [area for area in areas if area.sheet_id == sheet.sheet_id]


def _entries(content: Content, kind: str, sheet_id: int | None = None) -> list[Json]:
    return [
        entry.to_json()
        for entry in content.metadata.values()
        if entry.place.kind == kind and entry.place.sheet_id == sheet_id
    ]


def _sheet_json(draft: Draft, sheet: Sheet, areas: list[Area]) -> Json:
    answer: Json = {"properties": sheet_properties(draft.content, sheet)}
    parts = {
        "data": [_grid_data(draft, sheet, draft.bounded(area)) for area in areas],
        "merges": [area.to_json() for area in sheet.merges],
        "conditionalFormats": [conditional_format_json(rule) for rule in sheet.conditional_formats],
        "protectedRanges": [
            protected_range_json(key, placed, can_edit=not draft.locked(placed.body))
            for key, placed in sheet.protections.items()
        ],
        "basicFilter": filter_json(sheet.filter) if sheet.filter else None,
        "charts": [colours.answered("EmbeddedChart", chart) for chart in sheet.charts.values()],
        "bandedRanges": [banding_json(key, placed) for key, placed in sheet.bandings.items()],
        "tables": [table_json(key, table) for key, table in sheet.tables.items()],
        "developerMetadata": _entries(draft.content, SHEET, sheet.sheet_id),
    }
    return answer | {name: value for name, value in parts.items() if value}


def filter_json(placed: Placed) -> Json:
    return {"range": placed.areas[0].to_json(), **placed.body}


def _grid_data(draft: Draft, sheet: Sheet, area: Area) -> Json:
    rows, columns = area.rows_within(sheet.row_count), area.columns_within(sheet.column_count)
    looks = _looks()
    row_data = [_row_json(sheet, row, columns, looks) for row in rows]
    while row_data and not row_data[-1]:
        row_data.pop()
    by_row = _by_index(draft.content, ROW, sheet.sheet_id)
    by_column = _by_index(draft.content, COLUMN, sheet.sheet_id)
    hidden = filtered_rows(sheet)
    answer: Json = {"startRow": rows.start, "startColumn": columns.start}
    if row_data:
        answer["rowData"] = row_data
    answer["rowMetadata"] = [
        _dimension_json(sheet.row_properties.get(row), DEFAULT_HEIGHT, by_row.get(row), row in hidden) for row in rows
    ]
    answer["columnMetadata"] = [
        _dimension_json(sheet.column_properties.get(column), DEFAULT_WIDTH, by_column.get(column), False)
        for column in columns
    ]
    return {name: value for name, value in answer.items() if value or name in ("rowMetadata", "columnMetadata")}


def _by_index(content: Content, kind: str, sheet_id: int) -> dict[int, list[Metadata]]:
    found: dict[int, list[Metadata]] = {}
    for entry in content.metadata.values():
        if entry.place.kind == kind and entry.place.sheet_id == sheet_id and entry.place.index is not None:
            found.setdefault(entry.place.index, []).append(entry)
    return found


def _dimension_json(own: Json | None, size: int, entries: list[Metadata] | None, by_filter: bool) -> Json:
    answer: Json = {"pixelSize": size, **(own or {})}
    if by_filter:
        answer["hiddenByFilter"] = True
    if entries:
        answer["developerMetadata"] = [entry.to_json() for entry in entries]
    return answer


def _row_json(sheet: Sheet, row: int, columns: range, looks: Callable[[Json], Json]) -> Json:
    cells = sheet.rows[row] or {}
    values = [
        _cell_json(cells.get(column), looks, rule_at(sheet, row, column) if sheet.validations else None)
        for column in columns
    ]
    while values and not values[-1]:
        values.pop()
    return {"values": values} if values else {}


def _looks() -> Callable[[Json], Json]:
    """How formats are answered. Many cells share one, so each is made only once."""
    known: dict[int, Json] = {}

    def look(of: Json) -> Json:
        if id(of) not in known:
            known[id(of)] = colours.answered("CellFormat", of)
        return known[id(of)]

    return look


def _cell_json(cell: Cell | None, looks: Callable[[Json], Json], rule: Json | None) -> Json:
    """CellData. A formula has no effectiveValue here: the stand-in doesn't calculate."""
    answer: Json = {}
    if cell is not None:
        value = extended(cell.value)
        if value is not None:
            answer["userEnteredValue"] = value
            if "formulaValue" not in value:
                answer["effectiveValue"] = value
            answer["formattedValue"] = shown(cell)
        if cell.format:
            answer["userEnteredFormat"] = answer["effectiveFormat"] = looks(cell.format)
        if cell.note:
            answer["note"] = cell.note
    if rule is not None:
        answer["dataValidation"] = rule
    return answer


def hidden_rows(sheet: Sheet) -> set[int]:
    """The rows that nobody sees, hidden by hand or by the filter."""
    return filtered_rows(sheet) | {row for row, own in sheet.row_properties.items() if own.get("hiddenByUser")}


def filtered_rows(sheet: Sheet) -> set[int]:
    """The rows that the basic filter hides: those whose shown text is among a column's hidden values."""
    if sheet.filter is None:
        return set()
    area = sheet.filter.areas[0]
    criteria = {int(column): rule for column, rule in sheet.filter.body.get("criteria", {}).items()}
    for spec in sheet.filter.body.get("filterSpecs", []):
        criteria[spec.get("columnIndex", 0)] = spec.get("filterCriteria", {})
    hidden_values = {
        column: set(rule.get("hiddenValues", [])) for column, rule in criteria.items() if rule.get("hiddenValues")
    }
    if not hidden_values:
        return set()
    return {
        row
        for row in area.rows_within(sheet.row_count)[1:]
        if any(shown(sheet.cell(row, column)) in values for column, values in hidden_values.items())
    }
