"""A spreadsheet as a page needs it: what the merchant would see, and the tags that nobody sees."""

from datetime import date
from typing import Any

from sandbox.google.a1 import letters
from sandbox.google.calculate.sheet import Calculation
from sandbox.google.calculate.values import Error, NotPlayedError
from sandbox.google.conditional import effective_format
from sandbox.google.display import DATE_TYPES, shown
from sandbox.google.grid import Cell, Content, Formula, Sheet
from sandbox.google.metadata import COLUMN, ROW, SHEET, SPREADSHEET
from sandbox.google.reads import DEFAULT_WIDTH, filter_json, filtered_rows
from sandbox.google.spreadsheet import Spreadsheet
from sandbox.google.table_requests import table_json
from sandbox.google.validation import rule_at

Json = dict[str, Any]

ROWS_PER_PAGE = 200


def listing(spreadsheets: dict[str, Spreadsheet]) -> list[Json]:
    return [_head(spreadsheet, spreadsheet.content) for spreadsheet in list(spreadsheets.values())]


def page(
    spreadsheet: Spreadsheet,
    tab: int | None = None,
    start: int = 0,
    count: int = ROWS_PER_PAGE,
    *,
    today: date,
    calculated: int | None = None,
) -> Json:
    """The whole spreadsheet, or one tab; rows from `start` on, at most `count`,
    up to the last that holds anything. `calculated`: the one tab whose formulas are calculated; None: each."""
    content = spreadsheet.content
    calculation = Calculation(content, today)
    return {
        **_head(spreadsheet, content),
        "tags": _tags(content, SPREADSHEET).get((None, None), []),
        "namedRanges": [
            {"id": key, "name": named.name, "range": named.area.to_json()}
            for key, named in content.named_ranges.items()
        ],
        "tabs": [
            _tab(content, sheet, start, count, calculation if calculated in (None, sheet.sheet_id) else None)
            for sheet in content.sheets.values()
            if tab is None or sheet.sheet_id == tab
        ],
    }


def _head(spreadsheet: Spreadsheet, content: Content) -> Json:
    return {
        "id": spreadsheet.spreadsheet_id,
        "title": content.title,
        "timeZone": content.time_zone,
        "role": spreadsheet.role,
        "trashed": spreadsheet.trashed,
        "changes": spreadsheet.commits,
    }


def _tags(content: Content, kind: str) -> dict[tuple[int | None, int | None], list[str]]:
    found: dict[tuple[int | None, int | None], list[str]] = {}
    for entry in content.metadata.values():
        if entry.place.kind == kind:
            text = entry.key if entry.value is None else f"{entry.key}={entry.value}"
            found.setdefault((entry.place.sheet_id, entry.place.index), []).append(text)
    return found


def _tab(content: Content, sheet: Sheet, start: int, count: int, calculation: Calculation | None) -> Json:
    here = sheet.sheet_id
    column_tags, row_tags = _tags(content, COLUMN), _tags(content, ROW)
    tagged = [index for tab, index in row_tags if tab == here and index is not None]
    end = max(_used_rows(sheet), *(index + 1 for index in tagged), 0)
    hidden = filtered_rows(sheet)
    return {
        "sheetId": here,
        "title": sheet.title,
        "hidden": sheet.hidden,
        "type": sheet.kind,
        "tags": _tags(content, SHEET).get((here, None), []),
        "frozenRows": sheet.grid.get("frozenRowCount", 0),
        "frozenColumns": sheet.grid.get("frozenColumnCount", 0),
        "rightToLeft": bool(sheet.properties.get("rightToLeft")),
        "gridlines": not sheet.grid.get("hideGridlines", False),
        "rowCount": sheet.row_count,
        "columnCount": sheet.column_count,
        "usedRows": end,
        "filter": filter_json(sheet.filter) if sheet.filter else None,
        "protections": [area.to_json() for p in sheet.protections.values() for area in p.areas],
        "charts": list(sheet.charts.values()),
        "tables": [table_json(key, table) for key, table in sheet.tables.items()],
        "columns": [_column(sheet, index, column_tags) for index in range(sheet.column_count)],
        "rows": [
            {
                "index": row,
                "hidden": row in hidden or bool(sheet.row_properties.get(row, {}).get("hiddenByUser")),
                "height": sheet.row_properties.get(row, {}).get("pixelSize"),
                "tags": row_tags.get((here, row), []),
                "cells": _cells(sheet, row, calculation),
            }
            for row in range(start, min(start + count, end))
        ],
    }


def _used_rows(sheet: Sheet) -> int:
    return next((row + 1 for row in range(sheet.row_count - 1, -1, -1) if sheet.rows[row] is not None), 0)


def _column(sheet: Sheet, index: int, tags: dict[tuple[int | None, int | None], list[str]]) -> Json:
    own = sheet.column_properties.get(index, {})
    return {
        "index": index,
        "letter": letters(index),
        "width": own.get("pixelSize", DEFAULT_WIDTH),
        "hidden": bool(own.get("hiddenByUser")),
        "tags": tags.get((sheet.sheet_id, index), []),
    }


def _cells(sheet: Sheet, row: int, calculation: Calculation | None) -> list[Json | None]:
    cells = sheet.rows[row]
    if not cells:
        return []
    return [
        cell_view(
            cells[column],
            effective_format(sheet, row, column, cells[column]),
            rule_at(sheet, row, column) if sheet.validations else None,
            _calculated(calculation, sheet, row, column),
        )
        if column in cells
        else None
        for column in range(max(cells) + 1)
    ]


def _calculated(calculation: Calculation | None, sheet: Sheet, row: int, column: int) -> Cell | None:
    """The cell as if what its formula gives stood in it; None where it has none, or that can't be calculated here."""
    cell = sheet.cell(row, column)
    if calculation is None or not isinstance(cell.value, Formula):
        return None
    try:
        value = calculation.value(sheet, row, column)
    except (NotPlayedError, RecursionError):
        return None
    return cell._replace(value=value.name if isinstance(value, Error) else value)


def cell_view(cell: Cell, look: Json, rule: Json | None = None, calculated: Cell | None = None) -> Json:
    """`look`: the format that holds, conditional ones included. `calculated`: the cell with its formula's value."""
    formula = cell.value.text if isinstance(cell.value, Formula) else None
    cell = calculated or cell
    text_look = look.get("textFormat", {})
    return {
        "text": shown(cell),
        "type": _kind(cell),
        "formula": formula,
        "note": cell.note,
        "bold": bool(text_look.get("bold")),
        "italic": bool(text_look.get("italic")),
        "struck": bool(text_look.get("strikethrough")),
        "size": text_look.get("fontSize"),
        "background": _colour(look.get("backgroundColorStyle", {}).get("rgbColor", look.get("backgroundColor"))),
        "color": _colour(text_look.get("foregroundColorStyle", {}).get("rgbColor", text_look.get("foregroundColor"))),
        "lineBelow": _colour(_line_below(look)),
        "align": look.get("horizontalAlignment", "").lower() or None,
        "vertical": look.get("verticalAlignment", "").lower() or None,
        "wrap": look.get("wrapStrategy") == "WRAP",
        "spills": look.get("wrapStrategy", "OVERFLOW_CELL") == "OVERFLOW_CELL",
        "link": text_look.get("link", {}).get("uri"),
        "choices": _choices(rule),
    }


def _kind(cell: Cell) -> str | None:
    if cell.value is None:
        return None
    if isinstance(cell.value, Formula):
        return "formula"
    if isinstance(cell.value, bool):
        return "boolean"
    if isinstance(cell.value, str):
        return "string"
    number_format = (cell.format or {}).get("numberFormat", {})
    return "date" if number_format.get("type") in DATE_TYPES else "number"


def _line_below(look: Json) -> Json | None:
    line = look.get("borders", {}).get("bottom", {})
    colour: Json | None = line.get("colorStyle", {}).get("rgbColor", line.get("color"))
    return colour


def _colour(given: Json | None) -> str | None:
    """Google's parts from 0 to 1, those that are missing being 0, as #rrggbb."""
    if given is None:
        return None
    parts = (given.get(name, 0) for name in ("red", "green", "blue"))
    return "#" + "".join(f"{round(max(0.0, min(1.0, part)) * 255):02x}" for part in parts)


def _choices(rule: Json | None) -> list[str] | None:
    """The entries of a drop-down list."""
    condition = (rule or {}).get("condition", {})
    if condition.get("type") != "ONE_OF_LIST":
        return None
    return [value.get("userEnteredValue", "") for value in condition.get("values", [])]
