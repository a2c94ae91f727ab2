"""The values of a rectangle as lists, read and written: what the `values` methods have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.google.a1 import a1
from sandbox.google.cells import check_length, json_number
from sandbox.google.display import DATE_TYPES, shown
from sandbox.google.draft import Draft
from sandbox.google.errors import ApiError, Refused
from sandbox.google.grid import Cell, Formula, Sheet
from sandbox.google.ranges import ROWS, Area
from sandbox.google.typed import typed

RENDER_OPTIONS = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
DATE_OPTIONS = ("SERIAL_NUMBER", "FORMATTED_STRING")


@dataclass(frozen=True)
class Rendering:
    """How values are answered."""

    values: str = "FORMATTED_VALUE"
    dates: str = "SERIAL_NUMBER"
    major: str = ROWS

    @classmethod
    def of(cls, given: dict[str, Any], prefix: str = "") -> "Rendering":
        """From query parameters or a body; `prefix` is `response` for the answers of writes."""

        def name(word: str) -> str:
            return prefix + word if prefix else word[0].lower() + word[1:]

        major = given.get("majorDimension", ROWS)
        return cls(
            _one_of(name("ValueRenderOption"), given, RENDER_OPTIONS),
            _one_of(name("DateTimeRenderOption"), given, DATE_OPTIONS),
            ROWS if major == "DIMENSION_UNSPECIFIED" else major,
        )


def _one_of(name: str, given: dict[str, Any], options: Sequence[str]) -> str:
    value: str = given.get(name) or options[0]
    if value not in options:
        raise ApiError(400, f"Invalid value at '{name}' (TYPE_ENUM), \"{value}\"")
    return value


def read(draft: Draft, area: Area, rendering: Rendering) -> dict[str, Any]:
    """A ValueRange: rows without the empty cells at their end, the list without the empty rows at its end."""
    sheet = draft.sheet(area.sheet_id)
    rows, columns = area.rows_within(sheet.row_count), area.columns_within(sheet.column_count)
    name = a1(sheet.title, rows.start, rows.stop, columns.start, columns.stop)
    answer: dict[str, Any] = {"range": name, "majorDimension": rendering.major}
    lines = [_trimmed(_rendered_row(sheet, row, columns, rendering)) for row in rows]
    while lines and not lines[-1]:
        lines.pop()
    if lines and rendering.major != ROWS:
        width = max(map(len, lines))
        lines = [_trimmed([row[i] if i < len(row) else "" for row in lines]) for i in range(width)]
    return {**answer, "values": lines} if lines else answer


def _trimmed(line: list[Any]) -> list[Any]:
    while line and line[-1] == "":
        line.pop()
    return line


def _rendered_row(sheet: Sheet, row: int, columns: range, rendering: Rendering) -> list[Any]:
    cells = sheet.rows[row]
    if cells is None:
        return []
    return [_rendered(cells.get(column), rendering) for column in columns]


def _rendered(cell: Cell | None, rendering: Rendering) -> Any:
    """A formula is answered as its text, whatever was asked for: the stand-in doesn't calculate."""
    if cell is None or cell.value is None:
        return ""
    if isinstance(cell.value, Formula) or rendering.values == "FORMATTED_VALUE":
        return shown(cell)
    if isinstance(cell.value, bool | str):
        return cell.value
    kind = (cell.format or {}).get("numberFormat", {}).get("type")
    if kind in DATE_TYPES and rendering.dates == "FORMATTED_STRING":
        return shown(cell)
    return json_number(cell.value)


def lines_of(body: dict[str, Any]) -> list[list[Any]]:
    """The rows of a ValueRange, whichever way round it was sent."""
    values: list[list[Any]] = body.get("values", [])
    if body.get("majorDimension", ROWS) != "COLUMNS":
        return values
    height = max(map(len, values), default=0)
    return [[column[i] if i < len(column) else None for column in values] for i in range(height)]


def input_option(option: str | None) -> str:
    if option in (None, "", "INPUT_VALUE_OPTION_UNSPECIFIED"):
        raise ApiError(400, "'valueInputOption' is required but not specified")
    if option not in ("RAW", "USER_ENTERED"):
        raise ApiError(400, f"Invalid value at 'value_input_option' (TYPE_ENUM), \"{option}\"")
    return str(option)


def write(draft: Draft, area: Area, lines: list[list[Any]], option: str) -> dict[str, Any]:
    """Writes rows from the rectangle's corner on; null leaves a cell as it is, an empty text empties it.
    Gives the counts of an UpdateValuesResponse, without those that are zero (docs/google-sheets.md, 2.1)."""
    top, left = area.row or 0, area.column or 0
    width = max(map(len, lines), default=0)
    sheet = draft.sheet(area.sheet_id)
    if top + len(lines) > sheet.row_count or left + width > sheet.column_count:
        where = a1(sheet.title, top, top + max(len(lines), 1), left, left + max(width, 1))
        raise Refused(
            f"Range ({where}) exceeds grid limits. Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
        )
    counts = _counts(sheet, top, left, lines)
    if width:
        draft.guard(Area(area.sheet_id, top, top + len(lines), left, left + width))
        sheet = draft.edit(area.sheet_id)
        for row, line in enumerate(lines, top):
            cells = {
                column: entered(sheet.cell(row, column), value, option)
                for column, value in enumerate(line, left)
                if value is not None
            }
            if cells:
                sheet.put_row(row, cells)
    return counts


def _counts(sheet: Sheet, top: int, left: int, lines: list[list[Any]]) -> dict[str, Any]:
    """Range and counts of the cells that are not null; where there are none, only the corner's name."""
    written = [
        (row, column) for row, line in enumerate(lines) for column, value in enumerate(line) if value is not None
    ]
    if not written:
        return {"updatedRange": a1(sheet.title, top, top + 1, left, left + 1)}
    rows, columns = {row for row, _ in written}, {column for _, column in written}
    where = a1(sheet.title, top + min(rows), top + max(rows) + 1, left + min(columns), left + max(columns) + 1)
    return {
        "updatedRange": where,
        "updatedRows": len(rows),
        "updatedColumns": len(columns),
        "updatedCells": len(written),
    }


def entered(old: Cell, value: Any, option: str) -> Cell:
    """The cell once a value was written RAW or USER_ENTERED (docs/google-sheets.md, 2.4)."""
    if not isinstance(value, str):
        return old._replace(value=value)
    check_length(value)
    if option == "RAW":
        return old._replace(value=value or None)
    return retyped(old, value)


def retyped(old: Cell, text: str) -> Cell:
    """The cell once a text was typed into it: a number or a date brings its format where the cell had none."""
    number_format = (old.format or {}).get("numberFormat", {})
    new = typed(text, plain_text=number_format.get("type") == "TEXT")
    look = old.format
    if new.number_format and not number_format:
        look = {**(old.format or {}), "numberFormat": new.number_format}
    return Cell(new.value, look, old.note)
